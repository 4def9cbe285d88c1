"""The full answer of the land to a fire, made when it is asked for."""

import math
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.joint import JointPlace
from geo.land.metric import MetricLand
from geo.land.region import FireRegion
from geo.land.risk import Danger
from geo.land.shares import shares_of
from geo.land.water import Ground, WaterDesk
from geo.land.ways import WALK_KM_H
from models.config import HelicopterRule
from models.land import (
    FACILITIES,
    UNITS,
    Asset,
    BurnNear,
    LandFeature,
    LandReport,
    Layer,
    Route,
    UnitShare,
)
from models.ledger import EntryKind, GroundPlace, LedgerEntry
from models.wind import Wind

__all__ = ["BURNS_WITHIN_M", "NEAREST", "ROUTED", "LandAsker", "RoadPart"]

NEAREST: Final = 3
BURNS_WITHIN_M: Final = 3_000.0

ROUTED: Final = frozenset(
    {
        Layer.HELIPAD,
        Layer.POOL,
        Layer.HYDRANT,
        Layer.INTAKE,
        Layer.QUAY,
        Layer.CHECKPOINT,
        Layer.POST,
        Layer.STATION,
    }
)
"""Layers that somebody drives from: ranked by the way along roads where one is known."""

_RIVALS: Final = 8
"""How many that are nearest in a straight line are tried along roads."""


class RoadPart(Protocol):
    """Ways along roads."""

    def routes(
        self, fire_lonlat: tuple[float, float], ends_lonlat: Sequence[tuple[float, float]]
    ) -> list[Route | None]:
        """From each end to the fire; None where no road leads there."""


class LandAsker:
    """A land, ready to be asked for full answers; never changed after it was built.

    Args:
        features: of all layers.
        version: change of the land that they rest on.
        land: the same features in metres, where somebody has them already.
        helicopter: that water points are weighed for.
        ground_m: the relief, such as ``Terrain.height_at``; None without one.
        roads: ways along roads; without, every distance is a straight line.
    """

    def __init__(
        self,
        features: Iterable[LandFeature],
        *,
        version: int = 0,
        land: MetricLand | None = None,
        helicopter: HelicopterRule | None = None,
        ground_m: Ground | None = None,
        roads: RoadPart | None = None,
    ) -> None:
        features = list(features)
        self.version = version
        self.land = MetricLand(features) if land is None else land
        self._water = WaterDesk(features, helicopter or HelicopterRule(), ground_m=ground_m)
        self._roads = roads
        self._drill = {(one.layer, one.code) for one in features if one.drill}
        self._danger = Danger(self.land)

    @property
    def roads(self) -> RoadPart | None:
        """Ways along its roads; None where every distance is a straight line."""
        return self._roads

    def report(
        self,
        places: Sequence[JointPlace],
        *,
        wind: Wind | None,
        at: datetime,
        month: int,
        burns: Iterable[LedgerEntry] = (),
    ) -> LandReport:
        """All that the land says of a fire.

        Args:
            places: where it may be, the best first; at least one.
            wind: last entered; None when nobody has.
            at: UTC, of the answer.
            month: by the site's clock, 1 to 12.
            burns: entries of the ledger; those that are no burns, or do not hold then, are passed
                over.

        Raises:
            ValueError: no place, or no such month.
        """
        if not places:
            raise ValueError("without a place there is nothing to answer")
        began = time.perf_counter()
        region = FireRegion(places, self.land.frame)
        units, elsewhere = self._units(region)
        wind_used = wind is not None and not wind.stale(at) and not wind.calm
        at_risk = self._danger.around(region, wind if wind_used else None)
        water = self._water.report(places, month, region.fire)
        nearest = self._nearest(region)
        burning = _burns(region, burns, at)
        options = [option.asset for option in (*water.best, *water.lost)]
        drill = (
            any(asset.drill for asset in (*nearest, *options))
            or any(barrier.drill for one in at_risk for barrier in one.barriers)
            or any(one.village.drill for one in at_risk)
            or any((layer, one.code) in self._drill for layer in units for one in units[layer])
        )
        return LandReport(
            at=at,
            land_version=self.version,
            units=units,
            elsewhere=elsewhere,
            at_risk=at_risk,
            water=water,
            nearest=nearest,
            burns=burning,
            wind=wind,
            wind_used=wind_used,
            drill=drill,
            took_ms=1000.0 * (time.perf_counter() - began),
        )

    def _units(self, region: FireRegion) -> tuple[dict[Layer, tuple[UnitShare, ...]], float]:
        units: dict[Layer, tuple[UnitShare, ...]] = {}
        elsewhere = min(1.0, sum(region.weights))
        for layer in UNITS:
            metric = self.land.layers.get(layer)
            if metric is None:
                continue
            units[layer], outside = shares_of(metric, region)
            if layer is Layer.TOWNSHIP:
                elsewhere = min(1.0, outside)
        return units, elsewhere

    def _nearest(self, region: FireRegion) -> tuple[Asset, ...]:
        near: list[tuple[LandFeature, BaseGeometry]] = []
        for layer in FACILITIES:
            metric = self.land.layers.get(layer)
            if metric is None or layer is Layer.WATER_POINT:
                continue
            count = _RIVALS if self._roads is not None and layer in ROUTED else NEAREST
            found = metric.near(region.point.x, region.point.y, count).tolist()
            near += ((metric.features[index], metric.shapes[index]) for index in found)
        routes = self._routes(region, near)
        straight_m = shapely.distance(region.point, _array([shape for _, shape in near]))
        minutes = [
            min(_walk_minutes(metres), math.inf if route is None else route.minutes)
            for metres, route in zip(straight_m.tolist(), routes, strict=True)
        ]
        chosen: list[int] = []
        for layer in FACILITIES:
            own = [row for row, (feature, _) in enumerate(near) if feature.layer is layer]
            chosen += sorted(own, key=minutes.__getitem__)[:NEAREST]
        reaches = region.reaches(_array([near[row][1] for row in chosen]))
        return tuple(
            region.asset(near[row][0], reach, routes[row])
            for row, reach in zip(chosen, reaches, strict=True)
        )

    def _routes(
        self, region: FireRegion, near: Sequence[tuple[LandFeature, BaseGeometry]]
    ) -> list[Route | None]:
        """Ways of those that somebody drives from, asked for at once."""
        routes: list[Route | None] = [None] * len(near)
        driven = [row for row, (feature, _) in enumerate(near) if feature.layer in ROUTED]
        if self._roads is not None and driven:
            ends = region.ends(_array([near[row][1] for row in driven]))
            found = self._roads.routes(region.best_lonlat, ends)
            for row, route in zip(driven, found, strict=True):
                routes[row] = route
        return routes


def _walk_minutes(straight_m: float) -> float:
    """On foot: a hydrant 80 m from the fire and off every road is nearer than one 6 km by road."""
    return straight_m * 60.0 / (1000.0 * WALK_KM_H)


def _array(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def _burns(
    region: FireRegion, entries: Iterable[LedgerEntry], at: datetime
) -> tuple[BurnNear, ...]:
    """Burns in force around, the nearest first."""
    held: list[tuple[LedgerEntry, GroundPlace]] = []
    for entry in entries:
        place = entry.draft.place
        if (
            entry.draft.kind is EntryKind.BURN
            and isinstance(place, GroundPlace)
            and entry.in_span(at)
        ):
            held.append((entry, place))
    if not held:
        return ()
    # Burns lie where they lie, the land elsewhere or nowhere: they are measured around the fire.
    x_m, y_m = region.fire.to_metric(
        np.array([place.lon_deg for _, place in held]),
        np.array([place.lat_deg for _, place in held]),
    )
    around = FireRegion(region.places, region.fire)
    within_m = BURNS_WITHIN_M + np.hypot(around.corners[:, 0], around.corners[:, 1]).max()
    near = np.hypot(x_m, y_m) <= within_m + np.array([place.radius_m for _, place in held])
    held = [one for one, is_near in zip(held, near.tolist(), strict=True) if is_near]
    reaches = around.reaches(np.asarray(shapely.points(np.column_stack((x_m, y_m))[near])))
    found = []
    for (entry, place), reach in zip(held, reaches, strict=True):
        if reach.distance_min_m - place.radius_m > BURNS_WITHIN_M:
            continue
        distance_m = max(0.0, reach.distance_m - place.radius_m)
        found.append(
            BurnNear(
                entry_id=entry.entry_id,
                reported_by=entry.draft.reported_by,
                note=entry.draft.note,
                distance_m=distance_m,
                distance_min_m=max(0.0, reach.distance_min_m - place.radius_m),
                distance_max_m=max(0.0, reach.distance_max_m - place.radius_m),
                bearing_deg=None if distance_m <= 0.0 else reach.bearing_deg,
                until_at=entry.draft.until_at if entry.ended_at is None else entry.ended_at,
                responsible=entry.draft.responsible,
            )
        )
    return tuple(sorted(found, key=lambda burn: (burn.distance_m, burn.entry_id)))
