"""What is asked of a collection, read from the address."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from shapely.geometry.base import BaseGeometry
from starlette.datastructures import QueryParams

from api.ogc.refusals import refused
from api.ogc.systems import system_of, taken_in
from api.paging import number_of

__all__ = ["MOST", "USUAL", "ItemQuery", "Span", "read_query"]

USUAL: Final = 100
MOST: Final = 10_000
_OWN: Final = frozenset({"bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f"})
_FARTHEST: Final = 10_000_000

Span = tuple[datetime | None, datetime | None]
"""From and until, both included; None where it is open."""


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which items, and how.

    Attributes:
        limit: of a page.
        cursor: number below which the page goes on, of collections that grow; None at first.
        offset: items that were told already, of collections that stand; 0 at first.
        box: WGS 84, longitude first; None for everywhere.
        span: of time; None for all.
        system: of the geometries that are answered.
        wanted: property to the text that it has to have.
    """

    limit: int
    cursor: int | None
    offset: int
    box: BaseGeometry | None
    span: Span | None
    system: str
    wanted: Mapping[str, str] = field(default_factory=dict)


def read_query(
    params: QueryParams, queryables: Mapping[str, str], *, only: frozenset[str] | None = None
) -> ItemQuery:
    """Read and check it.

    Args:
        params: of the address.
        queryables: properties that may be asked for.
        only: the parameters that are known; None for all of a list of items.

    Raises:
        QueryRefused: a parameter is unknown, given twice, or cannot be read.
    """
    known = (_OWN | {"cursor"} | set(queryables)) if only is None else only
    for name in params:
        if name not in known:
            raise refused(f"There is no parameter {name[:60]}.")
        if len(params.getlist(name)) > 1:
            raise refused(f"{name[:60]} is given more than once.")
    if params.get("f", "json") not in {"json", "geojson"}:
        raise refused("f is json: there is no other format.")
    box = params.get("bbox")
    box_system = system_of(params.get("bbox-crs"), "bbox-crs")
    span = params.get("datetime")
    return ItemQuery(
        limit=min(_number(params.get("limit"), "limit", USUAL, least=1), MOST),
        cursor=number_of(params.get("cursor")),
        offset=_number(params.get("offset"), "offset", 0, least=0),
        box=None if box is None else taken_in(_box(box), box_system),
        span=None if span is None else _span(span),
        system=system_of(params.get("crs"), "crs"),
        wanted={name: params[name] for name in params if name in queryables},
    )


def _number(text: str | None, name: str, usual: int, *, least: int) -> int:
    if text is None:
        return usual
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:12]) <= _FARTHEST:
        raise refused(f"{name} is a whole number from {least} on.")
    return int(text)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in {4, 6} or not all(math.isfinite(number) for number in numbers):
        raise refused("bbox is four numbers, or six with heights, with commas between them.")
    if len(numbers) == 6:  # heights are not heeded
        numbers = [*numbers[:2], *numbers[3:5]]
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _span(text: str) -> Span:
    parts = text.split("/")
    if len(parts) == 1:
        at = _moment(parts[0])
        if at is not None:
            return at, at
    elif len(parts) == 2:
        since, until = _moment(parts[0]), _moment(parts[1])
        if since is None or until is None or since <= until:
            return since, until
    raise refused("datetime is a moment, or two with a slash between; .. for an open end.")


def _moment(text: str) -> datetime | None:
    if text in {"", ".."}:
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00").replace("z", "+00:00"))
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refused("datetime is written as RFC 3339 says.") from error
