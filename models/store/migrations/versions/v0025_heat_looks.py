"""Looks that heat proposes, and what is remembered of each node's view."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "heat_look",
        sa.Column("look_id", IDENTITY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("frame_id", IDENTITY, nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("sigma_m", sa.Float(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("towers", sa.Text(), nullable=False),
        sa.Column("observation_id", IDENTITY, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("is_taught", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by = '')",
            name=op.f("ck_heat_look_decided_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.observation_id"],
            name=op.f("fk_heat_look_observation_id_observation"),
        ),
        sa.PrimaryKeyConstraint("look_id", name=op.f("pk_heat_look")),
        sa.UniqueConstraint("key", name=op.f("uq_heat_look_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_heat_look_node_id_state"), "heat_look", ["node_id", "state"], unique=False
    )
    for column in ("state", "observation_id"):
        op.create_index(op.f(f"ix_heat_look_{column}"), "heat_look", [column], unique=False)
    op.create_table(
        "heat_watch",
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("followed_at", sa.BigInteger(), nullable=False),
        sa.Column("memory", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_heat_watch")),
    )


def downgrade() -> None:
    """Drop them: what was proposed and decided is forgotten; fires that it became stay."""
    op.drop_table("heat_watch")
    op.drop_table("heat_look")
