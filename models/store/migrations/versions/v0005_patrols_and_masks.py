"""Patrols: tours, who steers, what was watched and what not; and masks of views."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "camera_patrol",
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("since_at", sa.BigInteger(), nullable=False),
        sa.Column("patrol", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["camera.camera_id"],
            name=op.f("fk_camera_patrol_camera_id_camera"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("camera_id", "since_at", name=op.f("pk_camera_patrol")),
    )
    op.create_table(
        "camera_lease",
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("holder <> ''", name=op.f("ck_camera_lease_has_holder")),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_camera_lease")),
    )
    op.create_table(
        "watch_gap",
        sa.Column("gap_id", IDENTITY, nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("gap_id", name=op.f("pk_watch_gap")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_watch_gap_camera_id_from_at"), "watch_gap", ["camera_id", "from_at"])
    op.create_table(
        "visit",
        sa.Column("visit_id", IDENTITY, nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("preset", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("pose", sa.Text(), nullable=True),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit")),
    )
    op.create_index(op.f("ix_visit_from_at"), "visit", ["from_at"])
    op.create_table(
        "danger_entry",
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("danger", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("author <> ''", name=op.f("ck_danger_entry_has_author")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_danger_entry")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "view_mask",
        sa.Column("mask_id", IDENTITY, nullable=False),
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("preset", sa.Integer(), nullable=False),
        sa.Column("mask", sa.Text(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("mask_id", name=op.f("pk_view_mask")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_view_mask_camera_id_preset"), "view_mask", ["camera_id", "preset"])


def downgrade() -> None:
    """Drop them."""
    for table in (
        "view_mask",
        "danger_entry",
        "visit",
        "watch_gap",
        "camera_lease",
        "camera_patrol",
    ):
        op.drop_table(table)
