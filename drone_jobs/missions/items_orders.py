"""Orders of MAVLink that are no points and no camera's: take-off, landing, speeds, turns, jumps."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from drone_jobs.missions.commands import Command, MissionItem
from drone_jobs.missions.items_flight import Flight, do, system_of, z_of
from drone_jobs.missions.limits import place
from geo.crs import geodesic
from models.height import Height, HeightSystem
from models.mission import Action, ActionKind, Finish, MissionPlace, MissionPoint

__all__ = ["ORDERS"]

CLOSE_M: Final = 5.0  # a take-off or landing this near is at the same place


def _take_off(flight: Flight, item: MissionItem) -> None:
    flight.has_take_off = True
    system, z_m = system_of(flight, item), z_of(flight, item)
    ground = flight.home.height if flight.home is not None else None
    if system is HeightSystem.EGM96:
        if ground is not None and ground.system is HeightSystem.EGM96:
            flight.climb_to_m = z_m - ground.value_m
        else:
            flight.told.warn(
                "climb_unknown",
                f"Item {item.seq} takes off to {z_m:g} m above sea level, and nothing says how "
                "high home is.",
                "Give home's height.",
                item=item.seq,
            )
    else:
        flight.climb_to_m = z_m
    if system is HeightSystem.GROUND:
        flight.told.warn(
            "take_off_terrain",
            f"Item {item.seq} takes off to a height above terrain: begun elsewhere, the aircraft "
            "climbs or dives at once.",
            "Give the take-off's height above home.",
            item=item.seq,
        )
    if not item.has_place:
        return
    lon_deg, lat_deg = place(item.lon_deg, item.lat_deg, f"item {item.seq}", flight.name)
    if flight.home is None:
        flight.home = MissionPlace(lon_deg, lat_deg)
    elif _apart_m(flight.home, lon_deg, lat_deg) > CLOSE_M:
        flight.points.append(MissionPoint(lon_deg, lat_deg, Height(z_m, system)))
        flight.told.warn(
            "take_off_elsewhere",
            f"Item {item.seq} takes off at another place than home; some aircraft fly there.",
            "Look where it starts.",
            item=item.seq,
        )


def _land(flight: Flight, item: MissionItem) -> None:
    flight.finish = Finish.LAND
    if not (item.has_place and flight.points):
        return
    last = flight.points[-1]
    lon_deg, lat_deg = place(item.lon_deg, item.lat_deg, f"item {item.seq}", flight.name)
    if _apart_m(last, lon_deg, lat_deg) > CLOSE_M:
        flight.points.append(MissionPoint(lon_deg, lat_deg, last.height, last.speed_ms))
        flight.told.note(
            "landing_point",
            f"Item {item.seq} lands elsewhere than at the last point: the way there is a point "
            "more, at the last one's height.",
            item=item.seq,
        )


def _home(flight: Flight, _item: MissionItem) -> None:
    flight.finish = Finish.HOME


def _apart_m(at: MissionPoint | MissionPlace, lon_deg: float, lat_deg: float) -> float:
    return geodesic(at.lon_deg, at.lat_deg, lon_deg, lat_deg)[2]


def _speed(flight: Flight, item: MissionItem) -> None:
    kind, speed_ms = item.params[0], item.params[1]
    if kind not in (0.0, 1.0) or not (math.isfinite(speed_ms) and speed_ms > 0.0):
        flight.told.note(
            "speed_left_out",
            f"Item {item.seq} changes another speed than that over ground, and is left out.",
            item=item.seq,
        )
        return
    flight.speed_ms = speed_ms
    if not flight.points:
        flight.first_speed_ms = speed_ms
        return
    flight.points[-1] = replace(flight.points[-1], speed_ms=speed_ms)


def _yaw(flight: Flight, item: MissionItem) -> None:
    if item.params[3] != 0.0 or not math.isfinite(item.params[0]):
        flight.told.note(
            "turn_left_out", f"Item {item.seq} turns by an angle, and is left out.", item=item.seq
        )
        return
    do(flight, item, Action(ActionKind.YAW, item.params[0] % 360.0))


def _delay(flight: Flight, item: MissionItem) -> None:
    if not item.params[0] > 0.0:
        flight.told.warn(
            "delay_left_out",
            f"Item {item.seq} waits for a time of day, which is not kept.",
            "Start the mission at that time instead.",
            item=item.seq,
        )
        return
    do(flight, item, Action(ActionKind.HOVER, item.params[0]))


def _jump(flight: Flight, item: MissionItem) -> None:
    times = item.params[1]
    if item.command == Command.JUMP and times < 0.0:
        flight.told.refuse(
            "jump_endless",
            f"Item {item.seq} goes back to item {item.params[0]:g} for ever: only the battery ends "
            "the flight. It is checked as flown once.",
            "Take the jump out, or give it a number of times.",
            item=item.seq,
            to=item.params[0],
        )
        return
    flight.told.warn(
        "jump_left_out",
        f"Item {item.seq} jumps to {item.params[0]:g}, {times:g} times. It is checked as flown "
        "once.",
        "Write the repeated way out.",
        item=item.seq,
        to=item.params[0],
        times=times,
    )


ORDERS: Final[dict[Command, Callable[[Flight, MissionItem], None]]] = {
    Command.TAKE_OFF: _take_off,
    Command.VTOL_TAKE_OFF: _take_off,
    Command.LAND: _land,
    Command.VTOL_LAND: _land,
    Command.RETURN: _home,
    Command.SPEED: _speed,
    Command.YAW: _yaw,
    Command.DELAY: _delay,
    Command.JUMP: _jump,
    Command.TO_TAG: _jump,
}
