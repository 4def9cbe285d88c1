"""Notices: channels, and what is to be delivered through them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "channel",
        sa.Column("channel_id", IDENTITY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(name = '') = (removed_at IS NOT NULL)", name=op.f("ck_channel_named_while_there")
        ),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_channel_name"), "channel", ["name"])
    op.create_table(
        "channel_secret",
        sa.Column("channel_id", IDENTITY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channel.channel_id"],
            name=op.f("fk_channel_secret_channel_id_channel"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "name", name=op.f("pk_channel_secret")),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", IDENTITY, nullable=False),
        sa.Column("channel_id", IDENTITY, nullable=False),
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("incident_id", IDENTITY, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_delivery_sent_at_its_time")
        ),
        sa.CheckConstraint(
            "(state = 'sending') = (leased_until IS NOT NULL)",
            name=op.f("ck_delivery_sent_by_a_holder"),
        ),
        sa.CheckConstraint(
            "(state = 'skipped') = (skipped IS NOT NULL)",
            name=op.f("ck_delivery_skipped_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.channel_id"], name=op.f("fk_delivery_channel_id_channel")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["incident_entry.entry_id"],
            name=op.f("fk_delivery_entry_id_incident_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
            name=op.f("fk_delivery_incident_id_incident"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("channel_id", "entry_id", name=op.f("uq_delivery_channel_id_entry_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_delivery_state_due_at"), "delivery", ["state", "due_at"])
    op.create_index(op.f("ix_delivery_incident_id"), "delivery", ["incident_id"])
    op.create_index(op.f("ix_delivery_message_id"), "delivery", ["message_id"])


def downgrade() -> None:
    """Drop them: what was not sent yet is forgotten."""
    op.drop_table("delivery")
    op.drop_table("channel_secret")
    op.drop_table("channel")
