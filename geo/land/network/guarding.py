"""Which stands no belt guards: how much of a border lies near a belt, a wide road or water."""

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.land.helicopter import number_of
from geo.land.metric import MetricLayer
from geo.land.network.draft import Draft
from geo.land.network.grouping import grouped
from geo.land.network.pieces import cut_small
from geo.land.network.sheet import Sheet
from models.land import FindingKind, NotJudged, Ref
from models.units import FloatArray

__all__ = ["guarded_shares", "stands_without_belt"]

_ARC: Final = 16
"""Pieces of a quarter circle: true to 0.2 % of the radius."""


def stands_without_belt(sheet: Sheet) -> tuple[list[Draft], list[NotJudged]]:
    """Stands through which no belt runs and whose border no belt guards enough of."""
    kind = FindingKind.STAND_NO_BELT
    missing = sheet.lacking(kind, sheet.belts.layer)
    if missing or not sheet.stands.features:
        return [], missing
    belts = _widened(sheet.belts, sheet.rule.guard_m)
    by_belt = guarded_shares(sheet.stands.shapes, belts)
    inside_m = _inside_m(sheet.stands.shapes, sheet.belts)
    bare = np.flatnonzero((by_belt < sheet.rule.belt_share) & (inside_m < sheet.rule.guard_m))
    guards = np.concatenate(
        [
            belts,
            _widened(sheet.wide_roads, sheet.rule.guard_m),
            _widened(sheet.waters, sheet.rule.guard_m),
        ]
    )
    guarded = guarded_shares(sheet.stands.shapes[bare], guards)
    nearest = _nearest(sheet.stands.shapes[bare], sheet.belts)
    return [
        Draft(
            kind,
            sheet.stands.features[index],
            sheet.stands.shapes[index],
            measure=float(guarded[row]),
            unit="share",
            others=nearest[row],
        )
        for row, index in enumerate(bare.tolist())
    ], []


def guarded_shares(stands: NDArray[np.object_], guarded: NDArray[np.object_]) -> FloatArray:
    """How much of the border of each stand lies in any of some areas, 0 to 1.

    Args:
        stands: (n,) polygons in a metric plane.
        guarded: (m,) areas.
    """
    shares = np.zeros(len(stands))
    if not len(stands) or not len(guarded):
        return shares
    borders = shapely.boundary(stands)
    lengths_m = shapely.length(borders)
    stand, guard = shapely.STRtree(guarded).query(borders, predicate="intersects")
    for index, rows in enumerate(grouped(stand, len(stands))):
        if len(rows):
            # Areas are joined, not the pieces of border in them: where two of those overlap, their
            # corners differ in the last bit, and a union counts the overlap twice.
            together = shapely.union_all(guarded[guard[rows]])
            held_m = float(shapely.length(shapely.intersection(borders[index], together)))
            shares[index] = min(1.0, held_m / float(lengths_m[index]))
    return shares


def _widened(layer: MetricLayer, by_m: float) -> NDArray[np.object_]:
    """Areas that lie so near to the edge of a feature; long lines in pieces."""
    pieces, owner = cut_small(layer.shapes)
    half_m = np.array([number_of(each, "width_m") / 2.0 for each in layer.features])
    drawn = shapely.get_dimensions(layer.shapes) == 2
    half_m = np.where(np.isnan(half_m) | drawn, 0.0, half_m)
    found: NDArray[np.object_] = shapely.buffer(pieces, by_m + half_m[owner], quad_segs=_ARC)
    return found


def _inside_m(stands: NDArray[np.object_], belts: MetricLayer) -> FloatArray:
    """Metres of belts within each stand; of a belt drawn as an area half its outline."""
    found = np.zeros(len(stands))
    stand, belt = belts.tree.query(stands, predicate="intersects")
    parts = shapely.intersection(stands[stand], belts.shapes[belt])
    areal = shapely.get_dimensions(belts.shapes[belt]) == 2
    np.add.at(found, stand, np.where(areal, shapely.length(parts) / 2.0, shapely.length(parts)))
    return found


def _nearest(stands: NDArray[np.object_], belts: MetricLayer) -> list[list[Ref]]:
    if not len(stands):
        return []
    index = belts.tree.nearest(stands)
    away_m = shapely.distance(stands, belts.shapes[index])
    return [
        [Ref(belts.layer, belts.features[at].code, belts.features[at].name, float(away_m[row]))]
        for row, at in enumerate(index.tolist())
    ]
