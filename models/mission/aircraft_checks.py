"""What an aircraft may be: every number within what a drone can do, every text within its length.

A limit that is not known is no fault: the aircraft is kept and names it
(:attr:`models.mission.Aircraft.missing_limits`). A limit that cannot be is refused.
"""

import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from models.errors import InputRefused
from models.mission.aircraft import Aircraft, Camera

__all__ = ["LONGEST_AIRCRAFT_NAME", "check_aircraft"]

LONGEST_AIRCRAFT_NAME: Final = 40
LONGEST_NOTE: Final = 1000
LONGEST_TEXT: Final = 120
MOST_CAMERAS: Final = 8
MOST_BATTERY_POINTS: Final = 24
_LARGEST_CODE: Final = 65535

# Above zero, and at most this. Generous: it stops slips of the pen, not odd aircraft.
_POSITIVE: Final = {
    "speed_ms": 100.0,
    "climb_ms": 50.0,
    "descent_ms": 50.0,
    "acceleration_ms2": 50.0,
    "usable_share": 1.0,
    "ceiling_m": 10_000.0,
}
_BETWEEN: Final = {
    "most_wind_ms": (0.0, 60.0),
    "turnaround_s": (0.0, 86_400.0),
    "least_gimbal_deg": (-180.0, 90.0),
    "most_gimbal_deg": (-180.0, 90.0),
    "home_lon_deg": (-180.0, 180.0),
    "home_lat_deg": (-90.0, 90.0),
}
_UNKNOWN: Final = frozenset(
    {"climb_ms", "descent_ms", "ceiling_m", "most_wind_ms", "home_lon_deg", "home_lat_deg"}
)
"""Of the numbers above those that may be unknown."""


def check_aircraft(aircraft: Aircraft) -> None:
    """Refuse an aircraft that cannot be.

    Raises:
        InputRefused: a text (``aircraft_name``, ``aircraft_text``), a number
            (``aircraft_number``), its cameras (``aircraft_cameras``), its battery
            (``aircraft_battery``) or its home (``aircraft_home``).
    """
    _check_texts(aircraft)
    for name, most in _POSITIVE.items():
        value = getattr(aircraft, name)
        if not (value is None and name in _UNKNOWN) and not 0.0 < value <= most:
            raise _number(aircraft, name, value, f"more than 0 and at most {most:g}")
    for name, (least, most) in _BETWEEN.items():
        value = getattr(aircraft, name)
        if not (value is None and name in _UNKNOWN) and not least <= value <= most:
            raise _number(aircraft, name, value, f"from {least:g} to {most:g}")
    fastest = aircraft.most_airspeed_ms
    if fastest is not None and not aircraft.speed_ms <= fastest <= 100.0:
        raise _number(aircraft, "most_airspeed_ms", fastest, "from speed_ms to 100")
    if not aircraft.least_gimbal_deg <= aircraft.most_gimbal_deg:
        raise _number(
            aircraft, "most_gimbal_deg", aircraft.most_gimbal_deg, "from least_gimbal_deg to 90"
        )
    _check_codes(aircraft)
    _check_cameras(aircraft, aircraft.cameras)
    _check_battery(aircraft)
    if (aircraft.home_lon_deg is None) != (aircraft.home_lat_deg is None):
        raise InputRefused(
            f"The home of the aircraft {_called(aircraft)} has one coordinate of two.",
            remedy="Give longitude and latitude, or neither.",
            code="aircraft_home",
        )


def _check_texts(aircraft: Aircraft) -> None:
    name = aircraft.name
    if not _is_text(name, LONGEST_AIRCRAFT_NAME) or not name or "/" in name:
        raise InputRefused(
            f"{name[:LONGEST_AIRCRAFT_NAME]!r} is no name of an aircraft.",
            remedy=f"1 to {LONGEST_AIRCRAFT_NAME} letters in one line, without a slash and without "
            "spaces around.",
            code="aircraft_name",
        )
    papers = aircraft.registration
    texts = {
        "model": aircraft.model,
        "home_name": aircraft.home_name,
        "number": papers.number,
        "product_id": papers.product_id,
        "operator_certificate": papers.operator_certificate,
        "insurance": papers.insurance,
        "pilot": papers.pilot,
        **{f"lens of {camera.name[:40]}": camera.lens for camera in aircraft.cameras},
    }
    faults = [key for key, text in texts.items() if not _is_text(text, LONGEST_TEXT)]
    if not _is_text(aircraft.note, LONGEST_NOTE):
        faults.append("note")
    if faults or not aircraft.model:
        raise InputRefused(
            f"A text of the aircraft {name} cannot be kept: {', '.join(faults) or 'model'}.",
            remedy=f"One line of at most {LONGEST_TEXT} letters, a note of at most {LONGEST_NOTE}, "
            "without spaces around; a model is needed.",
            code="aircraft_text",
        )


def _is_text(text: str, longest: int) -> bool:
    """Whether it is one line without what cannot be seen: control, separators, half letters."""
    hidden = any(
        unicodedata.category(letter)[0] == "C" or unicodedata.category(letter) in {"Zl", "Zp"}
        for letter in text[: longest + 1]
    )
    return len(text) <= longest and text == text.strip() and not hidden


def _check_codes(aircraft: Aircraft) -> None:
    codes = aircraft.wpml
    if codes is None:
        return
    for name in ("drone", "drone_sub", "payload", "payload_position"):
        value = getattr(codes, name)
        if not 0 <= value <= _LARGEST_CODE:
            raise _number(aircraft, f"wpml.{name}", value, f"from 0 to {_LARGEST_CODE}")


def _check_cameras(aircraft: Aircraft, cameras: Sequence[Camera]) -> None:
    names = [camera.name for camera in cameras]
    if not (0 < len(names) <= MOST_CAMERAS and len(set(names)) == len(names)):
        raise _cameras(aircraft, "are none, too many, or two of one name")
    for camera in cameras:
        if not camera.name or not _is_text(camera.name, LONGEST_AIRCRAFT_NAME):
            raise _cameras(aircraft, "have one without a name that can be shown")
        for value in (camera.horizontal_fov_deg, camera.vertical_fov_deg):
            if not 0.0 < value < 180.0:
                raise _cameras(aircraft, f"have an angle of view of {value:g} degrees")
        for pixels in (camera.width_px, camera.height_px):
            if not 0 < pixels <= _LARGEST_CODE:
                raise _cameras(aircraft, "have a picture without pixels, or with too many")


def _check_battery(aircraft: Aircraft) -> None:
    points = aircraft.battery
    speeds = [point.airspeed_ms for point in points]
    rises = all(before < after for before, after in pairwise(speeds))
    known = all(
        0.0 <= point.airspeed_ms <= 100.0 and 0.0 < point.endurance_s <= 864_000.0
        for point in points
    )
    if len(points) > MOST_BATTERY_POINTS or not rises or not known:
        raise InputRefused(
            f"The battery of the aircraft {_called(aircraft)} cannot be.",
            remedy="Airspeeds rise from 0 to at most 100 m/s, each with how long a full battery "
            f"lasts, in seconds; at most {MOST_BATTERY_POINTS} of them.",
            code="aircraft_battery",
        )


def _called(aircraft: Aircraft) -> str:
    return aircraft.name[:LONGEST_AIRCRAFT_NAME]


def _number(aircraft: Aircraft, name: str, value: float, may_be: str) -> InputRefused:
    return InputRefused(
        f"{name} of the aircraft {_called(aircraft)} cannot be {value}.",
        remedy=f"It is a number {may_be}.",
        code="aircraft_number",
    )


def _cameras(aircraft: Aircraft, fault: str) -> InputRefused:
    return InputRefused(
        f"The cameras of the aircraft {_called(aircraft)} {fault}.",
        remedy=f"1 to {MOST_CAMERAS} cameras of different names; angles between 0 and 180 degrees, "
        f"pictures of 1 to {_LARGEST_CODE} pixels a side.",
        code="aircraft_cameras",
    )
