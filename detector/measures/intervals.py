"""How far a figure may be from what other footage would give.

Pictures of one scene look alike: intervals draw scenes, never pictures or recordings. A bootstrap
alone says "exactly" where all was found or nothing was false, and one that counts alone takes the
fires of one scene for strangers, so that shares and rates state the wider of both.

Sources: Wilson 1927 (score interval); Garwood 1936 (exact interval of a Poisson rate); Efron 1979
(percentile bootstrap); McNemar 1947 in its exact form, the sign test of the pairs that differ.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DRAWS",
    "draw_scenes",
    "drawn_median",
    "garwood",
    "group_interval",
    "mcnemar",
    "middle",
    "paired_chance",
    "wilson",
]

Floats = NDArray[np.float64]
DRAWS: Final = 1000
SHARE: Final = 0.95


def wilson(hits: int, of: int, share: float = SHARE) -> tuple[float, float]:
    """Interval of a share that was seen ``hits`` times in ``of``; (0, 1) of nothing."""
    if of == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + share) / 2)
    seen = hits / of
    centre = (seen + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(seen * (1 - seen) / of + z * z / (4 * of * of))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return (0.0 if hits == 0 else low), (1.0 if hits == of else high)


@cache
def garwood(count: int, share: float = SHARE) -> tuple[float, float]:
    """Interval of the mean of something rare that was seen ``count`` times."""
    rest = (1 - share) / 2
    low = 0.0 if count == 0 else _mean_where(lambda mean: _tail(count - 1, mean) >= rest)
    return low, _mean_where(lambda mean: 1 - _tail(count, mean) <= rest)


def _tail(count: int, mean: float) -> float:
    """Chance to see more than ``count`` where ``mean`` are expected."""
    numbers = np.arange(count + 1)
    log_factorial = np.cumsum(np.log(np.maximum(numbers, 1)))
    return 1.0 - float(np.exp(numbers * math.log(mean) - mean - log_factorial).sum())


def _mean_where(holds: Callable[[float], bool]) -> float:
    """Least mean at which something holds that holds ever after."""
    low, high = 0.0, 1.0
    while not holds(high):
        low, high = high, 2 * high
    for _ in range(100):
        between = (low + high) / 2
        low, high = (low, between) if holds(between) else (between, high)
    return high


def draw_scenes(count: int, draws: int = DRAWS, seed: int = 0) -> Floats:
    """How often each of ``count`` scenes was drawn, (draws, count); each row adds up to the count.

    The same seed and count give the same draws, so that two runs can be compared draw by draw.
    """
    drawn = np.random.default_rng(seed).integers(count, size=(draws, count))
    places = drawn + count * np.arange(draws)[:, None]
    times = np.bincount(places.ravel(), minlength=draws * count)
    return times.reshape(draws, count).astype(np.float64)


def middle(figures: Floats, share: float = SHARE) -> tuple[float, float] | None:
    """The middle ``share`` of the drawn figures; those that are no number count as not drawn.

    None where no figure is left.
    """
    known = figures[~np.isnan(figures)]
    if len(known) == 0:
        return None
    low, high = np.quantile(known, [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def drawn_median(values: Floats, columns: NDArray[np.int64], draws: Floats) -> Floats:
    """Median of every draw of scenes.

    Args:
        values: (n,).
        columns: (n,) the scene of each, as a column of ``draws``.
        draws: (d, s) how often each scene was drawn.

    Returns:
        (d,) not a number where none was drawn.
    """
    order = np.argsort(values, kind="stable")
    rising = values[order]
    until = np.cumsum(draws[:, columns[order]], axis=1)
    answer = np.full(len(draws), np.nan)
    if len(values) == 0:
        return answer
    total = until[:, -1]
    low = (until >= np.floor((total + 1) / 2)[:, None]).argmax(axis=1)
    high = (until >= (np.floor(total / 2) + 1)[:, None]).argmax(axis=1)
    drawn = total > 0
    answer[drawn] = ((rising[low] + rising[high]) / 2)[drawn]
    return answer


def paired_chance(differences: Floats) -> float | None:
    """Two-sided chance of a bootstrap that what differs is nothing; None without a draw.

    Twice the smaller share of the draws on either side of 0, with 0 on both, and one draw more on
    each, so that no chance is 0 because the draws were few.
    """
    known = differences[~np.isnan(differences)]
    if len(known) == 0:
        return None
    least = min(int((known <= 0).sum()), int((known >= 0).sum()))
    return min(1.0, 2 * (least + 1) / (len(known) + 1))


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact chance that as many pairs differ one way where both ways are alike."""
    of = gained + lost
    ways = outer = 1  # to choose as many of them; whole numbers of any size
    for one in range(min(gained, lost)):
        ways = ways * (of - one) // (one + 1)
        outer += ways
    return min(1.0, 2 * outer / (1 << of))


def group_interval(
    groups: Sequence[str],
    measure: Callable[[NDArray[np.int64]], float],
    *,
    draws: int = DRAWS,
    seed: int = 0,
    share: float = SHARE,
) -> tuple[float, float]:
    """Percentile bootstrap over groups.

    Args:
        groups: group of each picture.
        measure: takes indices of pictures, with repeats, and answers a figure or not a number.
        draws: of the bootstrap.
        seed: of the draws; the same seed draws the same groups, so differences can be paired.
        share: of the draws that lie between the two answers.
    """
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(place == index) for index in range(len(names))]
    random = np.random.default_rng(seed)
    figures = []
    for _ in range(draws):
        drawn = random.integers(len(names), size=len(names))
        figures.append(measure(np.concatenate([members[index] for index in drawn])))
    return middle(np.array(figures), share) or (float("nan"), float("nan"))
