"""What the place says about hurrying: the stand, who lives near, what stands between, facilities.

Distances are the least over the region that the fire may lie in. Each layer that is not loaded, and
each wind that nobody knows, counts as its worst.
"""

import math
from collections.abc import Iterator
from typing import Final

from detector.incidents.factors import factor
from detector.incidents.stands import burns, kind_of
from detector.incidents.surroundings import LandSaid, Surroundings
from models.incident import UrgencyFactor, UrgencyReason
from models.land import AtRisk, Barrier, Layer

__all__ = ["place_factors"]

LEAST_SHARE: Final = 0.05
"""Of a stand: with less the fire hardly lies in it."""

AT_THE_DOOR_M: Final = 300.0
FAR_M: Final = 5000.0
FACILITY_FAR_M: Final = 2000.0

DOWNWIND_DEG: Final = 45.0
CROSSWIND: Final = 0.8
UPWIND: Final = 0.6
_ACROSS_DEG: Final = 90.0
_OPEN: Final = 0.005  # share of the ways below which they count as held

BUILT: Final = frozenset(
    {Layer.STATION, Layer.POST, Layer.CHECKPOINT, Layer.TOWER, Layer.HELIPAD, Layer.NODE}
)
"""Facilities with people in them, or that the fight against the fire needs."""


def place_factors(around: Surroundings) -> Iterator[UrgencyFactor]:
    """All that the place adds; one factor for a fire that nobody can place."""
    if not around.located:
        yield factor(UrgencyReason.UNLOCATED, 1.0)
        return
    land = around.land
    if land is None:
        for reason in (UrgencyReason.FOREST, UrgencyReason.VILLAGE, UrgencyReason.BELT):
            yield factor(reason, 1.0, case="unknown")
        yield factor(UrgencyReason.FACILITY, 1.0, case="unknown")
        return
    yield from _forest(land)
    yield from _villages(land)
    yield from _facility(land)


def _forest(land: LandSaid) -> Iterator[UrgencyFactor]:
    reason = UrgencyReason.FOREST
    shares = land.report.units.get(Layer.FOREST_STAND)
    if shares is None:
        yield factor(reason, 1.0, case="unknown")
        return
    found = [
        (burns(properties), one.name or one.code, kind_of(properties))
        for one in shares
        if one.probability >= LEAST_SHARE
        for properties in (land.stands.get(one.code, {}),)
    ]
    if found:
        share, name, kind = max(found, key=lambda one: one[0])
        yield factor(reason, share, case=kind, words={"stand": name})


def _villages(land: LandSaid) -> Iterator[UrgencyFactor]:
    """The village that the fire endangers most, and what stands before it."""
    if Layer.VILLAGE not in land.report.units:
        yield factor(UrgencyReason.VILLAGE, 1.0, case="unknown")
        yield factor(UrgencyReason.BELT, 1.0, case="unknown")
        return
    pairs = [_threat(one) for one in land.report.at_risk]
    if pairs:
        village, belt = max(pairs, key=lambda pair: pair[0].points + pair[1].points)
        if village.points > 0.0:
            yield village
            yield belt


def _threat(at_risk: AtRisk) -> tuple[UrgencyFactor, UrgencyFactor]:
    asset = at_risk.village
    share = _nearness(asset.distance_min_m, AT_THE_DOOR_M, FAR_M) * _blown(at_risk.downwind_deg)
    village = factor(
        UrgencyReason.VILLAGE,
        share,
        case=_towards(at_risk.downwind_deg),
        values={"distance_m": _rounded(asset.distance_min_m)},
        words={"village": asset.name or asset.code},
    )
    told = at_risk.barriers[0] if at_risk.barriers else None
    words = {"village": asset.name or asset.code}
    values = {"open_percent": float(round(100.0 * at_risk.open_share))}
    if told is not None:
        told = _weakest(at_risk.barriers, is_open=at_risk.open_share > _OPEN)
        words["belt"] = told.name or told.code
        values["gap_m"] = float(round(told.gap_m))
    case = _belt_case(told, at_risk.open_share)
    belt = factor(
        UrgencyReason.BELT, share * at_risk.open_share, case=case, values=values, words=words
    )
    return village, belt


def _weakest(barriers: tuple[Barrier, ...], *, is_open: bool) -> Barrier:
    """Of open ways, the belt that should have closed them; of closed ones, that which does."""
    if is_open:
        return max(barriers, key=lambda one: (one.gap_m, not one.holds))
    return next((one for one in barriers if one.holds and one.gap_m <= 0.0), barriers[0])


def _belt_case(told: Barrier | None, open_share: float) -> str:
    if told is None:
        return "none"
    if open_share <= _OPEN:
        return "whole"
    if told.gap_m > 0.0:
        return "gap"
    return "around" if told.holds else "failing"


def _facility(land: LandSaid) -> Iterator[UrgencyFactor]:
    reason = UrgencyReason.FACILITY
    near = [one for one in land.report.nearest if one.layer in BUILT]
    if not near:
        yield factor(reason, 1.0, case="unknown")
        return
    nearest = min(near, key=lambda one: one.distance_min_m)
    share = _nearness(nearest.distance_min_m, AT_THE_DOOR_M, FACILITY_FAR_M)
    if share > 0.0:
        yield factor(
            reason,
            share,
            values={"distance_m": _rounded(nearest.distance_min_m)},
            words={"facility": nearest.name or nearest.code, "layer": nearest.layer},
        )


def _nearness(distance_m: float, door_m: float, far_m: float) -> float:
    """1 at the door, 0 where it is far; halving the distance adds the same everywhere between."""
    if distance_m <= door_m:
        return 1.0
    return max(0.0, math.log(far_m / distance_m) / math.log(far_m / door_m))


def _blown(downwind_deg: float | None) -> float:
    """How much the wind makes of a distance; 1 downwind, and where nobody knows the wind."""
    if downwind_deg is None or downwind_deg <= DOWNWIND_DEG:
        return 1.0
    return CROSSWIND if downwind_deg <= _ACROSS_DEG else UPWIND


def _towards(downwind_deg: float | None) -> str:
    if downwind_deg is None:
        return ""
    if downwind_deg <= DOWNWIND_DEG:
        return "downwind"
    return "crosswind" if downwind_deg <= _ACROSS_DEG else "upwind"


def _rounded(distance_m: float) -> float:
    """As it is told: to 10 m, so that a place that trembles does not change the sentence."""
    return float(round(distance_m / 10.0) * 10)
