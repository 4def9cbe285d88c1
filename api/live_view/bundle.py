"""Small pictures of many cameras in one answer: a wall of a hundred is one request a tick.

An answer is four bytes with the length of a list (JSON, most significant byte first), the list, and
the pictures it names, one behind the other.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.cameras.thumbs import ThumbWidth
from api.context import Context
from models.errors import InputRefused, WatchError

__all__ = ["MOST_CAMERAS", "Wanted", "bundle_of", "wanted_of"]

MOST_CAMERAS: Final = 64
_WANTED: Final = re.compile(r"([a-z0-9-]{1,40}):(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A camera that is looked at.

    Attributes:
        camera_id: key.
        seen_ms: when the picture that was seen last was captured, Unix time; 0 for none.
    """

    camera_id: str
    seen_ms: int


@dataclass(frozen=True, slots=True)
class _Picture:
    camera_id: str
    jpeg: bytes
    captured_at: datetime
    received_at: datetime


def wanted_of(text: str) -> list[Wanted]:
    """Read ``KEY:SEEN,KEY:SEEN…``.

    Raises:
        InputRefused: it is not written so, or names more than :data:`MOST_CAMERAS`.
    """
    parts = [_WANTED.fullmatch(part) for part in text.split(",")] if text else []
    wanted = [Wanted(part[1], int(part[2])) for part in parts if part is not None]
    if len(wanted) != len(parts) or len(wanted) > MOST_CAMERAS:
        raise InputRefused(
            f"The cameras of a wall are told as KEY:SEEN, {MOST_CAMERAS} at most.",
            remedy="Load the page again.",
            code="wall_request",
        )
    return wanted


async def bundle_of(context: Context, wanted: Sequence[Wanted], width: ThumbWidth) -> bytes:
    """The pictures that are newer than those that were seen; and look at these cameras a while."""
    found = [await _newer(context, each, width) for each in wanted]
    pictures = [each for each in found if each is not None]
    listed = [
        {
            "camera_id": each.camera_id,
            "captured_at": _ms(each.captured_at),
            "received_at": _ms(each.received_at),
            "size": len(each.jpeg),
        }
        for each in pictures
    ]
    head = json.dumps({"now": _ms(context.clock.now()), "pictures": listed}).encode()
    return b"".join([len(head).to_bytes(4, "big"), head, *(each.jpeg for each in pictures)])


async def _newer(context: Context, wanted: Wanted, width: ThumbWidth) -> _Picture | None:
    camera_id = wanted.camera_id
    gateway = context.gateways.get(camera_id)
    if gateway is None:
        return None
    tap = context.taps.of(camera_id)
    context.wall.want(tap, width)
    still, status = context.wall.newest(tap, width), gateway.status()
    if still is not None and (
        status.captured_at is None or still.captured.at >= status.captured_at
    ):
        made = _Picture(camera_id, still.jpeg, still.captured.at, still.received_at)
        return made if _ms(made.captured_at) > wanted.seen_ms else None
    if status.captured_at is None or _ms(status.captured_at) <= wanted.seen_ms:
        return None
    with suppress(WatchError):  # a picture that does not decode is nobody's loss here
        small = await asyncio.to_thread(context.thumbs.of, status, width)
        if small is not None and small.captured_at is not None and small.received_at is not None:
            made = _Picture(camera_id, small.jpeg, small.captured_at, small.received_at)
            return made if _ms(made.captured_at) > wanted.seen_ms else None
    return None


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
