"""What the FAQ records."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event


@dataclass(frozen=True, kw_only=True)
class FaqEntryEntered(Event, name="faq_entry.entered", channels=("faq",)):
    """An answer that many people looked for is in the FAQ: for the first time, again, or because an editor put it there."""

    entry_id: int
    topic_id: int
    post_id: int


@dataclass(frozen=True, kw_only=True)
class FaqEntryChanged(Event, name="faq_entry.changed", channels=("faq",)):
    """The wording, the source or the place of an entry changed."""

    entry_id: int
    topic_id: int


@dataclass(frozen=True, kw_only=True)
class FaqEntryDoubted(Event, name="faq_entry.doubted", channels=("faq", "desk")):
    """An entry is being checked again, or is no longer (`doubted` false). `because`: aged, outdated."""

    entry_id: int
    topic_id: int
    doubted: bool
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class FaqEntryLeft(Event, name="faq_entry.left", channels=("faq", "desk")):
    """An entry is out of the FAQ. `because`: gone, unmarked, not_public, duplicate, or dropped by an editor."""

    entry_id: int
    topic_id: int
    because: str
