"""How the cores of a machine share the work of many pictures, and which way is the best.

W x T means: W runs of the network side by side, each on T threads. One run a core is the usual
way, and measured the fastest on the machines that we have seen. Others differ: where two cores
share one arithmetic unit, or where memory is the limit, fewer or wider runs do better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = ["Arrangement", "Origin", "best", "candidates"]

Origin: TypeAlias = Literal["usual", "measured", "remembered"]

BETTER_BY = 0.95
"""A candidate must need less than this share of the usual arrangement's time to replace it."""
BETTER_IN = 2 / 3
"""And be the faster one in at least this share of the rounds: a neighbour is not so regular."""
LEAST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Arrangement:
    """W x T.

    Attributes:
        workers: runs side by side, at least 1.
        threads_each: of one run, at least 1.
        origin: how it came to be in force.
    """

    workers: int
    threads_each: int
    origin: Origin = field(default="usual", compare=False)

    @classmethod
    def usual(cls, threads: int) -> "Arrangement":
        """One run for each of so many cores."""
        return cls(threads, 1)

    @property
    def name(self) -> str:
        """For people and files, e.g. ``2 x 1``."""
        return f"{self.workers} x {self.threads_each}"


def candidates(threads: int) -> tuple[Arrangement, ...]:
    """What is worth a trial on so many threads, the usual arrangement first; at most four.

    >>> [one.name for one in candidates(1)], [one.name for one in candidates(2)]
    (['1 x 1'], ['2 x 1', '1 x 2'])
    >>> [one.name for one in candidates(8)]
    ['8 x 1', '4 x 2', '4 x 1', '2 x 4']
    """
    if threads < 4:
        ways = [(threads, 1), (1, threads)]
    else:
        ways = [(threads, 1), (threads // 2, 2), (threads // 2, 1), (threads // 4, 4)]
    return tuple(dict.fromkeys(Arrangement(*way) for way in ways))


def best(seconds: Mapping[Arrangement, Sequence[float]]) -> Arrangement | None:
    """Choose by the best time of each, because a disturbance only ever adds time.

    Args:
        seconds: of every candidate, the usual one first, one entry a round; each for the same work.

    Returns:
        None when there are too few rounds to tell.
    """
    usual, *others = seconds
    rounds = min(len(each) for each in seconds.values())
    if rounds < LEAST_ROUNDS:
        return None
    chosen = usual
    for other in others:
        pairs = zip(seconds[other], seconds[usual], strict=False)
        faster = sum(theirs < ours for theirs, ours in pairs)
        if (
            min(seconds[other]) < BETTER_BY * min(seconds[usual])
            and min(seconds[other]) < min(seconds[chosen])
            and faster >= BETTER_IN * rounds
        ):
            chosen = other
    return chosen
