"""One camera's life: open, read, judge, publish; lose it, wait, open again.

A gateway is one task per camera and shares nothing with other cameras but the bus and the ring.
Whatever goes wrong with its source is a loss of this camera, never the end of the process. It
decides nothing about fire: it refuses only pictures that would lie about now, as
:mod:`camera_gateway.truth` judges them, and a recording that jumps back in time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from camera_gateway.backoff import BackOff, slow_lane
from camera_gateway.bus import FrameBus
from camera_gateway.labelling import Labels
from camera_gateway.life import Life
from camera_gateway.limits import Limits
from camera_gateway.masks import PictureVeil
from camera_gateway.patrol.visits import Standing
from camera_gateway.rest import Knock, rest
from camera_gateway.ring import FrameRing
from camera_gateway.source import FrameSource, MayBlock, RawFrame
from camera_gateway.status import GatewayStatus
from camera_gateway.tally import Tally
from camera_gateway.truth.judgement import FrameJudge, Judgement
from camera_gateway.truth.repeats import Repeats
from camera_gateway.watchdog import MOST_HANGING, Watchdog
from models.clock import Clock
from models.errors import FrameCorrupt, SourceEnded, SourceRefused, WatchError
from models.frame import Frame, Provenance
from models.site import Camera

__all__ = ["Gateway"]

_logger = logging.getLogger(__name__)
GOOD_FRAMES_BEFORE_RESET = 3
CORRUPT_FRAMES_BEFORE_LOSS = 25


class Gateway:
    """Reads one camera and publishes its frames.

    Args:
        camera: which.
        preset_number: in force; its pose goes with every frame, None when there is no such preset.
        open_source: makes a fresh source; called again after every loss. It must not block.
        bus: takes the frames.
        ring: keeps the last ones.
        clock: stamps receipt and waits.
        random: numbers in [0, 1) for the jitter of the back-off.
        limits: of every step; somebody has to call :meth:`check` once a second to enforce them.
        judge: of pictures; one that only knows repeated bytes when left out.
        knock: asks a lost camera whether it is back; None to wait each pause out.
        may_end: the source is a recording; the end of anything else is a loss.
        first_sequence: of the first frame, where an earlier gateway of this camera stopped.
        clean: takes passwords out of what a library says of a loss, before anybody is told.
        veil: paints over what is private before a picture leaves; nothing is when left out.
        beside: runs as long as the gateway does, such as what turns the camera.
        standing: takes down what is looked at, of a camera that stands still.
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
        limits: Limits | None = None,
        judge: FrameJudge | None = None,
        knock: Knock | None = None,
        may_end: bool = True,
        first_sequence: int = 0,
        clean: Callable[[str], str] = str,
        veil: PictureVeil | None = None,
        beside: Callable[[], Awaitable[None]] | None = None,
        standing: Standing | None = None,
    ) -> None:
        self._camera_id = camera.camera_id
        self._labels = Labels(camera, preset_number, first_sequence)
        self._open_source = open_source
        self._bus = bus
        self._ring = ring
        self._clock = clock
        self._random = random
        self._limits = limits or Limits()
        self._judge = judge or Repeats()
        self._knock = knock
        self._may_end = may_end
        self._back_off = BackOff(random)
        self._slow_lane = slow_lane(random)
        self._life = Life(self._limits, clock.monotonic_s())
        self._watchdog = Watchdog(clock, self._camera_id)
        self._blocked: list[MayBlock] = []
        self._newest: Frame | None = None
        self._tally = Tally()
        self._next_attempt_s: float | None = None
        self._refused_entry = False
        self._clean = clean
        self._veil = veil
        self._beside = beside
        self._standing = standing
        self._corrupt_in_a_row = 0
        self._good_in_a_row = 0
        self._logged: set[str] = set()  # what has been said since all was well

    @property
    def next_sequence(self) -> int:
        """Number that the next frame will have."""
        return self._labels.next_sequence

    @property
    def hanging(self) -> int:
        """What was left behind and has not come back: calls, and threads stuck in a library."""
        self._blocked = [source for source in self._blocked if source.is_blocked]
        return self._watchdog.hanging + len(self._blocked)

    def relabel(self, camera: Camera) -> None:
        """The camera is configured differently, and looks where it looked; from any thread."""
        self._labels.relabel(camera)

    def check(self) -> None:
        """Leave behind what is overdue; called from outside once a second, on the event loop."""
        self._watchdog.check()

    async def run(self) -> None:
        """Serve the camera until its recording is over; cancel it to stop a live one."""
        if self._beside is None:
            await self._serve()
            return
        beside = asyncio.ensure_future(self._beside())
        try:
            await self._serve()
        finally:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    async def _serve(self) -> None:
        while not await self._serve_once():
            lane = self._slow_lane if self._refused_entry else self._back_off
            wait_s = lane.next_wait_s()
            self._next_attempt_s = self._clock.monotonic_s() + wait_s
            # Whoever is refused does not knock either: the answer would be the same.
            knock = None if self._refused_entry else self._knock
            await rest(self._clock, wait_s, knock=knock, random=self._random)
            self._next_attempt_s = None
            self._tally.reconnects += 1

    def status(self) -> GatewayStatus:
        """How the camera is now."""
        newest = self._newest
        bare = self._veil and newest and not self._veil.still_covers(newest)
        return self._tally.status(
            self._camera_id,
            self._life,
            newest,
            still=None if newest is None or bare else newest.jpeg,
            now=self._clock.now(),
            now_s=self._clock.monotonic_s(),
            next_attempt_s=self._next_attempt_s,
            hanging=self.hanging,
        )

    async def _serve_once(self) -> bool:
        """Open the source and read until it fails; True when the recording is over."""
        source: FrameSource | None = None
        self._good_in_a_row = self._corrupt_in_a_row = 0
        self._refused_entry = False
        self._life.opened()
        if self.hanging >= MOST_HANGING:
            self._lose("readers_hang", f"{MOST_HANGING} readers hang; no further one is opened.")
            return False
        try:
            source = self._open_source()
            while self._corrupt_in_a_row < CORRUPT_FRAMES_BEFORE_LOSS:
                await self._take_one(source)
            known = self._life.trouble_code  # a web page says more than that it is no picture
            trouble = f"{CORRUPT_FRAMES_BEFORE_LOSS} damaged pictures in a row."
            self._lose("pictures_damaged" if known == "corrupt" else known, trouble)
        except SourceEnded as error:
            if self._may_end:
                self._life.ended(self._clock.monotonic_s())
                return True
            self._lose("stream_ended", str(error))
        except WatchError as error:
            self._refused_entry = isinstance(error, SourceRefused)
            self._lose(error.code, str(error))
        except Exception:
            # A fault in one adapter must not take the other cameras down; the log has its place.
            trouble = "The reader of this camera failed; the log says where."
            self._life.lost(self._clock.monotonic_s(), "reader_failed", trouble)
            _logger.exception("camera %s is lost by an unexpected fault", self._camera_id)
        finally:
            self._not_watching()
            if source is not None:
                await self._close(source)
        return False

    def _not_watching(self) -> None:
        if self._standing is not None:
            self._standing.over()

    def _lose(self, code: str, trouble: str) -> None:
        told = self._clean(trouble)
        level = self._level(code, logging.WARNING)
        self._life.lost(self._clock.monotonic_s(), code, told)
        _logger.log(level, "camera %s is lost: %s", self._camera_id, told)

    def _level(self, code: str, level: int) -> int:
        """A camera that is gone or damaged for a week is one line, not twenty thousand."""
        if code in self._logged:
            return logging.DEBUG
        self._logged.add(code)
        return level

    async def _take_one(self, source: FrameSource) -> None:
        """Read one picture, publish it unless it would lie."""
        limit_s = self._life.read_limit_s
        try:
            raw = await self._watchdog.within(limit_s, source.read(), "waiting for a picture")
        except FrameCorrupt as error:
            self._tally.received += 1
            self._corrupt_in_a_row += 1
            self._refuse("corrupt", str(error), error.code)
            return
        self._tally.received += 1
        if self._jumps_back(raw):
            self._corrupt_in_a_row = 0
            self._refuse("out_of_order", "The recording goes back in time.")
            return
        try:
            received_at, now_s = self._clock.now(), self._clock.monotonic_s()
            judgement = await self._judge.look(raw, received_at, now_s)
        except FrameCorrupt as error:
            self._corrupt_in_a_row += 1
            self._refuse("corrupt", str(error), error.code)
            return
        self._corrupt_in_a_row = 0
        self._tally.judged = judgement
        if judgement.fault is None:
            await self._publish(judgement, raw)
        elif judgement.fault.is_harmless:
            self._tally.dropped[judgement.fault] += 1
            self._life.passed_over(self._clock.monotonic_s())
        elif judgement.fault.is_shown:
            self._tally.dropped[judgement.fault] += 1
            await self._show(judgement, raw)
        else:
            self._refuse(judgement.fault, judgement.trouble)

    def _refuse(self, reason: str, words: str, code: str = "frame_corrupt") -> None:
        self._not_watching()
        trouble, code = self._clean(words), reason if code == "frame_corrupt" else code
        self._tally.dropped[reason] += 1
        self._good_in_a_row = 0
        level = self._level(code, logging.INFO)
        self._life.refused(self._clock.monotonic_s(), code, trouble)
        _logger.log(level, "camera %s: picture refused as %s: %s", self._camera_id, reason, trouble)

    def _jumps_back(self, raw: RawFrame) -> bool:
        """A recording that was opened again begins at its beginning.

        A live camera may set its clock back, and must not go blind for it.
        """
        return (
            raw.provenance is not Provenance.LIVE
            and self._newest is not None
            and raw.captured_at < self._newest.captured_at
        )

    async def _publish(self, judgement: Judgement, raw: RawFrame) -> None:
        frame = self._labels.frame(judgement, raw)
        veiled = frame if self._veil is None else await self._veil.over(frame)
        if veiled is None:
            self._refuse("unmaskable", "What is private in the picture cannot be painted over.")
            return
        self._labels.next_sequence += 1
        self._tally.published += 1
        self._tally.said.update(judgement.conditions)
        self._take_for_newest(veiled)
        self._ring.add(veiled)
        if self._standing is not None:
            self._standing.published(veiled, shows=judgement.shows_land)
        await self._bus.publish(veiled)

    async def _show(self, judgement: Judgement, raw: RawFrame) -> None:
        """Let people see it; nobody scores it."""
        frame = self._labels.frame(judgement, raw)
        veiled = frame if self._veil is None else await self._veil.over(frame, free=True)
        self._take_for_newest(self._newest if veiled is None else veiled)

    def _take_for_newest(self, frame: Frame | None) -> None:
        self._newest = frame
        self._life.good(self._clock.monotonic_s())
        self._good_in_a_row += 1
        if self._good_in_a_row >= GOOD_FRAMES_BEFORE_RESET:
            self._logged.clear()
            self._back_off.reset()
            self._slow_lane.reset()

    async def _close(self, source: FrameSource) -> None:
        if isinstance(source, MayBlock):
            self._blocked.append(source)
        await self._watchdog.certainly(self._limits.close_s, source.close(), "closing")
