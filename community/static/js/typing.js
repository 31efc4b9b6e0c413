// Says that somebody is writing in a topic, while keys are pressed, and that they no longer are. Only the fact is told, never a word.
import { sign } from "./live.js";
import { isWriting } from "./presence.js";

const RENEWED = 4_000; // ms between signs of writing; one lasts nine seconds
const PAUSE = 6_000; // ms without a key after which nobody is writing any more

// Watches a field of the composer; what it returns ends that.
export function watch(field) {
  let pause;
  let signed = 0;

  function write() {
    clearTimeout(pause);
    pause = setTimeout(rest, PAUSE);
    if (Date.now() - signed < RENEWED) return;
    signed = Date.now();
    isWriting(true);
    sign(true, field.form.elements.brand?.checked ?? false);
  }

  function rest() {
    clearTimeout(pause);
    if (!signed) return;
    signed = 0;
    isWriting(false);
    sign(false, false);
  }

  const form = field.form;
  field.addEventListener("input", write);
  form.addEventListener("submit", rest);
  if (field === document.activeElement && field.value !== field.defaultValue) write(); // the first keys brought us here
  return () => {
    field.removeEventListener("input", write);
    form.removeEventListener("submit", rest);
    rest();
  };
}
