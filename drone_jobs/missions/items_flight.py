"""A flight while its items are read: what has been told so far, and what an item's place means."""

import math
from dataclasses import dataclass, field, replace

from drone_jobs.missions.commands import SYSTEM_OF, MissionItem
from drone_jobs.missions.limits import place
from drone_jobs.missions.told import Told
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Action, Autopilot, Finish, MissionPlace, MissionPoint

__all__ = ["Flight", "do", "system_of", "where", "z_of"]


@dataclass(slots=True)
class Flight:
    """What has been read so far."""

    name: str
    autopilot: Autopilot | None
    home: MissionPlace | None
    told: Told
    points: list[MissionPoint] = field(default_factory=list)
    before: list[Action] = field(default_factory=list)
    speed_ms: float | None = None  # in force
    first_speed_ms: float | None = None  # before the first point
    climb_to_m: float | None = None
    has_take_off: bool = False
    finish: Finish | None = None
    goes_on: bool = False  # behind an end


def do(flight: Flight, item: MissionItem, action: Action) -> None:
    """Add a deed to the last point; before the first, it waits for it and is told."""
    if flight.points:
        last = flight.points[-1]
        flight.points[-1] = replace(last, actions=(*last.actions, action))
        return
    flight.before.append(action)
    flight.told.note(
        "before_first_point",
        f"Item {item.seq} ({action.kind}) is ordered on the way to the first point and taken as "
        "done there.",
        item=item.seq,
        order=str(action.kind),
    )


def where(flight: Flight, item: MissionItem) -> tuple[float, float]:
    """Longitude and latitude; without them, where the aircraft is by then.

    Raises:
        InputRefused: not on Earth (``mission_place``), or nobody knows (``mission_no_place``).
    """
    if item.has_place:
        return place(item.lon_deg, item.lat_deg, f"item {item.seq}", flight.name)
    before = flight.points[-1] if flight.points else flight.home
    if before is None:
        raise InputRefused(
            f"{flight.name}: item {item.seq} has no place, and nothing says where it starts.",
            remedy="Give the point a place.",
            code="mission_no_place",
        )
    flight.told.note(
        "place_assumed",
        f"Item {item.seq} names no place: it is taken where the aircraft is by then.",
        item=item.seq,
    )
    return before.lon_deg, before.lat_deg


def system_of(flight: Flight, item: MissionItem) -> HeightSystem:
    """What its height is measured from.

    Raises:
        InputRefused: nothing that is known here (``mission_frame``).
    """
    try:
        return SYSTEM_OF[item.frame]
    except KeyError:
        raise InputRefused(
            f"{flight.name}: item {item.seq} is in frame {item.frame}, whose heights are not "
            "measured from the sea, the take-off or the ground.",
            remedy="Save the mission with heights above take-off, ground or sea level.",
            code="mission_frame",
        ) from None


def z_of(flight: Flight, item: MissionItem) -> float:
    """Its height in metres of its frame.

    Raises:
        InputRefused: it has none (``mission_no_height``).
    """
    if not math.isfinite(item.z_m):
        raise InputRefused(
            f"{flight.name}: item {item.seq} has no height.",
            remedy="Give the point a height.",
            code="mission_no_height",
        )
    return item.z_m
