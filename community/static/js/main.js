// Starts Turbo and loads the module of an element only where its tag stands on the page. What nobody needs
// before the first touch, move or key is loaded at that moment, so that a first view stays small.
import * as Turbo from "../vendor/turbo.js";

const ATONCE = {
  "relative-time": () => import("../vendor/relative-time.js"),
  "live-feed": () => import("./elements/live-feed.js"),
  "own-bell": () => import("./elements/own-bell.js"),
  "read-mark[data-unread]": () => import("./elements/read-mark.js"),
  "search-trail": () => import("./elements/search-trail.js"),
  "talk-box": () => import("./elements/talk-box.js"),
};

const ONUSE = {
  "read-mark": () => import("./elements/read-mark.js"),
  "theme-switch": () => import("./elements/theme-switch.js"),
  "menu-box": () => import("./elements/menu-box.js"),
  "copy-link": () => import("./elements/copy-link.js"),
  "post-editor": () => import("./elements/post-editor.js"),
  "draft-box": () => import("./elements/draft-box.js"),
  "quote-box": () => import("./elements/quote-box.js"),
  "record-check": () => import("./elements/record-check.js"),
  "own-zone": () => import("./elements/own-zone.js"),
  "hue-pick": () => import("./elements/hue-pick.js"),
  "answer-finder": () => import("./elements/answer-finder.js"),
};

const wanted = new Set();
let inUse = false;
let leaving = false; // what was still loading is given up then, and nobody need hear of it

function load(table) {
  for (const [tag, start] of Object.entries(table)) {
    if (!wanted.has(tag) && document.querySelector(tag)) {
      wanted.add(tag);
      start().catch((reason) => {
        wanted.delete(tag);
        if (!leaving) console.error(`<${tag}> did not load`, reason);
      });
    }
  }
}

// Where tabs are wider than a phone, the one that is open is in sight.
function showTab() {
  const open = document.querySelector(".tabs > [aria-current]");
  if (open) open.parentElement.scrollLeft = open.offsetLeft - open.parentElement.offsetLeft;
}

function look() {
  showTab();
  load(ATONCE);
  if (inUse) load(ONUSE);
}

function begin() {
  if (inUse) return;
  inUse = true;
  load(ONUSE);
}

for (const name of ["pointermove", "pointerdown", "keydown", "focusin"]) {
  addEventListener(name, begin, { once: true, passive: true });
}

// A tap may come before the module it needs: it is given again once that is there.
addEventListener(
  "click",
  (event) => {
    const button = event.target.closest?.("button[type=button]");
    const host = button?.closest(Object.keys(ONUSE).join());
    if (!host || customElements.get(host.localName)) return;
    event.stopImmediatePropagation();
    customElements.whenDefined(host.localName).then(() => button.click());
  },
  { capture: true },
);

addEventListener("pagehide", () => (leaving = true));
addEventListener("pageshow", () => (leaving = false));

let press;
addEventListener("keydown", async (event) => {
  if (press) return press(event); // at once, so that what is typed behind a key goes where it leads
  const before = document.activeElement;
  ({ press } = await import("./keys.js"));
  if (document.activeElement === before) press(event); // an earlier key has moved the focus: this one was meant for there
});

Turbo.config.forms.confirm = async (question, form, submitter) => {
  const { agree } = await import("./confirm.js");
  return agree(question, submitter);
};

// What is the viewer's own on this page has changed: their stylesheet is fetched again, and the old one holds until it is there.
Turbo.StreamActions.restyle = function () {
  const old = document.getElementById("viewer-style");
  if (!old) return;
  const link = old.cloneNode();
  link.href = `${old.href.split("&at=")[0]}&at=${Date.now()}`;
  link.onload = link.onerror = () => old.remove();
  old.after(link);
};

document.addEventListener("turbo:load", look);
document.addEventListener("turbo:frame-load", look);
document.addEventListener("turbo:render", look);
look();
