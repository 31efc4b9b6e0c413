"""Outcomes of asking, search gaps, the FAQ."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "outcome_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("successful", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_successful", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_failed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_outcome_days")),
    )
    op.create_table(
        "search_gaps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("askers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("empty", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_gaps")),
        sa.UniqueConstraint("digest", name=op.f("uq_search_gaps_digest")),
    )
    with op.batch_alter_table("search_gaps", schema=None) as batch_op:
        batch_op.create_index("ix_search_gaps_last_day", ["last_day"], unique=False)

    op.create_table(
        "gap_readings",
        sa.Column("gap_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["gap_id"], ["search_gaps.id"], name=op.f("fk_gap_readings_gap_id_search_gaps"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_gap_readings_topic_id_topics")),
        sa.PrimaryKeyConstraint("gap_id", "topic_id", name=op.f("pk_gap_readings")),
    )
    op.create_table(
        "topic_outcomes",
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("successful", sa.Integer(), server_default="0", nullable=False),
        sa.Column("members", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_topic_outcomes_topic_id_topics")),
        sa.PrimaryKeyConstraint("topic_id", "week", name=op.f("pk_topic_outcomes")),
    )
    op.create_table(
        "faq_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("worded_post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("worded_version", sa.Integer(), nullable=True),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("left_because", sa.Text(), nullable=False),
        sa.Column("doubted_at", UtcDateTime(), nullable=True),
        sa.Column("doubted_because", sa.Text(), nullable=False),
        sa.Column("pinned_at", UtcDateTime(), nullable=True),
        sa.Column("pinned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("dropped_at", UtcDateTime(), nullable=True),
        sa.Column("dropped_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("dropped_reason", sa.Text(), nullable=False),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("looked_for", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into_id"], ["faq_entries.id"], name=op.f("fk_faq_entries_merged_into_id_faq_entries")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_faq_entries_post_id_posts")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_faq_entries_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entries")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_faq_entries_topic_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("faq_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_faq_entries_merged_into_id"), ["merged_into_id"], unique=False)

    op.create_table(
        "faq_wordings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_faq_wordings_by_id_accounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["faq_entries.id"], name=op.f("fk_faq_wordings_entry_id_faq_entries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_wordings")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_faq_wordings_entry_id_version")),
    )
