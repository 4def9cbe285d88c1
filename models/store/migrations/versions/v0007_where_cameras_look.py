"""Calibrations, references and checks of poses, what people saw, and which visits showed land."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calibration",
        sa.Column("calibration_id", IDENTITY, nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("preset", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("calibration", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("calibration_id", name=op.f("pk_calibration")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_calibration_camera_id_preset"), "calibration", ["camera_id", "preset"])
    op.create_table(
        "pose_reference",
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("preset", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", "preset", name=op.f("pk_pose_reference")),
    )
    op.create_table(
        "pose_check",
        sa.Column("check_id", IDENTITY, nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("preset", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", name=op.f("pk_pose_check")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_pose_check_camera_id_preset_at"), "pose_check", ["camera_id", "preset", "at"]
    )
    op.create_table(
        "observation",
        sa.Column("observation_id", IDENTITY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("author <> ''", name=op.f("ck_observation_has_author")),
        sa.PrimaryKeyConstraint("observation_id", name=op.f("pk_observation")),
        sa.UniqueConstraint("key", name=op.f("uq_observation_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_observation_seen_at"), "observation", ["seen_at"])
    op.create_index(op.f("ix_alert_last_seen_at"), "alert", ["last_seen_at"])
    op.add_column("visit", sa.Column("seen_from_at", sa.BigInteger(), nullable=True))
    op.add_column("visit", sa.Column("seen_until_at", sa.BigInteger(), nullable=True))
    # What was visited before anybody wrote down whether it showed the land is taken as watched.
    op.execute("UPDATE visit SET seen_from_at = from_at, seen_until_at = until_at")
    op.create_index(op.f("ix_visit_camera_id_from_at"), "visit", ["camera_id", "from_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_alert_last_seen_at"), "alert")
    op.drop_index(op.f("ix_visit_camera_id_from_at"), table_name="visit")
    op.drop_column("visit", "seen_until_at")
    op.drop_column("visit", "seen_from_at")
    op.drop_table("observation")
    op.drop_table("pose_check")
    op.drop_table("pose_reference")
    op.drop_table("calibration")
