"""Nodes under the trees: small infrared cameras that wake, take a frame and send it.

A node is no camera of the watch: it is not pulled, it sleeps, and after a storm it sends what it
has kept for days. Its frames keep the time at which they were taken.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.site import Pose, Position
from models.thermal import ThermalEncoding
from models.warm_place import WarmPlace

__all__ = [
    "FrameRefusal",
    "FrameState",
    "HeatNode",
    "NodeFrame",
    "NodeReading",
    "NodeStanding",
    "NodeTrouble",
    "key_of_view",
]


@dataclass(frozen=True, slots=True)
class HeatNode:
    """A node as it was set up.

    Attributes:
        node_id: short stable key, ``[a-z0-9-]{1,40}``; that of a view has a point.
        name: shown to monitors.
        position: of the lens; its height above the ground.
        pose: where it looks; None where nobody measured it: what it sees is around it.
        reach_m: so far it is meant to see, above 0.
        encoding: how its frames are to be read.
        intervals_s: wanted seconds between two frames for danger classes 1 to 5, five of them.
        is_drill: for exercises; what it sees reaches no outside channel.
        is_retired: it is out of service; what it sends is refused.
        view: camera and number of its preset where this is no node that pushes but the view of a
            thermal camera, whose frames the watch takes itself; its key is that of
            :func:`key_of_view`.
        warm_places: what of its view is warm by nature, as somebody has drawn it.
    """

    node_id: str
    name: str
    position: Position
    pose: Pose | None
    reach_m: float
    encoding: ThermalEncoding
    intervals_s: tuple[int, int, int, int, int] = (1800, 900, 300, 120, 60)
    is_drill: bool = False
    is_retired: bool = False
    view: tuple[str, int] | None = None
    warm_places: tuple[WarmPlace, ...] = ()


def key_of_view(camera_id: str, preset: int) -> str:
    """The key of a view: no node that pushes has a point in its own.

    Args:
        camera_id: of the thermal camera.
        preset: number, 0 or more.
    """
    return f"{camera_id}.{preset}"


@dataclass(frozen=True, slots=True)
class NodeReading:
    """What a node says of itself with a frame; whatever it cannot tell is None.

    Attributes:
        battery_v: volts.
        battery_share: 0 to 1.
        solar_v: of the panel, volts.
        signal_dbm: of the radio.
        board_c: temperature of its electronics.
        shutter_c: what its sensor reads of its own shutter or a reference, degrees.
        lon_deg: where it says that it is, WGS 84.
        lat_deg: likewise.
        tilt_deg: by which its mount has tilted since it was set up.
        kept_frames: that still wait on it.
        firmware: version, at most 40 letters.
        is_moved: of a view: its camera does not look where its preset does. No push can say so.
    """

    battery_v: float | None = None
    battery_share: float | None = None
    solar_v: float | None = None
    signal_dbm: float | None = None
    board_c: float | None = None
    shutter_c: float | None = None
    lon_deg: float | None = None
    lat_deg: float | None = None
    tilt_deg: float | None = None
    kept_frames: int | None = None
    firmware: str = ""
    is_moved: bool = False


class FrameState(StrEnum):
    """What has become of a frame."""

    WAITING = "waiting"  # to be looked at
    SEEN = "seen"
    UNREADABLE = "unreadable"  # it is kept as it came


@dataclass(frozen=True, slots=True)
class NodeFrame:
    """A frame as it was taken in.

    Attributes:
        frame_id: number, rising with receipt.
        node_id: who sent it.
        sequence: the node's own number of it, 0 or more; with the node its key.
        captured_at: UTC, by the node's clock, corrected where its error is known.
        received_at: UTC.
        sha256: of its bytes, 64 hexadecimal digits.
        bytes: of it.
        reading: what came with it.
        state: what has become of it.
        code: why it is unreadable; else empty.
        hottest_c: highest temperature in it; None without temperatures or until it is seen.
        spots: candidates in it; None until it is seen.
        has_file: its bytes are still kept.
        told_at: UTC, when it was taken by the node's own clock; None where that is not asked.
        suffix: of its file, without a dot.
    """

    frame_id: int
    node_id: str
    sequence: int
    captured_at: datetime
    received_at: datetime
    sha256: str
    bytes: int
    reading: NodeReading
    state: FrameState = FrameState.WAITING
    code: str = ""
    hottest_c: float | None = None
    spots: int | None = None
    has_file: bool = True
    told_at: datetime | None = None
    suffix: str = ""


class FrameRefusal(StrEnum):
    """Why a push was not taken."""

    UNKNOWN = "node_unknown"  # no such node, or it is retired
    FORGED = "node_signature"  # not signed with its key
    CHANGED = "node_sequence"  # another frame had that number
    STALE = "node_stale"  # older than any backlog
    AHEAD = "node_ahead"  # taken in the future
    LARGE = "node_large"
    DAMAGED = "node_damaged"  # no picture, or a header that says nothing
    FLOOD = "node_flood"  # more than its share


class NodeTrouble(StrEnum):
    """What is wrong with a node, the gravest first."""

    MOVED = "moved"  # it is not where it was set up, or its mount has tilted
    FORGED = "forged"  # somebody else sends in its name
    SILENT = "silent"  # nothing for three of its intervals
    BATTERY = "battery"
    CLOCK = "clock"
    DRIFT = "drift"  # its sensor reads its own shutter wrong
    DIRTY = "dirty"  # its lens: the picture has lost its detail for days
    SIGNAL = "signal"
    BACKLOG = "backlog"  # it sends what it has kept


@dataclass(frozen=True, slots=True)
class NodeStanding:
    """How a node does.

    Attributes:
        node_id: of it.
        last_received_at: UTC of the last frame that was taken; None for none yet.
        last_captured_at: UTC, of the latest frame.
        last_reading: what came with that frame.
        clock_error_s: by which its clock is ahead; None until it is known.
        troubles: the gravest first.
        frames: taken in all.
        waiting: of them not looked at yet.
        repeated: pushes of a frame that was there already.
        refused: pushes by reason.
    """

    node_id: str
    last_received_at: datetime | None
    last_captured_at: datetime | None
    last_reading: NodeReading
    clock_error_s: float | None
    troubles: tuple[NodeTrouble, ...]
    frames: int
    waiting: int
    repeated: int
    refused: dict[FrameRefusal, int]
