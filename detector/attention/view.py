"""What is remembered of one view, and which band of its next frame is looked at closer.

The bands of four frames in a row:

1. along the **skyline** and the slopes under it: far smoke stands there;
2. where something **stands out** that the skyline's band does not show: a find of the frames
   before, so that time can tell, or a change of the picture against a slow background; the two take
   turns, and where there is neither, the skyline again;
3. along the skyline again;
4. the next of a **round** of bands over the whole view.

So every place is looked at within :attr:`ViewAttention.frames_to_see_all` frames, whatever happens
elsewhere. The first frame of a view has no background and nothing to follow. Nothing is random: the
same frames give the same bands.

Where people have masked a view no band is spent: none lies in masked rows, a change or a find there
draws none, and the skyline is that of the unmasked columns. A band that shows anything unmasked
keeps its whole width, because a network knows smoke by what is around it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.attention.background import RecentBackground, thinned_grey
from detector.attention.layout import Layout
from detector.attention.skyline import skyline_of
from detector.attention.tiles import Tile
from models.mask import ViewMask
from models.masked_region import MaskedRegion
from models.units import ImageBGR

__all__ = ["ViewAttention"]

BELOW_SKYLINE = 0.1
"""How far below the skyline the band's middle lies, a share of the picture's height. On the
training towers a band of two thirds of the height holds 95 of 100 small plumes then."""
SKYLINE_EVERY = 30
"""Frames after which the line is looked for again: ridges do not move, cameras are moved."""
SKYLINE_POINTS = 16
LEAST_CHANGE = 20.0
"""Summed change inside a band below which it is not looked at for its change."""
TURNS = 4
ROUND_TURN = 3

Point = tuple[float, float]


class ViewAttention:
    """Attention of one camera at one preset.

    Args:
        layout: of the view's pictures.
        masks: in force.
    """

    def __init__(self, layout: Layout, masks: Sequence[ViewMask] = ()) -> None:
        self.layout = layout
        self._background = RecentBackground()
        self._skyline: Tile | None = None
        self._frames = 0
        self._follows = True
        self._followed: tuple[Point, ...] = ()
        self.mask(masks)

    def mask(self, masks: Sequence[ViewMask]) -> None:
        """Other masks from now on; the background is kept, the round begins anew."""
        self._hidden = MaskedRegion(masks, *self.layout.size_px) if masks else None
        self._masked_cells: NDArray[np.bool_] | None = None
        rows = (0, self.layout.height_px) if self._hidden is None else self._hidden.rows()
        self._rows = (0, 0) if rows is None else rows
        bands = self.layout.round(self._rows) if rows is not None else ()
        self._round = [band for band in bands if not self._hides(band)]
        self._next = 0
        self._look_for_skyline = True

    @property
    def frames_to_see_all(self) -> int | None:
        """Frames within which every unmasked place of the view has been inside a band.

        0 when all is masked; None when the budget buys no band, so that it never happens.
        """
        if self.layout.band_height_px == 0:
            return None
        return len(self._round) if len(self._round) < 2 else TURNS * len(self._round)

    def choose(self, image: ImageBGR, grey: NDArray[np.uint8] | None = None) -> Tile | None:
        """The band of this frame; None when there is nothing to look at closer.

        Args:
            image: of the layout's size, always of the same view.
            grey: :func:`thinned_grey` of it, where that is made already.
        """
        if len(self._round) < 2:
            return self._round[0] if self._round else None
        grey = thinned_grey(image) if grey is None else grey
        change = self._background.change(grey)
        if self._look_for_skyline or self._frames % SKYLINE_EVERY == 0:
            self._skyline = self._find_skyline(grey)
            self._look_for_skyline = False
        turn = self._frames % TURNS
        self._frames += 1
        band = self._standing_out(change) if turn == 1 else None
        if band is None and turn != ROUND_TURN:
            band = self._skyline
        if band is None:
            band = self._round[self._next]
            self._next = (self._next + 1) % len(self._round)
        return band

    def follow(self, points: Sequence[Point]) -> None:
        """Where bands found something in this frame, the best first.

        What the skyline's band shows anyway is left out. The finds of a frame are kept until
        another frame had one of its own to look at: the round comes back too late to keep a plume.
        """
        new = tuple(point for point in points if self._draws(point))
        if new or self._frames % TURNS == 2:
            self._followed = new

    def _draws(self, point: Point) -> bool:
        """Whether a find is worth a band of its own."""
        band = self._skyline
        if band is not None and band.y_min <= point[1] <= band.y_max:
            return False
        return self._hidden is None or not self._hidden.hides_point(*point)

    def _hides(self, tile: Tile) -> bool:
        return self._hidden is not None and self._hidden.hides(
            tile.x_min, tile.y_min, tile.x_max, tile.y_max
        )

    def _standing_out(self, change: NDArray[np.float32] | None) -> Tile | None:
        """Where to look besides skyline and round; what was found and what changed take turns."""
        found = [self.layout.band_around(y, self._rows) for _, y in self._followed[:1]]
        changed = None if change is None else self._changed(change)
        if not found or changed is None:
            return found[0] if found else changed
        self._follows = not self._follows
        return changed if self._follows else found[0]

    def _changed(self, change: NDArray[np.float32]) -> Tile | None:
        """The band with the most change, of what neither masks nor the skyline's band hold."""
        rows, columns = change.shape
        scale = self.layout.height_px / rows
        if self._hidden is not None:
            if self._masked_cells is None or self._masked_cells.shape != change.shape:
                self._masked_cells = self._hidden.cells(rows, columns)
            change = np.where(self._masked_cells, np.float32(0.0), change)
        sums = change.sum(axis=1, dtype=np.float64)
        if self._skyline is not None:
            sums[round(self._skyline.y_min / scale) : round(self._skyline.y_max / scale)] = 0.0
        height = min(rows, max(1, round(self.layout.band_height_px / scale)))
        inside = np.convolve(sums, np.ones(height), mode="valid")
        first = int(np.argmax(inside))
        if inside[first] < LEAST_CHANGE:
            return None
        # The middle of the change, not of the window: a window that holds it can lie anywhere.
        window = sums[first : first + height]
        middle = first + float((np.arange(height) + 0.5) @ window / window.sum())
        return self.layout.band_around(middle * scale, self._rows)

    def _find_skyline(self, grey: NDArray[np.uint8]) -> Tile | None:
        """The band along the skyline; None where it would show masked places only."""
        width_px, height_px = self.layout.size_px
        line = (skyline_of(grey, SKYLINE_POINTS) + BELOW_SKYLINE) * height_px
        columns = (np.arange(SKYLINE_POINTS) + 0.5) * width_px / SKYLINE_POINTS
        if self._hidden is not None:
            hides = self._hidden.hides_point
            line = np.array([y for x, y in zip(columns, line, strict=True) if not hides(x, y)])
        if len(line) == 0:
            return None
        band = self.layout.band_around(float(np.median(line)), self._rows)
        return None if self._hides(band) else band
