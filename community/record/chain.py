"""The chain by itself: how an entry is hashed, and how a whole file is checked with nothing but a public key.

A file of the record holds one JSON object a line. An entry:

    {"n": 3, "at": "2026-11-26T09:00:00Z", "kind": "post.removed", "about": {"post": 73, "topic": 12},
     "parts": {"by": {"digest": "...", "salt": "...", "text": "..."}}, "prev": "...", "hash": "..."}

`hash` is SHA-256 over the canonical JSON (keys sorted, no spaces, UTF-8) of the entry without `hash`, and with each part
replaced by its digest; `prev` is the hash of the entry before, 64 zeros for the first. A part's digest is SHA-256 over
its salt, a line end and its text. Of a person who was erased the digest alone is left, and the chain still holds. A signed head:

    {"head": {"n": 3, "hash": "...", "at": "2026-11-26T23:59:00Z"}, "signature": "..."}

with an Ed25519 signature (base64) over the canonical JSON of `head`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FIRST: Final = "0" * 64
"""What stands for the hash before the first entry."""

LONGEST_LINE: Final = 64 * 1024
"""Characters of a line; ours are about 900."""


class Broken(Exception):
    """The record does not hold; the message names the first entry or line that does not, and why."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a record: the number and hash of its last entry, and when it was signed."""

    n: int
    hash: str
    at: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was proved: how many entries hold, and the last signed head among them (None: nothing is signed)."""

    entries: int
    last_hash: str
    signed: Head | None

    @property
    def unsigned(self) -> int:
        """Entries after the last signed head: consistent, but not signed yet."""
        return self.entries - (self.signed.n if self.signed else 0)


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON of one form only: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def part_digest(salt: str, text: str) -> str:
    """The digest of a part's words."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def entry_hash(*, n: int, at: str, kind: str, about: Mapping[str, int], parts: Mapping[str, str], prev: str) -> str:
    """The hash of an entry; `parts` maps names to digests."""
    return hashlib.sha256(
        canonical({"n": n, "at": at, "kind": kind, "about": dict(about), "parts": dict(parts), "prev": prev})
    ).hexdigest()


def head_bytes(head: Head) -> bytes:
    """What is signed of a head."""
    return canonical({"n": head.n, "hash": head.hash, "at": head.at})


def verify(lines: Iterable[str], key: Ed25519PublicKey, saved: Head | None = None) -> Verdict:
    """Check a whole record, line by line.

    With a head that was kept elsewhere, also that the entry it names still is what it was, so that nothing up to there was
    cut or rewritten. Raises Broken with the first thing that does not hold.
    """
    hashes: dict[int, str] = {}
    last, prev, signed = 0, FIRST, None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = _row(line, number)
        if "head" in row:
            signed = _checked_head(row, key, hashes, number)
        else:
            prev = _checked_entry(row, last + 1, prev)
            last += 1
            hashes[last] = prev
    if saved is not None and hashes.get(saved.n) != saved.hash:
        reason = f"the record ends at entry {last}" if saved.n > last else "it has another hash now"
        raise Broken(f"Entry {saved.n} of the saved head is not in this record as it was: {reason}.")
    return Verdict(last, prev, signed)


def read_head(text: str) -> Head:
    """A head that somebody kept: the JSON of a signed head or of its `head`. Raises Broken when it is neither."""
    try:
        row = json.loads(text)
        head = row.get("head", row)
        return Head(int(head["n"]), str(head["hash"]), str(head.get("at", "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Broken("The saved head is not one: it is JSON with n and hash.") from None


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line) if len(line) <= LONGEST_LINE else None
    except (ValueError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise Broken(f"Line {number} is not an entry.")
    return row


def _checked_entry(row: Mapping[str, Any], n: int, prev: str) -> str:
    if row.get("n") != n:
        raise Broken(f"Entry {n} is missing: entry {row.get('n')} stands in its place.")
    if row.get("prev") != prev:
        raise Broken(f"Entry {n} does not follow entry {n - 1}: its prev is another hash.")
    digests = {}
    try:
        for name, part in row["parts"].items():
            digests[str(name)] = str(part["digest"])
            if "text" in part and part_digest(str(part["salt"]), str(part["text"])) != part["digest"]:
                raise Broken(f"Entry {n} was changed: the words of its part “{name}” do not fit their digest.")
        found = entry_hash(n=n, at=row["at"], kind=row["kind"], about=row["about"], parts=digests, prev=prev)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Broken(f"Entry {n} is not whole.") from None
    if row.get("hash") != found:
        raise Broken(f"Entry {n} was changed: it does not fit its hash.")
    return found


def _checked_head(row: Mapping[str, Any], key: Ed25519PublicKey, hashes: Mapping[int, str], number: int) -> Head:
    try:
        head = Head(int(row["head"]["n"]), str(row["head"]["hash"]), str(row["head"]["at"]))
        key.verify(base64.b64decode(row["signature"], validate=True), head_bytes(head))
    except InvalidSignature:
        raise Broken(f"The signature in line {number} is not by this key.") from None
    except (KeyError, TypeError, ValueError):
        raise Broken(f"Line {number} is not a signed head.") from None
    if hashes.get(head.n) != head.hash:
        raise Broken(f"The head signed on {head.at} names an entry {head.n} that is not the one in this record.")
    return head
