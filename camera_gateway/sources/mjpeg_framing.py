"""Pictures cut out of a stream of bytes, by their own markers.

Neither boundary nor Content-Length nor content type is trusted: cameras get all three wrong. A
picture is what lies between its start and its end marker, read segment by segment, so that the
thumbnail inside an Exif segment ends nothing. What breaks off is told apart from what is whole;
whether the coded bytes are good is not looked at here.

Source: ITU-T T.81 annex B.
"""

import re
from dataclasses import dataclass
from typing import Final

__all__ = ["JpegFramer", "Part"]

_START: Final = b"\xff\xd8\xff"
_START_CODE, _END_CODE, _TEMPORARY = 0xD8, 0xD9, 0x01
_FIRST_DEFINED: Final = 0xC0  # reserved codes below it stand in no picture: the bytes are not one's
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_PREAMBLE_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class Part:
    """One picture, or what should have been one.

    Attributes:
        jpeg: from start marker to end marker; None when it is damaged.
        damage: what is wrong, as the end of a sentence; empty when nothing is.
        preamble: at most 1024 bytes in front of it: its headers, if anything.
        begun_s: stamp of the piece in which it began.
    """

    jpeg: bytes | None
    damage: str
    preamble: bytes
    begun_s: float


class JpegFramer:
    """Takes pieces of any size and gives parts; holds at most one picture.

    Args:
        max_bytes: of one picture, > 0; a larger one is damage.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._at = 0  # how far the picture at the buffer's begin has been walked; 0: there is none
        self._preamble = b""
        self._begun_s = 0.0

    def feed(self, piece: bytes, at_s: float) -> list[Part]:
        """Parts that end in this piece.

        Args:
            piece: the next bytes.
            at_s: stamp of their arrival.
        """
        self._buffer += piece
        parts: list[Part] = []
        while (part := self._next(at_s)) is not None:
            parts.append(part)
        return parts

    def feed_one(self, piece: bytes, at_s: float) -> tuple[Part, bytes] | None:
        """The first part that ends in this piece, and what follows it, which is forgotten here.

        Args:
            piece: the next bytes.
            at_s: stamp of their arrival.

        Returns:
            (part, rest); None while more bytes are needed.
        """
        self._buffer += piece
        part = self._next(at_s)
        if part is None:
            return None
        rest = bytes(self._buffer)
        self._buffer.clear()
        return part, rest

    def _next(self, at_s: float) -> Part | None:
        return self._walk() if self._at > 0 or self._find_start(at_s) else None

    def _find_start(self, at_s: float) -> bool:
        start = self._buffer.find(_START)
        if start < 0:
            del self._buffer[: -_PREAMBLE_BYTES - len(_START)]
            return False
        self._preamble = bytes(self._buffer[max(0, start - _PREAMBLE_BYTES) : start])
        del self._buffer[:start]
        self._at = 2
        self._begun_s = at_s
        return True

    def _walk(self) -> Part | None:
        """Go on to the end of the picture; None while more bytes are needed."""
        buffer = self._buffer
        while True:
            match = _MARKER.search(buffer, self._at)
            if match is None:
                self._at = max(self._at, len(buffer) - 1)  # the last byte may begin a marker
                break
            code, behind = buffer[match.end() - 1], match.end()
            self._at = match.start()
            if code == _END_CODE:
                return self._cut(behind, "")
            if code == _START_CODE:
                return self._cut(match.start(), "it breaks off where the next one begins")
            if code == _TEMPORARY:
                self._at = behind
                continue
            if code < _FIRST_DEFINED:
                return self._cut(2, "it breaks off")
            if len(buffer) < behind + 2:
                break
            length = int.from_bytes(buffer[behind : behind + 2], "big")
            if length < 2:
                return self._cut(2, "it breaks off")
            self._at = behind + length
        if len(buffer) > self._max_bytes:
            return self._cut(len(buffer), f"it is larger than {self._max_bytes} bytes")
        return None

    def _cut(self, end: int, damage: str) -> Part:
        """Take the picture off the buffer; damage goes on behind its first marker."""
        jpeg = None if damage else bytes(self._buffer[:end])
        del self._buffer[:end]
        self._at = 0
        return Part(jpeg, damage, self._preamble, self._begun_s)
