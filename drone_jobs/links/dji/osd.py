"""What docks and their aircraft tell every other second: AircraftState and DockState.

A message tells everything anew; what it leaves out, or tells out of range, is not known. Heights
are above the ellipsoid and above the take-off, angles from -180 to 180 clockwise from true north.
Source: DJI Cloud API, device properties of M30, M3D and of docks 1 and 2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from drone_jobs.links.dji.words import choice, number, part, parts, whole
from models.flight import AircraftState, AircraftWarning, FlightPhase
from models.height import Height, HeightSystem
from models.mission import AirWind

__all__ = ["CoverState", "DockMode", "DockState", "Rainfall", "aircraft_state", "dock_state"]

_PAYLOAD: Final = re.compile(r"[0-9]{1,5}-[0-9]{1,3}-[0-9]{1,3}")
_FIXED: Final = 2
_BEST_LINK: Final = 5
_MOST_KIB: Final = 2**44
_HIGHEST_M: Final = 12_000.0
_PHASES: Final = {
    0: FlightPhase.GROUND,
    1: FlightPhase.GROUND,  # prepares for take-off
    2: FlightPhase.ARMED,
    3: FlightPhase.BY_HAND,
    4: FlightPhase.MISSION,  # takes off by itself
    5: FlightPhase.MISSION,
    6: FlightPhase.MISSION,  # takes a panorama
    7: FlightPhase.BY_HAND,  # follows something
    8: FlightPhase.MISSION,  # gives way to another aircraft
    9: FlightPhase.RETURNING,
    10: FlightPhase.LANDING,
    11: FlightPhase.LANDING,
    12: FlightPhase.LANDING,  # on three propellers
    13: FlightPhase.GROUND,  # takes new firmware
    15: FlightPhase.BY_HAND,
    16: FlightPhase.BY_HAND,
    17: FlightPhase.BY_HAND,
    18: FlightPhase.MISSION,  # waits in the air for RTK
    19: FlightPhase.RETURNING,  # chooses its dock
    20: FlightPhase.BY_HAND,
}
"""Of ``mode_code``; 14 is not connected, and so not known."""


class DockMode(StrEnum):
    """What a dock is doing."""

    IDLE = "idle"
    SERVICE_THERE = "service_there"  # somebody works at it
    SERVICE_REMOTE = "service_remote"
    UPDATING = "updating"
    WORKING = "working"


class CoverState(StrEnum):
    """Its cover."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FAULTY = "faulty"


class Rainfall(StrEnum):
    """What its rain gauge says; the maker gives no millimetres."""

    NONE = "none"
    LIGHT = "light"
    MODERATE = "moderate"
    HEAVY = "heavy"


_MODES: Final = dict(enumerate(DockMode))
_COVERS: Final = dict(enumerate(CoverState))
_RAIN: Final = dict(enumerate(Rainfall))
_YES_NO: Final = {0: False, 1: True}


@dataclass(frozen=True, slots=True)
class DockState:
    """The newest that a dock has told; None is not told.

    Attributes:
        at: UTC, by our clock.
        mode: what it is doing.
        cover: of it.
        is_aircraft_inside: whether the aircraft stands in it.
        is_aircraft_on: whether the aircraft in it is powered.
        is_stopped: whether its emergency button is pressed.
        is_charging: whether it charges the aircraft.
        battery_share: of the aircraft within, 0 to 1.
        rain: by its gauge.
        wind_ms: mean, by its gauge.
        temperature_c: outside.
        link_share: quality of its better radio link to the aircraft, 0 to 1; 0 for none.
        storage_free_bytes: of the dock.
        lon_deg: WGS 84.
        lat_deg: WGS 84.
        height: above the ellipsoid.
        has_other_landing: whether an alternate landing place is set.
    """

    at: datetime
    mode: DockMode | None = None
    cover: CoverState | None = None
    is_aircraft_inside: bool | None = None
    is_aircraft_on: bool | None = None
    is_stopped: bool | None = None
    is_charging: bool | None = None
    battery_share: float | None = None
    rain: Rainfall | None = None
    wind_ms: float | None = None
    temperature_c: float | None = None
    link_share: float | None = None
    storage_free_bytes: int | None = None
    lon_deg: float | None = None
    lat_deg: float | None = None
    height: Height | None = None
    has_other_landing: bool | None = None


def aircraft_state(
    data: Mapping[str, Any], at: datetime, *, warnings: tuple[AircraftWarning, ...] = ()
) -> AircraftState:
    """An aircraft's OSD.

    Args:
        data: content of the message.
        at: UTC, of its receipt.
        warnings: that are in force; they come in other messages.
    """
    lon_deg, lat_deg = _place(data)
    battery = part(data, "battery")
    position = part(data, "position_state")
    gimbal = _gimbal(data)
    percent = number(battery, "capacity_percent", 0, 100)
    fixed = whole(position, "is_fixed", 0, 3)
    return AircraftState(
        at=at,
        phase=choice(data, "mode_code", _PHASES) or FlightPhase.UNKNOWN,
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        height=_height(data),
        above_take_off_m=number(data, "elevation", -_HIGHEST_M, _HIGHEST_M),
        heading_deg=_bearing(number(data, "attitude_head", -360, 360)),
        gimbal_pitch_deg=number(gimbal, "gimbal_pitch", -180, 180),
        gimbal_yaw_deg=_bearing(number(gimbal, "gimbal_yaw", -360, 360)),
        gimbal_roll_deg=number(gimbal, "gimbal_roll", -180, 180),
        ground_speed_ms=number(data, "horizontal_speed", 0, 100),
        climb_ms=number(data, "vertical_speed", -100, 100),
        battery_share=None if percent is None else percent / 100,
        remaining_s=number(battery, "remain_flight_time", 0, 86_400),
        wind=_wind(data),
        satellites=whole(position, "gps_number", 0, 200),
        is_rtk_fixed=None if fixed is None else fixed == _FIXED,
        storage_free_bytes=_free_bytes(data),
        warnings=warnings,
    )


def dock_state(data: Mapping[str, Any], at: datetime) -> DockState:
    """A dock's OSD.

    Args:
        data: content of the message.
        at: UTC, of its receipt.
    """
    charge = part(data, "drone_charge_state")
    lon_deg, lat_deg = _place(data)
    return DockState(
        at=at,
        mode=choice(data, "mode_code", _MODES),
        cover=choice(data, "cover_state", _COVERS),
        is_aircraft_inside=choice(data, "drone_in_dock", _YES_NO),
        is_aircraft_on=choice(part(data, "sub_device"), "device_online_status", _YES_NO),
        is_stopped=choice(data, "emergency_stop_state", _YES_NO),
        is_charging=choice(charge, "state", _YES_NO),
        battery_share=_battery_inside(data),
        rain=choice(data, "rainfall", _RAIN),
        wind_ms=number(data, "wind_speed", 0, 150),
        temperature_c=number(data, "environment_temperature", -90, 90),
        link_share=_link(part(data, "wireless_link")),
        storage_free_bytes=_free_bytes(data),
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        height=_height(data),
        has_other_landing=choice(part(data, "alternate_land_point"), "is_configured", _YES_NO),
    )


def _battery_inside(data: Mapping[str, Any]) -> float | None:
    """Of an aircraft that is off; the weakest of its batteries, when they are told one by one."""
    told = number(part(data, "drone_charge_state"), "capacity_percent", 0, 100)
    if told is None:
        batteries = parts(part(data, "drone_battery_maintenance_info"), "batteries")
        each = [number(one, "capacity_percent", 0, 100) for one in batteries]
        told = min((percent for percent in each if percent is not None), default=None)
    return None if told is None else told / 100


def _place(data: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Longitude and latitude; without a fix the maker tells 0, 0, or one of the two not at all."""
    lon_deg, lat_deg = number(data, "longitude", -180, 180), number(data, "latitude", -90, 90)
    if lon_deg is None or lat_deg is None or (lon_deg == 0.0 and lat_deg == 0.0):
        return None, None
    return lon_deg, lat_deg


def _height(data: Mapping[str, Any]) -> Height | None:
    height_m = number(data, "height", -1000, _HIGHEST_M)
    return None if height_m is None else Height(height_m, HeightSystem.ELLIPSOID)


def _gimbal(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the first camera that tells a pitch; cameras on one gimbal tell the same."""
    for name in sorted(key for key in data if _PAYLOAD.fullmatch(key)):
        if "gimbal_pitch" in part(data, name):
            return part(data, name)
    return {}


def _wind(data: Mapping[str, Any]) -> AirWind | None:
    """By the aircraft's attitude. The unit is taken as m/s, which is never too little wind."""
    speed_ms, eighth = number(data, "wind_speed", 0, 150), whole(data, "wind_direction", 1, 8)
    if speed_ms is None or eighth is None:
        return None
    return AirWind((eighth - 1) * 45.0, speed_ms)


def _free_bytes(data: Mapping[str, Any]) -> int | None:
    storage = part(data, "storage")
    total, used = whole(storage, "total", 0, _MOST_KIB), whole(storage, "used", 0, _MOST_KIB)
    return None if total is None or used is None else max(0, total - used) * 1024


def _link(link: Mapping[str, Any]) -> float | None:
    told = [
        float(quality) / _BEST_LINK if whole(link, f"{radio}_link_state", 0, 1) == 1 else 0.0
        for radio in ("sdr", "4g")
        if (quality := whole(link, f"{radio}_quality", 0, _BEST_LINK)) is not None
    ]
    return max(told, default=None)


def _bearing(angle_deg: float | None) -> float | None:
    if angle_deg is None:
        return None
    turned_deg = angle_deg % 360.0
    return 0.0 if turned_deg == 360.0 else turned_deg  # a tiny negative one rounds up to it
