"""What one gateway has counted, and what it says of its camera."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from camera_gateway.life import Life
from camera_gateway.status import GatewayStatus
from camera_gateway.truth.judgement import Judgement
from models.frame import Frame

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """Counts of one camera since its gateway was made.

    Attributes:
        received: pictures handed over by the source, damaged ones included.
        published: pictures handed to the bus.
        reconnects: attempts after the first one.
        dropped: pictures not published, by reason.
        said: pictures published, by what they suffer from.
        judged: of the newest picture that could be judged.
    """

    received: int = 0
    published: int = 0
    reconnects: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    judged: Judgement | None = None

    def status(
        self,
        camera_id: str,
        life: Life,
        newest: Frame | None,
        *,
        still: bytes | None,
        now: datetime,
        now_s: float,
        next_attempt_s: float | None,
        hanging: int,
    ) -> GatewayStatus:
        """How the camera is now.

        Args:
            camera_id: of the camera.
            life: its states.
            newest: good picture.
            still: as it may be shown.
            now: UTC.
            now_s: the same moment, monotonic.
            next_attempt_s: monotonic; None while none is waited for.
            hanging: what was left behind.
        """
        state, since_s = life.at(now_s)
        wait_s = None if next_attempt_s is None else next_attempt_s - now_s
        return GatewayStatus(
            camera_id=camera_id,
            state=state,
            mode=None if newest is None else newest.mode,
            provenance=None if newest is None else newest.provenance,
            captured_at=None if newest is None else newest.captured_at,
            received_at=None if newest is None else newest.received_at,
            frames_received=self.received,
            frames_published=self.published,
            frames_dropped=MappingProxyType(dict(self.dropped)),
            reconnects=self.reconnects,
            trouble=life.trouble,
            still=still,
            trouble_code=life.trouble_code,
            since=now - timedelta(seconds=now_s - since_s),
            next_attempt_at=None if wait_s is None else now + timedelta(seconds=wait_s),
            usual_gap_s=life.usual_gap_s,
            light=None if self.judged is None else self.judged.light,
            conditions=frozenset() if self.judged is None else self.judged.conditions,
            hanging=hanging,
            frames_said=MappingProxyType(dict(self.said)),
        )
