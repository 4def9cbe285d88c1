"""Work orders, what happened to them, and how people are called."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from models.order import Answer, ClockKind, ClosesAt, OrderEntryKind, OrderState, PushState, Told
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.duty import duty_person
from models.store.tables.incidents import incident
from models.store.tables.notices import channel

__all__ = ["clock_shift", "order_entry", "order_link", "order_push", "steady_anchor", "work_order"]

work_order = Table(
    "work_order",
    metadata,
    Column("order_id", Identity, primary_key=True),
    Column("incident_id", ForeignKey(incident.c.incident_id), nullable=False),
    Column("township", Text, nullable=False),
    Column("villages", Coded(tuple[str, ...], "list of villages"), nullable=False),
    Column("probability", Float),
    Column("closes_at", Choice(ClosesAt), nullable=False),
    Column("cause", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", Choice(OrderState), nullable=False),
    Column("is_drill", Boolean, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("opened_tick_s", Float, nullable=False),
    Column("push_tick_s", Float),
    Column("verify_tick_s", Float),
    Column("leave_tick_s", Float),
    Column("over_tick_s", Float),
    Column("answer", Choice(Answer)),
    Column("closed_at", UtcTime),
    Column("version", Integer, nullable=False),
    CheckConstraint(
        "(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed_at_its_time"
    ),
    CheckConstraint("(closed_at IS NOT NULL) = (over_tick_s IS NOT NULL)", name="over_when_closed"),
    UniqueConstraint("cause", "township"),
    Index(None, "incident_id"),
    Index(None, "state"),
    Index(None, "opened_at"),
    sqlite_autoincrement=True,
)

order_entry = Table(
    "order_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("order_id", ForeignKey(work_order.c.order_id), nullable=False),
    Column("kind", Choice(OrderEntryKind), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("tick_s", Float, nullable=False),
    Column("author", Text, nullable=False),
    Column("person_id", ForeignKey(duty_person.c.person_id)),
    Column("call_number", Integer),
    Column("clock", Choice(ClockKind)),
    Column("round", Integer, nullable=False),
    Column("answer", Choice(Answer)),  # of what was told, so that a query finds it
    Column("told", Coded(Told, "what was told")),
    Column("key", Text),  # of what was told; none: it cannot come again
    Column("note", Text, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(kind = 'called') = (call_number IS NOT NULL)", name="calls_are_counted"),
    CheckConstraint("(kind = 'answered') = (answer IS NOT NULL)", name="answered_with_an_answer"),
    UniqueConstraint("order_id", "call_number"),
    UniqueConstraint("order_id", "key"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

order_link = Table(
    "order_link",
    metadata,
    Column("link_id", Identity, primary_key=True),
    Column("order_id", ForeignKey(work_order.c.order_id), nullable=False),
    Column("entry_id", ForeignKey(order_entry.c.entry_id), nullable=False, unique=True),
    Column("person_id", ForeignKey(duty_person.c.person_id)),
    Column("made_at", UtcTime, nullable=False),
    Column("expires_tick_s", Float, nullable=False),
    Column("opened_at", UtcTime),
    Column("device_sha256", Text, nullable=False),
    Column("revoked_at", UtcTime),
    CheckConstraint("(opened_at IS NULL) = (device_sha256 = '')", name="used_by_a_device"),
    Index(None, "order_id"),
    Index(None, "device_sha256"),
    sqlite_autoincrement=True,
)

order_push = Table(
    "order_push",
    metadata,
    Column("push_id", Identity, primary_key=True),
    Column("order_id", ForeignKey(work_order.c.order_id), nullable=False),
    Column("entry_id", ForeignKey(order_entry.c.entry_id), nullable=False),
    Column("channel_id", ForeignKey(channel.c.channel_id), nullable=False),
    Column("state", Choice(PushState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_tick_s", Float, nullable=False),
    Column("holder", Text, nullable=False),
    Column("leased_tick_s", Float),
    Column("message_id", Text, nullable=False),
    Column("sent_at", UtcTime),
    Column("receipt", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_its_time"),
    CheckConstraint("(state = 'sending') = (leased_tick_s IS NOT NULL)", name="sent_by_a_holder"),
    UniqueConstraint("entry_id", "channel_id"),
    Index(None, "state", "due_tick_s"),
    Index(None, "order_id"),
    sqlite_autoincrement=True,
)

# One row: where the scale that never jumps stood last.
steady_anchor = Table(
    "steady_anchor",
    metadata,
    Column("singleton", Integer, primary_key=True, autoincrement=False),
    Column("scale", Text, nullable=False),
    Column("monotonic_s", Float, nullable=False),
    Column("tick_s", Float, nullable=False),
    Column("wall_at", UtcTime, nullable=False),
    CheckConstraint("singleton = 1", name="one_row"),
)

# When the server's clock was set, for whoever compares times of day across it.
clock_shift = Table(
    "clock_shift",
    metadata,
    Column("shift_id", Identity, primary_key=True),
    Column("at", UtcTime, nullable=False),  # by the clock as it was set
    Column("tick_s", Float, nullable=False),
    Column("shift_s", Float, nullable=False),  # above 0: it was set forward
    sqlite_autoincrement=True,
)
