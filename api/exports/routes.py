"""``/api/exports``: fires as a file; each export is written down in the audit log."""

import secrets
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.auth.roles import MonitorScope
from api.context import Context, context_of
from api.exports.sheets import write_incidents
from api.incidents.listing import IncidentQuery, all_of
from geo.exchange import Format, ending_of

__all__ = ["MEDIA_TYPES", "IncidentExport", "router"]

router = APIRouter(prefix="/api/exports", tags=["exports"])

InContext = Annotated[Context, Depends(context_of)]
MEDIA_TYPES: Final = {
    ".zip": "application/zip",
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".kmz": "application/vnd.google-earth.kmz",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class IncidentExport(IncidentQuery):
    """Which fires, as what; limit and cursor are not heeded."""

    format_: Annotated[Format, Query(alias="format")]
    system: Annotated[str, Query(max_length=20)] = ""


@router.get("/incidents", response_class=FileResponse)
async def export_incidents(
    scope: MonitorScope, context: InContext, asked: Annotated[IncidentExport, Query()]
) -> FileResponse:
    """Fires with place, state, times, townships, reasons and verdicts."""
    desk, zone = context.land_imports, ZoneInfo(context.settings.time_zone)

    def make() -> Path:
        chosen = all_of(context, asked, scope)
        cameras = context.store.cameras.standpoints()
        ending = ending_of(asked.format_, 1)
        path = desk.export_path(f"{secrets.token_hex(16)}{ending}")
        write_incidents(
            path,
            chosen,
            asked.format_,
            place_of=lambda one: context.places.of(one, cameras),
            index=context.land_book.refresh().index,
            zone=zone,
            system=asked.system,
        )
        context.store.audit.record(
            actor=scope.user.name,
            action="incident.exported",
            subject=asked.scope,
            details={"incidents": len(chosen), "format": asked.format_.value},
        )
        return path

    path = await desk.aside(make)
    at = context.clock.now().astimezone(zone)
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[path.suffix],
        filename=f"firewatch-incidents-{at:%Y%m%d-%H%M}{path.suffix}",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )
