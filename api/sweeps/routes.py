"""``/api/sweeps``: plan flights over the land, keep them, get them as mission files, check others'.

Nothing flies from here.
"""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth.roles import MonitorUser, SharedMonitor, SharedViewer
from api.context import Context, context_of
from api.sweeps import service
from api.sweeps.answers import CheckAnswer, PlanAnswer
from api.sweeps.kept import KeptAnswer, KeptPage
from api.sweeps.requests import LookRequest, SaveRequest, SweepRequest
from drone_jobs.missions.formats import MissionFormat, ending_of

__all__ = ["router"]

router = APIRouter(prefix="/api/sweeps", tags=["sweeps"])

InContext = Annotated[Context, Depends(context_of)]
Number = Annotated[int, Path(ge=1, le=2**62)]
Version = Annotated[int, Query(ge=1, le=2**31)]
FileName = Annotated[str, Query(min_length=1, max_length=200)]
AircraftName = Annotated[str, Query(max_length=80)]

_MEDIA_TYPES: Final = {
    MissionFormat.WPML: "application/vnd.google-earth.kmz",
    MissionFormat.QGC_PLAN: "application/json",
    MissionFormat.WAYPOINTS: "text/plain; charset=utf-8",
    MissionFormat.GEOJSON: "application/geo+json",
    MissionFormat.KML: "application/vnd.google-earth.kml+xml",
}


@router.post("/plan")
def plan_sweep(body: SweepRequest, _user: SharedMonitor, context: InContext) -> PlanAnswer:
    """Plan flights that see an area or a belt; nothing is kept."""
    return service.plan(context, body)


@router.post("/look")
def plan_look(body: LookRequest, _user: SharedMonitor, context: InContext) -> PlanAnswer:
    """Plan a flight that looks at a place from upwind or from around it; nothing is kept."""
    return service.look(context, body)


@router.post("/check")
async def check_file(
    _user: SharedMonitor,
    request: Request,
    context: InContext,
    name: FileName,
    aircraft: AircraftName = "",
) -> CheckAnswer:
    """Hold a mission file (the body) against the rules; nothing is kept."""
    data = await request.body()
    return await run_in_threadpool(service.check, context, data, name, aircraft)


@router.post("/import", status_code=201)
async def take_file(
    user: MonitorUser,
    request: Request,
    context: InContext,
    name: FileName,
    aircraft: AircraftName = "",
) -> KeptAnswer:
    """Keep a mission file (the body) that may fly."""
    data = await request.body()
    return await run_in_threadpool(service.take, context, user, data, name, aircraft)


@router.get("")
def list_sweeps(
    _user: SharedViewer,
    context: InContext,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KeptPage:
    """Kept sweeps, newest first."""
    return service.page(context, before, limit)


@router.post("", status_code=201)
def keep_sweep(body: SaveRequest, user: MonitorUser, context: InContext) -> KeptAnswer:
    """Plan a wish and keep it."""
    return service.keep(context, user, body)


@router.get("/{sweep_id}")
def get_sweep(sweep_id: Number, _user: SharedViewer, context: InContext) -> KeptAnswer:
    """A kept sweep: what was asked, its plan, its versions."""
    return service.kept(context, sweep_id)


@router.put("/{sweep_id}")
def change_sweep(
    sweep_id: Number, body: SaveRequest, user: MonitorUser, context: InContext
) -> KeptAnswer:
    """Plan a wish and keep it as the next version."""
    return service.change(context, user, sweep_id, body)


@router.delete("/{sweep_id}", status_code=204)
def retire_sweep(sweep_id: Number, version: Version, user: MonitorUser, context: InContext) -> None:
    """Take a sweep off the list; all its versions are kept."""
    service.retire(context, user, sweep_id, version)


@router.get("/{sweep_id}/file")
def get_file(
    sweep_id: Number,
    _user: SharedMonitor,
    context: InContext,
    format_: Annotated[MissionFormat, Query(alias="format")],
    sortie: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """One flight as a mission file."""
    data, name = service.file_of(context, sweep_id, format_, sortie)
    file_name = quote(f"{name}-{sortie}{ending_of(format_)}", safe="")
    return Response(
        data,
        media_type=_MEDIA_TYPES[format_],
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{file_name}"},
    )
