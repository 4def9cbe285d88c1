"""What a gateway says about its camera."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.frame import FrameMode, Provenance

__all__ = ["GatewayState", "GatewayStatus"]


class GatewayState(StrEnum):
    """Health of one camera."""

    CONNECTING = "connecting"  # nothing has come yet
    LIVE = "live"
    DEGRADED = "degraded"  # pictures come, but damaged or frozen
    STALE = "stale"  # connected, but nothing has come for too long
    LOST = "lost"  # waiting before the next attempt
    ENDED = "ended"  # a recording is over


@dataclass(frozen=True, slots=True)
class GatewayStatus:
    """A moment's view of one camera.

    Attributes:
        camera_id: of the camera.
        state: of its pictures.
        mode: of the newest good picture; None before the first.
        provenance: of the newest good picture; None before the first.
        captured_at: UTC, of the newest good picture; None before the first.
        received_at: UTC, of the newest good picture; None before the first.
        frames_received: pictures handed over by the source, damaged ones included.
        frames_published: pictures handed to the bus.
        frames_dropped: pictures not published, by reason: ``corrupt``, ``frozen``,
            ``out_of_order``.
        reconnects: attempts after the first one.
        trouble: last problem in one sentence; empty while all is well.
        still: newest good picture as JPEG; None before the first.
    """

    camera_id: str
    state: GatewayState
    mode: FrameMode | None
    provenance: Provenance | None
    captured_at: datetime | None
    received_at: datetime | None
    frames_received: int
    frames_published: int
    frames_dropped: Mapping[str, int]
    reconnects: int
    trouble: str
    still: bytes | None
