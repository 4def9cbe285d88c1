"""How wide the columns of a table are, by what stands in them; which tables lie on their side."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from api.reports.blocks import Block, Grid, Heading
from api.reports.lines import pieces_of

__all__ = ["size_pt_of", "turned", "widths_of"]

UPRIGHT_MM: Final = 156.0
"""Between the margins of an upright page."""

SMALL_MM: Final = 8.0 * 25.4 / 72
"""Size of the letters of a table with many columns."""

SIZES_PT: Final = ((7, 9.0), (9, 8.5), (12, 8.0))
"""Size of the letters up to so many columns."""

SMALLEST_PT: Final = 7.0
PADDING_MM: Final = 2.4
LONGEST_MM: Final = 40.0
"""Of a cell: a longer one goes on below."""

LAST_OF_WORDS: Final = 0x2E7F
"""Characters beyond are square, and a line may end after each of them."""

SHARE_OF_A_WORD: Final = 0.4
"""Of the table: more is not kept for a word that cannot be broken."""


def size_pt_of(columns: int) -> float:
    """Size of the letters of a table with so many columns, points."""
    return next((size for most, size in SIZES_PT if columns <= most), SMALLEST_PT)


def widths_of(
    grid: Grid, width: float, padding: float, width_of: Callable[[str], float]
) -> list[float]:
    """Widths of its columns, which fill the table.

    Every column has room for its longest word and half its heading, a number for all of it; what
    is left goes to those that have more to say. Where not even the words find room, all are
    narrowed alike.

    Args:
        grid: with one column at least.
        width: of the table, in any unit.
        padding: of a cell, both sides together.
        width_of: of a character, in the same unit.
    """
    least, wanted = [], []
    for index, column in enumerate(zip(grid.headings, *grid.rows, strict=True)):
        words = (piece for cell in column for piece in pieces_of(cell))
        longest = max((_width(piece.rstrip(" "), width_of) for piece in words), default=0.0)
        longest = max(longest, _half(column[0], width_of))
        if index in grid.right:  # a number stays on one line with its unit
            longest = max(longest, *(_width(cell, width_of) for cell in column[1:]))
        least.append(min(longest, width * SHARE_OF_A_WORD) + padding)
        wanted.append(max(max(_width(cell, width_of) for cell in column) + padding, least[-1]))
    if sum(least) >= width:
        return [one * width / sum(least) for one in least]
    if sum(wanted) <= width:
        more = (width - sum(wanted)) / len(wanted)
        return [one + more for one in wanted]
    part = (width - sum(least)) / (sum(wanted) - sum(least))
    return [low + part * (high - low) for low, high in zip(least, wanted, strict=True)]


def turned(blocks: Sequence[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether it stands on a page that lies on its side.

    Those are tables that an upright page is too narrow for, the headings above them, and what ends
    the document below the last of them.
    """
    last = max((index for index, one in enumerate(blocks) if isinstance(one, Grid)), default=-1)
    is_on_its_side = False
    for index, block in enumerate(blocks):
        beneath = next((one for one in blocks[index:] if not isinstance(one, Heading)), None)
        if index <= last or isinstance(block, Heading):
            is_on_its_side = isinstance(beneath, Grid) and _is_wide(beneath)
        yield block, is_on_its_side


def _is_wide(grid: Grid) -> bool:
    """Cells stand on one line and headings on two; the typeface does not matter that much."""
    needed = 0.0
    for heading, *cells in zip(grid.headings, *grid.rows, strict=True):
        longest = max((_width(cell, _square) for cell in cells), default=0.0)
        needed += max(min(longest, LONGEST_MM), _width(heading, _square) / 2) + PADDING_MM
    return needed > UPRIGHT_MM


def _half(heading: str, width_of: Callable[[str], float]) -> float:
    """Width of the first line of a heading on two lines, where it can be broken anywhere."""
    is_broken_anywhere = all(ord(char) > LAST_OF_WORDS for char in heading)
    return _width(heading[: (len(heading) + 1) // 2], width_of) if is_broken_anywhere else 0.0


def _square(char: str) -> float:
    """Width of a character: Chinese ones are square, others half as wide."""
    return SMALL_MM * (1.0 if ord(char) > LAST_OF_WORDS else 0.55)


def _width(text: str, width_of: Callable[[str], float]) -> float:
    return sum(map(width_of, text))
