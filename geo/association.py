"""Which sightings are of one fire: every set that meets, the largest ones, and who stands in two.

Two towers that each see two plumes make four crossings, and two of them are ghosts. Nothing of two
bearings can tell which; so all four are kept and marked, and a third witness decides: a set whose
every member stands in a larger set that meets needs no fire of its own.

Sets are grown from pairs that meet, by those who look there. Which pairs can meet at all is seen in
a plane for all of them at once, so that hundreds of sightings of a whole district cost little.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.crs import LocalFrame, geodesic
from geo.triangulate import FARTHEST_M, MAST_M, triangulate
from models.crossing import Bearing, Crossing, NoCrossing, Witness
from models.site import HeightDatum, Position
from models.units import FloatArray

__all__ = ["Association", "Match", "Miss", "associate"]

MOST_PAIRS: Final = 4_000
"""Pairs that are tried, 0.3 ms each: those that meet nearest to their observers come first, and how
many were left out is told. Two hundred sightings are 19,900 pairs, of which most can not meet."""

_GATE: Final = 4.0
"""Sigmas beyond which a further witness is not tried; triangulate refuses one from 2.6 on."""

_SLACK_DEG: Final = 0.02  # of directions in a plane over a whole district
_UNDECIDED_DEG: Final = 1.0  # lines that run closer to each other are judged on the ellipsoid

Members = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A set of sightings that meet.

    Attributes:
        members: their places in what was asked, rising; two or more.
        crossing: where, always with a place.
        is_ambiguous: one of them stands in another match as well.
    """

    members: Members
    crossing: Crossing
    is_ambiguous: bool


@dataclass(frozen=True, slots=True)
class Miss:
    """Two sightings that meet nowhere.

    Attributes:
        members: their places in what was asked, rising.
        reason: why.
    """

    members: tuple[int, int]
    reason: NoCrossing


@dataclass(frozen=True, slots=True)
class Association:
    """Who may see one fire with whom.

    Attributes:
        matches: those with most witnesses first, then the likeliest.
        misses: pairs that meet nowhere.
        left_out: pairs that were not tried, for there were too many.
    """

    matches: tuple[Match, ...] = ()
    misses: tuple[Miss, ...] = ()
    left_out: int = 0


def associate(
    witnesses: Sequence[Witness], about: int | None = None, *, pairs_only: bool = False
) -> Association:
    """All largest sets that meet in one place.

    Of the sightings of one mast, and of one report, a set holds one at the most: what a mast tells
    apart are two fires.

    Args:
        witnesses: of about the same time.
        about: only sets that this one stands in; all when left out.
        pairs_only: look at no more than two at a time.
    """
    if len(witnesses) < 2:
        return Association()
    plane = _Plane(witnesses)
    pairs, misses = plane.pairs(about)
    tried = _Tried(witnesses)
    for pair in pairs[:MOST_PAIRS]:
        crossing = tried.crossing(pair)
        if crossing.is_located and not pairs_only:
            _grow(tried, plane, pair, crossing)
        elif not crossing.is_located:
            misses.append(Miss(pair, crossing.reason or NoCrossing.PARALLEL))
    return Association(
        _largest(tried.located),
        tuple(sorted(misses, key=lambda one: one.members)),
        max(0, len(pairs) - MOST_PAIRS),
    )


def _grow(tried: "_Tried", plane: "_Plane", pair: Members, crossing: Crossing) -> None:
    """Try the largest sets around a pair: whoever looks there comes in once, best fit first.

    What stands with the pair in a set that was found from another pair is not tried again, so that
    one fire that ten towers see is grown once and not in each of its thousand parts.
    """
    looking = plane.looking_at(crossing, pair)
    known = {one for members in tried.larger if members.issuperset(pair) for one in members}
    for first in looking:
        if first in known:
            continue
        members, within = pair, crossing
        for further in (first, *looking):
            if further in members or plane.share_a_mast(further, members):
                continue
            larger = tuple(sorted((*members, further)))
            grown = tried.crossing(larger, within)
            if grown.is_located:
                members, within = larger, grown
            elif further == first:
                break
        known.update(members)


def _largest(located: dict[Members, Crossing]) -> tuple[Match, ...]:
    """Without those whose every member stands in a larger one."""
    found: list[Members] = []
    explained: set[int] = set()
    for _, group in groupby(sorted(located, key=lambda one: (-len(one), one)), key=len):
        kept = [members for members in group if not explained.issuperset(members)]
        explained.update(index for members in kept for index in members)
        found += kept
    stands_in = Counter(index for members in found for index in members)
    return tuple(
        Match(members, located[members], any(stands_in[index] > 1 for index in members))
        for members in sorted(found, key=lambda one: (-len(one), -located[one].likelihood, one))
    )


class _Tried:
    """Crossings of sets, each computed once.

    Attributes:
        located: those with a place.
        larger: members of those of three and more.
    """

    def __init__(self, witnesses: Sequence[Witness]) -> None:
        self._witnesses = witnesses
        self._known: dict[Members, Crossing] = {}
        self.located: dict[Members, Crossing] = {}
        self.larger: list[frozenset[int]] = []

    def crossing(self, members: Members, within: Crossing | None = None) -> Crossing:
        """Of a set; begun at the place of one that it grew from."""
        known = self._known.get(members)
        if known is None:
            known = triangulate([self._witnesses[index] for index in members], _place_of(within))
            self._known[members] = known
            if known.is_located:
                self.located[members] = known
                if len(members) > 2:
                    self.larger.append(frozenset(members))
        return known


class _Plane:
    """All witnesses in one plane, where who can meet is seen at once.

    Directions are turned from each observer's own north to the plane's.
    """

    def __init__(self, witnesses: Sequence[Witness]) -> None:
        places = [_stands(each) for each in witnesses]
        middle = np.array(places).mean(axis=0)
        self._frame = LocalFrame(float(middle[0]), float(middle[1]))
        self._xy = np.array([self._frame.to_metric(*place) for place in places])
        self._is_bearing = np.array([isinstance(each, Bearing) for each in witnesses])
        self._sigma = np.array(
            [each.sigma_deg if isinstance(each, Bearing) else each.sigma_m for each in witnesses]
        )
        self._angle_deg = np.array(
            [self._turned(each, xy) for each, xy in zip(witnesses, self._xy, strict=True)]
        )
        self._masts = _masts(self._xy, self._is_bearing)

    def _turned(self, witness: Witness, xy: FloatArray) -> float:
        """Direction in the plane; 0 of a report."""
        if not isinstance(witness, Bearing):
            return 0.0
        observer = witness.observer
        north_deg, _, apart_m = geodesic(
            observer.lon_deg, observer.lat_deg, self._frame.lon_deg, self._frame.lat_deg
        )
        if apart_m < 1.0:
            return witness.bearing_deg
        return witness.bearing_deg - north_deg + math.degrees(math.atan2(-xy[0], -xy[1]))

    def pairs(self, about: int | None) -> tuple[list[tuple[int, int]], list[Miss]]:
        """Pairs that may meet, nearest first, and those that the plane says do not."""
        first, second = np.triu_indices(len(self._xy), 1)
        if about is not None:
            chosen = (first == about) | (second == about)
            first, second = first[chosen], second[chosen]
        one_mast = self._masts[first] == self._masts[second]
        both = self._is_bearing[first] & self._is_bearing[second] & ~one_mast
        apart = self._xy[second] - self._xy[first]
        one, other = np.radians(self._angle_deg[first]), np.radians(self._angle_deg[second])
        opening = np.sin(other - one)
        decided = both & (np.abs(opening) > math.sin(math.radians(_UNDECIDED_DEG)))
        divisor = np.where(decided, opening, 1.0)
        along_m = (apart[:, 1] * np.sin(other) - apart[:, 0] * np.cos(other)) / divisor
        beyond_m = (apart[:, 1] * np.sin(one) - apart[:, 0] * np.cos(one)) / divisor
        near_m, far_m = np.minimum(along_m, beyond_m), np.maximum(along_m, beyond_m)
        part = decided & (near_m < -MAST_M)
        too_far = decided & ~part & (far_m > 1.05 * FARTHEST_M)
        order = np.argsort(np.where(decided, far_m, np.hypot(*apart.T)), kind="stable")
        pairs: list[tuple[int, int]] = []
        misses: list[Miss] = []
        for index in order.tolist():
            pair = int(first[index]), int(second[index])
            if one_mast[index]:
                misses.append(Miss(pair, NoCrossing.ONE_MAST))
            elif part[index]:
                misses.append(Miss(pair, NoCrossing.APART))
            elif too_far[index]:
                misses.append(Miss(pair, NoCrossing.TOO_FAR))
            else:
                pairs.append(pair)
        return pairs, misses

    def share_a_mast(self, index: int, members: Members) -> bool:
        """Whether a mast would be heard twice."""
        return bool(np.isin(self._masts[index], self._masts[list(members)]))

    def looking_at(self, crossing: Crossing, pair: Members) -> list[int]:
        """Further witnesses that may see what a pair sees, best fit first."""
        place = self._frame.to_metric(crossing.lon_deg or 0.0, crossing.lat_deg or 0.0)
        off = np.array(place) - self._xy
        range_m = np.maximum(1.0, np.hypot(*off.T))
        east, north = off.T / range_m
        across = crossing.east_sigma_m * north, crossing.north_sigma_m * -east
        both = 2.0 * crossing.correlation * across[0] * across[1]
        spread_m = np.sqrt(np.maximum(0.0, across[0] ** 2 + across[1] ** 2 + both))
        widest_m = math.hypot(crossing.east_sigma_m, crossing.north_sigma_m)
        towards_deg = np.degrees(np.arctan2(off[:, 0], off[:, 1]))
        turn_deg = np.abs(np.remainder(towards_deg - self._angle_deg + 180.0, 360.0) - 180.0)
        spread_deg = np.degrees(np.arctan(spread_m / range_m)) + _SLACK_DEG
        miss = np.where(
            self._is_bearing,
            turn_deg / np.hypot(np.where(self._is_bearing, self._sigma, 1.0), spread_deg),
            range_m / np.hypot(self._sigma, widest_m),
        )
        looking = np.flatnonzero((miss <= _GATE) & ~np.isin(self._masts, self._masts[list(pair)]))
        order = np.argsort(miss[looking], kind="stable")
        return [int(index) for index in looking[order]]


def _place_of(crossing: Crossing | None) -> Position | None:
    if crossing is None or crossing.lon_deg is None or crossing.lat_deg is None:
        return None
    return Position(crossing.lon_deg, crossing.lat_deg, 0.0, HeightDatum.GROUND)


def _stands(witness: Witness) -> tuple[float, float]:
    place = witness.observer if isinstance(witness, Bearing) else witness.position
    return place.lon_deg, place.lat_deg


def _masts(xy: FloatArray, is_bearing: NDArray[np.bool_]) -> NDArray[np.intp]:
    """A number for each mast; every report is one of its own."""
    masts = np.arange(len(xy))
    for index in range(len(xy)):
        if is_bearing[index] and masts[index] == index:
            near = np.hypot(*(xy - xy[index]).T) < MAST_M
            masts[near & is_bearing & (masts == np.arange(len(xy)))] = index
    return masts
