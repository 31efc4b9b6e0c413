// The bell of the frame: joins the channels of who is signed in, so that its count, and the door to the desk, are right on every page.
// The server draws them.
import { join, leave } from "../live.js";

class OwnBell extends HTMLElement {
  connectedCallback() {
    if (document.documentElement.hasAttribute("data-turbo-preview")) return;
    this.names = this.getAttribute("channels").split(" ");
    join(this);
    document.addEventListener("turbo:before-stream-render", this);
  }

  disconnectedCallback() {
    if (this.names) leave(this);
    document.removeEventListener("turbo:before-stream-render", this);
  }

  // A count that went up is said politely; one that is drawn again as it was, or went down, is not.
  handleEvent({ detail: { newStream } }) {
    if (newStream.target !== "bell") return;
    const drawn = newStream.querySelector("template").content;
    const count = (root) => Number.parseInt(root.querySelector(".bubble")?.textContent) || 0;
    if (count(drawn) <= count(this)) return;
    this.querySelector("[role=status]").textContent = drawn.querySelector("a").getAttribute("aria-label");
    document.getElementById("inbox_news")?.removeAttribute("hidden");
  }

  get position() {
    return this.getAttribute("position");
  }

  moved(position) {
    this.setAttribute("position", position);
  }
}

customElements.define("own-bell", OwnBell);
