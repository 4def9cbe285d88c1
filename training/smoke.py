"""Put small smoke where none was: real smoke carried over as a residual, or a drawn plume.

Two thirds of the tower boxes are larger than 1 % of the picture, while the smoke that matters at
10 km is 10 to 40 pixels wide. Both makers take a canvas (height, width, 3) uint8 BGR, change a
copy and answer with the box that they filled, or ``None`` when nothing would be seen.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Donor", "cut_donor", "draw_plume", "paste_donor", "ridge_point"]

Canvas = NDArray[np.uint8]
LEAST_CONTRAST = 6.0
"""Mean change in grey levels inside the box below which nobody would call it smoke."""
COLOUR = 0.3
"""Share of the residual's colour that is kept: most of it belongs to the old background."""
LEAST_FILLED = 0.06
"""Share of a donor's cut-out that its smoke must fill."""
MARGIN = 0.25
"""Share of the box's side that is cut out around it, to fade the paste in."""


@dataclass(frozen=True, slots=True)
class Donor:
    """What smoke adds to the picture behind it.

    Attributes:
        residual: (height, width, 3) float32, grey levels, with its margin, already feathered.
        box: x0 y0 x1 y1 of the smoke inside the residual, shares of its sides.
    """

    residual: NDArray[np.float32]
    box: tuple[float, float, float, float]


def cut_donor(image: Canvas, box: NDArray[np.float64]) -> Donor | None:
    """Lift the smoke of a labelled box off its background.

    The background is guessed from the rim of the box (a Coons patch: borders blended across), so
    that sky gradients and the skyline drop out as far as they continue from rim to rim. What
    remains is kept where it is a large soft patch lighter or darker than the guess: texture of the
    terrain is not smoke. The donor's box is drawn around that patch; the labels are looser.

    Args:
        image: the whole picture, BGR.
        box: x0 y0 x1 y1 in pixels.

    Returns:
        ``None`` when the box is too small or too near to the border to have a rim, or when no
        such patch stands out.
    """
    height, width = image.shape[:2]
    margin_x = max(3.0, (box[2] - box[0]) * MARGIN)
    margin_y = max(3.0, (box[3] - box[1]) * MARGIN)
    x0, y0 = int(box[0] - margin_x), int(box[1] - margin_y)
    x1, y1 = int(box[2] + margin_x) + 1, int(box[3] + margin_y) + 1
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height or min(x1 - x0, y1 - y0) < 14:
        return None
    patch = image[y0:y1, x0:x1].astype(np.float32)
    residual = patch - _coons(patch)
    tall, wide = residual.shape[:2]
    feather = np.minimum(_ramp(wide, margin_x * 0.8)[None, :], _ramp(tall, margin_y * 0.8)[:, None])
    grey = residual.mean(axis=2, keepdims=True)
    residual = grey + COLOUR * (residual - grey)
    matte = _matte(residual) * feather
    seen = matte > 0.3
    if seen.mean() < LEAST_FILLED:
        return None
    ys, xs = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return Donor(
        residual=(residual * matte[:, :, None]).astype(np.float32),
        box=(xs[0] / wide, ys[0] / tall, (xs[-1] + 1) / wide, (ys[-1] + 1) / tall),
    )


def paste_donor(
    canvas: Canvas, donor: Donor, *, x: float, base_y: float, width_px: float, gain: float
) -> tuple[float, float, float, float] | None:
    """Add a donor to the canvas in place, its labelled box ``width_px`` wide, standing at (x, y).

    Args:
        canvas: changed in place when the smoke fits and shows.
        donor: what to add.
        x: middle of the box, pixels.
        base_y: bottom of the box, pixels.
        width_px: of the labelled box.
        gain: 1 keeps the donor's contrast.
    """
    tall, wide = donor.residual.shape[:2]
    scale = width_px / ((donor.box[2] - donor.box[0]) * wide)
    size = (max(4, round(wide * scale)), max(4, round(tall * scale)))
    residual = cv2.resize(
        donor.residual, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    left = round(x - size[0] * (donor.box[0] + donor.box[2]) / 2)
    top = round(base_y - size[1] * donor.box[3])
    if left < 0 or top < 0 or left + size[0] > canvas.shape[1] or top + size[1] > canvas.shape[0]:
        return None
    place = canvas[top : top + size[1], left : left + size[0]]
    if _on_border(place):
        return None
    changed = np.clip(place.astype(np.float32) + residual * gain, 0, 255)
    box = (
        left + size[0] * donor.box[0],
        top + size[1] * donor.box[1],
        left + size[0] * donor.box[2],
        top + size[1] * donor.box[3],
    )
    inner = (
        slice(int(box[1]) - top, int(box[3]) - top + 1),
        slice(int(box[0]) - left, int(box[2]) - left + 1),
    )
    if np.abs(changed - place)[inner].mean() < LEAST_CONTRAST:
        return None
    place[:] = changed.astype(np.uint8)
    return box


def draw_plume(
    canvas: Canvas, x: float, base_y: float, width_px: float, random: np.random.Generator
) -> tuple[float, float, float, float] | None:
    """Draw a plume of turbulent, half-transparent smoke in place; answer its box.

    Args:
        canvas: changed in place when the smoke fits and shows.
        x: foot of the plume, pixels.
        base_y: foot of the plume, pixels.
        width_px: about how wide the widest part is.
        random: source of every choice.
    """
    height_px = width_px * random.uniform(0.5, 2.2)
    lean = random.uniform(-1.2, 1.2) * width_px
    pad = int(width_px + abs(lean)) + 4
    wide, tall = 2 * pad, int(height_px) + 6
    left, top = round(x) - pad, round(base_y) - tall + 3
    if left < 0 or top < 0 or left + wide > canvas.shape[1] or top + tall > canvas.shape[0]:
        return None
    rows = np.clip((tall - 3 - np.arange(tall)) / max(height_px, 1.0), -0.1, 1.2)[:, None]
    columns = np.arange(wide)[None, :] - pad
    bend = random.uniform(0.8, 2.0)
    rise = np.clip(rows, 0, None)
    centre = lean * rise**bend
    spread = width_px * (0.12 + 0.38 * rise ** random.uniform(0.5, 1.1))
    body = np.exp(-(((columns - centre) / spread) ** 2) * 2.0)
    ends = np.clip(rows * 8 + 1, 0, 1) * np.clip((1.15 - rows) * random.uniform(1.2, 5), 0, 1)
    alpha = (body * ends * _turbulence(tall, wide, random)).astype(np.float32)
    peak = float(alpha.max())
    if peak <= 0:
        return None
    alpha *= random.uniform(0.25, 0.85) / peak
    place = canvas[top : top + tall, left : left + wide]
    if _on_border(place):
        return None
    around = place.reshape(-1, 3).mean(axis=0)
    grey = np.clip(around.mean() + random.normal(45, 25), 40, 245)
    colour = np.full(3, grey) + random.normal(0, 4, 3) + random.uniform(0, 10) * np.array([1, 0, 0])
    changed = place + alpha[:, :, None] * (colour.astype(np.float32) - place)
    seen = alpha > 0.15 * alpha.max()
    ys, xs = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    inner = (slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1))
    if np.abs(changed - place)[inner].mean() < LEAST_CONTRAST:
        return None
    place[:] = np.clip(changed, 0, 255).astype(np.uint8)
    return (
        float(left + xs[0]),
        float(top + ys[0]),
        float(left + xs[-1] + 1),
        float(top + ys[-1] + 1),
    )


def ridge_point(
    canvas: Canvas, random: np.random.Generator, *, slope: float
) -> tuple[float, float]:
    """A place where smoke may stand: near the sharpest ridge, or on the slopes in front of it.

    Args:
        canvas: to look for a ridge in.
        random: source of every choice.
        slope: chance of a place on the slopes.
    """
    height, width = canvas.shape[:2]
    x = random.uniform(0.06, 0.94) * width
    column = canvas[:, max(0, int(x) - 3) : int(x) + 4].mean(axis=(1, 2))
    smooth = np.convolve(column, np.ones(7) / 7, mode="same")
    step = smooth[:-6] - smooth[6:]  # bright above, dark below
    low, high = int(0.15 * height), int(0.8 * height)
    y = low + int(np.argmax(step[low:high])) + 3
    below = random.uniform(0.0, 0.75 if random.random() < slope else 0.1)
    return x, y + below * max(0.0, 0.9 * height - y)


def _coons(patch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blend the four rims of a patch across it; rims are smoothed against noise."""
    tall, wide = patch.shape[:2]
    smooth = cv2.blur(patch, (3, 3))
    v = np.linspace(0, 1, tall, dtype=np.float32)[:, None, None]
    u = np.linspace(0, 1, wide, dtype=np.float32)[None, :, None]
    top, bottom = smooth[:1], smooth[-1:]
    left, right = smooth[:, :1], smooth[:, -1:]
    corners = (
        (1 - u) * (1 - v) * smooth[0, 0]
        + u * (1 - v) * smooth[0, -1]
        + (1 - u) * v * smooth[-1, 0]
        + u * v * smooth[-1, -1]
    )
    patchwork = (1 - v) * top + v * bottom + (1 - u) * left + u * right - corners
    return np.asarray(patchwork, np.float32)


def _matte(residual: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much of each pixel is smoke, 0..1: the large soft part of one sign of the residual."""
    grey = residual.mean(axis=2)
    sigma = max(1.0, min(grey.shape) / 12)
    soft = cv2.GaussianBlur(grey, (0, 0), sigma)
    if -soft.min() > soft.max():
        soft = -soft
    peak = float(np.percentile(soft, 98))
    rough = float(np.std(grey - cv2.GaussianBlur(grey, (0, 0), max(0.8, sigma / 2))))
    if peak < max(LEAST_CONTRAST, 1.2 * rough):
        return np.zeros_like(grey)
    share = np.clip((soft / peak - 0.15) / 0.45, 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _on_border(place: Canvas) -> bool:
    """Part of the place is the grey around the picture."""
    return bool(np.all(place == 114, axis=2).mean() > 0.02)


def _ramp(length: int, margin: float) -> NDArray[np.float32]:
    distance = np.minimum(np.arange(length) + 0.5, length - np.arange(length) - 0.5)
    share = np.clip(distance / max(margin, 1.0), 0, 1)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * share), np.float32)


def _turbulence(tall: int, wide: int, random: np.random.Generator) -> NDArray[np.float32]:
    noise = np.zeros((tall, wide), np.float32)
    for octave in range(4):
        cells = 2 + 2 ** (octave + 1)
        grid = random.random((cells, cells)).astype(np.float32)
        noise += cv2.resize(grid, (wide, tall), interpolation=cv2.INTER_CUBIC) / 2**octave
    noise -= noise.min()
    noise /= max(float(noise.max()), 1e-6)
    return (0.35 + 0.65 * noise).astype(np.float32)
