"""One camera's life: open, read, check, publish; lose it, wait, open again.

A gateway is one task per camera and shares nothing with other cameras but the bus and the ring.
Whatever goes wrong with its source is a loss of this camera, never the end of the process. It
decides nothing about fire: it refuses only pictures that would lie, namely damaged ones, a picture
that repeats byte for byte, and a recording that jumps back in time.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from types import MappingProxyType

from camera_gateway.backoff import BackOff
from camera_gateway.bus import FrameBus
from camera_gateway.ring import FrameRing
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.status import GatewayState, GatewayStatus
from models.clock import Clock
from models.errors import FrameCorrupt, SourceEnded, WatchError
from models.frame import Frame, Provenance
from models.site import Camera

__all__ = ["Gateway"]

_logger = logging.getLogger(__name__)
FROZEN_FROM = 3  # the third identical picture in a row is not news
GOOD_FRAMES_BEFORE_RESET = 3
CORRUPT_FRAMES_BEFORE_LOSS = 25


class Gateway:
    """Reads one camera and publishes its frames.

    Args:
        camera: which.
        preset_number: in force; its pose goes with every frame, None when there is no such preset.
        open_source: makes a fresh source; called again after every loss.
        bus: takes the frames.
        ring: keeps the last ones.
        clock: stamps receipt and waits.
        random: numbers in [0, 1) for the jitter of the back-off.
        stale_after_s: without a good picture for so long the state reads ``stale``.
    """

    def __init__(
        self,
        camera: Camera,
        preset_number: int,
        open_source: Callable[[], FrameSource],
        *,
        bus: FrameBus,
        ring: FrameRing,
        clock: Clock,
        random: Callable[[], float],
        stale_after_s: float = 120.0,
    ) -> None:
        preset = camera.preset(preset_number)
        self._camera_id = camera.camera_id
        self._preset_number = preset_number
        self._pose = None if preset is None else preset.pose
        self._open_source = open_source
        self._bus = bus
        self._ring = ring
        self._clock = clock
        self._back_off = BackOff(random)
        self._stale_after_s = stale_after_s
        self._state = GatewayState.CONNECTING
        self._trouble = ""
        self._newest: Frame | None = None
        self._newest_at_s = 0.0
        self._published = 0
        self._received = 0
        self._dropped: Counter[str] = Counter()
        self._reconnects = 0
        self._repeats = 0
        self._last_jpeg: bytes | None = None
        self._corrupt_in_a_row = 0
        self._good_in_a_row = 0

    async def run(self) -> None:
        """Serve the camera until its recording is over; cancel it to stop a live one."""
        while not await self._serve_once():
            self._state = GatewayState.LOST
            await self._clock.sleep(self._back_off.next_wait_s())
            self._reconnects += 1

    def status(self) -> GatewayStatus:
        """How the camera is now."""
        newest, state = self._newest, self._state
        silent_s = self._clock.monotonic_s() - self._newest_at_s
        watched = state in {GatewayState.LIVE, GatewayState.DEGRADED}
        if watched and silent_s > self._stale_after_s:
            state = GatewayState.STALE
        return GatewayStatus(
            camera_id=self._camera_id,
            state=state,
            mode=None if newest is None else newest.mode,
            provenance=None if newest is None else newest.provenance,
            captured_at=None if newest is None else newest.captured_at,
            received_at=None if newest is None else newest.received_at,
            frames_received=self._received,
            frames_published=self._published,
            frames_dropped=MappingProxyType(dict(self._dropped)),
            reconnects=self._reconnects,
            trouble=self._trouble,
            still=None if newest is None else newest.jpeg,
        )

    async def _serve_once(self) -> bool:
        """Open the source and read until it fails; True when the recording is over."""
        source: FrameSource | None = None
        self._good_in_a_row = self._corrupt_in_a_row = 0
        try:
            source = self._open_source()
            while self._corrupt_in_a_row < CORRUPT_FRAMES_BEFORE_LOSS:
                await self._take_one(source)
            self._trouble = f"{CORRUPT_FRAMES_BEFORE_LOSS} damaged pictures in a row."
        except SourceEnded:
            self._state = GatewayState.ENDED
            self._trouble = ""
            return True
        except WatchError as error:
            self._trouble = str(error)
            _logger.warning("camera %s is lost: %s", self._camera_id, error)
        except Exception:
            # A fault in one adapter must not take the other cameras down; the log has its place.
            self._trouble = "The reader of this camera failed; the log says where."
            _logger.exception("camera %s is lost by an unexpected fault", self._camera_id)
        finally:
            if source is not None:
                await self._close(source)
        return False

    async def _take_one(self, source: FrameSource) -> None:
        """Read one picture, publish it unless it would lie."""
        try:
            raw = await source.read()
        except FrameCorrupt as error:
            self._received += 1
            self._corrupt_in_a_row += 1
            self._refuse("corrupt", str(error))
            return
        self._received += 1
        self._corrupt_in_a_row = 0
        self._repeats = self._repeats + 1 if raw.jpeg == self._last_jpeg else 1
        self._last_jpeg = raw.jpeg
        if self._repeats >= FROZEN_FROM:
            self._refuse("frozen", "The picture does not change: it repeats byte for byte.")
        elif self._jumps_back(raw):
            self._refuse("out_of_order", "The recording goes back in time.")
        else:
            await self._publish(raw)

    def _refuse(self, reason: str, trouble: str) -> None:
        self._dropped[reason] += 1
        self._good_in_a_row = 0
        self._state = GatewayState.DEGRADED
        self._trouble = trouble
        _logger.info("camera %s: picture refused as %s: %s", self._camera_id, reason, trouble)

    def _jumps_back(self, raw: RawFrame) -> bool:
        """A recording that was opened again begins at its beginning.

        A live camera may set its clock back, and must not go blind for it.
        """
        return (
            raw.provenance is not Provenance.LIVE
            and self._newest is not None
            and raw.captured_at < self._newest.captured_at
        )

    async def _publish(self, raw: RawFrame) -> None:
        frame = Frame(
            camera_id=self._camera_id,
            preset=self._preset_number,
            sequence=self._published,
            captured_at=raw.captured_at,
            received_at=self._clock.now(),
            time_source=raw.time_source,
            jpeg=raw.jpeg,
            mode=raw.mode,
            provenance=raw.provenance,
            pose=self._pose,
            captured_doubt_s=raw.captured_doubt_s,
        )
        self._published += 1
        self._newest = frame
        self._newest_at_s = self._clock.monotonic_s()
        self._state = GatewayState.LIVE
        self._trouble = ""
        self._good_in_a_row += 1
        if self._good_in_a_row >= GOOD_FRAMES_BEFORE_RESET:
            self._back_off.reset()
        self._ring.add(frame)
        await self._bus.publish(frame)

    async def _close(self, source: FrameSource) -> None:
        """Close for certain, also while this task is being cancelled."""
        closing = asyncio.ensure_future(source.close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            # The second cancellation goes on only after the source has let go of its camera.
            with suppress(Exception):
                await closing
            raise
        except Exception:
            _logger.exception("camera %s: its source could not be closed", self._camera_id)
