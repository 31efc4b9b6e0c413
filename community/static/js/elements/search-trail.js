// Around a list of results: tells, without saying who, which topic was opened after which words (data-words), and after which words before
// them that had found nothing (data-before).
import { isTaken } from "../sending.js";

class SearchTrail extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
    this.addEventListener("auxclick", this);
  }

  handleEvent(event) {
    const topic = event.target.closest("a[href]") && event.target.closest("[data-topic]")?.dataset.topic;
    if (!topic) return;
    isTaken("/search/opened", { topic, q: this.dataset.words, before: this.dataset.before });
  }
}

customElements.define("search-trail", SearchTrail);
