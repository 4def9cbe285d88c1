"""What a packet of MISB ST 0601 says of the sensor: numbers of their ranges, and a look.

A mapped value spreads whole numbers over a range; of a signed one the most negative says *out of
range* or *error*, which is no value. A value of another width than the standard's is none either.
Where the camera looks is told in two parts, the aircraft against north and the horizon and the
sensor against the aircraft: they are turned one after the other here.

Item 136 (leap seconds) is not applied: senders without it, which are most, write UTC.

Source: MISB ST 0601.17, items 2, 5 to 7, 13 to 20, 75, 90 and 91.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from drone_jobs.imagery.gaps import with_gaps
from drone_jobs.imagery.klv import LocalSet
from models.flight import AttitudeSource, Look
from models.height import Height, HeightSystem

__all__ = ["look_of", "precision_time", "value_of"]

_Matrix = NDArray[np.float64]

HEADING, PITCH, ROLL = 5, 6, 7
LATITUDE, LONGITUDE, TRUE_ALTITUDE = 13, 14, 15
HORIZONTAL_FOV = 16
RELATIVE_AZIMUTH, RELATIVE_ELEVATION, RELATIVE_ROLL = 18, 19, 20
ELLIPSOID_HEIGHT = 75
FULL_PITCH, FULL_ROLL = 90, 91
_TIME: Final = 2
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)  # a clock that was never set tells 1970

# Bytes, whether signed, and the range, of each tag.
_MAPPED: Final = {
    HEADING: (2, False, 0.0, 360.0),
    PITCH: (2, True, -20.0, 20.0),
    ROLL: (2, True, -50.0, 50.0),
    LATITUDE: (4, True, -90.0, 90.0),
    LONGITUDE: (4, True, -180.0, 180.0),
    TRUE_ALTITUDE: (2, False, -900.0, 19_000.0),
    HORIZONTAL_FOV: (2, False, 0.0, 180.0),
    17: (2, False, 0.0, 180.0),  # vertical field of view
    RELATIVE_AZIMUTH: (4, False, 0.0, 360.0),
    RELATIVE_ELEVATION: (4, True, -180.0, 180.0),
    RELATIVE_ROLL: (4, False, 0.0, 360.0),
    21: (4, False, 0.0, 5_000_000.0),  # slant range
    23: (4, True, -90.0, 90.0),  # centre of the picture on the ground
    24: (4, True, -180.0, 180.0),
    25: (2, False, -900.0, 19_000.0),
    ELLIPSOID_HEIGHT: (2, False, -900.0, 19_000.0),
    FULL_PITCH: (4, True, -90.0, 90.0),
    FULL_ROLL: (4, True, -90.0, 90.0),
}


def value_of(local_set: LocalSet, tag: int) -> float | None:
    """A mapped value, degrees or metres; None when it is not told or out of the sender's range.

    Args:
        local_set: a packet.
        tag: 5 to 7, 13 to 21, 23 to 25, 75, 90 or 91.
    """
    size, is_signed, low, high = _MAPPED[tag]
    raw = local_set.items.get(tag, b"")
    if len(raw) != size:
        return None
    number = int.from_bytes(raw, signed=is_signed)
    steps: int = (1 << 8 * size) - 1
    if not is_signed:
        return low + (high - low) * number / steps
    most = (steps - 1) // 2
    share: float = number / most
    return None if number < -most else high * share


def precision_time(local_set: LocalSet) -> datetime | None:
    """When the picture was taken, UTC; None when it is not told or by a clock never set."""
    raw = local_set.items.get(_TIME, b"")
    if len(raw) != 8:
        return None
    try:
        at = _EPOCH + timedelta(microseconds=int.from_bytes(raw))
    except OverflowError:
        return None
    return at if at >= _FIRST_TIME else None


def look_of(local_set: LocalSet) -> Look:
    """Where the sensor was and looked, as far as the packet tells.

    The height above the ellipsoid counts where both are told: of the one above the sea nobody says
    which sea.
    """
    lon_deg, lat_deg = value_of(local_set, LONGITUDE), value_of(local_set, LATITUDE)
    if lon_deg is None or lat_deg is None or (lon_deg == 0.0 and lat_deg == 0.0):
        lon_deg = lat_deg = None
    fov_deg = value_of(local_set, HORIZONTAL_FOV)
    yaw_deg, pitch_deg, roll_deg = _attitude(local_set) or (None, None, None)
    return with_gaps(
        Look(
            at=precision_time(local_set),
            lon_deg=lon_deg,
            lat_deg=lat_deg,
            height=_height(local_set),
            yaw_deg=yaw_deg,
            pitch_deg=pitch_deg,
            roll_deg=roll_deg,
            horizontal_fov_deg=fov_deg if fov_deg is not None and 0.0 < fov_deg < 180.0 else None,
            attitude=AttitudeSource.NONE if yaw_deg is None else AttitudeSource.MISB,
        )
    )


def _height(local_set: LocalSet) -> Height | None:
    ellipsoid_m = value_of(local_set, ELLIPSOID_HEIGHT)
    if ellipsoid_m is not None:
        return Height(ellipsoid_m, HeightSystem.ELLIPSOID)
    sea_m = value_of(local_set, TRUE_ALTITUDE)
    return None if sea_m is None else Height(sea_m, HeightSystem.EGM96)


def _attitude(local_set: LocalSet) -> tuple[float, float, float] | None:
    """Yaw, pitch and roll of the sensor; None unless all six angles are told."""
    pitch_deg, roll_deg = value_of(local_set, FULL_PITCH), value_of(local_set, FULL_ROLL)
    angles = (
        value_of(local_set, HEADING),
        value_of(local_set, PITCH) if pitch_deg is None else pitch_deg,
        value_of(local_set, ROLL) if roll_deg is None else roll_deg,
        value_of(local_set, RELATIVE_AZIMUTH),
        value_of(local_set, RELATIVE_ELEVATION),
        value_of(local_set, RELATIVE_ROLL),
    )
    told = [angle for angle in angles if angle is not None]
    if len(told) != len(angles):
        return None
    aircraft, sensor = _turned(*told[:3]), _turned(*told[3:])
    return _angles(aircraft @ sensor)


def _turned(yaw_deg: float, pitch_deg: float, roll_deg: float) -> _Matrix:
    """Forward, right and down of a body as columns, turned about down, right and forward."""
    yaw, pitch, roll = (math.radians(angle) for angle in (yaw_deg, pitch_deg, roll_deg))
    cy, sy, cp, sp = math.cos(yaw), math.sin(yaw), math.cos(pitch), math.sin(pitch)
    cr, sr = math.cos(roll), math.sin(roll)
    about_down = np.array(((cy, -sy, 0.0), (sy, cy, 0.0), (0.0, 0.0, 1.0)))
    about_right = np.array(((cp, 0.0, sp), (0.0, 1.0, 0.0), (-sp, 0.0, cp)))
    about_forward = np.array(((1.0, 0.0, 0.0), (0.0, cr, -sr), (0.0, sr, cr)))
    turned: _Matrix = about_down @ about_right @ about_forward
    return turned


def _angles(axes: _Matrix) -> tuple[float, float, float]:
    """Yaw in [0, 360), pitch and roll; straight up or down, roll is 0 and yaw bears the turn."""
    level = math.hypot(axes[0, 0], axes[1, 0])
    pitch_deg = math.degrees(math.atan2(-axes[2, 0], level))
    if level < 1e-9:
        yaw_deg, roll_deg = math.degrees(math.atan2(-axes[0, 1], axes[1, 1])), 0.0
    else:
        yaw_deg = math.degrees(math.atan2(axes[1, 0], axes[0, 0]))
        roll_deg = math.degrees(math.atan2(axes[2, 1], axes[2, 2]))
    return yaw_deg % 360.0 % 360.0, pitch_deg, roll_deg
