"""``/api/site``, ``/api/land``, ``/api/terrain``: what the console's map is made of."""

from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel
from shapely.geometry import mapping

from api.auth.roles import SharedViewer
from api.context import Context, context_of
from geo.terrain import Terrain
from geo.tiles import terrarium_tile
from models.detection import ModelReference
from models.errors import NotFound
from models.land import LandFeature

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["map"])

InContext = Annotated[Context, Depends(context_of)]
MIN_ZOOM, MAX_ZOOM = 6, 13  # 3 arcsec cells are 90 m; a pixel of zoom 13 is 15 m at 36 degrees


class TerrainAnswer(BaseModel):
    """Which relief is drawn, and how far to trust it."""

    name: str
    cell_m: float
    caution: str
    min_zoom: int
    max_zoom: int
    tiles: str

    @classmethod
    def of(cls, terrain: Terrain) -> "TerrainAnswer":
        """With the address of its tiles."""
        reference = terrain.reference
        return cls(
            name=reference.name,
            cell_m=reference.cell_m,
            caution=reference.caution,
            min_zoom=MIN_ZOOM,
            max_zoom=MAX_ZOOM,
            tiles="/api/terrain/{z}/{x}/{y}.png",
        )


class ModelAnswer(BaseModel):
    """Which weights look, and on what."""

    name: str
    version: str
    provider: str

    @classmethod
    def of(cls, model: ModelReference, provider: str) -> "ModelAnswer":
        """Without the long hash."""
        return cls(name=model.name, version=model.version, provider=provider)


class SiteAnswer(BaseModel):
    """The installation at a glance."""

    name: str
    version: str
    time_zone: str
    datum: str
    drill: bool
    bounds: tuple[float, float, float, float]
    terrain: TerrainAnswer | None
    model: ModelAnswer
    replay_rate: float | None
    now: datetime


@router.get("/site")
def get_site(_user: SharedViewer, context: InContext) -> SiteAnswer:
    """Name, extent, relief, weights."""
    site, terrain = context.site, context.terrain
    return SiteAnswer(
        name=site.name,
        version=version("forest-fire-watch"),
        time_zone=context.settings.time_zone,
        datum="WGS 84",
        drill=site.drill,
        bounds=_bounds(context),
        terrain=None if terrain is None else TerrainAnswer.of(terrain),
        model=ModelAnswer.of(site.model, site.provider),
        replay_rate=site.replay_rate,
        now=context.clock.now(),
    )


@router.get("/land")
def get_land(_user: SharedViewer, context: InContext) -> dict[str, Any]:
    """Every land feature as one GeoJSON collection (RFC 7946)."""
    features = context.store.land.all()
    return {"type": "FeatureCollection", "features": [_geojson(feature) for feature in features]}


@router.get(
    "/terrain/{zoom}/{column}/{row}.png",
    response_class=Response,
    responses={204: {"description": "there is no relief"}},
)
def get_terrain_tile(
    zoom: Annotated[int, Path(ge=MIN_ZOOM, le=MAX_ZOOM)],
    column: Annotated[int, Path(ge=0, lt=2**MAX_ZOOM)],
    row: Annotated[int, Path(ge=0, lt=2**MAX_ZOOM)],
    _user: SharedViewer,
    context: InContext,
) -> Response:
    """One tile of the relief, terrarium encoding; 204 where there is none."""
    if context.terrain is None:
        raise NotFound("No relief is loaded.", code="no_terrain")
    tile = terrarium_tile(context.terrain, zoom, column, row)
    if tile is None:
        return Response(status_code=204)
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(tile, media_type="image/png", headers=headers)


def _geojson(feature: LandFeature) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": mapping(feature.geometry),
        "properties": {
            **feature.properties,
            "layer": feature.layer,
            "code": feature.code,
            "name": feature.name,
            "drill": feature.drill,
        },
    }


def _bounds(context: Context) -> tuple[float, float, float, float]:
    """West, south, east, north of all that the map shows; the whole Earth when that is nothing."""
    boxes = [feature.geometry.bounds for feature in context.store.land.all()]
    places = [camera.position for camera in context.store.cameras.all()]
    boxes += [(place.lon_deg, place.lat_deg, place.lon_deg, place.lat_deg) for place in places]
    if not boxes:
        return (-180.0, -85.0, 180.0, 85.0)
    wests, souths, easts, norths = zip(*boxes, strict=True)
    return (min(wests), min(souths), max(easts), max(norths))
