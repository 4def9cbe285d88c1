"""Nodes whose frames the watch takes itself from a thermal camera."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of no camera was it told before how its pictures of heat are to be read."""
    op.add_column("heat_node", sa.Column("view_camera_id", sa.Text(), nullable=True))
    op.add_column("heat_node", sa.Column("view_preset", sa.Integer(), nullable=True))
    op.add_column(
        "camera_link",
        sa.Column("encoding", sa.Text(), nullable=False, server_default="as_told"),
    )


def downgrade() -> None:
    """Drop them: views become nodes of no key, which are retired and can be sent to by nobody."""
    op.execute("UPDATE heat_node SET is_retired = true WHERE view_camera_id IS NOT NULL")
    op.drop_column("camera_link", "encoding")
    op.drop_column("heat_node", "view_preset")
    op.drop_column("heat_node", "view_camera_id")
