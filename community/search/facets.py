"""The terms of an index that stand for the values of its filters."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from community.search.analysis import fold
from community.search.engine import Document
from community.search.querying import Query

_LONGEST: Final = 64


def facet(name: str, value: object) -> str:
    """The term that stands for one value of a filter."""
    text = fold(str(value))
    term = f"{name}:{text}"[:_LONGEST]
    return term if text.isascii() else term.encode(errors="replace").decode()


def language_facet(audience: str, language: str) -> str:
    """The term of documents in a language that an audience may read: nobody learns of a language from what is closed."""
    return facet("language", f"{language}:{audience}")


def facets(document: Document) -> set[str]:
    """The terms of every filter that the document passes."""
    single = {"topic": document.topic_id, "kind": document.kind, "audience": document.audience}
    found = {facet(name, value) for name, value in single.items()}
    found |= {facet("tag", tag) for tag in document.tags}
    found |= {facet("author", author) for author in document.author_ids}
    found.add(language_facet(document.audience, document.language))
    if document.state is not None:
        found.add(facet("state", document.state))
    if document.product:
        found.add(facet("product", document.product))
    if document.category_id is not None:
        found.add(facet("category", document.category_id))
    flags = {"closed": document.closed, "staff": document.staff_answered}
    return found | {name for name, raised in flags.items() if raised}


def wanted_facets(query: Query, audiences: Collection[str] | None) -> list[list[str]]:
    """The terms of each filter in use; a document needs one of each."""
    filters = [
        None if audiences is None else [facet("audience", audience) for audience in audiences],
        [facet("kind", kind) for kind in query.kinds] or None,
        [facet("state", state) for state in query.states] or None,
        _named("category", query.categories, query.category_ids),
        _named("author", query.authors, query.author_ids),
        [facet("product", product) for product in query.products] or None,
        ["staff"] if query.by_staff else None,
        ["closed"] if query.closed else None,
        *([facet("tag", tag)] for tag in query.tags),
    ]
    return [each for each in filters if each is not None]


def day_number(ordinal: int) -> int:
    """Days since 1970-01-01 from a date's proleptic ordinal."""
    return ordinal - 719_163


def _named(name: str, typed: Collection[str], ids: Collection[int] | None) -> list[str] | None:
    """Facets for names of the database; those that nobody resolved match nothing."""
    if ids is None and not typed:
        return None
    return [facet(name, number) for number in ids or ()]
