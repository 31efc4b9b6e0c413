// A short sentence at the edge of the window, read out politely, gone after five seconds.
const SECONDS = 5;

export function toast(sentence) {
  const note = document.createElement("div");
  note.className = "toast";
  note.textContent = sentence;
  document.getElementById("toasts")?.append(note);
  setTimeout(() => note.remove(), SECONDS * 1000);
}
