"""Stands without water at hand: the round of a helicopter, month by month."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.land.helicopter import MONTHS, months_of, number_of, round_minutes, shortcomings
from geo.land.network.draft import Draft
from geo.land.network.sheet import Sheet
from geo.land.water import Ground
from models.config import HelicopterRule
from models.land import FindingKind, LandFeature, Layer, NotJudged, Ref
from models.units import FloatArray

__all__ = ["stands_without_air_water"]


def stands_without_air_water(
    sheet: Sheet,
    helicopter: HelicopterRule,
    *,
    ground_m: Ground | None = None,
    months: Sequence[int] = MONTHS,
) -> tuple[list[Draft], list[NotJudged]]:
    """Stands to which the best usable water is too far, in some month at least.

    The rules are those of :class:`geo.land.water.WaterDesk`, asked for all stands together; the
    round is told for a place inside each stand.

    Args:
        sheet: the land.
        helicopter: that it is told for.
        ground_m: the relief; None without one.
        months: that count.
    """
    kind = FindingKind.STAND_NO_AIR_WATER
    points = sheet.layer(Layer.WATER_POINT)
    if not sheet.stands.features:
        return [], []
    if not points.features:
        return [], [NotJudged(kind, (Layer.WATER_POINT,))]
    places = shapely.point_on_surface(sheet.stands.shapes)
    distance_m = shapely.distance(places[:, None], points.shapes[None, :])
    climb_m = _ground(sheet, places, ground_m)[:, None] - _water_m(sheet, points.features, ground_m)
    minutes = round_minutes(helicopter, distance_m, climb_m)
    litres_per_hour = 60.0 * helicopter.bucket_litres / minutes
    litres = 1000.0 * np.array([number_of(each, "capacity_m3") for each in points.features])
    sound = np.array([not list(shortcomings(each, helicopter)) for each in points.features])
    usable = sound[None, :] & ~(litres[None, :] < litres_per_hour)
    open_in = np.array([[month in months_of(each) for each in points.features] for month in months])
    weighed = np.where(usable[:, None, :] & open_in[None, :, :], minutes[:, None, :], np.inf)
    best = weighed.min(axis=2)
    found = []
    for index in np.flatnonzero((best > sheet.rule.water_minutes).any(axis=1)).tolist():
        lacking = best[index] > sheet.rule.water_minutes
        worst = int(np.argmax(best[index]))
        measure = float(best[index, worst])
        known = np.isfinite(measure)
        at = int(np.argmin(weighed[index, worst]))
        water = points.features[at]
        others = [Ref(water.layer, water.code, water.name, float(distance_m[index, at]))]
        found.append(
            Draft(
                kind,
                sheet.stands.features[index],
                sheet.stands.shapes[index],
                measure=measure if known else None,
                unit="min",
                others=others if known else [],
                months=[] if lacking.all() else np.array(list(months))[lacking].tolist(),
                drill=water.drill and bool(known),
            )
        )
    return found, []


def _water_m(sheet: Sheet, waters: Sequence[LandFeature], ground_m: Ground | None) -> FloatArray:
    """The height of each water: stated, else that of the relief."""
    stated_m = np.array([number_of(each, "ground_m") for each in waters])
    middles = shapely.point_on_surface(sheet.layer(Layer.WATER_POINT).shapes)
    return np.where(np.isnan(stated_m), _ground(sheet, middles, ground_m), stated_m)


def _ground(sheet: Sheet, points: NDArray[np.object_], ground_m: Ground | None) -> FloatArray:
    if ground_m is None:
        return np.full(len(points), np.nan)
    places = shapely.get_coordinates(points)
    return ground_m(*sheet.frame.to_lonlat(places[:, 0], places[:, 1]))
