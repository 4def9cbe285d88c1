"""How urgent a fire is, and what makes it so."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Level", "Urgency", "UrgencyFactor", "UrgencyReason"]


class Level(StrEnum):
    """How many independent sensors speak for it. Two on one mast are one."""

    SINGLE = "single"
    CORROBORATED = "corroborated"  # a second sensor, of whatever kind
    STRONG = "strong"  # sensors of different kinds: heat under the trees and smoke from a tower


class UrgencyReason(StrEnum):
    """What speaks for or against hurrying; translated by the console."""

    PROBABILITY = "probability"  # how sure the evidence is
    PERSON_SAYS = "person_says"  # a person has confirmed it, or told of it
    INDEPENDENT = "independent"  # more than one independent sensor
    GROWTH = "growth"  # it grows
    FLAME = "flame"  # flame is seen, not only smoke
    FOREST = "forest"  # it stands in a stand that burns well
    BELT = "belt"  # a belt lies between it and what is at risk, whole or with gaps
    VILLAGE = "village"  # how near people live
    FACILITY = "facility"  # how near a facility is that must not burn
    WIND = "wind"  # how strong, and where it blows to
    DANGER = "danger"  # the danger class of the day
    NIGHT = "night"  # fewer people see it and get there
    UNLOCATED = "unlocated"  # nobody knows where it is: taken for the worse
    REGISTERED_BURN = "registered_burn"  # somebody has registered a burn there
    NUISANCE = "nuisance"  # the place is known for false alarms
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class UrgencyFactor:
    """One reason with its weight.

    Attributes:
        reason: which.
        points: what it adds; below 0 it lowers. The urgency is the sum, cut to 0 and 100.
        values: numbers of the sentence, by name, such as ``distance_m``.
        words: names of the sentence, such as that of the village.
    """

    reason: UrgencyReason
    points: float
    values: dict[str, float]
    words: dict[str, str]


@dataclass(frozen=True, slots=True)
class Urgency:
    """How urgent it is.

    Attributes:
        points: 0 to 100.
        level: how many independent sensors speak for it.
        factors: why, the weightiest first.
        at: UTC, when it was reckoned.
    """

    points: float
    level: Level
    factors: tuple[UrgencyFactor, ...]
    at: datetime
