"""Replays that people asked the watch for."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "replay",
        sa.Column("run_id", IDENTITY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("footage", sa.Text(), nullable=False),
        sa.Column("drill_fires", sa.Integer(), nullable=False),
        sa.Column("drill_seed", IDENTITY, nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("fps", sa.Float(), nullable=True),
        sa.Column("gate_id", IDENTITY, nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("weights", sa.Text(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_replay_has_author")),
        sa.CheckConstraint(
            "(state IN ('queued', 'running')) = (ended_at IS NULL)",
            name=op.f("ck_replay_ended_at_all"),
        ),
        sa.CheckConstraint(
            "(state = 'done') = (headline IS NOT NULL)",
            name=op.f("ck_replay_done_with_headline"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by = '')", name=op.f("ck_replay_removed_by_somebody")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_replay")),
        sqlite_autoincrement=True,
    )
    for column in ("state", "gate_id"):
        op.create_index(op.f(f"ix_replay_{column}"), "replay", [column], unique=False)


def downgrade() -> None:
    """Drop it: which replays there were is forgotten; their files stay."""
    op.drop_table("replay")
