"""Dual-spectrum towers: pairs of cameras, and where one's picture lies in the other's."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "dual_pair",
        sa.Column("number", IDENTITY, nullable=False),
        sa.Column("visible_id", sa.Text(), nullable=False),
        sa.Column("thermal_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visible_id"],
            ["camera.camera_id"],
            name=op.f("fk_dual_pair_visible_id_camera"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thermal_id"],
            ["camera.camera_id"],
            name=op.f("fk_dual_pair_thermal_id_camera"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dual_pair")),
        sa.UniqueConstraint("visible_id", name=op.f("uq_dual_pair_visible_id")),
        sa.UniqueConstraint("thermal_id", name=op.f("uq_dual_pair_thermal_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dual_registration",
        sa.Column("number", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("preset", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("matrix", sa.Text(), nullable=False),
        sa.Column("doubt_share", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("visible_fov_deg", sa.Float(), nullable=True),
        sa.Column("thermal_fov_deg", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["number"],
            ["dual_pair.number"],
            name=op.f("fk_dual_registration_number_dual_pair"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", "preset", name=op.f("pk_dual_registration")),
    )


def downgrade() -> None:
    """Drop them: cameras that were a pair are two cameras, and each alarms by itself."""
    op.drop_table("dual_registration")
    op.drop_table("dual_pair")
