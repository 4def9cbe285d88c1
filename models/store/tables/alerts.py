"""Alerts with what was kept of them: the evidence of fires.

An alert has no foreign key to a camera: an alert is never refused because somebody forgot to
register what saw it.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from models.alert import Decision
from models.detection import Box, Label
from models.fix import Fix
from models.frame import FrameMode, Provenance, TimeSource
from models.land import LandAnswer
from models.recording import ClearingCause, KeptKind, RecordingPart, RecordingState
from models.site import Pose
from models.store.columns import Choice, Coded, Identity, NumberedChoice, UtcTime
from models.store.tables.base import metadata
from models.store.tables.incidents import incident

__all__ = ["alert", "clearing", "evidence", "recording"]

alert = Table(
    "alert",
    metadata,
    Column("alert_id", Identity, primary_key=True),
    Column("idempotency_key", Text, nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("pose", Coded(Pose, "pose")),
    Column("label", NumberedChoice(Label), nullable=False),
    Column("score", Float, nullable=False),
    Column("mode", Choice(FrameMode), nullable=False),
    Column("provenance", Choice(Provenance), nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("time_source", Choice(TimeSource), nullable=False),
    Column("first_seen_at", UtcTime, nullable=False),
    Column("decision", Coded(Decision, "decision"), nullable=False),
    Column("fix", Coded(Fix, "fix"), nullable=False),
    Column("land", Coded(LandAnswer, "land answer"), nullable=False),
    Column("incident_id", ForeignKey(incident.c.incident_id), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("last_seen_at", UtcTime, nullable=False),
    Column("clip_key", Text, nullable=False),
    UniqueConstraint("idempotency_key"),
    Index(None, "incident_id"),
    Index(None, "camera_id", "preset"),
    Index(None, "opened_at"),
    Index(None, "last_seen_at"),
    sqlite_autoincrement=True,  # numbers rise and are never used again
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", Identity, primary_key=True),
    Column("alert_id", ForeignKey(alert.c.alert_id), nullable=False),
    Column("frame_sequence", BigInteger, nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("width_px", Integer, nullable=False),
    Column("height_px", Integer, nullable=False),
    Column("boxes", Coded(tuple[Box, ...], "list of boxes"), nullable=False),
    # A camera counts its frames from 0 again after a restart: the sequence alone would take a new
    # picture of a fire that still burns for one that is already kept.
    UniqueConstraint("alert_id", "frame_sequence", "captured_at"),
)

recording = Table(
    "recording",
    metadata,
    Column("recording_id", Identity, primary_key=True),
    Column("alert_id", ForeignKey(alert.c.alert_id), nullable=False),
    Column("camera_id", Text, nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("state", Choice(RecordingState), nullable=False),
    Column("parts", Coded(tuple[RecordingPart, ...], "parts of a recording"), nullable=False),
    Column("wanted_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),
    Index(None, "alert_id"),
    Index(None, "state"),
    sqlite_autoincrement=True,  # its number is in the names of its files
)

clearing = Table(
    "clearing",
    metadata,
    Column("alert_id", ForeignKey(alert.c.alert_id), primary_key=True),
    Column("kind", Choice(KeptKind), primary_key=True),
    Column("cause", Choice(ClearingCause), primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("files", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
)
