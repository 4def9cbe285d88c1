"""Footage of flights, and what was found in it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "imagery",
        sa.Column("imagery_id", IDENTITY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", IDENTITY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("run_id", IDENTITY, nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("stated_fov_deg", sa.Float(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Text(), nullable=False),
        sa.Column("attitude", sa.Text(), nullable=False),
        sa.Column("footprint", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_imagery_has_author")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["flight_run.run_id"], name=op.f("fk_imagery_run_id_flight_run")
        ),
        sa.PrimaryKeyConstraint("imagery_id", name=op.f("pk_imagery")),
        sa.UniqueConstraint("key", name=op.f("uq_imagery_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "imagery_hit",
        sa.Column("hit_id", IDENTITY, nullable=False),
        sa.Column("imagery_id", IDENTITY, nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("time_s", sa.Float(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("fix", sa.Text(), nullable=True),
        sa.Column("gaps", sa.Text(), nullable=False),
        sa.Column("observation_id", IDENTITY, nullable=True),
        sa.ForeignKeyConstraint(
            ["imagery_id"], ["imagery.imagery_id"], name=op.f("fk_imagery_hit_imagery_id_imagery")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.observation_id"],
            name=op.f("fk_imagery_hit_observation_id_observation"),
        ),
        sa.PrimaryKeyConstraint("hit_id", name=op.f("pk_imagery_hit")),
        sqlite_autoincrement=True,
    )
    for table, column in (
        ("imagery", "state"),
        ("imagery", "run_id"),
        ("imagery_hit", "imagery_id"),
        ("imagery_hit", "observation_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Drop them: what was found in footage is forgotten; its observations stay."""
    op.drop_table("imagery_hit")
    op.drop_table("imagery")
