"""Nodes under the trees and their frames."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "heat_node",
        sa.Column("number", IDENTITY, nullable=False),
        sa.Column("node_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lon_deg", sa.Float(), nullable=False),
        sa.Column("lat_deg", sa.Float(), nullable=False),
        sa.Column("height_m", sa.Float(), nullable=False),
        sa.Column("height_datum", sa.Text(), nullable=False),
        sa.Column("pose", sa.Text(), nullable=True),
        sa.Column("reach_m", sa.Float(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("intervals_s", sa.Text(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("is_retired", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_heat_node")),
        sa.UniqueConstraint("node_id", name=op.f("uq_heat_node_node_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "heat_node_key",
        sa.Column("number", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["heat_node.number"],
            name=op.f("fk_heat_node_key_number_heat_node"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_heat_node_key")),
    )
    op.create_table(
        "heat_node_state",
        sa.Column("number", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("last_received_at", sa.BigInteger(), nullable=True),
        sa.Column("last_captured_at", sa.BigInteger(), nullable=True),
        sa.Column("last_reading", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("troubles", sa.Text(), nullable=False),
        sa.Column("frames", IDENTITY, nullable=False),
        sa.Column("waiting", IDENTITY, nullable=False),
        sa.Column("repeated", IDENTITY, nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "waiting >= 0 AND waiting <= frames",
            name=op.f("ck_heat_node_state_waiting_of_frames"),
        ),
        sa.ForeignKeyConstraint(
            ["number"],
            ["heat_node.number"],
            name=op.f("fk_heat_node_state_number_heat_node"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_heat_node_state")),
    )
    op.create_table(
        "heat_frame",
        sa.Column("frame_id", IDENTITY, nullable=False),
        sa.Column("number", IDENTITY, nullable=False),
        sa.Column("sequence", IDENTITY, nullable=False),
        sa.Column("captured_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("bytes", IDENTITY, nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("reading", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("hottest_c", sa.Float(), nullable=True),
        sa.Column("spots", sa.Integer(), nullable=True),
        sa.Column("has_file", sa.Boolean(), nullable=False),
        sa.Column("is_needed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["heat_node.number"], name=op.f("fk_heat_frame_number_heat_node")
        ),
        sa.PrimaryKeyConstraint("frame_id", name=op.f("pk_heat_frame")),
        sa.UniqueConstraint("number", "sequence", name=op.f("uq_heat_frame_number_sequence")),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["state", "captured_at"],
        ["has_file", "is_needed", "received_at"],
        ["number", "captured_at"],
    ):
        name = op.f(f"ix_heat_frame_{'_'.join(columns)}")
        op.create_index(name, "heat_frame", columns, unique=False)


def downgrade() -> None:
    """Drop them: which nodes there were, and what they sent, is forgotten; files stay."""
    op.drop_table("heat_frame")
    op.drop_table("heat_node_state")
    op.drop_table("heat_node_key")
    op.drop_table("heat_node")
