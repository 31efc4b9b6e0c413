"""Desk talk: duty, talks, their messages, and what both sides agree to make public. Presence by name, for who wants it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    # No batch: it would make the table anew without AUTOINCREMENT.
    op.add_column("accounts", sa.Column("shows_presence", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "duties",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_duties_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    with op.batch_alter_table("duties", schema=None) as batch_op:
        batch_op.create_index(
            "ix_duties_running",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "talks",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by_id", _ID, nullable=True),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("customer_read", sa.Integer(), nullable=False),
        sa.Column("staff_read", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("topic_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["accounts.id"], name=op.f("fk_talks_customer_id_accounts")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["accounts.id"], name=op.f("fk_talks_taken_by_id_accounts")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_talks_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talks")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("talks", schema=None) as batch_op:
        batch_op.create_index("ix_talks_customer_id", ["customer_id", "last_at"], unique=False)
        batch_op.create_index("ix_talks_ended_at", ["ended_at", "last_at"], unique=False)
        batch_op.create_index(
            "ix_talks_open_of",
            ["customer_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "talk_messages",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("talk_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", _ID, nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("to_id", _ID, nullable=True),
        sa.Column("submission", sa.Text(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["accounts.id"], name=op.f("fk_talk_messages_author_id_accounts")),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_talk_messages_talk_id_talks")),
        sa.ForeignKeyConstraint(["to_id"], ["accounts.id"], name=op.f("fk_talk_messages_to_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_messages")),
        sa.UniqueConstraint("talk_id", "author_id", "submission", name=op.f("uq_talk_messages_talk_id_author_id_submission")),
        sa.UniqueConstraint("talk_id", "number", name=op.f("uq_talk_messages_talk_id_number")),
    )
    op.create_table(
        "talk_publications",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("talk_id", _ID, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("by_staff", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("category_id", _ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("customer_named", sa.Boolean(), nullable=True),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("answerer_id", _ID, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("asker_id", _ID, nullable=True),
        sa.Column("topic_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["answerer_id"], ["accounts.id"], name=op.f("fk_talk_publications_answerer_id_accounts")),
        sa.ForeignKeyConstraint(["asker_id"], ["accounts.id"], name=op.f("fk_talk_publications_asker_id_accounts")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_talk_publications_by_id_accounts")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_talk_publications_category_id_categories")),
        sa.ForeignKeyConstraint(["talk_id"], ["talks.id"], name=op.f("fk_talk_publications_talk_id_talks")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_talk_publications_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_publications")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("talk_publications", schema=None) as batch_op:
        batch_op.create_index(
            "ix_talk_publications_open",
            ["talk_id"],
            unique=True,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )
