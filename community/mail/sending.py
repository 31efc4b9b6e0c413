"""The sender: empties the outbox, with growing pauses after failures.

A mail is claimed in one unit, sent outside any, and settled in another. A crash in between sends it
again, so at most twice. Without a mail server it is written and kept for admins to read.
"""

from __future__ import annotations

import smtplib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from flask import Flask, current_app
from sqlalchemy import select

from community.config import Config
from community.core import clock
from community.core.unit import unit
from community.core.wake import Watch
from community.extensions import db
from community.mail import letters, smtp
from community.mail.models import OutgoingMail
from community.settings.queries import site

PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480))
"""What is waited before each further try; after the last a mail is given up."""

CLAIM: Final = timedelta(minutes=5)
"""How long a mail belongs to the process that sends it."""

logger = structlog.get_logger()


@dataclass(frozen=True)
class Claimed:
    """A mail on its way: which try it is, and what it is made of (None: not needed any more)."""

    id: int
    tries: int
    kind: letters.Kind | None
    facts: letters.Facts | None


def send_due(limit: int = 20) -> int:
    """Send at most `limit` mails whose time has come; returns how many were taken up. Needs an application context."""
    due = (OutgoingMail.next_try_at.is_not(None), OutgoingMail.next_try_at <= clock.now())
    urgent = [name for name, kind in letters.kinds().items() if kind.urgent]
    order = (OutgoingMail.kind.not_in(urgent), OutgoingMail.next_try_at)
    ids = db.session.scalars(select(OutgoingMail.id).where(*due).order_by(*order).limit(limit)).all()
    db.session.rollback()
    return sum(_send(mail_id) for mail_id in ids)


def keep_sending(app: Flask, watch: Watch, stop: threading.Event) -> None:
    """Send until `stop` is set, looking whenever the log may have grown and once a second."""
    while not stop.is_set():
        with app.app_context():
            try:
                sent = send_due()
            except Exception:
                logger.exception("mail sender failed")
                sent = 0
                stop.wait(5.0)
        if not sent:
            watch.wait(1.0)


def _send(mail_id: int) -> bool:
    claimed = _claim(mail_id)
    if claimed is None:
        return False
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - not the proxy
    config: Config = app.config["BOTHWAYS"]
    if claimed.kind is None or claimed.facts is None:
        _settle(claimed.id, given_up=True, error="not needed any more")
        return True
    letter = letters.written(app, claimed.kind, claimed.facts)
    if not config.mail_url:
        _keep(config, claimed.id, letter)
        return True
    try:
        smtp.send(config, site().brand_name, claimed.id, letter)
    except smtp.Hopeless as error:
        _settle(claimed.id, letter, given_up=True, error=str(error))
    except (OSError, smtplib.SMTPException) as error:
        _settle(claimed.id, letter, again=_pause(claimed.tries), given_up=_pause(claimed.tries) is None, error=str(error))
    else:
        _settle(claimed.id, letter, sent=True)
    return True


def _claim(mail_id: int) -> Claimed | None:
    with unit() as u:
        mail = u.session.get(OutgoingMail, mail_id)
        if mail is None or mail.next_try_at is None or mail.next_try_at > u.now:
            return None
        if mail.tries > len(PAUSES):  # whoever took it up last never came back
            mail.next_try_at, mail.given_up_at, mail.error = None, u.now, mail.error or "failed too often"
            kind = letters.kinds().get(mail.kind)
            if kind is not None and kind.settled is not None:
                kind.settled(u, mail)
            return None
        kind = letters.kinds().get(mail.kind)
        earliest = u.now if kind is None or kind.not_before is None else kind.not_before(u, mail)
        if earliest > u.now:
            mail.next_try_at = earliest
            return None
        mail.next_try_at = u.now + CLAIM
        mail.tries += 1
        stale = kind is None or (kind.stale is not None and u.now - mail.created_at > kind.stale)
        return Claimed(mail.id, mail.tries, kind, None if stale or kind is None else kind.gather(u, mail))


def _keep(config: Config, mail_id: int, letter: letters.Letter) -> None:
    """Without a mail server: leave the mail in the outbox, with links that can be followed outside production."""
    if not config.production:
        logger.info("mail kept, no mail server is set", to=letter.to, subject=letter.subject, text=letter.text)
    _settle(mail_id, letter, text=letter.masked if config.production else letter.text)


def _settle(
    mail_id: int,
    letter: letters.Letter | None = None,
    *,
    sent: bool = False,
    given_up: bool = False,
    again: timedelta | None = None,
    error: str = "",
    text: str | None = None,
) -> None:
    with unit() as u:
        mail = u.fetch(OutgoingMail, mail_id)
        if letter is not None:
            mail.subject, mail.shown_text = letter.subject, letter.masked if text is None else text
        mail.error = error[:500]
        mail.next_try_at = _moment(u.now, again)
        mail.sent_at = u.now if sent else None
        mail.given_up_at = u.now if given_up else None
        kind = letters.kinds().get(mail.kind)
        if again is None and kind is not None and kind.settled is not None:
            kind.settled(u, mail)


def _moment(now: datetime, pause: timedelta | None) -> datetime | None:
    return None if pause is None else now + pause


def _pause(tries: int) -> timedelta | None:
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None
