// Runs before the first paint: the reader's own theme, and the mark that scripts are on. Everything else waits for main.js.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; then the system's theme stands.
}
document.documentElement.classList.add("scripted");
