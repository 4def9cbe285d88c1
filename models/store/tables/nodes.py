"""Nodes under the trees, their keys, how they do, and their frames."""

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

from models.heat_health import NodeFacts
from models.heat_node import FrameRefusal, FrameState, NodeReading, NodeTrouble
from models.site import HeightDatum, Pose
from models.store.columns import Choice, Coded, Identity, UtcTime
from models.store.tables.base import metadata
from models.thermal import ThermalEncoding
from models.warm_place import WarmPlace

__all__ = ["heat_frame", "heat_node", "heat_node_key", "heat_node_state"]

heat_node = Table(
    "heat_node",
    metadata,
    Column("number", Identity, primary_key=True),
    Column("node_id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("lon_deg", Float, nullable=False),
    Column("lat_deg", Float, nullable=False),
    Column("height_m", Float, nullable=False),
    Column("height_datum", Choice(HeightDatum), nullable=False),
    Column("pose", Coded(Pose, "pose", remembered=10_000)),
    Column("reach_m", Float, nullable=False),
    Column("encoding", Choice(ThermalEncoding), nullable=False),
    Column("intervals_s", Coded(tuple[int, int, int, int, int], "intervals"), nullable=False),
    Column("is_drill", Boolean, nullable=False),
    Column("is_retired", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entered_at", UtcTime, nullable=False),
    Column("view_camera_id", Text),  # of a view; the keys of cameras that are gone stay
    Column("view_preset", Integer),
    Column("warm_places", Coded(tuple[WarmPlace, ...], "warm places"), nullable=False),
    sqlite_autoincrement=True,
)

heat_node_key = Table(
    "heat_node_key",
    metadata,
    Column(
        "number",
        ForeignKey(heat_node.c.number, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("secret", Text, nullable=False),  # to check a signature it must be had in full
    Column("set_at", UtcTime, nullable=False),
)

heat_node_state = Table(
    "heat_node_state",
    metadata,
    Column(
        "number",
        ForeignKey(heat_node.c.number, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("last_received_at", UtcTime),
    Column("last_captured_at", UtcTime),
    Column("last_reading", Coded(NodeReading, "reading"), nullable=False),
    Column("facts", Coded(NodeFacts, "facts of a node"), nullable=False),
    Column("troubles", Coded(tuple[NodeTrouble, ...], "troubles"), nullable=False),
    Column("frames", Identity, nullable=False),
    Column("waiting", Identity, nullable=False),
    Column("repeated", Identity, nullable=False),
    Column("refused", Coded(dict[FrameRefusal, int], "refusals"), nullable=False),
    CheckConstraint("waiting >= 0 AND waiting <= frames", name="waiting_of_frames"),
)

heat_frame = Table(
    "heat_frame",
    metadata,
    Column("frame_id", Identity, primary_key=True),
    Column("number", ForeignKey(heat_node.c.number), nullable=False),
    Column("sequence", Identity, nullable=False),
    Column("captured_at", UtcTime, nullable=False),
    Column("told_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("bytes", Identity, nullable=False),
    Column("suffix", Text, nullable=False),
    Column("reading", Coded(NodeReading, "reading", remembered=1000), nullable=False),
    Column("state", Choice(FrameState), nullable=False),
    Column("code", Text, nullable=False),
    Column("hottest_c", Float),
    Column("spots", Integer),
    Column("has_file", Boolean, nullable=False),
    Column("is_needed", Boolean, nullable=False),
    UniqueConstraint("number", "sequence"),
    Index(None, "state", "captured_at"),  # what waits, in its order
    Index(None, "has_file", "is_needed", "received_at"),  # what may be cleared, the oldest first
    Index(None, "number", "captured_at"),
    sqlite_autoincrement=True,
)
