"""Tables of imports."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from community.core.base import Base, Id, PrimaryKey


class ImportedThing(Base):
    """What a thing of another forum became here: `kind` is user, topic, post or category."""

    __tablename__ = "imported_things"
    __table_args__ = (Index("ix_imported_things_site_kind_external_id", "site", "kind", "external_id", unique=True),)

    id: Mapped[PrimaryKey]
    site: Mapped[str]
    kind: Mapped[str]
    external_id: Mapped[str]
    local_id: Mapped[int] = mapped_column(Id)
