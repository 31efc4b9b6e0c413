// Light, dark, or what the system says. The choice stays in this browser; early.js applies it before the first paint.
class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.show();
  }

  handleEvent(event) {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    const choice = button.dataset.themeChoice;
    if (choice) {
      localStorage.setItem("theme", choice);
      document.documentElement.dataset.theme = choice;
    } else {
      localStorage.removeItem("theme");
      delete document.documentElement.dataset.theme;
    }
    this.show();
  }

  show() {
    const chosen = document.documentElement.dataset.theme ?? "";
    for (const button of this.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === chosen));
    }
  }
}

customElements.define("theme-switch", ThemeSwitch);
