"""What following and weighing cost beside the detector, for a district of cameras."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product

from detector.core import Picture
from detector.evaluate.alert_list import AlertList
from detector.evaluate.footage import SOME_DAY, Moment
from detector.jpeg_picture import JpegPicture
from detector.pipeline import Pipeline, Scorer, View
from models.clock import ManualClock
from models.config import Settings
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.frame import Frame, FrameMode, Provenance, TimeSource

__all__ = ["CAMERAS", "Cost", "measure_cost"]

CAMERAS = 150


@dataclass(slots=True)
class Cost:
    """Processor seconds.

    Attributes:
        evidence_s: opening, registering, following and weighing, over ``frames``; the small copy
            of the picture is left by the scorer's decoding, and counted there.
        scorer_s: decoding and the network, as the settings say, over ``looks``.
        frames: of the evidence.
        looks: of the scorer.
    """

    evidence_s: float
    scorer_s: float
    frames: int
    looks: int

    @property
    def share(self) -> float:
        """Of the scorer's time, a frame."""
        return self.evidence_s / self.frames / (self.scorer_s / self.looks)


class _Known:
    """Says at once what was found before, and how long that took."""

    def __init__(self, reference: ModelReference, known: Mapping[str, Detections]) -> None:
        self.reference = reference
        self.seconds = 0.0
        self._known = known

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],  # noqa: ARG002  # of the seam
        hurried: bool,  # noqa: ARG002  # of the seam
    ) -> list[Detections | FrameCorrupt]:
        """See :class:`detector.pipeline.Scorer`."""
        started_s = time.thread_time()
        answers: list[Detections | FrameCorrupt] = []
        for picture in pictures:
            assert isinstance(picture, JpegPicture)
            picture.small()  # in service the scorer's decoding leaves it
            found = self._known[sha256(picture.data).hexdigest()]
            kept = found.scores >= floor_score
            answers.append(
                Detections(found.boxes_xyxy[kept], found.scores[kept], found.labels[kept])
            )
        self.seconds += time.thread_time() - started_s
        return answers


def measure_cost(
    scorer: Scorer,
    sequences: Sequence[Sequence[Moment]],
    known: Mapping[str, Detections],
    settings: Settings,
    *,
    rounds: int,
    looks: int,
    longest_s: float,
) -> Cost:
    """Measure both in one thread of one process.

    Args:
        scorer: on one thread.
        sequences: whole frames of views with something to follow; each camera plays one of them.
        known: what is found in these frames, by their sha256.
        settings: in force.
        rounds: frames of each camera that count; the first, which opens the view, does not.
        looks: frames on which the scorer is measured, at least 1.
        longest_s: after which a slow machine does with what it has, once there is something.
    """
    instant = _Known(scorer.reference, known)
    pipeline = Pipeline(instant, AlertList(), settings.evidence, ManualClock(SOME_DAY))
    until_s = time.monotonic() + longest_s
    cost = Cost(0.0, 0.0, 0, 0)
    for number, camera in product(range(rounds + 1), range(CAMERAS)):
        frames = sequences[camera % len(sequences)]
        frame = _frame(frames[number % len(frames)], f"camera {camera}", number)
        started_s, instant.seconds = time.thread_time(), 0.0
        pipeline.process([frame])
        if number == 0:
            continue
        cost.evidence_s += time.thread_time() - started_s - instant.seconds
        # Looks are spread over the whole measurement: both sides meet the same neighbours.
        if cost.looks * rounds * CAMERAS <= looks * cost.frames:
            cost.scorer_s += _look(scorer, frame)
            cost.looks += 1
        cost.frames += 1
        if time.monotonic() > until_s:
            break
    return cost


def _look(scorer: Scorer, frame: Frame) -> float:
    picture = JpegPicture.of(frame.jpeg, frame.camera_id)
    view = (frame.camera_id, frame.preset)
    started_s = time.thread_time()
    scorer.detect_each([picture], floor_score=0.02, views=[view], hurried=False)
    return time.thread_time() - started_s


def _frame(moment: Moment, camera_id: str, number: int) -> Frame:
    assert isinstance(moment.picture, bytes)
    return Frame(
        camera_id=camera_id,
        preset=0,
        sequence=number,
        captured_at=moment.captured_at,
        received_at=moment.captured_at,
        time_source=TimeSource.FILE_NAME,
        jpeg=moment.picture,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.RECORDED,
        pose=None,
    )
