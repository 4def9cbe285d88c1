"""Ways to look at a picture: the full frame at a width, or the watch's own closer look.

Each counts the pixels of the network's input that it spends, by its detectors' own calls, and the
processor's seconds. Each runs on one thread of the CPU, so that several may run side by side.
"""

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detector.attention import AttentiveScorer, band_width_px
from detector.attention.tiles import input_pixels
from detector.core import Detector
from detector.core.item import Picture
from models.config import AttentionRule
from models.detection import Detections, ModelReference
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["Answers", "Way", "closer_look", "full_frame"]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a network said, and the processor's seconds that it took when it was asked."""

    found: Detections
    seconds: float


def _arrays(pictures: Sequence[Picture]) -> list[ImageBGR]:
    return [picture for picture in pictures if isinstance(picture, np.ndarray)]


class Answers:
    """Answers of the network by weights, input width and pixels: nothing is asked twice.

    Args:
        floor_score: down to which answers are kept, 0 to 1.
        folder: where they stay after the run; None for memory only. Nobody tidies it up.
    """

    def __init__(self, floor_score: float, folder: Path | None = None) -> None:
        self._floor_score = floor_score
        self._folder = folder
        self._known: dict[str, _Answer] = {}
        self._guard = threading.Lock()

    def of(self, detector: Detector, width_px: int, image: ImageBGR) -> _Answer:
        """What is found in a picture, all of it, in its pixels."""
        pixels = np.ascontiguousarray(image)
        name = hashlib.blake2b(pixels.tobytes(), digest_size=16)
        name.update(f"{detector.reference.sha256} {width_px} {pixels.shape}".encode())
        key = name.hexdigest()
        with self._guard:
            answer = self._known.get(key)
        if answer is None:
            answer = self._recall(key) or self._ask(detector, key, pixels)
            with self._guard:
                self._known[key] = answer
        return answer

    def _ask(self, detector: Detector, key: str, image: ImageBGR) -> _Answer:
        started_s = time.thread_time()
        (found,) = detector.detect([image], floor_score=self._floor_score)
        answer = _Answer(found, time.thread_time() - started_s)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = self._folder / f".{threading.get_ident()}.npz"
            np.savez(
                unfinished,
                boxes=found.boxes_xyxy,
                scores=found.scores,
                labels=found.labels,
                seconds=answer.seconds,
                floor=self._floor_score,
            )
            unfinished.replace(self._folder / f"{key}.npz")
        return answer

    def _recall(self, key: str) -> _Answer | None:
        path = None if self._folder is None else self._folder / f"{key}.npz"
        if path is None or not path.is_file():
            return None
        with np.load(path) as kept:
            if kept["floor"] != self._floor_score:
                return None
            found = Detections(kept["boxes"], kept["scores"], kept["labels"])
            return _Answer(found, float(kept["seconds"]))


class _Counted:
    """A detector that counts the pixels of its inputs and its seconds."""

    def __init__(self, card: ModelCard, width_px: int, answers: Answers) -> None:
        self._detector = Detector.open(card, device="cpu", threads=1, width_px=width_px)
        self._stride_px = card.input.stride_px
        self._width_px = width_px
        self._answers = answers
        self.pixels = 0
        self.seconds = 0.0

    @property
    def reference(self) -> ModelReference:
        """Of the weights."""
        return self._detector.reference

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        """See :class:`detector.core.Detector`."""
        answers = []
        for image in images:
            self.pixels += input_pixels(
                image.shape[1],
                image.shape[0],
                longer_side_px=self._width_px,
                stride_px=self._stride_px,
            )
            answer = self._answers.of(self._detector, self._width_px, image)
            self.seconds += answer.seconds
            found = answer.found
            asked = found.scores >= floor_score
            answers.append(
                Detections(found.boxes_xyxy[asked], found.scores[asked], found.labels[asked])
            )
        return answers

    def detect_each(
        self, pictures: Sequence[Picture], *, floor_score: float
    ) -> Sequence[Detections]:
        """The same: this benchmark hands over arrays, which are never damaged files."""
        return self.detect(_arrays(pictures), floor_score=floor_score)


class Way:
    """One way to look.

    Args:
        name: for people.
        detectors: that it uses, the full frame's first.
        rule: of the closer look; none looks at the full frame only.
    """

    def __init__(self, name: str, detectors: Sequence[_Counted], rule: AttentionRule) -> None:
        self.name = name
        self._detectors = detectors
        self._scorer = AttentiveScorer(detectors[0], detectors[-1], rule)

    @property
    def pixels(self) -> int:
        """Of all inputs so far."""
        return sum(detector.pixels for detector in self._detectors)

    @property
    def seconds(self) -> float:
        """Of the processor, in the networks and what prepares their input, so far."""
        return sum(detector.seconds for detector in self._detectors)

    def look(self, image: ImageBGR, view: str, floor_score: float) -> Detections:
        """Find smoke and flame; pictures of one view come in the order of their time."""
        (found,) = self._scorer.detect_each([image], floor_score=floor_score, views=[(view, 0)])
        assert isinstance(found, Detections)
        return found


def full_frame(card: ModelCard, width_px: int, answers: Answers) -> Way:
    """The whole picture, its longer side at so many pixels."""
    detector = _Counted(card, width_px, answers)
    return Way(f"full {width_px}", [detector], AttentionRule(cost=1.0))


def closer_look(card: ModelCard, rule: AttentionRule, answers: Answers) -> Way:
    """The full frame at 640 with what fits into a budget."""
    detectors = [_Counted(card, width, answers) for width in (640, band_width_px(rule.cost))]
    return Way(f"closer look, cost {rule.cost:g}", detectors, rule)
