"""Tables of the FAQ."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from community.core.base import Base, Id, PrimaryKey, never_reuse
from community.posts.models import Post
from community.topics.models import Topic


class FaqEntry(Base):
    """One question of the FAQ, with the answer of the public question that it comes from; at most one a topic.

    `question`, `body` and `html` are the editor's wording, empty where the source speaks for itself; `worded_post_id`
    and `worded_version` say of which answer, in which state. It is shown unless it `left_at` (the answer is no longer
    one, `left_because` says why), was `dropped_at` by an editor (it never comes back by itself) or stands under
    another entry (`merged_into_id`). `doubted_at`: shown as being checked again. `helped` counts people; it and
    `looked_for` are counted anew by the job.
    """

    __tablename__ = "faq_entries"
    __table_args__ = (never_reuse,)

    id: Mapped[PrimaryKey]
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), unique=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    question: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    worded_post_id: Mapped[int | None] = mapped_column(Id)
    worded_version: Mapped[int | None]
    entered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    left_because: Mapped[str] = mapped_column(default="")
    doubted_at: Mapped[datetime | None]
    doubted_because: Mapped[str] = mapped_column(default="")
    pinned_at: Mapped[datetime | None]
    pinned_by_id: Mapped[int | None] = mapped_column(Id)
    dropped_at: Mapped[datetime | None]
    dropped_by_id: Mapped[int | None] = mapped_column(Id)
    dropped_reason: Mapped[str] = mapped_column(default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("faq_entries.id"), index=True)
    helped: Mapped[int] = mapped_column(default=0)
    looked_for: Mapped[int] = mapped_column(default=0)

    topic: Mapped[Topic] = relationship()
    post: Mapped[Post] = relationship()

    @property
    def is_shown(self) -> bool:
        """Whether it stands in the FAQ under its own question."""
        return self.left_at is None and self.dropped_at is None and self.merged_into_id is None


class FaqWording(Base):
    """A wording that an editor gave an entry: kept for the public history, the newest is the one in force.

    It is of the answer `post_id` and goes out of sight with it.
    """

    __tablename__ = "faq_wordings"
    __table_args__ = (UniqueConstraint("entry_id", "version"),)

    id: Mapped[PrimaryKey]
    entry_id: Mapped[int] = mapped_column(ForeignKey("faq_entries.id"))
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"))
    version: Mapped[int]
    question: Mapped[str]
    body: Mapped[str]
    reason: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime]
