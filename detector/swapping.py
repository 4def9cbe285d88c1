"""Another model goes into force while the watch goes on: nothing is stopped, nothing is lost.

The new weights are loaded and tried aside, while the old ones go on looking. Then a reference is
set, and whoever looks next looks with the new ones: a batch that is under way ends with those it
was begun with. What is followed stays: tracks and their evidence belong to the pipeline, and what
is looked at closer is handed on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detector.attention import AttentiveScorer, band_width_px
from detector.core import Detector, Picture
from models.config import AttentionRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.mask import ViewMask
from models.units import ImageBGR
from models.zoo import ModelCard

__all__ = ["Outfit", "SwappingDetector", "SwappingScorer"]

_TRIAL_PX = (360, 640, 3)
_FLOOR_SCORE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Outfit:
    """Weights, ready to look.

    Attributes:
        full: for whole pictures.
        wide: the same weights for bands; the same detector where nothing is looked at closer.
    """

    full: Detector
    wide: Detector

    @classmethod
    def of(cls, full: Detector, rule: AttentionRule) -> "Outfit":
        """The outfit of a detector, with so much of a closer look."""
        wide = full.at_width(band_width_px(rule.cost)) if rule.cost > 1.0 else full
        return cls(full, wide)

    @classmethod
    def beside(cls, card: ModelCard, rule: AttentionRule, worn: "Outfit", threads: int) -> "Outfit":
        """Load other weights beside those at work, and look at a picture with them.

        The cores are arranged as they are now: a trial beside a watch at work would measure the
        watch. The next start measures anew.

        Args:
            card: of the new weights.
            rule: how much is looked at closer.
            worn: the outfit at work.
            threads: of the CPU; 0 for one per core that this process may use.

        Raises:
            ModelMismatch: the weights are not the card's, or cannot look at a picture.
        """
        full = Detector.open(card, threads=threads, arrangement=worn.full.arrangement)
        outfit = cls.of(full, rule)
        outfit.try_on()
        return outfit

    def try_on(self) -> None:
        """Look at a grey picture: what fails would fail here, and the first look is the slowest.

        Raises:
            ModelMismatch: the weights cannot look at it.
        """
        grey = np.full(_TRIAL_PX, 114, np.uint8)
        for detector in (self.full, self.wide):
            detector.detect([grey], floor_score=_FLOOR_SCORE)


class SwappingDetector:
    """The detector in force, whichever that is; safe to use from several threads at once.

    Args:
        outfit: that the watch begins with.
    """

    def __init__(self, outfit: Outfit) -> None:
        self._outfit = outfit

    @property
    def outfit(self) -> Outfit:
        """In force now."""
        return self._outfit

    @property
    def reference(self) -> ModelReference:
        """Which weights are in force now."""
        return self._outfit.full.reference

    def settled(self) -> Detector:
        """The detector in force now, for looks that belong together."""
        return self._outfit.full

    def swap(self, outfit: Outfit) -> None:
        """Look with another outfit from the next look on."""
        self._outfit = outfit

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        """See :meth:`detector.core.Detector.detect`."""
        return self._outfit.full.detect(images, floor_score=floor_score)


class SwappingScorer:
    """The scorer of the pipeline, with what is in force; for one thread at a time.

    Args:
        detector: that may be swapped at any time, by anybody.
        rule: how much is looked at closer.
        masks_of: as of :class:`detector.attention.AttentiveScorer`.
    """

    def __init__(
        self,
        detector: SwappingDetector,
        rule: AttentionRule,
        masks_of: Callable[[tuple[str, int]], Sequence[ViewMask]] = lambda _view: (),
    ) -> None:
        self._detector = detector
        self._worn = detector.outfit
        self._scorer = AttentiveScorer(self._worn.full, self._worn.wide, rule, masks_of)

    @property
    def reference(self) -> ModelReference:
        """Which weights scored the newest batch, or will score the first one.

        Not what is in force by now: whoever tells of a batch means those that looked at it.
        """
        return self._worn.full.reference

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[tuple[str, int]],
        hurried: bool = False,
    ) -> list[Detections | FrameCorrupt]:
        """See :meth:`detector.attention.AttentiveScorer.detect_each`."""
        outfit = self._detector.outfit
        if outfit is not self._worn:
            self._scorer = self._scorer.with_weights(outfit.full, outfit.wide)
            self._worn = outfit
        return self._scorer.detect_each(
            pictures, floor_score=floor_score, views=views, hurried=hurried
        )
