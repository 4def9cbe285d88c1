"""Play one recording through the watch's own pipeline and keep what comes of it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from detector.core import Picture
from detector.evaluate.alert_list import AlertList, ListedAlert
from detector.evaluate.footage import Moment, Recording, Sampling
from detector.evaluate.recorded_scorer import RECORD_FLOOR, at_least
from detector.pipeline import Pipeline, Scorer, View
from models.clock import ManualClock
from models.config import Settings
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.frame import Frame, FrameMode, Provenance, TimeSource

__all__ = ["Watched", "WatchedFrame", "watch"]

NO_JPEG = FrameCorrupt("It is no whole JPEG.")


@dataclass(frozen=True, slots=True, eq=False)
class WatchedFrame:
    """One frame of a recording and what was found in it.

    Attributes:
        at_s: on the recording's own scale.
        captured_at: UTC.
        sha256: of the picture file; empty for a damaged one.
        found: down to :data:`RECORD_FLOOR`, or what is wrong with the picture.
        log_odds: most of any track that was seen in it; None when there was none.
    """

    at_s: float
    captured_at: datetime
    sha256: str
    found: Detections | FrameCorrupt
    log_odds: float | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one recording.

    Attributes:
        frames: in the order of their time, damaged ones included.
        alerts: with the seconds at which they opened, in that order.
    """

    frames: tuple[WatchedFrame, ...]
    alerts: tuple[tuple[float, ListedAlert], ...]

    @property
    def looked_at(self) -> list[WatchedFrame]:
        """The frames that were whole; a frame's place here is its number."""
        return [frame for frame in self.frames if isinstance(frame.found, Detections)]


class _Overhearing:
    """Passes on what a scorer says, and remembers it, below the floor as well."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self.last: Detections | FrameCorrupt = NO_JPEG

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
        answers = self._scorer.detect_each(
            pictures, floor_score=min(floor_score, RECORD_FLOOR), views=views, hurried=hurried
        )
        self.last = answers[-1]
        return [
            answer if isinstance(answer, FrameCorrupt) else at_least(answer, floor_score)
            for answer in answers
        ]


def watch(
    recording: Recording,
    scorer: Scorer,
    settings: Settings,
    *,
    sampling: Sampling,
    on_frame: Callable[[int], None] = lambda _done: None,
) -> Watched:
    """Play a recording through the pipeline, every frame on its own, none left out.

    Args:
        recording: its name is the view by which the scorer remembers it.
        scorer: finds smoke and flame.
        settings: for the evidence.
        sampling: which frames are looked at.
        on_frame: told how many frames are done.

    Raises:
        InputRefused: the recording cannot be played.
        WatchError: the network failed.
    """
    desk, heard = AlertList(), _Overhearing(scorer)
    clock = ManualClock(datetime(2000, 1, 1, tzinfo=UTC))  # decisions go by capture time alone
    pipeline = Pipeline(heard, desk, settings.evidence, clock)
    frames: list[WatchedFrame] = []
    opened_at_s: list[float] = []
    for moment in recording.moments(sampling):
        if isinstance(moment.picture, FrameCorrupt):
            frames.append(WatchedFrame(moment.at_s, moment.captured_at, "", moment.picture))
        else:
            heard.last, desk.most_log_odds = NO_JPEG, None
            number = pipeline.counts.frames_scored
            pipeline.process([_frame(moment, moment.picture, recording.name, number)])
            whole = isinstance(heard.last, Detections)
            name = hashlib.sha256(moment.picture).hexdigest() if whole else ""
            most = desk.most_log_odds
            frames.append(WatchedFrame(moment.at_s, moment.captured_at, name, heard.last, most))
        opened_at_s += [moment.at_s] * (len(desk.alerts) - len(opened_at_s))
        on_frame(len(frames))
    return Watched(tuple(frames), tuple(zip(opened_at_s, desk.alerts, strict=True)))


def _frame(moment: Moment, jpeg: bytes, name: str, number: int) -> Frame:
    return Frame(
        camera_id=name,
        preset=0,
        sequence=number,
        captured_at=moment.captured_at,
        received_at=moment.captured_at,
        time_source=TimeSource.FILE_NAME,
        jpeg=jpeg,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        pose=None,
    )
