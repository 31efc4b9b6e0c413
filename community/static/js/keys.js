// The keys of the whole site: / search, a ask, j k move, r reply, ? this list.
import { visit } from "../vendor/turbo.js";

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

const KEYS = {
  "/": (event) => {
    const box = document.querySelector("main input[type=search]") ?? document.querySelector(".bar input[type=search]");
    event.preventDefault();
    if (box?.checkVisibility?.() ?? box) box.focus();
    else visit("/search");
  },
  "?": () => document.getElementById("keys-dialog")?.showModal(),
  a: () => visit("/ask"),
  j: () => step(1),
  k: () => step(-1),
  r: (event) => {
    const field = document.querySelector("#composer textarea");
    if (!field) return;
    event.preventDefault();
    field.focus();
  },
};

export function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || document.querySelector("dialog[open]")) return;
  KEYS[event.key]?.(event);
}

function step(by) {
  const stops = [...document.querySelectorAll("main .post, main .tile, main .result")];
  if (!stops.length) return;
  const current = stops.indexOf(document.activeElement?.closest(".post, .tile, .result"));
  const next = stops[Math.min(stops.length - 1, Math.max(0, current + by))];
  const link = next.querySelector(".tile__title a, .result__title a, .post__name");
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
