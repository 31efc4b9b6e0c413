"""Handing a letter to the mail server of `BOTHWAYS_MAIL_URL`."""

from __future__ import annotations

import hmac
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from community.config import Config
from community.core import clock
from community.mail.letters import Letter

SECONDS: Final = 20.0
"""How long the server may take for each step."""


class Hopeless(Exception):
    """The server will never take this mail (a reply of 5xx to the recipient)."""


def message(config: Config, brand: str, mail_id: int, letter: Letter) -> EmailMessage:
    """The letter as a message with its headers, in plain text and HTML. `EmailMessage` refuses line breaks in any of them.

    A mail that is sent again after a crash carries the same Message-ID, so that its reader's program may show it once.
    Nobody is to answer a mail of ours by itself (RFC 3834, and what Exchange reads instead).
    """
    made = EmailMessage(policy=SMTP)
    user, _, domain = config.mail_from.rpartition("@")
    made["From"] = Address(display_name=brand, username=user, domain=domain)
    made["To"] = letter.to
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(clock.now())
    made["Message-ID"] = message_id(config, f"mail.{mail_id}")
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    for name, value in letter.headers.items():
        made[name] = value
    made.set_content(letter.text)
    if letter.html:
        made.add_alternative(letter.html, subtype="html")
    return made


def message_id(config: Config, name: str) -> str:
    """A Message-ID that this site gives to one thing alone; it says which to nobody."""
    told = hmac.new(config.secret_key.encode(), name.encode(), "sha256").hexdigest()[:24]
    return f"<{told}@{config.mail_from.rpartition('@')[2]}>"


def send(config: Config, brand: str, mail_id: int, letter: Letter) -> None:
    """Send one letter.

    `smtps://` speaks TLS from the start; `smtp://` asks for it where the server offers it, and gives
    no password away without. Raises Hopeless when it will never work, OSError or SMTPException when it
    may work later.
    """
    address = urlsplit(config.mail_url)
    host = address.hostname or "localhost"
    context = ssl.create_default_context()
    implicit = address.scheme == "smtps"
    server: smtplib.SMTP
    if implicit:
        server = smtplib.SMTP_SSL(host, address.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, address.port or 25, timeout=SECONDS)
    with server:
        server.ehlo_or_helo_if_needed()
        private = implicit or host in {"localhost", "127.0.0.1", "::1"}
        if not implicit and server.has_extn("starttls"):
            server.starttls(context=context)
            private = True
        if address.username:
            if not private:
                raise smtplib.SMTPException("the mail server offers no TLS, so no password is sent to it")
            server.login(unquote(address.username), unquote(address.password or ""))
        try:
            server.send_message(message(config, brand, mail_id, letter))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            told = f"{code} {said.decode(errors='replace')}"
            if code >= 500:
                raise Hopeless(told) from error
            raise
