"""XML from a camera, read without what XML can do to its reader.

A document type is refused, so there are no entities to expand and none to fetch; size and depth are
bounded. Names are told without their namespaces, for cameras differ in them and in nothing else.

Source: XML 1.0 fifth edition section 2.8; the parser is expat.
"""

from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers.expat import ExpatError, ParserCreate

__all__ = ["read_xml", "text_of"]

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 64
_NAMESPACE_END: Final = "}"


def read_xml(data: bytes, *, most_bytes: int = MAX_BYTES) -> Element:
    """The document's root; names carry no namespace, attributes neither.

    Args:
        data: of the document.
        most_bytes: that it may have.

    Raises:
        ValueError: it is no XML, has a document type, or is too large or too deep.
    """
    if len(data) > most_bytes:
        raise ValueError(f"it has more than {most_bytes} bytes")
    builder = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        plain = {_plain(key): value for key, value in attributes.items()}
        builder.start(_plain(name), plain)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_plain(name))

    def refuse(*_arguments: object) -> None:
        raise ValueError("it has a document type, which is not read")

    parser = ParserCreate(namespace_separator=_NAMESPACE_END)
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003  (expat takes no name for it)
    except ExpatError as error:
        raise ValueError(f"it is no XML: {error}") from None
    except LookupError as error:  # an encoding that nobody knows
        raise ValueError(f"it is no XML: {error}") from None
    return builder.close()


def text_of(element: Element, path: str) -> str:
    """Text of the first element at that path, without spaces around it; empty when there is none.

    Args:
        element: where to look.
        path: names joined by ``/``, each a child of the one before.
    """
    return (element.findtext(path) or "").strip()


def _plain(name: str) -> str:
    return name.rsplit(_NAMESPACE_END, 1)[-1]
