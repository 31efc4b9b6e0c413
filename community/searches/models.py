"""Tables of saved searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, PrimaryKey, never_reuse

TELLS = ("matches", "answers")
"""What a saved search tells of: new topics that match, or accepted and official answers in topics that match."""


class SavedSearch(Base):
    """A search that `account` keeps. `arguments` are those of its address in their normal form, `digest` is made of them.

    `known` are the topics that it had found when it was saved: they are not news. `paused_at` is set while it tells nothing.
    """

    __tablename__ = "saved_searches"
    __table_args__ = (UniqueConstraint("account_id", "digest", "tells"), never_reuse)

    id: Mapped[PrimaryKey]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    arguments: Mapped[dict[str, str]] = mapped_column(JSON)
    digest: Mapped[str]
    tells: Mapped[str]
    known: Mapped[list[int]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]

    @property
    def words(self) -> str:
        """What it is called: its name, or what it looks for as one would type it."""
        return self.name or words_of(self.arguments)


class SearchMatch(Base):
    """A topic that a saved search told of; it tells of each once."""

    __tablename__ = "search_matches"

    saved_search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), primary_key=True, index=True)
    at: Mapped[datetime]


def words_of(arguments: dict[str, Any]) -> str:
    """The arguments of a search as one would type them into the box: `pump is:solved`."""
    chips = (f"{_OPERATORS.get(name, name)}:{value}" for name, value in arguments.items() if name != "q")
    return " ".join([*([str(arguments["q"])] if arguments.get("q") else []), *chips])


_OPERATORS = {"state": "is", "category": "in"}
