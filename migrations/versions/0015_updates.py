"""Updates as their authors write them, their sections, and the notes of corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.add_column("topics", sa.Column("section", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_topics_kind_created_at", "topics", ["kind", "created_at"])
    op.add_column("post_edits", sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "updates",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("author_id", _ID, nullable=False),
        sa.Column("category_id", _ID, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.Column("publish_at", UtcDateTime(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("topic_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_updates_author_id_accounts")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_updates_category_id_categories")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_updates_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_updates")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_updates_topic_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("updates", schema=None) as batch_op:
        batch_op.create_index("ix_updates_author_id", ["author_id", "id"], unique=False)
        batch_op.create_index("ix_updates_publish_at", ["publish_at"], unique=False)
