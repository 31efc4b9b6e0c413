"""The FAQ as it is read: the same for everybody, of what everybody may read, looked at again at each read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, select
from sqlalchemy.orm import aliased

from community.accounts.models import Account
from community.categories.models import Category
from community.core.errors import NotFound
from community.core.markup import stored_html
from community.core.paging import Page
from community.core.text import is_clean
from community.extensions import db
from community.faq.models import FaqEntry
from community.faq.sources import is_source
from community.faq.views import CheckView, Chosen, EntryView, FaqPage, Section
from community.posts.models import Post
from community.posts.queries import post_views_unchecked
from community.posts.queries.page import category_columns, category_view
from community.posts.views import CategoryView, LinkView, PostView
from community.staff.viewer import VISITOR
from community.topics.models import Topic
from community.topics.queries import topics_visible_to
from community.topics.titles import topic_url

IN_SECTION: Final = 6
"""Entries of a place on the page of all places; the rest stands on the place's own page."""

ON_PAGE: Final = 30
"""Entries on a page of one place or product."""

LONGEST_PRODUCT: Final = 80
_Checker = aliased(Account)
_Variant = aliased(FaqEntry)

_RANK = (FaqEntry.pinned_at.is_(None), FaqEntry.pinned_at.desc(), FaqEntry.helped.desc(), FaqEntry.looked_for.desc(), FaqEntry.id)


def faq_page(chosen: Chosen, number: int = 1) -> FaqPage:
    """A page of the FAQ in at most six queries. Raises NotFound beyond the last, and for a place or product that is not in it."""
    counted = counted_entries()
    places, products = _places(counted), _products(counted)
    matching = [row for row in counted if _fits(row, chosen)]
    narrowed = bool(chosen.category or chosen.product)
    page = Page(number, max(1, -(-len(matching) // ON_PAGE)) if narrowed else 1, "/faq", _kept(chosen))
    if number > page.count or (narrowed and not matching):
        raise NotFound
    shown = matching[(number - 1) * ON_PAGE : number * ON_PAGE] if narrowed else _first_of_each(matching)
    views = entry_views([row.id for row in shown])
    numbers = Counter(row.category_id for row in matching)
    sections = [
        Section(place, tuple(view for view in views if view.category.id == place.id), numbers[place.id])
        for place, _number in places
        if any(view.category.id == place.id for view in views)
    ]
    changed = max((row.changed_at for row in counted), default=None)
    return FaqPage(tuple(sections), len(matching), chosen, places, products, page, changed)


def entry_views(ids: Sequence[int]) -> list[EntryView]:
    """These entries as everybody sees them, in this order; those that are not shown are left out. Three queries."""
    rows = {row.id: row for row in db.session.execute(_rows().where(FaqEntry.id.in_(ids))).all()}
    posts = {post.id: post for post in post_views_unchecked([row.post_id for row in rows.values()])}
    variants = _variants(list(rows))
    found = (rows[entry_id] for entry_id in ids if entry_id in rows)
    return [_view(row, posts[row.post_id], variants[row.id]) for row in found if row.post_id in posts]


def place_of(entry_id: int) -> str:
    """Where an entry stands, or the one that it was merged into: the path of the page, with the page's number and the entry's id.

    Raises NotFound where it is not in the FAQ.
    """
    into = db.session.execute(select(FaqEntry.merged_into_id).where(FaqEntry.id == entry_id)).scalar_one_or_none()
    wanted = into or entry_id
    counted = counted_entries()
    row = next((row for row in counted if row.id == wanted), None)
    if row is None:
        raise NotFound
    if any(each.id == wanted for each in _first_of_each(counted)):
        return f"/faq#faq_{wanted}"
    place = [each.id for each in counted if each.category_id == row.category_id].index(wanted) // ON_PAGE + 1
    return f"/faq?category={row.category_slug}{f'&page={place}' if place > 1 else ''}#faq_{wanted}"


def latest_entries(limit: int) -> list[EntryView]:
    """The entries that are new or were changed last, for the feed."""
    query = select(FaqEntry.id).join(FaqEntry.topic).join(Topic.category).join(FaqEntry.post).where(_is_shown())
    return entry_views(db.session.scalars(query.order_by(FaqEntry.changed_at.desc(), FaqEntry.id.desc()).limit(limit)).all())


def listed_entries(chosen: Chosen, *, after: int, limit: int) -> list[EntryView]:
    """Entries in the order of their numbers, for the API: those behind `after`."""
    ids = sorted(row.id for row in counted_entries() if _fits(row, chosen) and row.id > after)
    return entry_views(ids[:limit])


def _is_shown() -> ColumnElement[bool]:
    return and_(FaqEntry.left_at.is_(None), FaqEntry.dropped_at.is_(None), FaqEntry.merged_into_id.is_(None), is_source())


def counted_entries() -> list[Any]:
    """Every entry that is shown, in the order of the FAQ, without its texts: some hundreds at the most."""
    query = (
        select(FaqEntry.id, FaqEntry.question, FaqEntry.changed_at, Topic.category_id, Topic.title, Topic.product)
        .add_columns(Category.slug.label("category_slug"), *category_columns(Category, "category"))
        .join(FaqEntry.topic)
        .join(Topic.category)
        .join(FaqEntry.post)
        .where(_is_shown())
        .order_by(Category.sort, Category.name, *_RANK)
    )
    return list(db.session.execute(query).all())


def _first_of_each(counted: Iterable[Any]) -> list[Any]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in counted:
        if len(found[row.category_id]) < IN_SECTION:
            found[row.category_id].append(row)
    return [row for rows in found.values() for row in rows]


def _places(counted: Iterable[Any]) -> tuple[tuple[CategoryView, int], ...]:
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in counted:
        rows[row.category_id].append(row)
    return tuple((category_view(each[0], "category"), len(each)) for each in rows.values())


def _products(counted: Iterable[Any]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(row.product for row in counted if row.product).items()))


def _fits(row: Any, chosen: Chosen) -> bool:
    return (not chosen.category or row.category_slug == chosen.category) and (not chosen.product or row.product == chosen.product)


def _kept(chosen: Chosen) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in (("category", chosen.category), ("product", chosen.product)) if value)


def asked_for(category: str, product: str) -> Chosen:
    """What an address asks for. Raises NotFound for what can be no name."""
    if not is_clean(category + product) or len(category + product) > 2 * LONGEST_PRODUCT:
        raise NotFound
    return Chosen(category, product)


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(*(FaqEntry.id, FaqEntry.post_id, FaqEntry.question, FaqEntry.html, FaqEntry.worded_post_id, FaqEntry.helped))
        .add_columns(FaqEntry.doubted_because, FaqEntry.pinned_at, FaqEntry.entered_at, FaqEntry.changed_at)
        .add_columns(Topic.id.label("topic_id"), Topic.title, Topic.slug, Topic.product, *category_columns(Category, "category"))
        .add_columns(Post.checked_at, Post.checked_version, _Checker.name.label("checked_by"))
        .join(FaqEntry.topic)
        .join(Topic.category)
        .join(FaqEntry.post)
        .outerjoin(_Checker, _Checker.id == Post.checked_by_id)
        .where(_is_shown())
    )


def _variants(ids: Collection[int]) -> dict[int, list[Any]]:
    """What stands under each of these entries, as far as everybody may read it."""
    found: dict[int, list[Any]] = defaultdict(list)
    if not ids:
        return found
    query = (
        select(_Variant.merged_into_id, _Variant.helped, Topic.id.label("topic_id"), Topic.title, Topic.slug)
        .join(Topic, Topic.id == _Variant.topic_id)
        .join(Topic.category)
        .where(_Variant.merged_into_id.in_(ids), topics_visible_to(VISITOR))
        .where(_Variant.left_at.is_(None), _Variant.dropped_at.is_(None))
        .order_by(_Variant.helped.desc(), _Variant.id)
    )
    for row in db.session.execute(query):
        found[row.merged_into_id].append(row)
    return found


def _view(row: Row[Any], post: PostView, variants: Sequence[Any]) -> EntryView:
    # Words that an editor gave another answer are not this one's.
    worded = bool(row.html) and row.worded_post_id == row.post_id
    html = stored_html(row.html) if worded else post.html
    return EntryView(
        id=row.id,
        url=f"/faq/{row.id}",
        question=row.question or row.title,
        html=html,
        text=" ".join(html.striptags().split()) if worded else post.text,
        author=post.author,
        post_url=post.url,
        official=post.official,
        accepted=post.accepted,
        category=category_view(row, "category"),
        product=row.product,
        helped=row.helped + sum(variant.helped for variant in variants),
        check=CheckView(row.checked_at, row.checked_by or "", row.checked_version) if row.checked_at else None,
        doubted=row.doubted_because,
        pinned=row.pinned_at is not None,
        worded=worded or bool(row.question),
        sources=tuple(_source(each) for each in (row, *variants)),
        entered_at=row.entered_at,
        changed_at=row.changed_at,
    )


def _source(row: Any) -> LinkView:
    return LinkView(row.topic_id, row.title, topic_url(row.topic_id, row.slug))
