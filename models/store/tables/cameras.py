"""Cameras and how they are read."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, Table, Text

from models.camera_link import Adapter, Decoding, Transport
from models.frame import FrameMode
from models.site import Camera, CameraKind, HeightDatum, Pose
from models.store.columns import Choice, Coded
from models.store.tables.base import metadata
from models.thermal import ThermalEncoding

__all__ = ["camera", "camera_credential", "camera_link", "former_camera", "preset"]

camera = Table(
    "camera",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Choice(CameraKind), nullable=False),
    Column("lon_deg", Float, nullable=False),
    Column("lat_deg", Float, nullable=False),
    Column("height_m", Float, nullable=False),
    Column("height_datum", Choice(HeightDatum), nullable=False),
)

preset = Table(
    "preset",
    metadata,
    Column("camera_id", ForeignKey(camera.c.camera_id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("pose", Coded(Pose, "pose", remembered=10_000), nullable=False),
)

former_camera = Table(
    "former_camera",
    metadata,
    Column("camera_id", Text, primary_key=True),
    Column(
        "camera", Coded(Camera, "former camera", remembered=1000), nullable=False
    ),  # as it was last
)

camera_link = Table(
    "camera_link",
    metadata,
    Column("camera_id", ForeignKey(camera.c.camera_id, ondelete="CASCADE"), primary_key=True),
    Column("adapter", Choice(Adapter), nullable=False),
    Column("address", Text, nullable=False),
    Column("every_s", Float, nullable=False),
    Column("transport", Choice(Transport), nullable=False),
    Column("decoding", Choice(Decoding), nullable=False),
    Column("mode", Choice(FrameMode)),
    Column("enabled", Boolean, nullable=False),
    Column("encoding", Choice(ThermalEncoding), nullable=False),
)

camera_credential = Table(
    "camera_credential",
    metadata,
    Column("camera_id", ForeignKey(camera_link.c.camera_id, ondelete="CASCADE"), primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("password", Text, nullable=False),
)
