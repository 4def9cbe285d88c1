"""Messages and pictures cut out of a camera's event stream, by their own beginnings and ends.

The stream is multipart with a boundary and lengths that firmwares get wrong, so neither is used: a
message begins with its root element or, announced as JSON, with its brace; a picture with its start
marker. A message that begins inside a picture or another message ends that one: an alarm must not
drown in what broke off before it.
"""

import re
from dataclasses import dataclass
from typing import Final

from camera_gateway.sources.mjpeg_framing import JpegFramer

__all__ = ["EventFramer", "Message", "Picture"]

MAX_MESSAGE_BYTES: Final = 1_000_000
_XML_START: Final = b"<EventNotificationAlert"
_XML_END: Final = b"</EventNotificationAlert>"
_ANNOUNCED_JSON = rb"(?i:content-type:[ \t]*application/json)[^{]{0,512}(?P<json>\{)"
_START = re.compile(
    rb"(?P<xml>" + _XML_START + rb"[\s>])|" + _ANNOUNCED_JSON + rb"|(?P<jpeg>\xff\xd8\xff)"
)
_MESSAGE_START = re.compile(_XML_START + rb"[\s>]|(?i:content-type:[ \t]*application/json)")
_JSON_MARK = re.compile(rb'["\\{}]')
_KEPT_BYTES: Final = 640  # of what may be the beginning of a message


@dataclass(frozen=True, slots=True)
class Message:
    """One event as it came.

    Attributes:
        data: the XML document from its root element on, or the JSON object.
        is_json: which of the two.
    """

    data: bytes
    is_json: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that came behind an event.

    Attributes:
        jpeg: from start to end marker; None when it broke off.
    """

    jpeg: bytes | None


class EventFramer:
    """Takes pieces of any size and gives messages and pictures in their order.

    Args:
        max_picture_bytes: of one picture, > 0; a larger one is damage.
    """

    def __init__(self, max_picture_bytes: int) -> None:
        self._max_picture_bytes = max_picture_bytes
        self._buffer = b""
        self._json: _JsonEnd | None = None
        self._jpeg: JpegFramer | None = None
        self._in_jpeg = b""  # end of what the picture has taken, where a message might begin

    def feed(self, piece: bytes) -> list[Message | Picture]:
        """What ends in this piece; what is neither message nor picture is passed over."""
        self._buffer += piece
        found: list[Message | Picture] = []
        while self._buffer:
            item = self._next() if self._jpeg is None else self._picture(self._jpeg)
            if item is None:
                break
            found.append(item)
        return found

    def _next(self) -> Message | Picture | None:
        while True:
            if self._json is None:
                match = _START.search(self._buffer)
                if match is None:
                    self._buffer = self._buffer[-_KEPT_BYTES:]
                    return None
                kind = match.lastgroup or ""
                self._buffer = self._buffer[match.start(kind) :]
                if kind == "jpeg":
                    self._jpeg, self._in_jpeg = JpegFramer(self._max_picture_bytes), b""
                    return self._picture(self._jpeg)
                self._json = _JsonEnd() if kind == "json" else None
            # A message that begins ends the one before it, which has broken off.
            another = _MESSAGE_START.search(self._buffer, 1)
            limit = len(self._buffer) if another is None else another.start()
            end = self._end_before(limit)
            if end is not None:
                data, self._buffer = self._buffer[:end], self._buffer[end:]
                is_json, self._json = self._json is not None, None
                return Message(data, is_json)
            if another is None and limit <= MAX_MESSAGE_BYTES:
                return None
            self._buffer, self._json = self._buffer[1 if another is None else limit :], None

    def _end_before(self, limit: int) -> int | None:
        """Offset behind the message at the buffer's begin; None when its end is not there."""
        if self._json is not None:
            return self._json.find_in(self._buffer, limit)
        at = self._buffer.find(_XML_END, 0, limit)
        return None if at < 0 else at + len(_XML_END)

    def _picture(self, jpeg: JpegFramer) -> Picture | None:
        piece, self._buffer = self._buffer, b""
        seen = self._in_jpeg + piece
        message = _MESSAGE_START.search(seen)
        if message is not None:
            before = max(0, message.start() - len(self._in_jpeg))
            done = jpeg.feed_one(piece[:before], 0.0)
            self._jpeg = None
            rest = b"" if done is None else done[1]
            self._buffer = rest + seen[message.start() :]
            return Picture(None if done is None else done[0].jpeg)
        self._in_jpeg = seen[-64:]
        done = jpeg.feed_one(piece, 0.0)
        if done is None:
            return None
        part, self._buffer = done
        self._jpeg = None
        return Picture(part.jpeg)


class _JsonEnd:
    """Looks for the brace that closes the first one; goes on where it stopped."""

    def __init__(self) -> None:
        self._at = self._depth = 0
        self._in_text = False

    def find_in(self, data: bytes, limit: int) -> int | None:
        """Offset behind that brace; None when it has not come.

        Args:
            data: from the first brace on; each time the same with more behind it.
            limit: offset at which the search stops.
        """
        while (match := _JSON_MARK.search(data, self._at, limit)) is not None:
            mark, self._at = match[0], match.end()
            if self._in_text:
                if mark == b"\\":
                    self._at += 1  # it takes the next letter along
                elif mark == b'"':
                    self._in_text = False
            elif mark == b'"':
                self._in_text = True
            elif mark == b"{":
                self._depth += 1
            elif mark == b"}":
                self._depth -= 1
                if self._depth == 0:
                    return match.end()
        self._at = max(self._at, limit)
        return None
