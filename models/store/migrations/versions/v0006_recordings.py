"""Recordings of alerts, and what of their evidence was cleared."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "recording",
        sa.Column("recording_id", IDENTITY, nullable=False),
        sa.Column("alert_id", IDENTITY, nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("wanted_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.alert_id"], name=op.f("fk_recording_alert_id_alert")
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_recording")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_recording_alert_id"), "recording", ["alert_id"])
    op.create_index(op.f("ix_recording_state"), "recording", ["state"])
    op.create_index(op.f("ix_alert_opened_at"), "alert", ["opened_at"])
    op.create_table(
        "clearing",
        sa.Column("alert_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.alert_id"], name=op.f("fk_clearing_alert_id_alert")
        ),
        sa.PrimaryKeyConstraint("alert_id", "kind", "cause", name=op.f("pk_clearing")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_alert_opened_at"), "alert")
    op.drop_table("clearing")
    op.drop_table("recording")
