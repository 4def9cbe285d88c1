"""What a gateway says about its camera."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from models.condition import Condition
from models.frame import FrameMode, Provenance
from models.light import Light

__all__ = ["GatewayState", "GatewayStatus"]


class GatewayState(StrEnum):
    """Health of one camera."""

    CONNECTING = "connecting"  # nothing has come yet
    LIVE = "live"
    DEGRADED = "degraded"  # pictures come, but damaged or frozen
    STALE = "stale"  # connected, but nothing has come for too long
    LOST = "lost"  # waiting before the next attempt, or trying
    DISABLED = "disabled"  # configured, and told not to be read
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
        frames_dropped: pictures not published, by reason: ``corrupt``, ``duplicate``,
            ``out_of_order``, or one of :class:`camera_gateway.truth.Fault`.
        reconnects: attempts after the first one.
        trouble: last problem in one sentence; empty while all is well.
        still: newest good picture as JPEG; None before the first.
        trouble_code: stable key of the trouble, by which the console finds its own words.
        since: UTC, when the camera came into this state.
        next_attempt_at: UTC, while it waits before one: then at the latest, earlier as soon as the
            camera answers; None otherwise.
        usual_gap_s: seconds that usually lie between two of its pictures; None before the third.
        light: by what light its pictures are made now, as they themselves show; None unknown.
        conditions: what its pictures suffer from without being worthless.
        frames_said: pictures published all the same, by what they suffer from.
        hanging: readings and closings that were abandoned and have not come back, and readers
            that are stuck in a library.
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
    trouble_code: str = ""
    since: datetime | None = None
    next_attempt_at: datetime | None = None
    usual_gap_s: float | None = None
    light: Light | None = None
    conditions: frozenset[Condition] = frozenset()
    hanging: int = 0
    frames_said: Mapping[str, int] = field(default_factory=dict)
