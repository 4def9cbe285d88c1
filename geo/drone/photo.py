"""A drone's photo: what it tells of attitude, place, heights, lens and time, and nothing guessed.

Sources: DJI's XMP of ``drone-dji`` as written by its cameras, and Exif 2.32; a misspelt
``GpsLongtitude`` is real.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from geo.drone.attitude import Attitude
from geo.drone.heights import ReportedHeights, RtkState
from geo.drone.jpeg import Header, read_header
from geo.drone.lens import Optics
from geo.drone.xmp import dji_facts
from models.errors import InputRefused

__all__ = ["DronePhoto", "read_photo"]

PLACE_SIGMA_M: Final = 3.0  # of satellites without RTK, along each axis
_FIRMWARE: Final = re.compile(r"[vV]?\d+(\.\d+)+")
_RTK: Final = {0: RtkState.NONE, 16: RtkState.SINGLE, 34: RtkState.FLOAT, 50: RtkState.FIXED}


@dataclass(frozen=True, slots=True)
class DronePhoto:
    """What a photo tells.

    Attributes:
        name: of the file.
        optics: of its camera.
        gimbal: attitude of the camera; None when it is not told.
        airframe: attitude of the aircraft, for comparison; never used for the rays.
        place: longitude and latitude, WGS 84; None without a fix of its satellites.
        place_sigma_m: standard deviation along each axis.
        heights: as reported.
        taken_at: aware; None when the time has no offset from UTC.
        taken_local: as written, ``2016:06:23 16:32:50``; empty when there is none.
        orientation: Exif's; 1 for an upright picture, and when it does not say.
        edited_by: the program that wrote the file after the camera did; empty for an original.
        hangs_up: the gimbal is mounted on top of the aircraft.
    """

    name: str
    optics: Optics
    gimbal: Attitude | None
    airframe: Attitude | None
    place: tuple[float, float] | None
    place_sigma_m: float
    heights: ReportedHeights
    taken_at: datetime | None
    taken_local: str
    orientation: int
    edited_by: str
    hangs_up: bool


def read_photo(path: Path) -> DronePhoto:
    """Read the facts of a photo; none of its pixels.

    Raises:
        InputRefused: it is no JPEG or breaks off before its picture (``drone_photo``), or its XMP
            is damaged, hostile, contradicts itself (``drone_xmp``) or holds a value that is no
            number (``drone_value``).
    """
    header = read_header(path)
    facts = dji_facts(header.packets)
    numbers = _Numbers(path.name, facts)
    orientation = header.number("image", 0x0112)
    return DronePhoto(
        name=path.name,
        optics=_optics(header, facts, numbers),
        gimbal=numbers.attitude("Gimbal"),
        airframe=numbers.attitude("Flight"),
        place=_place(header, facts, numbers),
        place_sigma_m=max(
            numbers.get("RtkStdLon") or PLACE_SIGMA_M, numbers.get("RtkStdLat") or PLACE_SIGMA_M
        ),
        heights=_heights(header, facts, numbers),
        taken_at=_moment(header, facts),
        taken_local=header.text("exif", 0x9003),
        orientation=int(orientation or 1.0),
        edited_by=_edited_by(header),
        hangs_up=bool(numbers.get("GimbalReverse")),
    )


def _edited_by(header: Header) -> str:
    """A drone writes the version of its firmware where programs write their names."""
    program = header.text("image", 0x0131)
    if program and not _FIRMWARE.fullmatch(program):
        return program
    written, taken = header.text("image", 0x0132), header.text("exif", 0x9003)
    return f"something at {written}" if written and taken and written != taken else ""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Facts as numbers."""

    name: str
    facts: Mapping[str, str]

    def get(self, key: str) -> float | None:
        text = self.facts.get(key, "")
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputRefused(
                f"{self.name}: {key} is {text[:40]!r}, which is no number.",
                remedy="Take the original file.",
                code="drone_value",
            )
        return value

    def attitude(self, of: str) -> Attitude | None:
        angles = [self.get(f"{of}{axis}Degree") for axis in ("Yaw", "Pitch", "Roll")]
        yaw_deg, pitch_deg, roll_deg = angles
        if yaw_deg is None or pitch_deg is None:
            return None
        return Attitude(yaw_deg, pitch_deg, roll_deg or 0.0)


def _optics(header: Header, facts: Mapping[str, str], numbers: _Numbers) -> Optics:
    width_px, height_px = header.size_px or (0, 0)
    sensor = header.number("exif", 0xA002), header.number("exif", 0xA003)
    source = facts.get("ImageSource", "")
    focal_px = numbers.get("CalibratedFocalLength")
    across, down = sensor
    return Optics(
        model=header.text("image", 0x0110).upper(),
        infrared=source.lower().startswith("infrared") if source else None,
        width_px=width_px,
        height_px=height_px,
        sensor_px=(int(across), int(down)) if across and down else None,
        focal_mm=header.number("exif", 0x920A) or None,
        equivalent_mm=header.number("exif", 0xA405) or None,
        digital_zoom=header.number("exif", 0xA404) or 1.0,
        focal_px=focal_px if focal_px is not None and focal_px > 0.0 else None,
    )


def _place(
    header: Header, facts: Mapping[str, str], numbers: _Numbers
) -> tuple[float, float] | None:
    lat_deg = numbers.get("GpsLatitude")
    lon_deg = numbers.get("GpsLongitude")
    if lon_deg is None:
        lon_deg = numbers.get("GpsLongtitude")
    if lat_deg is None or lon_deg is None:
        lat_deg, lon_deg = _degrees(header, 2, "S"), _degrees(header, 4, "W")
    if lat_deg is None or lon_deg is None or (lat_deg == 0.0 and lon_deg == 0.0):
        return None
    if facts.get("GpsStatus", "") == "Invalid" or header.text("gps", 0x0009) == "V":
        return None
    return lon_deg, lat_deg


def _degrees(header: Header, tag: int, negative: str) -> float | None:
    parts = header.tags.get(("gps", tag))
    if not isinstance(parts, list) or len(parts) != 3:
        return None
    degrees = float(parts[0] + parts[1] / 60.0 + parts[2] / 3600.0)
    return -degrees if header.text("gps", tag - 1) == negative else degrees


def _heights(header: Header, facts: Mapping[str, str], numbers: _Numbers) -> ReportedHeights:
    absolute_m = numbers.get("AbsoluteAltitude")
    if absolute_m is None:
        absolute_m = header.number("gps", 0x0006)
        if absolute_m is not None and header.number("gps", 0x0005) == 1.0:
            absolute_m = -absolute_m  # below the sea
    flag = numbers.get("RtkFlag")
    rtk = RtkState.NONE if flag is None else _RTK.get(int(flag), RtkState.SINGLE)
    if flag is None and facts.get("AltitudeType", "") == "RtkAlt":
        rtk = RtkState.SINGLE  # it says so, and not how well
    return ReportedHeights(
        absolute_m, numbers.get("RelativeAltitude"), rtk, numbers.get("RtkStdHgt")
    )


def _moment(header: Header, facts: Mapping[str, str]) -> datetime | None:
    local, offset = header.text("exif", 0x9003), header.text("exif", 0x9011)
    for text, form in (
        (local + offset, "%Y:%m:%d %H:%M:%S%z"),
        (facts.get("CreateDate", ""), "%Y-%m-%dT%H:%M:%S%z"),
        (_satellites_time(header), "%Y:%m:%d %H:%M:%S%z"),
    ):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  (every form has its offset)
        except ValueError:
            continue
    return None


def _satellites_time(header: Header) -> str:
    day, clock = header.text("gps", 0x001D), header.tags.get(("gps", 0x0007))
    if not isinstance(clock, list) or len(clock) != 3:
        return ""
    seconds = clock[0] * 3600.0 + clock[1] * 60.0 + clock[2]
    if not 0.0 <= seconds < 86_400.0:
        return ""
    return f"{day} {str(timedelta(seconds=int(seconds))).rjust(8, '0')}+00:00"
