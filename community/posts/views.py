"""What pages, fragments and the API show of topics and posts: plain values with their addresses worked out.

The macros in templates take exactly these fields. Nothing here depends on who is looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from community.core.paging import PAGE_SIZE, Page
from community.posts.changes import Change


@dataclass(frozen=True, slots=True)
class AuthorView:
    """Who wrote: `badge` is `staff`, `own`, `alum` or None, as it was when it was written (rulings 23)."""

    id: int
    handle: str
    name: str
    url: str
    hue: int
    photo_url: str | None
    badge: str | None
    badge_text: str


@dataclass(frozen=True, slots=True)
class RemovedView:
    """Why a post is gone; `rule` is in words, `by_name` None where its author took it back."""

    rule: str
    reason: str
    at: datetime
    by_name: str | None


@dataclass(frozen=True, slots=True)
class ReplyToView:
    """The post that a reply answers, and its author."""

    id: int
    url: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where an imported post was first published; `score` is what it had there, None where that is not known."""

    author: str
    author_url: str
    url: str
    licence: str
    licence_url: str
    score: int | None = None


@dataclass(frozen=True, slots=True)
class CheckView:
    """An employee looked whether an answer still is true, for `version` where they named one."""

    at: datetime
    version: str
    by_name: str
    by_handle: str

    @property
    def by_url(self) -> str:
        """The address of their page."""
        return f"/u/{self.by_handle}"


@dataclass(frozen=True, slots=True)
class PostView:
    """A post. `html` is empty where it was removed; `number` is 0 while it is held.

    `helpful` and `unhelpful` are what members and visitors said together, None where nobody can say it.

    `rejected`: the asker says that it did not solve it. `outdated`: so many members say that it no longer works. `doubted`
    and `aged`: it waits for an employee to look at it, as people say so or as nobody has looked for long.
    """

    id: int
    topic_id: int
    number: int
    url: str
    role: str
    html: Markup
    text: str
    created_at: datetime
    edited_at: datetime | None
    edit_count: int
    version: int
    author: AuthorView
    accepted: bool
    accepted_at: datetime | None
    accepted_by_asker: bool
    official: bool
    helpful: int | None
    unhelpful: int | None
    removed: RemovedView | None
    reply_to: ReplyToView | None
    source: SourceView | None
    held: bool
    rejected: bool = False
    checked: CheckView | None = None
    outdated: int = 0
    doubted: bool = False
    aged: bool = False


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category as topics name it."""

    id: int
    slug: str
    name: str
    url: str
    hue: int
    visibility: str
    parent: CategoryView | None = None


@dataclass(frozen=True, slots=True)
class ClosureView:
    """Why nobody can write here any more. `automatic`: it closed itself as it was solved, and its asker may open it again."""

    reason: str
    at: datetime
    by_name: str | None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class LinkView:
    """Another topic."""

    id: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic without its posts. `title` and `url` of a removed one tell nothing of it; `last_number` counts tombstones.

    `unindexed`: it has waited for an answer for longer than search engines should send people to it.
    """

    id: int
    url: str
    title: str
    kind: str
    state: str | None
    closed: bool
    author: AuthorView
    category: CategoryView
    tags: tuple[str, ...]
    product: str
    product_version: str
    created_at: datetime
    active_at: datetime
    post_count: int
    answer_count: int
    unindexed: bool
    last_number: int
    accepted_count: int
    official_count: int
    me_too_count: int
    first_staff_answer_at: datetime | None
    due_at: datetime | None
    promise: str | None
    held: bool
    removed: bool
    imported: bool
    closure: ClosureView | None
    duplicate_of: LinkView | None
    duplicates: tuple[LinkView, ...]
    info_asked_at: datetime | None
    section: str = ""
    """Of an update, one of SECTIONS."""
    unsolved: bool = False
    """Whether the asker has said that it is not solved, and nobody has written since."""

    @property
    def reply_count(self) -> int:
        """Posts after the first."""
        return max(0, self.post_count - 1)

    @property
    def page_count(self) -> int:
        """Pages of 20 posts, tombstones included."""
        return max(1, -(-self.last_number // PAGE_SIZE))

    @property
    def channels(self) -> set[str]:
        """The channels whose changes show on a page of this topic: its own, and those of topics that it links."""
        linked = [*self.duplicates, *([self.duplicate_of] if self.duplicate_of else [])]
        return {f"topic:{each}" for each in (self.id, *(link.id for link in linked))}

    @property
    def is_for_engines(self) -> bool:
        """Whether search engines may list it: it is there for everybody, and not a question that has waited in vain for 30 days."""
        return not (self.removed or self.held or self.unindexed) and self.category.visibility == "public"

    @property
    def accepts_posts(self) -> bool:
        """Whether people who may write can write here."""
        return not (self.closed or self.removed or self.state == "duplicate")

    @property
    def first_answer_after(self) -> timedelta | None:
        """From the question to the first answer by the team; None where there is none yet, and for imports, which have no clock."""
        if self.first_staff_answer_at is None or self.imported:
            return None
        return self.first_staff_answer_at - self.created_at


@dataclass(frozen=True, slots=True)
class TopicPage:
    """A page of a topic: `cards` are the accepted and official answers, on the first page only (rulings 21).

    `corrections` are those of an update, newest first, on the first page only.

    `first` is the first post, also of pages on which it does not stand.
    """

    topic: TopicView
    first: PostView | None
    posts: tuple[PostView, ...]
    cards: tuple[PostView, ...]
    page: Page
    corrections: tuple[Change, ...] = ()

    @property
    def is_last(self) -> bool:
        """Whether new posts appear here."""
        return self.page.number == self.page.count


@dataclass(frozen=True, slots=True)
class Tile:
    """A topic in a list, with the beginning of its best answer and how many that one helped (`helpful`).

    `section` and `beginning` are those of an update. `held` ones are in their author's own lists alone.
    """

    id: int
    url: str
    title: str
    kind: str
    state: str | None
    closed: bool
    category: CategoryView
    author: AuthorView
    reply_count: int
    me_too_count: int
    helpful: int
    created_at: datetime
    active_at: datetime
    answer_excerpt: str | None
    answered_by: AuthorView | None
    official: bool
    tags: tuple[str, ...]
    held: bool
    due_at: datetime | None = None
    promise: str | None = None
    first_staff_answer_at: datetime | None = None
    section: str = ""
    beginning: str = ""


@dataclass(frozen=True, slots=True)
class TilePage:
    """A page of a list. `total` is exact up to the depth of a list (10,000), then at least that."""

    tiles: tuple[Tile, ...]
    page: Page
    total: int


def post_url(topic_url: str, number: int, post_id: int) -> str:
    """The address of a post on its page of 20."""
    page = max(1, -(-number // PAGE_SIZE))
    return f"{topic_url}{f'?page={page}' if page > 1 else ''}#post_{post_id}"
