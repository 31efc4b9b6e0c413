"""The promise to every question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "promise_terms",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("desk", sa.JSON(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_terms")),
    )
    op.create_table(
        "promises",
        sa.Column("topic_id", BIG, autoincrement=False, nullable=False),
        sa.Column("terms_id", BIG, nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer_id", BIG, nullable=True),
        sa.Column("answer_minutes", sa.Integer(), nullable=True),
        sa.Column("solved_at", UtcDateTime(), nullable=True),
        sa.Column("solve_minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["terms_id"], ["promise_terms.id"], name=op.f("fk_promises_terms_id_promise_terms")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_promises_topic_id_topics")),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_promises")),
    )
    with op.batch_alter_table("promises", schema=None) as batch_op:
        batch_op.create_index("ix_promises_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_promises_asked_at", ["asked_at"], unique=False)
    with op.batch_alter_table("topics", schema=None) as batch_op:
        batch_op.add_column(sa.Column("due_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("promise", sa.Text(), nullable=True))
    with op.batch_alter_table("categories", schema=None) as batch_op:
        batch_op.add_column(sa.Column("promise_hours", sa.Integer(), nullable=True))
