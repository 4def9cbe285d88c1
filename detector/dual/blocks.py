"""Parts of the picture of heat looked for one by one in the visible one, and what most agree on.

One likeness of two whole pictures always has a best place, also where both show different things.
So the picture is cut into parts, each is looked for by itself over a wide reach, and what counts is
how many of them lie where **one** small shift, turn and zoom puts them. A part that is looked for
over 1,500 places hits the right one by chance once in a hundred times: where six of twenty agree,
they have not met by chance.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.dual.likeness import Directions
from models.units import FloatArray

__all__ = ["ACROSS", "DOWN", "WITHIN_PX", "Agreement", "Blocks", "agreed", "look_for"]

ACROSS, DOWN = 6, 5
LEAST_DETAIL: Final = 0.10
"""Mean length of a part's edges below which it says nothing: a clear sky, a wall."""
LEAST_LIKE: Final = 0.12
"""Correlation below which a part was not found."""
WITHIN_PX: Final = 2.0
MOST_ZOOM: Final = 0.1
MOST_TURN_RAD: Final = 0.1


@dataclass(frozen=True, slots=True)
class Blocks:
    """Parts that say something.

    Attributes:
        at: (n, 2) middle of each, pixels of the raster.
        moved: (n, 2) by how much it was found beside its place.
        like: (n,) its correlation there, up to 1.
        told: how many parts have enough detail to be looked for.
    """

    at: FloatArray
    moved: FloatArray
    like: FloatArray
    told: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """What most parts agree on.

    Attributes:
        table: (2, 3) affine map of places of the raster to where they are found.
        agrees: (n,) which of the parts.
        rms_px: root mean square of what the map leaves of them, a direction.
    """

    table: FloatArray
    agrees: NDArray[np.bool_]
    rms_px: float

    @property
    def count(self) -> int:
        """How many parts agree."""
        return int(self.agrees.sum())


def look_for(heat: Directions, wide: Directions, reach_px: int) -> Blocks:
    """Look for the parts of a picture in one that has a margin around it.

    Args:
        heat: directions of the picture of heat.
        wide: of the visible one on the same raster, with ``reach_px`` more on each side.
        reach_px: how far each is looked for.
    """
    rows, columns = heat.shape[:2]
    at, moved, like, told = [], [], [], 0
    for row in range(DOWN):
        top, bottom = row * rows // DOWN, (row + 1) * rows // DOWN
        for column in range(ACROSS):
            left, right = column * columns // ACROSS, (column + 1) * columns // ACROSS
            part = heat[top:bottom, left:right]
            if float(np.hypot(part[..., 0], part[..., 1]).mean()) < LEAST_DETAIL:
                continue
            told += 1
            around = wide[top : bottom + 2 * reach_px, left : right + 2 * reach_px]
            found = _found(part, around, reach_px)
            if found is not None:
                at.append(((left + right) / 2.0, (top + bottom) / 2.0))
                moved.append(found[:2])
                like.append(found[2])
    places, shifts = (np.array(each, np.float64).reshape(-1, 2) for each in (at, moved))
    return Blocks(places, shifts, np.array(like, np.float64), told)


def agreed(blocks: Blocks) -> Agreement | None:
    """What most parts agree on; None with fewer than three of them.

    Every two of them propose a shift, turn and zoom; the one that most others share is taken, the
    likeliest where several are. Then an affine map is laid through those that share it.
    """
    count = len(blocks.at)
    if count < 3:
        return None
    there = blocks.at[:, 0] + 1j * blocks.at[:, 1]
    found = there + blocks.moved[:, 0] + 1j * blocks.moved[:, 1]
    one, other = np.triu_indices(count, 1)
    turn = (found[other] - found[one]) / (there[other] - there[one])
    small = (abs(abs(turn) - 1.0) <= MOST_ZOOM) & (abs(np.angle(turn)) <= MOST_TURN_RAD)
    # Beside those of two parts the plain shift of each: two parts side by side turn badly.
    turn = np.concatenate([turn[small], np.ones(count)])
    shift = found[np.concatenate([one[small], np.arange(count)])]
    shift = shift - turn * there[np.concatenate([one[small], np.arange(count)])]
    left = abs(turn[:, None] * there + shift[:, None] - found)
    share = (left <= WITHIN_PX) * (1.0 + 0.2 * blocks.like)
    best = int(share.sum(axis=1).argmax())
    agrees: NDArray[np.bool_] = left[best] <= WITHIN_PX
    if agrees.sum() < 3:
        return None
    table = np.array(
        [
            [turn[best].real, -turn[best].imag, shift[best].real],
            [turn[best].imag, turn[best].real, shift[best].imag],
        ]
    )
    for _ in range(3):
        table = _fitted(blocks, agrees)
        left_px = np.linalg.norm(_by(table, blocks.at) - blocks.at - blocks.moved, axis=1)
        again = left_px <= WITHIN_PX
        if again.sum() < 3:
            break
        agrees = again
    left_px = np.linalg.norm(_by(table, blocks.at) - blocks.at - blocks.moved, axis=1)[agrees]
    free = max(1.0, len(left_px) - 2.0)
    return Agreement(table, agrees, float(np.sqrt((left_px**2).sum() / 2.0 / free)))


def _fitted(blocks: Blocks, agrees: NDArray[np.bool_]) -> FloatArray:
    """A shift, turn and zoom through some parts; sheared only where many of them say so."""
    places, targets = blocks.at[agrees], (blocks.at + blocks.moved)[agrees]
    weight = np.sqrt(np.maximum(blocks.like[agrees], 1e-3))[:, None]
    if len(places) >= 12:
        known = np.hstack([places, np.ones((len(places), 1))])
        found: FloatArray = np.linalg.lstsq(known * weight, targets * weight, rcond=None)[0].T
        return found
    zeros, ones = np.zeros(len(places)), np.ones(len(places))
    x, y = places.T
    rows = np.vstack([np.stack([x, -y, ones, zeros], 1), np.stack([y, x, zeros, ones], 1)])
    doubled = np.vstack([weight, weight])
    wanted = np.concatenate([targets[:, 0], targets[:, 1]])[:, None]
    a, b, across, down = np.linalg.lstsq(rows * doubled, wanted * doubled, rcond=None)[0].ravel()
    return np.array([[a, -b, across], [b, a, down]])


def _by(table: FloatArray, places: FloatArray) -> FloatArray:
    taken: FloatArray = places @ table[:, :2].T + table[:, 2]
    return taken


def _found(
    part: Directions, around: Directions, reach_px: int
) -> tuple[float, float, float] | None:
    """How far a part lies beside its place, and how alike it is there; None at the very border."""
    alike = cv2.matchTemplate(around, part, cv2.TM_CCOEFF_NORMED)
    # Where nothing is seen the library divides by nothing.
    alike = np.where(np.isfinite(alike) & (abs(alike) <= 1.0), alike, 0.0)
    row, column = divmod(int(alike.argmax()), alike.shape[1])
    peak = float(alike[row, column])
    if peak < LEAST_LIKE or not (0 < row < alike.shape[0] - 1 and 0 < column < alike.shape[1] - 1):
        return None
    across = _between(*alike[row, column - 1 : column + 2].tolist())
    down = _between(*alike[row - 1 : row + 2, column].tolist())
    return column - reach_px + across, row - reach_px + down, peak


def _between(left: float, middle: float, right: float) -> float:
    """Place of the peak between the middle of three values and its neighbours, -0.5 to 0.5."""
    bend = left - 2.0 * middle + right
    return 0.0 if bend >= 0.0 else min(max(0.5 * (left - right) / bend, -0.5), 0.5)
