"""Who flies which line, in which order and direction, on which battery.

A line is flown if any aircraft can fly it alone on one battery, and there are as many flights as
that takes: no line is ever given up for a shorter plan. The others are told with the reason. Few
lines are shared out exactly, more by a search that is never worse than flying to and fro.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from drone_jobs.planning.exact_order import exact_flights, is_small
from drone_jobs.planning.flights import Flight, RoutingProblem, fits, worth_of
from drone_jobs.planning.local_order import good_flights

__all__ = ["Flight", "Routing", "RoutingProblem", "route"]


@dataclass(frozen=True, slots=True)
class Routing:
    """Who flies what.

    Attributes:
        flights: by aircraft, in the order in which each flies them.
        dropped: (line, code) of every line in no flight: ``dropped_wind``, no aircraft can fly
            along it; ``dropped_no_way``, none gets there and home; ``dropped_battery``, none on
            one battery.
        makespan_s: from the first take-off to the last landing, turnarounds included.
    """

    flights: tuple[Flight, ...]
    dropped: tuple[tuple[int, str], ...]
    makespan_s: float


def route(problem: RoutingProblem, *, time_limit_s: float = 1.0) -> Routing:
    """Share lines out: the earliest end, and of those the least work.

    Args:
        problem: prices; no number is NaN.
        time_limit_s: of improving, in this thread's own time; a first answer takes some more.

    Returns:
        The same for the same problem, unless the time limit ends the search.
    """
    dropped = {
        line: code for line in range(problem.lines) if (code := _fault(problem, line)) is not None
    }
    kept = [line for line in range(problem.lines) if line not in dropped]
    flights: list[Flight] = []
    if kept:
        part = _part(problem, kept)
        flights = exact_flights(part) if is_small(part) else good_flights(part, time_limit_s)
        flights = [
            Flight(each.aircraft, tuple(2 * kept[k // 2] + k % 2 for k in each.passes))
            for each in sorted(flights, key=lambda flight: (flight.aircraft, min(flight.passes)))
        ]
    _count(problem, flights, dropped)
    return Routing(
        tuple(flights), tuple(sorted(dropped.items())), worth_of(problem, flights).makespan_s
    )


def _fault(problem: RoutingProblem, line: int) -> str | None:
    """Why no aircraft can fly a line alone; None where one can."""
    passes = [2 * line, 2 * line + 1]
    aircraft = range(len(problem.budget_share))
    if any(fits(problem, Flight(a, (each,))) for a in aircraft for each in passes):
        return None
    along = problem.pass_s[:, passes] + problem.pass_share[:, passes]
    if not np.isfinite(along).any():
        return "dropped_wind"
    hops = problem.hop_s + problem.hop_share
    there_and_back = hops[:, -1, passes] + hops[:, passes, -1] + along
    return "dropped_battery" if np.isfinite(there_and_back).any() else "dropped_no_way"


def _part(problem: RoutingProblem, lines: list[int]) -> RoutingProblem:
    """The problem with some of its lines."""
    passes = np.array([each for line in lines for each in (2 * line, 2 * line + 1)])
    stops = np.append(passes, 2 * problem.lines)
    return RoutingProblem(
        pass_s=problem.pass_s[:, passes],
        pass_share=problem.pass_share[:, passes],
        hop_s=problem.hop_s[:, stops[:, None], stops],
        hop_share=problem.hop_share[:, stops[:, None], stops],
        budget_share=problem.budget_share,
        turnaround_s=problem.turnaround_s,
    )


def _count(problem: RoutingProblem, flights: list[Flight], dropped: dict[int, str]) -> None:
    """Nothing leaves here that loses a line, flies one twice or asks too much of a battery."""
    told = Counter(each // 2 for flight in flights for each in flight.passes)
    told.update(dropped.keys())
    if told != Counter(range(problem.lines)) or not all(fits(problem, each) for each in flights):
        raise RuntimeError("lines were lost or flown twice, or a flight is dearer than its battery")
