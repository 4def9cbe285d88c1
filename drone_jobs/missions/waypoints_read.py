"""Reads waypoint lists, ``QGC WPL``: of Mission Planner, MAVProxy and QGroundControl.

Row 0 is home. A frame is taken as it stands: the same height above terrain, above home and above
sea are three flights.
"""

import math
from typing import Final

from drone_jobs.missions.commands import SYSTEM_OF, Command, MissionItem
from drone_jobs.missions.items_read import mission_of_items
from drone_jobs.missions.limits import MOST_CODE, check_count, place, title
from drone_jobs.missions.told import Told
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Autopilot, Mission, MissionPlace

__all__ = ["HEAD", "read_waypoints"]

HEAD: Final = "QGC WPL"
_VERSIONS: Final = ("110", "120")
_FIELDS: Final = 12


def read_waypoints(text: str, name: str) -> Mission:
    """The mission of a list.

    Args:
        text: of the file, beginning with ``QGC WPL``.
        name: of the file, for people.

    Raises:
        InputRefused: a row is damaged or missing (``mission_damaged``), the version is not 110 or
            120 (``mission_version``), there are too many (``mission_items``), or as
            :func:`.items_read.mission_of_items`.
    """
    head, *rows = [line.strip() for line in text.splitlines() if line.strip()]
    version = head.removeprefix(HEAD).strip()
    if version not in _VERSIONS:
        raise InputRefused(
            f"{name} is a waypoint list of version {version[:20]!r}; 110 is known here.",
            remedy="Save it with a ground station of today.",
            code="mission_version",
        )
    check_count(len(rows), name)
    items = [_item(row, at, name) for at, row in enumerate(rows)]
    told = Told()
    home: MissionPlace | None = None
    if items and _is_home(items[0]):
        home = _home(items.pop(0), name)
    elif items:
        told.warn(
            "home_row_missing",
            f"Row 0 is home to ArduPilot, and here it is an order ({items[0].command}): the "
            "aircraft would lose it.",
            "Save the mission again with a ground station; here it is read as the first item.",
            command=items[0].command,
        )
    return mission_of_items(title(name), items, home=home, autopilot=Autopilot.ARDUPILOT, told=told)


def _item(row: str, at: int, name: str) -> MissionItem:
    fields = row.split("\t") if "\t" in row else row.split()
    if len(fields) != _FIELDS:
        raise _damaged(f"{name}: row {at} has {len(fields)} fields, and {_FIELDS} are needed.")
    seq, _, frame, command = (_whole(field, at, name) for field in fields[:4])
    if seq != at:
        raise _damaged(f"{name}: row {at} is numbered {seq}: a row is missing or twice there.")
    p1, p2, p3, p4, lat_deg, lon_deg, z_m = (_real(field, at, name) for field in fields[4:11])
    return MissionItem(command, frame, (p1, p2, p3, p4), lat_deg, lon_deg, z_m, seq)


def _whole(field: str, at: int, name: str) -> int:
    value = _real(field, at, name)
    if not (0.0 <= value <= MOST_CODE and value == int(value)):
        raise _damaged(f"{name}: row {at} holds {field[:20]!r} where a whole number stands.")
    return int(value)


def _real(field: str, at: int, name: str) -> float:
    try:
        return float(field)
    except ValueError:
        raise _damaged(f"{name}: row {at} holds {field[:20]!r} where a number stands.") from None


def _damaged(message: str) -> InputRefused:
    return InputRefused(message, remedy="Save or copy the file again.", code="mission_damaged")


def _is_home(item: MissionItem) -> bool:
    """Above sea level and a place; a row of zeros is a home that nobody told."""
    is_sea = SYSTEM_OF.get(item.frame) is HeightSystem.EGM96
    return item.command == Command.WAYPOINT and (is_sea or not item.has_place)


def _home(item: MissionItem, name: str) -> MissionPlace | None:
    if not (item.has_place and math.isfinite(item.z_m)):
        return None
    lon_deg, lat_deg = place(item.lon_deg, item.lat_deg, "home", name)
    return MissionPlace(lon_deg, lat_deg, Height(item.z_m, HeightSystem.EGM96))
