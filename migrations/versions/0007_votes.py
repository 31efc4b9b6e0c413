"""Helpful marks, and what search engines are told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNTS = ("helpful_count", "unhelpful_count", "visitors_helpful", "visitors_unhelpful")


def upgrade() -> None:
    """Go forward."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "stranger_keys",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stranger_keys")),
    )
    op.create_table(
        "helpful_marks",
        sa.Column("id", key, autoincrement=True, nullable=False),
        sa.Column("post_id", key, nullable=False),
        sa.Column("account_id", key, nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_helpful_marks_account_id_accounts")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_helpful_marks_post_id_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpful_marks")),
        sa.UniqueConstraint("post_id", "account_id", name=op.f("uq_helpful_marks_post_id_account_id")),
    )
    op.create_index("ix_helpful_marks_account_id_post_id", "helpful_marks", ["account_id", "post_id"])
    op.create_table(
        "visitors_marks",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("post_id", key, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_visitors_marks_post_id_posts")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_visitors_marks")),
    )
    op.create_index(op.f("ix_visitors_marks_day"), "visitors_marks", ["day"])
    untold = sa.text("value <> told")
    op.create_index("ix_visitors_marks_post_id", "visitors_marks", ["post_id"], sqlite_where=untold, postgresql_where=untold)
    for name in COUNTS:
        # One statement each: a table rebuilt by batch would lose the expressions of its partial indexes.
        op.add_column("posts", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    answer = sa.text("role = 'answer' AND held_at IS NULL AND removed_at IS NULL")
    op.create_index("ix_posts_answers", "posts", ["topic_id"], sqlite_where=answer, postgresql_where=answer)
    edited = sa.text("edited_at IS NOT NULL")
    op.create_index("ix_posts_edited", "posts", ["topic_id", "edited_at"], sqlite_where=edited, postgresql_where=edited)
    op.add_column("topics", sa.Column("unindexed_at", UtcDateTime(), nullable=True))
