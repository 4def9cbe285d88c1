"""``/api/land/export``: land layers as a file for other programs; each export is written down.

Made in the import desk's thread, one at a time, and read back before anybody gets it.
"""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api.auth.roles import MonitorUser
from api.context import Context, context_of
from geo.exchange import Format, ending_of, write_file
from models.errors import NotFound
from models.land import LandFeature, Layer

__all__ = ["router"]

router = APIRouter(prefix="/api/land/export", tags=["land"])

InContext = Annotated[Context, Depends(context_of)]
_MEDIA_TYPES: Final = {
    ".zip": "application/zip",
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".kmz": "application/vnd.google-earth.kmz",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("")
async def export_land(
    user: MonitorUser,
    context: InContext,
    format_: Annotated[Format, Query(alias="format")],
    layer: Annotated[list[Layer], Query(max_length=40)] = [],  # noqa: B006  # read only
    system: Annotated[str, Query(max_length=20)] = "",
) -> FileResponse:
    """Layers as a file; all that have features when none is named."""
    wanted = sorted(set(layer) or set(Layer), key=list(Layer).index)
    desk, store = context.land_imports, context.store

    def make() -> tuple[Path, list[LandFeature]]:
        features = [feature for each in wanted for feature in store.land.all(each)]
        if not features:
            raise NotFound(
                "These layers have no features.",
                remedy="Choose layers that have some.",
                code="land_export_empty",
            )
        path = desk.export_path(f"{secrets.token_hex(16)}{ending_of(format_, _layers(features))}")
        write_file(path, features, format_, system=system)
        store.audit.record(
            actor=user.name,
            action="land.exported",
            subject=", ".join(each for each in wanted if any(f.layer is each for f in features)),
            details={"features": len(features), "format": format_.value},
        )
        return path, features

    path, features = await desk.aside(make)
    zone = ZoneInfo(context.settings.time_zone)
    what = features[0].layer.value if _layers(features) == 1 else "land"
    return FileResponse(
        path,
        media_type=_MEDIA_TYPES[path.suffix],
        filename=_name(what, context.clock.now().astimezone(zone), path.suffix),
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _layers(features: list[LandFeature]) -> int:
    return len({feature.layer for feature in features})


def _name(what: str, at: datetime, ending: str) -> str:
    return f"firewatch-{what}-{at:%Y%m%d-%H%M}{ending}"
