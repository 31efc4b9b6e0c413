// Shows the colour of the brand on the whole page while it is chosen; it becomes everybody's when the form is saved.
class HuePick extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", this);
  }

  disconnectedCallback() {
    document.documentElement.style.removeProperty("--hue");
  }

  handleEvent({ target }) {
    document.documentElement.style.setProperty("--hue", target.value);
    this.querySelector("output").value = target.value;
  }
}

customElements.define("hue-pick", HuePick);
