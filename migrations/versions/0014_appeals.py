"""Objections to removals and suspensions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from community.core.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_OPEN = sa.text("outcome IS NULL")


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "appeals",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("removal_id", _ID, nullable=True),
        sa.Column("suspension_id", _ID, nullable=True),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("decided_by_id", _ID, nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_appeals_account_id_accounts")),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_appeals_by_id_accounts")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["accounts.id"], name=op.f("fk_appeals_decided_by_id_accounts")),
        sa.ForeignKeyConstraint(["removal_id"], ["removals.id"], name=op.f("fk_appeals_removal_id_removals")),
        sa.ForeignKeyConstraint(["suspension_id"], ["suspensions.id"], name=op.f("fk_appeals_suspension_id_suspensions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("removal_id", name=op.f("uq_appeals_removal_id")),
        sa.UniqueConstraint("suspension_id", name=op.f("uq_appeals_suspension_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(
            "ix_appeals_open",
            ["at"],
            unique=False,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        )
