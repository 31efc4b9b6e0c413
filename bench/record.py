"""A record of 100,000 entries: how long its pages and filters take, how it is downloaded, and how fast it is verified.

    .venv/bin/python -m bench.record [ENTRIES]

On SQLite, through the application but without a network; every page is asked for once, so none comes from the store of kept pages.
The entries are chained as the follower chains them, and signed at the end. The reference of a page is `/team` in the same run, that
of verifying is SHA-256 over the same bytes.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from sqlalchemy import insert

from community.accounts.actions import open_account
from community.app import create_app
from community.config import Config
from community.extensions import db
from community.migrating import migrate
from community.record.chain import FIRST, entry_hash, part_digest, verify
from community.record.follow import moment, written
from community.record.models import RecordEntry, RecordPart
from community.record.queries import lines, newest_signed
from community.record.signing import sign
from community.staff.actions import grant_role

BATCH = 2_000
PAGES = 40
KINDS = ("post.removed", "post.edited", "topic.closed", "topic.moved")
PEOPLE = 8


def main() -> None:
    """Make the record and print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        environ = {"BOTHWAYS_DATA": folder, "BOTHWAYS_ENV": "test", "BOTHWAYS_SECRET_KEY": "bench" * 8, "BOTHWAYS_LIMITS": "off"}
        app = create_app(Config.from_environment(environ), durable=False)
        with app.app_context():
            migrate(db.engine)
            people = [_employee(number) for number in range(PEOPLE)]
            began = time.perf_counter()
            _fill(count, people)
            sign()
            print(f"{count:,} entries made and chained in {time.perf_counter() - began:.0f} s")
            signed = newest_signed()
            assert signed is not None
            key = load_pem_public_key(signed.key.encode())
            assert isinstance(key, Ed25519PublicKey)
            db.session.remove()
        client = app.test_client()
        last = min(count // 50, 400)

        def page(address: str) -> Callable[[int], None]:
            def ask(number: int) -> None:
                answer = client.get(address.format(n=1 + number * last // PAGES, near=1 + number))
                assert answer.status_code == 200, answer.status_code

            return ask

        reference = timed("the team (reference)", page("/team?x={near}"))
        for name, address in (
            ("newest pages", "/record?page={near}"),
            ("pages all through", "/record?page={n}"),
            ("one kind", "/record?kind=post.removed&page={near}"),
            ("one employee", "/record?by=worker3&page={near}"),
            ("kind, employee and days", "/record?kind=topic.moved&by=worker3&since=2020-01-01&until=2025-12-31&page={near}"),
        ):
            timed(name, page(address), reference)
        with app.app_context():
            file = Path(folder) / "record.jsonl"
            began = time.perf_counter()
            with file.open("w", encoding="utf-8") as told:
                told.writelines(lines())
            megabytes = file.stat().st_size / 1024**2
            print(f"{'written as a file':>40}  {time.perf_counter() - began:6.1f} s, {megabytes:.0f} MB")
        began = time.perf_counter()
        hashlib.sha256(file.read_bytes()).hexdigest()
        plain = time.perf_counter() - began
        began = time.perf_counter()
        with file.open(encoding="utf-8") as told:
            verdict = verify(told, key)
        spent = time.perf_counter() - began
        assert verdict.entries == count
        print(f"{'verified':>40}  {spent:6.1f} s, {count / spent:,.0f} entries a second, {spent / plain:.0f} x plain SHA-256")


def timed(name: str, ask: Callable[[int], None], reference: float | None = None) -> float:
    """Ask so many times; prints median and p95 in milliseconds, and the ratio of the medians. Returns the median in seconds."""
    taken = []
    for number in range(PAGES):
        began = time.perf_counter()
        ask(number)
        taken.append(time.perf_counter() - began)
    taken.sort()
    middle, slow = taken[len(taken) // 2], taken[int(0.95 * len(taken))]
    ratio = f", {middle / reference:.1f} x" if reference else ""
    print(f"{name:>40}  p50 {1000 * middle:6.1f} ms, p95 {1000 * slow:6.1f} ms{ratio}", flush=True)
    return middle


def _employee(number: int) -> int:
    handle = f"worker{number}"
    account_id = open_account(handle=handle, name=f"Worker {number}", email=f"{handle}@example.com", confirmed=True)
    grant_role(by=None, account_id=account_id, role="moderator", title="Moderator", source="command")
    return account_id


def _fill(count: int, people: list[int]) -> None:
    """Entries as `record/follow.py` makes them, without the events that they came from."""
    prev, at = FIRST, datetime(2020, 1, 1, tzinfo=UTC)
    for start in range(1, count + 1, BATCH):
        entries, parts = [], []
        for n in range(start, min(start + BATCH, count + 1)):
            at += timedelta(minutes=31)
            kind, who = KINDS[n % len(KINDS)], n % PEOPLE
            words = {"by": f"Worker {who}", "reason": f"The reason of entry {n}, in some words that people read"}
            salts = {name: secrets.token_hex(16) for name in words}
            digests = {name: part_digest(salts[name], text) for name, text in words.items()}
            about = {"post": n, "topic": n // 7 + 1}
            made = entry_hash(n=n, at=written(at), kind=kind, about=about, parts=digests, prev=prev)
            row = {"n": n, "position": n + 1_000_000, "at": moment(written(at)), "kind": kind, "by_id": people[who], "about": about}
            entries.append({**row, "parts": digests, "prev": prev, "hash": made})
            parts += [
                {"entry_n": n, "name": name, "salt": salts[name], "text": text, "account_id": people[who] if name == "by" else None}
                for name, text in words.items()
            ]
            prev = made
        db.session.execute(insert(RecordEntry), entries)
        db.session.execute(insert(RecordPart), parts)
        db.session.commit()


if __name__ == "__main__":
    main()
