// Around a permanent link: a click copies its address; without clipboard (or with a modifier key) it stays a link.
import { toast } from "../toast.js";

class CopyLink extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  async handleEvent(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !navigator.clipboard) return;
    event.preventDefault();
    try {
      await navigator.clipboard.writeText(link.href);
      toast(this.dataset.done);
    } catch {
      location.href = link.href;
    }
  }
}

customElements.define("copy-link", CopyLink);
