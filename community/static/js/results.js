// An open page of results: what newly matches is offered by a pill and inserted when it is pressed; what no longer does is
// marked where it stands. The page knows by data-known which topics its number counts, so each new one is told once.
import * as Turbo from "../vendor/turbo.js";
import { catchUp } from "./live.js";
import { drawn } from "./pills.js";

const MOST = 40; // new results that the server draws at once

const ids = (list, name) => new Set(list.dataset[name]?.split(" ").filter(Boolean));
const shown = (list, topic) => list.querySelector(`[data-topic="${topic}"]`);

// `fresh` is set where the topic itself is new; of more results than the page knows, only these are certain to be.
export function found(list, { topic, fresh }) {
  shown(list, topic)?.removeAttribute("data-lost");
  if (shown(list, topic) || ids(list, "known").has(topic)) return;
  if (!("first" in list.dataset) || ("more" in list.dataset && fresh === undefined)) return;
  offer(list, ids(list, "offered").add(topic));
}

// `fits` is set where only words are missing: a result that was found without some of them is what it was.
export function lost(list, { topic, fits }) {
  const result = shown(list, topic);
  if (fits === undefined || !("loose" in (result?.dataset ?? {}))) result?.toggleAttribute("data-lost", true);
  withdraw(list, topic);
}

// It was removed, or is not for this reader any more.
export function gone(list, { topic }) {
  shown(list, topic)?.remove();
  withdraw(list, topic);
}

function withdraw(list, topic) {
  const offered = ids(list, "offered");
  if (offered.delete(topic)) offer(list, offered);
}

function offer(list, offered) {
  list.dataset.offered = [...offered].join(" ");
  const pill = drawn("results", offered.size, location.href, (event) => {
    event.preventDefault();
    insert(list, offered);
  });
  if (pill && pill.nextElementSibling !== list) list.before(pill);
}

// The results as they are now, each at its place; the rest of the page stays as it is.
async function insert(list, offered) {
  const address = new URL(location.href);
  address.searchParams.set("fresh", [...offered].slice(0, MOST).join(","));
  list.dataset.offered = "";
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(`the search answered ${answer.status}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!list.isConnected) return;
    const meanwhile = [...ids(list, "offered")];
    for (const part of [document.getElementById("search_filters"), list]) Turbo.morphElements(part, page.getElementById(part.id));
    const known = ids(list, "known");
    offer(list, new Set(meanwhile.filter((topic) => !known.has(topic))));
    catchUp(); // tells which results the page shows now
  } catch {
    offer(list, new Set([...offered, ...ids(list, "offered")])); // it can be pressed again
  }
}

// A page that was kept and is shown again has lost its pill, not what it offered.
document.addEventListener("turbo:load", () => {
  const list = document.querySelector("[data-live-results][data-offered]");
  if (list) offer(list, ids(list, "offered"));
});
