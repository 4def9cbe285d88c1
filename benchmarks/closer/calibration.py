"""What a band's score is worth, from pictures without fire: ``attention.part_log_odds``.

A band shows texture larger, so that its false boxes score higher than the full frame's. The shift
that makes the two alike is read off rank by rank: the k-th best false box of the bands against the
k-th best of the full frames, in log-odds. Training negatives only: what is chosen here is judged on
others.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.closer.contenders import Answers
from camera_gateway.pictures import read_picture
from detector.attention import band_width_px
from detector.attention.layout import FULL_WIDTH_PX, Layout
from detector.attention.scorer import LARGEST_SHARE
from detector.attention.view import ViewAttention
from detector.core import Detector
from detector.evaluate.labelled_set import Picture, read_index
from models.units import FloatArray
from models.zoo.registry import ModelCard

__all__ = ["fitted_log_odds", "training_negatives"]

KINDS = {"tower": "tower", "neg_tower": "tower", "neg_forest": "forest", "neg_sky": "sky"}
MOST_OF_A_KIND = 75
RANKS = np.unique(np.geomspace(4, 80, 12).astype(np.int64))


def training_negatives(data: Path) -> list[Picture]:
    """Training pictures without fire, evenly thinned so that no kind outweighs the towers."""
    kinds: dict[str, list[Picture]] = {}
    for picture in read_index(data):
        if picture.split == "train" and len(picture.classes) == 0:
            kinds.setdefault(KINDS.get(picture.view, "other"), []).append(picture)
    return [
        pictures[index]
        for pictures in kinds.values()
        for index in np.unique(
            np.linspace(0, len(pictures) - 1, min(len(pictures), MOST_OF_A_KIND)).astype(int)
        )
    ]


def fitted_log_odds(
    card: ModelCard, cost: float, pictures: Sequence[Picture], answers: Answers
) -> tuple[float, int]:
    """The shift that makes a band's false boxes score like the full frame's.

    Returns:
        The shift, to be added to a band's log-odds, and how many ranks it was read off.
    """
    widths = FULL_WIDTH_PX, band_width_px(cost)
    full, wide = (
        Detector.open(card, device="cpu", threads=1, width_px=width_px) for width_px in widths
    )
    scores: tuple[list[float], list[float]] = [], []
    for picture in pictures:
        image = read_picture(picture.path)
        height_px, width_px = image.shape[:2]
        band = ViewAttention(Layout.within(width_px, height_px, cost)).choose(image)
        if band is None:
            continue
        largest_px = LARGEST_SHARE * width_px * height_px
        whole = answers.of(full, widths[0], image).found
        near = answers.of(wide, widths[1], band.cut(image)).found
        inside = (whole.boxes_xyxy[:, 1] >= band.y_min) & (whole.boxes_xyxy[:, 3] <= band.y_max)
        for side, found in ((0, whole), (1, near)):
            areas = np.prod(found.boxes_xyxy[:, 2:] - found.boxes_xyxy[:, :2], axis=1)
            counted = areas <= largest_px
            scores[side].extend(found.scores[counted & inside if side == 0 else counted].tolist())
    falling = [np.sort(np.array(side, np.float64))[::-1] for side in scores]
    ranks = RANKS[min(map(len, falling)) > RANKS]
    if len(ranks) == 0:
        return float("nan"), 0
    return float(np.mean(_log_odds(falling[0][ranks]) - _log_odds(falling[1][ranks]))), len(ranks)


def _log_odds(scores: FloatArray) -> FloatArray:
    sure = np.clip(scores, 1e-6, 1.0 - 1e-6)
    odds: FloatArray = np.log(sure / (1.0 - sure))
    return odds
