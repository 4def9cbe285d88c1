"""Messages and pictures cut out of a camera's event stream, by their own beginnings and ends.

The stream is multipart with a boundary and lengths that firmwares get wrong, so neither is used: a
message begins with its root element or, announced as JSON, with its brace; a picture with its start
marker. A message that begins inside a picture ends it: an alarm must not drown in a broken JPEG.
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
        match = _START.search(self._buffer)
        if match is None:
            self._buffer = self._buffer[-_KEPT_BYTES:]
            return None
        if match["jpeg"] is not None:
            self._buffer = self._buffer[match.start() :]
            self._jpeg, self._in_jpeg = JpegFramer(self._max_picture_bytes), b""
            return self._picture(self._jpeg)
        is_json = match["json"] is not None
        start = match.start("json") if is_json else match.start()
        end = _end_of_json(self._buffer, start) if is_json else _end_of_xml(self._buffer, start)
        if end is not None:
            data, self._buffer = self._buffer[start:end], self._buffer[end:]
            return Message(data, is_json)
        if len(self._buffer) - start > MAX_MESSAGE_BYTES:
            self._buffer = self._buffer[start + 1 :]
            return self._next()
        # A header that announced JSON is kept, so that its brace is found again.
        self._buffer = self._buffer[match.start() :]
        return None

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


def _end_of_xml(data: bytes, start: int) -> int | None:
    end = data.find(_XML_END, start)
    return None if end < 0 else end + len(_XML_END)


def _end_of_json(data: bytes, start: int) -> int | None:
    """Behind the brace that closes the one at ``start``; braces inside strings do not count."""
    depth, at, in_text = 0, start, False
    while at < len(data):
        letter = data[at]
        if in_text:
            if letter == 0x5C:  # a backslash takes the next letter along
                at += 1
            elif letter == 0x22:
                in_text = False
        elif letter == 0x22:
            in_text = True
        elif letter == 0x7B:
            depth += 1
        elif letter == 0x7D:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None
