"""How a camera that can be turned watches its whole area: tours over its presets, and by what hand.

A tour is a list of presets with the time for which each is watched. Which one runs depends on the
season, the hour and the danger class of the day: the first of a camera's tours that holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from models.errors import InputRefused
from models.times import ALWAYS, Times

__all__ = [
    "UNKNOWN_DANGER",
    "DangerClass",
    "Mover",
    "Patrol",
    "PoseTrust",
    "Tour",
    "TourStop",
    "check_patrol",
]

MOST_TOURS: Final = 20
MOST_STOPS: Final = 64
LONGEST_DWELL_S: Final = 3600.0
LONGEST_NAME: Final = 80


class DangerClass(IntEnum):
    """Forest-fire danger of the day, the national classes (LY/T 1172)."""

    LOW = 1
    MODERATE = 2
    HIGH = 3
    VERY_HIGH = 4
    EXTREME = 5


UNKNOWN_DANGER: Final = DangerClass.HIGH
"""What holds while nobody has entered a class: danger that is not known is not low."""


class PoseTrust(StrEnum):
    """On what the pose of a frame rests, the least first."""

    COMMANDED = "commanded"  # the camera was told to look there, or was built to
    REPORTED = "reported"  # it says itself that it looks there and stands still
    VERIFIED = "verified"  # the picture shows the view of this preset, and of no other one


@dataclass(frozen=True, slots=True)
class Mover:
    """What turns a camera.

    Attributes:
        address: of the camera's ONVIF device service, without user and password; the credential is
            that of the camera's link.
        profile: token of the media profile that is turned; empty for the first that can be.
        tokens: (number of our preset, the camera's own token of it), by number.
    """

    address: str
    profile: str = ""
    tokens: tuple[tuple[int, str], ...] = ()

    def token_of(self, preset: int) -> str | None:
        """The camera's own name of a preset; None when it has not been told."""
        return dict(self.tokens).get(preset)


@dataclass(frozen=True, slots=True)
class TourStop:
    """One preset of a tour.

    Attributes:
        preset: its number; 0 is a value.
        dwell_s: for how long it is watched once the camera stands still, above 0 and at most 3600.
    """

    preset: int
    dwell_s: float


@dataclass(frozen=True, slots=True)
class Tour:
    """Presets in the order in which they are watched, and when.

    Attributes:
        name: shown to monitors.
        stops: at least one; a preset may come several times.
        times: season, weekdays and hours at which it holds, by the site's clock.
        least_danger: the least danger class at which it holds.
        most_danger: the greatest.
    """

    name: str
    stops: tuple[TourStop, ...]
    times: Times = ALWAYS
    least_danger: DangerClass = DangerClass.LOW
    most_danger: DangerClass = DangerClass.EXTREME

    def holds(self, at: datetime, zone: ZoneInfo, danger: DangerClass) -> bool:
        """Whether it is the hour and the danger for it.

        Args:
            at: UTC.
            zone: of the site.
            danger: class of the day.
        """
        return self.least_danger <= danger <= self.most_danger and self.times.cover(at, zone)

    @property
    def presets(self) -> tuple[int, ...]:
        """Numbers of its presets, each once, by number."""
        return tuple(sorted({stop.preset for stop in self.stops}))


@dataclass(frozen=True, slots=True)
class Patrol:
    """How one camera patrols.

    Attributes:
        mover: what turns it.
        tours: in the order in which they are asked; while none holds the camera rests at its first
            preset.
        is_on: False leaves the camera where it is.
    """

    mover: Mover
    tours: tuple[Tour, ...] = ()
    is_on: bool = True

    def tour_at(self, at: datetime, zone: ZoneInfo, danger: DangerClass) -> Tour | None:
        """The tour that runs, None when none does; arguments as :meth:`Tour.holds`."""
        if not self.is_on:
            return None
        return next((tour for tour in self.tours if tour.holds(at, zone, danger)), None)


def check_patrol(patrol: Patrol, presets: Sequence[int]) -> None:
    """Refuse a patrol that cannot be walked.

    Args:
        patrol: as somebody wrote it.
        presets: numbers of the camera's presets.

    Raises:
        InputRefused: with one of the codes ``patrol_tours``, ``patrol_stops``, ``patrol_dwell``,
            ``patrol_preset``, ``patrol_token``, ``patrol_times`` or ``patrol_danger``.
    """
    if len(patrol.tours) > MOST_TOURS:
        raise InputRefused(f"More than {MOST_TOURS} tours are too many.", code="patrol_tours")
    tokens = [number for number, _token in patrol.mover.tokens]
    if len(set(tokens)) < len(tokens) or not set(tokens) <= set(presets):
        raise InputRefused(
            "A preset is named twice, or is none of this camera.",
            remedy="Give each of the camera's presets its token once.",
            code="patrol_token",
        )
    for tour in patrol.tours:
        _check_tour(tour, set(presets), set(tokens))


def _check_tour(tour: Tour, presets: set[int], tokens: set[int]) -> None:
    name = tour.name.strip()
    if not name or len(name) > LONGEST_NAME or not 1 <= len(tour.stops) <= MOST_STOPS:
        raise InputRefused(
            f"A tour has a name of 1 to {LONGEST_NAME} letters and 1 to {MOST_STOPS} stops.",
            remedy="Name it, and give it at least one preset.",
            code="patrol_stops",
        )
    if not all(0.0 < stop.dwell_s <= LONGEST_DWELL_S for stop in tour.stops):
        raise InputRefused(
            f"A stop of {name!r} is watched for no time, or for more than an hour.",
            remedy=f"Give more than 0 and at most {LONGEST_DWELL_S:.0f} seconds.",
            code="patrol_dwell",
        )
    unknown = set(tour.presets) - presets
    if unknown:
        raise InputRefused(
            f"{name!r} names preset {min(unknown)}, which the camera does not have.",
            remedy="Add the preset to the camera first.",
            code="patrol_preset",
        )
    untold = set(tour.presets) - tokens
    if untold:
        raise InputRefused(
            f"The camera's own token of preset {min(untold)} is not known.",
            remedy="Read the presets from the camera, or enter its token.",
            code="patrol_token",
        )
    if not tour.times.are_possible:
        raise InputRefused(
            f"The hours, days or season of {name!r} are none.",
            remedy="Hours are two different minutes of the day, days 1 to 7.",
            code="patrol_times",
        )
    if tour.least_danger > tour.most_danger:
        raise InputRefused(
            f"{name!r} holds from danger class {tour.least_danger} to {tour.most_danger}.",
            remedy="Give the smaller class first.",
            code="patrol_danger",
        )
