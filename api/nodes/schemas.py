"""Nodes on the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.bodies import RequestBody
from api.nodes.painting import Levels
from models.errors import InputRefused
from models.heat_intake import KeptNode
from models.heat_node import (
    FrameRefusal,
    FrameState,
    HeatNode,
    NodeFrame,
    NodeReading,
    NodeStanding,
    NodeTrouble,
)
from models.site import HeightDatum, Pose, Position
from models.store.node_rows import LEAST_INTERVAL_S, MOST_INTERVAL_S, MOST_NAME, MOST_VIEW_REACH_M
from models.thermal import ThermalEncoding, ThermalScale
from models.warm_place import MOST_WARM_NOTE, MOST_WARM_PLACES, WarmPlace

__all__ = [
    "FrameAnswer",
    "FramesAnswer",
    "KeyAnswer",
    "LevelsAnswer",
    "NodeAnswer",
    "NodeBody",
    "NodeSetup",
    "NodesAnswer",
    "ReceiptAnswer",
    "StandingAnswer",
    "ViewAnswer",
    "WarmPlaceBody",
]

POSE_SIGMA_DEG = 3.0
"""A node is set up by compass and by eye."""

Interval = Annotated[int, Field(ge=LEAST_INTERVAL_S, le=MOST_INTERVAL_S)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class WarmPlaceBody(RequestBody):
    """What is warm by nature; see :class:`models.warm_place.WarmPlace`."""

    x_min: Share
    y_min: Share
    x_max: Share
    y_max: Share
    note: Annotated[str, Field(max_length=MOST_WARM_NOTE)] = ""

    def place(self) -> WarmPlace:
        """As the house has it."""
        return WarmPlace(self.x_min, self.y_min, self.x_max, self.y_max, self.note.strip())


class NodeBody(RequestBody):
    """A node as it is set up; the three angles all or none.

    Attributes:
        is_retired: it is, and stays, out of service.
        warm_places: None leaves those that are drawn as they are.
    """

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    lon_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    lat_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    height_m: Annotated[float, Field(ge=-1000.0, le=10_000.0)] = 3.0
    height_datum: HeightDatum = HeightDatum.GROUND
    azimuth_deg: Annotated[float | None, Field(ge=0.0, lt=360.0)] = None
    horizontal_fov_deg: Annotated[float | None, Field(gt=0.0, lt=180.0)] = None
    tilt_deg: Annotated[float | None, Field(ge=-90.0, le=90.0)] = None
    reach_m: Annotated[float, Field(gt=0.0, le=MOST_VIEW_REACH_M)]
    encoding: ThermalEncoding = ThermalEncoding.AS_TOLD
    intervals_s: tuple[Interval, Interval, Interval, Interval, Interval] = (
        1800,
        900,
        300,
        120,
        60,
    )
    is_drill: bool = False
    is_retired: bool = False
    warm_places: Annotated[list[WarmPlaceBody], Field(max_length=MOST_WARM_PLACES)] | None = None

    def node(self, node_id: str, known: HeatNode | None = None) -> HeatNode:
        """As the house has it.

        Args:
            node_id: its key.
            known: as it was set up before; None for a new one.

        Raises:
            InputRefused: some angles are given and some are not; code ``node_pose``.
        """
        pose = None
        angles = (self.azimuth_deg, self.horizontal_fov_deg, self.tilt_deg)
        if None not in angles:
            azimuth_deg, fov_deg, tilt_deg = angles
            pose = Pose(
                azimuth_deg or 0.0,
                tilt_deg or 0.0,
                0.0,
                fov_deg or 0.0,
                azimuth_sigma_deg=POSE_SIGMA_DEG,
                tilt_sigma_deg=POSE_SIGMA_DEG,
            )
        elif any(angle is not None for angle in angles):
            raise InputRefused(
                "Where a node looks is known by azimuth, field of view and tilt.",
                remedy="Give all three, or none where nobody has measured them.",
                code="node_pose",
            )
        return HeatNode(
            node_id=node_id,
            name=self.name,
            position=Position(self.lon_deg, self.lat_deg, self.height_m, self.height_datum),
            pose=pose,
            reach_m=self.reach_m,
            encoding=self.encoding,
            intervals_s=self.intervals_s,
            is_drill=self.is_drill,
            is_retired=self.is_retired,
            warm_places=self._warm_places(known),
        )

    def _warm_places(self, known: HeatNode | None) -> tuple[WarmPlace, ...]:
        if self.warm_places is None:
            return () if known is None else known.warm_places
        return tuple(one.place() for one in self.warm_places)


class ViewAnswer(BaseModel):
    """Of which camera, and which of its presets, a node is the view."""

    camera_id: str
    preset: int


class NodeSetup(BaseModel):
    """A node as it was set up; the three angles are null where nobody measured them."""

    number: int
    version: int
    node_id: str
    name: str
    lon_deg: float
    lat_deg: float
    height_m: float
    height_datum: HeightDatum
    azimuth_deg: float | None
    horizontal_fov_deg: float | None
    tilt_deg: float | None
    reach_m: float
    encoding: ThermalEncoding
    intervals_s: tuple[int, int, int, int, int]
    is_drill: bool
    is_retired: bool
    view: ViewAnswer | None
    warm_places: tuple[WarmPlace, ...]

    @classmethod
    def of(cls, kept: KeptNode) -> "NodeSetup":
        """On the wire."""
        return cls(**_told(kept))


class StandingAnswer(BaseModel):
    """How a node does; see :class:`models.heat_node.NodeStanding`."""

    last_received_at: datetime | None
    last_captured_at: datetime | None
    reading: NodeReading
    clock_error_s: float | None
    troubles: tuple[NodeTrouble, ...]
    frames: int
    waiting: int
    repeated: int
    refused: dict[FrameRefusal, int]

    @classmethod
    def of(cls, standing: NodeStanding) -> "StandingAnswer":
        """On the wire."""
        same = (
            *("last_received_at", "last_captured_at", "clock_error_s", "troubles"),
            *("frames", "waiting", "repeated", "refused"),
        )
        told = {name: getattr(standing, name) for name in same}
        return cls(reading=standing.last_reading, **told)


class NodeAnswer(NodeSetup):
    """A node and how it does."""

    standing: StandingAnswer

    @classmethod
    def with_standing(cls, kept: KeptNode, standing: NodeStanding) -> "NodeAnswer":
        """On the wire."""
        return cls(**_told(kept), standing=StandingAnswer.of(standing))


class NodesAnswer(BaseModel):
    """Every node, by its key."""

    nodes: list[NodeAnswer]


class KeyAnswer(BaseModel):
    """What a node signs with; told this once."""

    key: str


class ReceiptAnswer(BaseModel):
    """A frame is kept; the node sets its clock and its schedule by this.

    Attributes:
        sequence: the node's number of the frame.
        received_at: UTC, when it came first.
        interval_s: wanted seconds to the next frame.
        server_time: UTC.
    """

    sequence: int
    received_at: datetime
    interval_s: int
    server_time: datetime


class FrameAnswer(BaseModel):
    """A frame; see :class:`models.heat_node.NodeFrame`."""

    frame_id: int
    sequence: int
    captured_at: datetime
    received_at: datetime
    bytes: int
    reading: NodeReading
    state: FrameState
    code: str
    hottest_c: float | None
    spots: int | None
    has_file: bool

    @classmethod
    def of(cls, frame: NodeFrame) -> "FrameAnswer":
        """On the wire."""
        return cls(**{name: getattr(frame, name) for name in cls.model_fields})


class FramesAnswer(BaseModel):
    """A page of frames, the one that came last first; ``next_before`` asks for the next page."""

    frames: list[FrameAnswer]
    next_before: int | None


class LevelsAnswer(BaseModel):
    """Every level of a frame: ``low + step / 65535 * (high - low)``.

    Attributes:
        width_px: of it.
        height_px: of it.
        scale: what levels are: degrees of Celsius, or relative ones, which are none.
        low: level of step 0.
        high: level of step 65535.
        levels_base64: steps by row from the top, unsigned 16 bits, little-endian.
    """

    width_px: int
    height_px: int
    scale: ThermalScale
    low: float
    high: float
    levels_base64: str

    @classmethod
    def of(cls, levels: Levels) -> "LevelsAnswer":
        """On the wire."""
        return cls(
            width_px=levels.width_px,
            height_px=levels.height_px,
            scale=levels.scale,
            low=levels.low,
            high=levels.high,
            levels_base64=levels.steps_base64,
        )


def _told(kept: KeptNode) -> dict[str, Any]:
    node = kept.node
    at, pose = node.position, node.pose
    return {
        "number": kept.number,
        "version": kept.version,
        "node_id": node.node_id,
        "name": node.name,
        "lon_deg": at.lon_deg,
        "lat_deg": at.lat_deg,
        "height_m": at.height_m,
        "height_datum": at.height_datum,
        "azimuth_deg": None if pose is None else pose.azimuth_deg,
        "horizontal_fov_deg": None if pose is None else pose.horizontal_fov_deg,
        "tilt_deg": None if pose is None else pose.tilt_deg,
        "reach_m": node.reach_m,
        "encoding": node.encoding,
        "intervals_s": node.intervals_s,
        "is_drill": node.is_drill,
        "is_retired": node.is_retired,
        "view": None
        if node.view is None
        else ViewAnswer(camera_id=node.view[0], preset=node.view[1]),
        "warm_places": node.warm_places,
    }
