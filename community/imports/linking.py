"""Duplicates: links between questions, once both ends are here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import select

from community.core.unit import Unit, unit
from community.extensions import db
from community.imports.incoming import IncomingDuplicate
from community.imports.known import known_things
from community.topics.actions import leads_to
from community.topics.events import TopicImported
from community.topics.models import Duplicate, Topic
from community.topics.state import live_duplicate, recompute

_AT_ONCE = 200


def link_duplicates(site: str, links: Iterable[IncomingDuplicate]) -> tuple[int, int]:
    """Link questions to those they repeat; returns how many were linked, and how many not because a circle would arise.

    A question is the duplicate of one other; a link that was here before, undone or not, is left alone.
    """
    made = circles = 0
    waiting = iter(links)
    while some := list(islice(waiting, _AT_ONCE)):
        missing = list(_missing(site, some))
        db.session.rollback()
        if not missing:
            continue
        with unit() as u:
            for link, topic_id, original_id in missing:
                if leads_to(u, original_id, topic_id):
                    circles += 1
                elif live_duplicate(u, topic_id) is None:
                    _link(u, link, topic_id, original_id)
                    made += 1
    return made, circles


def _missing(site: str, links: list[IncomingDuplicate]) -> Iterator[tuple[IncomingDuplicate, int, int]]:
    topics = known_things(site, "topic", [key for link in links for key in (link.key, link.original)])
    ends = [
        (link, topics[link.key].local_id, topics[link.original].local_id)
        for link in links
        if {link.key, link.original} <= topics.keys()
    ]
    linked = select(Duplicate.topic_id).where(Duplicate.topic_id.in_([topic_id for _link, topic_id, _original in ends]))
    known = set(db.session.scalars(linked))
    return (end for end in ends if end[1] not in known)


def _link(u: Unit, link: IncomingDuplicate, topic_id: int, original_id: int) -> None:
    u.add(Duplicate(topic_id=topic_id, original_id=original_id, by_id=None, at=link.at or u.now))
    for each in (topic_id, original_id):
        topic = u.fetch(Topic, each)
        recompute(u, topic)
        u.record(TopicImported(topic_id=topic.id, category_id=topic.category_id))
