"""What posts record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home", "desk")


@dataclass(frozen=True, kw_only=True)
class PostWritten(Event, name="post.written", channels=(*_HERE, "user:{by_id}")):
    """Somebody wrote in a topic. `held`: nobody but the author sees it yet."""

    topic_id: int
    category_id: int
    post_id: int
    role: str
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class PostEdited(Event, name="post.edited", channels=_HERE):
    """A post's text changed; `kept` says whether the former text is in the history. `held`: nobody but the author sees it yet."""

    topic_id: int
    category_id: int
    post_id: int
    kept: bool
    held: bool = False
    post_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class PostRemoved(Event, name="post.removed", channels=(*_HERE, "user:{author_id}")):
    """A post was taken away; a tombstone with rule and reason stands in its place."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int
    rule: str
    by_author: bool
    removal_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PostRestored(Event, name="post.restored", channels=(*_HERE, "user:{author_id}")):
    """A removed post is back."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionUnindexed(Event, name="question.unindexed", channels=("topic:{topic_id}", "home")):
    """A question has had no answer for 30 days: search engines are asked to leave it out until it has one."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class PostReleased(Event, name="post.released", channels=(*_HERE, "user:{author_id}")):
    """A held post became visible to everybody because its author's address was confirmed."""

    topic_id: int
    category_id: int
    post_id: int
    author_id: int
