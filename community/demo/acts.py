"""The world as one list of deeds in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from community.demo.content import Content, Edit, Topic
from community.demo.made import World
from community.demo.people import PersonMaker
from community.demo.spelling import Wait
from community.demo.thanks import thanks_for
from community.demo.threads import CLOSES_AFTER, ThreadMaker
from community.demo.timing import moments, opening

_HOUR = timedelta(hours=1)
_ME_TOO = timedelta(hours=7)


@dataclass(frozen=True)
class Act:
    """Something that somebody did at a moment, in UTC. `by` is their handle, empty for what commands did."""

    at: datetime
    perform: Callable[[], None]
    by: str = ""


def acts_of(content: Content, world: World, passwords: Mapping[str, str], now: datetime, *, closing: bool = True) -> list[Act]:
    """Everything that happens, oldest first; performing it fills `world`. Raises ValueError for what would lie after `now`.

    `closing`: solved questions close themselves two days after their last post or mark.
    """
    people, threads = PersonMaker(world, passwords), ThreadMaker(world)
    histories = list(_histories(content, threads, now))
    if closing:
        histories += _closings(content, histories, threads, now)
    acts = [*_arrivals(content, people, histories, now), *_categories(content, people, now), *histories]
    # Sorting keeps what is told first in front where two happen at one moment.
    return sorted(acts, key=lambda act: act.at)


def _arrivals(content: Content, maker: PersonMaker, histories: list[Act], now: datetime) -> Iterator[Act]:
    first: dict[str, datetime] = {}
    for act in histories:
        first[act.by] = min(act.at, first.get(act.by, now))
    for person in content.people:
        # A topic that was moved to a working day can lie before the day on which its author joined.
        joined = min(now - timedelta(days=person.joined), first.get(person.handle, now) - _HOUR)
        yield Act(joined, partial(maker.join, person), person.handle)
        for role in person.roles:
            begins = now - timedelta(days=role.since) if role.since else joined
            yield Act(begins, partial(maker.grant, person, role))
            if role.until is not None:
                yield Act(now - timedelta(days=role.until), partial(maker.end, person, role))
        for search in person.searches:
            yield Act(now - timedelta(days=search.ago), partial(maker.keep, person, search), person.handle)
        for followed in person.follows:
            yield Act(now - timedelta(days=1), partial(maker.follow, person, followed), person.handle)
        if person.suspended is not None:
            by = person.suspended.by
            yield Act(now - timedelta(days=person.suspended.ago), partial(maker.suspend, person, person.suspended), by)


def _categories(content: Content, maker: PersonMaker, now: datetime) -> Iterator[Act]:
    first = now - timedelta(days=max(person.joined for person in content.people))
    for number, category in enumerate(content.categories):
        yield Act(first, partial(maker.make_category, category, number))


def _histories(content: Content, maker: ThreadMaker, now: datetime) -> Iterator[Act]:
    staff = {person.handle for person in content.people if person.is_staff}
    known = {person.handle for person in content.people}
    for topic in content.topics:
        begin = opening(topic.at, now, topic.key, at_desk=topic.by in staff and not topic.personal)
        waits = [(post.after, post.by in staff and not post.personal) for post in topic.posts]
        times = moments(begin, waits, now, topic.key, recent=isinstance(topic.at, timedelta))
        yield Act(begin, partial(maker.open, topic), topic.by)
        for number, handle in enumerate((name for name in topic.me_toos if name in known), 1):
            yield Act(_later(begin, number * _ME_TOO, now), partial(maker.have_too, topic, handle), handle)
        yield from _edits(topic, 0, topic.edits, begin, maker, now)
        for number, (post, at) in enumerate(zip(topic.posts, times, strict=True), 1):
            yield Act(at, partial(maker.write, topic, number, post), post.by)
            yield from _edits(topic, number, post.edits, at, maker, now)
            yield from _marks(topic, number, at, maker, now)
            thanks = thanks_for(content, maker.world, topic, number, at, now)
            yield from (Act(each.at, each.perform, each.by) for each in thanks)
        yield from _ends(topic, [begin, *times][-1], maker, now)


def _closings(content: Content, histories: list[Act], maker: ThreadMaker, now: datetime) -> Iterator[Act]:
    last: dict[str, datetime] = {}
    for act in histories:
        deed = act.perform
        if isinstance(deed, partial) and deed.func in (maker.open, maker.write, maker.accept):
            key = deed.args[0].key
            last[key] = max(act.at, last.get(key, act.at))
    for topic in content.topics:
        due = last[topic.key] + timedelta(hours=CLOSES_AFTER)
        is_solved = any(post.accepted is not None for post in topic.posts) and not topic.closed and not topic.duplicate
        if is_solved and due < now:
            yield Act(due, partial(maker.close_solved, topic))


def _edits(
    topic: Topic, number: int, edits: tuple[Edit, ...], written: datetime, maker: ThreadMaker, now: datetime
) -> Iterator[Act]:
    for edit in edits:
        by = edit.by or (topic.posts[number - 1] if number else topic).by
        yield Act(_later(written, edit.after, now), partial(maker.edit, topic, number, edit, by), by)


def _marks(topic: Topic, number: int, written: datetime, maker: ThreadMaker, now: datetime) -> Iterator[Act]:
    post = topic.posts[number - 1]
    if post.official is not None:
        by = post.official_by or post.by
        yield Act(_later(written, post.official, now), partial(maker.make_official, topic, number, by), by)
    if post.accepted is not None:
        by = post.accepted_by or topic.by
        yield Act(_later(written, post.accepted, now), partial(maker.accept, topic, number, by), by)
    if post.rejected is not None:
        yield Act(_later(written, post.rejected, now), partial(maker.reject, topic, number, topic.by), topic.by)
    for check in post.checks:
        yield Act(_later(written, check.after, now), partial(maker.check, topic, number, check), check.by)
    for doubt in post.outdated:
        yield Act(_later(written, doubt.after, now), partial(maker.mark_outdated, topic, number, doubt.by), doubt.by)
    if post.removed is not None:
        yield Act(_later(written, post.removed.after, now), partial(maker.remove, topic, number, post.removed), post.removed.by)


def _ends(topic: Topic, last: datetime, maker: ThreadMaker, now: datetime) -> Iterator[Act]:
    if topic.duplicate is not None:
        yield Act(
            _later(last, topic.duplicate.after, now), partial(maker.mark_duplicate, topic, topic.duplicate), topic.duplicate.by
        )
    if topic.closed is not None:
        yield Act(_later(last, topic.closed.after, now), partial(maker.close, topic, topic.closed), topic.closed.by)


def _later(moment: datetime, wait: Wait, now: datetime) -> datetime:
    return min(moment + wait, now)
