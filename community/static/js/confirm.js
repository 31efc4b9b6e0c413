// Asks before something that cannot be taken back, in the page's own dialog.
export function agree(question, submitter) {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("[data-question]").textContent = question;
  const said = submitter?.textContent.trim();
  if (said) dialog.querySelector("[data-agree]").textContent = said;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
