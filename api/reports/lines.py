"""Text to lines of a width: between Chinese characters anywhere, between words at blanks.

No line begins with what closes, or ends with what opens (GB/T 15834 5.1). A word that is wider than
a line is broken where the line ends.
"""

import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

__all__ = ["lines_of", "pieces_of"]

_CLOSING: Final = frozenset({"Pe", "Pf", "Po"})
"""Categories of Unicode: closing brackets and quotes, and what else ends or joins, such as %."""

_OPENING: Final = frozenset({"Ps", "Pi"})


def lines_of(text: str, width: float, width_of: Callable[[str], float]) -> list[str]:
    """Lines, at least one.

    Args:
        text: without control characters other than line feeds, which are kept.
        width: of a line, in any unit, above zero.
        width_of: of a character, in the same unit.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, taken = "", 0.0
        for piece in pieces_of(paragraph):
            bare = sum(map(width_of, piece.rstrip(" ")))
            if line and taken + bare > width:
                lines.append(line.rstrip(" "))
                line, taken = "", 0.0
            rest = piece
            while bare > width and len(rest) > 1:
                end = _fitting(rest, width, width_of)
                lines.append(rest[:end])
                rest = rest[end:].lstrip(" ")
                bare = sum(map(width_of, rest.rstrip(" ")))
            line += rest
            taken += sum(map(width_of, rest))
        lines.append(line.rstrip(" "))
    return lines


def _fitting(text: str, width: float, width_of: Callable[[str], float]) -> int:
    """How many of its characters fit; at least one, so that there is an end."""
    taken = 0.0
    for index, char in enumerate(text):
        taken += width_of(char)
        if taken > width:
            return max(1, index)
    return len(text)


def pieces_of(text: str) -> Iterator[str]:
    """What must not be broken, each with the blanks behind it; all of a text, in its order."""
    piece = ""
    for char in text:
        if piece and char != " " and _may_break(piece[-1], char):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if unicodedata.category(after) in _CLOSING or unicodedata.category(before) in _OPENING:
        return False
    return before in " -/" or _is_wide(before) or _is_wide(after)


def _is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"
