"""How long heat is waited for, and what speaks against heat that came and does not grow.

A stove that is lit grows for a quarter of an hour and then stays as it is for one or two hours; a
parked engine is hot for minutes. A smouldering start grows for as long as it is small, and becomes
hotter than a pipe far away. So heat that is little hotter than sun and air explain waits longer
until it is due, and what has stopped growing then needs more. Both end: what is much hotter waits
for minutes only, and what has stayed for hours is looked at whatever it is (docs/infrared.md).
"""

from typing import Final

import numpy as np

from detector.thermal.tracks import Track

__all__ = ["KNOWN", "known_share", "least_minutes", "recent_excess_k", "steady_share"]

COOL_K, HOT_K = 60.0, 100.0
"""Beyond what sun and air explain: up to the first all patience, from the second on little."""
COOL_MIN, HOT_MIN = 30.0, 5.0
"""So long it must have been hot before it is due."""
LATEST: Final = 16
LATEST_S: Final = 1200.0
LEAST: Final = 4
"""Growth is judged now by so many samples of the last twenty minutes, and by four at least."""
GROWS_A_MIN: Final = 0.03
"""Of the logarithm of contrast: what grows by that or more does not stand still."""
PIPE_AREA: Final = (6.0 / 160**2, 10.0 / 160**2)
"""Of the width squared: up to the first as a pipe is at thirty metres, from the second on larger.
A hidden start crept outward for two hours at a hundred degrees, ever larger and hardly hotter."""
STEADY_ENDS_MIN: Final = (150.0, 240.0)
"""A meal has been cooked by the first; from the second on being steady says nothing."""
KNOWN: Final = 4.0
KNOWN_ENDS_K: Final = (160.0, 220.0)
KNOWN_ENDS_MIN: Final = (240.0, 360.0)
RECENT: Final = 5


def recent_excess_k(track: Track) -> float | None:
    """Beyond what sun and air explain, middle of the latest five; None without temperatures."""
    excess = [one.excess_k for one in list(track.samples)[-RECENT:] if one.excess_k is not None]
    return float(np.median(excess)) if excess else None


def least_minutes(track: Track, least: float) -> float:
    """So long a place must have been hot before it may be due.

    Args:
        track: seen in the latest frame.
        least: of the rule; with 0 nothing is waited for, and without temperatures it is as told.
    """
    excess = recent_excess_k(track)
    if excess is None or least <= 0.0:
        return least
    return max(least, HOT_MIN + (COOL_MIN - HOT_MIN) * _left(excess, COOL_K, HOT_K))


def steady_share(track: Track) -> float:
    """How far it stands still and is no hotter than a pipe, 0 to 1.

    0 without temperatures, and as long as too few frames say whether it grows.
    """
    excess = recent_excess_k(track)
    if excess is None or excess <= 0.0 or len(track.samples) < LEAST:
        return 0.0
    cool = _left(excess, COOL_K, HOT_K)
    area = float(np.median([one.area for one in list(track.samples)[-RECENT:]]))
    still = cool * (1.0 - _growth(track)) * _left(area, *PIPE_AREA)
    return still * _left(track.hot_minutes, *STEADY_ENDS_MIN)


def known_share(track: Track) -> float:
    """How far heat of a place that is warm by nature does what such a place does, 0 to 1.

    Growth that outlasts a fire's kindling, a much higher temperature, and hours bring it to 0.
    """
    excess = recent_excess_k(track)
    hot = 1.0 if excess is None else _left(excess, *KNOWN_ENDS_K)
    kindled = track.hot_minutes < COOL_MIN
    still = 1.0 if kindled else 1.0 - _growth(track)
    return hot * still * _left(track.hot_minutes, *KNOWN_ENDS_MIN)


def _growth(track: Track) -> float:
    """0 for none, 1 for :data:`GROWS_A_MIN` and more; what is not known yet is none."""
    last = list(track.samples)
    since_s = last[-1].at_s - LATEST_S
    count = max(LEAST, sum(one.at_s > since_s for one in last[-LATEST:]))
    latest = last[-count:]
    if len(latest) < LEAST:
        return 0.0
    minutes = np.array([(one.at_s - latest[0].at_s) / 60.0 for one in latest])
    heat = np.array([np.log(max(one.contrast, 1e-3)) for one in latest])
    spread = minutes - minutes.mean()
    if float(spread @ spread) <= 0.0:
        return 0.0
    slope = float(spread @ heat) / float(spread @ spread)
    return float(np.clip(slope / GROWS_A_MIN, 0.0, 1.0))


def _left(value: float, begins: float, ends: float) -> float:
    """1 up to the first, 0 from the second on."""
    return float(np.clip((ends - value) / (ends - begins), 0.0, 1.0))
