"""Ways to look at a picture: the full frame at a width, or the watch's own closer look.

Each counts the pixels of the network's input that it spends, by its detectors' own calls, and the
processor's seconds. Each runs on one thread of the CPU, so that several may run side by side.
"""

import time
from collections.abc import Hashable, Sequence

from detector.attention import AttentiveScorer, band_width_px
from detector.attention.tiles import input_pixels
from detector.core import Detector
from models.config import AttentionRule
from models.detection import Detections, ModelReference
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["Way", "closer_look", "full_frame"]


class _Counted:
    """A detector that counts the pixels of its inputs."""

    def __init__(self, card: ModelCard, width_px: int) -> None:
        self._detector = Detector.open(card, device="cpu", threads=1, width_px=width_px)
        self._stride_px = card.input.stride_px
        self._width_px = width_px
        self.pixels = 0

    @property
    def reference(self) -> ModelReference:
        """Of the weights."""
        return self._detector.reference

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        """See :class:`detector.core.Detector`."""
        for image in images:
            self.pixels += input_pixels(
                image.shape[1],
                image.shape[0],
                longer_side_px=self._width_px,
                stride_px=self._stride_px,
            )
        return self._detector.detect(images, floor_score=floor_score)

    detect_each = detect  # arrays are never damaged files


class Way:
    """One way to look.

    Args:
        name: for people.
        detectors: that it uses, the full frame's first.
        rule: of the closer look; none looks at the full frame only.
    """

    def __init__(self, name: str, detectors: Sequence[_Counted], rule: AttentionRule) -> None:
        self.name = name
        self.seconds = 0.0
        self._detectors = detectors
        self._scorer = AttentiveScorer(detectors[0], detectors[-1], rule)

    @property
    def pixels(self) -> int:
        """Of all inputs so far."""
        return sum(detector.pixels for detector in self._detectors)

    def look(self, image: ImageBGR, view: Hashable, floor_score: float) -> Detections:
        """Find smoke and flame; pictures of one view come in the order of their time."""
        started_s = time.thread_time()
        (found,) = self._scorer.detect_each([image], floor_score=floor_score, views=[view])
        self.seconds += time.thread_time() - started_s
        assert isinstance(found, Detections)
        return found


def full_frame(card: ModelCard, width_px: int) -> Way:
    """The whole picture, its longer side at so many pixels."""
    detector = _Counted(card, width_px)
    return Way(f"full {width_px}", [detector], AttentionRule(cost=1.0))


def closer_look(card: ModelCard, cost: float) -> Way:
    """The full frame at 640 with what fits into a budget."""
    detectors = [_Counted(card, 640), _Counted(card, band_width_px(cost))]
    return Way(f"closer look, cost {cost:g}", detectors, AttentionRule(cost=cost))
