"""Putting tags on topics, inside the unit of whoever changes the topic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, select

from community.core.errors import Invalid
from community.core.unit import Unit
from community.tags.models import TAGS_A_TOPIC, Tag, TopicTag

LONGEST = 35
"""Characters of a tag, as in Stack Exchange's dumps."""

_NAME = re.compile(r"(?:[^\W_]|[.+-])+")


def checked_tags(names: Iterable[str]) -> tuple[str, ...]:
    """The tags as they are stored: folded, in their order, each once.

    Raises Invalid for more than five (product.md 1), and for one that is too long or has other
    characters than letters, digits, dots, pluses and hyphens.
    """
    folded = dict.fromkeys(unicodedata.normalize("NFKC", name).strip().lower() for name in names)
    tags = tuple(name for name in folded if name)
    for name in tags:
        if len(name) > LONGEST or not _NAME.fullmatch(name) or not any(each.isalnum() for each in name):
            raise Invalid(fields={"tags": _("A tag has letters, digits, dots, pluses and hyphens, at most %(num)s.", num=LONGEST)})
    if len(tags) > TAGS_A_TOPIC:
        raise Invalid(fields={"tags": _("Please give at most %(num)s tags.", num=TAGS_A_TOPIC)})
    return tags


def split_tags(text: str) -> list[str]:
    """The tags of one field, separated by commas or spaces."""
    return [part for part in re.split(r"[,;\s]+", text) if part]


def set_tags(u: Unit, topic_id: int, names: Sequence[str]) -> bool:
    """Give a topic exactly these tags, which `checked_tags` has seen; new words become tags. Tells whether that changed it."""
    present = (
        select(Tag.name).join(TopicTag, TopicTag.tag_id == Tag.id).where(TopicTag.topic_id == topic_id).order_by(TopicTag.sort)
    )
    if list(u.session.scalars(present)) == list(names):
        return False
    u.session.execute(delete(TopicTag).where(TopicTag.topic_id == topic_id))
    known = {tag.name: tag.id for tag in u.session.execute(select(Tag.name, Tag.id).where(Tag.name.in_(names)))}
    for place, name in enumerate(names):
        tag_id = known.get(name) or u.add(Tag(name=name)).id
        u.session.add(TopicTag(topic_id=topic_id, tag_id=tag_id, sort=place))
    u.session.flush()
    return True
