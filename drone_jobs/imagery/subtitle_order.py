"""Which of two numbers is the latitude: models of one maker write them in either order.

``GPS(a,b)`` is longitude and latitude on some (Mavic Pro, Mini, Phantom 4), latitude and longitude
on others (M300, Avata 2), and nothing in the file says which. Four things can tell, the surest
first: a number beyond 90 is a longitude; one order lies at the site and the other does not; places
with labels in the same file; and the distance from home that the drone wrote, which fits one order
alone, for a degree of longitude is the shorter one. A whole file has one order. Where nothing
tells, or one tells against another, it is not guessed.
"""

import math
from collections.abc import Sequence
from enum import StrEnum
from statistics import median
from typing import Final

from drone_jobs.imagery.subtitle_facts import Facts

__all__ = ["Box", "PairOrder", "order_of"]

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

SLACK_DEG: Final = 0.2  # a flight may lie beside its site
LABELLED_REACH_DEG: Final = 0.5
DEGREE_M: Final = 111_195.0
FITS_SHARE: Final = 0.02
FAILS_SHARE: Final = 0.08
LEAST_DISTANCE_M: Final = 30.0


class PairOrder(StrEnum):
    """Of two numbers of a place."""

    LONGITUDE_FIRST = "longitude_first"
    LATITUDE_FIRST = "latitude_first"


def order_of(facts: Sequence[Facts], site: Box | None) -> PairOrder | None:
    """The order of the unlabelled pairs of one family of one file.

    Args:
        facts: of all its cues, those with labels too.
        site: where the flight can have been; None when nobody says.

    Returns:
        None when it cannot be told.
    """
    pairs = [
        pair
        for each in facts
        for pair in (each.pair, each.home_pair)
        if pair is not None and pair != (0.0, 0.0) and max(map(abs, pair)) <= 180.0
    ]
    beyond = [sum(abs(pair[index]) > 90.0 for pair in pairs) for index in (0, 1)]
    at_site = None if site is None else _widened(site, SLACK_DEG)
    fits = [_holds(at_site, pairs, order) for order in PairOrder]
    if any(beyond):
        # A single number that is off must not turn a whole file around, nor against its site.
        if min(beyond) > 0 or 2 * max(beyond) <= len(pairs):
            return None
        told = _order(lon_first=beyond[0] > 0)
        return told if at_site is None or fits[0] == fits[1] or _only(fits) is told else None
    if at_site is not None and not all(fits):
        return _only(fits)
    return _by_labels(facts, pairs) or _by_distance(facts)


def _widened(box: Box, by_deg: float) -> Box:
    return box[0] - by_deg, box[1] - by_deg, box[2] + by_deg, box[3] + by_deg


def _order(*, lon_first: bool) -> PairOrder:
    return PairOrder.LONGITUDE_FIRST if lon_first else PairOrder.LATITUDE_FIRST


def _only(fits: Sequence[bool]) -> PairOrder | None:
    """The one order that fits, of :class:`PairOrder` in its order."""
    return None if fits[0] == fits[1] else _order(lon_first=fits[0])


def _holds(box: Box | None, pairs: Sequence[tuple[float, float]], order: PairOrder) -> bool:
    """Whether any of the pairs lies in the box if they stand in that order."""
    if box is None:
        return False
    lon, lat = (0, 1) if order is PairOrder.LONGITUDE_FIRST else (1, 0)
    return any(box[0] <= pair[lon] <= box[2] and box[1] <= pair[lat] <= box[3] for pair in pairs)


def _by_labels(facts: Sequence[Facts], pairs: Sequence[tuple[float, float]]) -> PairOrder | None:
    placed = [
        (each.longitude_deg, each.latitude_deg)
        for each in facts
        if each.longitude_deg is not None and each.latitude_deg is not None
        if (each.longitude_deg, each.latitude_deg) != (0.0, 0.0)
    ]
    if not placed:
        return None
    lons, lats = [lon for lon, _ in placed], [lat for _, lat in placed]
    near = _widened((min(lons), min(lats), max(lons), max(lats)), LABELLED_REACH_DEG)
    return _only([_holds(near, pairs, order) for order in PairOrder])


def _by_distance(facts: Sequence[Facts]) -> PairOrder | None:
    told = [
        (each.pair, each.home_pair, each.home_distance_m)
        for each in facts
        if each.pair is not None
        and each.home_pair is not None
        and each.home_distance_m is not None
        and each.home_distance_m >= LEAST_DISTANCE_M
    ]
    if not told:
        return None
    off = [
        median(abs(_apart_m(pair, home, lat) / apart_m - 1.0) for pair, home, apart_m in told)
        for lat in (1, 0)
    ]
    if min(off) > FITS_SHARE or max(off) < FAILS_SHARE:
        return None
    return _order(lon_first=off[0] < off[1])


def _apart_m(pair: tuple[float, float], home: tuple[float, float], lat: int) -> float:
    """Level distance of two places whose latitude is the number of that index."""
    lon = 1 - lat
    east = (pair[lon] - home[lon]) * math.cos(math.radians(home[lat]))
    return DEGREE_M * math.hypot(east, pair[lat] - home[lat])
