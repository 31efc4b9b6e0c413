"""The endpoint of the public record."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from community.api.blueprint import bp
from community.api.layer import Call, Nothing, endpoint
from community.api.queries import link
from community.record.queries import entries_after


class RecordQuery(BaseModel):
    """From where on."""

    model_config = ConfigDict(extra="forbid")

    after: int = Field(0, ge=0, le=2**53, description="The number of the last entry that is known.")
    limit: int = Field(50, ge=1, le=100)


class EntryOut(BaseModel):
    """An entry of the record. `parts` holds its words; `gone` names those that were erased with a person."""

    n: int
    at: datetime
    kind: str
    about: dict[str, int]
    parts: dict[str, str]
    gone: list[str]
    hash: str


class RecordOut(BaseModel):
    """Entries in their order. `next` is the address of the following page, or null."""

    entries: list[EntryOut]
    next: str | None


@endpoint(bp, "GET", "/record", query=RecordQuery, answer=RecordOut)
def get_record(call: Call[Nothing, RecordQuery]) -> RecordOut:
    """Read the public record; the file to be verified is /record.jsonl."""
    after, limit = call.query.after, call.query.limit
    found = entries_after(after, limit + 1)
    shown = found[:limit]
    return RecordOut(
        entries=[
            EntryOut(n=e.n, at=e.at, kind=e.kind, about=e.about, parts=e.parts, gone=sorted(e.gone), hash=e.hash) for e in shown
        ],
        next=link("/record", after=shown[-1].n, limit=limit) if len(found) > limit else None,
    )
