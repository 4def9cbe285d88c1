"""``/api/duty``: who is on, who is called first, the people, shifts and leave, and the holes.

All of it is for people who act on it: telephones and leave are personal. No token opens it.
"""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.auth.roles import MonitorScope
from api.context import Context, context_of
from api.duty import service
from api.duty.answers import GapList, ImportAnswer, NowAnswer, NowQuery
from api.duty.calling import everybody, gaps_of, of_fire, of_township
from api.duty.rights import check_reads
from api.duty.schemas import (
    LeaveAnswer,
    LeaveList,
    LeaveRequest,
    PeopleList,
    PersonAnswer,
    PersonRequest,
    ShiftAnswer,
    ShiftList,
    ShiftRequest,
)
from api.languages import language_of
from api.moments import Moment

__all__ = ["router"]

router = APIRouter(prefix="/api/duty", tags=["duty"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Code = Annotated[str, Query(max_length=40)]
From = Annotated[Moment, Query(alias="from")]
Until = Annotated[Moment, Query(alias="until")]

LONGEST_NAME = 120
NOT_KEPT = {"Cache-Control": "no-store"}
"""Of answers to a POST: what is told of a person is forgotten with them, so no answer is kept."""


@router.get("/now")
def get_now(
    scope: MonitorScope, context: InContext, asked: Annotated[NowQuery, Query()]
) -> NowAnswer:
    """Whom to call, in this order: for a fire, for a township, or everybody who is on."""
    at = context.clock.now() if asked.at is None else asked.at
    if asked.incident_id is not None:
        return of_fire(context, scope.user, scope.check(asked.incident_id), at)
    if asked.township is None:
        return everybody(context, scope.user, at)
    check_reads(scope.user, asked.township)
    return of_township(context, asked.township, asked.village, at)


@router.get("/gaps")
def get_gaps(scope: MonitorScope, context: InContext, from_at: From, until_at: Until) -> GapList:
    """Where nobody is on in a span of at most 62 days."""
    service.check_span(from_at, until_at, service.LONGEST_GAPS)
    return gaps_of(context, scope.user, from_at, until_at)


@router.get("/people")
def list_people(
    scope: MonitorScope, context: InContext, township: Code | None = None
) -> PeopleList:
    """Everybody who can be on duty, by township, post and name."""
    found = service.people(context, scope.user, township)
    return PeopleList(people=tuple(PersonAnswer.of(one) for one in found))


@router.post("/people", status_code=201)
def add_person(
    body: PersonRequest, scope: MonitorScope, context: InContext, response: Response
) -> PersonAnswer:
    """Write somebody down."""
    response.headers.update(NOT_KEPT)
    return PersonAnswer.of(service.add_person(context, scope.user, body.draft()))


@router.put("/people/{person_id}")
def change_person(
    person_id: Number, body: PersonRequest, scope: MonitorScope, context: InContext
) -> PersonAnswer:
    """Write something else down of somebody; their shifts go with them."""
    return PersonAnswer.of(service.change_person(context, scope.user, person_id, body.draft()))


@router.delete("/people/{person_id}", status_code=204)
def remove_person(person_id: Number, scope: MonitorScope, context: InContext) -> None:
    """Take somebody off the roster: telephone and note are forgotten, the name stays."""
    service.remove_person(context, scope.user, person_id)


@router.get("/shifts")
def list_shifts(
    scope: MonitorScope,
    context: InContext,
    from_at: From,
    until_at: Until,
    township: Code | None = None,
) -> ShiftList:
    """Shifts that touch a span of at most 400 days, by their beginning."""
    found = service.shifts(context, scope.user, from_at, until_at, township)
    return ShiftList(shifts=tuple(ShiftAnswer.of(*row) for row in found))


@router.post("/shifts", status_code=201)
def add_shift(body: ShiftRequest, scope: MonitorScope, context: InContext) -> ShiftAnswer:
    """Write a shift down."""
    return ShiftAnswer.of(*service.add_shift(context, scope.user, body.draft()))


@router.delete("/shifts/{shift_id}", status_code=204)
def remove_shift(shift_id: Number, scope: MonitorScope, context: InContext) -> None:
    """Strike a shift out."""
    service.remove_shift(context, scope.user, shift_id)


@router.get("/leaves")
def list_leaves(
    scope: MonitorScope, context: InContext, from_at: From, until_at: Until
) -> LeaveList:
    """Leaves that touch a span of at most 400 days, by their beginning."""
    found = service.leaves(context, scope.user, from_at, until_at)
    return LeaveList(leaves=tuple(LeaveAnswer.of(*row) for row in found))


@router.post("/leaves", status_code=201)
def add_leave(
    body: LeaveRequest, scope: MonitorScope, context: InContext, response: Response
) -> LeaveAnswer:
    """Write down that somebody cannot come, whatever the roster says."""
    response.headers.update(NOT_KEPT)
    return LeaveAnswer.of(*service.add_leave(context, scope.user, body.draft()))


@router.delete("/leaves/{leave_id}", status_code=204)
def remove_leave(leave_id: Number, scope: MonitorScope, context: InContext) -> None:
    """Strike a leave out."""
    service.remove_leave(context, scope.user, leave_id)


@router.post("/import")
async def import_roster(
    request: Request,
    scope: MonitorScope,
    context: InContext,
    name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)] = "duty.xlsx",
) -> ImportAnswer:
    """Take a roster from a CSV or Excel file, sent as the body; rows that cannot be are told."""
    data = await request.body()  # not before it is known who sends it
    language = language_of(request.headers.get("accept-language"))
    taken, refused = await asyncio.to_thread(service.take_file, context, scope.user, data, name)
    return ImportAnswer.of(taken, refused, language)
