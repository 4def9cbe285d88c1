"""Replays that people asked the watch for."""

from sqlalchemy import CheckConstraint, Column, Float, Index, Integer, Table, Text

from models.detection import ModelReference
from models.replay_run import PlayedFootage, ReplayHeadline, ReplayProgress, ReplayState
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["replay"]

replay = Table(
    "replay",
    metadata,
    Column("run_id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("footage", Coded(tuple[PlayedFootage, ...], "footage of a replay"), nullable=False),
    Column("drill_fires", Integer, nullable=False),
    Column("drill_seed", Identity, nullable=False),
    Column("model", Text, nullable=False),  # name of a card
    Column("every", Integer, nullable=False),
    Column("fps", Float),
    Column("gate_id", Identity),
    Column("author", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("state", Choice(ReplayState), nullable=False),
    Column("progress", Coded(ReplayProgress, "progress of a replay"), nullable=False),
    Column("weights", Coded(ModelReference, "model")),
    Column("started_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("headline", Coded(ReplayHeadline, "headline of a replay")),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("removed_by", Text, nullable=False),
    Column("removed_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name="ended_at_all"),
    CheckConstraint(
        "(state = 'done') = (headline IS NOT NULL)",
        name="done_with_headline",
    ),
    CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name="removed_by_somebody"),
    Index(None, "state"),
    Index(None, "gate_id"),
    sqlite_autoincrement=True,
)
