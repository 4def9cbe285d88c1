"""The line between land and sky in a picture.

A first path follows edges under smooth sky; above and below it the picture's own sky and land are
learned, and the path is found again between them (clouds turn out to be sky, masts to be neither).
Where a crisp line runs above it from side to side, a far ridge in haze, that is the skyline. Then
each column is measured again in the full picture, to a fraction of a pixel.

Refused: no line, a line of which too little is sharp, a ragged one, and one above which it looks no
more like sky than below it: fog, night, a slope that fills the picture.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from geo.calibration.paths import Path, best_path
from geo.calibration.skylike import WIDTH_PX, Likeness, likeness_of
from models.errors import InputRefused
from models.units import FloatArray, ImageBGR

__all__ = ["PictureSkyline", "picture_skyline", "picture_skylines"]

LEAST_PX: Final = 64
"""Of a picture's sides."""
TEXTURE_COST: Final = 0.10
SMOOTH_COST: Final = 0.010
"""Of a smooth place below the path: sky is not land."""
ODDS_GAIN: Final = 0.06
MOST_ODDS: Final = 2.0
CLEAR_ROWS: Final = 5
TOP_ROWS: Final = 3
BLOCKED: Final = 50.0
SHARP: Final = 0.7
LEAST_SEEN: Final = 0.6
LEAST_LYING: Final = 0.85
MOST_JAGGED: Final = 0.35
MOST_ROUGH: Final = 0.12
LEAST_CRISP: Final = 0.5
LEAST_CRISPER: Final = 0.65
LEAST_SHARE: Final = 0.5
LEAST_SHARP: Final = 0.75
LEAST_DARKER: Final = 0.8
LEAST_TOLD: Final = 0.92
MOST_LEAPS: Final = 0.7
MOST_SOFT_LEAPS, SOFT = 0.45, 0.37
"""A ragged line that is soft, too, is the near trees when fog hides the ridge."""
MOST_EDGES_ABOVE: Final = 0.35
ROUNDS: Final = 2
LEAP_COLUMNS: Final = 31
REACH_ROWS: Final = 4
LEAST_CONTRAST: Final = 4.0
"""Grey values between sky and land."""


@dataclass(frozen=True, slots=True, eq=False)
class PictureSkyline:
    """Where the picture shows the skyline.

    Attributes:
        x_px: (n,) rising; columns without a sharp edge are left out.
        y_px: (n,) of the same length.
        share: of the picture's columns in which it was found, 0 to 1.
    """

    x_px: FloatArray
    y_px: FloatArray
    share: float


def picture_skyline(picture: ImageBGR) -> PictureSkyline:
    """Find the skyline.

    Args:
        picture: upright, as the camera gives it; burned-in text and black corners do no harm.

    Raises:
        InputRefused: code ``skyline_unseen``: fog, night, haze, no sky in the picture.
    """
    return picture_skylines(picture)[0]


def picture_skylines(picture: ImageBGR) -> list[PictureSkyline]:
    """All lines that may be the skyline, the likeliest first; see :func:`picture_skyline`."""
    if picture.ndim != 3 or min(picture.shape[:2]) < LEAST_PX:
        raise _unseen("The picture is too small.")
    like = likeness_of(picture)
    trusted = [path for path in _paths(like) if _is_trusted(like, path)]
    found = [_measured(picture, like, path) for path in trusted]
    found = [line for line in found if line.share >= LEAST_SHARE]
    if not found:
        raise _unseen("No line between land and sky can be trusted in this picture.")
    return found


def _unseen(message: str) -> InputRefused:
    return InputRefused(
        message,
        remedy="Take a picture of a clear day that shows the ridge under the sky.",
        code="skyline_unseen",
    )


def _paths(like: Likeness) -> list[Path]:
    """Paths along which land and sky may meet, the likeliest first."""
    above = np.vstack([np.zeros((5, WIDTH_PX)), np.cumsum(like.rough, axis=0)])
    sharp = like.edge - TEXTURE_COST * above[: len(like.edge)]
    smooth = np.cumsum((1.0 - like.rough)[::-1], axis=0)[::-1]
    path = best_path(sharp - SMOOTH_COST * smooth)
    for _ in range(ROUNDS):
        odds = like.sky_odds(path)
        if odds is None:
            break
        odds = np.where(like.black, 0.0, np.clip(odds, -MOST_ODDS, MOST_ODDS))
        sky = np.vstack([np.zeros((1, WIDTH_PX)), np.cumsum(odds, axis=0)])[:-1]
        path = best_path(like.edge + ODDS_GAIN * sky)
    return _climbed(like, sharp, path)


def _climbed(like: Likeness, sharp: FloatArray, path: Path) -> list[Path]:
    """The path and those above it: a crisp one is a far ridge, a soft one may be a cloud's foot."""
    rows = np.arange(len(sharp))[:, None]
    paths = [path]
    while True:  # ends: each is some rows above the last
        above = (rows < paths[0] - CLEAR_ROWS) & (rows >= TOP_ROWS)
        up = best_path(np.where(above, sharp, -BLOCKED))
        sees = like.sees(up)
        lies = (like.along(like.edge, up) > SHARP) & (like.along(like.drop, up) > 0.0) & sees
        jagged = float(np.abs(np.diff(up)).mean())
        if (
            sees.mean() < LEAST_SEEN
            or lies.sum() < LEAST_LYING * sees.sum()
            or jagged > MOST_JAGGED
            or (like.along(np.cumsum(like.rough, axis=0), up) / np.maximum(up, 1)).mean()
            > MOST_ROUGH
        ):
            return paths
        crisp = max(LEAST_CRISP, LEAST_CRISPER * _crispness(like, paths[0]))
        if _crispness(like, up) < crisp:
            return [*paths, up]
        paths.insert(0, up)


def _crispness(like: Likeness, path: Path) -> float:
    """How much of the change over six rows happens over one, 0 to 1 and a little more."""
    most = [
        np.max([np.abs(like.along(change, path + off)) for off in (-1, 0, 1)], axis=0)
        for change in (like.crisp, like.wide)
    ]
    return float(np.median(most[0] / np.maximum(most[1], 0.3)))


def _is_trusted(like: Likeness, path: Path) -> bool:
    """Whether it is a sharp, continuous line with sky above and land below."""
    rows = np.arange(len(like.edge))[:, None]
    sky, land = (rows < path - 6) & ~like.black, (rows > path + 6) & ~like.black
    odds = like.sky_odds(path)
    if odds is None or not (sky.any() and land.any()):
        return False
    sees = like.sees(path)
    sharp = (like.along(like.edge, path) > SHARP) & sees
    darker = like.along(like.drop, path) > 0.0
    told = ((odds[sky] > 0.0).mean() + (odds[land] < 0.0).mean()) / 2.0
    above, below = (float(np.median(like.texture[place])) for place in (sky, land))
    return bool(
        sharp.mean() >= LEAST_SHARP
        and darker.mean() >= LEAST_DARKER
        and told >= LEAST_TOLD
        and _leaps(path) <= (MOST_LEAPS if _crispness(like, path) >= SOFT else MOST_SOFT_LEAPS)
        and (like.edge[sky] > 1.0).mean() <= MOST_EDGES_ABOVE
        and above <= 0.45 * below + 0.1
    )


def _leaps(path: Path) -> float:
    """Rows by which a path usually leaves its own running median."""
    padded = np.pad(path, LEAP_COLUMNS // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, LEAP_COLUMNS)
    return float(np.abs(path - np.median(windows, axis=1)).mean())


def _measured(picture: ImageBGR, like: Likeness, path: Path) -> PictureSkyline:
    """The path in the full picture: where each column is half way from sky to land."""
    height, width = picture.shape[:2]
    scale = width / WIDTH_PX
    reach = max(4, round(REACH_ROWS * height / len(like.edge)))
    columns = np.unique(np.rint((np.arange(WIDTH_PX) + 0.5) * scale - 0.5).astype(np.intp))
    small = np.minimum(((columns + 0.5) / scale).astype(np.intp), WIDTH_PX - 1)
    middle = np.rint(path[small] * height / len(like.edge)).astype(np.intp)
    sharp = (like.along(like.edge, path) > SHARP) & like.sees(path)
    kept = sharp[small] & (middle >= reach) & (middle <= height - reach)
    columns, middle = columns[kept], middle[kept]
    rows = middle[:, None] + np.arange(-reach, reach)
    blurred = cv2.blur(picture, (max(1, round(scale)), 1))
    strips = blurred[rows, columns[:, None]].astype(np.float64)
    third = max(1, 2 * reach // 3)
    sky, land = strips[:, :third].mean(axis=1), strips[:, -third:].mean(axis=1)
    way = land - sky
    length = np.sum(way**2, axis=1)
    share = np.einsum("nrc,nc->nr", strips - sky[:, None], way) / np.maximum(length, 1e-9)[:, None]
    rise = np.diff(share, axis=1)
    crosses = (share[:, :-1] < 0.5) & (share[:, 1:] >= 0.5)
    # Of several crossings the first below the sky: what is below is land, whatever its colours.
    first = crosses.argmax(axis=1)
    every = np.arange(len(columns))
    part = (0.5 - share[every, first]) / np.where(crosses.any(axis=1), rise[every, first], 1.0)
    y_px = rows[every, first] + 0.5 + part if len(columns) else np.empty(0)
    found = crosses.any(axis=1) & (length > LEAST_CONTRAST**2)
    x_px = columns + 0.5
    return PictureSkyline(x_px[found], y_px[found], float(found.sum() / WIDTH_PX))
