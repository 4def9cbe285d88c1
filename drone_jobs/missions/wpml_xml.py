"""Elements of WPML: made compactly and always alike, found whatever their namespace's version."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Final

from drone_jobs.missions.wpml_words import KML, WPML

__all__ = [
    "child",
    "children",
    "document",
    "figure",
    "markup",
    "path",
    "plain",
    "put",
    "text",
    "words",
]

_PREFIX: Final = "wpml:"


def put(parent: ET.Element, name: str, value: str | float | None = None) -> ET.Element:
    """A new ``wpml:`` child with a text.

    Args:
        parent: gets it.
        name: without the prefix.
        value: text or number; numbers have no exponent and at most three decimals.
    """
    element = ET.SubElement(parent, _PREFIX + name)
    if value is not None:
        element.text = value if isinstance(value, str) else figure(value)
    return element


def plain(parent: ET.Element, name: str) -> ET.Element:
    """A new child of KML itself."""
    return ET.SubElement(parent, name)


def figure(value: float, decimals: int = 3) -> str:
    """A number without exponent, trailing zeros or a minus before nothing."""
    written = f"{value:.{decimals}f}"
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def document() -> tuple[ET.Element, ET.Element]:
    """A new ``kml`` and its ``Document``."""
    root = ET.Element("kml", {"xmlns": KML, "xmlns:wpml": WPML})
    return root, ET.SubElement(root, "Document")


def markup(root: ET.Element) -> bytes:
    """The text of a file, UTF-8, one line a waypoint."""
    for element in root.iter():
        if element.tag in ("Placemark", "Folder"):
            element.tail = "\n"
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"


def children(element: ET.Element | None, name: str) -> Iterator[ET.Element]:
    """Children of a name, whatever their namespace."""
    if element is not None:
        for each in element:
            if each.tag.rpartition("}")[2] == name:
                yield each


def child(element: ET.Element | None, name: str) -> ET.Element | None:
    """The first child of a name."""
    return next(children(element, name), None)


def path(element: ET.Element | None, *names: str) -> ET.Element | None:
    """The first child of the first child of … ."""
    for name in names:
        element = child(element, name)
    return element


def text(element: ET.Element | None, *names: str) -> str | None:
    """Text at the end of a path, stripped; None where the element is missing or empty."""
    found = path(element, *names)
    return None if found is None else ((found.text or "").strip() or None)


def words(element: ET.Element | None, *names: str) -> tuple[str, ...]:
    """Parts of a text with commas; empty where the element is missing."""
    found = text(element, *names)
    return () if found is None else tuple(part.strip() for part in found.split(","))
