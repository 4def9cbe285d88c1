"""From a wish over HTTP to the planner's: features, aircraft, zones, the wind of the day."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from api.context import Context
from api.sweeps.airspace import no_fly_of, wind_of_day
from api.sweeps.fleet import aircraft_of
from api.sweeps.requests import (
    HomeRequest,
    LookRequest,
    Shape,
    ShapeTarget,
    SweepRequest,
    TargetRequest,
    WindRequest,
)
from drone_jobs.checks import FlightRules
from drone_jobs.planning.look_plan import LookPlace
from drone_jobs.planning.target import MOST_VERTICES
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.config.drones import DronesRule
from models.errors import InputRefused, NotFound
from models.land import LandFeature, Layer
from models.mission import Aircraft, AirWind, Home, NoFly, SweepTask

__all__ = ["check_rules", "home_of", "look_of", "look_task", "task_of", "terrain_of", "wind_of"]

_KINDS: Final = frozenset({"Polygon", "MultiPolygon", "LineString", "MultiLineString"})
_TARGETS: Final = frozenset({Layer.FOREST_BELT, Layer.FOREST_STAND, Layer.MOUNTAIN_UNIT})
MOST_DEPTH: Final = 5
LOOK_HEIGHT_M: Final = 90.0
LOOK_BELOW_M: Final = 25.0  # under the ceiling: over a surface model the trees count too


def task_of(context: Context, asked: SweepRequest) -> SweepTask:
    """The planner's task.

    Raises:
        NotFound: no such feature, aircraft or airspace.
        InputRefused: a shape that is none, no home, a fence of both or neither kind.
    """
    rules = context.settings.drones
    aircraft = aircraft_of(context.store, asked.aircraft)
    target, width_m = _target(context, asked.target)
    return SweepTask(
        name=asked.name,
        target=target,
        width_m=width_m,
        aircraft=aircraft,
        camera=asked.camera,
        home=home_of(asked.home, aircraft),
        height_m=asked.height_m,
        gimbal_pitch_deg=asked.gimbal_pitch_deg,
        side_overlap=_given(asked.side_overlap, rules.side_overlap),
        tolerance_m=asked.tolerance_m,
        angle_deg=asked.angle_deg,
        wind=wind_of(context, asked.wind),
        plume_m=asked.plume_m,
        recall=asked.recall,
        fence=_fence(context, asked),
        no_fly=no_fly_of(context.store),
        ceiling_m=_given(asked.ceiling_m, rules.ceiling_m),
        canopy_m=_given(asked.canopy_m, rules.canopy_m),
        ground=rules.ground if asked.ground is None else asked.ground,
        least_clearance_m=_given(asked.least_clearance_m, rules.least_clearance_m),
    )


def look_of(context: Context, asked: LookRequest) -> tuple[SweepTask, LookPlace]:
    """The task of a flight that looks at a place, and the place."""
    aircraft = aircraft_of(context.store, asked.aircraft)
    place = LookPlace(asked.lon_deg, asked.lat_deg, asked.radius_m, asked.views)
    task = look_task(
        place,
        context.settings.drones,
        name=asked.name,
        aircraft=aircraft,
        home=home_of(asked.home, aircraft),
        wind=wind_of(context, asked.wind),
        no_fly=no_fly_of(context.store),
    )
    return task, place


def look_task(
    place: LookPlace,
    rules: DronesRule,
    *,
    name: str,
    aircraft: tuple[Aircraft, ...],
    home: Home,
    wind: AirWind,
    no_fly: tuple[NoFly, ...],
) -> SweepTask:
    """The task of a flight that looks at a place: its surroundings, well below the ceiling."""
    frame = LocalFrame(place.lon_deg, place.lat_deg)
    ceiling_m = min(rules.ceiling_m, aircraft[0].ceiling_m or rules.ceiling_m)
    return SweepTask(
        name=name or f"{place.lon_deg:.5f}, {place.lat_deg:.5f}",
        target=frame.geometry_to_lonlat(Point(0.0, 0.0).buffer(max(place.radius_m, 10.0))),
        aircraft=aircraft,
        home=home,
        height_m=min(LOOK_HEIGHT_M, ceiling_m - LOOK_BELOW_M),
        wind=wind,
        no_fly=no_fly,
        ceiling_m=rules.ceiling_m,
        canopy_m=rules.canopy_m,
        ground=rules.ground,
        least_clearance_m=rules.least_clearance_m,
    )


def terrain_of(context: Context) -> Terrain:
    """The elevation model.

    Raises:
        InputRefused: there is none (``sweep_no_terrain``).
    """
    if context.terrain is None:
        raise InputRefused(
            "There is no elevation model, so nobody can say how high a flight is above the ground.",
            remedy="Import one (firewatch geo relief import), then plan.",
            code="sweep_no_terrain",
        )
    return context.terrain


def home_of(asked: HomeRequest | None, aircraft: Sequence[Aircraft]) -> Home:
    """Where flights start: as asked, or where the first aircraft stands.

    Raises:
        InputRefused: nobody says (``sweep_no_home``).
    """
    if asked is not None:
        return Home(asked.lon_deg, asked.lat_deg, asked.name)
    first = aircraft[0]
    if first.home_lon_deg is None or first.home_lat_deg is None:
        raise InputRefused(
            f"Nobody has said where the {first.name} starts.",
            remedy="Press on the map where it starts, or enter its home.",
            code="sweep_no_home",
        )
    return Home(first.home_lon_deg, first.home_lat_deg, first.home_name)


def wind_of(context: Context, asked: WindRequest | None) -> AirWind:
    """The wind asked for, else that of the day while it is fresh, else a calm."""
    if asked is not None:
        return AirWind(asked.from_deg % 360.0, asked.speed_ms)
    return wind_of_day(context.store, context.clock.now())


def check_rules(context: Context, aircraft: Aircraft | None) -> FlightRules:
    """The rules that a mission from a file is held against."""
    rules = context.settings.drones
    home = None
    if aircraft is not None and aircraft.home_lon_deg is not None:
        home = home_of(None, [aircraft])
    return FlightRules(
        ceiling_m=rules.ceiling_m,
        canopy_m=rules.canopy_m,
        ground=rules.ground,
        least_clearance_m=rules.least_clearance_m,
        fence=None,
        no_fly=no_fly_of(context.store),
        aircraft=aircraft,
        wind=wind_of(context, None),
        home=home,
    )


def _given(asked: float | None, usual: float) -> float:
    return usual if asked is None else asked


def _target(
    context: Context, asked: TargetRequest | ShapeTarget
) -> tuple[BaseGeometry, float | None]:
    if isinstance(asked, ShapeTarget):
        return _shape(asked.geometry, "The target"), asked.width_m
    if asked.layer not in _TARGETS:
        raise InputRefused(
            f"A sweep is not flown over a {asked.layer.value}.",
            remedy="Choose a belt, a stand or a mountain unit, or draw an area.",
            code="sweep_target_layer",
        )
    feature = _feature(context, asked.layer, asked.code)
    width_m = feature.properties.get("width_m")
    is_number = isinstance(width_m, int | float) and not isinstance(width_m, bool)
    return feature.geometry, float(width_m) if is_number else None  # type: ignore[arg-type]


def _feature(context: Context, layer: Layer, code: str) -> LandFeature:
    feature = context.store.land.get(layer, code)
    if feature is None:
        raise NotFound(
            f"There is no {layer.value} {code}.",
            remedy="Choose one from the map or the list.",
            code="no_such_feature",
        )
    return feature


def _fence(context: Context, asked: SweepRequest) -> BaseGeometry | None:
    if asked.fence is None:
        return None
    if (asked.fence.code is None) == (asked.fence.geometry is None):
        raise InputRefused(
            "A fence is an approved airspace or a polygon, and not both.",
            remedy="Give its code or its geometry.",
            code="sweep_fence",
        )
    if asked.fence.code is not None:
        zone = _feature(context, Layer.AIRSPACE, asked.fence.code)
        if zone.properties.get("rule") != "approved":
            raise InputRefused(
                f"The airspace {zone.name} is not an approved one.",
                remedy="Choose an approved airspace, or draw a fence.",
                code="sweep_fence",
            )
        return zone.geometry
    fence = _shape(asked.fence.geometry or {}, "The fence")
    corners = shapely.get_coordinates(fence)
    is_area = fence.geom_type in {"Polygon", "MultiPolygon"} and not fence.is_empty
    if not is_area or not (np.abs(corners) <= (180.0, 90.0)).all() or not fence.is_valid:
        raise InputRefused(
            "The fence is not an area on Earth, or crosses itself.",
            remedy="Draw it again.",
            code="sweep_fence",
        )
    if len(corners) > MOST_VERTICES:
        raise InputRefused(
            f"The fence has {len(corners)} vertices, more than {MOST_VERTICES}.",
            remedy="Simplify it; a metre is fine enough.",
            code="sweep_fence",
        )
    return fence


def _shape(value: Shape, what: str) -> BaseGeometry:
    """A shape as drawn, mended in nothing: what crosses itself is for the planner to refuse."""
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _KINDS or not _flat(value.get("coordinates"), 0):
        raise InputRefused(
            f"{what} is no area and no line in GeoJSON.",
            remedy="Draw a polygon, or a line with a width, in WGS 84 degrees.",
            code="sweep_shape",
        )
    try:
        return shapely.force_2d(shape(value))
    except (ArithmeticError, LookupError, TypeError, ValueError, ShapelyError) as error:
        raise InputRefused(
            f"{what} cannot be built: {str(error)[:120]}.",
            remedy="A line needs 2 positions, a ring 4, the last equal to the first.",
            code="sweep_shape",
        ) from error


def _flat(value: Any, depth: int) -> bool:  # noqa: ANN401  # JSON is anything until looked at
    """Whether it is numbers in lists in lists, and no deeper than a multipolygon."""
    if isinstance(value, list):
        return depth < MOST_DEPTH and all(_flat(inside, depth + 1) for inside in value)
    return depth > 0 and isinstance(value, int | float) and not isinstance(value, bool)
