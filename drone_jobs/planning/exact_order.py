"""Few lines, shared out exactly: every set of them is flown in every order.

Held and Karp (1962, A dynamic programming approach to sequencing problems) over lines that may be
flown either way gives the quickest flight over each set of lines; sets are then put together to
flights of an aircraft, and those to a fleet. Twice, once for time and once for energy: the quickest
flight may be too dear for the battery where a slower one is not. Only a flight that is neither may
be missed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from drone_jobs.planning.flights import Flight, RoutingProblem
from models.units import FloatArray

__all__ = ["exact_flights", "is_small"]

MOST_WORK: Final = 60_000  # steps of the sharing, half a second of them
SAME_S: Final = 1e-6


def is_small(problem: RoutingProblem) -> bool:
    """Whether it can be solved exactly in well under a second."""
    return int(3**problem.lines) * len(problem.budget_share) <= MOST_WORK


def exact_flights(problem: RoutingProblem) -> list[Flight]:
    """The best flights over all lines.

    Args:
        problem: small (:func:`is_small`), at least one line, and each can be flown alone.
    """
    whole = (1 << problem.lines) - 1
    tables = [_Table.of(problem, a) for a in range(len(problem.budget_share))]
    busy = [
        _several(table.quickest_s, float(problem.turnaround_s[a])) for a, table in enumerate(tables)
    ]
    makespan_s = _end(busy, whole)
    shares = _shares(busy, whole, makespan_s + SAME_S)
    flights: list[Flight] = []
    for a, lines in enumerate(shares):
        left = lines
        while left:
            flown = busy[a][1][left]
            flights.append(Flight(a, tables[a].order(flown)))
            left ^= flown
    return flights


@dataclass(frozen=True, slots=True, eq=False)
class _Chains:
    """Chains of passes from home by the set of lines flown and the last pass: (2^n, P) each."""

    seconds: FloatArray
    share: FloatArray
    before: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Quickest flight of one aircraft over each set of lines."""

    quickest_s: list[float]
    last: list[tuple[int, int]]  # which of both chains, and its last pass
    chains: tuple[_Chains, _Chains]

    @staticmethod
    def of(problem: RoutingProblem, a: int) -> "_Table":
        home = 2 * problem.lines
        chains = (_chains(problem, a, by_share=False), _chains(problem, a, by_share=True))
        closed = np.stack([each.seconds + problem.hop_s[a, :home, home] for each in chains])
        share = np.stack([each.share + problem.hop_share[a, :home, home] for each in chains])
        closed[~(share <= problem.budget_share[a])] = np.inf
        flat = closed.transpose(1, 0, 2).reshape(len(closed[0]), -1)
        best = flat.argmin(axis=1)
        return _Table(
            quickest_s=[float(each) for each in flat[np.arange(len(flat)), best]],
            last=[(int(k) // home, int(k) % home) for k in best],
            chains=chains,
        )

    def order(self, lines: int) -> tuple[int, ...]:
        """The passes of the quickest flight over a set."""
        which, at = self.last[lines]
        passes = []
        while at >= 0:
            passes.append(at)
            lines, at = lines ^ (1 << at // 2), int(self.chains[which].before[lines, at])
        return tuple(reversed(passes))


def _chains(problem: RoutingProblem, a: int, *, by_share: bool) -> _Chains:
    n, home = problem.lines, 2 * problem.lines
    seconds = np.full((1 << n, home), np.inf)
    share = np.full((1 << n, home), np.inf)
    before = np.full((1 << n, home), -1, dtype=np.intp)
    own = np.arange(home)
    alone = 1 << (own // 2)
    seconds[alone, own] = problem.hop_s[a, home, :home] + problem.pass_s[a]
    share[alone, own] = problem.hop_share[a, home, :home] + problem.pass_share[a]
    step_s = problem.hop_s[a, :home, :home] + problem.pass_s[a]
    step_share = problem.hop_share[a, :home, :home] + problem.pass_share[a]
    for lines in range(1, 1 << n):
        new = own[(lines & alone) == 0]
        further_s = seconds[lines][:, None] + step_s[:, new]
        further_share = share[lines][:, None] + step_share[:, new]
        key = further_share if by_share else further_s
        chosen = key.argmin(axis=0)
        column = np.arange(len(new))
        seconds[lines | alone[new], new] = further_s[chosen, column]
        share[lines | alone[new], new] = further_share[chosen, column]
        before[lines | alone[new], new] = chosen
    return _Chains(seconds, share, before)


def _several(quickest_s: list[float], turnaround_s: float) -> tuple[list[float], list[int]]:
    """Least time in which one aircraft flies each set, and the lines of one of the flights."""
    busy_s, flown = [0.0], [0]
    for lines in range(1, len(quickest_s)):
        best_s, best = quickest_s[lines], lines
        first = lines & -lines
        rest = lines ^ first
        part = (rest - 1) & rest
        while part != rest:  # every part but all of it; first is always flown
            together_s = quickest_s[part | first] + turnaround_s + busy_s[rest ^ part]
            if together_s < best_s:
                best_s, best = together_s, part | first
            part = (part - 1) & rest
        busy_s.append(best_s)
        flown.append(best)
    return busy_s, flown


def _end(busy: list[tuple[list[float], list[int]]], whole: int) -> float:
    """Least makespan of all aircraft together."""
    end_s = busy[0][0]
    for own_s, _ in busy[1:]:
        end_s = [
            min(max(own_s[part], end_s[lines ^ part]) for part in _parts(lines))
            for lines in range(whole + 1)
        ]
    return end_s[whole]


def _shares(busy: list[tuple[list[float], list[int]]], whole: int, most_s: float) -> list[int]:
    """Lines of each aircraft, with the least work of all that end in time."""
    work_s = [each if each <= most_s else np.inf for each in busy[0][0]]
    taken: list[list[int]] = []
    for own_s, _ in busy[1:]:
        best = [
            min(
                (own_s[part] + work_s[lines ^ part], part)
                for part in _parts(lines)
                if own_s[part] <= most_s
            )
            for lines in range(whole + 1)
        ]
        work_s = [each for each, _ in best]
        taken.append([part for _, part in best])
    shares: list[int] = []
    left = whole
    for parts in reversed(taken):
        shares.append(parts[left])
        left ^= parts[left]
    return [left, *reversed(shares)]


def _parts(lines: int) -> list[int]:
    """All parts of a set, the empty one too."""
    parts = [lines]
    while parts[-1]:
        parts.append((parts[-1] - 1) & lines)
    return parts
