"""Many lines, shared out well: built line by line, then changed while anything helps.

Three starts: lines to and fro in the order in which they lie, each line where it costs least, and
one flight over everything, as if batteries had no end, cut into equal parts. The best one is shaken
a fixed number of times (some lines go elsewhere) and mended, kept when it is no worse (iterated
local search: Lourenco, Martin and Stuetzle, 2003). The seed is fixed, so the same problem has the
same answer; where the time limit ends the search, of some hundred lines, it may be another.
"""

import random
import time
from dataclasses import replace
from typing import Final

import numpy as np

from drone_jobs.planning.flights import Flight, RoutingProblem, Worth, fits, worth_of
from drone_jobs.planning.moves import BUSY_WEIGHT, Moves, Prices

__all__ = ["good_flights", "to_and_fro"]

SHAKES: Final = 40
SHAKES_WORK: Final = 20_000  # fewer for many lines: the square of their number, added up
TRIES_TO_SHAKE: Final = 5
DISSOLVED: Final = 0.3  # share of shakes that give a whole flight to the others
FEW_LINES: Final = 30  # so many are mended from every start
HELPS_S: Final = 1e-4


def good_flights(problem: RoutingProblem, time_limit_s: float) -> list[Flight]:
    """Good flights over all lines.

    Args:
        problem: at least one line, and each can be flown alone.
        time_limit_s: of this thread's work on improving, however busy the machine is; what is found
            by then is given.
    """
    until_s = time.thread_time() + time_limit_s
    prices = Prices.of(problem)
    starts = [
        _placed(problem, prices, to_and_fro(problem)),
        _placed(problem, prices, []),
        _placed(problem, prices, _cut_up(problem, until_s)),
    ]
    starts.sort(key=lambda flights: worth_of(problem, flights))
    mended = [_mended(problem, prices, start, until_s) for start in starts[: _starts(problem)]]
    best = min(mended, key=lambda flights: worth_of(problem, flights))
    chance = random.Random(0)  # noqa: S311
    kept, kept_worth = best, worth_of(problem, best)
    for _ in range(min(SHAKES, SHAKES_WORK // problem.lines**2)):
        if time.thread_time() > until_s:
            break
        tried = _mended(problem, prices, _shaken(problem, prices, kept, chance), until_s)
        worth = worth_of(problem, tried)
        if _value(worth) <= _value(kept_worth):
            kept, kept_worth = tried, worth
    return min((best, kept), key=lambda flights: worth_of(problem, flights))


def _starts(problem: RoutingProblem) -> int:
    """How many starts are mended: of many lines that takes long, and the best start is near."""
    return 3 if problem.lines <= FEW_LINES else 1


def to_and_fro(problem: RoutingProblem) -> list[Flight]:
    """Lines in the order in which they lie, every other one backward, a part for each aircraft.

    Lines that an aircraft cannot fly so are left out.
    """
    count = len(problem.budget_share)
    flights: list[Flight] = []
    for a in range(count):
        own: list[int] = []
        back = 0
        for line in range(problem.lines * a // count, problem.lines * (a + 1) // count):
            number = 2 * line + back
            if fits(problem, Flight(a, (*own, number))):
                own.append(number)
            elif fits(problem, Flight(a, (number,))):
                flights.append(Flight(a, tuple(own)))
                own = [number]
            else:
                continue
            back = 1 - back
        flights.append(Flight(a, tuple(own)))
    return [flight for flight in flights if flight.passes]


def _cut_up(problem: RoutingProblem, until_s: float) -> list[Flight]:
    """One flight over all lines in as few equal parts as fit, a part in turn to each aircraft."""
    endless = replace(problem, budget_share=np.full(len(problem.budget_share), np.inf))
    prices = Prices.of(endless)
    tour = _mended(endless, prices, [Flight(0, _one_row(endless, prices))], until_s)
    passes = [each for flight in tour if flight.aircraft == 0 for each in flight.passes]
    if not passes:  # the other aircraft are quicker on all of them
        return []
    spent_s = np.cumsum(prices.passes[0, 0, passes])
    count = len(problem.budget_share)
    for rounds in range(1, problem.lines // count + 1):
        # A pass belongs to the part in which its middle lies.
        middle = (spent_s - prices.passes[0, 0, passes] / 2.0) / spent_s[-1]
        part = (middle * rounds * count).astype(int)
        flights = _flown(
            [
                Flight(k % count, tuple(int(each) for each in np.array(passes)[part == k]))
                for k in range(rounds * count)
            ]
        )
        if all(fits(problem, flight) for flight in flights):
            return flights
    return []


def _one_row(problem: RoutingProblem, prices: Prices) -> tuple[int, ...]:
    """All lines in one flight, each where it costs least."""
    flights = [Flight(0, ())]
    for line in range(problem.lines):
        flights = Moves(prices, flights).with_line(line)
    return flights[0].passes


def _placed(problem: RoutingProblem, prices: Prices, flights: list[Flight]) -> list[Flight]:
    """Every line that no flight holds put where it costs least."""
    held = {each // 2 for flight in flights for each in flight.passes}
    for line in range(problem.lines):
        if line not in held:
            flights = _flown(Moves(prices, [*flights, *_spare(problem)]).with_line(line))
    return flights


def _spare(problem: RoutingProblem) -> list[Flight]:
    """One more flight of each aircraft, still empty."""
    return [Flight(a, ()) for a in range(len(problem.budget_share))]


def _flown(flights: list[Flight]) -> list[Flight]:
    return [flight for flight in flights if flight.passes]


def _mended(
    problem: RoutingProblem, prices: Prices, flights: list[Flight], until_s: float
) -> list[Flight]:
    """Flights that no small change helps."""
    value_s = _value(worth_of(problem, flights))
    while time.thread_time() <= until_s:
        for _, changed in Moves(prices, [*flights, *_spare(problem)]).best():
            flown = _flown(changed)
            changed_s = _value(worth_of(problem, flown))
            # Priced again, to the bit: a flight must never be dearer than its battery.
            if changed_s < value_s - HELPS_S and all(fits(problem, each) for each in flown):
                flights, value_s = flown, changed_s
                break
        else:
            break
    return flights


def _shaken(
    problem: RoutingProblem, prices: Prices, flights: list[Flight], chance: random.Random
) -> list[Flight]:
    """Some lines elsewhere: twice a few in a row, or all of one flight where there are several."""
    if len(flights) > 1 and chance.random() < DISSOLVED:
        gone = chance.randrange(len(flights))
        return _placed(problem, prices, [*flights[:gone], *flights[gone + 1 :]])
    for _ in range(2):
        for _ in range(TRIES_TO_SHAKE):
            moved = _somewhere(problem, prices, flights, chance)
            if all(fits(problem, flight) for flight in moved):
                flights = moved
                break
    return flights


def _somewhere(
    problem: RoutingProblem, prices: Prices, flights: list[Flight], chance: random.Random
) -> list[Flight]:
    """Up to a third of a flight in another place, whether it fits or not."""
    every = [*flights, *_spare(problem)]
    first = [0]
    for flight in every:
        first.append(first[-1] + len(flight.passes))
    source, target = chance.randrange(len(flights)), chance.randrange(len(every))
    size = len(flights[source].passes)
    low = first[source] + chance.randrange(size)
    high = min(low + chance.randint(1, max(size // 3, 1)), first[source + 1]) - 1
    at = chance.randint(first[target], first[target + 1])
    is_back = chance.random() < 0.5
    if target == source and low <= at <= high + 1:
        return flights
    return _flown(Moves(prices, every).with_moved((low, high), target, at, is_back=is_back))


def _value(worth: Worth) -> float:
    """As small changes are compared: the end, and a little of the work."""
    return worth.makespan_s + BUSY_WEIGHT * worth.busy_s
