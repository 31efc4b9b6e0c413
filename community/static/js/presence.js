// Who is here now: employees and who wants to be named by name, everybody else as a number, oneself never. The line has its place
// on the page from the beginning, so nothing moves when it is filled; that somebody writes is also told to screen readers.
let writing = false; // in this tab
const known = new Map(); // what was told of each place last, for lines that are drawn anew

const me = () => document.documentElement.dataset.viewer;
const language = () => document.documentElement.lang;

export function show(told) {
  known.set(told.channel, told);
  for (const place of document.querySelectorAll(`[data-presence="${told.channel}"]`)) {
    const words = JSON.parse(place.closest("[data-words]").dataset.words);
    write(place, "reading", told.channel === "desk" ? atTheDesk(words, told) : reading(words, told));
    write(place, "writing", writers(words, told));
  }
}

// Who types in the composer is told to those who read the same topic, for as long as they do.
export function isWriting(on) {
  writing = on;
}

// A row of the desk, drawn anew, still says who writes there.
document.addEventListener("turbo:before-stream-render", () => setTimeout(() => [...known.values()].forEach(show)));

function reading(words, told) {
  const staff = told.staff.filter(([handle]) => handle !== me());
  const members = told.members.filter(([handle, , writes]) => handle !== me() && !writes);
  const isNamed = [...told.staff, ...told.writing, ...told.members].some(([handle]) => handle === me());
  const more = told.staff_count - told.staff.length;
  const others = told.others + more - (isNamed ? 0 : 1);
  return [named(words.staff, staff), named(words.members, members), counted(words.others, others)];
}

function writers(words, told) {
  const staff = told.writing.filter(([handle]) => handle !== me());
  const members = told.members.filter(([handle, , writes]) => handle !== me() && writes);
  const mine = writing && ![...told.writing, ...told.members].some(([handle]) => handle === me());
  const speaking = staff.filter(([, , speaks]) => speaks);
  const personal = staff.filter(([, , speaks]) => !speaks);
  return [named(words.speaking, speaking), named(words.writing, [...personal, ...members]), counted(words.somebody, told.others_writing - (mine ? 1 : 0))];
}

function atTheDesk(words, told) {
  return [named(words.desk, [...told.staff, ...told.writing])];
}

function named(forms, people) {
  if (!forms || !people.length) return "";
  const names = new Intl.ListFormat(language(), { type: "conjunction" }).format(people.map(([, name]) => name));
  return form(forms, people.length).replace("{names}", () => names);
}

function counted(forms, count) {
  return forms && count > 0 ? form(forms, count).replace("{n}", count.toLocaleString(language())) : "";
}

function form(forms, count) {
  return forms[new Intl.PluralRules(language()).select(count)] ?? forms.other;
}

function write(place, part, sentences) {
  const said = sentences.filter(Boolean).join(" · ");
  const element = place.querySelector(`[data-part="${part}"]`);
  if (element && element.textContent !== said) element.textContent = said;
}
