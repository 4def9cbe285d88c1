"""Cameras that were removed: their alerts stay, and have to say whose they are."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "former_camera",
        sa.Column("camera_id", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_former_camera")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("former_camera")
