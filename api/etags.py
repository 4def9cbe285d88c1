"""Entity tags: who has the newest answer is told so with 304, who changes an old one with 412.

A tag is weak (RFC 9110 8.8.1): the answer is compressed on its way or not, and means the same.
"""

import hashlib
from typing import Annotated, Any, Final

from fastapi import Header, Request, Response
from pydantic import BaseModel

from models.errors import WatchError

__all__ = ["NOT_CHANGED", "IfMatch", "Outdated", "check_match", "tag_for", "tag_of", "tagged"]

NOT_MODIFIED: Final = 304

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag that was read; 412 when it is another by now."),
]


class Outdated(WatchError):
    """What is to be changed is not what the caller has read (HTTP 412)."""

    default_code = "outdated"


NOT_CHANGED: Final[dict[int | str, dict[str, Any]]] = {
    NOT_MODIFIED: {"description": "who asks has it as it is"}
}
"""What a route with a tag may answer besides, for the description of the API."""


def tag_of(*parts: object) -> str:
    """A weak tag of anything that tells versions apart."""
    digest = hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def tag_for(answer: BaseModel) -> str:
    """The tag that :func:`tagged` gives an answer."""
    return tag_of(answer.model_dump_json())


def tagged(request: Request, answer: BaseModel) -> Response:
    """The answer with its tag; 304 without it for who has it."""
    body = answer.model_dump_json().encode()
    tag = tag_of(body.decode())
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def matches(header: str | None, tag: str) -> bool:
    """Whether a header of tags names this one; weak comparison."""
    if header is None:
        return False
    bare = tag.removeprefix("W/")
    named = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in named or bare in named


def check_match(header: str | None, tag: str) -> None:
    """Go on only when the header is absent or names the tag.

    Raises:
        Outdated: it names another.
    """
    if header is not None and not matches(header, tag):
        raise Outdated(
            "This was changed since it was read.", remedy="Read it anew, and change that."
        )
