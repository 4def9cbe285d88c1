"""Aircraft of the bureau's own, and every version of every sweep."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("aircraft", "sweep", "sweep_version")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "aircraft",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aircraft", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("changed_by <> ''", name=op.f("ck_aircraft_has_author")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_aircraft")),
    )
    op.create_table(
        "sweep",
        sa.Column("sweep_id", IDENTITY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("sweep_id", name=op.f("pk_sweep")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sweep_version",
        sa.Column("sweep_id", IDENTITY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=True),
        sa.Column("sorties", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("missions", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.CheckConstraint("changed_by <> ''", name=op.f("ck_sweep_version_has_author")),
        sa.ForeignKeyConstraint(
            ["sweep_id"], ["sweep.sweep_id"], name=op.f("fk_sweep_version_sweep_id_sweep")
        ),
        sa.PrimaryKeyConstraint("sweep_id", "version", name=op.f("pk_sweep_version")),
    )


def downgrade() -> None:
    """Drop them: aircraft and sweeps are forgotten."""
    for table in reversed(TABLES):
        op.drop_table(table)
