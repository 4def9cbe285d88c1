"""``/api/coverage``: what the towers see, what was looked at, and what nobody sees."""

import hashlib
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response

from api.auth.roles import SharedViewer
from api.context import Context, context_of
from api.coverage.asking import Question, ask
from api.coverage.desk import REACH_M, Network
from api.coverage.looks import WatchedLand
from api.coverage.room import CoverageRoom
from api.coverage.schemas import (
    AtAnswer,
    BlindAnswer,
    BlindAreaAnswer,
    CoverageAnswer,
    WatchedAnswer,
    inks_told,
)
from api.moments import Moment
from geo.coverage import (
    SEEN,
    WATCHED,
    blind_areas,
    class_shares,
    coverage_png,
    names_at,
    seen_classes,
    watched_classes,
)
from models.errors import NotFound

__all__ = ["router"]

router = APIRouter(prefix="/api/coverage", tags=["coverage"])

InContext = Annotated[Context, Depends(context_of)]
Smoke = Annotated[float, Query(ge=0.0, le=100.0, description="Height of the smoke, m.")]
IfNoneMatch = Annotated[str, Header(alias="If-None-Match")]
USUAL_SMOKE_M: Final = 30.0


@router.get("")
def get_coverage(_user: SharedViewer, context: InContext) -> CoverageAnswer:
    """How far the computing is, and how much of the land the towers see."""
    desk = _room(context).desk
    network = desk.ready
    seen = () if network is None else inks_told(SEEN, _seen(network)[1])
    return CoverageAnswer.of(desk, network, seen)


@router.get("/seen.png", response_class=Response)
def get_seen(_user: SharedViewer, context: InContext, if_none_match: IfNoneMatch = "") -> Response:
    """What the towers see, as a picture between the bounds that ``/api/coverage`` tells."""
    network = _room(context).desk.network
    return _picture(_seen(network)[0], f'"{network.version}"', if_none_match)


@router.get("/watched")
def get_watched(
    _user: SharedViewer, context: InContext, smoke: Smoke = USUAL_SMOKE_M
) -> WatchedAnswer:
    """How much land was last watched when; as of at most a minute ago."""
    network = _room(context).desk.network
    land = _room(context).watches.watched(network, smoke)
    classes, hectares = _watched(land)
    return WatchedAnswer(
        at=land.at,
        smoke_m=smoke,
        version=hashlib.sha256(classes).hexdigest()[:16],
        bounds=network.coverage.grid.bounds_deg,
        classes=inks_told(WATCHED, hectares),
    )


@router.get("/watched.png", response_class=Response)
def get_watched_picture(
    _user: SharedViewer,
    context: InContext,
    smoke: Smoke = USUAL_SMOKE_M,
    if_none_match: IfNoneMatch = "",
) -> Response:
    """The same as a picture between the same bounds."""
    network = _room(context).desk.network
    png, _ = _watched(_room(context).watches.watched(network, smoke))
    return _picture(png, f'"{hashlib.sha256(png).hexdigest()[:16]}"', if_none_match)


@router.get("/blind")
def get_blind(
    _user: SharedViewer,
    context: InContext,
    smoke: Smoke = 50.0,
    most: Annotated[int, Query(ge=1, le=100)] = 20,
) -> BlindAnswer:
    """Connected areas where nobody sees smoke so high, the largest first."""
    network = _room(context).desk.network
    report = blind_areas(network.coverage, network.land, smoke, most)
    land = context.store.land.all()
    areas = [
        BlindAreaAnswer.of(area, names_at(land, area.lon_deg, area.lat_deg))
        for area in report.areas
    ]
    return BlindAnswer.of(report, smoke, areas)


@router.get("/at")
def get_at(  # noqa: PLR0917 -- the parts of one question
    _user: SharedViewer,
    context: InContext,
    lon: Annotated[float, Query(ge=-180.0, le=180.0)],
    lat: Annotated[float, Query(ge=-90.0, le=90.0)],
    smoke: Smoke = USUAL_SMOKE_M,
    at: Annotated[Moment | None, Query(description="Now when left out.")] = None,
    within_min: Annotated[float, Query(gt=0.0, le=1440.0)] = 60.0,
) -> AtAnswer:
    """Which towers could see a place (WGS 84), and who looked before a moment."""
    room = _room(context)
    if context.terrain is None:
        raise NotFound("No relief is loaded.", code="no_terrain")
    within = timedelta(minutes=within_min)
    question = Question(lon, lat, smoke, at or context.clock.now(), within)
    asked = ask(
        question,
        context.store,
        context.terrain,
        cameras=context.store.cameras.all(),
        aspect_of=room.aspect_of,
        running=context.patrols.visits.running(),
    )
    return AtAnswer.of(asked, REACH_M)


def _room(context: Context) -> CoverageRoom:
    if context.coverage is None:
        raise NotFound("No relief is loaded.", code="no_terrain")
    return context.coverage


@lru_cache(1)
def _seen(network: Network) -> tuple[bytes, list[float]]:
    grid = network.coverage.grid
    classes = seen_classes(network.coverage, network.land)
    return coverage_png(grid, classes, SEEN), class_shares(grid, classes, len(SEEN))


@lru_cache(2)
def _watched(land: WatchedLand) -> tuple[bytes, list[float]]:
    coverage = land.network.coverage
    classes = watched_classes(
        coverage,
        land.network.land,
        land.seen,
        now_s=land.at.timestamp(),
        smoke_m=land.smoke_m,
    )
    hectares = class_shares(coverage.grid, classes, len(WATCHED))
    return coverage_png(coverage.grid, classes, WATCHED), hectares


def _picture(png: bytes, tag: str, if_none_match: str) -> Response:
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(png, media_type="image/png", headers=headers)
