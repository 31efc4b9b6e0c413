// A textarea for Markdown with what helps in writing it: the toolbar, pasting tables and links as Markdown, people after an @,
// Ctrl+Enter to send, and a preview drawn by the server's own renderer (POST to data-preview, answered with HTML).
import "../../vendor/markdown-toolbar.js";
import { subscribe } from "../../vendor/paste-markdown.js";
import "../../vendor/text-expander.js";
import { offerPeople, takePerson } from "../mentions.js";
import { unsafeHeaders } from "../sending.js";
import { watch } from "../typing.js";

class PostEditor extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    this.unpaste = subscribe(this.field).unsubscribe;
    this.addEventListener("keydown", this);
    this.addEventListener("click", this);
    if (this.field.form?.id === "composer") this.unwatch = watch(this.field);
    const expander = this.querySelector("text-expander"); // its events do not bubble
    expander.addEventListener("text-expander-change", offerPeople);
    expander.addEventListener("text-expander-value", takePerson);
  }

  disconnectedCallback() {
    this.unpaste();
    this.unwatch?.();
  }

  handleEvent(event) {
    if (event.type === "keydown" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.field.form.requestSubmit();
    }
    const button = event.target.closest?.("[data-show-preview]");
    if (event.type === "click" && button) this.toggle(button);
  }

  async toggle(button) {
    const pane = this.querySelector("[data-preview-pane]");
    const open = pane.hidden;
    if (open) await this.draw(pane);
    pane.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  async draw(pane) {
    try {
      const body = new URLSearchParams({ body: this.field.value });
      const answer = await fetch(this.dataset.preview, { method: "POST", body, headers: unsafeHeaders(this.field.form) });
      if (!answer.ok) throw new Error(String(answer.status));
      pane.innerHTML = await answer.text();
    } catch {
      pane.textContent = this.dataset.failed;
    }
  }
}

customElements.define("post-editor", PostEditor);
