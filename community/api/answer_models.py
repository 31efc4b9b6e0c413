"""What the API takes and gives of whether answers hold, and of the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Queue = Literal["rejected", "new", "waiting", "doubted", "aged", "unconfirmed", "needs_info"]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CheckOut(BaseModel):
    """An employee (`by`, a handle) looked whether an answer still is true; `version` is empty where they named none."""

    at: datetime
    version: str
    by: str


class RejectionSent(_Sent):
    """That an answer did not solve it. `body`, where there is any, says in public what still is wrong: a reply to it."""

    body: Annotated[str, Field(max_length=200_000)] = ""


class CheckSent(_Sent):
    """That an answer still is true, for a version of the product where one is named."""

    version: Annotated[str, Field(max_length=1_000)] = ""


class ClosureSent(_Sent):
    """Why a topic is closed; everybody can read it."""

    reason: Annotated[str, Field(max_length=1_000)]


class DeskQuery(_Sent):
    """Which part of the desk."""

    queue: Queue | None = None
    category: Annotated[str, Field(max_length=1_000)] | None = None
    page: Annotated[int, Field(ge=1, le=500)] = 1


class DeskEntryOut(BaseModel):
    """A topic that needs somebody, since when and why. `post_id` is the answer to look at, in `doubted` and `aged`."""

    topic_id: int
    title: str
    url: str
    queue: Queue
    since: datetime
    category: str
    post_id: int | None


class DeskOut(BaseModel):
    """What waits, in the order of need. `counts` are of every queue; `next` is the address of the following page, or null."""

    entries: list[DeskEntryOut]
    counts: dict[str, int]
    total: int
    next: str | None
