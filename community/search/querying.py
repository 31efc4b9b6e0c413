"""What somebody typed into the search box, understood.

Words, "exact phrases" and -excluded words, with the operators `is:`, `kind:`, `in:`, `tag:`, `product:`, `from:`, `by:staff`,
`before:`, `after:` and `sort:newest`. Whatever is not one of these is plain words, wildcards and unknown operators
included: an engine's own query language is never reachable from here. Input is cut to 200 characters and 20 terms before
anything else happens, and nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

LONGEST: Final = 200
"""Characters of a query that are read."""

MOST_TERMS: Final = 20
"""Words, phrases and operators of a query that are read."""

KINDS: Final = ("question", "discussion", "idea", "praise", "update")
STATES: Final = ("new", "waiting", "answered", "needs_info", "solved", "answered_unconfirmed", "duplicate")

_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
# Control characters, and halves of a character that no encoding can carry, stand for nothing.
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CHUNK: Final = re.compile(r'(?P<no>-?)"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+)')
_OPERATOR: Final = re.compile(r"(?P<name>[a-z]+):(?P<value>.+)", re.IGNORECASE)
_DAY: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Query:
    """A search. All its filters must hold; within one filter any value will do, except that every tag must be there.

    `categories` and `authors` are as they were typed; whoever knows the database adds `category_ids` and `author_ids`
    by `resolved`. Until then, or when nobody has such a name, a query with that filter matches nothing. `before` excludes
    its day and `after` includes it, by the day (UTC) the topic was opened.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    excluded_phrases: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    closed: bool | None = None
    categories: tuple[str, ...] = ()
    category_ids: tuple[int, ...] | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    author_ids: tuple[int, ...] | None = None
    products: tuple[str, ...] = ()
    by_staff: bool = False
    before: date | None = None
    after: date | None = None
    newest: bool = False
    """Last active first, rather than best first."""

    def resolved(self, *, category_ids: Collection[int] = (), author_ids: Collection[int] = ()) -> Query:
        """The same query, its names of categories and authors exchanged for their numbers."""
        return replace(
            self,
            category_ids=tuple(category_ids) if self.categories or category_ids else None,
            author_ids=tuple(author_ids) if self.authors or author_ids else None,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for at all."""
        return all(getattr(self, each.name) == each.default for each in fields(self) if each.name not in ("text", "newest"))


def parse(text: str) -> Query:
    """Understand what was typed. Takes anything, in time linear in the characters that are read."""
    seen = _UNSEEN.sub(" ", text[:LONGEST]).translate(_QUOTES)
    query = Query(text=" ".join(seen.split()))
    for number, chunk in enumerate(_CHUNK.finditer(query.text)):
        if number == MOST_TERMS:
            break
        word, phrase = chunk["word"], chunk["phrase"]
        if word is None:
            query = _with(query, "excluded_phrases" if chunk["no"] else "phrases", phrase.strip())
        else:
            query = _operated(query, word) or _plain(query, word)
    return query


def _plain(query: Query, word: str) -> Query:
    if word.startswith("-"):
        return _with(query, "excluded", word.lstrip("-"))
    return _with(query, "words", word)


def _operated(query: Query, word: str) -> Query | None:
    """The query with the operator that the word is, or None when it is none."""
    typed = _OPERATOR.fullmatch(word)
    read = _OPERATORS.get(typed["name"].lower()) if typed else None
    return read(query, typed["value"]) if typed and read else None


def _is(query: Query, value: str) -> Query | None:
    value = value.lower().replace("-", "_")
    if value in ("open", "closed"):
        return replace(query, closed=value == "closed")
    return _with(query, "states", value) if value in STATES else None


def _kind(query: Query, value: str) -> Query | None:
    return _with(query, "kinds", value.lower()) if value.lower() in KINDS else None


def _by(query: Query, value: str) -> Query | None:
    return replace(query, by_staff=True) if value.lower() == "staff" else None


def _in(query: Query, value: str) -> Query:
    return _with(query, "categories", value.lower())


def _tag(query: Query, value: str) -> Query:
    return _with(query, "tags", value.lower())


def _product(query: Query, value: str) -> Query:
    return _with(query, "products", value.lower())


def _sort(query: Query, value: str) -> Query | None:
    return replace(query, newest=True) if value.lower() == "newest" else None


def _from(query: Query, value: str) -> Query | None:
    return _with(query, "authors", value.lower().removeprefix("@")) if value != "@" else None


def _before(query: Query, value: str) -> Query | None:
    day = day_of(value)
    return replace(query, before=day) if day else None


def _after(query: Query, value: str) -> Query | None:
    day = day_of(value)
    return replace(query, after=day) if day else None


_OPERATORS: Final[dict[str, Callable[[Query, str], Query | None]]] = {
    "is": _is,
    "kind": _kind,
    "by": _by,
    "in": _in,
    "tag": _tag,
    "product": _product,
    "from": _from,
    "sort": _sort,
    "before": _before,
    "after": _after,
}


def day_of(value: str) -> date | None:
    """The day a date names: 2026-05-03, or the first of 2026-05 or of 2026."""
    found = _DAY.fullmatch(value)
    if not found:
        return None
    try:
        return date(*(int(part) if part else 1 for part in found.groups()))
    except ValueError:
        return None


def _with(query: Query, name: str, value: str) -> Query:
    """The query with one more value in a tuple, once."""
    values: tuple[str, ...] = getattr(query, name)
    changed: dict[str, Any] = {name: (*values, value)}
    return query if not value or value in values else replace(query, **changed)
