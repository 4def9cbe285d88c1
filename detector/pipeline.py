"""From frames to alerts: score, follow, weigh, and hand what alerts to the desk.

The same pipeline runs live and in replay. It is driven by capture time only, so that a recording
played thirty times faster decides as it would have decided then. Decoding, the network and the
store run in one worker thread at a time; the event loop only waits.
"""

import asyncio
import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias

from camera_gateway.bus import FrameBus
from detector.core import Picture
from detector.desk import Sighting
from detector.evidence import SecondStage, StageState
from detector.infrared_light import read_in_its_light
from detector.jpeg_picture import JpegPicture
from detector.view_watch import ViewWatch
from models.clock import Clock
from models.config import EvidenceRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt, SourceEnded, WatchError
from models.frame import Frame, FrameMode

__all__ = ["AlertSink", "HeatSink", "Pipeline", "PipelineCounts", "Scorer", "View"]

logger = logging.getLogger(__name__)

PULL_WAIT_S = 0.5
LINGER_S = 0.25
"""How long a frame may wait for others, so that every core gets one: a frame alone takes both cores
of a small machine about as long as two frames do."""
RETRY_S = 1.0
MOST_WAITING = 200
"""Plumes that wait for a store that takes nothing, each with its picture."""


View: TypeAlias = tuple[str, int]
"""A camera and its preset: what stays the same from frame to frame."""


class Scorer(Protocol):
    """What the pipeline asks of whoever scores; it may remember what a view showed before."""

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],
        hurried: bool,
    ) -> Sequence[Detections | FrameCorrupt]:
        """One answer per picture, in their order; a damaged one costs only itself.

        ``views`` says what each picture shows; ``hurried``, that others wait: nothing beyond the
        full frame is looked at.
        """


class AlertSink(Protocol):
    """Takes what was seen: the alert desk in service, a list where recordings are judged."""

    def take(self, sighting: Sighting) -> None:
        """A track that alerts was seen; called again for each frame in which it is seen.

        Raises:
            WatchError: it could not be kept; the track's next sighting tries again.
        """

    def note(self, sighting: Sighting) -> None:
        """A track was seen whose evidence does not suffice; called again for each such frame.

        Raises:
            WatchError: as above.
        """


class HeatSink(Protocol):
    """Takes the pictures of thermal cameras, of which the network for smoke knows nothing."""

    def take(self, frame: Frame) -> None:
        """Take a frame; never blocks, and never raises."""


@dataclass(slots=True)
class PipelineCounts:
    """What the pipeline has done since it started.

    Attributes:
        frames_scored: pictures that went through the network.
        frames_corrupt: pictures that did not decode; never scored.
        frames_hurried: pictures of which only the full frame was looked at, because others waited.
        frames_failed: pictures that a failure of the store or the network kept from a decision.
        frames_heat: pictures of thermal cameras that went the path of heat instead.
        corrupt_at_s: when the latest of those did not decode, by the clock that never jumps.
        failed_at_s: likewise, when the latest failure was.
        alerts: sightings handed to the desk.
        waiting: plumes on which the store has kept the desk from deciding, and which are handed in
            again.
        network_s: seconds spent in decoding and in the network.
        second_stage: whether a second opinion on tracks is off, on, missing or failed.
    """

    frames_scored: int = 0
    frames_corrupt: int = 0
    frames_hurried: int = 0
    frames_failed: int = 0
    frames_heat: int = 0
    corrupt_at_s: float | None = None
    failed_at_s: float | None = None
    alerts: int = 0
    waiting: int = 0
    network_s: float = 0.0
    second_stage: StageState = StageState.OFF


class Pipeline:
    """Scores frames and follows what it finds.

    Args:
        scorer: finds smoke and flame; not used from two threads at once.
        desk: takes what alerts.
        rule: when a track alerts.
        clock: for timing.
        max_batch: most frames at once, at most one a camera.
        stage: gives a second opinion on tracks; as its card says when left out.
        heat: takes the pictures of thermal cameras; they are scored like any others when left out.
    """

    def __init__(
        self,
        scorer: Scorer,
        desk: AlertSink,
        rule: EvidenceRule,
        clock: Clock,
        *,
        max_batch: int = 8,
        stage: SecondStage | None = None,
        heat: HeatSink | None = None,
    ) -> None:
        self._stage = SecondStage.open() if stage is None else stage
        self.counts = PipelineCounts(second_stage=self._stage.state)
        self._scorer = scorer
        self._desk = desk
        self._heat = heat
        self._rule = rule
        self._clock = clock
        self._max_batch = max_batch
        self._watches: dict[View, ViewWatch] = {}
        # The latest sighting of each plume that the store did not take, the longest waiting first.
        self._waiting: dict[tuple[str, int, int], Sighting] = {}  # bounded by MOST_WAITING
        self._again_s = 0.0
        self._said = ""

    async def run(self, bus: FrameBus) -> None:
        """Work until the bus is closed; a failure costs its frames, is counted and never more.

        The closer look is what the machine can spare: while frames wait behind a batch, the batch
        does without. Measured in ``docs/performance.md``: a district of 109 cameras on two cores
        would otherwise be looked at too late.
        """
        while True:
            try:
                frames = await bus.pull(self._max_batch, PULL_WAIT_S, linger_s=LINGER_S)
            except SourceEnded:
                await asyncio.to_thread(self._hand_in_last)
                return
            if not frames:
                if self._waiting:
                    await asyncio.to_thread(self.hand_in_again)
                continue
            try:
                await asyncio.to_thread(self.process, frames, hurried=bus.backlog() > 0)
            except WatchError:
                logger.exception("the network failed on %d frames; the watch goes on", len(frames))
                self._failed(len(frames))
                await self._clock.sleep(RETRY_S)
            except Exception:
                self._failed(len(frames))  # a fault that nobody foresaw is no lesser one
                raise

    def process(self, frames: Sequence[Frame], *, hurried: bool = False) -> None:
        """Decide on some frames, in their order.

        A store that fails costs one frame its decision. What should alert waits in memory until the
        store takes it, whether or not its plume is seen again.

        Args:
            frames: of any cameras.
            hurried: others wait; see :class:`Scorer`.

        Raises:
            WatchError: the network failed.
        """
        self.hand_in_again()
        pictures = [
            (frame, picture)
            for frame in self._without_heat(frames)
            if (picture := self._open(frame)) is not None
        ]
        if not pictures:
            return
        started_s = self._clock.monotonic_s()
        answers = self._scorer.detect_each(
            [picture for _, picture in pictures],
            floor_score=self._rule.floor_score,
            views=[(frame.camera_id, frame.preset) for frame, _ in pictures],
            hurried=hurried,
        )
        self.counts.network_s += self._clock.monotonic_s() - started_s
        for (frame, picture), answer in zip(pictures, answers, strict=True):
            if isinstance(answer, FrameCorrupt):
                self._refuse(answer)
                continue
            self.counts.frames_scored += 1
            self.counts.frames_hurried += hurried
            self._follow(frame, picture, answer)

    def hand_in_again(self) -> None:
        """Hand in what the store did not take before, at most once a second.

        It ends with the first that is refused again, which then waits behind the others, so that
        one that is never taken holds up none of them.
        """
        now_s = self._clock.monotonic_s()
        if now_s < self._again_s:
            return
        for key, sighting in list(self._waiting.items()):
            try:
                self._offer(sighting)
            except WatchError as error:
                self._failed(0)
                self._wait(key, sighting, error)
                self._again_s = self._clock.monotonic_s() + RETRY_S
                return
            self._forget(key)
            logger.info("%s: what the store had not taken is told now", sighting.frame.camera_id)

    def _without_heat(self, frames: Sequence[Frame]) -> list[Frame]:
        """Those that are to be scored; the others go their own path."""
        heat, scored = self._heat, []
        for frame in frames:
            if heat is None or frame.mode is not FrameMode.THERMAL:
                scored.append(frame)
                continue
            self.counts.frames_heat += 1
            heat.take(frame)
        return scored

    def _hand_in_last(self) -> None:
        self.hand_in_again()
        if self._waiting:
            logger.error("the watch ends and %d plumes are not told", len(self._waiting))

    def _offer(self, sighting: Sighting) -> None:
        if sighting.weighing.alerts:
            self._desk.take(sighting)
        else:
            self._desk.note(sighting)

    def _wait(self, key: tuple[str, int, int], sighting: Sighting, error: WatchError) -> None:
        self._waiting.pop(key, None)
        self._waiting[key] = sighting
        if len(self._waiting) > MOST_WAITING:
            lesser = (one for one, held in self._waiting.items() if not held.weighing.alerts)
            dropped = self._waiting.pop(next(lesser, next(iter(self._waiting))))
            logger.error("a plume of %s is not told: too many wait", dropped.frame.camera_id)
        self.counts.waiting = len(self._waiting)
        if str(error) != self._said:  # once, not every second
            logger.error("the store takes no alert now: %s", error, exc_info=error)
        self._said = str(error)

    def _forget(self, key: tuple[str, int, int]) -> None:
        self._waiting.pop(key, None)
        self.counts.waiting = len(self._waiting)
        self._said = ""

    def _open(self, frame: Frame) -> JpegPicture | None:
        try:
            return JpegPicture.of(frame.jpeg, f"{frame.camera_id} frame {frame.sequence}")
        except FrameCorrupt as error:
            self._refuse(error)
            return None

    def _refuse(self, error: FrameCorrupt) -> None:
        self.counts.frames_corrupt += 1
        self.counts.corrupt_at_s = self._clock.monotonic_s()
        logger.warning("%s", error)

    def _failed(self, frames: int) -> None:
        self.counts.frames_failed += frames
        self.counts.failed_at_s = self._clock.monotonic_s()

    def _follow(self, frame: Frame, picture: JpegPicture, detections: Detections) -> None:
        view = (frame.camera_id, frame.preset)
        watch = self._watches.get(view)
        if watch is None:
            watch = self._watches[view] = ViewWatch(self._rule, self._stage)
        size_px = (picture.width_px, picture.height_px)
        read = read_in_its_light(
            detections,
            frame.mode,
            picture.small(),
            self._scorer.reference,
            floor_score=self._rule.floor_score,
        )
        seen = watch.follow(
            read.to_boxes(),
            picture.small(),
            size_px,
            frame.sequence,
            frame.captured_at,
            grey=picture.small_grey(),
            hidden=frame.hidden,
        )
        self.counts.second_stage = self._stage.state
        failed = False
        for track, weighing in seen:
            sighting = Sighting(frame, *size_px, track, weighing, self._scorer.reference)
            self.counts.alerts += weighing.alerts
            failed |= not self._hand_in(sighting)
        if failed:
            self._failed(1)

    def _hand_in(self, sighting: Sighting) -> bool:
        """Let the desk decide; False where the store failed it."""
        key, alerts = sighting.key, sighting.weighing.alerts
        before = self._waiting.get(key)
        # What alerted once is told, however its plume looks by now.
        stands = before is not None and before.weighing.alerts and not alerts
        try:
            self._offer(sighting)
        except WatchError as error:
            track = copy.copy(sighting.track)  # as it was: it goes on, and may be gone by then
            track.scores = list(track.scores)
            fresh = replace(sighting, track=track)
            self._wait(key, before if stands and before is not None else fresh, error)
            return False
        if before is not None and not stands:
            self._forget(key)
        return True
