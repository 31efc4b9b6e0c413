"""Reading tags."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, SQLColumnExpression, Text, cast, func, select

from community.extensions import db
from community.tags.models import Tag, TopicTag


def tags_of(topic_id: SQLColumnExpression[int]) -> ScalarSelect[str]:
    """A column with the tags of the topic in the row, to be read by `in_order`: no further query for them."""
    sorted_name = cast(TopicTag.sort, Text) + ":" + Tag.name
    return (
        select(func.aggregate_strings(sorted_name, " "))
        .select_from(TopicTag)
        .join(Tag, Tag.id == TopicTag.tag_id)
        .where(TopicTag.topic_id == topic_id)
        .scalar_subquery()
    )


def in_order(joined: str | None) -> tuple[str, ...]:
    """The tags of a `tags_of` column, in the order that their author gave."""
    pairs = (part.split(":", 1) for part in (joined or "").split(" ") if part)
    return tuple(name for _, name in sorted(pairs, key=lambda pair: int(pair[0])))


def tags_unchecked(topic_id: int) -> tuple[str, ...]:
    """The tags of one topic, in their order."""
    query = select(Tag.name).join(TopicTag, TopicTag.tag_id == Tag.id).where(TopicTag.topic_id == topic_id).order_by(TopicTag.sort)
    return tuple(db.session.scalars(query))


def carries(topic_id: SQLColumnExpression[int], name: str) -> ColumnElement[bool]:
    """The condition that the topic in the row carries this tag."""
    return (
        select(TopicTag.topic_id)
        .join(Tag, Tag.id == TopicTag.tag_id)
        .where(TopicTag.topic_id == topic_id, Tag.name == name)
        .correlate_except(TopicTag, Tag)
        .exists()
    )
