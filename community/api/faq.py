"""The FAQ in the API."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from community.api import models as m
from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.queries import author_out, link, number_after
from community.core.fragments import base_url
from community.faq.queries import listed_entries
from community.faq.views import Chosen, EntryView


class FaqQuery(m.Sent):
    """Which entries: of a category by its slug, or of a product."""

    category: m.Line | None = None
    product: m.Line | None = None
    after: m.Cursor | None = None
    limit: m.Limit = 20


class FaqCheck(BaseModel):
    """When somebody last looked whether an answer still is true; `version` of the product, empty where none was named."""

    at: datetime
    by: str
    version: str


class FaqSource(BaseModel):
    """A public question that an entry comes from."""

    id: int
    title: str
    url: str


class FaqEntryOut(BaseModel):
    """An entry: `html` is the answer as it is shown, `answer` its words. `being_checked` says that it is in doubt."""

    id: int
    url: str
    question: str
    answer: str
    html: str
    by: m.Author
    post_url: str
    official: bool
    category: str
    product: str
    helped: int
    checked: FaqCheck | None
    being_checked: bool
    sources: list[FaqSource]
    changed_at: datetime


class FaqEntryPage(BaseModel):
    """Entries by their numbers. `next` is the address of the following page, or null."""

    entries: list[FaqEntryOut]
    next: str | None


@endpoint(bp, "GET", "/faq", query=FaqQuery, answer=FaqEntryPage)
def list_faq(call: Call[Nothing, FaqQuery]) -> FaqEntryPage:
    """List the entries of the FAQ; they are the same for everybody."""
    q = call.query
    found = listed_entries(Chosen(q.category or "", q.product or ""), after=number_after(q.after), limit=q.limit + 1)
    kept = q.model_dump(exclude={"after"}, exclude_none=True)
    more = link("/faq", **kept, after=found[q.limit - 1].id) if len(found) > q.limit else None
    return FaqEntryPage(entries=[_entry(each) for each in found[: q.limit]], next=more)


def _entry(entry: EntryView) -> FaqEntryOut:
    check = entry.check
    return FaqEntryOut(
        id=entry.id,
        url=f"{base_url()}{entry.url}",
        question=entry.question,
        answer=entry.text,
        html=str(entry.html),
        by=author_out(entry.author),
        post_url=f"{base_url()}{entry.post_url}",
        official=entry.official,
        category=entry.category.slug,
        product=entry.product,
        helped=entry.helped,
        checked=FaqCheck(at=check.at, by=check.by_name, version=check.version) if check else None,
        being_checked=bool(entry.doubted),
        sources=[FaqSource(id=each.id, title=each.title, url=f"{base_url()}{each.url}") for each in entry.sources],
        changed_at=entry.changed_at,
    )
