"""What pages, the feed, the API and search engines show of the FAQ: plain values with their addresses worked out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from community.core.paging import Page
from community.posts.views import AuthorView, CategoryView, LinkView


@dataclass(frozen=True, slots=True)
class CheckView:
    """Who looked when whether an answer still is true; `version` of the product, empty where none was named."""

    at: datetime
    by_name: str
    version: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry. `text` is the answer without markup; `url` is permanent and leads to where the entry stands.

    `sources` are the public questions that it comes from, its own first. `helped` counts people, those of merged
    entries included. `doubted` says why it is being checked again, else it is empty.
    """

    id: int
    url: str
    question: str
    html: Markup
    text: str
    author: AuthorView
    post_url: str
    official: bool
    accepted: bool
    category: CategoryView
    product: str
    helped: int
    check: CheckView | None
    doubted: str
    pinned: bool
    worded: bool
    sources: tuple[LinkView, ...]
    entered_at: datetime
    changed_at: datetime

    @property
    def anchor(self) -> str:
        """The id of its element on a page of the FAQ."""
        return f"faq_{self.id}"


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of a place; `count` counts those that are not on this page too."""

    category: CategoryView
    entries: tuple[EntryView, ...]
    count: int

    @property
    def url(self) -> str:
        """The page with all of them."""
        return f"/faq?category={self.category.slug}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the FAQ is narrowed to; empty: all."""

    category: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class FaqPage:
    """A page of the FAQ: sections of all places, or all entries of what is chosen. `places` and `products` carry their numbers."""

    sections: tuple[Section, ...]
    total: int
    chosen: Chosen
    places: tuple[tuple[CategoryView, int], ...]
    products: tuple[tuple[str, int], ...]
    page: Page
    changed_at: datetime | None
