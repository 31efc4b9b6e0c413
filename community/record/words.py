"""What an entry of the record is made of before it is hashed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from community.accounts.models import Account
from community.core.unit import Unit


@dataclass(frozen=True)
class Words:
    """What an entry says. `people` maps a part to the account it names, so that it can be erased with them."""

    kind: str
    about: Mapping[str, int]
    parts: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)


Wording = Callable[[Unit, Any], Words | None]
"""What an event means for the record; None where it does not enter."""


def by_whom(u: Unit, account_id: int | None) -> tuple[dict[str, str], dict[str, int]]:
    """Who acted, by name: an employee. Nobody for commands and the scheduler."""
    account = u.session.get(Account, account_id) if account_id is not None else None
    return ({"by": account.name}, {"by": account.id}) if account is not None else ({}, {})


def entry(u: Unit, kind: str, event: Any, about: Mapping[str, int], **parts: str) -> Words:
    """An entry of what somebody did; parts without words are left out."""
    by, people = by_whom(u, event.by_id)
    return Words(kind, about, {**by, **{name: text for name, text in parts.items() if text}}, people)


def of_topic(event: Any) -> dict[str, int]:
    """What an entry about a topic is about."""
    return {"topic": event.topic_id}


def of_post(event: Any) -> dict[str, int]:
    """The same of a post."""
    return {"post": event.post_id, "topic": event.topic_id}
