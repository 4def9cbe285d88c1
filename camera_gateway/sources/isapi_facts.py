"""What an event of a Hikvision camera says: its kind, its places, where the camera looked.

Sources: open.hikvision.com (NET_DVR_FIREDETECTION_ALARM: pan x 100, tilt (a + 360) x 100, zoom x
100), ISAPI's PTZ status (tenths of degrees).
"""

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

__all__ = [
    "AlertFacts",
    "AlertKind",
    "DevicePose",
    "HotRegion",
    "PoseCoding",
    "number_in",
    "pose_of",
]

_LEAST_SHIFTED: Final = 27_000  # (-90 + 360) x 100: no other coding reaches it
_MOST_SHIFTED: Final = 45_000


class AlertKind(StrEnum):
    """What happened, as far as it is known here."""

    FIRE = "fire"
    SMOKE = "smoke"
    TEMPERATURE_ALARM = "temperature_alarm"
    TEMPERATURE_PREALARM = "temperature_prealarm"
    MOTION = "motion"
    HEARTBEAT = "heartbeat"
    OTHER = "other"


class PoseCoding(StrEnum):
    """How a pose was written; told, because the numbers alone leave a doubt."""

    SHIFTED = "shifted"  # hundredths, tilt with 360 degrees added
    TENTHS = "tenths"
    DEGREES = "degrees"


@dataclass(frozen=True, slots=True)
class DevicePose:
    """Where the camera looked, by its own count.

    Attributes:
        pan_deg: degrees from the camera's own zero, not from north; 0 to 360.
        tilt_deg: degrees from level, -90 to 90; most of these cameras count downward as positive.
        zoom: magnification; None when none is given.
        coding: how it was written.
    """

    pan_deg: float
    tilt_deg: float
    zoom: float | None
    coding: PoseCoding


@dataclass(frozen=True, slots=True)
class HotRegion:
    """One place of an event.

    Attributes:
        box: (x, y, width, height) in the camera's own units; None when it gives none.
        temperature_c: highest temperature in it, degrees Celsius; None when it gives none.
        distance_m: to it; None when it gives none or says that it does not know.
        preset: number of the preset at which it was seen; None when it gives none.
        pose: of the camera; None when it gives none, or nothing but zeros.
    """

    box: tuple[float, float, float, float] | None
    temperature_c: float | None
    distance_m: float | None
    preset: int | None
    pose: DevicePose | None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """One event.

    Attributes:
        kind: what happened.
        name: the camera's own word for it.
        active: False when it tells that it is over.
        channel: of the device, from 1; None when it gives none.
        told_at: UTC, by the camera's clock; None when it gives none or leaves out its zone.
        regions: where; empty when it says nothing of that.
        pictures: how many follow; 0 when it does not say.
    """

    kind: AlertKind
    name: str
    active: bool
    channel: int | None
    told_at: datetime | None
    regions: tuple[HotRegion, ...]
    pictures: int


def pose_of(elevation: object, azimuth: object, zoom: object) -> DevicePose | None:
    """Take a pose out of its coding.

    A tilt from 27,000 to 45,000 is (a + 360) x 100, which no other coding reaches, and pan and zoom
    are then in hundredths. Else numbers with a fraction are degrees and whole ones tenths. Nothing
    but zeros is what a camera without a motor sends.

    Returns:
        None when there is none or it lies outside what a camera can do.
    """
    tilt, pan, times = number_in(elevation), number_in(azimuth), number_in(zoom)
    if tilt is None or pan is None or tilt == pan == 0.0:
        return None
    if _LEAST_SHIFTED <= tilt <= _MOST_SHIFTED:
        coding, scale = PoseCoding.SHIFTED, 100.0
    elif tilt.is_integer() and pan.is_integer():
        coding, scale = PoseCoding.TENTHS, 10.0
    else:
        coding, scale = PoseCoding.DEGREES, 1.0
    pan_deg, tilt_deg = pan / scale, tilt / scale
    if coding is PoseCoding.SHIFTED:
        tilt_deg -= 360.0
    if not (0.0 <= pan_deg <= 360.0 and -90.0 <= tilt_deg <= 90.0):
        return None
    return DevicePose(pan_deg, tilt_deg, None if times is None else times / scale, coding)


def number_in(value: object) -> float | None:
    """A finite number, written as one or as text; else None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
