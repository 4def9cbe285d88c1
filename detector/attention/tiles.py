"""Where tiles can lie in a picture, and what they cost.

A tile is a rectangle of the picture that is scored on its own, larger than inside the full frame.
Everything here is arithmetic on whole pixels: no picture is looked at. Costs are counted in pixels
of the network's input, which time follows (measured in ``docs/detector.md``).

Coordinates are edges: 0 is the left edge of the first pixel, ``width`` the right edge of the last.
"""

from dataclasses import dataclass

from models.units import ImageBGR

__all__ = ["Tile", "TileGrid", "input_pixels"]


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A part of a picture, in its pixels, edges included on both sides.

    Attributes:
        y_min: upper edge, at least 0.
        x_min: left edge, at least 0.
        y_max: lower edge, at most the picture's height.
        x_max: right edge, at most the picture's width.
    """

    y_min: int
    x_min: int
    y_max: int
    x_max: int

    def cut(self, image: ImageBGR) -> ImageBGR:
        """The tile's pixels: a view of the picture, not a copy."""
        return image[self.y_min : self.y_max, self.x_min : self.x_max]

    @property
    def area_px(self) -> int:
        """Square pixels."""
        return (self.x_max - self.x_min) * (self.y_max - self.y_min)

    def shared_px(self, other: "Tile") -> int:
        """Area that two tiles share, square pixels."""
        width = min(self.x_max, other.x_max) - max(self.x_min, other.x_min)
        height = min(self.y_max, other.y_max) - max(self.y_min, other.y_min)
        return max(0, width) * max(0, height)


@dataclass(frozen=True, slots=True)
class TileGrid:
    """Tiles that cover a whole picture, each overlapping its neighbours.

    Attributes:
        width_px: of the picture.
        height_px: of the picture.
        tile_width_px: of every tile, in picture pixels; at most the picture's.
        tile_height_px: the same downwards.
        columns: left edges of the tiles, rising; the last tile ends at the right border.
        rows: upper edges, likewise.
    """

    width_px: int
    height_px: int
    tile_width_px: int
    tile_height_px: int
    columns: tuple[int, ...]
    rows: tuple[int, ...]

    @classmethod
    def lay(
        cls,
        width_px: int,
        height_px: int,
        *,
        tile_width_share: float,
        tile_height_share: float,
        overlap_share: float,
    ) -> "TileGrid":
        """Cover a picture.

        Args:
            width_px: of the picture, at least 1.
            height_px: of the picture, at least 1.
            tile_width_share: width of a tile over the picture's longer side, above 0 to 1.
            tile_height_share: its height over the picture's longer side, above 0 to 1.
            overlap_share: least overlap of neighbours over their side, 0 to below 1.
        """
        longer = max(width_px, height_px)
        tile_width = min(max(1, round(longer * tile_width_share)), width_px)
        tile_height = min(max(1, round(longer * tile_height_share)), height_px)
        return cls(
            width_px=width_px,
            height_px=height_px,
            tile_width_px=tile_width,
            tile_height_px=tile_height,
            columns=_starts(width_px, tile_width, overlap_share),
            rows=_starts(height_px, tile_height, overlap_share),
        )

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """All tiles, row by row from the top left; together they cover the picture."""
        return tuple(
            Tile(y_min, x_min, y_min + self.tile_height_px, x_min + self.tile_width_px)
            for y_min in self.rows
            for x_min in self.columns
        )

    def around(self, x_px: float, y_px: float) -> Tile:
        """The tile centred on a point, moved as little as keeps it inside the picture."""
        x_min = min(
            max(round(x_px - self.tile_width_px / 2), 0), self.width_px - self.tile_width_px
        )
        y_min = min(
            max(round(y_px - self.tile_height_px / 2), 0), self.height_px - self.tile_height_px
        )
        return Tile(y_min, x_min, y_min + self.tile_height_px, x_min + self.tile_width_px)


def input_pixels(width_px: int, height_px: int, *, longer_side_px: int, stride_px: int) -> int:
    """Pixels of the network's input for a picture: the unit in which cost is counted.

    Args:
        width_px: of the picture, at least 1.
        height_px: of the picture, at least 1.
        longer_side_px: of the input, a multiple of the stride.
        stride_px: of the network.
    """
    scale = longer_side_px / max(width_px, height_px)
    area = 1
    for side_px in (width_px, height_px):
        area *= -(-max(1, round(side_px * scale)) // stride_px) * stride_px
    return area


def _starts(length: int, tile: int, overlap_share: float) -> tuple[int, ...]:
    """Evenly spaced starts of tiles that cover a length."""
    step = max(1, tile - round(tile * overlap_share))
    count = 1 + max(0, -(-(length - tile) // step))
    if count == 1:
        return (0,)
    return tuple(round(index * (length - tile) / (count - 1)) for index in range(count))
