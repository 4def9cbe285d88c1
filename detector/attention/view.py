"""What is remembered of one view, and which parts of its next frame are looked at closer.

Within the budget a frame is given

1. a **strip** along the skyline and the slopes under it, over the whole width: far smoke stands
   there, and a strip keeps the surroundings by which the network knows smoke (half of the width
   costs half of the gain, measured in ``docs/detector.md``);
2. **tiles** with what is left. They take turns: every second one goes round the whole view, the
   least recently looked at first; the others go where a tile found something in the last frame,
   so that time can tell, and where the picture changed against a slow background, and round the
   view when nothing did.

So every place is looked at within :meth:`ViewAttention.frames_to_see_all` frames, whatever happens
elsewhere. The first frame of a view has no background and nothing to follow. Nothing is random: the
same frames give the same tiles.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.attention.background import SlowBackground
from detector.attention.layout import Layout
from detector.attention.skyline import skyline_of
from detector.attention.tiles import Tile
from models.units import FloatArray, ImageBGR

__all__ = ["ViewAttention"]

BELOW_SKYLINE = 0.04
"""How far below the skyline the strip's middle lies, a share of the picture's height. Measured on
the training towers: small smoke stands from the line to 0.3 below it, two thirds within 0.1."""
SKYLINE_EVERY = 30
"""Frames after which the line is looked for again: ridges do not move, cameras are moved."""
SKYLINE_POINTS = 16
LEAST_CHANGE = 20.0
"""Summed change inside a tile below which it is not looked at for its change."""
SAME = 0.8
"""Share of a wanted tile inside one already chosen from which it shows nothing new."""
MOSTLY = 0.5
"""Share of a tile inside the strip from which its first turn in the round is late."""

Point = tuple[float, float]


class ViewAttention:
    """Attention of one camera at one preset.

    Args:
        layout: of the view's pictures.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._background = SlowBackground()
        self._waiting: list[Tile] = []  # every tile of the grid, the least recently looked at first
        self._strip: Tile | None = None
        self._frames = 0
        self._turn = 0
        self._follows = True
        self._followed: tuple[Point, ...] = ()

    @property
    def frames_to_see_all(self) -> int:
        """Frames within which every place of the view is inside a tile; 0 when no tile fits."""
        tiles = self.layout.tiles_a_frame
        # Of the tiles of successive frames every second one goes round.
        return -(-2 * len(self.layout.grid.tiles) // tiles) if tiles > 0 else 0

    def choose(self, image: ImageBGR) -> list[Tile]:
        """The parts of this frame, none twice, within the layout's budget.

        Args:
            image: of the layout's size, always of the same view.
        """
        if self.layout.tiles_a_frame == 0:
            return []
        grey: NDArray[np.uint8] = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(
            np.uint8, copy=False
        )
        change = self._background.change(grey)
        if self._frames % SKYLINE_EVERY == 0:
            self._find_skyline(grey)
        self._frames += 1
        chosen = [] if self._strip is None else [self._strip]
        wanted = self._wanted(change)
        for _ in range(self.layout.tiles_a_frame):
            self._turn += 1
            new = (tile for tile in wanted if not _shown(tile, chosen, SAME))
            tile = next(new, None) if self._turn % 2 == 0 else None
            if tile is None:
                tile = self._next_round(chosen)
            if tile is None:
                break
            chosen.append(tile)
        return chosen

    def follow(self, points: Sequence[Point]) -> None:
        """Where tiles found something, the best first; replaces what the last frame said."""
        self._followed = tuple(points)

    def _next_round(self, chosen: Sequence[Tile]) -> Tile | None:
        """The next tile of the round; those that this frame shows whole have had their turn.

        None when every tile is chosen already: a tiny picture has few.
        """
        shown = [tile for tile in self._waiting if _shown(tile, chosen, 1.0)]
        self._waiting = [tile for tile in self._waiting if tile not in shown] + shown
        tile = next((tile for tile in self._waiting if tile not in chosen), None)
        if tile is not None:
            self._waiting.remove(tile)
            self._waiting.append(tile)
        return tile

    def _wanted(self, change: NDArray[np.float32] | None) -> list[Tile]:
        """Where to look besides the round; what was found and what changed take turns."""
        found = [self.layout.grid.around(*point) for point in self._followed]
        changed = [] if change is None else self._changed(change)
        if not found or not changed:
            return found + changed
        self._follows = not self._follows
        return changed + found if self._follows else found + changed

    def _changed(self, change: NDArray[np.float32]) -> list[Tile]:
        """Tiles with the most change, one after the other without what the last one holds."""
        grid = self.layout.grid
        left = change.astype(np.float64)
        rows, columns = left.shape
        scale_x, scale_y = grid.width_px / columns, grid.height_px / rows
        window = (
            max(1, round(grid.tile_width_px / scale_x)),
            max(1, round(grid.tile_height_px / scale_y)),
        )
        if self._strip is not None:  # what it shows needs no tile
            left[round(self._strip.y_min / scale_y) : round(self._strip.y_max / scale_y)] = 0.0
        tiles: list[Tile] = []
        for _ in range(self.layout.tiles_a_frame):
            sums = cv2.boxFilter(left, -1, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
            row, column = np.unravel_index(int(np.argmax(sums)), sums.shape)
            if sums[row, column] < LEAST_CHANGE:
                break
            tile = grid.around((column + 0.5) * scale_x, (row + 0.5) * scale_y)
            tiles.append(tile)
            left[
                int(tile.y_min / scale_y) : int(tile.y_max / scale_y) + 1,
                int(tile.x_min / scale_x) : int(tile.x_max / scale_x) + 1,
            ] = 0.0
        return tiles

    def _find_skyline(self, grey: NDArray[np.uint8]) -> None:
        line = skyline_of(grey, SKYLINE_POINTS) + BELOW_SKYLINE
        self._strip = self.layout.strip_at(float(np.median(line)))
        if not self._waiting:
            # Far slopes first, but what the strip shows anyway last.
            self._waiting = sorted(
                self.layout.grid.tiles,
                key=lambda tile: (
                    self._strip is not None and _shown(tile, [self._strip], MOSTLY),
                    _away(tile, line, self.layout),
                ),
            )


def _shown(tile: Tile, chosen: Sequence[Tile], share: float) -> bool:
    """Whether one of the chosen parts shows such a share of the tile."""
    return any(tile.shared_px(other) >= share * tile.area_px for other in chosen)


def _away(tile: Tile, line: FloatArray, layout: Layout) -> float:
    """Distance of a tile's middle from the slopes under the skyline, a share of the height."""
    x = (tile.x_min + tile.x_max) / 2 / layout.grid.width_px
    at = float(line[min(len(line) - 1, int(x * len(line)))])
    return abs((tile.y_min + tile.y_max) / 2 / layout.grid.height_px - at)
