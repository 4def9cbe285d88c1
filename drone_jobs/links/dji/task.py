"""A mission as a dock's flight task: its KMZ, and the words that announce it.

Source: DJI Cloud API, wayline, ``flighttask_prepare``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.holding import held
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.wpml_rules import faults_of
from drone_jobs.missions.wpml_write import write_wpml
from models.errors import InputRefused
from models.mission import LostLink, Mission

__all__ = ["Task", "Window", "prepare_words", "task_of"]

_AT_ONCE, _WHEN_READY = 0, 2
_PRESET_RETURN_HEIGHT: Final = 1
_RTK: Final = 1
_LEAST_RETURN_M, _MOST_RETURN_M = 20, 1500
_LOST: Final = {LostLink.HOME: 0, LostLink.CONTINUE: 0, LostLink.HOVER: 1, LostLink.LAND: 2}


@dataclass(frozen=True, slots=True)
class Window:
    """When a dock may start by its own check, once it is told to.

    Attributes:
        from_at: UTC.
        until_at: UTC, later.
        least_battery_share: more than this must be in the battery, 0 to 1.
    """

    from_at: datetime
    until_at: datetime
    least_battery_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """A mission, ready to be announced.

    Attributes:
        kmz: the file.
        md5: of it, 32 hexadecimal digits: the dock compares it with what it fetched.
        points: of the mission.
        return_to_m: height of the way back above the take-off, whole metres, 20 to 1500.
        lost_link: what it does alone.
    """

    kmz: bytes
    md5: str
    points: int
    return_to_m: int
    lost_link: LostLink


def task_of(mission: Mission, desk: HeightDesk) -> Task:
    """Write a mission for a dock, and read it again: a dock gives back nothing but its MD5.

    Raises:
        InputRefused: the format cannot hold it (see :func:`.wpml_write.write_wpml`), the file
            breaks a rule of the maker's (``dock_mission_rules``) or means something else when it is
            read (``dock_mission_meaning``), or the height of the way back is none that docks take
            (``dock_return_height``).
    """
    kmz = write_wpml(mission, desk)
    faults = faults_of(kmz)
    if faults:
        raise InputRefused(
            f"The mission {mission.name} breaks a rule of DJI's: {faults[0]}.",
            remedy="Change the mission.",
            code="dock_mission_rules",
        )
    meant = held(mission, MissionFormat.WPML, desk)
    others = differences(meant, read_mission(kmz, mission.name or "mission"), desk)
    if others:
        raise InputRefused(
            f"The mission {mission.name} cannot be said to a dock: {others[0]}.",
            remedy="Change the mission.",
            code="dock_mission_meaning",
        )
    return_to_m = round(meant.return_to_m or 0.0)
    if not _LEAST_RETURN_M <= return_to_m <= _MOST_RETURN_M:
        raise InputRefused(
            f"The aircraft would come home at {return_to_m} m; a dock takes {_LEAST_RETURN_M} to "
            f"{_MOST_RETURN_M} m.",
            remedy="Give another height of the way back.",
            code="dock_return_height",
        )
    md5 = hashlib.md5(kmz, usedforsecurity=False).hexdigest()
    return Task(kmz, md5, len(mission.points), return_to_m, meant.lost_link)


def prepare_words(
    task: Task, flight_id: str, url: str, now: datetime, window: Window | None
) -> Mapping[str, Any]:
    """Content of ``flighttask_prepare``.

    Args:
        task: the mission.
        flight_id: names the flight; a dock flies one name once.
        url: where the KMZ lies.
        now: UTC.
        window: when it may start; None for a flight that follows at once.
    """
    told: dict[str, Any] = {
        "flight_id": flight_id,
        "execute_time": _ms(now),
        "task_type": _AT_ONCE if window is None else _WHEN_READY,
        "file": {"url": url, "fingerprint": task.md5},
        "rth_altitude": task.return_to_m,
        "rth_mode": _PRESET_RETURN_HEIGHT,
        "out_of_control_action": _LOST[task.lost_link],
        "exit_wayline_when_rc_lost": 0 if task.lost_link is LostLink.CONTINUE else 1,
        "wayline_precision_type": _RTK,
    }
    if window is not None:
        told["ready_conditions"] = {
            "battery_capacity": round(window.least_battery_share * 100),
            "begin_time": _ms(window.from_at),
            "end_time": _ms(window.until_at),
        }
    return told


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
