"""What making the world leaves in hand."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Thread:
    """A topic of the world. `posts` are the ids of its posts, the first one included."""

    id: int
    url: str
    posts: list[int]


@dataclass
class World:
    """Who and what was made: account ids by handle, category ids by slug, topics by their key in `content/`."""

    people: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    topics: dict[str, Thread] = field(default_factory=dict)
