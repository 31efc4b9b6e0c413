// "2 new replies", "3 new topics": says what arrived without moving anything, and leads there when it is pressed.
// The words stand in data-words of the page's <live-feed>, by plural form; screen readers hear them from its polite region.
import { refreshPage } from "./refresh.js";

let replies = [];
let counting;

// A post arrived. It stands at the end of the last page; elsewhere the pill leads to it.
export function offerReply(post) {
  replies.push(post.id);
  clearTimeout(counting);
  counting = setTimeout(countReplies, 100); // when it has been drawn
}

function countReplies() {
  replies = replies.filter((id) => !isSeen(document.getElementById(id)));
  const first = replies[0];
  const list = document.querySelector("[data-page][id$=_posts]");
  if (!list) return;
  const href = document.getElementById(first) ? `#${first}` : `/p/${first?.replace("post_", "")}`;
  const pill = drawn("replies", replies.length, href, (event) => lead(event, first));
  if (pill && pill.previousElementSibling !== list) list.after(pill);
}

// To the first of the new replies, where it stands on this page: a visit by Turbo could be overtaken by one that refreshes the page.
function lead(event, id) {
  replies = [];
  const post = document.getElementById(id);
  if (!post) return;
  event.preventDefault();
  history.replaceState(history.state, "", `#${id}`);
  post.scrollIntoView({ behavior: "instant" });
}

function isSeen(post) {
  if (!post) return false;
  const box = post.getBoundingClientRect();
  return box.top < innerHeight && box.bottom > 0;
}

// A topic is new in a list, has another place in it, or left it. The list stays as it is until the pill is pressed.
export function offerTopic(list, topic) {
  const fits = (name) => !list.dataset[name] || list.dataset[name].split(" ").some((one) => topic[name]?.split(" ").includes(one));
  const isThere = list.querySelector(`[data-topic="${topic.topic}"]`) !== null;
  const isFiltered = list.dataset.state || list.dataset.tag;
  const belongs = ["kind", "state", "category", "tag", "author", "section"].every(fits);
  if (belongs ? topic.news === "state" && (isThere || !isFiltered) : !isThere) return;
  const offered = new Set(list.dataset.offered?.split(" "));
  offered.add(topic.topic);
  list.dataset.offered = [...offered].join(" ");
  const pill = drawn("topics", offered.size, location.href, (event) => {
    event.preventDefault();
    refreshPage();
  });
  if (pill && pill.nextElementSibling !== list) list.before(pill);
}

const presses = new WeakMap(); // what each pill does

// The pill of a kind, with `count` of it; none where there is nothing to tell. One that is there changes its words and stays the
// same element, as somebody may be pressing it just now.
export function drawn(kind, count, href, pressed) {
  const old = document.getElementById(`pill_${kind}`);
  const feed = document.querySelector("live-feed");
  if (!count || !feed) {
    old?.remove();
    return null;
  }
  const pill = old ?? made(kind);
  const words = feed.words(kind, count);
  pill.setAttribute("href", href);
  presses.set(pill, pressed);
  if (pill.textContent !== words) {
    pill.textContent = words;
    feed.say(words);
  }
  return pill;
}

function made(kind) {
  const pill = document.createElement("a");
  pill.id = `pill_${kind}`;
  pill.className = kind !== "replies" ? "pill pill--top" : "pill";
  pill.addEventListener("click", (event) => {
    pill.remove();
    presses.get(pill)(event);
  });
  return pill;
}

// Whoever scrolls to a new reply has seen it.
addEventListener("scrollend", () => replies.length && countReplies(), { passive: true });
document.addEventListener("turbo:before-cache", () => {
  replies = [];
  for (const pill of document.querySelectorAll(".pill[id^=pill_]")) pill.remove();
});
