"""Work orders with clocks, handovers of shifts, and what the city's platform hands in."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "clock_shift",
    "handover",
    "steady_anchor",
    "work_order",
    "exchange_inbox",
    "order_entry",
    "order_link",
    "order_push",
)
INDEXES = {
    "handover": (["until_at"],),
    "work_order": (
        ["incident_id"],
        ["opened_at"],
        ["state"],
    ),
    "exchange_inbox": (["received_at"],),
    "order_entry": (["at"],),
    "order_link": (
        ["device_sha256"],
        ["order_id"],
    ),
    "order_push": (
        ["order_id"],
        ["state", "due_tick_s"],
    ),
}


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "clock_shift",
        sa.Column("shift_id", IDENTITY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tick_s", sa.Float(), nullable=False),
        sa.Column("shift_s", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_clock_shift")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "handover",
        sa.Column("handover_id", IDENTITY, nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("taken_remark", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(taken_by = '') = (taken_at IS NULL)", name=op.f("ck_handover_taken_at_its_time")
        ),
        sa.CheckConstraint("given_by <> ''", name=op.f("ck_handover_has_giver")),
        sa.CheckConstraint("taken_by <> given_by", name=op.f("ck_handover_two_people")),
        sa.PrimaryKeyConstraint("handover_id", name=op.f("pk_handover")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "steady_anchor",
        sa.Column("singleton", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scale", sa.Text(), nullable=False),
        sa.Column("monotonic_s", sa.Float(), nullable=False),
        sa.Column("tick_s", sa.Float(), nullable=False),
        sa.Column("wall_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("singleton = 1", name=op.f("ck_steady_anchor_one_row")),
        sa.PrimaryKeyConstraint("singleton", name=op.f("pk_steady_anchor")),
    )
    op.create_table(
        "work_order",
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("incident_id", IDENTITY, nullable=False),
        sa.Column("township", sa.Text(), nullable=False),
        sa.Column("villages", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("closes_at", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("is_drill", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_tick_s", sa.Float(), nullable=False),
        sa.Column("push_tick_s", sa.Float(), nullable=True),
        sa.Column("verify_tick_s", sa.Float(), nullable=True),
        sa.Column("leave_tick_s", sa.Float(), nullable=True),
        sa.Column("over_tick_s", sa.Float(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)",
            name=op.f("ck_work_order_closed_at_its_time"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NOT NULL) = (over_tick_s IS NOT NULL)",
            name=op.f("ck_work_order_over_when_closed"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.incident_id"],
            name=op.f("fk_work_order_incident_id_incident"),
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("cause", "township", name=op.f("uq_work_order_cause_township")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "exchange_inbox",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("observation_id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.observation_id"],
            name=op.f("fk_exchange_inbox_observation_id_observation"),
        ),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_exchange_inbox")),
    )
    op.create_table(
        "order_entry",
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tick_s", sa.Float(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("person_id", IDENTITY, nullable=True),
        sa.Column("call_number", sa.Integer(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'answered') = (answer IS NOT NULL)",
            name=op.f("ck_order_entry_answered_with_an_answer"),
        ),
        sa.CheckConstraint(
            "(kind = 'called') = (call_number IS NOT NULL)",
            name=op.f("ck_order_entry_calls_are_counted"),
        ),
        sa.CheckConstraint("author <> ''", name=op.f("ck_order_entry_has_author")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.order_id"], name=op.f("fk_order_entry_order_id_work_order")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["duty_person.person_id"],
            name=op.f("fk_order_entry_person_id_duty_person"),
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_order_entry")),
        sa.UniqueConstraint(
            "order_id", "call_number", name=op.f("uq_order_entry_order_id_call_number")
        ),
        sa.UniqueConstraint("order_id", "key", name=op.f("uq_order_entry_order_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "order_link",
        sa.Column("link_id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("person_id", IDENTITY, nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_tick_s", sa.Float(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("device_sha256", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(opened_at IS NULL) = (device_sha256 = '')",
            name=op.f("ck_order_link_used_by_a_device"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["order_entry.entry_id"], name=op.f("fk_order_link_entry_id_order_entry")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.order_id"], name=op.f("fk_order_link_order_id_work_order")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["duty_person.person_id"],
            name=op.f("fk_order_link_person_id_duty_person"),
        ),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_order_link")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_order_link_entry_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "order_push",
        sa.Column("push_id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("entry_id", IDENTITY, nullable=False),
        sa.Column("channel_id", IDENTITY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_tick_s", sa.Float(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("leased_tick_s", sa.Float(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'sending') = (leased_tick_s IS NOT NULL)",
            name=op.f("ck_order_push_sent_by_a_holder"),
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_order_push_sent_at_its_time")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["channel.channel_id"], name=op.f("fk_order_push_channel_id_channel")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["order_entry.entry_id"], name=op.f("fk_order_push_entry_id_order_entry")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_order.order_id"], name=op.f("fk_order_push_order_id_work_order")
        ),
        sa.PrimaryKeyConstraint("push_id", name=op.f("pk_order_push")),
        sa.UniqueConstraint(
            "entry_id", "channel_id", name=op.f("uq_order_push_entry_id_channel_id")
        ),
        sqlite_autoincrement=True,
    )
    for table, lists in INDEXES.items():
        for columns in lists:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    """Drop them: orders, handovers and what was handed in are forgotten."""
    for table in reversed(TABLES):
        op.drop_table(table)
