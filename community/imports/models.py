"""Tables of imports."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey


class ImportedThing(Base):
    """What a thing of another forum became here. `kind` is user, topic, post, category or dump.

    `digest` stands for the thing as it was there when it was last imported: the same again means
    that there is nothing to do. `version` is the version of the post that the import left here: a
    higher one was edited here, and is not written over. A `dump` tells by which files `site` is
    known again when nobody names it; its `local_id` is 0.
    """

    __tablename__ = "imported_things"
    __table_args__ = (Index("ix_imported_things_site_kind_external_id", "site", "kind", "external_id", unique=True),)

    id: Mapped[PrimaryKey]
    site: Mapped[str]
    kind: Mapped[str]
    external_id: Mapped[str]
    local_id: Mapped[int] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
