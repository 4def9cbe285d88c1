"""Helicopter water for a fire: the best three usable points, and why nearer ones lost."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from geo.joint import JointPlace
from geo.land.helicopter import MONTHS, months_of, number_of, round_minutes, shortcomings
from geo.land.reach import farthest_m
from models.config import HelicopterRule
from models.land import Asset, LandFeature, Layer, LostBecause, WaterOption, WaterReport
from models.units import FloatArray, wrap_bearing_deg

__all__ = ["BEST", "LOST_WITHOUT_BEST", "Ground", "WaterDesk"]

Ground: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]
"""Metres above sea level at WGS 84 longitudes and latitudes; NaN where it is not known."""

BEST: Final = 3
LOST_WITHOUT_BEST: Final = 30
"""When no point is usable there is nothing to be nearer than: so many of the nearest are told."""
WITHIN_M: Final = 1e-3
"""From here on the fire is at the water: a bearing would be noise."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fire:
    """A fire in its own frame.

    Attributes:
        frame: around its best place.
        outlines: of all places, metric.
        ground_m: of the best place and of the outlines' corners; NaN where not known.
    """

    frame: LocalFrame
    outlines: NDArray[np.object_]
    ground_m: FloatArray


class WaterDesk:
    """Water points of a land, ready to be asked; never changed after it was built.

    The height of the water is the one that is stated (``ground_m``), else that of the relief.

    Args:
        features: of any layers; those of :attr:`Layer.WATER_POINT` count.
        helicopter: that they are weighed for.
        ground_m: the relief, such as ``Terrain.height_at``; None without one.
    """

    def __init__(
        self,
        features: Iterable[LandFeature],
        helicopter: HelicopterRule,
        *,
        ground_m: Ground | None = None,
    ) -> None:
        self._helicopter = helicopter
        self._ground = ground_m
        self._features = sorted(
            (feature for feature in features if feature.layer is Layer.WATER_POINT),
            key=lambda feature: feature.code,
        )
        geometries = [feature.geometry for feature in self._features]
        self._middles = shapely.get_coordinates(shapely.point_on_surface(geometries))
        west, south, east, north = shapely.total_bounds(geometries) if geometries else (0.0,) * 4
        self._frame = LocalFrame(float(west + east) / 2.0, float(south + north) / 2.0)
        self._areas = [
            index
            for index, geometry in enumerate(geometries)
            if not isinstance(geometry, shapely.Point)
        ]
        self._shapes = [self._frame.geometry_to_metric(geometries[index]) for index in self._areas]
        self._faults = [list(shortcomings(feature, helicopter)) for feature in self._features]
        self._months = [months_of(feature) for feature in self._features]
        self._faulty = np.array([bool(faults) for faults in self._faults], dtype=bool)
        self._open = np.array(
            [[month in months for month in MONTHS] for months in self._months], dtype=bool
        ).reshape(-1, len(MONTHS))
        self._litres = 1000.0 * self._numbers("capacity_m3")
        stated_m = self._numbers("ground_m")
        self._heights_m = np.where(np.isnan(stated_m), self._ground_at(self._middles), stated_m)

    def report(
        self, places: Sequence[JointPlace], month: int, frame: LocalFrame | None = None
    ) -> WaterReport:
        """Weigh every water point for a fire.

        Args:
            places: where it may be, the best first; none: an empty report.
            month: by the site's clock, 1 to 12.
            frame: around the best place, where somebody has it already.

        Raises:
            ValueError: there is no such month.
        """
        if month not in MONTHS:
            raise ValueError(f"{month} is no month of a year")
        if not places or not self._features:
            return WaterReport((), (), month)
        fire = self._fire(places, frame or LocalFrame(places[0].lon_deg, places[0].lat_deg))
        ends_m = self._ends_m(fire.frame)
        # Codes decide last: the features lie in their order, and sorting is stable.
        distance_m = np.hypot(ends_m[:, 0], ends_m[:, 1])
        climb_m = fire.ground_m[0] - self._heights_m
        minutes = round_minutes(self._helicopter, distance_m, climb_m)
        litres_per_hour = 60.0 * self._helicopter.bucket_litres / minutes
        bad = self._faulty | (self._litres < litres_per_hour) | ~self._open[:, month - 1]
        order = np.lexsort((distance_m, minutes))
        best = order[~bad[order]][:BEST].tolist()
        farthest_m = max((distance_m[index] for index in best), default=np.inf)
        nearer = np.flatnonzero(distance_m < farthest_m)
        nearer = nearer[np.argsort(distance_m[nearer], kind="stable")]
        lost = [index for index in nearer.tolist() if index not in best]
        if not best:
            lost = lost[:LOST_WITHOUT_BEST]
        told = [*best, *lost]
        because = {
            index: self._because(index, month, float(litres_per_hour[index])) for index in told
        }
        options = self._options(told, fire, ends_m, because, len(best))
        return WaterReport(tuple(options[: len(best)]), tuple(options[len(best) :]), month)

    def _fire(self, places: Sequence[JointPlace], frame: LocalFrame) -> _Fire:
        outlines = _metric([shapely.Polygon(place.outline_lonlat) for place in places], frame)
        rings = np.array([corner for place in places for corner in place.outline_lonlat])
        ground_m = self._ground_at(np.vstack(([[frame.lon_deg, frame.lat_deg]], rings)))
        return _Fire(frame, outlines, ground_m)

    def _ends_m(self, fire: LocalFrame) -> FloatArray:
        """The nearest place of each water in the fire's frame."""
        ends = self._middles.copy()
        if self._areas:
            here = shapely.Point(self._frame.to_metric(fire.lon_deg, fire.lat_deg))
            lines = shapely.get_coordinates(shapely.shortest_line(here, self._shapes))[1::2]
            ends[self._areas] = np.column_stack(self._frame.to_lonlat(lines[:, 0], lines[:, 1]))
        return np.column_stack(fire.to_metric(ends[:, 0], ends[:, 1]))

    def _because(self, index: int, month: int, litres_per_hour: float) -> tuple[LostBecause, ...]:
        found = list(self._faults[index])
        if self._litres[index] < litres_per_hour:
            found.append(LostBecause.CAPACITY)
        if month not in self._months[index]:
            found.append(LostBecause.MONTH)
        return tuple(reason for reason in LostBecause if reason in found)

    def _options(
        self,
        told: list[int],
        fire: _Fire,
        ends_m: FloatArray,
        because: Mapping[int, tuple[LostBecause, ...]],
        best: int,
    ) -> list[WaterOption]:
        shapes = _metric([self._features[index].geometry for index in told], fire.frame)[:, None]
        distance_m = np.hypot(ends_m[told, 0], ends_m[told, 1])
        least_m = np.minimum(distance_m, shapely.distance(shapes, fire.outlines).min(axis=1))
        most_m = np.maximum(
            distance_m, [farthest_m(fire.outlines, shape) for shape in shapes[:, 0]]
        )
        climbs_m = fire.ground_m - self._heights_m[told, None]
        rounds = [
            round_minutes(self._helicopter, distances_m, heights_m)
            for distances_m, heights_m in (
                (distance_m, climbs_m[:, 0]),
                (least_m, np.fmin.reduce(np.abs(climbs_m), axis=1)),
                (most_m, np.fmax.reduce(np.abs(climbs_m), axis=1)),
            )
        ]
        return [
            WaterOption(
                asset=_asset(
                    self._features[index],
                    (float(distance_m[row]), float(least_m[row]), float(most_m[row])),
                    ends_m[index],
                ),
                usable=not because[index],
                because=because[index] or ((LostBecause.SLOWER,) if row >= best else ()),
                turn_round_minutes=float(rounds[0][row]),
                turn_round_min_minutes=float(rounds[1][row]),
                turn_round_max_minutes=float(rounds[2][row]),
                litres_per_hour=60.0 * self._helicopter.bucket_litres / float(rounds[0][row]),
                climb_m=None if np.isnan(climbs_m[row, 0]) else float(climbs_m[row, 0]),
            )
            for row, index in enumerate(told)
        ]

    def _numbers(self, key: str) -> FloatArray:
        return np.array([number_of(feature, key) for feature in self._features], dtype=np.float64)

    def _ground_at(self, lonlat: FloatArray) -> FloatArray:
        if self._ground is None or not len(lonlat):
            return np.full(len(lonlat), np.nan)
        return self._ground(lonlat[:, 0], lonlat[:, 1])


def _metric(shapes: Sequence[BaseGeometry], frame: LocalFrame) -> NDArray[np.object_]:
    """All in one go: a transformation has its price, whatever goes through it."""
    whole = frame.geometry_to_metric(shapely.GeometryCollection(list(shapes)))
    found: NDArray[np.object_] = shapely.get_parts(whole)
    return found


def _asset(
    feature: LandFeature, distances_m: tuple[float, float, float], end_m: FloatArray
) -> Asset:
    inside = distances_m[0] < WITHIN_M
    bearing_deg = wrap_bearing_deg(math.degrees(math.atan2(end_m[0], end_m[1])))
    return Asset(
        layer=feature.layer,
        code=feature.code,
        name=feature.name,
        distance_m=0.0 if inside else distances_m[0],
        distance_min_m=0.0 if inside else distances_m[1],
        distance_max_m=distances_m[2],
        bearing_deg=None if inside else bearing_deg,
        drill=feature.drill,
        route=None,
        facts=feature.properties,
    )
