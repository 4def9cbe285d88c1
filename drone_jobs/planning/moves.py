"""All small changes of flights at once: which one would help most.

Three kinds, the usual ones for routes (Or-opt, 2-opt, and 2-opt* of Potvin and Rousseau, 1995): up
to three lines in a row move to any other place, either way round; lines in a row are turned round;
two flights exchange what follows. Each is priced for every aircraft in a few array operations.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from drone_jobs.planning.flights import Flight, RoutingProblem
from models.units import FloatArray

__all__ = ["BUSY_WEIGHT", "Moves", "Prices"]

LONGEST_MOVED: Final = 3
# A wall instead of infinity, so that differences stay numbers.
WALL_S: Final = 1e9
WALL_SHARE: Final = 1e3
BUSY_WEIGHT: Final = 1e-3  # of all work, beside the makespan
SLACK_SHARE: Final = 1e-9

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """A problem as finite arrays: first axis 0 seconds, 1 share of a battery."""

    passes: FloatArray  # (2, A, P)
    hops: FloatArray  # (2, A, P + 1, P + 1); none from home to home
    turnaround_s: FloatArray
    budget_share: FloatArray

    @staticmethod
    def of(problem: RoutingProblem) -> "Prices":
        """Walls for infinities."""
        wall = np.array([WALL_S, WALL_SHARE])
        passes = np.stack((problem.pass_s, problem.pass_share))
        hops = np.stack((problem.hop_s, problem.hop_share))
        hops[:, :, -1, -1] = 0.0
        return Prices(
            np.where(np.isfinite(passes), passes, wall[:, None, None]),
            np.where(np.isfinite(hops), hops, wall[:, None, None, None]),
            problem.turnaround_s,
            problem.budget_share,
        )


class Moves:
    """Small changes of given flights.

    Args:
        prices: of the problem.
        flights: some may be empty.
    """

    __slots__ = (
        "_after", "_before", "_busy_s", "_first", "_flights", "_inner", "_laid", "_others_s",
        "_place", "_prices", "_share", "_turned", "_whose",
    )  # fmt: skip

    def __init__(self, prices: Prices, flights: list[Flight]) -> None:
        self._prices, self._flights = prices, flights
        home = prices.hops.shape[2] - 1
        passes = [flight.passes for flight in flights]
        counts = np.array([len(each) for each in passes])
        self._laid = np.array([each for flight in passes for each in flight], dtype=np.intp)
        self._whose = np.repeat(np.arange(len(flights)), counts)
        self._first = np.append(0, np.cumsum(counts))
        starts = np.isin(np.arange(len(self._laid)), self._first)
        ends = np.isin(np.arange(len(self._laid)) + 1, self._first)
        self._before = np.where(starts, home, np.roll(self._laid, 1))
        self._after = np.where(ends, home, np.roll(self._laid, -1))
        along = prices.hops[:, :, self._before, self._laid] + prices.passes[:, :, self._laid]
        self._inner = np.cumsum(along, axis=2)
        back = self._laid ^ 1
        turned = prices.hops[:, :, back, np.roll(back, 1)] + prices.passes[:, :, back]
        self._turned = np.cumsum(turned, axis=2)
        aircraft = np.array([flight.aircraft for flight in flights])
        self._place = aircraft
        whole = np.zeros((2, len(flights)))
        for k, flight in enumerate(flights):
            if flight.passes:
                stops = [home, *flight.passes, home]
                whole[:, k] = prices.hops[:, flight.aircraft, stops[:-1], stops[1:]].sum(axis=1)
                whole[:, k] += prices.passes[:, flight.aircraft, list(flight.passes)].sum(axis=1)
        self._share = whole[1]
        busy = np.bincount(
            aircraft,
            np.where(counts > 0, whole[0] + prices.turnaround_s[aircraft], 0.0),
            len(prices.turnaround_s),
        )
        self._busy_s = busy - prices.turnaround_s  # the first flight waits for nothing
        count = len(busy)
        masked = np.broadcast_to(self._busy_s, (count, count, count)).copy()
        every = np.arange(count)
        masked[every, :, every] = masked[:, every, every] = -np.inf
        self._others_s = np.maximum(masked.max(axis=2), 0.0)

    def best(self) -> list[tuple[float, list[Flight]]]:
        """The most helpful change of each kind: (new value, flights), the best first.

        Values are the makespan and a thousandth of all work; they compare with :attr:`value`.
        """
        found = [self._moved(), self._turned_round(), self._exchanged()]
        return sorted((each for each in found if each is not None), key=lambda each: each[0])

    @property
    def value(self) -> float:
        """Of the flights as they are."""
        return float(max(self._busy_s.max(), 0.0) + BUSY_WEIGHT * self._busy_s.sum())

    def with_line(self, line: int) -> list[Flight]:
        """Flights with one line more, where it costs least; some place must hold it."""
        hops = self._prices.hops
        flight, at, gap_from, gap_to = self._gaps()
        to = self._place[flight]
        opened = np.where(self._first[flight] == self._first[flight + 1], 1.0, 0.0)
        least = (np.inf, 0, 2 * line)
        for each in (2 * line, 2 * line + 1):
            put = hops[:, to, gap_from, each] + hops[:, to, each, gap_to]
            put += self._prices.passes[:, to, each] - hops[:, to, gap_from, gap_to]
            put[0] += opened * self._prices.turnaround_s[to]
            value = self._valued(to, to, put[0], np.zeros(len(to)))
            share = self._share[flight] + put[1]
            # One flight alone was priced to the bit; a sum of differences may be off by one.
            value[share > self._prices.budget_share[to] - SLACK_SHARE * (1.0 - opened)] = np.inf
            k = int(value.argmin())
            if value[k] < least[0]:
                least = (float(value[k]), k, each)
        _, k, each = least
        target = int(flight[k])
        passes = [list(flown.passes) for flown in self._flights]
        place = int(at[k] - self._first[target])
        passes[target][place:place] = [each]
        return self._with(passes)

    def _valued(
        self, one: Indices, other: Indices, one_s: FloatArray, other_s: FloatArray
    ) -> FloatArray:
        """Value when two aircraft, or one twice, take so much longer."""
        same = one == other
        busy_one = self._busy_s[one] + one_s + np.where(same, other_s, 0.0)
        busy_other = np.where(same, busy_one, self._busy_s[other] + other_s)
        makespan = np.maximum(self._others_s[one, other], np.maximum(busy_one, busy_other))
        value: FloatArray = makespan + BUSY_WEIGHT * (self._busy_s.sum() + one_s + other_s)
        return value

    def _runs(self, longest: int) -> tuple[Indices, Indices]:
        """First and last of all lines in a row of one flight."""
        n = len(self._laid)
        low, high = np.nonzero(np.tri(n, n, longest - 1) - np.tri(n, n, -1))
        same = self._whose[low] == self._whose[high]
        return low[same], high[same]

    def _along(self, low: Indices, high: Indices, aircraft: Indices) -> FloatArray:
        """(2, m) from the start of the first pass to the end of the last."""
        inner = self._inner[:, aircraft, high] - self._inner[:, aircraft, low]
        total: FloatArray = inner + self._prices.passes[:, aircraft, self._laid[low]]
        return total

    def _back(self, low: Indices, high: Indices, aircraft: Indices) -> FloatArray:
        """(2, m) the same flown the other way round."""
        inner = self._turned[:, aircraft, high] - self._turned[:, aircraft, low]
        total: FloatArray = inner + self._prices.passes[:, aircraft, self._laid[low] ^ 1]
        return total

    def _moved(self) -> tuple[float, list[Flight]] | None:
        hops = self._prices.hops
        low, high = self._runs(LONGEST_MOVED)
        flight = self._whose[low]
        own = self._place[flight]
        gone, then = self._before[low], self._after[high]
        taken = hops[:, own, gone, then] - hops[:, own, gone, self._laid[low]]
        taken -= self._along(low, high, own) + hops[:, own, self._laid[high], then]
        home = hops.shape[2] - 1
        taken[0] -= np.where((gone == home) & (then == home), self._prices.turnaround_s[own], 0.0)
        gap_flight, gap_at, gap_from, gap_to = self._gaps()
        to = self._place[gap_flight]
        opened = np.where(self._first[gap_flight] == self._first[gap_flight + 1], 1.0, 0.0)
        run, gap = np.nonzero(
            (flight[:, None] != gap_flight) | (gap_at < low[:, None]) | (gap_at > high[:, None] + 1)
        )
        if not len(run):
            return None
        least = None
        for is_back in (False, True):
            first = self._laid[high[run]] ^ 1 if is_back else self._laid[low[run]]
            last = self._laid[low[run]] ^ 1 if is_back else self._laid[high[run]]
            inner = (self._back if is_back else self._along)(low[run], high[run], to[gap])
            put = hops[:, to[gap], gap_from[gap], first] + inner
            put += hops[:, to[gap], last, gap_to[gap]]
            put -= hops[:, to[gap], gap_from[gap], gap_to[gap]]
            put[0] += opened[gap] * self._prices.turnaround_s[to[gap]]
            value = self._valued(own[run], to[gap], taken[0, run], put[0])
            same = flight[run] == gap_flight[gap]
            share = self._share[gap_flight[gap]] + put[1] + np.where(same, taken[1, run], 0.0)
            value[share > self._prices.budget_share[to[gap]] + SLACK_SHARE] = np.inf
            k = int(value.argmin())
            if least is None or value[k] < least[0]:
                least = (float(value[k]), k, is_back)
        value_s, k, is_back = least or (np.inf, 0, False)
        run_at, gap_k = int(run[k]), int(gap[k])
        return value_s, self.with_moved(
            (int(low[run_at]), int(high[run_at])),
            int(gap_flight[gap_k]),
            int(gap_at[gap_k]),
            is_back=is_back,
        )

    def _gaps(self) -> tuple[Indices, Indices, Indices, Indices]:
        """Flight, index of the pass behind, and both neighbours of every place between passes."""
        home = self._prices.hops.shape[2] - 1
        counts = np.diff(self._first) + 1
        flight = np.repeat(np.arange(len(counts)), counts)
        at = np.arange(len(flight)) - flight
        padded = np.append(self._laid, home)
        starts, ends = at == self._first[flight], at == self._first[flight + 1]
        return flight, at, np.where(starts, home, padded[at - 1]), np.where(ends, home, padded[at])

    def with_moved(
        self, run: tuple[int, int], flight: int, at: int, *, is_back: bool
    ) -> list[Flight]:
        """Flights with a run of passes elsewhere.

        Args:
            run: first and last index, of all passes in a row.
            flight: that takes it.
            at: index of the pass that will follow it.
            is_back: whether it is turned round.
        """
        low, high = run
        moving = [int(each) for each in self._laid[low : high + 1]]
        if is_back:
            moving = [each ^ 1 for each in reversed(moving)]
        source = int(self._whose[low])
        passes = [list(each.passes) for each in self._flights]
        start = low - int(self._first[source])
        put = at - int(self._first[flight])
        del passes[source][start : start + len(moving)]
        if source == flight and at > high:
            put -= len(moving)
        passes[flight][put:put] = moving
        return self._with(passes)

    def _turned_round(self) -> tuple[float, list[Flight]] | None:
        hops = self._prices.hops
        low, high = self._runs(len(self._laid))
        if not len(low):
            return None
        own = self._place[self._whose[low]]
        gone, then = self._before[low], self._after[high]
        more = hops[:, own, gone, self._laid[high] ^ 1] + self._back(low, high, own)
        more += hops[:, own, self._laid[low] ^ 1, then]
        more -= hops[:, own, gone, self._laid[low]] + self._along(low, high, own)
        more -= hops[:, own, self._laid[high], then]
        value = self._valued(own, own, more[0], np.zeros(len(low)))
        share = self._share[self._whose[low]] + more[1]
        value[share > self._prices.budget_share[own] + SLACK_SHARE] = np.inf
        k = int(value.argmin())
        source = int(self._whose[low[k]])
        passes = [list(each.passes) for each in self._flights]
        start, end = (int(each[k]) - int(self._first[source]) for each in (low, high))
        passes[source][start : end + 1] = [
            each ^ 1 for each in reversed(passes[source][start : end + 1])
        ]
        return float(value[k]), self._with(passes)

    def _exchanged(self) -> tuple[float, list[Flight]] | None:
        if len(self._flights) < 2:
            return None
        hops, turnaround_s = self._prices.hops, self._prices.turnaround_s
        home = hops.shape[2] - 1
        flight, at, gap_from, gap_to = self._gaps()
        one, other = np.nonzero(flight[:, None] < flight)
        heads, tails = self._heads_and_tails(flight, at)
        new_s, new_share, more_s = [], [], []
        for here, there in ((one, other), (other, one)):
            own = self._place[flight[here]]
            joined = hops[:, own, gap_from[here], gap_to[there]]
            joined = joined + heads[:, here] + tails[:, own, there]
            is_flown = (gap_from[here] != home) | (gap_to[there] != home)
            was = hops[:, own, gap_from[here], gap_to[here]] + heads[:, here] + tails[:, own, here]
            was_flown = (gap_from[here] != home) | (gap_to[here] != home)
            wait_s = (is_flown.astype(float) - was_flown.astype(float)) * turnaround_s[own]
            more_s.append(joined[0] - was[0] + wait_s)
            new_s.append(own)
            new_share.append(joined[1] > self._prices.budget_share[own] + SLACK_SHARE)
        value = self._valued(new_s[0], new_s[1], more_s[0], more_s[1])
        value[new_share[0] | new_share[1]] = np.inf
        k = int(value.argmin())
        a, b = int(one[k]), int(other[k])
        passes = [list(each.passes) for each in self._flights]
        first, second = int(flight[a]), int(flight[b])
        cut, other_cut = int(at[a] - self._first[first]), int(at[b] - self._first[second])
        passes[first], passes[second] = (
            passes[first][:cut] + passes[second][other_cut:],
            passes[second][:other_cut] + passes[first][cut:],
        )
        return float(value[k]), self._with(passes)

    def _heads_and_tails(self, flight: Indices, at: Indices) -> tuple[FloatArray, FloatArray]:
        """From home to the end of the pass before each gap, and from the one behind it to home.

        Returns:
            (2, G) by the gap's own aircraft; (2, A, G) by each.
        """
        hops = self._prices.hops
        home = hops.shape[2] - 1
        starts, ends = at == self._first[flight], at == self._first[flight + 1]
        own = self._place[flight]
        summed = np.concatenate((np.zeros((*self._inner.shape[:2], 1)), self._inner), axis=2)
        heads = summed[:, own, at] - summed[:, own, self._first[flight]]
        heads = np.where(starts, 0.0, heads)
        last = np.maximum(self._first[flight + 1] - 1, 0)
        behind = np.minimum(at, len(self._laid) - 1)
        tails = self._inner[:, :, last] - self._inner[:, :, behind]
        tails = tails + self._prices.passes[:, :, self._laid[behind]]
        tails = tails + hops[:, :, self._laid[last], home]
        return heads, np.where(ends, 0.0, tails)

    def _with(self, passes: list[list[int]]) -> list[Flight]:
        return [
            Flight(flight.aircraft, tuple(each))
            for flight, each in zip(self._flights, passes, strict=True)
        ]
