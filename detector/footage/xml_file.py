"""XML files of labels, read by the reader that is safe with strangers."""

import math
from typing import Final
from xml.etree.ElementTree import Element

from camera_gateway.xml_reading import read_xml, text_of
from models.errors import InputRefused

__all__ = ["number_of", "read_label_xml", "size_of", "wrong"]

MOST_XML_BYTES: Final = 16_000_000
"""120,000 boxes of a track have 15 MB. A tree takes 6 times the bytes of its file in memory, and 22
times where it was made to hurt (measured)."""
_MOST_SIDE_PX: Final = 100_000


def read_label_xml(data: bytes, where: str) -> Element:
    """The root of a file.

    Raises:
        InputRefused: it is no XML, has a document type, or is too large or too deep.
    """
    try:
        return read_xml(data, most_bytes=MOST_XML_BYTES)
    except ValueError as error:
        raise wrong(where, str(error)) from error


def number_of(text: str, what: str, where: str) -> float:
    """A number that is one.

    Raises:
        InputRefused: it is none, or not finite.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise wrong(where, f"{what} is no number")
    return value


def size_of(element: Element, width: str, height: str, where: str) -> tuple[int, int]:
    """Width and height in pixels that stand below an element.

    Args:
        element: where to look.
        width: path of the one.
        height: path of the other.
        where: file, for the refusal.

    Raises:
        InputRefused: one of them is missing or no size.
    """
    sides = [number_of(text_of(element, path), path, where) for path in (width, height)]
    if not all(1 <= side <= _MOST_SIDE_PX and side == int(side) for side in sides):
        raise wrong(where, "the picture's size cannot be")
    return int(sides[0]), int(sides[1])


def wrong(where: str, why: str) -> InputRefused:
    """A refusal that names the place."""
    return InputRefused(f"{where}: {why}.", remedy="Mend or remove it.", code="label_file_damaged")
