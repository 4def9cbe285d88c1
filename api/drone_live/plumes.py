"""What a stream shows again and again at one place is one plume; a single picture tells of none."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from api.imagery.witnessing import TELL_SCORE, WITHIN_99
from geo.crs import geodesic
from geo.meeting import HELD
from models.crossing import Report

__all__ = ["LivePlume", "PlumeBook", "PlumeFind", "apart", "is_sure"]

SEEN_TIMES: Final = 3
WITHIN: Final = timedelta(seconds=30)
"""So many finds in so short a time tell of a fire: of a thousand pictures of a flight some show
fog or dust that scores as smoke, and hardly ever three at one place."""

SHARPER: Final = 0.5
MOST_PLUMES: Final = 20


@dataclass(frozen=True, slots=True)
class PlumeFind:
    """A find that is placed.

    Attributes:
        hit_id: number of it.
        at: UTC, of its picture.
        report: where it lies.
        word: of its class, with its score, for people.
    """

    hit_id: int
    at: datetime
    report: Report
    word: str


@dataclass(slots=True)
class LivePlume:
    """Finds at one place.

    Attributes:
        number: from 0, of its session.
        finds: that are not part of an observation yet.
        told: the report of its observation; None before. Its finds or this are always there.
        observation_id: of it.
        times_told: how often it was told, each time sharper.
    """

    number: int
    finds: list[PlumeFind] = field(default_factory=list)
    told: Report | None = None
    observation_id: int | None = None
    times_told: int = 0

    @property
    def place(self) -> Report:
        """The sharpest that is known of it."""
        known = [find.report for find in self.finds] + ([] if self.told is None else [self.told])
        return min(known, key=lambda report: report.sigma_m)

    @property
    def lead(self) -> PlumeFind:
        """Its sharpest find that is not told."""
        return min(self.finds, key=lambda find: find.report.sigma_m)

    @property
    def is_due(self) -> bool:
        """Whether it is to be told: seen often enough, or now much sharper than it was told."""
        if not self.finds:
            return False
        if self.told is not None:
            return self.lead.report.sigma_m <= SHARPER * self.told.sigma_m
        newest = max(find.at for find in self.finds)
        return len({find.at for find in self.finds if newest - find.at <= WITHIN}) >= SEEN_TIMES


class PlumeBook:
    """The plumes of one session."""

    def __init__(self) -> None:
        self._plumes: list[LivePlume] = []

    def take(self, find: PlumeFind) -> LivePlume | None:
        """The plume of a find: one that it agrees with, or a new one; None when there are many."""
        mine = self.of(find.report)
        if mine is None:
            if len(self._told()) >= MOST_PLUMES:
                return None
            self._forget(find.at)
            mine = LivePlume(max((one.number for one in self._plumes), default=-1) + 1)
            self._plumes.append(mine)
        mine.finds.append(find)
        return mine

    def of(self, report: Report) -> LivePlume | None:
        """The plume that a place agrees with, the nearest by its errors; None for none."""
        found = [(apart(one.place, report), one.number, one) for one in self._plumes]
        nearest = min(found, default=None)
        return None if nearest is None or nearest[0] > 1.0 else nearest[2]

    def _told(self) -> list[LivePlume]:
        return [one for one in self._plumes if one.told is not None]

    def _forget(self, now: datetime) -> None:
        """What was seen once or twice, and not since."""
        self._plumes = [
            one
            for one in self._plumes
            if one.told is not None or now - max(find.at for find in one.finds) <= WITHIN
        ]


def is_sure(score: float) -> bool:
    """Whether a find may tell of a fire with others."""
    return score >= TELL_SCORE


def apart(one: Report, other: Report) -> float:
    """How far apart, of what 99 % of their errors allow."""
    at, there = one.position, other.position
    apart_m = geodesic(at.lon_deg, at.lat_deg, there.lon_deg, there.lat_deg)[2]
    return apart_m / (HELD * WITHIN_99 * math.hypot(one.sigma_m, other.sigma_m))
