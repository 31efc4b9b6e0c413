"""The chain by itself: whatever is changed, dropped, swapped, inserted or cut is found and named."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from community.record.chain import FIRST, Broken, Head, canonical, entry_hash, head_bytes, part_digest, read_head, verify

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key()


def entry(n: int, prev: str, **parts: str) -> dict[str, Any]:
    told = {name: {"salt": f"salt{n}", "text": text, "digest": part_digest(f"salt{n}", text)} for name, text in parts.items()}
    row = {"n": n, "at": f"2026-01-{n:02}T10:00:00Z", "kind": "post.removed", "about": {"post": n}, "parts": told, "prev": prev}
    digests = {name: part["digest"] for name, part in told.items()}
    row["hash"] = entry_hash(n=n, at=row["at"], kind=row["kind"], about=row["about"], parts=digests, prev=prev)
    return row


def signed(row: dict[str, Any], key: Ed25519PrivateKey = KEY) -> dict[str, Any]:
    head = Head(row["n"], row["hash"], f"2026-01-{row['n']:02}T23:00:00Z")
    signature = base64.b64encode(key.sign(head_bytes(head))).decode()
    return {"head": {"n": head.n, "hash": head.hash, "at": head.at}, "signature": signature}


def chain(length: int) -> list[dict[str, Any]]:
    rows, prev = [], FIRST
    for n in range(1, length + 1):
        rows.append(entry(n, prev, by="Eva Lind", reason=f"Reason {n} — ‘ünïcode’ \u2028 \x07"))
        prev = rows[-1]["hash"]
    return rows


def written(rows: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(row, ensure_ascii=False) for row in rows]


def found(rows: list[dict[str, Any]], saved: Head | None = None) -> str:
    """What is wrong, or nothing."""
    try:
        verify(written(rows), PUBLIC, saved)
    except Broken as error:
        return str(error)
    return ""


def test_a_whole_record_holds() -> None:
    rows = chain(5)
    rows.insert(3, signed(rows[2]))
    verdict = verify(written(rows), PUBLIC)
    assert (verdict.entries, verdict.signed and verdict.signed.n, verdict.unsigned) == (5, 3, 2)
    assert verify([], PUBLIC).entries == 0


def test_what_a_person_was_called_can_go_and_the_chain_holds() -> None:
    rows = chain(3)
    rows[1]["parts"]["by"] = {"digest": rows[1]["parts"]["by"]["digest"]}
    assert found(rows) == ""


@given(st.integers(1, 6), st.sampled_from(["at", "kind", "about", "text", "salt", "digest", "hash", "prev", "n"]), st.data())
@settings(max_examples=60)
def test_a_changed_entry_is_named(n: int, where: str, data: st.DataObject) -> None:
    rows = chain(6)
    row = rows[n - 1]
    if where in {"text", "salt", "digest"}:
        row["parts"]["reason"][where] += "x"
    elif where == "about":
        row["about"] = {"post": data.draw(st.integers(7, 99))}
    elif where == "n":
        row["n"] = data.draw(st.integers(7, 99))
    else:
        row[where] = data.draw(st.text().filter(lambda text: text != row[where]))
    assert f"Entry {n} " in found(rows)


@given(st.integers(1, 5), st.integers(1, 6))
def test_dropped_swapped_and_inserted_entries_are_named(first: int, second: int) -> None:
    rows = chain(6)
    dropped = rows[: first - 1] + rows[first:]
    assert f"Entry {first} is missing" in found(dropped)
    inserted = [*rows[:first], entry(first + 1, rows[first - 1]["hash"], by="Mallory"), *rows[first:]]
    assert f"Entry {first + 2} is missing" in found(inserted), "the inserted one holds by itself, and what follows it does not"
    if first != second:
        swapped = list(rows)
        swapped[first - 1], swapped[second - 1] = swapped[second - 1], swapped[first - 1]
        assert f"Entry {min(first, second)} is missing" in found(swapped)


def test_a_rewritten_past_does_not_fit_the_signature() -> None:
    rows = chain(4)
    head = signed(rows[3])
    other, prev = [], FIRST
    for n in range(1, 5):
        other.append(entry(n, prev, by="Eva Lind", reason="Nothing happened"))
        prev = other[-1]["hash"]
    assert found(other) == "", "consistent by itself"
    assert "names an entry 4 that is not the one" in found([*other, head])
    assert "is not by this key" in found([*other, signed(other[3], Ed25519PrivateKey.generate())])


def test_a_cut_after_a_saved_head_is_found() -> None:
    rows = chain(6)
    saved = Head(5, rows[4]["hash"], "")
    assert found(rows, saved) == ""
    assert found(rows[:4]) == "", "without the saved head nobody can tell"
    assert "the record ends at entry 4" in found(rows[:4], saved)
    rows[4] = entry(5, rows[3]["hash"], reason="Another")
    assert "it has another hash now" in found(rows[:5], saved)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "[]",
        "1",
        "{}",
        '{"n":1}',
        '{"head":1}',
        '{"head":{"n":1,"hash":"a","at":"b"},"signature":"?"}',
        "[" * 5000,
        "[" * 70_000,
    ],
)
def test_what_is_no_record_is_refused_in_words(line: str) -> None:
    rows = written(chain(2))
    if line:
        with pytest.raises(Broken, match=r"(?i)line 3|Entry 3"):
            verify([*rows, line], PUBLIC)
    else:
        assert verify([*rows, line], PUBLIC).entries == 2
    if "head" not in line or line.endswith("1}"):
        with pytest.raises(Broken):
            read_head(line)


def test_one_form_of_json() -> None:
    assert canonical({"b": 1, "a": {"d": "ü\u2028", "c": []}}) == '{"a":{"c":[],"d":"ü\u2028"},"b":1}'.encode()
