"""XML that is written here: letters that XML forbids are left out, never passed on."""

import re
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

__all__ = ["child", "document"]

_FORBIDDEN: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def child(parent: Element, name: str, text: str) -> Element:
    """Add an element with text."""
    element = SubElement(parent, name)
    element.text = _FORBIDDEN.sub("", text)
    return element


def document(root: Element) -> bytes:
    """The whole, in UTF-8."""
    raw: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return raw
