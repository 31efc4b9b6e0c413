// Says when the page is not live: after three seconds without a connection, in a corner and to screen readers.
const PATIENCE = 3_000; // ms

let timer;

export function show(state) {
  if (state === "live") {
    clearTimeout(timer);
    timer = undefined;
    write("live");
  } else {
    timer ??= setTimeout(() => write("lost"), PATIENCE);
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
