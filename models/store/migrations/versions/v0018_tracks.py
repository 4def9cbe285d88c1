"""Where each flight went."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "flight_track",
        sa.Column("track_id", IDENTITY, nullable=False),
        sa.Column("run_id", IDENTITY, nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("states", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["flight_run.run_id"], name=op.f("fk_flight_track_run_id_flight_run")
        ),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_flight_track")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_flight_track_run_id"), "flight_track", ["run_id"], unique=False)


def downgrade() -> None:
    """Drop it: where flights went is forgotten."""
    op.drop_table("flight_track")
