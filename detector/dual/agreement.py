"""What both sensors of a head make of what they see: values in, a word out; no clock, no store.

Smoke is seen by the visible camera, heat by the other one. Either may be blind to a fire: smoke
covers nothing at night, crowns and ridges hide heat. So a vote of the sensor of heat helps wherever
it sees heat, and holds back only under the rule that a bureau has chosen for it
(:attr:`~models.dual.AgreementRule.BOTH`), only while it has really looked at that place, and not
for ever (:mod:`detector.dual.holding`).
"""

from collections.abc import Iterable
from typing import Final

from models.dual import AgreementRule, HeatVote, VoteWord
from models.light import Light

__all__ = ["adds_up", "is_night", "opens_alone", "renewed", "saw_heat", "waits"]

NIGHT_SUN_DEG: Final = -6.0
"""Civil dusk: from here on rocks and roofs give back little of the sun's warmth."""
DARK_BELOW_DEG: Final = 10.0
"""With the sun higher a picture without colour is that of a monochrome camera, and no night."""

_SAW_HEAT: Final = frozenset({VoteWord.FIRE, VoteWord.WARM})
_LOOKED: Final = _SAW_HEAT | {VoteWord.NOTHING}


def saw_heat(vote: HeatVote | None) -> bool:
    """Whether the sensor of heat saw any at the place."""
    return vote is not None and vote.says in _SAW_HEAT


def adds_up(visible_log_odds: float, vote: HeatVote | None, threshold_log_odds: float) -> bool:
    """Whether smoke whose own evidence does not suffice alerts with the heat that stands there.

    Both must speak for a fire: then their log-odds add up as those of independent witnesses do.
    Heat alone never makes an alert of what the visible camera thinks is none.

    Args:
        visible_log_odds: of the smoke, natural logarithm.
        vote: of the sensor of heat; None where there is none.
        threshold_log_odds: what an alert needs.
    """
    if vote is None or vote.log_odds is None or not saw_heat(vote):
        return False
    both_speak = visible_log_odds > 0.0 and vote.log_odds > 0.0
    return both_speak and visible_log_odds + vote.log_odds >= threshold_log_odds


def waits(rule: AgreementRule | None, vote: HeatVote | None) -> bool:
    """Whether smoke waits for heat: only by the rule of both, and only where none was seen.

    A sensor that is blind, stale, not registered or turned away never holds anything.

    Args:
        rule: of the pair; None for a camera that is in none.
        vote: of the sensor of heat.
    """
    return rule is AgreementRule.BOTH and vote is not None and vote.says is VoteWord.NOTHING


def opens_alone(rule: AgreementRule | None, *, is_due: bool, by_night: bool) -> bool:
    """Whether heat opens a fire by itself, without smoke and without a person."""
    return rule is AgreementRule.HEAT_FIRST and is_due and by_night


def is_night(sun_elevation_deg: float, light: Light | None) -> bool:
    """Whether it is night for the rules: by the sun, or earlier by the picture itself.

    Under a storm, in a gorge or with its filter out a camera is in the dark before civil dusk.

    Args:
        sun_elevation_deg: where the camera stands.
        light: of the visible camera's latest picture; None where that is unknown or old.
    """
    if sun_elevation_deg < NIGHT_SUN_DEG:
        return True
    is_dark = light is not None and light is not Light.DAY
    return is_dark and sun_elevation_deg < DARK_BELOW_DEG


def renewed(before: Iterable[HeatVote], now: Iterable[HeatVote]) -> tuple[HeatVote, ...]:
    """Votes kept with an alert: the latest of each sensor that has looked.

    A sensor that has gone blind since takes nothing back of what it has seen.
    """
    kept = {vote.camera_id: vote for vote in before}
    for vote in now:
        known = kept.get(vote.camera_id)
        if known is None or vote.says in _LOOKED or known.says not in _LOOKED:
            kept[vote.camera_id] = vote
    return tuple(kept.values())
