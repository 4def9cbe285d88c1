"""Suppression: candidates, and the ledger of known false alarms and registered burns."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "candidate",
        sa.Column("candidate_id", IDENTITY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("alert_id", sa.BigInteger(), nullable=True),
        sa.Column("promoted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", name=op.f("pk_candidate")),
        sa.UniqueConstraint("key", name=op.f("uq_candidate_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_candidate_noted_at"), "candidate", ["noted_at"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_ledger_entry_has_author")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger_entry")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_ledger_entry_until_at"), "ledger_entry", ["until_at"], unique=False)


def downgrade() -> None:
    """Drop both tables."""
    op.drop_index(op.f("ix_ledger_entry_until_at"), table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_index(op.f("ix_candidate_noted_at"), table_name="candidate")
    op.drop_table("candidate")
