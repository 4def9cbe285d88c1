"""Channels, their secrets, and what is to be delivered through them: the outbox."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from models.notice.channel import ChannelDraft
from models.notice.delivery import DeliveryState, SkipReason
from models.notice.occasion import Occasion
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.incidents import incident, incident_entry

__all__ = ["channel", "channel_secret", "delivery"]

channel = Table(
    "channel",
    metadata,
    Column("channel_id", Identity, primary_key=True),
    Column("name", Text, nullable=False),  # empty of one that was removed: its receipts stay
    Column("draft", Coded(ChannelDraft, "channel"), nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("removed_at", UtcTime),
    Column("tried_at", UtcTime),  # last of all tries
    Column("sent_at", UtcTime),  # last success
    Column("failing_since", UtcTime),
    Column("failures", Integer, nullable=False),  # in a row
    Column("error", Text, nullable=False),
    Column("detail", Text, nullable=False),
    CheckConstraint("(name = '') = (removed_at IS NOT NULL)", name="named_while_there"),
    Index(None, "name"),
    sqlite_autoincrement=True,  # numbers rise and are never used again
)

channel_secret = Table(
    "channel_secret",
    metadata,
    Column("channel_id", ForeignKey(channel.c.channel_id, ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("secret", Text, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", Identity, primary_key=True),
    Column("channel_id", ForeignKey(channel.c.channel_id), nullable=False),
    Column("entry_id", ForeignKey(incident_entry.c.entry_id), nullable=False),
    Column("incident_id", ForeignKey(incident.c.incident_id), nullable=False),
    Column("occasion", Choice(Occasion), nullable=False),
    Column("state", Choice(DeliveryState), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("alone", Boolean, nullable=False),  # in a message by itself: together it was refused
    Column("holder", Text, nullable=False),  # who sends it
    Column("leased_until", UtcTime),
    Column("message_id", Text, nullable=False),
    Column("sent_at", UtcTime),
    Column("receipt", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("skipped", Choice(SkipReason)),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at_its_time"),
    CheckConstraint("(state = 'sending') = (leased_until IS NOT NULL)", name="sent_by_a_holder"),
    CheckConstraint("(state = 'skipped') = (skipped IS NOT NULL)", name="skipped_with_a_reason"),
    UniqueConstraint("channel_id", "entry_id"),
    Index(None, "state", "due_at"),
    Index(None, "incident_id"),
    Index(None, "message_id"),
    sqlite_autoincrement=True,
)
