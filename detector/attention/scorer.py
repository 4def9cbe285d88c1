"""Scores the full frame and, with what the budget leaves, a band of it larger.

A wrapper around two detectors of the same weights: one for full frames, one for bands, which are
wider. It keeps what it needs per camera and preset, for a bounded number of them; the view that was
seen longest ago is forgotten first and begins again. At a cost of 1 nothing is looked at closer or
remembered, and the answer is the detector's own.

Bands are for what is small: what fills more than :data:`LARGEST_SHARE` of the picture is left to
the full frame, which sees it whole. Without that, mist that the full frame scores at 0.6 reached
0.85 in parts, and a fog over a ridge raised an alert; measured in ``docs/detector.md``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from detector.attention.layout import FULL_WIDTH_PX, Layout, band_width_px
from detector.attention.merge import Seen, from_band, merge
from detector.attention.pixels import decode_all, grey_of, on_picture
from detector.attention.tiles import Tile
from detector.attention.view import ViewAttention
from detector.core import Detector, Picture
from models.config import AttentionRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt
from models.mask import ViewMask
from models.units import ImageBGR
from models.zoo.registry import ModelCard

__all__ = ["AttentiveScorer", "FrameDetector"]

MAX_VIEWS = 2000
"""110 cameras with 18 presets each; a view remembers about 40 kB."""
NMS_IOU = 0.5
PART_FLOOR = 0.02
"""Bands are read down to this score before calibration, or to the caller's floor if that is
lower."""
LARGEST_SHARE = 0.02
"""Twice the size, as a share of the picture, below which smoke counts as small."""
FOLLOWED_SCORE = 0.10
"""What scores less is not gone back to. It does not follow the caller's floor: how low somebody
reads must not change where the watch looks."""


View: TypeAlias = tuple[str, int]
"""A camera and its preset."""


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
class _Look:
    """A picture of a call with what is looked at closer.

    Attributes:
        image: its pixels.
        whole: what the full frame shows.
        view: that remembers.
        band: chosen, if any.
    """

    image: ImageBGR
    whole: Detections
    view: ViewAttention
    band: Tile | None


class AttentiveScorer:
    """Full frame plus band; not for several threads at once, because it remembers.

    Args:
        full: for full frames, input :data:`layout.FULL_WIDTH_PX` wide.
        wide: the same weights for bands, input :func:`layout.band_width_px` wide.
        rule: the budget, and what a band's score is worth.
        masks_of: those in force in a view, asked at every frame; none when left out. What they
            hide is not looked at closer, and the full frame sees it all the same.
    """

    def __init__(
        self,
        full: FrameDetector,
        wide: FrameDetector,
        rule: AttentionRule,
        masks_of: Callable[[View], Sequence[ViewMask]] = lambda _view: (),
    ) -> None:
        self._full = full
        self._wide = wide
        self._rule = rule
        self._band_width_px = band_width_px(rule.cost)
        self._masks_of = masks_of
        self._views: dict[View, tuple[ViewAttention, tuple[ViewMask, ...]]] = {}

    @classmethod
    def open(
        cls, card: ModelCard, rule: AttentionRule, *, device: str = "auto", threads: int = 0
    ) -> "AttentiveScorer":
        """Load weights for full frames and, where the rule looks closer, for bands.

        Args:
            card: of the weights.
            rule: the budget, and what a band's score is worth.
            device: as of :meth:`detector.core.Detector.open`, and so are the threads.
            threads: of the CPU for one call; 0 for one per core that this process may use.

        Raises:
            InputRefused: no such device.
            ModelMismatch: the weights are not the card's or the device is not there.
        """
        full = Detector.open(card, device=device, threads=threads, width_px=FULL_WIDTH_PX)
        if rule.cost <= 1.0:
            return cls(full, full, rule)
        width_px = band_width_px(rule.cost)
        wide = Detector.open(card, device=device, threads=threads, width_px=width_px)
        return cls(full, wide, rule)

    @property
    def reference(self) -> ModelReference:
        """Which weights score."""
        return self._full.reference

    def with_weights(self, full: FrameDetector, wide: FrameDetector) -> "AttentiveScorer":
        """A scorer with other weights that goes on where this one was; this one is used no more.

        Args:
            full: for full frames.
            wide: for bands.
        """
        other = AttentiveScorer(full, wide, self._rule, self._masks_of)
        other._views = self._views
        return other

    def detect_each(
        self,
        pictures: Sequence[Picture],
        *,
        floor_score: float,
        views: Sequence[View],
        hurried: bool = False,
    ) -> list[Detections | FrameCorrupt]:
        """Find smoke and flame in pictures that may be damaged; a damaged one costs only itself.

        Args:
            pictures: upright pictures of any sizes, as arrays or still in their files.
            floor_score: detections below it are left out, 0 to 1.
            views: what each picture shows: camera and preset. Pictures of one view stand in the
                order of their time.
            hurried: no time for a closer look; the views' rounds go on where they stopped.

        Returns:
            One answer per picture, in the order of the pictures: what was found, in pixels of the
            whole picture, or why the picture was not looked at.

        Raises:
            WatchError: as the detectors do; nothing was answered then.
        """
        if self._rule.cost <= 1.0 or hurried:
            return list(self._full.detect_each(pictures, floor_score=floor_score))
        floor = min(PART_FLOOR, floor_score)
        answers: list[Detections | FrameCorrupt] = [Detections.empty()] * len(pictures)
        images: dict[int, ImageBGR] = {}
        for index, image in enumerate(decode_all(pictures, self._band_width_px)):
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
                view = self._view(views[index], image.shape[1], image.shape[0])
                looks[index] = _Look(
                    image, answer, view, view.choose(image, grey_of(image, pictures[index]))
                )
        closer = self._look_closer(looks, floor)
        for index, look in looks.items():
            merged = self._merge(look, closer.get(index), floor_score)
            answers[index] = on_picture(merged, look.image, pictures[index])
        return answers

    def _look_closer(self, looks: Mapping[int, _Look], floor_score: float) -> dict[int, Detections]:
        """One call, not one a picture: the core works side by side on what it gets."""
        bands = {
            index: look.band.cut(look.image)
            for index, look in looks.items()
            if look.band is not None
        }
        found = self._wide.detect(list(bands.values()), floor_score=floor_score)
        return dict(zip(bands, found, strict=True))

    def _merge(self, look: _Look, closer: Detections | None, floor_score: float) -> Detections:
        width_px, height_px = look.view.layout.size_px
        seen = [Seen.from_frame(look.whole)]
        if closer is not None and look.band is not None:
            seen.append(from_band(closer, look.band, height_px, self._rule.part_log_odds))
        largest_px = LARGEST_SHARE * width_px * height_px
        merged = merge(
            seen,
            largest_px=largest_px,
            nms_iou=NMS_IOU,
            floor_score=min(floor_score, FOLLOWED_SCORE),
        )
        look.view.follow(_middles(merged, largest_px))
        asked = merged.scores >= floor_score
        return Detections(merged.boxes_xyxy[asked], merged.scores[asked], merged.labels[asked])

    def _view(self, key: View, width_px: int, height_px: int) -> ViewAttention:
        masks = tuple(self._masks_of(key))
        view, known = self._views.pop(key, (None, ()))
        if view is None or view.layout.size_px != (width_px, height_px):
            view = ViewAttention(Layout.within(width_px, height_px, self._rule.cost), masks)
        elif known != masks:
            view.mask(masks)
        self._views[key] = view, masks
        while len(self._views) > MAX_VIEWS:
            self._views.pop(next(iter(self._views)))
        return view


def _middles(found: Detections, largest_px: float) -> list[tuple[float, float]]:
    """Middles of the small things that were found, the best first."""
    low, high = found.boxes_xyxy[:, :2], found.boxes_xyxy[:, 2:]
    small = (found.scores >= FOLLOWED_SCORE) & ((high - low).prod(axis=1) <= largest_px)
    return [(float(x), float(y)) for x, y in (low + high)[small] / 2]
