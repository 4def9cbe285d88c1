"""A slow background of one view, and how much the picture changed against it at a place.

Young smoke is a place that looked the same for half an hour and now does not. What must not pass
for change is taken out in turn:

- **exposure and the sun**: brightness is compared with its own surroundings (a mean over an eighth
  of the width is subtracted), and the whole difference is centred on its median;
- **noise, leaves, traffic**: every place knows how much it usually differs, and change is counted
  in units of that, never below what JPEG and a shake of a pixel reach;
- **masks that begin or end**: what is painted over, and what lies around it, is taken as usual from
  that picture on, for its new looks say nothing of the place;
- **a picture that changed as a whole** (infrared filter, another scene, a camera that was away for
  hours) is no change at a place: the background begins anew, and change is unknown, not zero.

The memory is in seconds, so that a frame a minute and live video mean the same. What is measured
here is weighed in :mod:`detector.evidence.weigh`.
"""

import math
from dataclasses import dataclass
from datetime import datetime

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.evidence.change import COLOUR_SHRINK, GREY_A_STEP, PictureChange, Stored
from detector.evidence.repainted import touched_by
from detector.levels import levels_below, middle_of
from models.mask import ViewMask
from models.units import ImageBGR

__all__ = ["WIDTH_PX", "SlowBackground"]

WIDTH_PX = 512
"""A column of smoke 15 of 1,024 px wide still covers seven; measured on the om-e ignition."""
MEMORY_S = 1800.0
AWAY_S = 7200.0
"""A view that was not seen for longer begins anew: light and weather have changed."""
KNOWN_AFTER = 4
"""Pictures learnt before change is spoken of: two pictures always differ somewhere."""
OTHER_SCENE = 4.0
"""Median change of the whole picture from which it is another scene."""
LEAST_GREY = 1.5
FIRST_GREY = 3.0
MOST_TIMES = np.float32(3.0)
SMOOTH = (5, 5)
AROUND = WIDTH_PX // 32 + 1  # of a quarter of the pixels: an eighth of the width
LEAST_SHIFT_PX = 0.25
"""Below it a picture is better left as it is: moving it softens it."""
EVERY_S = 0.9
"""Between two pictures closer than this nothing new can be seen: the last answer stands."""
LEARN_EVERY_S = 20.0
"""Live video teaches no more than this: the memory is in seconds, and small steps would be lost in
the rounding of what is stored."""
STEPS_A_GREY = np.float32(64.0)

Floats32 = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class _Usual:
    """What the view usually shows: brightness, its spread, colourfulness; and the last picture."""

    detail: Stored
    spread: Stored
    colour: Stored
    last_detail: Stored
    learnt: int
    learnt_at: datetime
    seen_at: datetime


class SlowBackground:
    """What one view usually looks like; nothing is known before some pictures were seen.

    A view of 16:9 costs 0.9 MB.
    """

    def __init__(self) -> None:
        self._usual: _Usual | None = None
        self._change: PictureChange | None = None
        self._hidden: tuple[ViewMask, ...] = ()

    def compare(
        self,
        picture: ImageBGR,
        captured_at: datetime,
        shift: tuple[float, float] = (0.0, 0.0),
        hidden: tuple[ViewMask, ...] = (),
        grey: NDArray[np.uint8] | None = None,
    ) -> PictureChange | None:
        """Compare a picture with the background, then let the background learn it.

        Args:
            picture: upright, of any size, always of the same view; no more than
                :data:`WIDTH_PX` of its width is made use of.
            captured_at: UTC; a clock that jumps back costs nothing but a step of learning.
            shift: how far everything lies to the right of and below its place in the view's
                reference, as shares of the width; the answer is in the reference's coordinates.
            hidden: what is painted over in the picture.
            grey: brightness of the picture, where that is made already.

        Returns:
            None while nothing is known: too few pictures, a long absence, another scene.
        """
        usual = self._usual
        if usual is not None and _apart_s(usual.seen_at, captured_at) < EVERY_S:
            return self._change
        detail, colour = _look(picture, grey, shift)
        if usual is not None and usual.detail.shape == detail.shape and hidden != self._hidden:
            changed = set(hidden) ^ set(self._hidden)
            _take_as_usual(usual, detail, colour, touched_by(changed, *detail.shape))
        self._hidden = hidden
        if (
            usual is None
            or usual.detail.shape != detail.shape
            or _apart_s(usual.seen_at, captured_at) > AWAY_S
        ):
            self._begin(detail, colour, captured_at)
            return None
        difference = _unpack(usual.detail)
        np.subtract(detail, difference, out=difference)
        difference -= middle_of(difference[::4, ::4])
        size, spread = np.abs(difference), _unpack(usual.spread)
        times_usual = cv2.blur(size, SMOOTH).astype(np.float32, copy=False)
        cv2.divide(times_usual, cv2.blur(spread, SMOOTH), times_usual)
        middle, whole = levels_below(times_usual[::4, ::4], 0.5, 0.9)
        if middle > OTHER_SCENE:
            self._begin(detail, colour, captured_at)
            return None
        self._change = None
        if usual.learnt >= KNOWN_AFTER:
            self._change = PictureChange(
                times_usual=times_usual,
                whole=whole,
                detail=detail,
                difference=difference,
                last_detail=usual.last_detail,
                colour=colour,
                usual_colour=_unpack(usual.colour),
            )
        pause_s = _apart_s(usual.learnt_at, captured_at)
        if pause_s >= LEARN_EVERY_S:
            share = np.float32(max(1.0 - math.exp(-pause_s / MEMORY_S), 1.0 / (usual.learnt + 1)))
            _learn(usual, detail, difference, size, spread, share=share)
            kept = _unpack(usual.colour)
            usual.colour = _pack(kept + share * (colour - kept))
            usual.learnt, usual.learnt_at = usual.learnt + 1, captured_at
        usual.last_detail, usual.seen_at = _pack(detail), captured_at
        return self._change

    def _begin(self, detail: Floats32, colour: Floats32, captured_at: datetime) -> None:
        before = self._usual
        spread = np.full(detail.shape, FIRST_GREY * STEPS_A_GREY, np.int16)
        if before is not None and before.spread.shape == detail.shape:
            spread = before.spread  # another scene, the same sensor and the same trees
        self._usual = _Usual(
            detail=_pack(detail),
            spread=spread,
            colour=_pack(colour),
            last_detail=_pack(detail),
            learnt=1,
            learnt_at=captured_at,
            seen_at=captured_at,
        )
        self._change = None


def _learn(
    usual: _Usual,
    detail: Floats32,
    difference: Floats32,
    size: Floats32,
    spread: Floats32,
    *,
    share: np.float32,
) -> None:
    """Take a share of the picture for usual; size and spread are used up.

    In place: half a megabyte each, they would push one another out of the processor's memory.
    """
    room = (share - np.float32(1.0)) * difference
    room += detail
    usual.detail = _pack(room, room)
    # A plume must not teach its place to be restless within minutes.
    np.multiply(MOST_TIMES, spread, out=room)
    np.minimum(size, room, out=size)
    size -= spread
    size *= share
    size += spread
    usual.spread = _pack(np.maximum(size, LEAST_GREY, out=size), size)


def _take_as_usual(
    usual: _Usual, detail: Floats32, colour: Floats32, place: NDArray[np.bool_]
) -> None:
    """Forget what some places looked like, in favour of how they look now."""
    if place.all():
        place = np.zeros_like(place)  # nothing to compare by: it is another scene, if anything
    elsewhere = detail[~place] - _unpack(usual.detail)[~place]
    # As everywhere, what all of the picture has become brighter by is no change.
    now = _pack(detail - middle_of(elsewhere))
    usual.detail[place], usual.last_detail[place] = now[place], _pack(detail)[place]
    small = place[::COLOUR_SHRINK, ::COLOUR_SHRINK][: colour.shape[0], : colour.shape[1]]
    usual.colour[small] = _pack(colour)[small]


def _apart_s(first: datetime, second: datetime) -> float:
    return abs((second - first).total_seconds())


def _pack(values: Floats32, room: Floats32 | None = None) -> Stored:
    """Steps as they are stored; room to work in may be the values themselves."""
    steps = np.multiply(values, STEPS_A_GREY, out=room)
    packed: Stored = np.rint(steps, out=steps).astype(np.int16)
    return packed


def _unpack(stored: Stored) -> Floats32:
    return stored * GREY_A_STEP


def _look(
    picture: ImageBGR, grey: NDArray[np.uint8] | None, shift: tuple[float, float]
) -> tuple[Floats32, Floats32]:
    """Brightness against its surroundings, and colourfulness on a quarter of the sides."""
    height, width = picture.shape[:2]
    if width >= 2 * WIDTH_PX:  # halving first averages, and is eight times as fast
        picture = cv2.resize(
            picture, (width // 2, max(1, height // 2)), interpolation=cv2.INTER_AREA
        ).astype(np.uint8, copy=False)
        grey = None
    if grey is None:
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)
    rows = min(max(COLOUR_SHRINK, round(height * WIDTH_PX / width)), 4 * WIDTH_PX)
    right, down = shift[0] * WIDTH_PX, shift[1] * WIDTH_PX
    small = cv2.resize(grey, (WIDTH_PX, rows), interpolation=cv2.INTER_LINEAR)
    bright = _moved_back(small.astype(np.uint8, copy=False), right, down).astype(np.float32)
    # The surroundings are smooth: a sixteenth of the pixels tells them as well.
    quarter = (WIDTH_PX // 4, max(1, rows // 4))
    coarse = cv2.blur(
        cv2.resize(bright, quarter, interpolation=cv2.INTER_AREA),
        (AROUND, AROUND),
        borderType=cv2.BORDER_REFLECT_101,
    )
    around = cv2.resize(coarse, (WIDTH_PX, rows), interpolation=cv2.INTER_LINEAR)
    detail = cv2.subtract(cv2.GaussianBlur(bright, (3, 3), 0.0), around).astype(
        np.float32, copy=False
    )
    # Four places of each cell are its colour: JPEG keeps half of it, and it is thinned in two
    # steps, because averaging all of a cell's pixels takes ten times as long.
    half = (WIDTH_PX // 2, max(1, rows // 2))
    tiny = cv2.resize(
        cv2.resize(picture, half, interpolation=cv2.INTER_LINEAR),
        (WIDTH_PX // COLOUR_SHRINK, rows // COLOUR_SHRINK),
        interpolation=cv2.INTER_AREA,
    ).astype(np.uint8, copy=False)
    tiny = _moved_back(tiny, right / COLOUR_SHRINK, down / COLOUR_SHRINK)
    blue, green, red = cv2.split(tiny)
    largest, least = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    colour = cv2.subtract(largest, least).astype(np.float32)
    return detail, colour


def _moved_back(image: NDArray[np.uint8], right: float, down: float) -> NDArray[np.uint8]:
    """What lies so many pixels to the right and below its place, at its place.

    Brightness and the small copy of the colours apart: together 0.07 ms, where moving the picture
    in its colours by an affine map took 0.85.
    """
    if max(abs(right), abs(down)) * (WIDTH_PX / image.shape[1]) <= LEAST_SHIFT_PX:
        return image
    rows, columns = image.shape[:2]
    middle = ((columns - 1) / 2.0 + right, (rows - 1) / 2.0 + down)
    return cv2.getRectSubPix(image, (columns, rows), middle).astype(np.uint8, copy=False)
