"""Patrols: tours, who steers, what was watched and what not; and masks of views."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from models.mask import ViewMask
from models.patrol import DangerClass, Patrol, PoseTrust
from models.site import Pose
from models.store.columns import Choice, Coded, Identity, NumberedChoice, UtcTime
from models.store.tables.base import metadata
from models.store.tables.cameras import camera
from models.watching import GapCause

__all__ = ["camera_lease", "camera_patrol", "danger_entry", "view_mask", "visit", "watch_gap"]

camera_patrol = Table(
    "camera_patrol",
    metadata,
    Column("camera_id", ForeignKey(camera.c.camera_id, ondelete="CASCADE"), primary_key=True),
    # The newest is in force; older ones say what a sweep of that time is judged by.
    Column("since_at", UtcTime, primary_key=True),
    Column("patrol", Coded(Patrol, "patrol")),  # none: it stands still
)

# A lease and a gap outlive their camera: who steered what, and when nobody watched, stays true.
camera_lease = Table(
    "camera_lease",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    CheckConstraint("holder <> ''", name="has_holder"),
)

watch_gap = Table(
    "watch_gap",
    metadata,
    Column("gap_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("cause", Choice(GapCause), nullable=False),
    Column("who", Text, nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Index(None, "camera_id", "from_at"),
    sqlite_autoincrement=True,
)

visit = Table(
    "visit",
    metadata,
    Column("visit_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("from_at", UtcTime, nullable=False),
    Column("until_at", UtcTime, nullable=False),
    Column("trust", Choice(PoseTrust), nullable=False),
    Column("pose", Coded(Pose, "pose")),
    Column("frames", Integer, nullable=False),
    Column("seen_from_at", UtcTime),
    Column("seen_until_at", UtcTime),
    Index(None, "from_at"),
    Index(None, "camera_id", "from_at"),
)

danger_entry = Table(
    "danger_entry",
    metadata,
    Column("entry_id", Identity, primary_key=True),
    Column("danger", NumberedChoice(DangerClass), nullable=False),
    Column("author", Text, nullable=False),
    Column("at", UtcTime, nullable=False),
    CheckConstraint("author <> ''", name="has_author"),
    sqlite_autoincrement=True,
)

view_mask = Table(
    "view_mask",
    metadata,
    Column("mask_id", Identity, primary_key=True),
    Column("camera_id", Text, nullable=False),
    Column("preset", Integer, nullable=False),
    Column("mask", Coded(ViewMask, "mask"), nullable=False),
    Column("ended_by", Text, nullable=False),
    Column("ended_at", UtcTime),
    Index(None, "camera_id", "preset"),
    sqlite_autoincrement=True,
)
