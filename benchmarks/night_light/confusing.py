"""What shines by night and is no fire: taken for fire in a frame, and over a sequence.

Drawn confusers (:mod:`training.night_confusers`) on night pictures without fire: the real
near-infrared ones and validation pictures turned. A frame counts against the detector when
something at the place of what was drawn scores as much as is shown to people; a sequence counts
against the watch when its own following and weighing alerts.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import cv2
import numpy as np

from benchmarks.night_light.answers import Answers
from detector.infrared_light import as_in_infrared
from detector.view_watch import ViewWatch
from models.config import EvidenceRule
from models.detection import Box, Detections
from models.units import ImageBGR
from models.zoo import InfraredUse
from training.night_confusers import Confuser, frames_of

__all__ = ["Base", "Told", "play"]

FRAMES = 8
STEP_S = 30.0
VERSION = 2
"""Of what is drawn: another one asks the network again."""
BEGAN = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)

Base = tuple[str, Callable[[], ImageBGR]]
"""Name of a night picture without fire, and what makes it."""


@dataclass(frozen=True, slots=True)
class Told:
    """Of one kind.

    Attributes:
        kind: which.
        shown: frames in which it was there.
        taken: of these, with a box there that is worth showing to people.
        best: the highest score of each frame there.
        sequences: played.
        alerts: of these, how many alerted at what was drawn.
        elsewhere: how many alerted at something else, in the picture itself.
        first_alert: frame of the first alert since it was there, of each that alerted.
    """

    kind: Confuser
    shown: int
    taken: int
    best: tuple[float, ...]
    sequences: int
    alerts: int
    elsewhere: int
    first_alert: tuple[int, ...]


def play(
    kind: Confuser,
    bases: Sequence[Base],
    answers: Answers,
    use: InfraredUse | None,
    report_score: float,
) -> Told:
    """Play a sequence of a kind on each base, read as the card says, or as it is without."""
    best: list[float] = []
    alerts: list[int] = []
    elsewhere = 0
    for name, make in bases:
        seed = zlib.crc32(f"{kind}/{name}".encode())
        frames = frames_of(make(), kind, FRAMES, np.random.default_rng(seed))
        rule = EvidenceRule()
        watch = ViewWatch(rule)
        alerted: int | None = None
        drawn: Box | None = None
        aside = False
        since = next(number for number, (_, box) in enumerate(frames) if box is not None)
        for number, (image, box) in enumerate(frames):
            found = answers.of(f"{kind}{VERSION}/{name}/{number}", partial(_same, image))
            read = found if use is None else as_in_infrared(found, use, floor_score=0.0)
            if box is not None:
                drawn = box
                best.append(_best_at(read, box))
            height, width = image.shape[:2]
            small = cv2.resize(image, (512, max(1, 512 * height // width)))
            kept = [one for one in read.to_boxes() if one.score >= rule.floor_score]
            at = BEGAN + timedelta(seconds=STEP_S * number)
            seen = watch.follow(kept, np.asarray(small, np.uint8), (width, height), number, at)
            loud = [track.last_hit.box for track, weighing in seen if weighing.alerts]
            here = [one for one in loud if one and drawn and _is_there(one, drawn)]
            aside |= len(here) < len(loud)
            if alerted is None and here:
                alerted = number - since
        elsewhere += aside
        if alerted is not None:
            alerts.append(alerted)
    taken = sum(score >= report_score for score in best)
    return Told(
        kind, len(best), taken, tuple(best), len(bases), len(alerts), elsewhere, tuple(alerts)
    )


def _best_at(found: Detections, drawn: Box) -> float:
    """The best score there."""
    return max((box.score for box in found.to_boxes() if _is_there(box, drawn)), default=0.0)


def _is_there(box: Box, drawn: Box) -> bool:
    """Whether a box has its middle in the drawn one, or the drawn one's middle in it."""
    x, y = (drawn.x_min + drawn.x_max) / 2, (drawn.y_min + drawn.y_max) / 2
    middle = (box.x_min + box.x_max) / 2, (box.y_min + box.y_max) / 2
    inside = drawn.x_min <= middle[0] <= drawn.x_max and drawn.y_min <= middle[1] <= drawn.y_max
    return inside or (box.x_min <= x <= box.x_max and box.y_min <= y <= box.y_max)


def _same(image: ImageBGR) -> ImageBGR:
    return image
