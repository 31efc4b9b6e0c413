// Around a form that writes: keeps its fields in this browser at once, and on the server (data-address) when somebody is signed in
// and pauses. Drafts are of a place (data-place) and go when the form has been sent.
import { token, unsafeHeaders } from "../sending.js";

const PAUSE = 900;

class DraftBox extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.key = `draft:${this.dataset.place}`;
    this.restore();
    // Something may have been typed before this module was there.
    if ([...this.form.elements].some((field) => field.type === "textarea" && field.value !== field.defaultValue)) this.keep();
    this.addEventListener("input", this);
    this.addEventListener("turbo:submit-end", this);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    if (event.type === "turbo:submit-end") {
      if (event.target === this.form && event.detail.success) this.forget();
    } else this.keep();
  }

  keep() {
    localStorage.setItem(this.key, JSON.stringify(this.fields()));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  fields() {
    const named = [...this.form.querySelectorAll("textarea[name], input[name]:not([type=hidden], [type=password])")];
    return Object.fromEntries(named.filter((field) => !["checkbox", "radio"].includes(field.type)).map((field) => [field.name, field.value]));
  }

  restore() {
    const kept = JSON.parse(localStorage.getItem(this.key) ?? "{}");
    for (const [name, value] of Object.entries(kept)) {
      const field = this.form.elements.namedItem(name);
      if (field && !field.value && value) field.value = value;
    }
  }

  forget() {
    clearTimeout(this.timer);
    localStorage.removeItem(this.key);
    this.say("");
  }

  async send() {
    if (!token() || !this.dataset.address) return this.say(this.dataset.here);
    try {
      const body = new URLSearchParams({ place: this.dataset.place, fields: JSON.stringify(this.fields()) });
      const answer = await fetch(this.dataset.address, { method: "POST", body, headers: unsafeHeaders(), keepalive: true });
      this.say(answer.ok ? this.dataset.saved : this.dataset.here);
    } catch {
      this.say(this.dataset.here);
    }
  }

  say(sentence) {
    const place = this.querySelector("[data-draft-state]");
    if (place) place.textContent = sentence;
  }
}

customElements.define("draft-box", DraftBox);
