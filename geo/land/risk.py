"""Villages that a fire may run to, those downwind first, and what stands between."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.land.between import Corridor, Crossing, corridor_of, evenly_in
from geo.land.metric import MetricLand, MetricLayer
from geo.land.region import FireRegion, Reach
from models.land import AtRisk, Barrier, LandFeature, Layer
from models.units import FloatArray, angle_between_deg
from models.wind import Wind

__all__ = ["AROUND_M", "DOWNWIND_DEG", "Danger"]

AROUND_M: Final = 5_000.0
"""How near to the region a village is to be told."""

MOST_VILLAGES: Final = 12

DOWNWIND_DEG: Final = 45.0
"""A village within so much of the wind's way lies downwind."""

FAILING: Final = frozenset({"worn", "unusable", "planned"})
"""States of a belt that does not hold."""

_AREA: Final = 2


@dataclass(slots=True)
class _Found:
    """A belt on the ways to a village: over all places of the fire."""

    index: int
    from_fire_m: float
    gap_m: float


@dataclass(frozen=True, slots=True, eq=False)
class _Village:
    """A village near a fire."""

    feature: LandFeature
    shape: BaseGeometry
    reach: Reach
    downwind_deg: float | None

    @property
    def urgency(self) -> tuple[bool, float, str]:
        """The least first."""
        upwind = self.downwind_deg is not None and self.downwind_deg > DOWNWIND_DEG
        return upwind, self.reach.distance_m, self.feature.code


class Danger:
    """Villages and belts of a land.

    Args:
        land: all layers.
    """

    def __init__(self, land: MetricLand) -> None:
        self._villages = land.layers.get(Layer.VILLAGE)
        self._belts = land.layers.get(Layer.FOREST_BELT)

    def around(self, region: FireRegion, wind: Wind | None) -> tuple[AtRisk, ...]:
        """Villages within :data:`AROUND_M` of the region, those downwind first.

        Args:
            region: of the fire.
            wind: to reckon with; None: by distance alone.
        """
        villages = self._villages
        if villages is None:
            return ()
        near = villages.tree.query(shapely.union_all(region.outlines), "dwithin", AROUND_M)
        shapes = villages.shapes[near]
        told = [
            _Village(villages.features[index], shape, reach, _downwind_deg(reach, wind))
            for index, shape, reach in zip(
                near.tolist(), shapes, region.reaches(shapes), strict=True
            )
        ]
        told.sort(key=lambda one: one.urgency)
        starts = [evenly_in(outline) for outline in region.outlines]
        return tuple(self._at_risk(region, starts, one) for one in told[:MOST_VILLAGES])

    def _at_risk(self, region: FireRegion, starts: list[FloatArray], village: _Village) -> AtRisk:
        found: dict[int, _Found] = {}
        open_share = 0.0
        for middle, outline, weight, spread in zip(
            region.middles, region.outlines, region.weights, starts, strict=True
        ):
            corridor = corridor_of(middle, outline, spread, village.shape)
            passing = 1.0 if corridor is None else self._passing(region, corridor, found)
            open_share += weight * passing
        barriers = [self._barrier(region, one) for one in found.values()]
        return AtRisk(
            village=region.asset(village.feature, village.reach),
            downwind_deg=village.downwind_deg,
            barriers=tuple(sorted(barriers, key=lambda one: (one.from_fire_m, one.code))),
            open_share=min(1.0, open_share / sum(region.weights)),
        )

    def _passing(self, region: FireRegion, corridor: Corridor, found: dict[int, _Found]) -> float:
        """The share of the corridor's lines that no belt holds; its belts go to ``found``."""
        stopped = np.zeros(len(corridor.starts), dtype=bool)
        belts = self._belts
        if belts is None:
            return 1.0
        for index in belts.tree.query(corridor.area, "intersects").tolist():
            crossing = corridor.crossing(belts.shapes[index])
            if crossing is None:
                continue
            if _state_of(belts.features[index]) not in FAILING:
                stopped |= crossing.stopped
            self._add(region, index, crossing, found)
        return 1.0 - float(stopped.mean())

    def _add(
        self, region: FireRegion, index: int, crossing: Crossing, found: dict[int, _Found]
    ) -> None:
        from_fire_m = float(shapely.distance(region.point, crossing.part))
        if index in found:
            one = found[index]
            one.from_fire_m = min(one.from_fire_m, from_fire_m)
            one.gap_m = max(one.gap_m, crossing.gap_m)
        else:
            found[index] = _Found(index, from_fire_m, crossing.gap_m)

    def _barrier(self, region: FireRegion, found: _Found) -> Barrier:
        belts: MetricLayer | None = self._belts
        if belts is None:
            raise ValueError("there are no belts")
        feature, shape = belts.features[found.index], belts.shapes[found.index]
        state = _state_of(feature)
        areal = shapely.get_dimensions(shape) == _AREA
        inside = bool(areal and shapely.intersects(shape, region.point))
        kind = feature.properties.get("kind")
        return Barrier(
            code=feature.code,
            name=feature.name,
            kind=kind if isinstance(kind, str) else "",
            state=state,
            width_m=_width_m(feature, shape),
            from_fire_m=0.0 if inside else found.from_fire_m,
            inside=inside,
            holds=state not in FAILING and not inside,
            gap_m=found.gap_m,
            drill=feature.drill,
        )


def _downwind_deg(reach: Reach, wind: Wind | None) -> float | None:
    if wind is None:
        return None
    if reach.bearing_deg is None:
        return 0.0  # the fire is there
    return abs(angle_between_deg(wind.towards_deg, reach.bearing_deg))


def _state_of(feature: LandFeature) -> str:
    state = feature.properties.get("state")
    return state if isinstance(state, str) else ""


def _width_m(feature: LandFeature, shape: BaseGeometry) -> float | None:
    """Stated, else that of the rectangle with the same area and circumference; of a line, none."""
    stated = feature.properties.get("width_m")
    if isinstance(stated, int | float) and not isinstance(stated, bool):
        return float(stated)
    if shapely.get_dimensions(shape) != _AREA:
        return None
    half_m = shape.length / 2.0
    return (half_m - math.sqrt(max(0.0, half_m * half_m - 4.0 * shape.area))) / 2.0
