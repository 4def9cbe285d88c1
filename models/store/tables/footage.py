"""The library of footage: recordings, what is true of each, and what is proposed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from models.detection import ModelReference
from models.footage import Conditions, FootageKind, Rights, Truth
from models.footage_library import FootageState, ProposalState, ProposedBox, RecordingFacts
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.imagery import imagery

__all__ = ["footage", "footage_proposal", "footage_truth"]

footage = Table(
    "footage",
    metadata,
    Column("footage_id", Identity, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # so that a content is taken once
    Column("name", Text, nullable=False),
    Column("kind", Choice(FootageKind), nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", Identity, nullable=False),
    Column("scene", Text, nullable=False),
    Column("conditions", Coded(Conditions, "conditions"), nullable=False),
    Column("rights", Coded(Rights, "rights"), nullable=False),
    Column("camera_id", Text, nullable=False),  # empty: of no recorder
    Column("begins_at", UtcTime),
    Column("imagery_id", ForeignKey(imagery.c.imagery_id)),
    Column("version", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("truth_version", Integer, nullable=False),
    Column("state", Choice(FootageState), nullable=False),
    Column("facts", Coded(RecordingFacts, "facts of a recording")),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("removed_by", Text, nullable=False),
    Column("removed_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(removed_at IS NULL) = (removed_by = '')", name="removed_by_somebody"),
    Index(None, "state"),
    Index(None, "sha256"),
    Index(None, "imagery_id"),
    sqlite_autoincrement=True,
)

footage_truth = Table(
    "footage_truth",
    metadata,
    Column("truth_id", Identity, primary_key=True),
    Column("footage_id", ForeignKey(footage.c.footage_id), nullable=False),
    Column("version", Integer, nullable=False),
    Column("truth", Coded(Truth, "truth"), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("note", Text, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    UniqueConstraint("footage_id", "version"),
    sqlite_autoincrement=True,
)

footage_proposal = Table(
    "footage_proposal",
    metadata,
    Column("proposal_id", Identity, primary_key=True),
    Column("footage_id", ForeignKey(footage.c.footage_id), nullable=False),
    Column("frames", Coded(tuple[int, ...], "frames"), nullable=False),
    Column("at_s", Coded(tuple[float, ...], "times of frames"), nullable=False),
    Column("author", Text, nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("state", Choice(ProposalState), nullable=False),
    Column("boxes", Coded(tuple[ProposedBox, ...], "proposed boxes"), nullable=False),
    Column("model", Coded(ModelReference, "model")),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", UtcTime),
    CheckConstraint("author <> ''", name="has_author"),
    CheckConstraint("(decided_at IS NULL) = (decided_by = '')", name="decided_by_somebody"),
    Index(None, "footage_id"),
    Index(None, "state"),
    sqlite_autoincrement=True,
)
