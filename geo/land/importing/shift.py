"""Does a layer lie beside the known land as GCJ-02 or BD-09 would? Told before it is taken.

Two witnesses are asked. The **outline**: borders of a new layer of units, against the borders of
the district and its townships. **Features**: those of the same code or name that are there already.
Each possible system is undone in turn, and the one after which the layer lies best is named, when
it lies much better. In Qijiang GCJ-02 is 380 m east and 350 m south, BD-09 one kilometre.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Bd09, Gcj02, LocalFrame, Wgs84, from_wgs84, to_wgs84
from geo.land.importing.near import Borders
from geo.land.importing.report import ShiftFinding
from models.errors import InputRefused
from models.land import LandFeature
from models.units import FloatArray

__all__ = ["find_shift"]

MOST_SAMPLES: Final = 4_000
LEAST_SHIFT_M: Final = 100.0
"""A layer that lies better is not asked further; offices' outlines differ by that much."""
LEFT_SHARE: Final = 0.6
"""Of the distance; what a true finding leaves at most."""
FEATURES_LEFT_SHARE: Final = 0.3
"""The same of features, which are one to one and leave less."""
SAMPLE_M: Final = 200.0
LEAST_PAIRS: Final = 3

_Undo = Callable[[FloatArray, FloatArray], Wgs84]
_UNDONE: Final[dict[str, _Undo]] = {
    "GCJ-02": lambda lon, lat: to_wgs84(Gcj02(lon, lat)),
    "BD-09": lambda lon, lat: to_wgs84(Bd09(lon, lat)),
}


@dataclass(frozen=True, slots=True)
class _Trial:
    looks_like: str
    off_m: float
    east_m: float
    north_m: float


def find_shift(
    features: Sequence[LandFeature], there: Sequence[LandFeature], district: BaseGeometry | None
) -> ShiftFinding | None:
    """What speaks for a shift of the layer as it would be imported; None for nothing.

    Args:
        features: as they would be taken.
        there: the land as it is.
        district: outline of the district; None when it is not known.
    """
    if not features:
        return None
    west, south, east, north = shapely.total_bounds([each.geometry for each in features])
    frame = LocalFrame(float(west + east) / 2.0, float(south + north) / 2.0)
    return _by_features(features, there, frame) or _by_outline(features, there, district, frame)


def _trials(samples: FloatArray) -> dict[str, FloatArray]:
    """Where the samples (n, 2) would lie if the layer were in another system than was said."""
    lon, lat = samples[:, 0], samples[:, 1]
    found = {}
    for name, undo in _UNDONE.items():
        try:
            place = undo(lon, lat)
        except InputRefused:  # abroad, where there is no such system
            continue
        found[name] = np.column_stack((place.lon_deg, place.lat_deg))
    try:  # taken off where there was none
        here = Wgs84(lon, lat)
        for name, put in (
            ("WGS84", from_wgs84(here, Gcj02)),
            ("WGS84 (BD-09)", from_wgs84(here, Bd09)),
        ):
            found[name] = np.column_stack((put.lon_deg, put.lat_deg))
    except InputRefused:
        pass
    return found


def _by_features(
    features: Sequence[LandFeature], there: Sequence[LandFeature], frame: LocalFrame
) -> ShiftFinding | None:
    """Against features of the same code or name: every pair tells the way."""
    known = {(each.layer, each.code): each for each in there}
    names: dict[tuple[str, str], LandFeature | None] = {}
    for each in there:
        key = each.layer, each.name
        names[key] = None if key in names else each  # a name that is there twice tells nothing
    pairs = []
    for feature in features:
        other = known.get((feature.layer, feature.code)) or names.get((feature.layer, feature.name))
        if other is not None and other.geometry.geom_type == feature.geometry.geom_type:
            pairs.append((feature.geometry.centroid, other.geometry.centroid))
    if len(pairs) < LEAST_PAIRS:
        return None
    samples = np.array([(one.x, one.y) for one, _ in pairs])
    targets = np.column_stack(frame.to_metric(*np.array([(two.x, two.y) for _, two in pairs]).T))

    def away(places: FloatArray) -> FloatArray:
        metric = np.column_stack(frame.to_metric(places[:, 0], places[:, 1]))
        return np.asarray(metric - targets)

    now = away(samples)
    middle = np.median(now, axis=0)
    off_m = float(np.median(np.hypot(*now.T)))
    spread_m = float(np.median(np.hypot(*(now - middle).T)))
    if off_m < LEAST_SHIFT_M or spread_m > 0.5 * off_m:
        return None
    trials = {
        name: float(np.median(np.hypot(*away(places).T)))
        for name, places in _trials(samples).items()
    }
    best = min(trials, key=trials.__getitem__, default=None)
    fits = best is not None and trials[best] < FEATURES_LEFT_SHARE * off_m
    return ShiftFinding(
        float(middle[0]),
        float(middle[1]),
        _named(best) if best is not None and fits else None,
        off_m,
        trials[best] if best is not None and fits else spread_m,
        "features",
        len(pairs),
    )


def _by_outline(
    features: Sequence[LandFeature],
    there: Sequence[LandFeature],
    district: BaseGeometry | None,
    frame: LocalFrame,
) -> ShiftFinding | None:
    """Against borders: most of the new layer's own have to lie on known ones for some system."""
    areas = [each.geometry for each in features if each.geometry.area > 0.0]
    layers = {each.layer for each in features}
    borders = [shapely.boundary(each.geometry) for each in there if each.layer in layers]
    borders += [] if district is None else [shapely.boundary(district)]
    if not areas or len(areas) < len(features) or not borders:
        return None
    outline = frame.geometry_to_metric(shapely.boundary(shapely.union_all(areas)))
    known = frame.geometry_to_metric(shapely.union_all(borders))
    step_m = max(SAMPLE_M, outline.length / MOST_SAMPLES)
    points = shapely.get_coordinates(outline.segmentize(step_m))
    points = points[:: -(-len(points) // MOST_SAMPLES)]
    samples = np.column_stack(frame.to_lonlat(points[:, 0], points[:, 1]))
    lines = Borders(known)

    def off(places: FloatArray) -> float:
        metric = np.column_stack(frame.to_metric(places[:, 0], places[:, 1]))
        return float(np.median(lines.off_m(np.asarray(shapely.points(metric)))))

    off_m = off(samples)
    if off_m < LEAST_SHIFT_M:
        return None
    places = _trials(samples)
    trials = {name: off(where) for name, where in places.items()}
    best = min(trials, key=trials.__getitem__, default=None)
    if best is None or trials[best] > LEFT_SHARE * off_m:
        return None
    moved = np.column_stack(frame.to_metric(places[best][:, 0], places[best][:, 1]))
    east_m, north_m = np.median(points - moved, axis=0)
    return ShiftFinding(
        float(east_m), float(north_m), _named(best), off_m, trials[best], "outline", len(samples)
    )


def _named(trial: str) -> str:
    return trial.split(" ", maxsplit=1)[0]
