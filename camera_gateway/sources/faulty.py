"""A source whose camera is faulty, by a plan: for drills, around any other source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.scene.faults import CameraFault, FaultSpan, damaged, fault_at
from camera_gateway.source import FrameSource, RawFrame
from models.clock import Clock

__all__ = ["FaultySource"]

LONGEST_JUMP: Final = timedelta(hours=8)
"""A clock that is set to a wrong time zone; the fault's strength and seed say how far and where."""
LATEST: Final = timedelta(minutes=20)


class FaultySource:
    """See :class:`camera_gateway.source.FrameSource`.

    A frame that the plan leaves alone is handed on as it came, byte for byte.

    Args:
        source: that delivers the good frames.
        plan: which of them are faulty, counted from the first read.
        clock: waits where frames are late.
    """

    def __init__(self, source: FrameSource, plan: Sequence[FaultSpan], *, clock: Clock) -> None:
        self._source = source
        self._plan = tuple(plan)
        self._clock = clock
        self._number = 0
        self._before: RawFrame | None = None

    async def read(self) -> RawFrame:
        """The next frame with its fault.

        Raises:
            FrameCorrupt: a picture to be damaged was no whole one before.
            WatchError: as the source does.
        """
        raw = await self._source.read()
        span = fault_at(self._plan, self._number)
        self._number += 1
        if span is None:
            self._before = raw
            return raw
        match span.fault:
            case CameraFault.FROZEN:
                shown = self._before or raw
                self._before = shown
                return replace(raw, jpeg=shown.jpeg, small=shown.small)
            case CameraFault.CLOCK:
                sign = 1 if span.seed % 2 else -1
                jump = LONGEST_JUMP * span.strength
                return replace(raw, captured_at=raw.captured_at + sign * jump)
            case CameraFault.LATE:
                await self._clock.sleep(LATEST.total_seconds() * span.strength)
                return raw
            case _:
                image = damaged(decode_jpeg(raw.jpeg, "drill"), span, self._number - 1)
                return replace(raw, jpeg=encode_jpeg(image), small=None)

    async def close(self) -> None:
        """Close the source."""
        await self._source.close()
