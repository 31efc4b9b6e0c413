// Around the posts of a topic: selecting words in one offers to quote them in the reply, with a link to where they stand.
class QuoteBox extends HTMLElement {
  connectedCallback() {
    document.addEventListener("selectionchange", this);
    this.button.addEventListener("click", this);
  }

  disconnectedCallback() {
    document.removeEventListener("selectionchange", this);
  }

  get button() {
    return this.querySelector("[data-quote]");
  }

  handleEvent(event) {
    if (event.type === "click") this.quote();
    else this.offer();
  }

  offer() {
    const selection = getSelection();
    const words = selection.toString().trim();
    const at = (node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.(".post__body");
    const body = words && at(selection.anchorNode);
    const fits = body && body === at(selection.focusNode) && this.contains(body) && document.querySelector("#composer textarea");
    this.button.hidden = !fits;
    if (fits) this.found = { words, post: body.closest("[data-post]") };
  }

  quote() {
    const field = document.querySelector("#composer textarea");
    const { words, post } = this.found;
    const name = post.querySelector(".post__name").textContent.replace(/[\[\]\\]/g, "\\$&");
    const quoted = words.split("\n").map((line) => `> ${line}`).join("\n");
    const before = field.value.trimEnd();
    field.value = `${before ? `${before}\n\n` : ""}> [${name}](/p/${post.dataset.post}):\n>\n${quoted}\n\n`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    this.button.hidden = true;
  }
}

customElements.define("quote-box", QuoteBox);
