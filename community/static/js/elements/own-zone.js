// Around a hidden field: fills in the time zone that this browser shows times in, so that a new account begins with its own.
class OwnZone extends HTMLElement {
  connectedCallback() {
    this.querySelector("input").value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
}

customElements.define("own-zone", OwnZone);
