"""Nightly digests and what they propose."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "nuisance_digest",
        sa.Column("night", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("dismissed", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("night", name=op.f("pk_nuisance_digest")),
    )
    op.create_table(
        "nuisance_proposal",
        sa.Column("proposal_id", IDENTITY, nullable=False),
        sa.Column("night", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("preset", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("alert_ids", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", IDENTITY, nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by = '')",
            name=op.f("ck_nuisance_proposal_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (state = 'open')",
            name=op.f("ck_nuisance_proposal_decided_or_open"),
        ),
        sa.CheckConstraint(
            "(entry_id IS NULL) OR (state = 'accepted')",
            name=op.f("ck_nuisance_proposal_entry_when_accepted"),
        ),
        sa.ForeignKeyConstraint(
            ["night"],
            ["nuisance_digest.night"],
            name=op.f("fk_nuisance_proposal_night_nuisance_digest"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.entry_id"],
            name=op.f("fk_nuisance_proposal_entry_id_ledger_entry"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_nuisance_proposal")),
        sqlite_autoincrement=True,
    )
    for columns in (["night"], ["state"], ["camera_id", "preset"]):
        name = op.f(f"ix_nuisance_proposal_{'_'.join(columns)}")
        op.create_index(name, "nuisance_proposal", columns, unique=False)


def downgrade() -> None:
    """Drop them: what was proposed is forgotten; entries of the ledger stay."""
    op.drop_table("nuisance_proposal")
    op.drop_table("nuisance_digest")
