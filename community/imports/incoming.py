"""What a reader of another forum's files hands over: topics with their posts, cleaned and dated, not yet rendered.

A digest stands for everything that a later, newer file could change; creation dates are left out of
it, because one that could not be read is made up and may be made up otherwise the next time.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final, Literal, Protocol

from flask_babel import gettext as _

from community.core import clock
from community.core.markup import excerpt, without_invisible
from community.tags.models import TAGS_A_TOPIC
from community.tags.tagging import LONGEST as LONGEST_TAG
from community.topics.titles import LONGEST as LONGEST_TITLE

NAME_CHARS: Final = 60
EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""No forum on the web is older; an earlier date in a file is a mistake."""

_NOT_IN_TAGS: Final = re.compile(r"(?:_|[^\w.+-])+")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it there. `key` is the same for the same person of one site."""

    key: str
    name: str
    url: str = ""
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FormerText:
    """A text that a post had there until `by` changed it at `at`. `title` is None where it did not change."""

    body: str
    title: str | None
    by: Author
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPost:
    """One post of another forum. `source` is in the language `markup`; `parent` is the key of the post it replies to."""

    key: str
    role: Literal["question", "answer", "reply"]
    author: Author
    created_at: datetime
    source: str
    markup: Literal["html", "comment"] = "html"
    parent: str | None = None
    edited_at: datetime | None = None
    editor: Author | None = None
    score: int | None = None
    url: str = ""
    licence: str = ""
    licence_url: str = ""
    accepted_at: datetime | None = None
    formers: tuple[FormerText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingTopic:
    """One question of another forum with all its posts; the first is the question, the rest in the order they were written."""

    key: str
    title: str
    tags: tuple[str, ...]
    posts: tuple[IncomingPost, ...]
    closed_at: datetime | None = None
    closed_reason: str = ""

    def digest(self) -> str:
        """Stands for everything of the topic that a newer file could change."""
        posts = [
            [self.digest_of(post), post.key, post.score, post.accepted_at is not None, len(post.formers), post.licence, post.url]
            for post in self.posts
        ]
        return digest_of([self.closed_at is not None, posts])

    def digest_of(self, post: IncomingPost) -> str:
        """Stands for the words of one of its posts; of the question also for title and tags."""
        words: list[object] = [post.markup, post.source]
        return digest_of([*words, self.title, self.tags] if post is self.posts[0] else words)


@dataclass(frozen=True, slots=True)
class IncomingDuplicate:
    """The question `key` was closed there as a duplicate of the question `original`."""

    key: str
    original: str
    at: datetime | None


class Reader(Protocol):
    """Reads the files of one forum in constant memory. `left_out` counts, in words, what it could not use."""

    site: str
    fingerprint: str
    left_out: Counter[str]
    total: int

    @property
    def is_empty(self) -> bool:
        """Whether there is not one question."""

    def topics(self) -> Iterator[tuple[IncomingTopic | None, int]]:
        """Each topic, in an order that is the same every time, with how much of `total` it stands for."""

    def duplicates(self) -> Iterator[IncomingDuplicate]:
        """Which questions say the same as another, in an order that is the same every time."""


def digest_of(value: object) -> str:
    """A short digest of a value that JSON can write."""
    return sha256(json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()[:32]


def line(text: str, limit: int) -> str:
    """`text` in one line without invisible characters, at most `limit` characters."""
    found = " ".join(without_invisible(text).split())
    return found if len(found) <= limit else found[: limit - 1].rstrip() + "…"


def title_and_rest(text: str) -> tuple[str, str]:
    """A title as long as ours may be, and the whole one where it had to be cut (then it belongs in the body)."""
    title = " ".join(without_invisible(text).split())
    return (title, "") if len(title) <= LONGEST_TITLE else (excerpt(title, LONGEST_TITLE), title)


def tags_of(names: Iterable[str], left_out: Counter[str]) -> tuple[str, ...]:
    """The names as tags of ours, each once and as many as a topic may carry; the rest is counted as left out."""
    made = (_NOT_IN_TAGS.sub("-", unicodedata.normalize("NFKC", name).lower())[:LONGEST_TAG].strip("-.") for name in names)
    tags = tuple(dict.fromkeys(name for name in made if any(each.isalnum() for each in name)))
    if len(tags) > TAGS_A_TOPIC:
        left_out[_("tags beyond the fifth of a topic")] += len(tags) - TAGS_A_TOPIC
    return tags[:TAGS_A_TOPIC]


def moment(text: object) -> datetime | None:
    """The moment that an ISO 8601 text names, in UTC where it says nothing else; None where it cannot be right."""
    if not isinstance(text, str) or not 10 <= len(text) <= 40:
        return None
    try:
        found = datetime.fromisoformat(text.strip().replace(" +", "+").replace(" -", "-"))
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # A day's grace for clocks that were fast; later than that would stand on top of every list for ever.
    return found if EARLIEST <= found <= clock.now() + timedelta(days=1) else None


def whole(text: object) -> int | None:
    """A whole number of at most 18 digits, or None."""
    if isinstance(text, bool):
        return None
    written = str(text) if isinstance(text, int | str) else ""
    return int(written) if _WHOLE.fullmatch(written) else None


def score_of(text: object) -> int | None:
    """A score within what both databases store, or None."""
    found = whole(text)
    return found if found is not None and abs(found) < 2**31 else None
