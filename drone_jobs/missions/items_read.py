"""From MAVLink items to the mission that they mean.

An item that names a place is a point; the orders behind it are done there. What comes before the
first point is done at the first point, and told. A speed holds until the next one. Nothing is lost
silently: an order that a mission of ours has no word for becomes a note.
"""

import math
from collections.abc import Iterable
from typing import Final

from drone_jobs.missions.camera_orders import camera_order
from drone_jobs.missions.commands import Command, MissionItem
from drone_jobs.missions.items_flight import Flight, do, system_of, where, z_of
from drone_jobs.missions.items_orders import ORDERS
from drone_jobs.missions.told import Told
from models.errors import InputRefused
from models.height import Height
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    Finish,
    Mission,
    MissionPlace,
    MissionPoint,
    Turn,
)

__all__ = ["mission_of_items"]

_POINTS: Final = frozenset(
    {
        Command.WAYPOINT,
        Command.SPLINE,
        Command.LOITER_UNLIMITED,
        Command.LOITER_TURNS,
        Command.LOITER_TIME,
        Command.LOITER_TO_ALTITUDE,
    }
)
STOP_S: Final = 1.0  # holding so long is no more than the stop itself
SMALL_RADIUS_M: Final = 2.0
_MARKS: Final = frozenset({Command.LAND_START, Command.JUMP_TAG})


def mission_of_items(
    name: str,
    items: Iterable[MissionItem],
    *,
    home: MissionPlace | None,
    autopilot: Autopilot | None,
    told: Told,
) -> Mission:
    """The mission of a list of items; home's own row is not among them.

    Args:
        name: of the file, for people, and of the mission.
        items: in order.
        home: where it starts, as the file tells.
        autopilot: that they are for: ArduPilot takes no heading from a point.
        told: takes the notes.

    Raises:
        InputRefused: no point (``mission_no_points``), a frame that is no place on Earth
            (``mission_frame``), a height that is no number (``mission_damaged``), a place that is
            not on Earth (``mission_place``), or none where there must be one
            (``mission_no_place``).
    """
    flight = Flight(name, autopilot, home, told)
    for item in items:
        _read(flight, item)
    if not flight.points:
        raise InputRefused(
            f"{name} has no point to fly to.",
            remedy="Look whether the right file was chosen.",
            code="mission_no_points",
        )
    return Mission(
        name=name,
        points=tuple(flight.points),
        speed_ms=flight.first_speed_ms,
        home=flight.home,
        has_take_off=flight.has_take_off,
        climb_to_m=flight.climb_to_m,
        finish=flight.finish or Finish.HOVER,  # where a list ends, the aircraft waits
        autopilot=autopilot,
        notes=tuple(told.notes),
    )


def _read(flight: Flight, item: MissionItem) -> None:
    if flight.finish is not None and not flight.goes_on and item.command not in _MARKS:
        flight.goes_on = True
        flight.told.warn(
            "items_after_end",
            f"Item {item.seq} and what follows come after the landing or the way home.",
            "Look whether it is meant to fly on; only a new start reaches them.",
            item=item.seq,
        )
    if item.command in _POINTS:
        _point(flight, item)
    elif item.command in ORDERS:
        ORDERS[Command(item.command)](flight, item)
    elif item.command not in _MARKS:
        order = camera_order(item, flight.told)
        if order is not None:
            do(flight, item, order)


def _point(flight: Flight, item: MissionItem) -> None:
    hold_s = item.params[0] if math.isfinite(item.params[0]) else 0.0
    actions: tuple[Action, ...] = ()
    is_spline, is_waypoint = item.command == Command.SPLINE, item.command == Command.WAYPOINT
    passes = (is_waypoint or is_spline) and hold_s <= 0.0
    if is_waypoint or is_spline or item.command == Command.LOITER_TIME:
        if hold_s > STOP_S or (hold_s > 0.0 and item.command == Command.LOITER_TIME):
            actions = (Action(ActionKind.HOVER, hold_s),)
    elif item.command != Command.LOITER_UNLIMITED:
        flight.told.warn(
            "orbit_left_out",
            f"Item {item.seq} circles around its point; it is taken as the point alone.",
            "Look whether the circle stays inside the fence.",
            item=item.seq,
        )
    else:
        flight.told.warn(
            "loiter_endless",
            f"Item {item.seq} stays at its point for ever; what follows is not reached.",
            "Take it out, or give it a time.",
            item=item.seq,
        )
    if is_spline:
        flight.told.warn(
            "curve_spline",
            f"Item {item.seq} is flown as a spline, and checked as a straight way.",
            "Make it an ordinary waypoint.",
            item=item.seq,
        )
    _radii(flight, item)
    lon_deg, lat_deg = where(flight, item)
    heading_deg = _heading(flight, item) if is_waypoint else None
    speed_ms = None if flight.speed_ms == flight.first_speed_ms else flight.speed_ms
    flight.points.append(
        MissionPoint(
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            height=Height(z_of(flight, item), system_of(flight, item)),
            speed_ms=speed_ms,
            heading_deg=heading_deg,
            turn=Turn.CURVE if passes else Turn.STOP,
            actions=(*actions, *flight.before),
        )
    )
    flight.before.clear()


def _radii(flight: Flight, item: MissionItem) -> None:
    """Radii of a point are not kept; what its own autopilot makes of them is not known here."""
    radii_m = item.params[1:3] if item.command == Command.WAYPOINT else ()
    if any(math.isfinite(each) and abs(each) > SMALL_RADIUS_M for each in radii_m):
        flight.told.note(
            "radius_left_out",
            f"Item {item.seq} tells how near it must be passed, which is not kept.",
            item=item.seq,
        )


def _heading(flight: Flight, item: MissionItem) -> float | None:
    yaw_deg = item.params[3]
    if not math.isfinite(yaw_deg):
        return None
    if flight.autopilot is Autopilot.ARDUPILOT:
        if yaw_deg != 0.0:
            flight.told.note(
                "yaw_left_out",
                f"Item {item.seq} tells a heading, which ArduPilot does not take from a point.",
                item=item.seq,
            )
        return None
    return yaw_deg % 360.0
