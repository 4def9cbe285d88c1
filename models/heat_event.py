"""Heat that may be a fire: what a place of a node's view shows over time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.thermal import HotSpot

__all__ = ["HeatEvent", "HeatReason"]


class HeatReason(StrEnum):
    """What speaks for or against a fire, in words of the console."""

    HOT = "hot"  # hotter than sun and air explain
    LOOKS = "looks"  # by its look in one frame
    STAYS = "stays"  # it has been there for long
    GROWS = "grows"
    FLICKERS = "flickers"
    WANDERS = "wanders"  # against: animals, people, engines
    FOLLOWS_SUN = "follows_sun"  # against: it comes and goes with the sun's warmth
    HABIT = "habit"  # against: the place is hot every day
    STEADY = "steady"  # against: it came and does not grow
    KNOWN = "known"  # against: somebody has drawn it as warm by nature


@dataclass(frozen=True, slots=True)
class HeatEvent:
    """One hot place of one view.

    Attributes:
        number: of the track, rising within a node's watch.
        first_at: UTC, capture time of its first frame.
        last_at: of its latest.
        frames: in which it was seen, at least 1.
        spot: as the latest frame shows it.
        peak_c: its highest temperature ever; None where the device tells none.
        log_odds: of a fire, natural logarithm.
        reasons: with the log-odds that each gives, the weightiest first.
        is_due: people should look at it.
    """

    number: int
    first_at: datetime
    last_at: datetime
    frames: int
    spot: HotSpot
    peak_c: float | None
    log_odds: float
    reasons: tuple[tuple[HeatReason, float], ...]
    is_due: bool
