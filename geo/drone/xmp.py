"""What DJI writes into a photo's XMP, read without what XML can do to its reader.

The values stand as attributes or as elements, in one packet or several, under whatever prefix its
namespace has. A document type is refused, so there are no entities to expand; depth and size are
bounded.

Source: XMP specification part 3 (2020), 1.1.3 (APP1 of a JPEG); the parser is expat.
"""

from collections.abc import Iterable
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate

from models.errors import InputRefused

__all__ = ["dji_facts"]

NAMESPACE: Final = "http://www.dji.com/drone-dji/1.0/"
_CREATED: Final = "http://ns.adobe.com/xap/1.0/ CreateDate"
MAX_DEPTH: Final = 32
MAX_TEXT: Final = 200


def dji_facts(packets: Iterable[bytes]) -> dict[str, str]:
    """Name to text of everything in DJI's namespace; and ``CreateDate`` of XMP's own.

    Raises:
        InputRefused: a packet is damaged or hostile, or one contradicts another (``drone_xmp``).
    """
    found: dict[str, str] = {}
    for packet in packets:
        for name, text in _facts_of(packet).items():
            if found.setdefault(name, text) != text:
                raise _refused(f"two of its packets tell different values of {name}")
    return found


def _facts_of(packet: bytes) -> dict[str, str]:
    reading = _Reading()
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = reading.refuse
    try:
        parser.Parse(packet.strip(b"\x00"), True)  # noqa: FBT003  (expat takes no name for it)
    except (ExpatError, LookupError, ValueError) as error:
        raise _refused(f"its XMP cannot be read: {error}") from None
    return {name: text.strip() for name, text in reading.found.items()}


class _Reading:
    """What one packet tells, and where in it the parser is."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if len(self._path) > MAX_DEPTH:
            raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
        for key, value in attributes.items():
            self._take(key, value)

    def end(self, _name: str) -> None:
        self._path.pop()

    def text(self, data: str) -> None:
        self._take(self._path[-1], data)

    def refuse(self, *_arguments: object) -> None:
        raise ValueError("it has a document type, which is not read")

    def _take(self, name: str, text: str) -> None:
        space, _, plain = name.rpartition(" ")
        if space == NAMESPACE or name == _CREATED:
            self.found[plain] = (self.found.get(plain, "") + text)[:MAX_TEXT]


def _refused(why: str) -> InputRefused:
    return InputRefused(
        f"The photo is damaged: {why}.", remedy="Take the original file.", code="drone_xmp"
    )
