"""Plays one recording through the live watch, and says what came of every frame.

The gateway, its judge of damaged, frozen and black pictures, the bus, the pipeline with its
attention, tracks and evidence are those of the service. Three things differ: the source is a
recording, the clock shows when its frames were made, and a list takes the alerts.
"""

import asyncio
import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.ring import FrameRing
from camera_gateway.sources.pacing import Pacer
from camera_gateway.truth.judge import ViewJudge
from detector.attention import AttentiveScorer
from detector.attention.scorer import FrameDetector
from detector.core import Picture
from detector.evaluate.footage import PictureSequence, Recording, Sampling
from detector.jpeg_picture import JpegPicture
from detector.pipeline import Pipeline, View
from detector.replay.alerts import ReplayAlerts
from detector.replay.clock import ReplayClock
from detector.replay.lookahead import Effort, Lookahead
from detector.replay.source import ReplaySource
from geo.locate import Locator
from models.clock import SystemClock
from models.config import Settings
from models.detection import Box, Detections, Label, ModelReference
from models.errors import FrameCorrupt, InputRefused, SourceEnded
from models.footage import Conditions, Truth
from models.frame import FrameMode, Provenance, TimeSource
from models.replay import Played, PlayedFrame
from models.site import Camera, CameraKind, HeightDatum, Position

__all__ = ["Footage", "Look", "play"]

BOXED_WITHIN_S = 0.05
"""A boxed time means the frame nearest to it within this."""
EVERY_S = 5.0
"""Usual seconds between two pictures of a camera that does not say."""
_NOWHERE = Camera(
    "replay", "", CameraKind.TOWER, Position(0.0, 0.0, 0.0, HeightDatum.SEA_LEVEL), ()
)


@dataclass(frozen=True, slots=True)
class Footage:
    """A recording and what is known of it.

    Attributes:
        recording: that is played.
        scene: its scene.
        sampling: which frames are looked at.
        conditions: under which it was taken.
        truth: of its fires; None when nothing is known.
        camera: where it stands and looks; None when nobody knows.
        is_drill: made, not taken.
    """

    recording: Recording
    scene: str
    sampling: Sampling
    conditions: Conditions
    truth: Truth | None
    camera: Camera | None = None
    is_drill: bool = False

    def is_boxed(self, at_s: float) -> bool:
        """Whether people have boxed the frame at a time of the recording."""
        boxed = () if self.truth is None else self.truth.boxed_at_s
        place = bisect_left(boxed, at_s)
        return any(
            abs(one - at_s) <= BOXED_WITHIN_S for one in boxed[max(0, place - 1) : place + 1]
        )


@dataclass(frozen=True, slots=True)
class Look:
    """By what a recording is judged.

    Attributes:
        full: finds in full frames; used from several threads.
        wide: the same weights, finds in bands.
        settings: of the decision.
        locator: on which alerts of a known camera are located.
        hands: threads that look ahead, at least 1.
        rate: at most so many times as fast as life; infinite for as fast as can be.
    """

    full: FrameDetector
    wide: FrameDetector
    settings: Settings
    locator: Locator
    hands: int = 1
    rate: float = math.inf


def play(
    footage: Footage,
    look: Look,
    *,
    effort: Effort | None = None,
    on_frame: Callable[[int], None] = lambda _done: None,
) -> Played:
    """Play a recording, no frame left out.

    Args:
        footage: that is played.
        look: by what it is judged.
        effort: told what looking took.
        on_frame: told how many frames have been begun.

    Raises:
        InputRefused: the recording cannot be played, or none of its pictures is whole.
        WatchError: the network failed.
    """
    stage = _Stage(footage, look, effort or Effort(), on_frame)
    try:
        asyncio.run(stage.play())
    finally:
        stage.lookahead.close()
    return stage.played()


class _Listening:
    """Passes the frame in hand to the scorer, and remembers what it says of it."""

    def __init__(self, scorer: AttentiveScorer, lookahead: Lookahead) -> None:
        self._scorer = scorer
        self._lookahead = lookahead
        self.last: Detections | FrameCorrupt | None = None
        self.size_px = (0, 0)

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""
        return self._scorer.reference

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],
        hurried: bool,
    ) -> list[Detections | FrameCorrupt]:
        """See :class:`detector.pipeline.Scorer`."""
        made = [self._lookahead.picture_of(picture) for picture in pictures]
        answers = self._scorer.detect_each(
            made, floor_score=floor_score, views=views, hurried=hurried
        )
        for picture, answer in zip(pictures, answers, strict=True):
            self._lookahead.leave_small(picture)
            self.last = answer
            if isinstance(picture, JpegPicture) and isinstance(answer, Detections):
                self.size_px = (picture.width_px, picture.height_px)
        return answers


class _Stage:
    """All that one recording is played on."""

    def __init__(
        self, footage: Footage, look: Look, effort: Effort, on_frame: Callable[[int], None]
    ) -> None:
        settings, recording = look.settings, footage.recording
        self._footage = footage
        self._on_frame = on_frame
        self.lookahead = Lookahead(
            _undecoded(recording).moments(footage.sampling),
            look.full,
            look.wide,
            settings,
            hands=look.hands,
            is_boxed=footage.is_boxed,
            effort=effort,
        )
        clock = ReplayClock()
        mode = footage.conditions.mode
        self._source = ReplaySource(
            self.lookahead,
            clock,
            None if math.isinf(look.rate) else Pacer(SystemClock(), look.rate),
            mode=mode or FrameMode.VISIBLE,
            time_source=_time_source(footage),
            provenance=Provenance.DRILL if footage.is_drill else Provenance.RECORDED,
        )
        # Under the recording's name, by which logs tell of a camera that is lost.
        camera = replace(footage.camera or _NOWHERE, camera_id=recording.name)
        self._bus = MemoryBus(clock, max_age_s=math.inf, lossless=True)
        self._source.gateway = self._gateway = Gateway(
            camera,
            camera.presets[0].number if camera.presets else 0,
            lambda: self._source,
            bus=self._bus,
            ring=FrameRing(1, 1),
            clock=clock,
            random=lambda: 0.5,  # of pauses in which no time passes here
            judge=ViewJudge(
                recording.name,
                known_mode=mode,
                every_s=max(EVERY_S, footage.sampling.step_s),
            ),
        )
        known = None if footage.camera is None else camera
        self._alerts = ReplayAlerts(known, look.locator, settings, clock)
        scorer = AttentiveScorer(self.lookahead.full, self.lookahead.wide, settings.attention)
        self._heard = _Listening(scorer, self.lookahead)
        self._pipeline = Pipeline(self._heard, self._alerts, settings.evidence, clock)
        self._scored: dict[int, PlayedFrame] = {}

    async def play(self) -> None:
        """Let the gateway read to the end, and decide on what it publishes."""
        serving = asyncio.create_task(self._serve())
        try:
            while await self._decide():
                pass
            await serving
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        if self._source.failure is not None:
            raise self._source.failure

    def played(self) -> Played:
        """What came of it.

        Raises:
            InputRefused: none of its pictures was whole.
        """
        footage, taken = self._footage, self._source.taken
        name = footage.recording.name
        frames = tuple(
            self._scored.get(number, PlayedFrame(frame.at_s, frame.captured_at, frame.refused))
            for number, frame in enumerate(taken)
        )
        if all(frame.refused == "corrupt" for frame in frames):
            raise InputRefused(
                f"None of the {len(frames)} pictures of {name} can be used.",
                remedy="Copy them again.",
                code="no_readable_picture",
            )
        return Played(
            name=name,
            scene=footage.scene,
            size_px=self._heard.size_px,
            conditions=footage.conditions,
            truth=footage.truth,
            is_dated=footage.recording.has_known_times,
            frames=frames,
            alerts=self._alerts.played(),
        )

    async def _serve(self) -> None:
        try:
            await self._gateway.run()
        finally:
            await self._bus.close()

    async def _decide(self) -> bool:
        """Decide on the next frame; False when there is none any more."""
        try:
            frames = await self._bus.pull(1, math.inf)
        except SourceEnded:
            return False
        number = len(self._source.taken) - 1
        taken = self._source.taken[number]
        self._heard.last = None
        self._alerts.turn_to(number, taken.at_s)
        self._pipeline.process(frames)
        self._scored[number] = self._row(number)
        self._source.dealt()
        self._on_frame(len(self._source.taken))
        return True

    def _row(self, number: int) -> PlayedFrame:
        taken, found = self._source.taken[number], self._heard.last
        if not isinstance(found, Detections):
            return PlayedFrame(taken.at_s, taken.captured_at, "corrupt")
        smoke, flame = (
            float(found.scores[found.labels == label].max(initial=0.0))
            for label in (Label.SMOKE, Label.FLAME)
        )
        return PlayedFrame(
            taken.at_s,
            taken.captured_at,
            smoke=smoke,
            flame=flame,
            log_odds=self._alerts.most_log_odds,
            found=self._deep(),
        )

    def _deep(self) -> tuple[Box, ...]:
        """All that the full frame shows, where people have boxed it."""
        found = self.lookahead.deep()
        return found.to_boxes() if isinstance(found, Detections) else ()


def _undecoded(recording: Recording) -> Recording:
    """Whoever looks ahead decodes every picture, and needs no other proof that it is whole."""
    if isinstance(recording, PictureSequence):
        return replace(recording, are_proven=False)
    return recording


def _time_source(footage: Footage) -> TimeSource:
    if footage.is_drill:
        return TimeSource.SIMULATED
    known = footage.recording.has_known_times
    return TimeSource.FILE_NAME if known else TimeSource.CONTAINER
