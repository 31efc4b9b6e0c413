"""What readers thought of the answers that solved something: marks of members, and of visitors whom nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from zlib import crc32

from community.core.strangers import Stranger
from community.demo.content import Content, Topic
from community.demo.made import World
from community.staff.viewer import viewer_unchecked
from community.votes.actions import note_visitor, rate_answer

MOST_MEMBERS: Final = 5
MOST_VISITORS: Final = 9
_WAIT: Final = timedelta(hours=30)
"""Between two thanks, about; so the newest answers have fewer."""


@dataclass(frozen=True)
class Thanks:
    """Somebody found, `at` a moment, that a post helped them or that it did not; `by` is empty for a visitor."""

    at: datetime
    perform: Callable[[], None]
    by: str = ""


def thanks_for(content: Content, world: World, topic: Topic, number: int, written: datetime, now: datetime) -> Iterator[Thanks]:
    """Marks on an accepted or official answer of a question for everybody, `written` at a moment; on no other post."""
    post, place = topic.posts[number - 1], next(each for each in content.categories if each.slug == topic.category)
    if topic.kind != "question" or place.visibility != "public" or post.removed or not (post.accepted or post.official):
        return
    seed = crc32(f"{topic.key} {number}".encode())
    readers = [each for each in content.people if each.confirmed and not each.suspended and not each.is_staff]
    for turn in range(seed % (MOST_MEMBERS + 1)):
        reader = readers[(seed // 7 + turn * 5) % len(readers)]
        at = written + (turn + 1) * _WAIT
        if at < now and reader.handle != post.by and now - timedelta(days=reader.joined) < at:
            helpful = (seed + turn) % 11 != 0
            yield Thanks(at, partial(_rate, world, topic, number, reader.handle, helpful), reader.handle)
    for turn in range(seed // 3 % (MOST_VISITORS + 1)):
        yield Thanks(now, partial(_note, world, topic, number, f"{seed}-{turn}", 1 if (seed + turn) % 8 else -1))


def _rate(world: World, topic: Topic, number: int, handle: str, helpful: bool) -> None:
    by = viewer_unchecked(world.people[handle])
    rate_answer(by=by, post_id=world.topics[topic.key].posts[number], helpful=helpful)


def _note(world: World, topic: Topic, number: int, name: str, value: int) -> None:
    note_visitor(by=Stranger("192.0.2.0", name), post_id=world.topics[topic.key].posts[number], value=value)
