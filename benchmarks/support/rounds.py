"""Several contenders on one machine at the same time, without disturbing one another.

They take turns, a fraction of a second each, in an order that changes from round to round, so that
a neighbour of this machine slows all of them alike. A ratio is the median of the rounds' ratios: it
compares only what ran within the same second or two. A rate is the lower quartile of the seconds
per picture: a disturbance only ever adds time.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping

__all__ = ["Contender", "Turns", "cpu_ms", "lower_quartile", "take_turns"]

Contender = Callable[[int], float]
"""Works on so many pictures and returns the seconds that it took."""


class Turns:
    """What the contenders needed.

    Args:
        samples: seconds per picture by contender, one entry a round.
    """

    def __init__(self, samples: Mapping[str, list[float]]) -> None:
        self._samples = samples

    def __contains__(self, name: str) -> bool:
        """Whether a contender took part."""
        return name in self._samples

    def rate(self, name: str) -> float:
        """Pictures a second."""
        return 1.0 / lower_quartile(self._samples[name])

    def ratio(self, ours: str, theirs: str) -> float:
        """How many times as fast ours is as theirs."""
        pairs = zip(self._samples[theirs], self._samples[ours], strict=True)
        return statistics.median(their_s / our_s for their_s, our_s in pairs)


def lower_quartile(samples: list[float]) -> float:
    """The sample that a quarter of the samples does not exceed.

    >>> lower_quartile([4.0, 1.0, 3.0, 2.0])
    1.0
    """
    return sorted(samples)[max(0, (len(samples) - 1) // 4)]


def take_turns(
    contenders: Mapping[str, Contender],
    *,
    budget_s: float,
    turn_s: float = 0.35,
    least_rounds: int = 2,
    seed: int = 0,
) -> Turns:
    """Let all contenders work in turns.

    Args:
        contenders: by name.
        budget_s: when it is spent and every contender has had its least rounds, no further round
            begins.
        turn_s: about how long a turn lasts.
        least_rounds: of each contender.
        seed: of the order.
    """
    order = random.Random(seed)
    counts = {}
    for name, contender in contenders.items():
        contender(1)  # warm
        counts[name] = max(2, round(turn_s / max(1e-6, contender(2) / 2)))
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    ends_s = time.monotonic() + budget_s
    rounds = 0
    while rounds < least_rounds or time.monotonic() < ends_s:
        names = list(contenders)
        order.shuffle(names)
        for name in names:
            samples[name].append(contenders[name](counts[name]) / counts[name])
        rounds += 1
    return Turns(samples)


def cpu_ms(job: Callable[[], object], *, budget_s: float) -> float:
    """Processor milliseconds of this thread for one call: neighbours hardly change it."""
    job()
    samples: list[float] = []
    ends_s = time.monotonic() + budget_s
    while len(samples) < 5 or time.monotonic() < ends_s:
        started_s = time.thread_time()
        job()
        samples.append(time.thread_time() - started_s)
    return 1000.0 * lower_quartile(samples)
