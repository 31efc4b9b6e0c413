"""PostHistory: the texts that a post had before, and why a question was closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from flask_babel import gettext as _

from community.core.markup import MAX_CHARS, without_invisible
from community.imports.incoming import Author, FormerText, moment, title_and_rest
from community.imports.xmlrows import Row

_TITLE: Final = frozenset(["1", "4", "7"])
_BODY: Final = frozenset(["2", "5", "8"])
_CLOSED: Final = "10"


@dataclass(frozen=True)
class _Revision:
    at: datetime | None
    row: Row
    title: str | None
    body: str | None


def former_texts(history: Iterable[tuple[int, Row]], author: Callable[[str | None, str | None], Author]) -> tuple[FormerText, ...]:
    """The texts of a post before each of its edits, oldest first. The rows hold Markdown as it was typed there."""
    formers: list[FormerText] = []
    title: str | None = None
    body: str | None = None
    for revision in _revisions(history):
        changes_title = revision.title is not None and title is not None and revision.title != title
        changes_body = revision.body is not None and body is not None and revision.body != body
        if body is not None and revision.at is not None and (changes_title or changes_body):
            by = author(revision.row.get("UserId"), revision.row.get("UserDisplayName"))
            formers.append(FormerText(body, title if changes_title else None, by, revision.at))
        title = revision.title if revision.title is not None else title
        body = revision.body if revision.body is not None else body
    return tuple(formers)


def closed_reason(history: Iterable[tuple[int, Row]], site: str) -> str:
    """Why a question was last closed there, in a sentence."""
    reason = ""
    for _key, row in history:
        if row.get("PostHistoryTypeId") == _CLOSED:
            reason = _reason(row.get("Comment", ""))
    where = site or _("the forum it comes from")
    return str(_("Closed on %(site)s: %(reason)s.", site=where, reason=reason) if reason else _("Closed on %(site)s.", site=where))


def _revisions(history: Iterable[tuple[int, Row]]) -> Iterator[_Revision]:
    """Rows with one RevisionGUID are one change of title, body or both."""
    texts = (row for _key, row in history if row.get("PostHistoryTypeId") in _TITLE | _BODY)
    for _guid, group in groupby(texts, key=lambda row: row.get("RevisionGUID")):
        rows = list(group)
        title = next((row.get("Text", "") for row in rows if row["PostHistoryTypeId"] in _TITLE), None)
        body = next((row.get("Text", "") for row in rows if row["PostHistoryTypeId"] in _BODY), None)
        yield _Revision(
            at=moment(rows[0].get("CreationDate")),
            row=rows[0],
            title=None if title is None else title_and_rest(title)[0],
            body=None if body is None else without_invisible(body)[:MAX_CHARS],
        )


def _reason(comment: str) -> str:
    """A close reason by its number (meta.stackexchange.com/questions/2677, CloseReasonTypes)."""
    reasons: dict[str, str] = {
        "1": _("asked before"),
        "2": _("off topic"),
        "3": _("a matter of opinion"),
        "4": _("not a real question"),
        "7": _("too local"),
        "10": _("general reference"),
        "20": _("noise"),
        "101": _("asked before"),
        "102": _("off topic"),
        "103": _("needs details"),
        "104": _("needs to be about one thing"),
        "105": _("a matter of opinion"),
    }
    return reasons.get(comment.strip(), "")
