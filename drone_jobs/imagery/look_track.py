"""Looks in a row, and the one between two of them.

Between two that are close in time, numbers change evenly and angles turn the short way. What cannot
be so is not made up: a place that would have jumped, a turn of which nobody can say which way it
went, heights above different things. Before the first, behind the last and in a hole there is no
look but within a quarter of a second.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from drone_jobs.imagery.gaps import with_gaps
from geo.crs import geodesic
from models.flight import AttitudeSource, Look, LookGap
from models.height import Height

__all__ = ["LookTrack", "between"]

NEAR_S: Final = 0.25  # a look stands for so long before and after itself
FASTEST_MS: Final = 100.0  # no drone; a place that jumps so is one of its satellites' errors
WIDEST_TURN_DEG: Final = 120.0  # beyond, the short way round is a guess


class LookTrack:
    """Looks by time.

    Args:
        looks: seconds of any one clock, finite, and the look then, in any order; of two at the same
            time the later one in the row counts.
        longest_s: two that are further apart than this have nothing between them, > 0.
    """

    def __init__(self, looks: Iterable[tuple[float, Look]], *, longest_s: float) -> None:
        by_time = {time_s: look for time_s, look in looks if math.isfinite(time_s)}
        self._times_s = sorted(by_time)
        self._looks = [by_time[time_s] for time_s in self._times_s]
        self._longest_s = longest_s

    def __len__(self) -> int:
        """How many looks there are."""
        return len(self._looks)

    def look_at(self, time_s: float) -> Look:
        """The look at a time; an empty one with the gap ``TIME`` where nothing is near enough.

        Args:
            time_s: by the clock of the track.
        """
        if not math.isfinite(time_s):
            return _nothing()
        after = bisect_left(self._times_s, time_s)
        if after < len(self._times_s) and self._times_s[after] == time_s:
            return self._looks[after]
        if 0 < after < len(self._times_s):
            begin_s, end_s = self._times_s[after - 1], self._times_s[after]
            if end_s - begin_s <= self._longest_s:
                share = (time_s - begin_s) / (end_s - begin_s)
                return between(self._looks[after - 1], self._looks[after], share, end_s - begin_s)
        neighbours = [
            (abs(self._times_s[at] - time_s), at)
            for at in (after - 1, after)
            if 0 <= at < len(self._times_s)
        ]
        off_s, nearest = min(neighbours, default=(math.inf, 0))
        return self._looks[nearest] if off_s <= NEAR_S else _nothing()


def between(earlier: Look, later: Look, share: float, apart_s: float) -> Look:
    """The look between two.

    Args:
        earlier: at share 0.
        later: at share 1.
        share: of the time from the one to the other, [0, 1].
        apart_s: between them, > 0.

    Returns:
        With what both of them tell and can have a middle; the rest is None and a gap.
    """
    own = tuple(
        gap for gap in (LookGap.TIME, LookGap.ORDER) if gap in earlier.gaps or gap in later.gaps
    )
    lon_deg, lat_deg = _place(earlier, later, share, apart_s) or (None, None)
    at = None
    if earlier.at is not None and later.at is not None:
        at = earlier.at + (later.at - earlier.at) * share
    turned = None
    if earlier.attitude is later.attitude:
        turned = _attitude(earlier, later, share)
    yaw_deg, pitch_deg, roll_deg = turned or (None, None, None)
    return with_gaps(
        Look(
            at=at,
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            height=_height(earlier.height, later.height, share),
            above_take_off_m=_even(earlier.above_take_off_m, later.above_take_off_m, share),
            yaw_deg=yaw_deg,
            pitch_deg=pitch_deg,
            roll_deg=roll_deg,
            horizontal_fov_deg=_even(earlier.horizontal_fov_deg, later.horizontal_fov_deg, share),
            attitude=earlier.attitude if turned else AttitudeSource.NONE,
            gaps=own,
        )
    )


def _nothing() -> Look:
    return with_gaps(replace(Look(at=None), gaps=(LookGap.TIME,)))


def _even(earlier: float | None, later: float | None, share: float) -> float | None:
    if earlier is None or later is None:
        return None
    return earlier + (later - earlier) * share


def _turn_deg(earlier_deg: float, later_deg: float) -> float:
    """The short way, [-180, 180)."""
    return (later_deg - earlier_deg + 180.0) % 360.0 - 180.0


def _height(earlier: Height | None, later: Height | None, share: float) -> Height | None:
    if earlier is None or later is None or earlier.system is not later.system:
        return None
    return Height(earlier.value_m + (later.value_m - earlier.value_m) * share, earlier.system)


def _place(earlier: Look, later: Look, share: float, apart_s: float) -> tuple[float, float] | None:
    if earlier.lon_deg is None or earlier.lat_deg is None:
        return None
    if later.lon_deg is None or later.lat_deg is None:
        return None
    off_m = geodesic(earlier.lon_deg, earlier.lat_deg, later.lon_deg, later.lat_deg)[2]
    if not off_m <= FASTEST_MS * apart_s:
        return None
    lon_deg = earlier.lon_deg + _turn_deg(earlier.lon_deg, later.lon_deg) * share
    lat_deg = earlier.lat_deg + (later.lat_deg - earlier.lat_deg) * share
    return (lon_deg + 180.0) % 360.0 - 180.0, lat_deg


def _attitude(earlier: Look, later: Look, share: float) -> tuple[float, float, float | None] | None:
    if earlier.yaw_deg is None or earlier.pitch_deg is None:
        return None
    if later.yaw_deg is None or later.pitch_deg is None:
        return None
    yaw_deg = _turn_deg(earlier.yaw_deg, later.yaw_deg)
    pitch_deg = _turn_deg(earlier.pitch_deg, later.pitch_deg)
    roll_deg = None
    if earlier.roll_deg is not None and later.roll_deg is not None:
        turn_deg = _turn_deg(earlier.roll_deg, later.roll_deg)
        if abs(turn_deg) > WIDEST_TURN_DEG:
            return None
        roll_deg = (earlier.roll_deg + turn_deg * share + 180.0) % 360.0 - 180.0
    if max(abs(yaw_deg), abs(pitch_deg)) > WIDEST_TURN_DEG:
        return None
    pitch_deg = (earlier.pitch_deg + pitch_deg * share + 180.0) % 360.0 - 180.0
    return (earlier.yaw_deg + yaw_deg * share) % 360.0 % 360.0, pitch_deg, roll_deg
