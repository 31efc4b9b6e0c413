// Applies what arrives live, without ever taking something out of a reader's hands: what is being edited stays as it is and is
// marked stale, a block under pointer or focus waits until it is left, and a list offers what is new instead of moving.
import * as Turbo from "../vendor/turbo.js";

const EDITING = "[data-editing], input:focus, textarea:focus, select:focus, [contenteditable]:focus";
const HARMLESS = new Set(["append", "prepend", "before", "after", "offer", "found", "lost"]); // they take nothing away
const SPREAD = 1_500; // ms over which the readers of a page fetch it again
const RETRY = 400; // ms
const AGAIN = 2_000; // ms before a module that could not be fetched is asked for again

const deferred = new Map(); // the newest stream for each target that is in use
let retry;
let refresh;

// Nothing of these is needed before something has arrived. What arrives just before the network is lost waits for its module.
const pills = () => atLast(() => import("./pills.js"));
const results = () => atLast(() => import("./results.js"));
const refreshing = () => atLast(() => import("./refresh.js"));

async function atLast(load) {
  for (;;) {
    try {
      return await load();
    } catch {
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
}

export function apply(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const stream of holder.content.querySelectorAll("turbo-stream")) {
    stream.toggleAttribute("data-live", true);
    for (const post of newPosts(stream)) pills().then(({ offerReply }) => offerReply(post));
  }
  Turbo.renderStreamMessage(holder.innerHTML);
}

function newPosts(stream) {
  if (stream.getAttribute("action") !== "append") return [];
  const posts = stream.querySelector("template").content.querySelectorAll("[data-post]");
  return [...posts].filter((post) => !document.getElementById(post.id));
}

// Soon, when nobody edits here and no calm block is in use.
export function refreshSoon() {
  refresh ??= setTimeout(refreshIfIdle, Math.random() * SPREAD);
}

function refreshIfIdle() {
  const inUse = document.querySelector(EDITING) ?? document.querySelector("[data-calm]:hover, [data-calm]:focus-within");
  refresh = inUse ? setTimeout(refreshIfIdle, RETRY) : void refreshing().then(({ refreshPage }) => refreshPage());
}

Turbo.StreamActions.offer = function () {
  for (const list of this.targetElements) pills().then(({ offerTopic }) => offerTopic(list, this.dataset));
};

// A topic matches an open search now, no longer does, or is gone.
for (const name of ["found", "lost", "gone"]) {
  Turbo.StreamActions[name] = function () {
    for (const list of this.targetElements) results().then((module) => module[name](list, this.dataset));
  };
}

// A topic left the lists; what moves up in its place comes with the page.
Turbo.StreamActions.leave = function () {
  if (this.targetElements.length) refreshSoon();
  for (const tile of this.targetElements) tile.remove();
};

document.addEventListener("turbo:before-stream-render", (event) => {
  const { newStream, render } = event.detail;
  if (!newStream.hasAttribute("data-live")) return;
  event.detail.render = (stream) => (stream.action === "refresh" ? refreshSoon() : gently(stream, render));
});

function gently(stream, render) {
  if (HARMLESS.has(stream.action)) return render(stream);
  const aim = stream.target ?? stream.targets;
  deferred.delete(aim);
  const inUse = stream.targetElements.filter(isInUse);
  inUse.forEach((element) => element.toggleAttribute("data-stale", true));
  if (inUse.length) {
    deferred.set(aim, () => gently(stream, render));
    retry ??= setTimeout(again, RETRY);
    return;
  }
  const giveBack = focused(stream.targetElements);
  render(stream);
  giveBack?.();
}

// An element is in use while somebody edits in it; a calm one also while pointer or focus are in it.
function isInUse(element) {
  if (element.matches(EDITING) || element.querySelector(EDITING)) return true;
  const calm = element.closest("[data-calm]");
  return calm !== null && calm.matches(":hover, :focus-within");
}

function again() {
  retry = undefined;
  const waiting = [...deferred.values()];
  deferred.clear();
  waiting.forEach((draw) => draw());
}

// What gives the focus back to the same control after its element was drawn anew.
function focused(elements) {
  const active = document.activeElement;
  const holder = elements.find((element) => element !== active && element.contains(active));
  if (!holder?.id) return null;
  const controls = (element) => [...(element?.querySelectorAll("a[href], button, summary") ?? [])];
  const place = controls(holder).indexOf(active);
  return () => controls(document.getElementById(holder.id))[place]?.focus({ preventScroll: true });
}
