// Around a <details class="menu">: closes it on Escape (focus returns to its button), on a click elsewhere and when the page is left.
class MenuBox extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", this);
    document.addEventListener("click", this);
    document.addEventListener("turbo:before-cache", this);
  }

  disconnectedCallback() {
    document.removeEventListener("click", this);
    document.removeEventListener("turbo:before-cache", this);
  }

  handleEvent(event) {
    const details = this.querySelector("details");
    if (!details?.open) return;
    if (event.type === "turbo:before-cache") details.open = false;
    else if (event.type === "click") details.open = details.contains(event.target) && !event.target.closest(".menu__body a, .menu__body button");
    else if (event.key === "Escape") {
      details.open = false;
      details.querySelector("summary").focus();
    }
  }
}

customElements.define("menu-box", MenuBox);
