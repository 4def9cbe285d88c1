"""``/api/schedules``: when sweeps are flown; kept by monitors, seen by everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.auth.roles import MonitorUser, SharedMonitor, SharedViewer
from api.context import Context, context_of
from api.flights import schedule_service
from api.flights.schedule_schemas import (
    PreviewAnswer,
    PreviewRequest,
    ScheduleAnswer,
    ScheduleChange,
    ScheduleList,
    ScheduleRequest,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/schedules", tags=["schedules"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def list_schedules(_user: SharedViewer, context: InContext) -> ScheduleList:
    """All schedules, the switched off as well."""
    return schedule_service.list_all(context)


@router.post("", status_code=201)
def add_schedule(body: ScheduleRequest, user: MonitorUser, context: InContext) -> ScheduleAnswer:
    """Keep a schedule; its windows open from now on."""
    return schedule_service.add(context, user, body.schedule.schedule())


@router.post("/preview")
def preview_schedule(
    body: PreviewRequest, _user: SharedMonitor, context: InContext
) -> PreviewAnswer:
    """Windows that a schedule would open; nothing is kept."""
    return schedule_service.preview(context, body.schedule.schedule())


@router.put("/{schedule_id}")
def change_schedule(
    schedule_id: Number, body: ScheduleChange, user: MonitorUser, context: InContext
) -> ScheduleAnswer:
    """Keep its next version; flights that have not begun follow it."""
    schedule = body.schedule.schedule()
    return schedule_service.change(context, user, schedule_id, schedule, body.version)


@router.delete("/{schedule_id}", status_code=204)
def retire_schedule(
    schedule_id: Number,
    version: Annotated[int, Query(ge=1, le=2**31)],
    user: MonitorUser,
    context: InContext,
) -> None:
    """Take it off the list; what was flown stays."""
    schedule_service.retire(context, user, schedule_id, version)
