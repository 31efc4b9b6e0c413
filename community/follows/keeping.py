"""The reader of the log that keeps follows: who writes in a topic follows it, and a duplicate's followers go to its original."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import ColumnElement, exists, insert, literal, select

from community.core.follow import Follower
from community.core.log import Recorded
from community.core.unit import Unit
from community.follows.models import Follow
from community.follows.moving import move_back, move_to_original
from community.posts.events import PostReleased, PostWritten
from community.topics.events import DuplicateMarked, DuplicateUndone, TopicOpened


def _written(u: Unit, recorded: Recorded, event: PostWritten | TopicOpened) -> None:
    if event.by_id is not None and not event.held:
        _follow(u, recorded, event.by_id, event.topic_id)


def _released(u: Unit, recorded: Recorded, event: PostReleased) -> None:
    _follow(u, recorded, event.author_id, event.topic_id)


def _follow(u: Unit, recorded: Recorded, account_id: int, topic_id: int) -> None:
    """Follow without having chosen to; whatever somebody chose or has already stays."""
    known = exists().where(Follow.account_id == account_id, Follow.kind == "topic", Follow.target_id == topic_id)
    values: list[ColumnElement[Any]] = [
        literal(account_id),
        literal("topic"),
        literal(topic_id),
        literal("everything"),
        literal(False),
    ]
    row = select(*values, literal(recorded.at, Follow.at.type)).where(~known)
    u.session.execute(insert(Follow).from_select(["account_id", "kind", "target_id", "level", "chosen", "at"], row))


def _marked(u: Unit, _recorded: Recorded, event: DuplicateMarked) -> None:
    move_to_original(u, event)


def _undone(u: Unit, _recorded: Recorded, event: DuplicateUndone) -> None:
    move_back(u, event)


class FollowKeeper(Follower):
    """Nothing else makes a follow that nobody chose. The notifications reader waits for it (notifications/follow.py)."""

    name = "follows"
    reads: ClassVar = {
        TopicOpened: _written,
        PostWritten: _written,
        PostReleased: _released,
        DuplicateMarked: _marked,
        DuplicateUndone: _undone,
    }
    ignores_the_rest: ClassVar = True
