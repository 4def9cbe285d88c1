"""How a picture of one size is divided under a budget: a strip, tiles, and how many of them.

Strip and tiles show things :data:`ZOOM` times larger than the full frame does, whatever the
camera's resolution: smoke that is small in the picture is what they are for. On cameras with fewer
pixels than that they are enlarged, which still helps (measured in ``docs/detector.md``).

The budget counts pixels of the network's input, full frame included. A strip over the whole width
costs one to one and a third full frames, a tile half of that.
"""

from dataclasses import dataclass

from detector.attention.tiles import Tile, TileGrid, input_pixels

__all__ = ["FULL_WIDTH_PX", "STRIP_WIDTH_PX", "ZOOM", "Layout"]

ZOOM = 2
FULL_WIDTH_PX = 640
"""Longer side of the network's input for the full frame, and width of a tile's."""
STRIP_WIDTH_PX = FULL_WIDTH_PX * ZOOM
INPUT_HEIGHT_PX = 256  # of strip and tile
STRIDE_PX = 32
OVERLAP_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of pictures of one size.

    Attributes:
        grid: of tiles, for going round.
        has_strip: a strip is part of every frame.
        tiles_a_frame: tiles of every frame, 0 or more.
        cost: input pixels of a frame with its strip and tiles over those of the full frame alone.
    """

    grid: TileGrid
    has_strip: bool
    tiles_a_frame: int
    cost: float

    @classmethod
    def within(cls, width_px: int, height_px: int, cost: float) -> "Layout":
        """The most that a budget allows.

        A strip is taken when a tile still fits beside it; an upright picture has none. A budget too
        small for a single tile allows nothing.

        Args:
            width_px: of the pictures, at least 1.
            height_px: of the pictures, at least 1.
            cost: most input pixels over those of the full frame alone, at least 1.
        """
        grid = TileGrid.lay(
            width_px,
            height_px,
            tile_width_share=1.0 / ZOOM,
            tile_height_share=INPUT_HEIGHT_PX / STRIP_WIDTH_PX,
            overlap_share=OVERLAP_SHARE,
        )
        full = _pixels(width_px, height_px, FULL_WIDTH_PX)
        tile = _pixels(grid.tile_width_px, grid.tile_height_px, FULL_WIDTH_PX)
        strip = _pixels(width_px, grid.tile_height_px, STRIP_WIDTH_PX)
        left = int(cost * full + 1e-6) - full
        has_strip = width_px >= height_px and left >= strip + tile
        spent = strip if has_strip else 0
        tiles = min((left - spent) // tile, len(grid.tiles))
        return cls(grid, has_strip, tiles, (full + spent + tiles * tile) / full)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return self.grid.width_px, self.grid.height_px

    def strip_at(self, middle: float) -> Tile | None:
        """The strip whose middle lies at a share of the height, moved into the picture."""
        if not self.has_strip:
            return None
        tile = self.grid.around(0.0, middle * self.grid.height_px)
        return Tile(tile.y_min, 0, tile.y_max, self.grid.width_px)

    def is_strip(self, tile: Tile) -> bool:
        """Whether a part spans the whole width and is scored as a strip."""
        return self.has_strip and tile.x_max - tile.x_min == self.grid.width_px


def _pixels(width_px: int, height_px: int, longer_side_px: int) -> int:
    return input_pixels(width_px, height_px, longer_side_px=longer_side_px, stride_px=STRIDE_PX)
