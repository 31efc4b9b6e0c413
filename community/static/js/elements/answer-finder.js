// Around the form to ask: while a title is typed, the answered questions nearest to it appear in the place kept for them. What is being
// read there stays as it is until the pointer and the focus have left it; the form remembers what was shown and opened, to be counted.
import { isTaken, unsafeHeaders } from "../sending.js";

const SHORTEST = 8; // characters of a title; the server says the same
const PAUSE = 220; // ms without a key

class AnswerFinder extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.list = this.querySelector("[data-list]");
    this.unfold = this.querySelector("[data-unfold]");
    this.unfold.disabled = !this.list.querySelector("[data-topic]");
    for (const name of ["input", "click", "toggle", "focusout", "pointerleave"]) this.addEventListener(name, this, true);
    this.want();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.asking?.abort();
  }

  handleEvent(event) {
    if (event.type === "input" && ["title", "body"].includes(event.target.name)) this.want();
    else if (event.type === "click") this.click(event.target);
    else if (event.type === "toggle" && event.target.open) this.opened(event.target.dataset.topic);
    else if (this.waiting) setTimeout(() => this.waiting && this.draw(this.waiting)); // once the focus is where it goes
  }

  click(target) {
    if (target.closest("[data-unfold]")) this.fold(!this.list.parentElement.classList.contains("finder--open"));
    else if (target.closest("a[target]")) this.opened(target.closest("[data-topic]").dataset.topic);
  }

  fold(open) {
    this.list.parentElement.classList.toggle("finder--open", open);
    this.unfold.setAttribute("aria-expanded", String(open));
    this.unfold.textContent = open ? this.unfold.dataset.less : this.unfold.dataset.more;
  }

  want = () => (clearTimeout(this.timer), (this.timer = setTimeout(() => this.look(), PAUSE)));

  async look() {
    const { title, body } = this.form.elements;
    const asked = `${title.value.trim()}\n${body.value.trim().slice(0, 2000)}`;
    if (title.value.trim().length < SHORTEST || asked === this.asked) return;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const fields = new URLSearchParams({ part: "list", title: title.value, body: body.value.slice(0, 2000) });
      const answer = await fetch(this.dataset.address, { method: "POST", body: fields, headers: unsafeHeaders(this.form), signal: this.asking.signal });
      if (!answer.ok) return;
      this.asked = asked;
      this.draw(await answer.text());
    } catch {} // another key was faster, or there is no network: the form works without
  }

  draw(html) {
    this.waiting = html;
    if (this.list.matches(":focus-within") || (matchMedia("(hover: hover)").matches && this.list.matches(":hover"))) return;
    this.waiting = undefined;
    const found = Object.assign(document.createElement("template"), { innerHTML: html }).content.firstElementChild;
    for (const one of found.querySelectorAll("[data-topic]")) one.open = Boolean(this.list.querySelector(`[data-topic="${one.dataset.topic}"][open]`));
    this.list.replaceChildren(found);
    const topics = [...found.querySelectorAll("[data-topic]")].map((one) => one.dataset.topic);
    if (topics.length) this.form.elements.shown.value = topics.join(" ");
    this.unfold.disabled = !topics.length;
    const status = this.querySelector("[data-status]");
    if (status.textContent !== found.dataset.count) status.textContent = found.dataset.count;
  }

  opened(topic) {
    const known = this.form.elements.opened.value.split(" ").filter(Boolean);
    if (!topic || known.includes(topic)) return;
    this.form.elements.opened.value = [...known, topic].join(" ");
    isTaken(this.dataset.opened, { topic, ...(known.length ? {} : { first: "1" }) });
  }
}

customElements.define("answer-finder", AnswerFinder);
