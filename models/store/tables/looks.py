"""Looks that heat proposes, and what is remembered of each node's view."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
)

from models.heat_event import HeatEvent
from models.heat_look import LookState, NoFireReason, TowerView
from models.site import Position
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.places import observation

__all__ = ["heat_look", "heat_watch"]

heat_look = Table(
    "heat_look",
    metadata,
    Column("look_id", Identity, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # so that a frame proposes once
    Column("node_id", Text, nullable=False),
    Column("event", Coded(HeatEvent, "heat"), nullable=False),
    Column("last_at", UtcTime, nullable=False),  # of the event
    Column("frame_id", Identity, nullable=False),  # files of frames go sooner than looks
    Column("position", Coded(Position, "position"), nullable=False),
    Column("sigma_m", Float, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("state", Choice(LookState), nullable=False),
    Column("towers", Coded(tuple[TowerView, ...], "towers"), nullable=False),
    Column("observation_id", ForeignKey(observation.c.observation_id)),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime),
    Column("note", Text, nullable=False),
    Column("reason", Choice(NoFireReason)),
    Column("is_drill", Boolean, nullable=False),
    Column("is_taught", Boolean, nullable=False),  # its node's watch knows that it is no fire
    CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_by_somebody"),
    Index(None, "node_id", "state"),
    Index(None, "state"),
    Index(None, "observation_id"),
    sqlite_autoincrement=True,
)

heat_watch = Table(
    "heat_watch",
    metadata,
    Column("node_id", Text, primary_key=True),
    Column("followed_at", UtcTime, nullable=False),  # capture time of the latest frame in it
    Column("memory", LargeBinary, nullable=False),
)
