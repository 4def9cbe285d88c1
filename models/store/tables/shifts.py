"""Handovers of shifts, and what the grid platform of the city has handed in."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from models.handover import HandoverItem
from models.store.columns import Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.places import observation

__all__ = ["exchange_inbox", "handover"]

handover = Table(
    "handover",
    metadata,
    Column("handover_id", Identity, primary_key=True),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("items", Coded(tuple[HandoverItem, ...], "handover"), nullable=False),
    Column("remark", Text, nullable=False),
    Column("given_by", Text, nullable=False),
    Column("given_at", UtcTime, nullable=False),
    Column("taken_by", Text, nullable=False),
    Column("taken_at", UtcTime),
    Column("taken_remark", Text, nullable=False),
    CheckConstraint("given_by <> ''", name="has_giver"),
    CheckConstraint("(taken_by = '') = (taken_at IS NULL)", name="taken_at_its_time"),
    CheckConstraint("taken_by <> given_by", name="two_people"),
    Index(None, "until_at"),
    sqlite_autoincrement=True,
)

# A report that comes again under its number is the same report.
exchange_inbox = Table(
    "exchange_inbox",
    metadata,
    Column("source", Text, nullable=False),  # of the token
    Column("external_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of what was told
    Column("received_at", UtcTime, nullable=False),
    Column("observation_id", ForeignKey(observation.c.observation_id), nullable=False),
    PrimaryKeyConstraint("source", "external_id"),
    Index(None, "received_at"),
)
