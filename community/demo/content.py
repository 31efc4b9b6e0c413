"""What the demo world says, read from the files in `content/` and checked.

`people.toml` holds the site's settings, its categories and its people; every other file the topics of
the category that it is named after. A text may point to an earlier topic with `{#key}`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import model_validator

from community.demo.published import Update
from community.demo.spelling import Start, Strict, Wait

FOLDER: Final = Path(__file__).parent / "content"

Size = Literal["full", "small"]
"""The whole world, or the few people and topics of it that tests need."""


class Role(Strict):
    """A role from `since` days ago (0: from their first day) until `until` days ago (None: still)."""

    role: Literal["employee", "official", "moderator", "admin"]
    since: int = 0
    until: int | None = None


class Suspension(Strict):
    """Somebody is kept out since `ago` days."""

    ago: int
    by: str
    rule: str
    reason: str


class Kept(Strict):
    """A search that somebody keeps since `ago` days, by the words in its box, in lower case."""

    q: str
    tells: Literal["matches", "answers"]
    ago: int
    name: str = ""


class Person(Strict):
    """Somebody who joined `joined` days ago. `sign_in`: the demo gives them a password.

    `follows` names what they follow since yesterday, such as `category battery`, `tag winter` or `person mara`.
    """

    handle: str
    name: str
    joined: int
    roles: tuple[Role, ...] = ()
    title: str = ""
    team: str = ""
    works_on: str = ""
    at_desk: str = ""
    about: str = ""
    confirmed: bool = True
    sign_in: bool = False
    small: bool = False
    suspended: Suspension | None = None
    searches: tuple[Kept, ...] = ()
    follows: tuple[str, ...] = ()

    @property
    def is_staff(self) -> bool:
        """Whether they work or worked for the brand."""
        return bool(self.roles)


class Category(Strict):
    """A category below `parent`, if any."""

    slug: str
    name: str
    description: str
    hue: int
    parent: str = ""
    visibility: Literal["public", "members", "staff"] = "public"
    questions: Literal["members", "staff", ""] = "members"
    discussions: Literal["members", "staff", ""] = "members"


class Edit(Strict):
    """A change of a post `after` it was written: `old` became `new`."""

    after: Wait
    old: str
    new: str
    by: str = ""


class Removal(Strict):
    """A post was taken away `after` it was written."""

    after: Wait
    by: str
    rule: str
    reason: str


class Check(Strict):
    """An employee found an answer still true `after` it was written, for `version` if one is named."""

    after: Wait
    by: str
    version: str = ""


class Doubt(Strict):
    """Somebody said of an answer that it no longer works, `after` it was written."""

    after: Wait
    by: str


class Post(Strict):
    """A post, `after` the one before it. `official`, `accepted` and `rejected` tell how long after it those marks came.

    Who marks is its author and the asker, unless `official_by` or `accepted_by` names another.
    `reply_to` is the number of a post in the topic.
    """

    by: str
    after: Wait
    body: str
    role: Literal["answer", "reply"] | None = None
    reply_to: int | None = None
    personal: bool = False
    asks_info: bool = False
    official: Wait | None = None
    official_by: str = ""
    accepted: Wait | None = None
    accepted_by: str = ""
    rejected: Wait | None = None
    checks: tuple[Check, ...] = ()
    outdated: tuple[Doubt, ...] = ()
    edits: tuple[Edit, ...] = ()
    removed: Removal | None = None


class Closing(Strict):
    """The topic was closed `after` its last post."""

    after: Wait
    by: str
    reason: str


class Duplicate(Strict):
    """The question was found `after` its last post to say the same as the topic `of`."""

    after: Wait
    by: str
    of: str


class Topic(Strict):
    """A topic with its posts after the first. `small`: tests have it too. `me_toos` are people who have the problem too."""

    key: str
    title: str
    by: str
    at: Start
    body: str
    category: str
    kind: Literal["question", "discussion"] = "question"
    tags: tuple[str, ...] = ()
    product: str = ""
    version: str = ""
    personal: bool = False
    small: bool = False
    edits: tuple[Edit, ...] = ()
    posts: tuple[Post, ...] = ()
    closed: Closing | None = None
    duplicate: Duplicate | None = None
    me_toos: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _replies_to_earlier(self) -> Topic:
        wrong = [post.body for number, post in enumerate(self.posts, 1) if post.reply_to is not None and post.reply_to >= number]
        if wrong:
            raise ValueError(f"{self.key}: a reply to what comes later: {wrong[0]}")
        return self

    def names(self) -> Iterator[str]:
        """Everybody who does something in it."""
        yield self.by
        for post in self.posts:
            yield post.by
            yield from (edit.by for edit in post.edits if edit.by)
            yield from (name for name in (post.official_by, post.accepted_by) if name)
            yield from (post.removed.by,) if post.removed else ()
            yield from (check.by for check in post.checks)
            yield from (doubt.by for doubt in post.outdated)
        yield from (deed.by for deed in (self.closed, self.duplicate) if deed)


class Content(Strict):
    """Everything that the demo world is made of. Tests have no updates."""

    settings: dict[str, str]
    categories: tuple[Category, ...]
    people: tuple[Person, ...]
    topics: tuple[Topic, ...]
    updates: tuple[Update, ...]


def load(size: Size = "full") -> Content:
    """Read the world. Raises pydantic's ValidationError where a file says something that nobody understands."""
    frame = _read(FOLDER / "people.toml")
    topics = [
        {"category": path.stem, **topic}
        for path in sorted(FOLDER.glob("*.toml"))
        if path.stem not in {"people", "updates"}
        for topic in _read(path)["topics"]
    ]
    content = Content.model_validate({**frame, "topics": topics, **_read(FOLDER / "updates.toml")})
    return content if size == "full" else _small(content)


def _small(content: Content) -> Content:
    topics = tuple(topic for topic in content.topics if topic.small)
    wanted = {name for topic in topics for name in topic.names()}
    people = tuple(person for person in content.people if person.small or person.handle in wanted)
    return content.model_copy(update={"people": people, "topics": topics, "updates": ()})


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
