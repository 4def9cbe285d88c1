"""``/api/aircraft``: the bureau's own aircraft and the catalogue; changed by administrators.

Everybody sees what they can do; their papers and pilots are for monitors and administrators.
"""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.aircraft.schemas import (
    AircraftAnswer,
    AircraftRequest,
    FleetAnswer,
    ImportAnswer,
    ModelAnswer,
)
from api.auth.roles import AdminUser, SharedMonitor, SharedViewer
from api.context import Context, context_of
from api.languages import language_of
from drone_jobs.fleet import FleetFormat, catalogue, read_fleet, write_fleet
from models.errors import InputRefused

__all__ = ["MEDIA_TYPES", "router"]

router = APIRouter(prefix="/api/aircraft", tags=["aircraft"])

InContext = Annotated[Context, Depends(context_of)]
Name = Annotated[str, Path(min_length=1, max_length=80)]
Version = Annotated[int, Query(ge=1, le=2**31)]

MEDIA_TYPES: Final = {
    FleetFormat.TOML: "application/toml",
    FleetFormat.JSON: "application/json",
    FleetFormat.CSV: "text/csv; charset=utf-8",
}


@router.get("")
def list_aircraft(user: SharedViewer, context: InContext) -> FleetAnswer:
    """Aircraft to plan with: the bureau's own, and models with their makers' figures."""
    return FleetAnswer(
        aircraft=tuple(AircraftAnswer.kept(kept, user) for kept in context.store.aircraft.all()),
        catalogue=tuple(ModelAnswer.of(one) for one in catalogue()),
    )


@router.get("/file")
def get_fleet_file(
    _user: SharedMonitor,
    context: InContext,
    format_: Annotated[FleetFormat, Query(alias="format")] = FleetFormat.TOML,
) -> Response:
    """The bureau's own as a file that the import reads; what is not known is left out."""
    own = [kept.aircraft for kept in context.store.aircraft.all()]
    headers = {"Content-Disposition": f'attachment; filename="aircraft.{format_}"'}
    return Response(write_fleet(own, format_), media_type=MEDIA_TYPES[format_], headers=headers)


@router.put("/{name}")
def put_aircraft(
    name: Name, body: AircraftRequest, user: AdminUser, context: InContext
) -> AircraftAnswer:
    """Enter an aircraft, or write something else of it down."""
    aircraft = body.built()
    if aircraft.name != name:
        raise InputRefused(
            f"The aircraft is called {aircraft.name}, and the address names another.",
            remedy="Enter it by its own name; under another name it is another aircraft.",
            code="aircraft_name",
        )
    kept = context.store.aircraft.put(aircraft, version=body.version, author=user.name)
    return AircraftAnswer.kept(kept, user)


@router.delete("/{name}", status_code=204)
def retire_aircraft(name: Name, version: Version, user: AdminUser, context: InContext) -> None:
    """Take an aircraft out of use; sweeps that were planned with it stay as they are."""
    context.store.aircraft.retire(name, version=version, author=user.name)


@router.post("/import")
async def import_aircraft(
    request: Request,
    user: AdminUser,
    context: InContext,
    format_: Annotated[FleetFormat, Query(alias="format")] = FleetFormat.TOML,
) -> ImportAnswer:
    """Enter or renew the aircraft of a file, sent as the body; others stay as they are."""
    data = await request.body()  # not before it is known who sends it
    language = language_of(request.headers.get("accept-language"))

    def take() -> ImportAnswer:
        fleet = read_fleet(data, format_)
        taken = context.store.aircraft.import_all(fleet.aircraft, author=user.name)
        return ImportAnswer.of(taken, fleet.refused, language)

    return await asyncio.to_thread(take)
