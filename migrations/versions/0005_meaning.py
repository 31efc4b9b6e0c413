"""Vectors of topics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "topic_vectors",
        sa.Column("topic_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("category_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_topic_vectors_topic_id_topics")),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topic_vectors")),
    )
    with op.batch_alter_table("topic_vectors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_vectors_position"), ["position"], unique=False)
