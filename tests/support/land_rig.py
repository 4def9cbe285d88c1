"""Small lands around one fire, told in metres east and north of it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.joint import JointPlace
from geo.land import LandAsker, round_place
from models.land import Fact, LandFeature, LandReport, Layer
from models.wind import Wind

FIRE = (106.65, 28.85)
AT = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
PLANE = LocalFrame(*FIRE)


def on_land(shape: BaseGeometry) -> BaseGeometry:
    """A shape of the plane around the fire, on the Earth."""
    return PLANE.geometry_to_lonlat(shape)


def feature(layer: Layer, code: str, shape: BaseGeometry, **facts: Fact) -> LandFeature:
    """A real feature, told in metres."""
    return LandFeature(layer, code, f"name {code}", on_land(shape), drill=False, properties=facts)


def village(code: str, east_m: float, north_m: float) -> LandFeature:
    """One that is drawn as a point."""
    return feature(Layer.VILLAGE, code, shapely.Point(east_m, north_m))


def belt(code: str, corners: Sequence[tuple[float, float]], **facts: Fact) -> LandFeature:
    """One that is drawn as a line."""
    return feature(Layer.FOREST_BELT, code, shapely.LineString(corners), **facts)


def round_fire(radius_m: float, east_m: float = 0.0, north_m: float = 0.0) -> JointPlace:
    """A place with a round region."""
    return round_place(*PLANE.to_lonlat(east_m, north_m), radius_m)


def shaped_fire(shape: shapely.Polygon, weight: float = 1.0) -> JointPlace:
    """A place in the middle of a region of any shape."""
    middle = shape.centroid
    ring = shapely.get_coordinates(on_land(shape)).tolist()
    corners = tuple((lon, lat) for lon, lat in ring)
    return JointPlace(*PLANE.to_lonlat(middle.x, middle.y), weight, 100.0, corners)


def wind_from(from_deg: float, speed_m_s: float = 5.0) -> Wind:
    """Entered just now."""
    return Wind(from_deg, speed_m_s, AT, "li")


def asked(
    features: Iterable[LandFeature],
    *places: JointPlace,
    wind: Wind | None = None,
    month: int = 11,
) -> LandReport:
    """What a land says of a fire."""
    report = LandAsker(features).report(
        places or [round_fire(100.0)], wind=wind, at=AT, month=month
    )
    assert np.isfinite(report.took_ms)
    return report
