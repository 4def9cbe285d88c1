"""No request is read further than its route has use for: memory is not for whoever asks.

What says beforehand that it is too large is refused unread; what does not say is counted.
"""

import re
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem
from api.languages import language_of

__all__ = [
    "MOST_BYTES",
    "MOST_CHUNK_BYTES",
    "MOST_FIELD_BYTES",
    "MOST_IMAGERY_BYTES",
    "MOST_LAND_BYTES",
    "MOST_LIST_BYTES",
    "MOST_MISSION_BYTES",
    "MOST_PHOTO_BYTES",
    "BodyLimit",
]

MOST_BYTES: Final = 1_000_000
MOST_LIST_BYTES: Final = 5_000_000
"""Of a camera list; one of a thousand cameras has 200 kB."""

MOST_LAND_BYTES: Final = 64_000_000
"""Of a file of land layers; it goes to the disk as it comes."""

MOST_PHOTO_BYTES: Final = 30_000_000
"""Of a photo of a telephone; 50 million pixels have 15 MB."""

MOST_MISSION_BYTES: Final = 8 * 1024 * 1024
"""Of a mission file; one of 10,000 points has 6 MB."""

MOST_IMAGERY_BYTES: Final = 8_000_000_000
"""Of a drone's video; cameras begin a new file at 4 GB. It goes to the disk as it comes."""

_LARGER: Final = {
    "/api/imagery": MOST_IMAGERY_BYTES,
    "/api/footage": MOST_IMAGERY_BYTES,
    "/api/footage/labels": MOST_LAND_BYTES,
    "/api/cameras/import": MOST_LIST_BYTES,
    "/api/weather/import": MOST_LIST_BYTES,
    "/api/duty/import": MOST_LIST_BYTES,
    "/api/gates/import": MOST_LIST_BYTES,
    "/api/land/imports": MOST_LAND_BYTES,
    "/api/sweeps/check": MOST_MISSION_BYTES,
    "/api/sweeps/import": MOST_MISSION_BYTES,
}
MOST_FIELD_BYTES: Final = 32_000
"""Of what a phone without an account sends; a note of 4000 characters has 12 kB."""

MOST_CHUNK_BYTES: Final = 256 * 1024
"""Of a part of its photo."""

_FIELD: Final = "/api/field/"
_TRUTHS: Final = re.compile(r"/api/footage/[0-9]{1,19}/truth")
_FRAMES: Final = re.compile(r"/api/nodes/[^/]+/frames")
"""Of nodes: the route bounds them itself, for a push that is too large is counted."""
_PHOTOS: Final = re.compile(r"/api/incidents/[0-9]{1,19}/photos")


class BodyLimit:
    """Refuses bodies that are too large, with 413 and the code ``body_too_large``; plain ASGI.

    Args:
        app: within.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = _most_of(scope["path"])
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if any(not value.isdigit() or int(value) > most for value in lengths):
            refusal = problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "body_too_large",
                f"The request has more than {most} bytes.",
                "",
                language_of(Headers(scope=scope).get("accept-language")),
            )
            await refusal(scope, receive, send)
            return
        left = most

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, counted, send)


def _most_of(path: str) -> int:
    if _PHOTOS.fullmatch(path) is not None:
        return MOST_PHOTO_BYTES
    if _FRAMES.fullmatch(path) is not None:
        return MOST_IMAGERY_BYTES
    if _TRUTHS.fullmatch(path) is not None:
        return MOST_LIST_BYTES
    if path.startswith(_FIELD):
        return MOST_CHUNK_BYTES if path == f"{_FIELD}photos" else MOST_FIELD_BYTES
    return _LARGER.get(path, MOST_BYTES)
