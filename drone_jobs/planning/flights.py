"""Flights as lists of passes, and what they cost: the arithmetic that all of routing agrees on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.units import FloatArray

__all__ = ["Flight", "RoutingProblem", "Worth", "cost_of", "fits", "worth_of"]


@dataclass(frozen=True, slots=True, eq=False)
class RoutingProblem:
    """What flying costs each of A aircraft; P = 2 x lines passes.

    Pass 2 l is line l forward, 2 l + 1 the same line backward; index P of a hop is home. ``inf``:
    it cannot. Hops are shortest: one by way of another pass is never shorter than the direct one.

    Attributes:
        pass_s: (A, P) seconds along a line.
        pass_share: (A, P) of a full battery.
        hop_s: (A, P + 1, P + 1) from the end of one pass to the start of another.
        hop_share: (A, P + 1, P + 1).
        budget_share: (A,) most that one flight may take.
        turnaround_s: (A,) between two flights of one aircraft, >= 0.
    """

    pass_s: FloatArray
    pass_share: FloatArray
    hop_s: FloatArray
    hop_share: FloatArray
    budget_share: FloatArray
    turnaround_s: FloatArray

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return int(self.pass_s.shape[1]) // 2


@dataclass(frozen=True, slots=True)
class Flight:
    """One flight on one battery.

    Attributes:
        aircraft: its index.
        passes: in order, at least one.
    """

    aircraft: int
    passes: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Worth:
    """What flights are compared by, the less the better: first the end, then the work.

    Attributes:
        makespan_s: from the first take-off to the last landing, turnarounds included.
        busy_s: the same of each aircraft, added up.
    """

    makespan_s: float
    busy_s: float


def cost_of(problem: RoutingProblem, flight: Flight) -> tuple[float, float]:
    """Seconds, and share of a battery, from home to home."""
    home = 2 * problem.lines
    a = flight.aircraft
    stops = [home, *flight.passes, home]
    before, after = stops[:-1], stops[1:]
    passes = list(flight.passes)
    return (
        float(problem.hop_s[a, before, after].sum() + problem.pass_s[a, passes].sum()),
        float(problem.hop_share[a, before, after].sum() + problem.pass_share[a, passes].sum()),
    )


def fits(problem: RoutingProblem, flight: Flight) -> bool:
    """Whether one battery is enough for it."""
    seconds, share = cost_of(problem, flight)
    return bool(np.isfinite(seconds) and share <= problem.budget_share[flight.aircraft])


def worth_of(problem: RoutingProblem, flights: Sequence[Flight]) -> Worth:
    """Compare flights by this."""
    busy_s: dict[int, float] = {}
    for flight in flights:
        a = flight.aircraft
        waited_s = busy_s[a] + float(problem.turnaround_s[a]) if a in busy_s else 0.0
        busy_s[a] = waited_s + cost_of(problem, flight)[0]
    return Worth(max(busy_s.values(), default=0.0), sum(busy_s.values()))
