"""What the API takes and gives, field by field. Names are those of docs/api.md and never change their meaning."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from community.api.answer_models import CheckOut
from community.api.search_models import FacetOut, WaitingOut
from community.core.addresses import LARGEST
from community.search.querying import LONGEST as LONGEST_QUERY

Kind = Literal["question", "discussion", "update"]
OpenedKind = Literal["question", "discussion"]
State = Literal["new", "waiting", "answered", "needs_info", "solved", "answered_unconfirmed", "duplicate"]
Cursor = Annotated[str, Field(max_length=120, description="The `next` link of the page before carries it.")]
Limit = Annotated[int, Field(ge=1, le=100, description="Things a page.")]
Text = Annotated[str, Field(max_length=200_000)]  # the actions say what really fits, with a sentence for people
Line = Annotated[str, Field(max_length=1_000)]
Id = Annotated[int, Field(ge=1, le=LARGEST)]


class Sent(BaseModel):
    """Parent of bodies and queries: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Author(BaseModel):
    """Who wrote. `badge` is `staff`, `own` (own opinion), `alum` or null, as it was when it was written."""

    handle: str
    name: str
    url: str
    badge: Literal["staff", "own", "alum"] | None
    badge_text: str


class TopicOut(BaseModel):
    """A question, discussion or update. `state` is null but for questions, `section` but for updates; `category` is a slug."""

    id: int
    url: str
    kind: Kind
    title: str
    state: State | None
    section: Literal["numbers", "making", "incident", "decision", "roadmap", "wrong"] | None
    closed: bool
    category: str
    tags: list[str]
    product: str
    product_version: str
    author: Author
    created_at: datetime
    active_at: datetime
    post_count: int
    accepted_count: int
    official_count: int
    checked: CheckOut | None = Field(description="The newest check of an accepted or official answer.")
    promise: Literal["open", "paused", "kept", "late", "settled", "none"] | None = Field(
        description="Whether the first answer by the team came within the promised desk hours; null where nothing is promised."
    )
    due_at: datetime | None = Field(description="By when the team answers; null while the clock stands still.")
    me_too_count: int = Field(description="Members and confirmed visitors who have the problem too.")
    held: bool = Field(description="True while only its author sees it.")


class TopicPage(BaseModel):
    """Topics, newest first. `next` is the address of the following page, or null."""

    topics: list[TopicOut]
    next: str | None


class Removed(BaseModel):
    """Why a post is gone."""

    rule: str
    reason: str
    at: datetime


class SourceOut(BaseModel):
    """Where an imported post was first published, and under which licence."""

    author: str
    url: str
    licence: str
    licence_url: str


class PostOut(BaseModel):
    """A post. `body` is Markdown and `html` its rendering; both are empty where it was removed."""

    id: int
    url: str
    topic_id: int
    number: int
    role: Literal["question", "answer", "reply"]
    body: str
    html: str
    author: Author
    created_at: datetime
    edited_at: datetime | None
    version: int
    accepted: bool
    official: bool
    helpful: int = Field(description="Members who said that this answer helped them.")
    unhelpful: int
    visitors_helpful: int = Field(description="The same of visitors, once a day each; they alone move nothing.")
    visitors_unhelpful: int
    rejected: bool = Field(description="The asker says that it did not solve it.")
    checked: CheckOut | None
    outdated: int = Field(description="Members who say that it no longer works.")
    needs_check: bool = Field(description="It is doubted or has not been checked for long.")
    reply_to: int | None
    removed: Removed | None
    source: SourceOut | None
    held: bool


class PostPage(BaseModel):
    """The posts of a topic in their order. `next` is the address of the following page, or null."""

    posts: list[PostOut]
    next: str | None


class CategoryOut(BaseModel):
    """A category. `opens` lists the kinds of topic that whoever asks may open there."""

    id: int
    slug: str
    name: str
    description: str
    url: str
    visibility: Literal["public", "members", "staff"]
    parent: str | None
    opens: list[OpenedKind]


class CategoryList(BaseModel):
    """Every category that whoever asks may read."""

    categories: list[CategoryOut]


class PersonOut(BaseModel):
    """What everybody may know of a person."""

    handle: str
    name: str
    url: str
    about: str
    joined_at: datetime
    badge: Literal["staff", "own", "alum"] | None
    badge_text: str
    answers: int
    solved: int


class TopicFound(BaseModel):
    """A topic among search results."""

    id: int
    title: str
    url: str
    kind: Kind
    state: State | None
    closed: bool
    category: str


class Result(BaseModel):
    """A topic found, with the passage that says most; `post_url` leads to the post that it is from."""

    topic: TopicFound
    snippet: str
    post_url: str
    by: Author | None
    accepted: bool
    official: bool


class Results(BaseModel):
    """Search results. `total` is exact to 100 (rulings 20); `facets` counts by `kind`, `state`, `category` and `by`."""

    results: list[Result]
    total: int
    total_is_at_least: bool
    facets: dict[str, list[FacetOut]]
    waiting: list[WaitingOut]
    suggestion: str | None
    next: str | None


class SimilarResults(BaseModel):
    """Questions near to a text, nearest first, as search results. The snippet begins the best answer, or the question."""

    results: list[Result]


class EventOut(BaseModel):
    """Something that happened in public: ids and small facts."""

    position: str
    name: str
    at: datetime
    topic_id: int | None
    post_id: int | None
    category_id: int | None


class EventPage(BaseModel):
    """The public log, oldest first. `next` asks for what comes after; it is always there, for whoever follows."""

    events: list[EventOut]
    next: str


class NewTopic(Sent):
    """A topic to open. `personal` is an employee's own opinion."""

    kind: OpenedKind
    title: Line
    body: Text
    category: Line
    tags: list[Line] = Field(default_factory=list, max_length=20)
    product: Line = ""
    product_version: Line = ""
    personal: bool = False


class NewPost(Sent):
    """A post to write. `role` follows from who writes to whom where it is left out."""

    body: Text
    role: Literal["answer", "reply"] | None = None
    reply_to: Id | None = None
    personal: bool = False


class PostChange(Sent):
    """A new text. With `version`, the edit is refused (409) when somebody else edited first. An update needs a `note`."""

    body: Text
    note: Line = ""
    version: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class RemovalAsked(Sent):
    """Why a post goes. One's own needs no reason."""

    rule: Literal["spam", "abuse", "private_data", "illegal", "off_topic", "other"] = "other"
    reason: Line = ""


class TopicQuery(Sent):
    """Which topics to list."""

    kind: Kind | None = None
    state: State | None = None
    category: Line | None = None
    tag: Line | None = None
    after: Cursor | None = None
    limit: Limit = 20


class PageQuery(Sent):
    """Which part of a list."""

    after: Cursor | None = None
    limit: Limit = 20


class SearchQuery(Sent):
    """What to look for: words and the operators of the search box."""

    q: Annotated[str, Field(max_length=LONGEST_QUERY)]
    page: Annotated[int, Field(ge=1, le=10)] = 1
    sort: Literal["best", "newest"] = "best"


class SimilarQuery(Sent):
    """The question that somebody has in mind. Nothing is looked for below 8 characters of title."""

    title: Annotated[str, Field(max_length=1_000, description="Its first 200 characters are read.")]
    body: Annotated[str, Field(max_length=20_000, description="Its first 2,000 characters are read; 600 tell nearly as much.")] = ""
    limit: Annotated[int, Field(ge=1, le=20)] = 5
    answered: Annotated[bool, Field(description="Leave out questions that nobody has answered.")] = False


class EventQuery(Sent):
    """Where to go on reading the log."""

    after: Cursor | None = None
    limit: Limit = 100
