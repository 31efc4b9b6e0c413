// Around a talk: its newest message stays in sight for who is at the end of it, what is in view counts as read, Ctrl+Enter sends,
// and that somebody writes is told to the other side.
import { isTaken, token } from "../sending.js";
import { watch } from "../typing.js";

const LOOK = 700; // ms that a message is in view before it counts as read
const NEAR = 200; // px from the end within which a reader follows it

class TalkBox extends HTMLElement {
  connectedCallback() {
    if (document.documentElement.hasAttribute("data-turbo-preview")) return;
    this.list = this.querySelector("ol");
    this.known = 0;
    for (const name of ["keydown", "focusin", "turbo:submit-end"]) this.addEventListener(name, this);
    document.addEventListener("visibilitychange", this);
    this.watcher = new MutationObserver(() => this.follow());
    this.watcher.observe(this.list, { childList: true });
    this.querySelector("#end").scrollIntoView({ block: "end" });
    this.read();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    this.watcher?.disconnect();
    this.unwatch?.();
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    const field = event.target.closest?.("textarea");
    if (event.type === "visibilitychange") this.read();
    else if (event.type === "turbo:submit-end") this.sent(event);
    else if (event.type === "focusin" && field && field !== this.watched) this.listen(field);
    else if (event.type === "keydown" && field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  }

  listen(field) {
    this.unwatch?.();
    this.watched = field;
    this.unwatch = watch(field);
  }

  sent({ detail, target }) {
    if (!detail.success || !target.elements.body) return;
    target.elements.body.value = "";
    target.elements.body.focus();
  }

  follow() {
    const end = this.querySelector("#end");
    if (end.getBoundingClientRect().bottom - innerHeight < NEAR + (this.list.lastElementChild?.offsetHeight ?? 0)) end.scrollIntoView({ block: "end" });
    this.read();
  }

  // A program that fetches a page ahead reads nothing; neither does a tab in the background.
  read() {
    clearTimeout(this.timer);
    const newest = Number(this.list.lastElementChild?.dataset.number ?? 0);
    if (newest <= this.known || document.visibilityState !== "visible") return;
    this.timer = setTimeout(async () => {
      if (document.visibilityState !== "visible" || !token()) return;
      if (await isTaken(this.dataset.read, { number: newest })) this.known = newest;
    }, LOOK);
  }
}

customElements.define("talk-box", TalkBox);
