"""What is handed in of nodes, and how they are kept."""

from dataclasses import dataclass
from datetime import datetime

from models.heat_node import HeatNode, NodeReading

__all__ = ["FrameDraft", "KeptNode", "SeenFrame"]


@dataclass(frozen=True, slots=True)
class KeptNode:
    """A node as it is kept.

    Attributes:
        number: in its table; the subject of its events.
        node: as it was set up.
        version: rises with every change, from 1.
        entered_at: UTC.
    """

    number: int
    node: HeatNode
    version: int
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class FrameDraft:
    """A frame whose bytes are on the disk.

    Attributes:
        node_id: who sent it.
        sequence: the node's own number of it, 0 or more.
        told_at: UTC, when it was taken by the node's own clock.
        received_at: UTC.
        sha256: of its bytes, 64 hexadecimal digits.
        bytes: of it.
        suffix: of its file, without a dot.
        reading: what came with it.
        told_interval_s: seconds to the next frame, as the node is told.
    """

    node_id: str
    sequence: int
    told_at: datetime
    received_at: datetime
    sha256: str
    bytes: int
    suffix: str
    reading: NodeReading
    told_interval_s: int


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """What was found in a frame.

    Attributes:
        frame_id: of it.
        hottest_c: highest temperature in it; None without temperatures.
        spots: candidates in it; None where it could not be read.
        code: why it could not be read; else empty.
        detail: how much fine detail it shows, in usual differences of neighbouring pixels, 0 or
            more: a lens that gets dirty loses it; None where nobody reckoned it.
        needed: it is kept, for somebody may want to see it.
    """

    frame_id: int
    hottest_c: float | None
    spots: int | None
    code: str = ""
    detail: float | None = None
    needed: bool = False
