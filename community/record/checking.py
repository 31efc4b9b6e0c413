"""Checking the record of this site, and bringing in what a restored backup lacks."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import delete

from community.core.errors import Invalid
from community.core.unit import unit
from community.extensions import db
from community.record import triggers
from community.record.chain import FIRST, Broken, Head, Verdict, verify
from community.record.follow import last_entry, moment
from community.record.models import RecordEntry, RecordHead, RecordPart
from community.record.queries import lines
from community.record.signing import public_pem, read_public


def verify_own(saved: Head | None = None) -> Verdict:
    """Check the record in the database. Raises Broken with the first entry that does not hold."""
    return verify(lines(), read_public(public_pem()), saved)


def missing_triggers() -> set[str]:
    """The triggers that should stand and do not."""
    return triggers.names() - triggers.standing(db.session.connection())


def erase_person(account_id: int) -> int:
    """Delete the words that name a person, and their salts; the chain still holds. Returns how many parts went."""
    with unit() as u:
        gone = u.session.execute(delete(RecordPart).where(RecordPart.account_id == account_id).returning(RecordPart.id))
        return len(gone.all())


def bring_in(file: Path) -> int:
    """Add the entries of a newer copy of this very record that a restored backup lacks; returns how many.

    Raises Invalid when the copy does not hold, or is not a continuation of what is there.
    """
    text = file.read_text(encoding="utf-8")
    try:
        verify(text.splitlines(), read_public(public_pem()))
    except Broken as error:
        raise Invalid(f"{file} is not brought in. {error}") from error
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    with unit() as u:
        last = last_entry(u)
        n, prev = (last.n, last.hash) if last else (0, FIRST)
        entries = [row for row in rows if "head" not in row]
        if n and (len(entries) < n or entries[n - 1]["hash"] != prev):
            raise Invalid(f"{file} is not a continuation of this record: entry {n} is another one there.")
        for row in entries[n:]:
            parts = {name: part["digest"] for name, part in row["parts"].items()}
            kept = {name: row[name] for name in ("n", "kind", "about", "prev", "hash")}
            # Its event is not in the restored log: no position of this one is its own.
            u.add(RecordEntry(**kept, position=-row["n"], at=moment(row["at"]), by_id=None, parts=parts))
            u.session.flush()
            for name, part in row["parts"].items():
                if "text" in part:
                    u.add(RecordPart(entry_n=row["n"], name=name, salt=part["salt"], text=part["text"], account_id=None))
        heads = [row for row in rows if "head" in row and row["head"]["n"] > n]
        for row in heads:
            head = row["head"]
            u.add(RecordHead(n=head["n"], hash=head["hash"], at=moment(head["at"]), signature=row["signature"]))
    return len(entries) - n
