"""What people looked for in the demo world: outcomes of asking, searches in vain, and the FAQ that came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from community.answers.actions import check_answer
from community.core import clock
from community.demo.made import World
from community.faq.actions import enter_wanted, pin_entry, word_entry
from community.faq.queries import listed_entries
from community.faq.views import Chosen, EntryView
from community.insights.actions import count_asked, count_found, count_opened, count_successful
from community.insights.noted import note_empty_search, write
from community.staff.viewer import VISITOR, Viewer, viewer_unchecked

SOUGHT: Final[Mapping[str, int]] = {
    # topic: people who ended a question of their own with it, in the last weeks
    "winter-range": 19,
    "e07": 16,
    "pairing-android": 14,
    "belt-squeak": 11,
    "summer-storage": 10,
    "digital-key-lost-phone": 9,
    "warranty-second-hand": 9,
    "first-service": 8,
    "brake-squeal": 8,
    "spare-key": 8,
    "assist-levels": 7,
    "walk-assist": 7,
    "no-power-after-wash": 7,
    "return-14-days": 6,
    "two-phones": 6,
    "charge-on-balcony": 6,
}

IN_VAIN: Final = (
    # words, people who searched for them, who asked all the same, and what was read instead
    ("rain cover for the cargo box", 9, 3, ("e07",)),
    ("child seat fits trek", 7, 2, ("bike-height", "brake-squeal")),
    ("trailer coupling", 6, 1, ()),
    ("insurance abroad", 5, 0, ("insurance-theft", "warranty-second-hand")),
    ("apple watch", 3, 0, ()),  # too few: its words stay unknown
)

WEEKS: Final = 9


def show_interest(world: World, now: datetime) -> None:
    """Let people look, search and ask in the weeks before `now`, and the FAQ build itself of it."""
    members = list(_members(world))
    for key, people in SOUGHT.items():
        if key in world.topics:
            _look(world.topics[key].id, people, members, now, key)
    _search_in_vain(world, now)
    with clock.at(now):
        enter_wanted()
        _edit_faq(world)


def _members(world: World) -> Iterator[Viewer]:
    for handle, account_id in sorted(world.people.items()):
        viewer = viewer_unchecked(account_id)
        if viewer.confirmed and not viewer.is_staff and not viewer.suspended and handle:
            yield viewer


def _look(topic_id: int, people: int, members: list[Viewer], now: datetime, key: str) -> None:
    """So many end their question with this topic, every third of them a member; some open it and go, some ask all the same."""
    for number in range(people):
        by = members[(number + crc32(key.encode())) % len(members)] if number % 3 == 0 else VISITOR
        with clock.at(_moment(now, f"{key} {number}")):
            if number % 2:
                count_opened(by=by, topic_id=topic_id, first=True)
            count_successful(by=by, topic_id=topic_id, opened=bool(number % 2))
            if number % 3 == 1:
                count_found(by=VISITOR, topic_id=topic_id, searched=())
    for number in range(people // 3):
        with clock.at(_moment(now, f"{key} opened {number}")):
            count_opened(by=VISITOR, topic_id=topic_id, first=True)
    for number in range(people // 5):
        with clock.at(_moment(now, f"{key} asked {number}")):
            count_asked(by=VISITOR, shown=[topic_id])


def _search_in_vain(world: World, now: datetime) -> None:
    with clock.at(now - timedelta(days=1)):
        for words, people, _asked, _read in IN_VAIN:
            for number in range(people):
                note_empty_search(words, f"browser {number}")
        write()
        for words, _people, asked, read in IN_VAIN:
            for number in range(asked):
                count_asked(by=VISITOR, shown=(), searched=words, asker=f"browser {number}")
            for number, key in enumerate(key for key in read if key in world.topics):
                for _ in range(4 - 2 * number):
                    count_found(by=VISITOR, topic_id=world.topics[key].id, searched=(words,))


def _edit_faq(world: World) -> None:
    """The team has worded and pinned an entry, and checked some."""
    editor = viewer_unchecked(world.people["mara"])
    entries = {entry.sources[0].id: entry for entry in listed_entries(Chosen(), after=0, limit=100)}
    for key in ("winter-range", "e07", "summer-storage", "charge-on-balcony"):
        entry = _entry(world, entries, key)
        if entry is not None and entry.check is None:
            check_answer(by=editor, post_id=int(entry.post_url.rpartition("_")[2]), version="")
    cold = _entry(world, entries, "winter-range")
    if cold is not None:
        pin_entry(by=editor, entry_id=cold.id)
        word_entry(
            by=editor,
            entry_id=cold.id,
            question="Why does my range drop when it is cold?",
            body="",
            reason="As most people ask it",
        )


def _entry(world: World, entries: Mapping[int, EntryView], key: str) -> EntryView | None:
    return entries.get(world.topics[key].id) if key in world.topics else None


def _moment(now: datetime, key: str) -> datetime:
    """Some moment of the last weeks, always the same for a key; more of them lately."""
    share: float = (crc32(key.encode()) % 1000 / 1000) ** 1.4
    return now - timedelta(weeks=WEEKS) * share - timedelta(minutes=5)
