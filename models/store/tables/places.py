"""Where cameras really look, and what people saw: calibrations, checks, references, reports."""

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

from models.calibration import Calibration, PoseCheck, PoseReference
from models.crossing import Witness
from models.observation import ObservationSource
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.store.tables.incidents import incident

__all__ = ["calibration", "observation", "pose_check", "pose_reference"]

# A calibration outlives its camera: by which pose an alert was located stays true.
calibration = Table(
    "calibration",
    metadata,
    Column("calibration_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("calibration", Coded(Calibration, "calibration"), nullable=False),
    Index(None, "camera_id", "preset"),
    sqlite_autoincrement=True,
)

pose_reference = Table(
    "pose_reference",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("preset", Integer, primary_key=True, autoincrement=False),
    Column("reference", Coded(PoseReference, "reference"), nullable=False),
)

pose_check = Table(
    "pose_check",
    metadata,
    Column("check_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("found", Coded(PoseCheck, "check of a pose"), nullable=False),
    Index(None, "camera_id", "preset", "at"),
    sqlite_autoincrement=True,
)

observation = Table(
    "observation",
    metadata,
    Column("observation_id", Identity, primary_key=True),
    Column("key", Text, nullable=False),  # handed in twice, it stays one
    Column("source", Choice(ObservationSource), nullable=False),
    Column("witness", Coded(Witness, "witness"), nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("told", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("caller", Text),  # how to call them back; cleared after some days
    Column("author", Text, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("withdrawn_by", Text, nullable=False),
    Column("withdrawn_at", UtcTime),
    # None of those that were told before fires were kept as incidents.
    Column("incident_id", ForeignKey(incident.c.incident_id)),
    Index(None, "incident_id"),
    CheckConstraint("author <> ''", name="has_author"),
    UniqueConstraint("key"),
    Index(None, "seen_at"),
    sqlite_autoincrement=True,
)
