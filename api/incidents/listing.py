"""Which fires a list tells, page by page."""

from collections.abc import Callable
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.auth.scope import Scope
from api.context import Context
from api.incidents.service import is_within
from api.moments import Moment
from api.paging import CursorText, number_of
from models.incident import Incident, IncidentPage, IncidentState

__all__ = ["IncidentQuery", "all_of", "page_of"]

MOST_READ: Final = 5000
"""Fires that are looked through for one page of a township; the page may come out short."""

_BATCH: Final = 200


class IncidentQuery(BaseModel):
    """What is asked for.

    Attributes:
        scope: ``working``: what needs people, whole, whatever its age; ``all``: page by page.
        limit: of a page; not heeded for ``working``.
        cursor: ``next_cursor`` of the page before.
        state: any of these.
        from_at: last seen at or after it.
        until_at: first seen at or before it.
        township: code of one that it may lie in.
    """

    model_config = ConfigDict(populate_by_name=True)

    scope: Literal["working", "all"] = "working"
    limit: Annotated[int, Field(ge=1, le=500)] = 100
    cursor: CursorText | None = None
    state: Annotated[tuple[IncidentState, ...], Field(max_length=20)] = ()
    from_at: Annotated[Moment | None, Field(alias="from")] = None
    until_at: Annotated[Moment | None, Field(alias="until")] = None
    township: Annotated[str | None, Field(min_length=1, max_length=100)] = None


def page_of(context: Context, asked: IncidentQuery, scope: Scope) -> IncidentPage:
    """A page of fires that somebody sees, newest first.

    Raises:
        InputRefused: the cursor is none; code ``cursor_refused``.
    """
    inside = _wanted(context, asked.township, scope)
    if asked.scope == "working":
        return IncidentPage(tuple(_working(context, asked, inside)), None)
    if inside is None:
        return _read(context, asked, number_of(asked.cursor), asked.limit)
    return _searched(context, asked, inside)


def all_of(context: Context, asked: IncidentQuery, scope: Scope) -> list[Incident]:
    """Every fire that is asked for and that somebody sees, newest first; limit and cursor aside."""
    inside = _wanted(context, asked.township, scope)
    if asked.scope == "working":
        return _working(context, asked, inside)
    before, found = None, list[Incident]()
    while True:
        part = _read(context, asked, before, _BATCH)
        found += [one for one in part.incidents if inside is None or inside(one)]
        before = part.next_before
        if before is None:
            return found


def _wanted(
    context: Context, township: str | None, scope: Scope
) -> Callable[[Incident], bool] | None:
    if township is None:
        return None if scope.is_whole else scope.sees
    within = is_within(context, township)
    return lambda one: within(one) and scope.sees(one)


def _working(
    context: Context, asked: IncidentQuery, inside: Callable[[Incident], bool] | None
) -> list[Incident]:
    return [
        one
        for one in context.store.incidents.working()
        if (not asked.state or one.state in asked.state)
        and (asked.from_at is None or one.last_seen_at >= asked.from_at)
        and (asked.until_at is None or one.first_seen_at <= asked.until_at)
        and (inside is None or inside(one))
    ]


def _read(context: Context, asked: IncidentQuery, before: int | None, limit: int) -> IncidentPage:
    return context.store.incidents.page(
        limit,
        before_id=before,
        states=asked.state,
        from_at=asked.from_at,
        until_at=asked.until_at,
    )


def _searched(
    context: Context, asked: IncidentQuery, inside: Callable[[Incident], bool]
) -> IncidentPage:
    """A page of those that pass, looked for batch by batch."""
    before, found = number_of(asked.cursor), list[Incident]()
    for _ in range(MOST_READ // _BATCH):
        part = _read(context, asked, before, _BATCH)
        for one in part.incidents:
            if inside(one):
                found.append(one)
                if len(found) == asked.limit:
                    return IncidentPage(tuple(found), one.incident_id)
        before = part.next_before
        if before is None:
            break
    return IncidentPage(tuple(found), before)
