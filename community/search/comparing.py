"""Topics compared with one query as they stand in the database this moment, whatever an index says of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext
from sqlalchemy import select

from community.categories.models import Category
from community.core.errors import TooMany
from community.core.native import NativeThreads, TooBusy
from community.extensions import db
from community.search.documents import documents_unchecked, first_within
from community.search.matching import MOST_CHARACTERS, Text, fits, matches, needs_of
from community.search.own import Held, own_held
from community.search.querying import Query
from community.staff.viewer import Viewer
from community.topics.models import Topic
from community.topics.queries import topics_visible_to

_threads = NativeThreads(at_once=1, seconds=5.0)


@dataclass(frozen=True, slots=True)
class Compared:
    """Topics that match a query, those that may lack some of its words and fulfil everything else, and those not looked at."""

    matching: Collection[int]
    fitting: Collection[int]
    left_out: Collection[int]


def visible_topics(viewer: Viewer, topic_ids: Collection[int]) -> set[int]:
    """Those of these topics that this viewer may find."""
    query = select(Topic.id).join(Category, Category.id == Topic.category_id)
    return set(db.session.scalars(query.where(Topic.id.in_(topic_ids), topics_visible_to(viewer))))


def compared(viewer: Viewer, query: Query, topic_ids: Sequence[int]) -> Compared:
    """Which of these topics this viewer may find and match a resolved query now.

    Looked at are the first of them, until their texts have `MOST_CHARACTERS` in all. Raises TooMany when the machine is
    too busy.
    """
    visible = visible_topics(viewer, topic_ids)
    looked_at = first_within(MOST_CHARACTERS, [each for each in topic_ids if each in visible])
    documents = documents_unchecked(looked_at)
    needs = needs_of(query)
    wordless = replace(needs, words=())

    def look() -> Compared:
        texts = [Text(each) for each in documents]
        fitting = [text for text in texts if matches(wordless, text)]
        matching = {text.document.topic_id for text in fitting if matches(needs, text)}
        return Compared(matching, {text.document.topic_id for text in fitting}, visible.difference(looked_at))

    db.session.rollback()
    try:
        return _threads.run(look)
    except TooBusy:
        raise TooMany(gettext("Many people are searching just now. Please try again in a few seconds."), retry_after=5) from None


def matching_if_there_is_time(viewer: Viewer, query: Query, topic_ids: Sequence[int]) -> list[int]:
    """Those of these topics, in their order, that match now; none when the machine is too busy to compare them."""
    if not topic_ids:
        return []
    try:
        found = compared(viewer, query, topic_ids).matching
    except TooMany:
        return []
    return [topic_id for topic_id in topic_ids if topic_id in found]


def passing(viewer: Viewer, query: Query, topic_ids: Sequence[int]) -> list[int]:
    """Those of these topics that this viewer may find and that pass the filters of a resolved query. No text is read."""
    if not topic_ids:
        return []
    documents = documents_unchecked(visible_topics(viewer, topic_ids), texts=False)
    found = {each.topic_id for each in documents if fits(query, each)}
    return [topic_id for topic_id in topic_ids if topic_id in found]


def held(viewer: Viewer, query: Query) -> tuple[Held, ...]:
    """The viewer's own held posts whose beginnings match a resolved query, newest first; none when the machine is too busy."""
    mine = own_held(viewer)
    if not mine:
        return ()
    needs = needs_of(query)
    db.session.rollback()
    try:
        return _threads.run(lambda: tuple(post for post, document in mine if matches(needs, Text(document))))
    except TooBusy:
        return ()
