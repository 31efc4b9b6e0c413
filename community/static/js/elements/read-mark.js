// On the page of a topic: what its reader was told of it is read once they look at the page, not when a program fetches it ahead.
// Sent when the page is in view: at first where something is unread, and whenever the bell has news while it stands there.
import * as Turbo from "../../vendor/turbo.js";

const LOOK = 1_000; // ms that a page is in view before it counts as read

class ReadMark extends HTMLElement {
  connectedCallback() {
    if (document.documentElement.hasAttribute("data-turbo-preview")) return;
    document.addEventListener("visibilitychange", this);
    document.addEventListener("turbo:before-stream-render", this);
    if (this.hasAttribute("data-unread")) this.soon();
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this);
    document.removeEventListener("turbo:before-stream-render", this);
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    const stream = event.detail?.newStream;
    const isBell = stream?.target === "bell" && stream.hasAttribute("data-live");
    if (isBell && stream.querySelector("template").content.querySelector(".bubble")) this.toggleAttribute("data-unread", true);
    if (isBell || event.type === "visibilitychange") this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    if (document.visibilityState !== "visible" || !this.hasAttribute("data-unread")) return;
    this.timer = setTimeout(() => this.send(), LOOK);
  }

  async send() {
    const token = document.querySelector("#act input[name=csrf_token]")?.value;
    if (!token || document.visibilityState !== "visible") return;
    this.toggleAttribute("data-unread", false);
    const body = new URLSearchParams({ csrf_token: token });
    const headers = { Accept: "text/vnd.turbo-stream.html" };
    const answer = await fetch(this.getAttribute("address"), { method: "POST", body, headers }).catch(() => null);
    if (answer?.ok) Turbo.renderStreamMessage(await answer.text());
  }
}

customElements.define("read-mark", ReadMark);
