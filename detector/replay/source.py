"""A recording as a camera: what the gateway reads in a replay instead of a live source.

A frame is handed on when the one before it has been dealt with, whatever became of it, so that a
replay loses nothing and everything happens in one order. A camera that is lost is opened again by
its gateway; a recording then goes on behind its damage.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from camera_gateway.source import RawFrame
from camera_gateway.sources.pacing import Pacer
from camera_gateway.status import GatewayStatus
from detector.replay.clock import ReplayClock
from detector.replay.lookahead import Lookahead
from models.errors import FrameCorrupt, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource

__all__ = ["ReplaySource", "Taken"]


@dataclass(slots=True)
class Taken:
    """A frame that was handed to the gateway.

    Attributes:
        at_s: seconds from the recording's zero.
        captured_at: UTC.
        refused: the gateway's word for why it was not scored; empty when it was.
    """

    at_s: float
    captured_at: datetime
    refused: str = ""


class TellsStatus(Protocol):
    """A gateway, for whoever wants to know what became of a picture."""

    def status(self) -> GatewayStatus:
        """See :class:`camera_gateway.gateway.Gateway`."""


class ReplaySource:
    """See :class:`camera_gateway.source.FrameSource`; opened as often as its gateway likes.

    Args:
        lookahead: the recording.
        clock: shows the capture time of the frame in hand.
        pacer: waits until a frame is due; None to wait for nothing.
        mode: of every picture.
        time_source: how capture times are known.
        provenance: recorded, or a drill.

    Attributes:
        taken: every frame that was handed on, in order.
        failure: why the recording ended before its end; None when it did not.
        gateway: who reads; to be set before the first reading.
        scored: frames that have come out of the bus and were dealt with; told by :meth:`dealt`.
    """

    gateway: TellsStatus

    def __init__(
        self,
        lookahead: Lookahead,
        clock: ReplayClock,
        pacer: Pacer | None,
        *,
        mode: FrameMode,
        time_source: TimeSource,
        provenance: Provenance,
    ) -> None:
        self._lookahead = lookahead
        self._clock = clock
        self._pacer = pacer
        self._mode = mode
        self._time_source = time_source
        self._provenance = provenance
        self._dropped = dict[str, int]()
        self._changed = asyncio.Event()
        self.taken: list[Taken] = []
        self.failure: BaseException | None = None
        self.scored = 0

    def dealt(self) -> None:
        """A frame has come out of the bus and was dealt with."""
        self.scored += 1
        self._changed.set()

    async def read(self) -> RawFrame:
        """The next frame, once the one before it is dealt with.

        Raises:
            SourceEnded: the recording is over, or cannot be played further; see :attr:`failure`.
            FrameCorrupt: the picture is damaged; the next call goes on behind it.
        """
        await self._settle()
        if self.failure is not None:
            raise SourceEnded("The recording cannot be played further.")
        try:
            # Whatever else could be done meanwhile is done by the hands of the lookahead.
            ahead = self._lookahead.next()
        except Exception as error:  # told when the gateway is through
            self.failure = error
            raise SourceEnded("The recording cannot be played further.") from error
        if ahead is None:
            raise SourceEnded("The recording is over.")
        moment = ahead.moment
        if self._pacer is not None:
            await self._pacer.wait_for(moment.at_s)
        self._clock.show(moment.captured_at)
        self.taken.append(Taken(moment.at_s, moment.captured_at))
        if isinstance(moment.picture, FrameCorrupt):
            raise moment.picture
        return RawFrame(
            moment.picture,
            moment.captured_at,
            self._time_source,
            self._mode,
            self._provenance,
            small=self._lookahead.small(),
        )

    async def close(self) -> None:
        """Nothing: the gateway closes what it believes to be lost, and a recording goes on."""

    async def _settle(self) -> None:
        """Wait until the latest frame is dealt with, and note why it was refused, if it was."""
        if not self.taken:
            return
        latest = self.taken[-1]
        while self.scored < (status := self.gateway.status()).frames_published:
            self._changed.clear()
            await self._changed.wait()
        for word, count in status.frames_dropped.items():
            if count > self._dropped.get(word, 0):
                latest.refused = str(word)
        self._dropped = dict(status.frames_dropped)
