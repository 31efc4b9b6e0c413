"""What topics record."""

from __future__ import annotations

from dataclasses import dataclass

from community.core.log import Event

_HERE = ("topic:{topic_id}", "category:{category_id}", "home", "desk")


@dataclass(frozen=True, kw_only=True)
class TopicOpened(Event, name="topic.opened", channels=(*_HERE, "user:{by_id}")):
    """Somebody opened a topic. `held`: nobody but the author sees it yet."""

    topic_id: int
    category_id: int
    post_id: int
    kind: str
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class TopicImported(Event, name="topic.imported", channels=_HERE):
    """A topic with all its posts came from another forum, or was brought up to date from there. Nobody is told."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class TopicRecounted(Event, name="topic.recounted", channels=_HERE):
    """`bothways doctor --fix` put counters, marks or state of a topic right. Nobody is told."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class TopicEdited(Event, name="topic.edited", channels=_HERE):
    """The title, tags or product changed."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class TopicMoved(Event, name="topic.moved", channels=(*_HERE, "category:{former_category_id}")):
    """A topic went from one category to another."""

    topic_id: int
    category_id: int
    former_category_id: int


@dataclass(frozen=True, kw_only=True)
class TopicClosed(Event, name="topic.closed", channels=_HERE):
    """No new posts; the reason stands in the topic, in the row `closure_id`."""

    topic_id: int
    category_id: int
    closure_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TopicReopened(Event, name="topic.reopened", channels=_HERE):
    """Posts are possible again. `automatic`: the question had closed itself."""

    topic_id: int
    category_id: int
    automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class DuplicateMarked(Event, name="duplicate.marked", channels=(*_HERE, "topic:{original_id}")):
    """A question was closed as a duplicate of another."""

    topic_id: int
    category_id: int
    original_id: int


@dataclass(frozen=True, kw_only=True)
class DuplicateUndone(Event, name="duplicate.undone", channels=(*_HERE, "topic:{original_id}")):
    """A question is no duplicate after all."""

    topic_id: int
    category_id: int
    original_id: int


@dataclass(frozen=True, kw_only=True)
class InfoAsked(Event, name="info.asked", channels=(*_HERE, "user:{asker_id}")):
    """An employee needs something from the asker; the promise clock pauses."""

    topic_id: int
    category_id: int
    asker_id: int


@dataclass(frozen=True, kw_only=True)
class InfoCleared(Event, name="info.cleared", channels=_HERE):
    """The request was taken back by an employee (the asker's reply clears it by `post.written`)."""

    topic_id: int
    category_id: int


@dataclass(frozen=True, kw_only=True)
class QuestionQuiet(Event, name="question.quiet", channels=_HERE):
    """Seven silent days after an official answer: answered, not confirmed. Recorded by the scheduler."""

    topic_id: int
    category_id: int
