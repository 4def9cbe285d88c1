"""Whether a wish can be planned at all: limits that are known, a height that is allowed, wind.

Every refusal says what would make it fly.
"""

import math
from dataclasses import dataclass
from typing import Final

from models.errors import InputRefused
from models.mission import Aircraft, Camera, GroundKind, SweepTask

__all__ = ["Band", "allowed_band", "camera_of", "check_wishes"]

LEAST_TOLERANCE_M: Final = 1.0
MOST_OVERLAP: Final = 0.9
MOST_AIRCRAFT: Final = 20
FLATTENED_M: Final = 0.05  # a leg of 2 km, straight in degrees, leaves the plane by 0.04 m


@dataclass(frozen=True, slots=True)
class Band:
    """Heights above the elevation model between which a flight stays.

    Attributes:
        height_m: wished.
        least_m: never below.
        most_m: never above.
    """

    height_m: float
    least_m: float
    most_m: float


def check_wishes(task: SweepTask) -> None:
    """Refuse what no plan can be made of.

    Raises:
        InputRefused: no aircraft or too many, one without a limit (``aircraft_without_limit``), a
            number out of its range (``sweep_range``), more wind than an aircraft may fly in
            (``sweep_wind``).
    """
    if not 1 <= len(task.aircraft) <= MOST_AIRCRAFT:
        raise InputRefused(
            f"{len(task.aircraft)} aircraft were named.",
            remedy=f"Name 1 to {MOST_AIRCRAFT} aircraft.",
            code="sweep_aircraft_count",
        )
    for name, value, least, most in (
        ("height_m", task.height_m, 1.0, 1_000.0),
        ("tolerance_m", task.tolerance_m, LEAST_TOLERANCE_M, 50.0),
        ("side_overlap", task.side_overlap, 0.0, MOST_OVERLAP),
        ("gimbal_pitch_deg", task.gimbal_pitch_deg, -90.0, 0.0),
        ("angle_deg", 0.0 if task.angle_deg is None else task.angle_deg, -360.0, 360.0),
        ("wind.from_deg", task.wind.from_deg, 0.0, 360.0),
        ("wind.speed_ms", task.wind.speed_ms, 0.0, 60.0),
        ("plume_m", 1.0 if task.plume_m is None else task.plume_m, 0.1, 1_000.0),
        ("recall", task.recall, 0.01, 1.0),
        ("ceiling_m", task.ceiling_m, 1.0, 1_000.0),
        ("canopy_m", task.canopy_m, 0.0, 100.0),
        ("least_clearance_m", task.least_clearance_m, 0.0, 1_000.0),
    ):
        if not (math.isfinite(value) and least <= value <= most):
            raise InputRefused(
                f"{name} is {value:g}.",
                remedy=f"Give {least:g} to {most:g}.",
                code="sweep_range",
            )
    for aircraft in task.aircraft:
        _check_aircraft(aircraft, task)


def _check_aircraft(aircraft: Aircraft, task: SweepTask) -> None:
    if aircraft.missing_limits:
        raise InputRefused(
            f"The {aircraft.name} has no {', '.join(aircraft.missing_limits)}.",
            remedy="Enter its limits from the maker's manual; nothing is assumed.",
            code="aircraft_without_limit",
        )
    if aircraft.most_wind_ms is not None and task.wind.speed_ms > aircraft.most_wind_ms:
        raise InputRefused(
            f"Wind of {task.wind.speed_ms:g} m/s is more than the {aircraft.name} may fly in, "
            f"{aircraft.most_wind_ms:g} m/s.",
            remedy="Wait for less wind, or take an aircraft that may fly in it.",
            code="sweep_wind",
        )
    if not aircraft.least_gimbal_deg <= task.gimbal_pitch_deg <= aircraft.most_gimbal_deg:
        raise InputRefused(
            f"The gimbal of the {aircraft.name} reaches from {aircraft.least_gimbal_deg:g} to "
            f"{aircraft.most_gimbal_deg:g} degrees, not {task.gimbal_pitch_deg:g}.",
            remedy="Choose an angle between; -90 looks straight down.",
            code="sweep_gimbal",
        )


def camera_of(aircraft: Aircraft, name: str) -> Camera:
    """The camera of that name, or the first.

    Raises:
        InputRefused: it has no such camera (``sweep_camera``).
    """
    if not name:
        return aircraft.cameras[0]
    for camera in aircraft.cameras:
        if camera.name == name:
            return camera
    raise InputRefused(
        f"The {aircraft.name} has no camera {name[:40]!r}.",
        remedy=f"Name one of: {', '.join(camera.name for camera in aircraft.cameras)}.",
        code="sweep_camera",
    )


def allowed_band(task: SweepTask) -> Band:
    """Heights that the law and the trees leave, around the wished one.

    The law counts from the bare ground: over a surface model a flight is up to a tree's height
    higher than it looks. Trees count from their crowns: over bare ground they are as much nearer.

    Raises:
        InputRefused: they leave nothing, or not the wished height (``sweep_height``); the remedy
            names the heights that would do.
    """
    ceiling_m = min(task.ceiling_m, *(each.ceiling_m or math.inf for each in task.aircraft))
    above_model_m = task.canopy_m if task.ground is GroundKind.SURFACE else 0.0
    crowns_m = task.canopy_m if task.ground is GroundKind.BARE else 0.0
    most_m = ceiling_m - above_model_m - FLATTENED_M
    least_m = task.least_clearance_m + crowns_m
    lowest_m, highest_m = least_m + task.tolerance_m, most_m - LEAST_TOLERANCE_M
    if lowest_m > highest_m:
        raise InputRefused(
            f"Between {least_m:g} m (trees of {task.canopy_m:g} m and {task.least_clearance_m:g} m "
            f"of clearance) and {most_m:g} m (the ceiling) no height is left to fly at.",
            remedy="Ask for less clearance or tolerance, or for leave to fly higher.",
            code="sweep_height",
        )
    if not lowest_m <= task.height_m <= most_m:
        raise InputRefused(
            f"{task.height_m:g} m above the elevation model cannot be flown here.",
            remedy=f"Choose {lowest_m:g} to {highest_m:g} m.",
            code="sweep_height",
        )
    return Band(task.height_m, least_m, most_m)
