"""Cursors of lists: where a page goes on, in letters that mean nothing to who asks.

A page goes on below the last number that was told, so that what is added meanwhile moves nothing:
every row that was there at the first page is told exactly once.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeAlias, TypeVar

from fastapi import Query
from pydantic import Field

from models.errors import InputRefused

__all__ = ["Cursor", "CursorText", "cursor_of", "cut", "number_of"]

T = TypeVar("T")
_MARK: Final = "b"
_MOST_DIGITS: Final = 19

CursorText: TypeAlias = Annotated[
    str, Field(max_length=64, description="`next_cursor` of the page before.")
]
Cursor: TypeAlias = Annotated[
    str | None,
    Query(max_length=64, description="`next_cursor` of the page before; left out for the first."),
]


def cursor_of(before: int | None) -> str | None:
    """The cursor of what has a smaller number; None stays None: there is no further page."""
    if before is None:
        return None
    return base64.urlsafe_b64encode(f"{_MARK}{before}".encode()).decode().rstrip("=")


def number_of(cursor: str | None) -> int | None:
    """The number below which a page goes on; None for the first one.

    Raises:
        InputRefused: it is no cursor of ours; code ``cursor_refused``.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, b"-_", validate=True).decode("ascii")
    except (UnicodeError, binascii.Error, ValueError) as error:
        raise _refused() from error
    digits = text.removeprefix(_MARK)
    if digits == text or not digits.isdecimal() or len(digits) > _MOST_DIGITS:
        raise _refused()
    return int(digits)


def cut(
    found: Sequence[T], limit: int | None, number: Callable[[T], int]
) -> tuple[Sequence[T], str | None]:
    """A page of rows of which one more than the limit was asked for, and where it goes on.

    Args:
        found: newest first, at most one more than the limit.
        limit: of the page; None for all of them.
        number: of a row.
    """
    page = list(found[:limit])
    is_more = limit is not None and len(found) > limit
    return page, cursor_of(number(page[-1])) if is_more else None


def _refused() -> InputRefused:
    return InputRefused(
        "That is no place in this list.",
        remedy="Take next_cursor of the page before, or begin anew without one.",
        code="cursor_refused",
    )
