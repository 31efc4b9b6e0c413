"""Checking the record of this site, and bringing in what a restored backup lacks."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import delete, func, select

from community.accounts.models import Account
from community.core.errors import Invalid
from community.core.unit import Unit, unit
from community.extensions import db
from community.record import triggers
from community.record.chain import FIRST, Broken, Head, Verdict, verify
from community.record.follow import last_entry, moment
from community.record.models import RecordEntry, RecordHead, RecordPart
from community.record.queries import lines, newest_signed
from community.record.signing import private_key, public_pem, read_public
from community.staff.models import Grant

NAMES = ("by", "whom")
"""Parts that hold the name of a person."""


def verify_own(saved: Head | None = None) -> Verdict:
    """Check the record in the database. Raises Broken with the first entry that does not hold."""
    return verify(lines(), own_key(), saved)


def own_key() -> Ed25519PublicKey:
    """The public key of the newest signature; where nothing is signed yet, one by which nothing is."""
    signed = newest_signed()
    return read_public(signed.key.encode()) if signed is not None else Ed25519PrivateKey.generate().public_key()


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
    lines_of_file = file.read_text(encoding="utf-8").split("\n")  # words may hold what other programs take for an end of line
    try:
        verify(lines_of_file, private_key(make=False).public_key())
    except Broken as error:
        raise Invalid(f"{file} is not brought in. {error}") from error
    pem = public_pem(private_key(make=False))
    rows = [json.loads(line) for line in lines_of_file if line.strip()]
    with unit() as u:
        last = last_entry(u)
        n, prev = (last.n, last.hash) if last else (0, FIRST)
        people = _employees(u)
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
                    whose = people.get(part["text"]) if name in NAMES else None
                    u.add(RecordPart(entry_n=row["n"], name=name, salt=part["salt"], text=part["text"], account_id=whose))
        for row in (row for row in rows if "head" in row):
            head = row["head"]
            if u.session.get(RecordHead, head["n"]) is None:
                u.add(RecordHead(n=head["n"], hash=head["hash"], at=moment(head["at"]), signature=row["signature"], key=pem))
    return len(entries) - n


def _employees(u: Unit) -> dict[str, int]:
    """Accounts of those who hold or held a role, by name; names that two of them share are left out."""
    query = (
        select(Account.name, func.min(Account.id).label("id"))
        .where(Account.id.in_(select(Grant.account_id)))
        .group_by(Account.name)
        .having(func.count() == 1)
    )
    return {row.name: row.id for row in u.session.execute(query)}
