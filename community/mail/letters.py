"""What a mail is: kinds of letters, made at the moment of sending and in their reader's language and time zone.

A room that has something to write declares its kinds in a mapping that `LETTERS` in app.py names; the sender asks them and
knows no more. It puts the mail into the outbox with `put`, inside the unit of what it tells of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Flask, current_app, render_template
from werkzeug.utils import import_string

from community.core.fragments import base_url, drawing
from community.core.unit import Unit
from community.mail.colours import hexadecimal
from community.mail.models import OutgoingMail
from community.settings.queries import site

STALE: Final = timedelta(days=3)
"""A mail that could not leave for this long says nothing its reader still waits for."""

_TOKENS: Final = re.compile(r"(/(?:confirm|reset|first-run|unsubscribe|me-too|solved|unsolved|appeal)/)[\w.-]{20,}")
_ADDRESS: Final = re.compile(r"https?://\S+")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a letter is made of, read inside a unit; each kind adds its own."""

    to: str
    language: str
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Letter:
    """A mail ready to be sent. `headers` are those beyond the usual ones; where `html` is empty it is made of `text`."""

    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def masked(self) -> str:
        """The text without what the links in it could be used for."""
        return masked(self.text)


@dataclass(frozen=True)
class Kind:
    """How mails of a kind are made.

    `gather(u, mail)` reads the facts inside a unit and makes the tokens; None when the mail is not needed any more.
    `write(facts)` makes the letter, in a context of the reader's language and time zone. `settled(u, mail)` is told, inside
    the unit that notes it, that the mail was sent, kept or given up: nothing more will come of it.
    """

    gather: Callable[[Unit, OutgoingMail], Any]
    write: Callable[[Any], Letter]
    settled: Callable[[Unit, OutgoingMail], None] | None = None
    urgent: bool = False
    """Sent before others: somebody waits for it."""
    stale: timedelta | None = STALE
    """How old a mail may be when it leaves; None where it is worth sending as long as `gather` finds facts."""
    not_before: Callable[[Unit, OutgoingMail], datetime] | None = None
    """The earliest moment at which it may leave, asked before each try; waiting for it is no try."""


def kinds() -> dict[str, Kind]:
    """Every kind of letter by its name, of all rooms that app.py names under LETTERS."""
    found: dict[str, Kind] = {}
    for name in current_app.config["LETTERS"]:
        found.update(import_string(name))
    return found


def put(u: Unit, *, position: int, kind: str, account_id: int | None = None, about_id: int = 0) -> OutgoingMail:
    """Put one mail into the outbox inside an open unit. Its address, text and token are made when it is sent."""
    mail = OutgoingMail(position=position, account_id=account_id, kind=kind, about_id=about_id, created_at=u.now, next_try_at=u.now)
    return u.add(mail)


def written(app: Flask, kind: Kind, facts: Facts) -> Letter:
    """The letter of these facts, with a body in HTML."""
    with drawing(app, facts.language, facts.time_zone):
        letter = kind.write(facts)
        if letter.html:
            return letter
        html = render_template("mail/plain.html", subject=letter.subject, blocks=_blocks(letter.text), **frame())
        return Letter(letter.to, letter.subject, letter.text, html, letter.headers)


def frame() -> dict[str, Any]:
    """What the frame of every mail in HTML shows: the brand, its colour and the site's address."""
    settings = site()
    colours = {"action": hexadecimal(0.47, 0.095, settings.hue), "line": hexadecimal(0.9, 0.012, 85), "soft": "#55605f"}
    return {"brand": settings.brand_name, "colours": colours, "base_url": base_url()}


def masked(text: str) -> str:
    """`text` with the tokens of its links masked."""
    return _TOKENS.sub(r"\1•••", text)


def _blocks(text: str) -> list[tuple[str, list[str]]]:
    """The paragraphs of a plain text: ("link", [address]) for an address that stands alone, else ("text", lines)."""
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in paragraph.splitlines() if line.strip()]
        if lines:
            blocks.append(("link" if len(lines) == 1 and _ADDRESS.fullmatch(lines[0]) else "text", lines))
    return blocks
