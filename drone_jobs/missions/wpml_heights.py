"""Heights of a WPML file: above the ellipsoid to fly, above sea level to edit, of the same places.

A height that is only known above the take-off, or above a surface that the aircraft itself sees,
stays such where it cannot be converted; otherwise no relative height is written, because it is
measured from wherever somebody puts the aircraft down.
"""

from dataclasses import dataclass
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.wpml_words import SURFACE_TYPE, Limits
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Mission

__all__ = ["EXECUTE_MODES", "TEMPLATE_MODES", "FileHeights", "heights_of"]

EXECUTE_MODES: Final = {
    "WGS84": HeightSystem.ELLIPSOID,
    "relativeToStartPoint": HeightSystem.TAKE_OFF,
    "realTimeFollowSurface": HeightSystem.GROUND,
}
"""executeHeightMode of waylines."""
TEMPLATE_MODES: Final = {
    "EGM96": HeightSystem.EGM96,
    "relativeToStartPoint": HeightSystem.TAKE_OFF,
    "aboveGroundLevel": HeightSystem.GROUND,
    "realTimeFollowSurface": HeightSystem.GROUND,
}
"""heightMode of a template."""


@dataclass(frozen=True, slots=True)
class FileHeights:
    """What is written of the heights, one for each point.

    Attributes:
        execute_mode: executeHeightMode.
        execute_m: executeHeight.
        template_mode: heightMode.
        template_m: height in the template.
        ellipsoid_m: ellipsoidHeight in the template.
    """

    execute_mode: str
    execute_m: tuple[float, ...]
    template_mode: str
    template_m: tuple[float, ...]
    ellipsoid_m: tuple[float, ...]


def heights_of(mission: Mission, desk: HeightDesk) -> FileHeights:
    """Heights of a mission's points.

    Raises:
        InputRefused: a height can neither be converted nor be written as it is (``height_*``,
            ``geoid_outside``).
    """
    try:
        ellipsoid_m = _all(mission, desk, HeightSystem.ELLIPSOID)
        sea_m = _all(mission, desk, HeightSystem.EGM96)
    except InputRefused as refused:
        modes = _own_modes(mission)
        if modes is None and refused.code == "geoid_outside":
            raise InputRefused(
                f"A KMZ for DJI holds heights above the ellipsoid. {refused}",
                remedy="Write another format: they hold heights above sea level or ground.",
                code="geoid_outside",
            ) from refused
        if modes is None:
            raise
        own_m = tuple(point.height.value_m for point in mission.points)
        return FileHeights(modes[0], own_m, modes[1], own_m, own_m)
    return FileHeights("WGS84", ellipsoid_m, "EGM96", sea_m, ellipsoid_m)


def _all(mission: Mission, desk: HeightDesk, system: HeightSystem) -> tuple[float, ...]:
    return tuple(
        desk.to(point.height, point.lon_deg, point.lat_deg, system) for point in mission.points
    )


def _own_modes(mission: Mission) -> tuple[str, str] | None:
    """Words for heights that stay as they are; None where the format has none for them."""
    systems = {point.height.system for point in mission.points}
    if systems == {HeightSystem.TAKE_OFF}:
        return "relativeToStartPoint", "relativeToStartPoint"
    least_m, most_m = Limits().surface_m
    can_follow = mission.wpml is not None and mission.wpml.drone == SURFACE_TYPE
    is_within = all(least_m <= point.height.value_m <= most_m for point in mission.points)
    if systems == {HeightSystem.GROUND} and can_follow and is_within:
        return "realTimeFollowSurface", "aboveGroundLevel"
    return None
