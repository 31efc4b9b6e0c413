"""The public record, and the triggers that refuse to change it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime
from community.record.triggers import create

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "record_entries",
        sa.Column("n", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("prev", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_record_entries")),
        sa.UniqueConstraint("position", name=op.f("uq_record_entries_position")),
    )
    with op.batch_alter_table("record_entries", schema=None) as batch_op:
        batch_op.create_index("ix_record_entries_kind_n", ["kind", "n"], unique=False)
        batch_op.create_index("ix_record_entries_by_id_n", ["by_id", "n"], unique=False)
    op.create_table(
        "record_heads",
        sa.Column("n", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_record_heads")),
    )
    op.create_table(
        "record_parts",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("entry_n", BIG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["entry_n"], ["record_entries.n"], name=op.f("fk_record_parts_entry_n_record_entries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_parts")),
        sa.UniqueConstraint("entry_n", "name", name=op.f("uq_record_parts_entry_n_name")),
    )
    with op.batch_alter_table("record_parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_parts_account_id"), ["account_id"], unique=False)
    create(op.get_bind())
