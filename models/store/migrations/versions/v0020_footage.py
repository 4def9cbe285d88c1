"""The library of footage: recordings, what is true of each, and what is proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "footage",
        sa.Column("footage_id", IDENTITY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", IDENTITY, nullable=False),
        sa.Column("scene", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("begins_at", sa.BigInteger(), nullable=True),
        sa.Column("imagery_id", IDENTITY, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("truth_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_footage_has_author")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by = '')", name=op.f("ck_footage_removed_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["imagery_id"], ["imagery.imagery_id"], name=op.f("fk_footage_imagery_id_imagery")
        ),
        sa.PrimaryKeyConstraint("footage_id", name=op.f("pk_footage")),
        sa.UniqueConstraint("key", name=op.f("uq_footage_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "footage_truth",
        sa.Column("truth_id", IDENTITY, nullable=False),
        sa.Column("footage_id", IDENTITY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("truth", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("author <> ''", name=op.f("ck_footage_truth_has_author")),
        sa.ForeignKeyConstraint(
            ["footage_id"], ["footage.footage_id"], name=op.f("fk_footage_truth_footage_id_footage")
        ),
        sa.PrimaryKeyConstraint("truth_id", name=op.f("pk_footage_truth")),
        sa.UniqueConstraint(
            "footage_id", "version", name=op.f("uq_footage_truth_footage_id_version")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "footage_proposal",
        sa.Column("proposal_id", IDENTITY, nullable=False),
        sa.Column("footage_id", IDENTITY, nullable=False),
        sa.Column("frames", sa.Text(), nullable=False),
        sa.Column("at_s", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("boxes", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_footage_proposal_has_author")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by = '')",
            name=op.f("ck_footage_proposal_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["footage_id"],
            ["footage.footage_id"],
            name=op.f("fk_footage_proposal_footage_id_footage"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_footage_proposal")),
        sqlite_autoincrement=True,
    )
    for table, column in (
        ("footage", "state"),
        ("footage", "sha256"),
        ("footage", "imagery_id"),
        ("footage_proposal", "footage_id"),
        ("footage_proposal", "state"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Drop them: which footage was kept, and what is true of it, is forgotten; files stay."""
    op.drop_table("footage_proposal")
    op.drop_table("footage_truth")
    op.drop_table("footage")
