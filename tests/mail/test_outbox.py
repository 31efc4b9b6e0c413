"""From an event to a mail in somebody's box, through servers that are down, refuse, or are not there at all."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from community.accounts import actions
from community.accounts.models import Account
from community.core import clock
from community.extensions import db
from community.mail import sending
from community.mail.follow import MailFollower
from community.mail.models import OutgoingMail
from community.mail.queries import outbox
from community.mail.sending import PAUSES, send_due
from community.settings.actions import change_settings
from tests.forum import Forum, take_all

PASSWORD = "seven small hills"


class Box:
    """A mail server's memory; `reply` is what it answers to a recipient, where it is not to take the mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.reply = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if self.reply:
            return self.reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def box() -> Iterator[Box]:
    received = Box()
    controller = Controller(received, hostname="127.0.0.1", port=free_port())
    controller.start()
    received.url = f"smtp://127.0.0.1:{controller.port}"  # type: ignore[attr-defined]
    yield received
    controller.stop()


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def mails() -> list[OutgoingMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def join(handle: str = "anna", email: str = "anna@example.com") -> int:
    return actions.sign_up(handle=handle, name=handle.title(), email=email, password=PASSWORD)


def test_joining_and_resetting_are_mailed_once_and_their_links_work(make_app: Callable[..., Flask], box: Box) -> None:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with app.app_context():
        change_settings(by=None, values={"brand_name": "Völt, Inc. <b>"})
        account_id = join()
        take_all(MailFollower())
        take_all(MailFollower())
        assert send_due() == 1
        assert send_due() == 0
        (mail,) = box.mails
        assert (mail["To"], mail["Auto-Submitted"]) == ("anna@example.com", "auto-generated")
        assert "Völt, Inc. <b>" in mail["Subject"]
        assert mail["From"].addresses[0].display_name == "Völt, Inc. <b>"
        path = re.search(r"http://localhost(/confirm/\S+)", mail.get_body(("plain",)).get_content())
        assert path is not None
        actions.confirm_address(token=path[1].rsplit("/", 1)[1])
        assert db.session.get_one(Account, account_id).email == "anna@example.com"

        (row,) = mails()
        assert row.state == "sent"
        assert path[1] not in row.shown_text
        assert "/confirm/•••" in row.shown_text

        actions.ask_reset(email="ANNA@example.com")
        actions.ask_reset(email="nobody@example.com")
        take_all(MailFollower())
        send_due()
        reset = re.search(r"http://localhost/reset/(\S+)", box.mails[-1].get_body(("plain",)).get_content())
        assert len(box.mails) == 2
        assert reset is not None
        actions.set_password(token=reset[1], password="another long one")
        assert actions.authenticate("anna@example.com", "another long one") == account_id


def test_the_owner_of_an_address_hears_of_a_second_claim(make_app: Callable[..., Flask], box: Box) -> None:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with app.app_context():
        actions.open_account(handle="owner", name="The Owner", email="anna@example.com", confirmed=True)
        join("pretender")
        take_all(MailFollower())
        send_due()
        (mail,) = box.mails
        assert "owner" in mail.get_body(("plain",)).get_content()
        assert "/confirm/" not in mail.get_body(("plain",)).get_content()
        assert "pretender" not in mail.get_body(("plain",)).get_content()


def test_a_server_that_is_down_is_tried_with_growing_pauses_and_then_given_up(make_app: Callable[..., Flask]) -> None:
    app = make_app(mail_url=f"smtp://127.0.0.1:{free_port()}")
    with app.app_context(), time_machine.travel(clock.now(), tick=False) as travel:
        join()
        take_all(MailFollower())
        waited = []
        for _ in range(len(PAUSES)):
            assert send_due() == 1
            (row,) = mails()
            assert row.state == "waiting"
            assert row.next_try_at is not None
            assert "refused" in row.error.lower()
            waited.append(row.next_try_at - clock.now())
            assert send_due() == 0
            travel.shift(waited[-1])
        assert tuple(waited) == PAUSES
        assert send_due() == 1
        assert mails()[0].state == "given_up"


def test_it_heals_by_itself_and_a_refused_recipient_is_given_up_at_once(make_app: Callable[..., Flask], box: Box) -> None:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with app.app_context(), time_machine.travel(clock.now(), tick=False) as travel:
        join()
        take_all(MailFollower())
        box.reply = "451 come back later"
        send_due()
        assert mails()[0].state == "waiting"
        box.reply = ""
        travel.shift(PAUSES[0])
        send_due()
        assert (mails()[0].state, len(box.mails)) == ("sent", 1)

        box.reply = "550 no such mailbox"
        join("other", "other@example.com")
        take_all(MailFollower())
        send_due()
        assert mails()[1].state == "given_up"
        assert "550" in mails()[1].error


def test_a_crash_while_sending_sends_again_and_never_a_third_time(
    make_app: Callable[..., Flask], box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with app.app_context(), time_machine.travel(clock.now(), tick=False) as travel:
        join()
        take_all(MailFollower())

        def die(*_args: object, **_named: object) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(sending, "_settle", die)
            with pytest.raises(KeyboardInterrupt):
                send_due()
        db.session.rollback()
        assert send_due() == 0, "somebody else holds it"
        travel.shift(sending.CLAIM)
        assert send_due() == 1
        travel.shift(timedelta(days=2))
        assert send_due() == 0
        assert len(box.mails) == 2


def test_without_a_server_mail_is_kept_for_admins_with_tokens_masked_in_production(make_app: Callable[..., Flask]) -> None:
    for number, (env, readable) in enumerate((("development", True), ("production", False))):
        app = make_app(env=env)
        with app.app_context():
            forum = Forum(app)
            forum.person(f"boss-{number}", role="admin")
            forum.person(f"worker-{number}", role="employee")
            join(f"anna-{number}", f"anna-{number}@example.com")
            take_all(MailFollower())
            send_due()
            (row, *_) = outbox(forum[f"boss-{number}"], 1)
            assert (row.state, row.handle) == ("kept", f"anna-{number}")
            assert bool(re.search(r"/confirm/[\w-]{20,}", row.text)) is readable
            assert outbox(forum[f"worker-{number}"], 1) == []


def test_what_is_not_needed_any_more_or_stale_is_not_sent(make_app: Callable[..., Flask], box: Box) -> None:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with app.app_context(), time_machine.travel(clock.now(), tick=False) as travel:
        forum = Forum(app)
        forum.person("boss", role="admin")
        actions.confirm_for(by=forum["boss"], account_id=join())
        join("late", "late@example.com")
        take_all(MailFollower())
        assert send_due(limit=1) == 1
        travel.shift(timedelta(days=4))
        send_due()
        assert [mail.state for mail in mails()] == ["given_up", "given_up"]
        assert box.mails == []


def test_an_address_is_not_pestered_by_those_who_claim_it(make_app: Callable[..., Flask], box: Box) -> None:
    app = make_app(mail_url=box.url)  # type: ignore[attr-defined]
    with app.app_context(), time_machine.travel(clock.now(), tick=False) as travel:
        for number in range(8):
            join(f"anna-{number}")
        take_all(MailFollower())
        send_due()
        assert len(box.mails) == 6
        travel.shift(timedelta(days=1))
        join("anna-9")
        take_all(MailFollower())
        send_due()
        assert len(box.mails) == 7
