"""What a hot place's frames say together: log-odds of a fire, with their reasons.

The weights are ours, set by hand and tried on simulated days (docs/infrared.md); none is fitted.
"""

import math
from typing import Final

import numpy as np

from detector.thermal.habits import Habits
from detector.thermal.patience import KNOWN, known_share, steady_share
from detector.thermal.tracks import Sample, Track
from models.config.heat import HeatRule
from models.heat_event import HeatReason
from models.units import FloatArray

__all__ = ["BODY_C", "reasons_of"]

BODY_C: Final = 45.0
"""No skin, fur or feathers are hotter: human skin is 30 to 36, animals in the sun up to 45."""
HOT_STEP_K: Final = 8.0
MOST_HOT: Final = 4.5
MOST_LOOKS: Final = 3.0
MOST_LOOKS_HOT: Final = 0.5
"""Where there are temperatures they say more than the look."""
MOST_STAYS: Final = 2.5
SURE: Final = 2.0
"""Below it, staying says less: rocks and warm chimneys stay too."""
STAYS_MIN: Final = 4.0
MOST_TREND: Final = 2.0
MOST_FLICKER: Final = 1.0
SHARE_OF_LEVELS: Final = 0.5
"""Without temperatures: what stands out more may have grown, or the ground has calmed."""
MOST_WANDER: Final = 4.0
WANDER_S: Final = 1200.0
LEAST_SIZE: Final = 0.04
"""Of the width."""
FOLLOWS: Final = 2.0
LEVELS_FOLLOW: Final = 0.5
EACH_HABIT: Final = 1.75
MOST_HABIT: Final = 5.0
TAUGHT: Final = 5.0
STEADY: Final = 3.0
RECENT: Final = 5

Reasons = tuple[tuple[HeatReason, float], ...]


def reasons_of(
    track: Track, frames: int, habits: Habits, rule: HeatRule, *, is_known: bool = False
) -> Reasons:
    """What speaks for and against a fire, the weightiest first; what says nothing is left out.

    Args:
        track: seen in the latest frame.
        frames: of the view so far.
        habits: of the view.
        rule: in force.
        is_known: it lies within a place that is warm by nature.
    """
    now = track.samples[-1]
    hot, looks = _hot(track), _looks(track)
    is_hot_known = now.excess_k is not None
    for_fire = hot if is_hot_known else looks
    share = 1.0 if is_hot_known else SHARE_OF_LEVELS
    fit = _fit(track)
    grows = share * _grows(track, fit)
    told = [
        (HeatReason.HOT, hot),
        (HeatReason.LOOKS, looks),
        (HeatReason.STAYS, _stays(track, frames) * min(1.0, max(0.0, for_fire) / SURE)),
        (HeatReason.GROWS, grows),
        (HeatReason.FLICKERS, share * _flickers(fit)),
        (HeatReason.WANDERS, _wanders(track)),
        (HeatReason.FOLLOWS_SUN, _follows_sun(track, grows)),
        (HeatReason.HABIT, _habit(track, habits, rule)),
        (HeatReason.STEADY, -steady_share(track) * (STEADY + max(0.0, grows))),
    ]
    if is_known:
        told.append((HeatReason.KNOWN, -known_share(track) * (KNOWN + max(0.0, grows))))
    kept = [(reason, round(weight, 2)) for reason, weight in told if abs(weight) >= 0.05]
    return tuple(sorted(kept, key=lambda one: (-abs(one[1]), one[0].value)))


def _recent(track: Track) -> list[Sample]:
    return list(track.samples)[-RECENT:]


def _hot(track: Track) -> float:
    excess = [one.excess_k for one in _recent(track) if one.excess_k is not None]
    if not excess:
        return 0.0
    return float(np.clip(np.median(excess) / HOT_STEP_K, -MOST_HOT, MOST_HOT))


def _looks(track: Track) -> float:
    """Frames of one place tell nearly the same: their mean, not their sum."""
    looks = [one.looks for one in _recent(track) if one.looks is not None]
    if not looks:
        return 0.0
    most = MOST_LOOKS if track.samples[-1].excess_k is None else MOST_LOOKS_HOT
    return float(np.clip(np.mean(looks), -most, most))


def _stays(track: Track, frames: int) -> float:
    share = track.seen / max(1, frames - track.first_frame + 1)
    return float(MOST_STAYS * share * (1.0 - np.exp(-track.minutes / STAYS_MIN)))


def _logs(track: Track) -> tuple[FloatArray, FloatArray]:
    recent = list(track.samples)
    minutes = np.array([(one.at_s - recent[0].at_s) / 60.0 for one in recent])
    heat = np.array([np.log(max(one.contrast, 1e-3) * max(one.area, 1e-9)) for one in recent])
    return minutes, heat


def _fit(track: Track) -> tuple[float, float] | None:
    """Change of the logarithm of its heat from first to last by a line, and what is left."""
    minutes, heat = _logs(track)
    if len(minutes) < 5 or minutes[-1] <= 0.0:
        return None
    slope, offset = np.polyfit(minutes, heat, 1)
    left = float(np.std(heat - slope * minutes - offset))
    return float(slope * minutes[-1]), left


def _grows(track: Track, fit: tuple[float, float] | None) -> float:
    if fit is None:
        return 0.0
    change, left = fit
    sure = abs(change) / (abs(change) + 3.0 * left / len(track.samples) ** 0.5 + 0.1)
    return float(np.clip(sure * change * 1.5, -MOST_TREND, MOST_TREND))


def _flickers(fit: tuple[float, float] | None) -> float:
    if fit is None:
        return 0.0
    return float(np.clip((fit[1] - 0.15) / 0.2, 0.0, 1.0) * MOST_FLICKER)


def _wanders(track: Track) -> float:
    """By its way within twenty minutes, in its own sizes; a smouldering edge creeps slower."""
    end_s = track.samples[-1].at_s
    recent = [one for one in track.samples if end_s - one.at_s <= WANDER_S]
    third = len(recent) // 3
    if third == 0:
        return 0.0
    before, after = recent[:third], recent[-third:]
    right = float(np.mean([one.x for one in after]) - np.mean([one.x for one in before]))
    down = float(np.mean([one.y for one in after]) - np.mean([one.y for one in before]))
    size = max(LEAST_SIZE, float(np.median([one.size for one in recent])))
    way = math.hypot(right, down) / size
    return -min(MOST_WANDER, max(0.0, way - 1.0) * 3.0)


def _follows_sun(track: Track, grows: float) -> float:
    """A fire that grows of a morning does what the sun does, and must not be taken for a rock.

    What is hotter than the sun can make it does not follow it. Where nobody knows that, for want of
    temperatures, what it has grown by is taken back, and little more.
    """
    recent = list(track.samples)
    sun = np.array([one.sun_k for one in recent])
    level = np.array([one.level for one in recent])
    if len(recent) < 8 or np.ptp(sun) < 6.0 or float(np.std(level)) <= 0.0:
        return 0.0
    if float(np.corrcoef(sun, level)[0, 1]) < 0.8:
        return 0.0
    excess = [one.excess_k for one in _recent(track) if one.excess_k is not None]
    if not excess:
        return -LEVELS_FOLLOW - max(0.0, grows)
    return 0.0 if float(np.median(excess)) > 0.0 else -FOLLOWS


def _habit(track: Track, habits: Habits, rule: HeatRule) -> float:
    now = track.samples[-1]
    if habits.is_taught(now):
        return -TAUGHT
    days = habits.days_alike(now, before_s=track.first_at_s, keep_days=rule.habit_days)
    return -min(MOST_HABIT, EACH_HABIT * days)
