"""Hot spots of one picture: what is hotter than sun and air explain, or than all that lies around.

Contrast is the white top-hat (Serra, Image Analysis and Mathematical Morphology, 1982): a level
less the highest ground on which a square of a given side fits below it. Its noise is the usual
top-hat in a window of a third of the picture's width, so that a hillside of sun-warmed rocks has
more of it than a meadow. Three sides, a twenty-fourth to a fourth of the width, see a camp fire far
away and one near by.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.thermal import HeatLevels, HotSpot, ThermalImage, ThermalScale

__all__ = ["MOST_SPOTS", "find_spots"]

MOST_SPOTS: Final = 200
LEAST_PROMINENCE: Final = 4.0
SIDES: Final = (1.0 / 24.0, 1.0 / 12.0, 1.0 / 4.0)
WINDOW: Final = 1.0 / 3.0
LEAST_NOISE: Final = {ThermalScale.CELSIUS: 0.1, ThermalScale.RELATIVE: 0.5}
"""What the sensor or the file cannot tell apart: 0.1 K, half a level."""
LEAST_CONTRAST_K: Final = 5.0
LEAST_SHARE: Final = 0.05
"""Of the picture's own range, where it has no temperatures."""


def find_spots(image: ThermalImage, *, warm_limit_c: float | None = None) -> tuple[HotSpot, ...]:
    """Hot spots, the most prominent first, at most :data:`MOST_SPOTS`.

    Args:
        image: of any device.
        warm_limit_c: a radiometric picture's pixels from here on are hot whatever lies around them;
            None where nobody knows, and without meaning for a picture without temperatures.
    """
    levels = np.ascontiguousarray(image.levels, np.float32)
    contrast, noise = _contrast(levels, LEAST_NOISE[image.scale])
    mask = contrast >= LEAST_PROMINENCE * noise
    mask &= contrast >= _least_contrast(levels, image.scale)
    if warm_limit_c is not None and image.scale is ThermalScale.CELSIUS:
        hot = levels >= warm_limit_c
        found = _regions(hot, levels, contrast, noise, halved=False)
        mask &= ~_grown(hot)
    else:
        found = []
    found += _regions(mask, levels, contrast, noise, halved=True)
    del found[MOST_SPOTS:]  # what is too hot for sun and air comes first
    return tuple(sorted(found, key=lambda spot: (-spot.prominence, spot.y_min, spot.x_min)))


def _contrast(levels: HeatLevels, least_noise: float) -> tuple[HeatLevels, HeatLevels]:
    """Above the ground around, and the usual of it, of every pixel."""
    width = levels.shape[1]
    contrast = np.zeros_like(levels)
    noise = np.full_like(levels, least_noise)
    window = _odd(width * WINDOW, 3)
    for side in SIDES:
        square = cv2.getStructuringElement(cv2.MORPH_RECT, (_odd(width * side, 5),) * 2)
        hat = levels - cv2.morphologyEx(levels, cv2.MORPH_OPEN, square)
        usual = cv2.blur(hat, (window, window))
        usual = np.maximum(usual, max(least_noise, 0.5 * float(hat.mean())))
        better = hat * noise > contrast * usual
        contrast[better], noise[better] = hat[better], usual[better]
    return contrast, noise


def _least_contrast(levels: HeatLevels, scale: ThermalScale) -> float:
    if scale is ThermalScale.CELSIUS:
        return LEAST_CONTRAST_K
    low, high = np.percentile(levels, (1.0, 99.99))
    return LEAST_SHARE * float(high - low)


def _regions(
    mask: NDArray[np.bool_],
    levels: HeatLevels,
    contrast: HeatLevels,
    noise: HeatLevels,
    *,
    halved: bool,
) -> list[HotSpot]:
    """One for each connected region; halved, only what stands half as high as its peak or more."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    rows, columns = np.nonzero(mask)
    numbers = labels[rows, columns].astype(np.intp)
    peaks = np.zeros(count, np.float32)
    np.maximum.at(peaks, numbers, (contrast / noise)[rows, columns])
    spots: list[HotSpot] = []
    for number in np.argsort(-peaks[1:], kind="stable")[:MOST_SPOTS] + 1:
        x, y, width, height = (int(value) for value in stats[number][:4])
        part = slice(y, y + height), slice(x, x + width)
        inside = labels[part] == number
        if halved:
            inside = _upper_half(inside, levels[part], contrast[part])
        spots.append(_spot(inside, levels[part], contrast[part], noise[part], (x, y)))
    return spots


def _spot(
    inside: NDArray[np.bool_],
    levels: HeatLevels,
    contrast: HeatLevels,
    noise: HeatLevels,
    corner: tuple[int, int],
) -> HotSpot:
    row, column = _peak(inside, levels)
    peak = float(levels[row, column])
    rows, columns = np.nonzero(inside)
    return HotSpot(
        x_min=corner[0] + int(columns.min()),
        y_min=corner[1] + int(rows.min()),
        x_max=corner[0] + int(columns.max()) + 1,
        y_max=corner[1] + int(rows.max()) + 1,
        area_px=len(rows),
        peak=peak,
        peak_x=corner[0] + column,
        peak_y=corner[1] + row,
        around=peak - float(contrast[row, column]),
        noise=float(noise[row, column]),
    )


def _upper_half(
    inside: NDArray[np.bool_], levels: HeatLevels, contrast: HeatLevels
) -> NDArray[np.bool_]:
    row, column = _peak(inside, levels)
    upper: NDArray[np.bool_] = levels >= levels[row, column] - contrast[row, column] / 2.0
    return inside & upper


def _peak(inside: NDArray[np.bool_], levels: HeatLevels) -> tuple[int, int]:
    at = int(np.where(inside, levels, -np.inf).argmax())
    row, column = divmod(at, levels.shape[1])
    return row, column


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)


def _odd(length: float, least: int) -> int:
    return max(least, round(length) | 1)
