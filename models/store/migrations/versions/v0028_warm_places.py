"""What of a node's view is warm by nature."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; nobody has drawn any so far."""
    op.add_column(
        "heat_node", sa.Column("warm_places", sa.Text(), nullable=False, server_default="[1,[]]")
    )


def downgrade() -> None:
    """Drop it: every place is judged as any other again."""
    op.drop_column("heat_node", "warm_places")
