"""Ids that mailed links carry are never given out again on SQLite; a wording of the FAQ knows the answer that it is of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

GIVEN_OUT = {
    "visitor_me_toos": "SELECT max(about_id) FROM outgoing_mails WHERE kind IN ('me_too_confirm', 'me_too_solved')",
    "follows": "SELECT max(follow_id) FROM notifications",
}
"""Tables whose ids stand in links, and the highest id that may stand in one though its row is gone."""


def upgrade() -> None:
    """Go forward."""
    if op.get_bind().dialect.name == "sqlite":
        for table, highest in GIVEN_OUT.items():
            _never_reuse(table, highest)
    with op.batch_alter_table("faq_wordings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post_id", BIG, nullable=True))
    op.execute(
        "UPDATE faq_wordings SET post_id = (SELECT coalesce(faq_entries.worded_post_id, faq_entries.post_id)"
        " FROM faq_entries WHERE faq_entries.id = faq_wordings.entry_id)"
    )
    with op.batch_alter_table("faq_wordings", schema=None) as batch_op:
        batch_op.alter_column("post_id", existing_type=BIG, nullable=False)
        batch_op.create_foreign_key(batch_op.f("fk_faq_wordings_post_id_posts"), "posts", ["post_id"], ["id"])


def _never_reuse(table: str, highest: str) -> None:
    """Make a table anew with AUTOINCREMENT, which counts on from the highest id that was ever given out."""
    with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
        pass
    # The names are those above.
    op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{table}'")  # noqa: S608
    op.execute(
        f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}',"  # noqa: S608
        f" max(coalesce((SELECT max(id) FROM {table}), 0), coalesce(({highest}), 0))"
    )
