// Checks the whole record in the reader's own browser: every hash, every digest of words, every signature.
import { ed25519, sha256 } from "../../vendor/noble.js";

const ZERO = "0".repeat(64);
const text = new TextEncoder();

function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
  return `{${pairs.join()}}`;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const digest = (words) => hex(sha256(text.encode(words)));
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

// The raw key is the last 32 bytes of its DER form.
const keyOf = (pem) => bytes(pem.replace(/-----[^-]+-----|\s/g, "")).slice(-32);

function entryHolds(row, prev) {
  const parts = {};
  for (const [name, part] of Object.entries(row.parts)) {
    parts[name] = part.digest;
    if ("text" in part && digest(`${part.salt}\n${part.text}`) !== part.digest) return false;
  }
  const { n, at, kind, about } = row;
  return row.prev === prev && row.hash === digest(canonical({ n, at, kind, about, parts, prev }));
}

export function check(file, pem) {
  const key = keyOf(pem);
  const hashes = [ZERO];
  let signed = 0;
  for (const line of file.split("\n").filter(Boolean)) {
    const row = JSON.parse(line);
    if (row.head) {
      if (!ed25519.verify(bytes(row.signature), text.encode(canonical(row.head)), key)) return { forged: true };
      if (hashes[row.head.n] !== row.head.hash) return { broken: row.head.n };
      signed = row.head.n;
    } else {
      if (row.n !== hashes.length || !entryHolds(row, hashes.at(-1))) return { broken: hashes.length };
      hashes.push(row.hash);
    }
  }
  return { entries: hashes.length - 1, signed };
}

class RecordCheck extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", this);
  }

  async handleEvent(event) {
    if (!event.target.closest("button")) return;
    const { file, key, working, holds, breaks, forged, failed } = this.dataset;
    const say = (words) => { this.querySelector("[role=status]").textContent = words; };
    say(working);
    try {
      const found = await Promise.all([file, key].map(async (address) => (await fetch(address)).text()));
      const result = check(...found);
      if (result.forged) say(forged);
      else if (result.broken) say(breaks.replace("{n}", result.broken));
      else say(holds.replace("{n}", result.entries).replace("{s}", result.signed));
    } catch (reason) {
      console.error("record not checked", reason);
      say(failed);
    }
  }
}

customElements.define("record-check", RecordCheck);
