// Applies what arrives live, without ever taking something out of a reader's hands: what is being edited stays as it is and is
// marked stale, a block under pointer or focus waits until it is left, and a list offers what is new instead of moving.
import * as Turbo from "../vendor/turbo.js";
import { offerReply, offerTopic } from "./pills.js";

const EDITING = "[data-editing], input:focus, textarea:focus, select:focus, [contenteditable]:focus";
const SPREAD = 1_500; // ms over which the readers of a page fetch it again
const RETRY = 400; // ms

const HARMLESS = new Set(["append", "prepend", "before", "after", "offer"]); // they take nothing away

const deferred = new Map(); // the newest stream for each target that is in use
let retry;

export function apply(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const stream of holder.content.querySelectorAll("turbo-stream")) {
    stream.toggleAttribute("data-live", true);
    for (const post of newPosts(stream)) offerReply(post);
  }
  Turbo.renderStreamMessage(holder.innerHTML);
}

// The page is so far behind that it is fetched again; Turbo changes only what differs, and keeps what is being edited.
export function refreshPage() {
  apply('<turbo-stream action="refresh" method="morph" scroll="preserve"></turbo-stream>');
}

// Something that is shown may no longer be: fetch the page with the rights of now, from no cache.
export function forgetRights() {
  Turbo.cache.clear();
  Turbo.visit(location.href, { action: "replace" });
}

function newPosts(stream) {
  if (stream.getAttribute("action") !== "append") return [];
  const posts = stream.querySelector("template").content.querySelectorAll("[data-post]");
  return [...posts].filter((post) => !document.getElementById(post.id));
}

Turbo.StreamActions.offer = function () {
  for (const list of this.targetElements) offerTopic(list, this.dataset);
};

document.addEventListener("turbo:before-stream-render", (event) => {
  const { newStream, render } = event.detail;
  if (!newStream.hasAttribute("data-live")) return;
  event.detail.render = (stream) => (stream.action === "refresh" ? defer(stream, render, Math.random() * SPREAD) : gently(stream, render));
});

function gently(stream, render) {
  if (HARMLESS.has(stream.action)) return render(stream);
  const inUse = stream.targetElements.filter(isInUse);
  inUse.forEach((element) => element.toggleAttribute("data-stale", true));
  if (inUse.length) return defer(stream, render, RETRY);
  deferred.delete(aim(stream));
  const giveBack = focused(stream.targetElements);
  render(stream);
  giveBack?.();
}

// An element is in use while somebody edits in it; a calm one also while pointer or focus are in it.
function isInUse(element) {
  if (element.matches(EDITING) || element.querySelector(EDITING)) return true;
  const calm = element.closest("[data-calm]");
  return calm !== null && (calm.matches(":hover") || calm.contains(document.activeElement));
}

const aim = (stream) => stream.target ?? stream.targets ?? stream.action;

function defer(stream, render, pause) {
  deferred.delete(aim(stream));
  deferred.set(aim(stream), { stream, render });
  retry ??= setTimeout(again, pause);
}

function again() {
  retry = undefined;
  const tried = [...deferred.values()];
  deferred.clear();
  for (const { stream, render } of tried) {
    if (stream.action !== "refresh") gently(stream, render);
    else if (document.querySelector(EDITING)) defer(stream, render, RETRY);
    else render(stream);
  }
}

// What gives the focus back to the same control after its element was drawn anew.
function focused(elements) {
  const active = document.activeElement;
  const holder = elements.find((element) => element !== active && element.contains(active));
  if (!holder?.id) return null;
  const controls = (element) => [...element.querySelectorAll("a[href], button, summary")];
  const place = controls(holder).indexOf(active);
  return () => controls(document.getElementById(holder.id) ?? document.createElement("i"))[place]?.focus({ preventScroll: true });
}
