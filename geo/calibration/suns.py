"""A pose from the sun in a picture: where it stood when the picture was made is known to all.

One sighting tells azimuth and tilt, two well apart the roll, three the field of view; landmarks may
stand beside them. What spoils it is the camera's clock: the sun moves 0.13 degrees a minute in the
morning and up to half a degree or more at noon. The clock's doubt is added to the stated errors,
and a clock that is whole hours off is told as such.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from geo.calibration.landmarks import Landmark, sights_of
from geo.calibration.sights import FOR_LENS, Sight, SightFit, fit_sights
from geo.calibration.sun import refraction_deg, sun_direction
from models.errors import InputRefused
from models.site import Pose, Position

__all__ = ["CLOCK_SIGMA_S", "SunSighting", "fit_sun"]

CLOCK_SIGMA_S: Final = 10.0
"""Of a camera whose clock nobody has compared with a good one."""
DISC_DEG: Final = 0.03
"""How well the middle of a glaring disc half a degree wide can be marked."""
FOR_FOV: Final = 3
LOWEST_DEG: Final = 0.0
REFRACTION_DOUBT: Final = 0.1
"""Of the refraction: so much it differs from day to day near the horizon."""
MOST_CLOCK_DEG: Final = 0.15
FAR_DEG: Final = 20.0
"""From where the camera is said to look; further off, something is entered wrongly."""
NEAR_DEG: Final = 8.0
"""Within this, whole hours that explain it are believed."""
MOST_RMS: Final = 3.0
ZONE_HOURS: Final = (-8, 8)
"""Chinese time taken for universal time, and the other way round."""
HOURS: Final = (*ZONE_HOURS, *(hours for hours in range(-14, 15) if hours not in {-8, 0, 8}))
ROLL_DOUBT_DEG: Final = 0.3
FOV_DOUBT: Final = 0.005
"""Of the field of view; like the roll, it moves the axis as far as the sun is from the middle."""


@dataclass(frozen=True, slots=True)
class SunSighting:
    """The sun where a picture shows it.

    Attributes:
        x_px: of the middle of its disc, in the upright picture.
        y_px: likewise.
        captured_at: when the picture was made, with a time zone.
    """

    x_px: float
    y_px: float
    captured_at: datetime


def fit_sun(
    lens: Position,
    start: Pose,
    sightings: Sequence[SunSighting],
    width_px: int,
    height_px: int,
    *,
    clock_sigma_s: float = CLOCK_SIGMA_S,
    landmarks: Sequence[Landmark] = (),
) -> SightFit:
    """The pose at which the sun stood where it was marked; sightings first, landmarks after them.

    Args:
        lens: of the camera; above sea level where landmarks are given.
        start: about where it looks, within 20 degrees.
        sightings: at least one, from pictures of one preset.
        width_px: of the upright picture.
        height_px: of the upright picture.
        clock_sigma_s: how well the camera's clock is known, one standard deviation; the same
            doubt for all sightings.
        landmarks: marked in the same view.

    Raises:
        InputRefused: a code ``sun_none``, ``sun_time``, ``sun_down``, ``sun_zone`` (the times are
            whole hours off), ``sun_elsewhere``, ``sun_disagree``, ``sun_clock``, or those of
            landmarks.
    """
    if not sightings:
        raise InputRefused(
            "No sun is marked.", remedy="Click the middle of the sun's disc.", code="sun_none"
        )
    marks = _Marks(
        lens,
        start,
        tuple(sightings),
        sights_of(lens, landmarks) if landmarks else [],
        width_px,
        height_px,
    )
    found = marks.fitted(0.0)
    if isinstance(found, InputRefused):
        hours = marks.hours_off()
        if hours:
            way = "earlier" if hours < 0 else "later"
            raise InputRefused(
                f"The sun would fit if the pictures were made {abs(hours)} hours {way}.",
                remedy="Check the camera's clock and its time zone (Chinese time is UTC+8).",
                code="sun_zone",
            ) from found
        raise found
    return _doubted(marks, found, clock_sigma_s)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What was marked; the sun's place follows when all times are moved."""

    lens: Position
    start: Pose
    suns: tuple[SunSighting, ...]
    landmarks: list[Sight]
    width_px: int
    height_px: int

    def fitted(self, later_s: float) -> SightFit | InputRefused:
        """The pose as if the pictures had been made later; or why there is none."""
        blur = max(1.0, DISC_DEG * self.width_px / self.start.horizontal_fov_deg)
        sights = []
        for sun in self.suns:
            at = sun.captured_at + timedelta(seconds=later_s)
            azimuth_deg, elevation_deg = sun_direction(self.lens, at)
            if elevation_deg < LOWEST_DEG:
                return InputRefused(
                    f"The sun was {-elevation_deg:.0f} degrees below the horizon at "
                    f"{at.isoformat(timespec='minutes')}.",
                    remedy="Check the picture's time; the moon and lamps tell no direction.",
                    code="sun_down",
                )
            sights.append(Sight("sun", sun.x_px, sun.y_px, azimuth_deg, elevation_deg, blur))
        sights += self.landmarks
        try:
            found = fit_sights(
                self.start,
                sights,
                self.width_px,
                self.height_px,
                for_fov=FOR_LENS if self.landmarks else FOR_FOV,
            )
        except InputRefused as refused:
            if refused.code == "calibration_behind":
                return _elsewhere()
            return InputRefused(
                "The marks of the sun do not agree with each other.",
                remedy="Check the time of each picture, and that all show the same preset.",
                code="sun_disagree",
            )
        if self.off_deg(found.pose) > FAR_DEG:
            return _elsewhere()
        if (
            any(index < len(self.suns) for index in found.outliers)
            or found.rms_px > MOST_RMS * blur
        ):
            return InputRefused(
                f"The marks of the sun do not agree with each other: {found.rms_px:.0f} pixels.",
                remedy="Check the time of each picture, and that all show the same preset.",
                code="sun_disagree",
            )
        return found

    def off_deg(self, pose: Pose) -> float:
        """How far a pose is from where the camera is said to look."""
        turn = (pose.azimuth_deg - self.start.azimuth_deg + 180.0) % 360.0 - 180.0
        turn *= math.cos(math.radians(self.start.tilt_deg))
        return math.hypot(
            turn, pose.tilt_deg - self.start.tilt_deg, pose.roll_deg - self.start.roll_deg
        )

    def hours_off(self) -> int:
        """Whole hours by which the times seem wrong; 0 when none explains it.

        A single sun is in about the right place at some hour of many days: it says the one zone.
        """
        best, hours_off = NEAR_DEG, 0
        for hours in HOURS if len(self.suns) > 1 else ZONE_HOURS:
            found = self.fitted(3600.0 * hours)
            if isinstance(found, SightFit) and self.off_deg(found.pose) < best:
                best, hours_off = self.off_deg(found.pose), hours
        return hours_off


def _doubted(marks: _Marks, found: SightFit, clock_sigma_s: float) -> SightFit:
    """The same pose with the doubts that no agreement of marks can take away."""
    start = marks.start
    clock = _moved(found, marks.fitted(clock_sigma_s))
    if not math.hypot(*clock) <= MOST_CLOCK_DEG:
        raise InputRefused(
            f"The clock may be {clock_sigma_s:.0f} s wrong, and the sun moves more than "
            f"{MOST_CLOCK_DEG:g} degrees meanwhile.",
            remedy="Set the camera's clock by a time server, or take a picture in the morning.",
            code="sun_clock",
        )
    shares = [(found.pose.azimuth_sigma_deg, found.pose.tilt_sigma_deg), clock]
    if not found.roll_fitted:
        rolled = replace(start, roll_deg=start.roll_deg + ROLL_DOUBT_DEG)
        shares.append(_moved(found, replace(marks, start=rolled).fitted(0.0)))
    if not found.fov_fitted:
        wider = replace(start, horizontal_fov_deg=start.horizontal_fov_deg * (1.0 + FOV_DOUBT))
        shares.append(_moved(found, replace(marks, start=wider).fitted(0.0)))
    lowest_deg = min(sun_direction(marks.lens, sun.captured_at)[1] for sun in marks.suns)
    shares.append((0.0, REFRACTION_DOUBT * refraction_deg(lowest_deg, marks.lens.height_m)))
    pose = replace(
        found.pose,
        azimuth_sigma_deg=math.hypot(*(azimuth for azimuth, _ in shares)),
        tilt_sigma_deg=math.hypot(*(tilt for _, tilt in shares)),
    )
    return replace(found, pose=pose)


def _moved(found: SightFit, other: SightFit | InputRefused) -> tuple[float, float]:
    """How far another fit lies from the one that was found; infinitely when there is none."""
    if isinstance(other, InputRefused):
        return math.inf, math.inf
    turn = other.pose.azimuth_deg - found.pose.azimuth_deg
    return (turn + 180.0) % 360.0 - 180.0, other.pose.tilt_deg - found.pose.tilt_deg


def _elsewhere() -> InputRefused:
    return InputRefused(
        f"The sun stood more than {FAR_DEG:.0f} degrees from where the picture shows it.",
        remedy="Check the picture's time and about where the camera looks.",
        code="sun_elsewhere",
    )
