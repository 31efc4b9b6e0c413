"""Rows of what happens to a question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "answer_checks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_answer_checks_by_id_accounts")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_answer_checks_post_id_posts")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_answer_checks_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_checks")),
    )
    with op.batch_alter_table("answer_checks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_checks_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_checks_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "nudges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_nudges_account_id_accounts")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_nudges_post_id_posts")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_nudges_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudges")),
        sa.UniqueConstraint("topic_id", "number", name=op.f("uq_nudges_topic_id_number")),
    )
    op.create_table(
        "rejections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_rejections_post_id_posts")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_rejections_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejections")),
    )
    with op.batch_alter_table("rejections", schema=None) as batch_op:
        batch_op.create_index(
            "ix_rejections_post_id",
            ["post_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_rejections_topic_id"), ["topic_id"], unique=False)

    op.create_table(
        "outdated_marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("post_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("visitor", sa.Text(), nullable=True),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("check_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_outdated_marks_account_id_accounts")),
        sa.ForeignKeyConstraint(["check_id"], ["answer_checks.id"], name=op.f("fk_outdated_marks_check_id_answer_checks")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_outdated_marks_post_id_posts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outdated_marks")),
        sa.UniqueConstraint("post_id", "visitor", name=op.f("uq_outdated_marks_post_id_visitor")),
    )
    with op.batch_alter_table("outdated_marks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outdated_marks_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            "ix_outdated_marks_standing",
            ["post_id", "account_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("closures", schema=None) as batch_op:
        batch_op.add_column(sa.Column("automatic", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("mailed_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("address_digest", sa.Text(), nullable=True))

    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rejected_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("checked_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("checked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("checked_version", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("outdated_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("outdated_visitor_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("doubted_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("aged_at", UtcDateTime(), nullable=True))
        batch_op.create_index(
            "ix_posts_questioned",
            ["topic_id"],
            unique=False,
            sqlite_where=sa.text("(doubted_at IS NOT NULL OR aged_at IS NOT NULL)"),
            postgresql_where=sa.text("(doubted_at IS NOT NULL OR aged_at IS NOT NULL)"),
        )

    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("standing_count", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("unsolved_at", UtcDateTime(), nullable=True))

    # Nobody could reject an answer until now, so every official one stands.
    op.execute("UPDATE topics SET standing_count = official_count")
