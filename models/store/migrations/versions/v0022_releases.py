"""Frozen sets, releases and what is in force; which weights found what in footage of flights."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and the column; nobody knows the weights of what was found before."""
    op.create_table(
        "frozen_set",
        sa.Column("gate_id", IDENTITY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("footage", sa.Text(), nullable=False),
        sa.Column("drill_fires", IDENTITY, nullable=False),
        sa.Column("drill_seed", IDENTITY, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("frozen_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_frozen_set_has_author")),
        sa.CheckConstraint(
            "(retired_at IS NULL) = (retired_by = '')",
            name=op.f("ck_frozen_set_retired_by_somebody"),
        ),
        sa.PrimaryKeyConstraint("gate_id", name=op.f("pk_frozen_set")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "model_release",
        sa.Column("release_id", IDENTITY, nullable=False),
        sa.Column("gate_id", IDENTITY, nullable=False),
        sa.Column("candidate_run", IDENTITY, nullable=False),
        sa.Column("incumbent_run", IDENTITY, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("candidate", sa.Text(), nullable=False),
        sa.Column("incumbent", sa.Text(), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.CheckConstraint("author <> ''", name=op.f("ck_model_release_has_author")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by = '')",
            name=op.f("ck_model_release_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["frozen_set.gate_id"], name=op.f("fk_model_release_gate_id_frozen_set")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_model_release")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "model_activation",
        sa.Column("activation_id", IDENTITY, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("release_id", IDENTITY, nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("author <> ''", name=op.f("ck_model_activation_has_author")),
        sa.ForeignKeyConstraint(
            ["release_id"],
            ["model_release.release_id"],
            name=op.f("fk_model_activation_release_id_model_release"),
        ),
        sa.PrimaryKeyConstraint("activation_id", name=op.f("pk_model_activation")),
        sqlite_autoincrement=True,
    )
    for table, column in (("model_release", "gate_id"), ("model_activation", "release_id")):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    op.add_column("imagery_hit", sa.Column("model", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop them: what is in force is the settings' model again; weights and replays stay."""
    op.drop_column("imagery_hit", "model")
    op.drop_table("model_activation")
    op.drop_table("model_release")
    op.drop_table("frozen_set")
