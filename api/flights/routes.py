"""``/api/flights``: what is to be flown, what flies, what became of it, and persons' words."""

import secrets
from pathlib import Path as FilePath
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.auth.roles import MonitorUser, ViewerScope
from api.context import Context, context_of
from api.exports.routes import MEDIA_TYPES
from api.flights import service
from api.flights.schemas import (
    CancelRequest,
    FlightAnswer,
    FlightPage,
    FlightRequest,
    FlightsNow,
    ReleaseRequest,
    TrackAnswer,
    WordRequest,
)
from api.moments import Moment
from geo.exchange import Format, ending_of

__all__ = ["router"]

router = APIRouter(prefix="/api/flights", tags=["flights"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Wanted = Annotated[int | None, Query(ge=1, le=2**62)]
At = Annotated[Moment | None, Query()]


@router.get("")
def list_flights(  # noqa: PLR0917 -- each by its name in the address
    scope: ViewerScope,
    context: InContext,
    from_: Annotated[Moment | None, Query(alias="from")] = None,
    until: At = None,
    before: Wanted = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    schedule_id: Wanted = None,
    incident_id: Wanted = None,
) -> FlightPage:
    """Flights, the newest number first; of a span those whose window shares time with it."""
    return service.list_(
        context,
        scope,
        span=(from_, until),
        before=before,
        limit=limit,
        schedule_id=schedule_id,
        incident_id=incident_id,
    )


@router.post("", status_code=201)
def add_flight(body: FlightRequest, user: MonitorUser, context: InContext) -> FlightAnswer:
    """Ask for a flight of a kept sweep; it waits for its release."""
    return service.add(context, user, body)


@router.get("/export", response_class=FileResponse)
async def export_flights(
    user: MonitorUser,
    context: InContext,
    from_: Annotated[Moment, Query(alias="from")],
    until: Moment,
    format_: Annotated[Format, Query(alias="format")],
) -> FileResponse:
    """Flights of a span of at most 62 days: when each was due, what became of it, and why."""
    desk, zone = context.land_imports, ZoneInfo(context.settings.time_zone)

    def make() -> FilePath:
        ending = ending_of(format_, 1)
        path = desk.export_path(f"{secrets.token_hex(16)}{ending}")
        service.export(context, user, path, (from_, until), format_)
        return path

    path = await desk.aside(make)
    at = from_.astimezone(zone)
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[path.suffix],
        filename=f"firewatch-flights-{at:%Y%m%d}{path.suffix}",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


@router.get("/now")
def get_aircraft_now(scope: ViewerScope, context: InContext) -> FlightsNow:
    """The aircraft now."""
    return service.now(context, scope)


@router.get("/{run_id}")
def get_flight(run_id: Number, scope: ViewerScope, context: InContext) -> FlightAnswer:
    """A flight with every step, and its gates as they were asked."""
    return service.one(context, scope, run_id)


@router.get("/{run_id}/track")
def get_track(run_id: Number, scope: ViewerScope, context: InContext) -> TrackAnswer:
    """Where it went, and where it was to go."""
    return service.track(context, scope, run_id)


@router.post("/{run_id}/release")
def release_flight(
    run_id: Number, body: ReleaseRequest, user: MonitorUser, context: InContext
) -> FlightAnswer:
    """A person's word that it may start."""
    return service.release(context, user, run_id, body.version)


@router.post("/{run_id}/cancel")
def cancel_flight(
    run_id: Number, body: CancelRequest, user: MonitorUser, context: InContext
) -> FlightAnswer:
    """It is not to be flown; what is in the air is not called off so."""
    return service.cancel(context, user, run_id, body.note)


@router.post("/{run_id}/words", status_code=202)
def say_word(
    run_id: Number, body: WordRequest, user: MonitorUser, context: InContext
) -> FlightAnswer:
    """Tell its aircraft to pause, fly on, come home or land; what it does is told by its state."""
    return service.say(context, user, run_id, body.word)
