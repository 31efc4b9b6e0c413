"""Commitments and what was done with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "commitments",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("post_id", _ID, nullable=False),
        sa.Column("topic_id", _ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("made_by_id", _ID, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("first_due_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("late_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["accounts.id"], name=op.f("fk_commitments_made_by_id_accounts")),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_commitments_owner_id_accounts")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_commitments_post_id_posts")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_commitments_topic_id_topics")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commitments", schema=None) as batch_op:
        batch_op.create_index("ix_commitments_due_on", ["due_on"], unique=False)
        batch_op.create_index("ix_commitments_topic_id", ["topic_id"], unique=False)

    op.create_table(
        "commitment_deeds",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("commitment_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_id", _ID, nullable=True),
        sa.Column("to_id", _ID, nullable=True),
        sa.Column("former_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_commitment_deeds_by_id_accounts")),
        sa.ForeignKeyConstraint(["commitment_id"], ["commitments.id"], name=op.f("fk_commitment_deeds_commitment_id_commitments")),
        sa.ForeignKeyConstraint(["to_id"], ["accounts.id"], name=op.f("fk_commitment_deeds_to_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_deeds")),
    )
    with op.batch_alter_table("commitment_deeds", schema=None) as batch_op:
        batch_op.create_index("ix_commitment_deeds_commitment_id", ["commitment_id", "id"], unique=False)
