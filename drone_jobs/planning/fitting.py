"""Cuts lines to where one may fly and to what a battery can do; names those that nobody can fly."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from drone_jobs.planning.line import FlightLine
from drone_jobs.planning.prices import Pricing, priced
from models.units import FloatArray

__all__ = ["fitting"]

SHORTEST_PIECE_M: Final = 100.0  # shorter ones would be more ways to and fro than line
MOST_LINES: Final = 400
BATTERY_SHARE: Final = 0.9  # of the usable battery that one line alone may take


def fitting(
    lines: Sequence[FlightLine], pricing: Pricing
) -> tuple[tuple[FlightLine, ...], tuple[tuple[FlightLine, str], ...]]:
    """Lines that can be flown, each on one battery, and those that cannot be, with the reason.

    Args:
        lines: as laid over the target.
        pricing: where and with what.

    Returns:
        Lines to fly; lines to drop with ``dropped_no_way``, ``dropped_wind``, ``dropped_battery``.
    """
    pending = [piece for line in lines for piece in _allowed(line, pricing)]
    kept: list[FlightLine] = []
    dropped: list[tuple[FlightLine, str]] = []
    while pending:
        faults = _faults(pending, pricing)
        halves: list[FlightLine] = []
        for line, fault in zip(pending, faults, strict=True):
            if fault == "":
                kept.append(line)
            elif (
                fault == "dropped_battery"
                and line.length_m >= 2.0 * SHORTEST_PIECE_M
                and len(kept) + len(halves) < MOST_LINES
            ):
                halves.extend(_halves(line))
            else:
                dropped.append((line, fault))
        pending = halves
    return tuple(kept), tuple(dropped)


def _allowed(line: FlightLine, pricing: Pricing) -> list[FlightLine]:
    if pricing.free.holds(line.forward_m) and pricing.free.holds(line.backward_m):
        return [line]
    there, back = pricing.free.clip(line.forward_m), pricing.free.clip(line.backward_m)[::-1]
    if len(there) != len(back):  # a camera that looks ahead, and only one way is cut
        back = tuple(piece[::-1] for piece in there)
    return [FlightLine(ahead, behind) for ahead, behind in zip(there, back, strict=True)]


def _faults(lines: Sequence[FlightLine], pricing: Pricing) -> list[str]:
    """Why each cannot be flown on one battery by any aircraft; empty where it can."""
    problem, _ = priced(pricing, lines)
    shape = (len(pricing.aircraft), len(lines), 2)
    passes = problem.pass_share.reshape(shape)
    hops = (problem.hop_share[:, -1, :-1] + problem.hop_share[:, :-1, -1]).reshape(shape)
    whole = passes + hops
    faults = np.full(len(lines), "dropped_battery")
    faults[np.isinf(hops).all(axis=(0, 2))] = "dropped_no_way"
    faults[np.isinf(passes).all(axis=(0, 2))] = "dropped_wind"
    within = whole <= BATTERY_SHARE * problem.budget_share[:, None, None]
    faults[np.asarray(within.any(axis=(0, 2)))] = ""
    return [str(fault) for fault in faults]


def _halves(line: FlightLine) -> tuple[FlightLine, FlightLine]:
    first, second = _cut(line.forward_m)
    last, before = _cut(line.backward_m)
    return FlightLine(first, before), FlightLine(second, last)


def _cut(way_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    line = shapely.LineString(way_m)
    middle = shapely.get_coordinates(line.interpolate(0.5, normalized=True))[0]
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(way_m, axis=0).T)))
    before = way_m[along < along[-1] / 2.0 - 1e-6]
    after = way_m[along > along[-1] / 2.0 + 1e-6]
    return np.vstack((before, middle)), np.vstack((middle, after))
