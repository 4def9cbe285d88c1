"""Villages that a fire may run to, those downwind first, and what stands between."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.land.between import VILLAGE_RADIUS_M, Corridors, Crossed, corridors_to, covered
from geo.land.metric import MetricLand, MetricLayer
from geo.land.pieces import IndexArray, pieces_of
from geo.land.region import FireRegion, Reach
from geo.land.spread import evenly_in
from models.land import AtRisk, Barrier, LandFeature, Layer
from models.units import FloatArray, angle_between_deg
from models.wind import Wind

__all__ = ["AROUND_M", "DOWNWIND_DEG", "Danger"]

AROUND_M: Final = 5_000.0
"""How near to the region a village is to be told."""

MOST_VILLAGES: Final = 12

ALWAYS_TOLD: Final = 4
"""So many of the nearest are told wherever the wind blows: it turns."""

DOWNWIND_DEG: Final = 45.0
"""A village within so much of the wind's way lies downwind."""

FAILING: Final = frozenset({"worn", "unusable", "planned"})
"""States of a belt that does not hold."""

LEAST_SHARE: Final = 0.005
"""Of a corridor's width: a belt that crosses less of it is passed over."""

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
        if self._belts is not None:
            self._pieces = pieces_of(self._belts.shapes)
            states = [_state_of(feature) for feature in self._belts.features]
            self._holding = np.array([state not in FAILING for state in states])
            self._areal = shapely.get_dimensions(self._belts.shapes) == _AREA

    def around(self, region: FireRegion, wind: Wind | None) -> tuple[AtRisk, ...]:
        """Villages within :data:`AROUND_M` of the region, those downwind first.

        Args:
            region: of the fire.
            wind: to reckon with; None: by distance alone.
        """
        villages = self._villages
        if villages is None:
            return ()
        near = np.unique(villages.tree.query(region.outlines, "dwithin", AROUND_M)[1])
        shapes = villages.shapes[near]
        told = [
            _Village(villages.features[index], shape, reach, _downwind_deg(reach, wind))
            for index, shape, reach in zip(
                near.tolist(), shapes, region.reaches(shapes), strict=True
            )
        ]
        nearest = sorted(told, key=lambda one: one.reach.distance_m)[:ALWAYS_TOLD]
        told = sorted(told, key=lambda one: (one not in nearest, one.urgency))[:MOST_VILLAGES]
        told = sorted(told, key=lambda one: one.urgency)
        found: list[dict[int, _Found]] = [{} for _ in told]
        open_share = np.full(len(told), float(sum(region.weights)))
        barriers: list[tuple[Barrier, ...]] = [()] * len(told)
        if self._belts is not None and told:
            open_share = self._open(region, self._belts, [one.shape for one in told], found)
            barriers = [_barriers(region, self._belts, one.values()) for one in found]
        shares = np.clip(open_share / sum(region.weights), 0.0, 1.0).tolist()
        return tuple(
            AtRisk(
                village=region.asset(village.feature, village.reach),
                downwind_deg=village.downwind_deg,
                barriers=between,
                open_share=share,
            )
            for village, between, share in zip(told, barriers, shares, strict=True)
        )

    def _open(
        self,
        region: FireRegion,
        belts: MetricLayer,
        villages: list[BaseGeometry],
        found: list[dict[int, _Found]],
    ) -> FloatArray:
        """Weight that no belt holds on its way to each village; belts go to ``found``."""
        hull = shapely.convex_hull(shapely.geometrycollections([*region.outlines, *villages]))
        around = belts.tree.query(shapely.buffer(hull, VILLAGE_RADIUS_M), "intersects")
        pieces = self._pieces.of(around)
        corridors = corridors_to(region.middles, region.outlines, villages)
        crossed = corridors.crossed(pieces)
        weights = np.array(region.weights)
        passing = np.full(len(villages), float(weights.sum()))
        if not len(crossed.corridor):
            return passing
        starts = np.stack([evenly_in(outline) for outline in region.outlines])
        stopped = corridors.stopped(crossed, starts)
        for index in np.unique(crossed.owner[self._areal[crossed.owner]]).tolist():
            # A fire that burns in a belt is not held by it.
            rows = np.flatnonzero(crossed.owner == index)
            within = shapely.intersects_xy(belts.shapes[index], starts[..., 0], starts[..., 1])
            stopped[rows] &= ~within[corridors.place[crossed.corridor[rows]]]
        order, groups = _grouped(crossed)
        near_m = np.minimum.reduceat(_from_m(region, corridors, crossed)[order], groups)
        stops = np.logical_or.reduceat(stopped[order], groups, axis=0)
        held = np.zeros((len(corridors.to_x), starts.shape[1]), dtype=bool)
        for number, rows in enumerate(np.split(order, groups[1:])):
            share, gap_m = covered(corridors, crossed, rows)
            if share < LEAST_SHARE:
                continue
            corridor, index = int(crossed.corridor[rows[0]]), int(crossed.owner[rows[0]])
            if self._holding[index]:
                held[corridor] |= stops[number]
            own = found[int(corridors.village[corridor])]
            one = own.setdefault(index, _Found(index, math.inf, 0.0))
            one.from_fire_m = min(one.from_fire_m, float(near_m[number]))
            one.gap_m = max(one.gap_m, gap_m)
        np.subtract.at(passing, corridors.village, weights[corridors.place] * held.mean(axis=1))
        return passing


def _barriers(
    region: FireRegion, belts: MetricLayer, found: Iterable[_Found]
) -> tuple[Barrier, ...]:
    """Belts on the ways to one village, the nearest to the fire first."""
    told = [_barrier(region, belts, one) for one in found]
    return tuple(sorted(told, key=lambda one: (one.from_fire_m, one.code)))


def _barrier(region: FireRegion, belts: MetricLayer, found: _Found) -> Barrier:
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


def _grouped(crossed: Crossed) -> tuple[IndexArray, IndexArray]:
    """Rows by corridor, belt and their lesser place across; and where each pair begins in that."""
    order = np.lexsort((crossed.across[:, 0], crossed.owner, crossed.corridor))
    corridor, owner = crossed.corridor[order], crossed.owner[order]
    changes = (np.diff(corridor) != 0) | (np.diff(owner) != 0)
    return order, np.concatenate(([0], np.flatnonzero(changes) + 1))


def _from_m(region: FireRegion, corridors: Corridors, crossed: Crossed) -> FloatArray:
    """(parts,) from the fire's best place to each part."""
    best = corridors.turned(np.array([region.point.x]), np.array([region.point.y]))
    here = np.stack((best[0][crossed.corridor, 0], best[1][crossed.corridor, 0]), axis=1)
    start, way = crossed.ends_m[:, 0], crossed.ends_m[:, 1] - crossed.ends_m[:, 0]
    squared = (way**2).sum(axis=1)
    share = ((here - start) * way).sum(axis=1)
    share = np.divide(share, squared, out=np.zeros_like(squared), where=squared > 0.0)
    apart = here - start - np.clip(share, 0.0, 1.0)[:, None] * way
    found: FloatArray = np.hypot(apart[:, 0], apart[:, 1])
    return found
