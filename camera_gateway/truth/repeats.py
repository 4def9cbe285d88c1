"""Pictures that repeat byte for byte, and from when on that means a frozen camera."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from camera_gateway.source import RawFrame
from camera_gateway.truth.judgement import Fault, Judgement

__all__ = ["FROZEN_FROM", "Repeats"]

FROZEN_FROM: Final = 3
"""The third identical picture in a row."""

FROZEN_WORDS: Final = "The picture does not change: it repeats byte for byte."


class Repeats:
    """Tells repeated pictures of one camera; the least that judges.

    A camera that is asked more often than it makes pictures repeats each of them; it is frozen only
    when that lasts.

    Args:
        frozen_after_s: how long the same bytes must have come to be called frozen, >= 0.
    """

    def __init__(self, frozen_after_s: float = 0.0) -> None:
        self._frozen_after_s = frozen_after_s
        self._last: bytes | None = None
        self._first_s = 0.0
        self._count = 0

    async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
        """Judge by the bytes alone; see :class:`FrameJudge`."""
        judgement = Judgement.of(raw, received_at)
        fault = self.fault(raw.jpeg, now_s)
        words = FROZEN_WORDS if fault is Fault.FROZEN else ""
        return replace(judgement, fault=fault, trouble=words)

    def fault(self, jpeg: bytes, now_s: float) -> Fault | None:
        """Whether these bytes came before."""
        if jpeg != self._last:
            self._last, self._first_s, self._count = jpeg, now_s, 1
            return None
        self._count += 1
        lasted = now_s - self._first_s >= self._frozen_after_s
        return Fault.FROZEN if self._count >= FROZEN_FROM and lasted else Fault.DUPLICATE
