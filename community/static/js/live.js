// The one socket of this tab. It outlives Turbo's visits; elements only join channels and leave them.
// Every channel knows up to which position of the log the page shows it. What arrives is applied when it follows on that,
// dropped when it is not newer, and fetched as a whole where something between is missing.
import { io } from "../vendor/socket.io.js";
import { apply, refreshSoon } from "./live-streams.js";

const POLL = 15_000; // ms between questions while there is no socket
const ANSWER = 10_000; // ms to wait for an answer
const AGAIN = 3_000; // ms before the next try when none came; longer each time
const CALM = { spread: 200, other: 1_000, home: 10_000 }; // ms: over which nudged readers ask, and between the questions of one
const PAUSES = { restart: [300, 5_000], error: [3_000, 10_000], too_many: [30_000, 60_000] }; // ms, from and to

const PATIENCE = 3_000; // ms without a connection after which a corner of the page, and screen readers, are told

const channels = new Map();
let socket;
let wasSignedIn;
let waiting = false;
let again; // the timer of the next question after one in vain
let failures = 0; // questions in a row that got no answer
let patience; // the timer of that
let away = false; // a connection was lost or refused, and there is none since

// A feed is anything with `names` (channels), `position`, and `moved(position)`, which is told where the page stands.
export function join(feed) {
  const from = parse(feed.position);
  for (const name of feed.names) {
    const known = channels.get(name);
    const channel = known ?? { feeds: new Set(), at: from, held: [] };
    channel.feeds.add(feed);
    if (known && isOlder(from, known.at)) channel.at = from;
    channel.held ??= [];
    channels.set(name, channel);
  }
  connect();
  soon();
}

export function leave(feed) {
  const left = [];
  for (const name of feed.names) {
    const channel = channels.get(name);
    channel?.feeds.delete(feed);
    if (channel && !channel.feeds.size) {
      channels.delete(name);
      left.push(name);
    }
  }
  if (left.length && socket?.connected) socket.emit("unsubscribe", { channels: left });
}

// Whether everything that the page shows follows the log.
export const isLive = () => channels.size > 0 && socket.connected && [...channels.values()].every((channel) => !channel.held);

function connect() {
  if (socket) {
    if (wasSignedIn !== isSignedIn()) socket.disconnect();
    if (!socket.active) socket.connect();
    return;
  }
  wasSignedIn = isSignedIn(); // a page joins more than once while it connects
  socket = io({ transports: ["websocket"], reconnectionDelayMax: POLL, randomizationFactor: 0.8 });
  socket.on("connect", () => {
    wasSignedIn = isSignedIn();
    away = false;
    show("live");
    catchUp();
  });
  socket.on("disconnect", lose);
  socket.on("connect_error", lose);
  socket.on("stream", receive);
  socket.on("nudge", receive);
  socket.on("presence", (told) => (told.channel === "duty" ? open(told.live) : import("./presence.js").then(({ show }) => show(told), () => {}))); // it will be told again
  socket.on("goodbye", part);
}

// Whether somebody is on duty: the door to the desk says so on every page.
function open(live) {
  for (const door of document.querySelectorAll("[data-duty]")) {
    door.dataset.duty = live ? "on" : "off";
    door.querySelector("[data-duty-words]").textContent = live ? door.dataset.on : door.dataset.off;
  }
}

// Somebody types here, or no longer does; others who have the topic or the talk open see it.
export function sign(on, speaks) {
  const channel = document.querySelector("[data-presence^=topic], [data-presence^=talk]")?.dataset.presence;
  if (channel && socket?.connected) socket.emit("typing", { channel, on, speaks });
}

function lose() {
  away = true;
  show("lost");
}

// Everything that is shown asks again what it missed: after a sleep, a lost network, a return from another page.
export function catchUp() {
  for (const channel of channels.values()) channel.held ??= [];
  soon();
}

function soon() {
  if (waiting) return;
  waiting = true;
  setTimeout(() => {
    waiting = false;
    ask();
  });
}

// A channel with a list `held` waits for an answer; until then its pushes are kept in that list.
async function ask() {
  const names = [...channels.keys()].filter((name) => channels.get(name).held);
  if (!names.length || !(socket.connected || away)) return; // the first connection is on its way, and asks
  const position = names.map((name) => channels.get(name).at).reduce((one, other) => (isOlder(other, one) ? other : one));
  const question = { channels: names, position: `${position.epoch}:${position.number}` };
  try {
    const overSocket = socket.connected;
    take(overSocket ? await socket.timeout(ANSWER).emitWithAck("subscribe", { ...question, shown: shown() }) : await missed(question), position);
    failures = 0;
    if (overSocket) show("live");
  } catch {
    show("lost");
    // A network that just came back may need a moment, a site that is gone has time: 3, 6, 12 seconds, then like a poll.
    clearTimeout(again);
    again = setTimeout(() => (socket.connected || document.visibilityState === "visible") && soon(), Math.min(POLL, AGAIN * 2 ** failures++));
  }
}

// The results of a search that the page shows: their server tells when one of them no longer is one.
const shown = () => [...document.querySelectorAll("[data-live-results] [data-topic]")].map((result) => Number(result.dataset.topic));

async function missed({ channels: names, position }) {
  const answer = await fetch(`/live?${new URLSearchParams({ channels: names.join(","), position })}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`catch-up answered ${answer.status}`);
  return answer.json();
}

// An answer counts for a channel unless the page that was turned to meanwhile is older than the question (`from`: another question
// is on its way), or something newer has been applied.
function take(answer, from) {
  if (!answer) return;
  const position = parse(answer.position);
  const counts = (name) => {
    const at = channels.get(name)?.at;
    return at && !isOlder(at, from) && (at.epoch !== position.epoch || at.number <= position.number);
  };
  for (const { channel, html } of answer.streams) if (counts(channel)) apply(html);
  if (answer.reload.some(counts)) refreshSoon();
  for (const name of answer.granted.filter(counts)) {
    const channel = channels.get(name);
    const held = channel.held ?? [];
    channel.held = null;
    channel.wasGranted = true;
    move(channel, position);
    held.forEach(receive);
  }
  if (answer.refused.some((name) => channels.get(name)?.wasGranted)) rightsEnded();
  answer.refused.forEach((name) => channels.delete(name));
}

function receive(message) {
  const channel = channels.get(message.channel);
  if (!channel) return;
  if (channel.held) {
    channel.held.push(message);
    return;
  }
  const [position, prev] = [parse(message.position), parse(message.prev)];
  if (position.epoch === channel.at.epoch && position.number <= channel.at.number) return;
  if (message.html === undefined || position.epoch !== channel.at.epoch || prev.number > channel.at.number) {
    // Something between is missing, or not for everybody: ask with one's own rights.
    channel.held = [];
    askWithOwnRights(message);
    return;
  }
  apply(message.html);
  move(channel, position);
}

// Nudges that come meanwhile wait with the first, so that a busy hour costs each reader a question now and then, not one each time.
async function askWithOwnRights({ channel: name, url }) {
  if (url === undefined) return soon();
  const channel = channels.get(name);
  const due = (channel.asked ?? 0) + (name === "home" ? CALM.home : CALM.other);
  await new Promise((done) => setTimeout(done, Math.max(Math.random() * CALM.spread, due - Date.now())));
  if (channels.get(name) !== channel) return;
  channel.asked = Date.now();
  const from = channel.at;
  try {
    take(await missed({ channels: [name], position: `${from.epoch}:${from.number}` }), from);
  } catch {
    soon();
  }
}

function move(channel, position) {
  channel.at = position;
  for (const feed of channel.feeds) feed.moved(oldest(feed));
}

function oldest(feed) {
  const places = feed.names.map((name) => channels.get(name)?.at).filter(Boolean);
  const { epoch, number } = places.reduce((one, other) => (isOlder(other, one) ? other : one));
  return `${epoch}:${number}`;
}

function part({ reason, channels: names }) {
  if (names) {
    names.forEach((name) => channels.delete(name));
    rightsEnded();
    return;
  }
  const [from, to] = PAUSES[reason] ?? PAUSES.restart;
  if (!(reason in PAUSES)) rightsEnded();
  setTimeout(() => socket.connect(), from + Math.random() * (to - from));
}

const rightsEnded = () => import("./refresh.js").then(({ forgetRights }) => forgetRights(), () => location.reload());
const isSignedIn = () => document.querySelector("#act input[name=csrf_token]") !== null;
const isOlder = (one, other) => one.epoch !== other.epoch || one.number < other.number;

function parse(text) {
  const [epoch, number] = text.split(":");
  return { epoch, number: Number(number) };
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && catchUp());
addEventListener("online", () => {
  failures = 0;
  if (socket && !socket.connected) socket.disconnect().connect(); // at once, not after the next pause
  catchUp();
});
addEventListener("pageshow", (event) => event.persisted && catchUp());
document.addEventListener("turbo:load", catchUp);
setInterval(() => {
  if (socket && !socket.connected && document.visibilityState === "visible") catchUp();
}, POLL);


function show(state) {
  if (state === "live") {
    clearTimeout(patience);
    patience = undefined;
    write("live");
  } else {
    patience ??= setTimeout(() => write("lost"), PATIENCE);
  }
}

function write(state) {
  const words = document.querySelector("live-feed")?.dataset.lost;
  const place = document.getElementById("connection") ?? made();
  place.dataset.state = state;
  place.textContent = state === "lost" ? words : "";
}

function made() {
  const place = document.createElement("div");
  place.id = "connection";
  place.className = "connection";
  place.setAttribute("role", "status");
  place.dataset.turboPermanent = "";
  document.body.append(place);
  return place;
}
