"""How far one picture of a view lies beside another: phase correlation of edge directions.

What is compared is not brightness but the direction of every edge, as a complex number whose length
is ``m / (m + SOFT)`` for a gradient ``m``: a step of exposure, fog and dusk change lengths a little
and directions hardly, and smooth things (sky, most smoke, most cloud) weigh little. The spectra's
product is whitened in part and softened, so that the peak has a known shape and its place can be
read between pixels.

Sources: orientation correlation, Fitch, Kadyrov, Christmas and Kittler, BMVC 2002; phase
correlation, Kuglin and Hines 1975; the peak's place from a parabola through logarithms, exact for a
Gaussian peak. Measured on recorded towers: ``docs/detector.md``.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.units import FloatArray

__all__ = [
    "LONGEST_SIDE_PX",
    "Edges",
    "Shift",
    "edges_of",
    "find_shift",
    "small_size",
    "spectrum_of",
]

LONGEST_SIDE_PX = 320
"""Of the small grey picture: the camera's is halved until it is no longer than this. Of 1080p that
leaves 240 x 135; one of its pixels is eight of the camera's, and a shift is read to a sixtieth of
that."""
LEAST_SIDE_PX = 32
"""Of the small grey picture: a strip of a few rows is stretched. It may say little, but it breaks
nothing."""

SOFT = 4.0  # grey values over two pixels at which an edge counts half
SKY_SHARE = 0.15
"""So much of the height at the top is never looked at: clouds, and the camera's clock in letters
that stay put while the land moves."""
SKY_TO_LAND = (0.15, 0.40)  # between these shares of the height the weight rises to full
TAPER = 0.15  # share of the width over which the weight falls to the left and right border
TAPER_BELOW = 0.10
WHITE = 0.3  # times the mean magnitude is added before whitening: frequencies of noise stay small
SOFTENING_PX = 1.2  # standard deviation of the peak
SECOND_BEYOND_PX = 6  # a second peak is looked for outside this distance from the first
FAR_SHARE = 0.4  # of a side; more is never believed
ALIASES_FROM = 0.15
AGREEMENT = 0.15
"""A shift by most of a picture has its peak where a small shift to the other side has it. From this
share of a side on, what both pictures show must agree by this correlation: on a panned clip the
true shift reached 0.42 and more, the alias 0.05."""

Edges: TypeAlias = NDArray[np.float32]
"""(rows, columns, 2) direction of the brightness gradient to the right and down, length 0 to 1."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How a picture lies beside a reference, in pixels of the small grey picture.

    Attributes:
        dx: what stands at x in the reference stands at ``x + dx`` in the picture.
        dy: the same downwards.
        confidence: 1 minus the second peak over the first, 0 to 1. Pictures of different places
            stay below 0.33, the same tower a day later reaches 0.95; see ``docs/detector.md``.
    """

    dx: float
    dy: float
    confidence: float


def small_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Width and height of the small grey picture of a picture.

    >>> small_size(1920, 1080)
    (240, 135)
    """
    while max(width_px, height_px) > LONGEST_SIDE_PX:
        width_px, height_px = width_px // 2, height_px // 2
    return max(LEAST_SIDE_PX, width_px), max(LEAST_SIDE_PX, height_px)


NOTHING = Shift(0.0, 0.0, 0.0)


def edges_of(grey: NDArray[np.uint8]) -> Edges:
    """Edge directions of the lower part of a small grey picture.

    Args:
        grey: (height, width), of :func:`small_size`.
    """
    soft = cv2.GaussianBlur(grey[_first_row(grey.shape[0]) :].astype(np.float32), (0, 0), 0.8)
    across, down = np.zeros_like(soft), np.zeros_like(soft)
    np.subtract(soft[:, 2:], soft[:, :-2], out=across[:, 1:-1])
    np.subtract(soft[2:], soft[:-2], out=down[1:-1])
    length = cv2.magnitude(across, down) + np.float32(SOFT)
    return _both(across / length, down / length)


def spectrum_of(edges: Edges) -> Edges:
    """Spectrum of the edges under the window, real and imaginary part."""
    windowed = edges * _window(*edges.shape[:2])
    return cv2.dft(windowed, flags=cv2.DFT_COMPLEX_OUTPUT).astype(np.float32, copy=False)


def find_shift(reference: Edges, edges: Edges, spectrum: Edges | None = None) -> Shift:
    """Find where a picture lies against a reference of the same shape.

    Args:
        reference: of the reference, or a mean of several.
        edges: of the picture.
        spectrum: :func:`spectrum_of` the edges, for those who compare with several references.
    """
    height, width = edges.shape[:2]
    softening = _softening(height, width)
    if spectrum is None:
        spectrum = spectrum_of(edges)
    product = cv2.mulSpectrums(spectrum, spectrum_of(reference), 0, conjB=True)
    magnitude = cv2.magnitude(product[..., 0], product[..., 1])
    floor = WHITE * float(magnitude.mean())
    if floor <= 0.0:
        return NOTHING
    white = softening / (magnitude + np.float32(floor))
    response = cv2.idft(cv2.multiply(product, _both(white, white)), flags=cv2.DFT_COMPLEX_OUTPUT)[
        ..., 0
    ]
    shift = _peak(response.astype(np.float32, copy=False))
    far = abs(shift.dx) > ALIASES_FROM * width or abs(shift.dy) > ALIASES_FROM * height
    if far and _agreement(reference, edges, round(shift.dx), round(shift.dy)) < AGREEMENT:
        return NOTHING
    return shift


def _agreement(reference: Edges, edges: Edges, dx: int, dy: int) -> float:
    """Correlation of what both show, -1 to 1."""
    height, width = edges.shape[:2]
    before = reference[max(0, -dy) : height - max(0, dy), max(0, -dx) : width - max(0, dx)]
    after = edges[max(0, dy) : height - max(0, -dy), max(0, dx) : width - max(0, -dx)]
    norm = float(np.sqrt(np.sum(before * before) * np.sum(after * after)))
    return float(np.sum(before * after)) / norm if norm > 0.0 else 0.0


def _peak(response: NDArray[np.float32]) -> Shift:
    height, width = response.shape
    reach = SECOND_BEYOND_PX
    row, column = divmod(int(response.argmax()), width)
    # Rolled, so that the peak and its surroundings never lie across a border.
    rolled = np.roll(response, (height // 2 - row, width // 2 - column), (0, 1))
    y, x = height // 2, width // 2
    first = float(rolled[y, x])
    if first <= 0.0:
        return NOTHING
    dx = _signed(column, width) + _between(rolled[y, x - 1 : x + 2])
    dy = _signed(row, height) + _between(rolled[y - 1 : y + 2, x])
    rolled[y - reach : y + reach + 1, x - reach : x + reach + 1] = 0.0
    confidence = 1.0 - max(0.0, float(rolled.max())) / first
    if abs(dx) > FAR_SHARE * width or abs(dy) > FAR_SHARE * height:
        return NOTHING
    return Shift(dx, dy, confidence)


def _signed(place: int, side: int) -> int:
    return place - side if place > side // 2 else place


def _between(values: NDArray[np.float32]) -> float:
    """Place of the peak between the middle of three values and its neighbours, -0.5 to 0.5."""
    left, middle, right = np.log(np.maximum(values, values[1] * 1e-3)).tolist()
    bend = left - 2.0 * middle + right
    return 0.0 if bend >= 0.0 else min(max(0.5 * (left - right) / bend, -0.5), 0.5)


def _first_row(height: int) -> int:
    return height - _fast(round((1.0 - SKY_SHARE) * height))


def _fast(size: int) -> int:
    """The largest size up to this one whose transform is fast."""
    while cv2.getOptimalDFTSize(size) != size:
        size -= 1
    return size


@lru_cache(maxsize=16)
def _window(height: int, width: int) -> Edges:
    """Weight of every place, twice: none at the borders, little in what is likely sky."""
    x = (np.arange(width) + 0.5) / width
    whole_height = height / (1.0 - SKY_SHARE)
    y = (np.arange(height) + 0.5 + SKY_SHARE * whole_height) / whole_height
    low, high = SKY_TO_LAND
    across = _ramp(np.minimum(x, 1.0 - x) / TAPER)
    down = np.minimum(_ramp((y - low) / (high - low)), _ramp((1.0 - y) / TAPER_BELOW))
    weight = np.outer(down, across).astype(np.float32)
    return _both(weight, weight)


@lru_cache(maxsize=16)
def _softening(height: int, width: int) -> NDArray[np.float32]:
    down, across = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None, :]
    soft = np.exp(-2.0 * (np.pi * SOFTENING_PX) ** 2 * (down**2 + across**2))
    return soft.astype(np.float32)


def _both(first: NDArray[np.float32], second: NDArray[np.float32]) -> Edges:
    """Two planes as one array: numpy broadcasts over a last axis of two five times as slowly."""
    return cv2.merge([first, second]).astype(np.float32, copy=False)


def _ramp(share: NDArray[np.floating[Any]]) -> FloatArray:
    ramp: FloatArray = 0.5 - 0.5 * np.cos(np.pi * np.clip(share, 0.0, 1.0))
    return ramp
