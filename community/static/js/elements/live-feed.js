// Keeps the page it stands on up to date: joins its channels while it is there. `position` says how new the page is and moves
// with it, so that a page that Turbo keeps and shows again knows what it missed.
import { join, leave } from "../live.js";

class LiveFeed extends HTMLElement {
  connectedCallback() {
    if (document.documentElement.hasAttribute("data-turbo-preview")) return;
    this.names = this.getAttribute("channels").split(" ").filter(Boolean);
    join(this);
  }

  disconnectedCallback() {
    if (this.names) leave(this);
  }

  get position() {
    return this.getAttribute("position");
  }

  moved(position) {
    this.setAttribute("position", position);
  }

  words(kind, count) {
    const forms = JSON.parse(this.dataset.words)[kind];
    const form = new Intl.PluralRules(document.documentElement.lang).select(count);
    return (forms[form] ?? forms.other).replace("{n}", count.toLocaleString(document.documentElement.lang));
  }

  say(sentence) {
    this.querySelector("[role=status]").textContent = sentence;
  }
}

customElements.define("live-feed", LiveFeed);
