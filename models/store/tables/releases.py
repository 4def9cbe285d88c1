"""Frozen sets, releases, and what went into force."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from models.detection import ModelReference
from models.release import GateCheck, ReleaseState
from models.replay_run import PlayedFootage
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata

__all__ = ["frozen_set", "model_activation", "model_release"]

_MODEL = Coded(ModelReference, "model")

frozen_set = Table(
    "frozen_set",
    metadata,
    Column("gate_id", Identity, primary_key=True),
    Column("name", Text, nullable=False),
    Column("footage", Coded(tuple[PlayedFootage, ...], "played footage"), nullable=False),
    Column("drill_fires", Identity, nullable=False),
    Column("drill_seed", Identity, nullable=False),
    Column("note", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("frozen_at", UtcTime, nullable=False),
    Column("retired_by", Text, nullable=False),
    Column("retired_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(retired_at IS NULL) = (retired_by = '')", name="retired_by_somebody"),
    sqlite_autoincrement=True,
)

model_release = Table(
    "model_release",
    metadata,
    Column("release_id", Identity, primary_key=True),
    Column("gate_id", ForeignKey(frozen_set.c.gate_id), nullable=False),
    # Replays may be removed; what they said stands in the checks.
    Column("candidate_run", Identity, nullable=False),
    Column("incumbent_run", Identity, nullable=False),
    Column("note", Text, nullable=False),
    Column("candidate", _MODEL, nullable=False),
    Column("incumbent", _MODEL, nullable=False),
    Column("checks", Coded(tuple[GateCheck, ...], "checks of a gate"), nullable=False),
    Column("state", Choice(ReleaseState), nullable=False),
    Column("author", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime),
    Column("decision_note", Text, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_by_somebody"),
    Index(None, "gate_id"),
    sqlite_autoincrement=True,
)

model_activation = Table(
    "model_activation",
    metadata,
    Column("activation_id", Identity, primary_key=True),
    Column("model", _MODEL, nullable=False),
    Column("release_id", ForeignKey(model_release.c.release_id)),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    Index(None, "release_id"),
    sqlite_autoincrement=True,
)
