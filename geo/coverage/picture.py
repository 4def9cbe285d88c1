"""Coverage as a picture for the map: a PNG with a palette, laid out in Web Mercator.

Colours tell their order by lightness alone, so that colour-blind eyes read them too. What needs
attention stands out in vermilion, which no other class comes near: what nobody sees, or what could
be seen and was not looked at; then what nobody sees is dark.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo.coverage.grid import Grid
from geo.coverage.last_seen import LastSeen
from geo.coverage.network import Coverage

__all__ = [
    "SEEN",
    "WATCHED",
    "Ink",
    "class_shares",
    "coverage_png",
    "seen_classes",
    "watched_classes",
]

Classes: TypeAlias = Annotated[NDArray[np.uint8], "(rows, columns) index of an ink"]


@dataclass(frozen=True, slots=True)
class Ink:
    """One class of a picture.

    Attributes:
        key: word for it.
        colour: ``#rrggbb``.
        alpha: 0 transparent to 255.
        upto: metres of smoke, or minutes, up to which the class goes; None for one without.
    """

    key: str
    colour: str
    alpha: int = 150
    upto: float | None = None


SEEN: Final = (
    Ink("outside", "#000000", 0),
    Ink("ground", "#08519c", 120, 0.0),
    Ink("smoke", "#3182bd", 135, 10.0),
    Ink("smoke", "#6baed6", 150, 50.0),
    Ink("smoke", "#c6dbef", 165, 100.0),
    Ink("blind", "#d55e00", 165),
    Ink("unknown", "#b8bfc4", 120),
)
WATCHED: Final = (
    Ink("outside", "#000000", 0),
    Ink("minutes", "#fde725", 165, 10.0),
    Ink("minutes", "#6ece58", 160, 30.0),
    Ink("minutes", "#1f9e89", 155, 60.0),
    Ink("minutes", "#31688e", 155, 360.0),
    Ink("minutes", "#482878", 165, 1440.0),
    Ink("unwatched", "#d55e00", 165),
    Ink("blind", "#11181b", 175),
    Ink("unknown", "#b8bfc4", 120),
)


def seen_classes(coverage: Coverage, land: NDArray[np.bool_]) -> Classes:
    """What is seen: the inks of :data:`SEEN` by number.

    Args:
        coverage: of the network.
        land: cells that are drawn.
    """
    heights = [ink.upto for ink in SEEN if ink.upto is not None]
    classes = (1 + np.searchsorted(heights, coverage.smoke_m)).astype(np.uint8)  # NaN goes last
    blind = len(heights) + 1
    highest = heights[-1]
    classes[coverage.unknown(highest)] = blind + 1
    classes[~land] = 0
    return classes


def watched_classes(
    coverage: Coverage,
    land: NDArray[np.bool_],
    looks: LastSeen,
    *,
    now_s: float,
    smoke_m: float,
) -> Classes:
    """When it was last watched: the inks of :data:`WATCHED` by number.

    Args:
        coverage: of the network.
        land: cells that are drawn.
        looks: what was looked at.
        now_s: seconds since 1970.
        smoke_m: of which height smoke would have been seen.
    """
    minutes = [ink.upto for ink in WATCHED if ink.upto is not None]
    ages = np.maximum(now_s - looks.at_s, 0.0) / 60.0
    classes = (1 + np.searchsorted(minutes, ages)).astype(np.uint8)
    unwatched = len(minutes) + 1
    never = classes == unwatched
    classes[never & coverage.blind(smoke_m)] = unwatched + 1
    classes[never & coverage.unknown(smoke_m)] = unwatched + 2
    classes[~land] = 0
    return classes


def class_shares(grid: Grid, classes: Classes, count: int) -> list[float]:
    """Hectares of each class."""
    weights = np.broadcast_to(grid.row_ha[:, None], grid.shape).ravel()
    counted = np.bincount(classes.ravel(), weights=weights, minlength=count)
    return [float(value) for value in counted]


def coverage_png(grid: Grid, classes: Classes, inks: tuple[Ink, ...]) -> bytes:
    """A picture between the grid's edges, rows equally spaced in Web Mercator.

    Args:
        grid: cells.
        classes: of the cells.
        inks: of the classes.
    """
    _, south, _, north = grid.bounds_deg
    top, bottom = (np.arcsinh(np.tan(np.radians(edge))) for edge in (north, south))
    steps = top + (np.arange(grid.rows) + 0.5) / grid.rows * (bottom - top)
    lat_deg = np.degrees(np.arctan(np.sinh(steps)))
    rows = np.clip(np.floor((grid.north_deg - lat_deg) / grid.cell_deg), 0, grid.rows - 1)
    lines = np.zeros((grid.rows, 1 + grid.columns), np.uint8)  # filter 0 before each line
    lines[:, 1:] = classes[rows.astype(np.intp)]
    palette = b"".join(bytes.fromhex(ink.colour[1:]) for ink in inks)
    header = struct.pack(">IIBBBBB", grid.columns, grid.rows, 8, 3, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", bytes(ink.alpha for ink in inks)),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + crc
