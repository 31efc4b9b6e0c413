"""Tickets that are good once, wherever limits are counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from limits.storage import MemoryStorage

from community.core import once
from community.core.once import new_ticket, use_ticket
from community.extensions import limiter

pytestmark = pytest.mark.usefixtures("app")  # which says where limits, and with them tickets, are counted


def test_a_ticket_is_good_once_and_for_its_time() -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False) as moved:
        first, second = new_ticket(60), new_ticket(60)
        assert [use_ticket(first), use_ticket(first), use_ticket(first)] == [True, False, False]
        moved.move_to(now + timedelta(seconds=61))
        assert not use_ticket(second)


@pytest.mark.parametrize("made_up", ["", "x", "A" * 22, "ä" * 22, "a/b"])
def test_nobody_makes_a_ticket_of_their_own(made_up: str) -> None:
    assert [use_ticket(made_up), use_ticket(made_up)] == [False, False]


def test_a_ticket_that_was_forgotten_is_worth_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = new_ticket(60)
    after_a_restart = MemoryStorage()
    monkeypatch.setattr(once, "_memory", lambda: after_a_restart)
    assert [use_ticket(ticket), use_ticket(ticket)] == [False, False]


def test_without_what_remembers_there_are_no_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost(MemoryStorage):
        def incr(self, key: str, expiry: float, amount: int = 1) -> int:
            raise ConnectionError

    lost = Lost()
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setattr(limiter, "_storage", lost)
    assert new_ticket(60) == ""
    lost.storage["once/" + "A" * 22], lost.expirations["once/" + "A" * 22] = 1, float("inf")
    assert not use_ticket("A" * 22)
