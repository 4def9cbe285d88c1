"""Scores the full frame and, with what the budget leaves, parts of it at twice the size.

A wrapper around two detectors of the same weights: one for full frames and tiles, one for strips,
which are twice as wide. It keeps what it needs per camera and preset, for a bounded number of them;
the view that was seen longest ago is forgotten first and begins again. At a cost of 1 nothing is
looked at closer or remembered, and the answer is the detector's own.

Parts are for what is small: what fills more than :data:`LARGEST_SHARE` of the picture is left to
the full frame, which sees it whole. Without that, mist that the full frame scores at 0.6 reached
0.85 in parts, and a fog over a ridge raised an alert; measured in ``docs/detector.md``.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from detector.attention.layout import FULL_WIDTH_PX, STRIP_WIDTH_PX, Layout
from detector.attention.merge import Calibration, Seen, from_tile, merge
from detector.attention.pixels import decode_all, on_picture
from detector.attention.tiles import Tile
from detector.attention.view import ViewAttention
from detector.core import Detector, Picture
from models.config import AttentionRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["AttentiveScorer", "FrameDetector"]

MAX_VIEWS = 2000
"""110 cameras with 18 presets each; a view remembers about 50 kB."""
NMS_IOU = 0.5
PART_FLOOR = 0.02
"""Parts are read down to this score before calibration, or to the caller's floor if that is lower:
two halves of a plume may each be weak."""
CUT_LOG_ODDS = -0.7
"""Half the odds: a plume of which only a piece is seen."""
LARGEST_SHARE = 0.02
"""Twice the size, as a share of the picture, below which smoke counts as small."""
MOST_FOLLOWED = 4
FOLLOWED_SCORE = 0.10
"""Where a tile found less than this is not gone back to. It does not follow the caller's floor: how
low somebody reads must not change where the watch looks."""


class FrameDetector(Protocol):
    """What is asked of a detector: :class:`detector.core.Detector` is one."""

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> Sequence[Detections]:
        """One answer per picture, in their order; every picture is whole."""

    def detect_each(
        self, pictures: Sequence[Picture], *, floor_score: float
    ) -> Sequence[Detections | FrameCorrupt]:
        """One answer per picture, in their order; a damaged one costs only itself."""


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """A strip or tile of one picture of a call."""

    tile: Tile
    pixels: ImageBGR
    is_strip: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A picture of a call with what is looked at closer.

    Attributes:
        whole: what the full frame shows.
        view: that remembers.
        parts: chosen.
    """

    whole: Detections
    view: ViewAttention
    parts: tuple[_Part, ...]


class AttentiveScorer:
    """Full frame plus parts; not for several threads at once, because it remembers.

    Args:
        full: for full frames and tiles, input :data:`layout.FULL_WIDTH_PX` wide.
        wide: the same weights for strips, input :data:`layout.STRIP_WIDTH_PX` wide.
        rule: the budget, and what a part's score is worth.
    """

    def __init__(self, full: FrameDetector, wide: FrameDetector, rule: AttentionRule) -> None:
        self._full = full
        self._wide = wide
        self._cost = rule.cost
        self._calibration = Calibration(rule.part_log_odds, CUT_LOG_ODDS)
        self._views: dict[Hashable, ViewAttention] = {}

    @classmethod
    def open(
        cls, card: ModelCard, rule: AttentionRule, *, device: str = "auto", threads: int = 0
    ) -> "AttentiveScorer":
        """Load weights for full frames and, where the rule looks closer, for strips.

        Args:
            card: of the weights.
            rule: the budget, and what a part's score is worth.
            device: as of :meth:`detector.core.Detector.open`, and so are the threads.
            threads: of the CPU for one call; 0 for one per core that this process may use.

        Raises:
            InputRefused: no such device.
            ModelMismatch: the weights are not the card's or the device is not there.
        """
        full = Detector.open(card, device=device, threads=threads, width_px=FULL_WIDTH_PX)
        if rule.cost <= 1.0:
            return cls(full, full, rule)
        wide = Detector.open(card, device=device, threads=threads, width_px=STRIP_WIDTH_PX)
        return cls(full, wide, rule)

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""
        return self._full.reference

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[Hashable],
        hurried: bool = False,
    ) -> list[Detections | FrameCorrupt]:
        """Find smoke and flame in pictures that may be damaged; a damaged one costs only itself.

        Args:
            pictures: upright pictures of any sizes, as arrays or still in their files.
            floor_score: detections below it are left out, 0 to 1.
            views: what each picture shows: camera and preset. Pictures of one view stand in the
                order of their time.
            hurried: no time for a closer look; the views' rotations go on where they stopped.

        Returns:
            One answer per picture, in the order of the pictures: what was found, in pixels of the
            whole picture, or why the picture was not looked at.

        Raises:
            WatchError: as the detectors do; nothing was answered then.
        """
        if self._cost <= 1.0 or hurried:
            return list(self._full.detect_each(pictures, floor_score=floor_score))
        floor = min(PART_FLOOR, floor_score)
        answers: list[Detections | FrameCorrupt] = [Detections.empty()] * len(pictures)
        images: dict[int, ImageBGR] = {}
        for index, image in enumerate(decode_all(pictures)):
            if isinstance(image, FrameCorrupt):
                answers[index] = image
            else:
                images[index] = image
        found = self._full.detect_each(list(images.values()), floor_score=floor)
        looks: dict[int, _Look] = {}
        for (index, image), answer in zip(images.items(), found, strict=True):
            if isinstance(answer, FrameCorrupt):
                answers[index] = answer
            else:
                looks[index] = self._choose(image, answer, views[index])
        closer = self._look_closer([part for look in looks.values() for part in look.parts], floor)
        for index, look in looks.items():
            merged = self._merge(look, closer, floor_score)
            answers[index] = on_picture(merged, images[index], pictures[index])
        return answers

    def _choose(self, image: ImageBGR, whole: Detections, key: Hashable) -> _Look:
        view = self._view(key, image.shape[1], image.shape[0])
        parts = tuple(
            _Part(tile, tile.cut(image), is_strip=view.layout.is_strip(tile))
            for tile in view.choose(image)
        )
        return _Look(whole, view, parts)

    def _look_closer(self, parts: Sequence[_Part], floor_score: float) -> dict[_Part, Detections]:
        """One call a detector, not one a picture: the core works side by side on what it gets."""
        found: dict[_Part, Detections] = {}
        for detector, is_strip in ((self._full, False), (self._wide, True)):
            mine = [part for part in parts if part.is_strip is is_strip]
            answers = detector.detect([part.pixels for part in mine], floor_score=floor_score)
            found.update(zip(mine, answers, strict=True))
        return found

    def _merge(
        self, look: _Look, closer: Mapping[_Part, Detections], floor_score: float
    ) -> Detections:
        width_px, height_px = look.view.layout.size_px
        largest_px = LARGEST_SHARE * width_px * height_px
        seen = [
            from_tile(closer[part], part.tile, width_px, height_px, self._calibration)
            for part in look.parts
        ]
        tiles = [one for part, one in zip(look.parts, seen, strict=True) if not part.is_strip]
        look.view.follow(_middles(tiles, largest_px))
        return merge(
            [Seen.from_frame(look.whole), *seen],
            calibration=self._calibration,
            largest_px=largest_px,
            nms_iou=NMS_IOU,
            floor_score=floor_score,
        )

    def _view(self, key: Hashable, width_px: int, height_px: int) -> ViewAttention:
        view = self._views.pop(key, None)
        if view is None or view.layout.size_px != (width_px, height_px):
            view = ViewAttention(Layout.within(width_px, height_px, self._cost))
        self._views[key] = view
        while len(self._views) > MAX_VIEWS:
            self._views.pop(next(iter(self._views)))
        return view


def _middles(parts: Sequence[Seen], largest_px: float) -> list[tuple[float, float]]:
    """Middles of the small things that tiles found, the best first; strips come back anyway."""
    found = [
        (score, (x_min + x_max) / 2, (y_min + y_max) / 2)
        for part in parts
        for score, (x_min, y_min, x_max, y_max) in zip(
            part.scores.tolist(), part.boxes.tolist(), strict=True
        )
        if score >= FOLLOWED_SCORE and (x_max - x_min) * (y_max - y_min) <= largest_px
    ]
    found.sort(key=lambda one: (-one[0], one[1], one[2]))
    return [(x, y) for _, x, y in found[:MOST_FOLLOWED]]
