// Whom an @ may mean: the people who have written on this page.
const MOST = 6;

export function offerPeople(event) {
  const { key, text, provide } = event.detail;
  if (key !== "@") return;
  const start = text.toLowerCase();
  const found = [...people()].filter(([handle, name]) => handle.toLowerCase().startsWith(start) || name.toLowerCase().includes(start));
  provide(Promise.resolve({ matched: found.length > 0, fragment: list(found.slice(0, MOST)) }));
}

export function takePerson(event) {
  const { key, item } = event.detail;
  if (key === "@") event.detail.value = `@${item.dataset.value}`;
}

function people() {
  const names = document.querySelectorAll('main .post__name[href^="/u/"]');
  return new Map([...names].map((link) => [link.getAttribute("href").split("/").at(-1), link.textContent.trim()]));
}

function list(found) {
  const menu = document.createElement("ul");
  menu.className = "suggester";
  menu.setAttribute("role", "listbox");
  for (const [handle, name] of found) {
    const option = document.createElement("li");
    option.id = `mention-${handle}`;
    option.setAttribute("role", "option");
    option.dataset.value = handle;
    const bold = document.createElement("b");
    bold.textContent = name;
    option.append(bold, ` @${handle}`);
    menu.append(option);
  }
  return menu;
}
