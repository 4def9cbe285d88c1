"""From frames to alerts: score, follow, weigh, and hand what alerts to the desk.

The same pipeline runs live and in replay. It is driven by capture time only, so that a recording
played thirty times faster decides as it would have decided then. Decoding, the network and the
store run in one worker thread at a time; the event loop only waits.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from camera_gateway.bus import FrameBus
from detector.core import Picture
from detector.desk import Sighting
from detector.evidence import SecondStage, StageState
from detector.jpeg_picture import JpegPicture
from detector.view_watch import ViewWatch
from models.clock import Clock
from models.config import EvidenceRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt, SourceEnded, WatchError
from models.frame import Frame

__all__ = ["AlertSink", "Pipeline", "PipelineCounts", "Scorer", "View"]

logger = logging.getLogger(__name__)

PULL_WAIT_S = 0.5
LINGER_S = 0.25
"""How long a frame may wait for others, so that every core gets one: a frame alone takes both cores
of a small machine about as long as two frames do."""
RETRY_S = 1.0


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


@dataclass(slots=True)
class PipelineCounts:
    """What the pipeline has done since it started.

    Attributes:
        frames_scored: pictures that went through the network.
        frames_corrupt: pictures that did not decode; never scored.
        frames_hurried: pictures of which only the full frame was looked at, because others waited.
        frames_failed: pictures that a failure of the store or the network kept from a decision.
        corrupt_at_s: when the latest of those did not decode, by the clock that never jumps.
        failed_at_s: likewise, when the latest failure was.
        alerts: sightings handed to the desk.
        network_s: seconds spent in decoding and in the network.
        second_stage: whether a second opinion on tracks is off, on, missing or failed.
    """

    frames_scored: int = 0
    frames_corrupt: int = 0
    frames_hurried: int = 0
    frames_failed: int = 0
    corrupt_at_s: float | None = None
    failed_at_s: float | None = None
    alerts: int = 0
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
    ) -> None:
        self._stage = SecondStage.open() if stage is None else stage
        self.counts = PipelineCounts(second_stage=self._stage.state)
        self._scorer = scorer
        self._desk = desk
        self._rule = rule
        self._clock = clock
        self._max_batch = max_batch
        self._watches: dict[View, ViewWatch] = {}

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
                return
            if not frames:
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

        A store that fails costs one frame its decision; its track keeps what it saw, so the next
        frame of the same plume decides again and nothing that should alert is lost.

        Args:
            frames: of any cameras.
            hurried: others wait; see :class:`Scorer`.

        Raises:
            WatchError: the network failed.
        """
        pictures = [
            (frame, picture) for frame in frames if (picture := self._open(frame)) is not None
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
            try:
                self._follow(frame, picture, answer)
            except WatchError:
                self._failed(1)
                logger.exception("%s frame %d is undecided", frame.camera_id, frame.sequence)

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
        seen = watch.follow(
            detections.to_boxes(),
            picture.small(),
            size_px,
            frame.sequence,
            frame.captured_at,
            hidden=frame.hidden,
        )
        self.counts.second_stage = self._stage.state
        for track, weighing in seen:
            sighting = Sighting(frame, *size_px, track, weighing, self._scorer.reference)
            if weighing.alerts:
                self.counts.alerts += 1
                self._desk.take(sighting)
            else:
                self._desk.note(sighting)
