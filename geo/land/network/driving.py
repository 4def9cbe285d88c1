"""Stands without water by road: the drive from the nearest pool, hydrant, intake or quay."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.land.helicopter import MONTHS, months_of
from geo.land.network.draft import Draft
from geo.land.network.pieces import Pieces
from geo.land.network.sheet import Sheet
from geo.land.roads import RoadNet
from models.land import FindingKind, LandFeature, Layer, NotJudged, Ref
from models.units import FloatArray

__all__ = ["stands_without_road_water"]

_WATERS = (Layer.POOL, Layer.HYDRANT, Layer.INTAKE, Layer.QUAY)
_DRY_SOMETIMES = frozenset({Layer.INTAKE, Layer.QUAY})


def stands_without_road_water(
    sheet: Sheet, roads: RoadNet | None = None
) -> tuple[list[Draft], list[NotJudged]]:
    """Stands to which no engine brings water in time, in some month at least.

    Driving along known roads, and on foot beside them, to where a road comes nearest to the stand.

    Args:
        sheet: the land.
        roads: of the same land; made here when left out.
    """
    kind = FindingKind.STAND_NO_ROAD_WATER
    if not sheet.stands.features:
        return [], []
    missing = [*sheet.lacking(kind, *_WATERS), *sheet.lacking(kind, Layer.ROAD)]
    if missing:
        return [], [NotJudged(kind, tuple(one for each in missing for one in each.missing))]
    layers = [sheet.working(layer) for layer in _WATERS]
    waters = [each for layer in layers for each in layer.features]
    shapes = np.concatenate([layer.shapes for layer in layers])
    _, ways = Pieces(sheet.roads).nearest(sheet.stands.shapes)
    places = shapely.get_point(ways, 0)
    net = RoadNet(sheet.roads.features) if roads is None else roads
    minutes = _minutes(net, _lonlat(sheet, places), _lonlat(sheet, shapes), waters)
    nearest = shapely.STRtree(shapes).nearest(sheet.stands.shapes)
    away_m = shapely.distance(sheet.stands.shapes, shapes[nearest])
    found = []
    for index in np.flatnonzero((minutes > sheet.rule.water_minutes).any(axis=1)).tolist():
        lacking = minutes[index] > sheet.rule.water_minutes
        worst = float(minutes[index].max())
        water = waters[nearest[index]]
        found.append(
            Draft(
                kind,
                sheet.stands.features[index],
                sheet.stands.shapes[index],
                measure=worst if np.isfinite(worst) else None,
                unit="min",
                others=[Ref(water.layer, water.code, water.name, float(away_m[index]))],
                months=[] if lacking.all() else (np.flatnonzero(lacking) + 1).tolist(),
                drill=water.drill,
            )
        )
    return found, []


def _minutes(
    net: RoadNet,
    stands: list[tuple[float, float]],
    places: list[tuple[float, float]],
    waters: list[LandFeature],
) -> FloatArray:
    """(stands, 12) of the quickest drive in each month; infinite where there is none."""
    minutes = np.full((len(stands), len(MONTHS)), np.inf)
    done: dict[tuple[int, ...], FloatArray] = {}
    for column, month in enumerate(MONTHS):
        wet = tuple(
            index
            for index, water in enumerate(waters)
            if water.layer not in _DRY_SOMETIMES or month in months_of(water)
        )
        if wet not in done:
            routes = net.quickest(stands, [places[index] for index in wet])
            done[wet] = np.array([np.inf if each is None else each.minutes for each in routes])
        minutes[:, column] = done[wet]
    return minutes


def _lonlat(sheet: Sheet, shapes: NDArray[np.object_]) -> list[tuple[float, float]]:
    places = shapely.get_coordinates(shapely.point_on_surface(shapes))
    lon_deg, lat_deg = sheet.frame.to_lonlat(places[:, 0], places[:, 1])
    return list(zip(lon_deg.tolist(), lat_deg.tolist(), strict=True))
