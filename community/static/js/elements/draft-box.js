// Around a form that writes: keeps its fields in this browser at once, and on the server (data-address) when somebody is signed in
// and pauses. Drafts are of a place (data-place) and go when the form has been sent. With the fields it keeps `base`, what the page
// showed before they were typed or what the server took since: where a page no longer shows that, another device went on or sent it.
import { isTaken, token } from "../sending.js";

const PAUSE = 900; // ms
const KEPT = "textarea[name], select[name], input[name]:not([type=hidden], [type=password], [type=checkbox])";

const typed = (field) => field.value;
const drawn = (field) => field.defaultValue ?? field.value;

class DraftBox extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.key = `draft:${document.documentElement.dataset.viewer}:${this.dataset.place}`; // what one person began is not another's
    this.base = this.fields(drawn);
    this.restore();
    // Something may have been typed before this module was there.
    if ([...this.form.elements].some((field) => field.type === "textarea" && field.value !== field.defaultValue)) this.keep();
    for (const name of ["input", "turbo:submit-start", "turbo:submit-end"]) this.addEventListener(name, this);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    if (event.type === "input") return this.keep();
    if (event.target !== this.form) return;
    if (event.type === "turbo:submit-start") clearTimeout(this.timer);
    else if (event.detail.success) this.forget();
    else this.keep();
  }

  keep() {
    this.store();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE);
  }

  store() {
    localStorage.setItem(this.key, JSON.stringify({ fields: this.fields(typed), base: this.base }));
  }

  fields(read) {
    const all = this.form.elements;
    return Object.fromEntries([...this.form.querySelectorAll(KEPT)].map(({ name }) => [name, read(all.namedItem(name))]));
  }

  restore() {
    const { fields = {}, base = {} } = JSON.parse(localStorage.getItem(this.key) ?? "{}");
    for (const [name, value] of Object.entries(fields)) {
      const field = this.form.elements.namedItem(name);
      if (this.base[name] === base[name] && field.value === drawn(field)) field.value = value; // nothing was typed yet
    }
  }

  forget() {
    clearTimeout(this.timer);
    localStorage.removeItem(this.key);
    this.say("");
    this.saving?.then(() => this.save({})); // it may have arrived after the form
  }

  async send() {
    if (!token() || !this.dataset.address) return this.say(this.dataset.here);
    const fields = this.fields(typed);
    const saved = await (this.saving = this.save(fields));
    this.saving = undefined;
    if (saved) this.base = fields;
    if (!localStorage.getItem(this.key)) return; // the form was sent meanwhile
    this.store();
    this.say(saved ? this.dataset.saved : this.dataset.here);
  }

  save = (fields) => isTaken(this.dataset.address, { place: this.dataset.place, fields: JSON.stringify(fields) });
  say = (sentence) => this.querySelector("[data-draft-state]")?.replaceChildren(sentence);
}

customElements.define("draft-box", DraftBox);
