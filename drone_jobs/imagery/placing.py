"""A look as a lens in space, or what it lacks.

The rays, the heights and the footprint are those of :mod:`geo.drone`; here it is said how far each
source of a look may be off. A picture whose look lacks something is scored like any other and
placed nowhere.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from drone_jobs.heights import HeightDesk
from drone_jobs.imagery.gaps import gaps_of
from geo.draws import Aloft
from geo.drone import (
    Attitude,
    DroneHeight,
    DroneView,
    HeightChain,
    Optics,
    ReportedHeights,
    RtkState,
    drone_height,
    field_of_view,
    pose_of,
)
from geo.terrain import Terrain
from models.errors import InputRefused
from models.flight import AttitudeSource, Look, LookGap
from models.height import HeightSystem
from models.site import HeightDatum, Position

__all__ = ["LookUnplaced", "Trust", "trust_in", "view_of_look"]


class LookUnplaced(InputRefused):
    """A look of which no rays can be made.

    Attributes:
        gaps: what is missing; at least one.
    """

    def __init__(
        self, message: str, gaps: tuple[LookGap, ...], *, remedy: str = "", code: str = ""
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.gaps = gaps


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a source may be off, one standard deviation each.

    Attributes:
        yaw_deg: of the camera.
        pitch_deg: of the camera.
        roll_deg: of the camera.
        place_m: along each axis, with the error of its time.
        focal_share: of the focal length.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    place_m: float
    focal_share: float


# The photo's own angles were measured (geo.drone.attitude); the others are choices that follow from
# how each is come by: a packet or a subtitle belongs to its frame, telemetry is up to two seconds
# from it (10 m and a slow turn), and a mission tells what was ordered while wind pushed the nose.
_TRUST: Final = {
    AttitudeSource.XMP: Trust(3.0, 0.5, 0.5, 3.0, 0.03),
    AttitudeSource.MISB: Trust(3.0, 1.0, 1.0, 5.0, 0.02),
    AttitudeSource.SUBTITLES: Trust(3.0, 1.0, 0.5, 10.0, 0.05),
    AttitudeSource.CLOUD: Trust(5.0, 2.0, 1.0, 10.0, 0.05),
    AttitudeSource.MISSION: Trust(10.0, 3.0, 2.0, 10.0, 0.05),
}
_ELLIPSOID_SIGMA_M: Final = 10.0  # satellites alone, and no doubt about the datum

_WORDS: Final = {
    LookGap.PLACE: "the place: its satellites had no fix",
    LookGap.HEIGHT: "a height",
    LookGap.ATTITUDE: "where the camera pointed",
    LookGap.LENS: "how wide the picture is",
    LookGap.TIME: "a time that could be joined with the flight's telemetry",
    LookGap.ORDER: "which of two numbers is the latitude",
}
_GAP_OF: Final = {
    "drone_gimbal_missing": LookGap.ATTITUDE,
    "drone_gimbal_zeros": LookGap.ATTITUDE,
    "drone_gimbal_range": LookGap.ATTITUDE,
    "drone_lens": LookGap.LENS,
}


def trust_in(source: AttitudeSource) -> Trust:
    """How far looks of a source may be off; of ``NONE`` nothing is trusted.

    Raises:
        KeyError: for ``NONE``.
    """
    return _TRUST[source]


def view_of_look(
    look: Look,
    size_px: tuple[int, int],
    terrain: Terrain,
    take_off: tuple[float, float] | None = None,
    *,
    stated_fov_deg: float | None = None,
) -> DroneView:
    """Put together what a look tells.

    Args:
        look: of one picture.
        size_px: width and height of it.
        terrain: below it.
        take_off: longitude and latitude of where the drone took off; None when nobody knows.
        stated_fov_deg: full horizontal field of view by a person, who knows better than the look.

    Raises:
        LookUnplaced: it lacks something (``look_gaps``), or what it tells cannot be: the codes of
            :func:`geo.drone.drone_height`, :func:`geo.drone.pose_of` and
            :func:`geo.drone.field_of_view`, ``drone_outside``, and of a height's system
            ``geoid_outside`` and ``height_range``.
    """
    missing = tuple(
        gap for gap in gaps_of(look) if gap is not LookGap.LENS or stated_fov_deg is None
    )
    lon_deg, lat_deg, yaw_deg, pitch_deg = look.lon_deg, look.lat_deg, look.yaw_deg, look.pitch_deg
    if missing or lon_deg is None or lat_deg is None or yaw_deg is None or pitch_deg is None:
        raise LookUnplaced(
            f"The picture does not tell {'; '.join(_WORDS[gap] for gap in missing)}.",
            missing,
            remedy="It is scored and not placed; fly with the telemetry recorded, or state it.",
            code="look_gaps",
        )
    place = lon_deg, lat_deg
    try:
        lens = _lens(look, size_px, stated_fov_deg)
        _check_ground(place, terrain)
        height = _height(look, place, terrain, take_off)
        pose = pose_of(_gimbal(look, yaw_deg, pitch_deg), lens[0])
    except InputRefused as refused:
        raise _unplaced(refused) from refused
    trust = _TRUST[look.attitude]
    return DroneView(
        lens=Position(*place, height.height_m, HeightDatum.SEA_LEVEL),
        pose=replace(pose, azimuth_sigma_deg=trust.yaw_deg, tilt_sigma_deg=trust.pitch_deg),
        size_px=size_px,
        aloft=Aloft(height.sigma_m, trust.place_m, trust.roll_deg),
        height=height,
        focal_share=lens[1],
    )


def _unplaced(refused: InputRefused) -> LookUnplaced:
    gap = _GAP_OF.get(refused.code, LookGap.HEIGHT)  # all others are of heights
    return LookUnplaced(refused.message, (gap,), remedy=refused.remedy, code=refused.code)


def _check_ground(place: tuple[float, float], terrain: Terrain) -> None:
    if math.isnan(terrain.height_at(*place)):
        west, south, east, north = terrain.bounds_deg
        raise InputRefused(
            f"The drone was at {place[0]:.5f}, {place[1]:.5f}, and the relief {terrain.name} "
            f"reaches from {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f} or has a void there.",
            remedy="Give relief that holds the place (--dem FILE).",
            code="drone_outside",
        )


def _lens(
    look: Look, size_px: tuple[int, int], stated_fov_deg: float | None
) -> tuple[float, float]:
    """Field of view, and how far off it may be as a share of the focal length."""
    told_deg = look.horizontal_fov_deg if stated_fov_deg is None else stated_fov_deg
    fov_deg, share = field_of_view(Optics("", None, *size_px), told_deg)
    return fov_deg, _TRUST[look.attitude].focal_share if stated_fov_deg is None else share


def _gimbal(look: Look, yaw_deg: float, pitch_deg: float) -> Attitude:
    gimbal = Attitude(yaw_deg, pitch_deg, look.roll_deg or 0.0)
    is_made = look.attitude in {AttitudeSource.MISB, AttitudeSource.MISSION}
    # Three zeros of a maker's fields were never written; of angles that we put together they are
    # a look level to the north.
    return replace(gimbal, yaw_deg=360.0) if is_made and gimbal.is_zero else gimbal


def _height(
    look: Look,
    place: tuple[float, float],
    terrain: Terrain,
    take_off: tuple[float, float] | None,
) -> DroneHeight:
    found = drone_height(_reported(look, place, terrain), place, terrain, take_off)
    return found if look.attitude is AttitudeSource.XMP else _by_satellites(found)


def _reported(look: Look, place: tuple[float, float], terrain: Terrain) -> ReportedHeights:
    """A height that cannot be converted there is left out where the barometer tells another."""
    height, relative_m = look.height, look.above_take_off_m
    if height is None:
        return ReportedHeights(None, relative_m)
    if height.system is HeightSystem.TAKE_OFF:
        return ReportedHeights(None, height.value_m if relative_m is None else relative_m)
    try:
        sea_m = HeightDesk(terrain).above_sea_m(height, *place)
    except InputRefused:
        if relative_m is None:
            raise
        return ReportedHeights(None, relative_m)
    if height.system is not HeightSystem.ELLIPSOID:
        return ReportedHeights(sea_m, relative_m)
    # A photo's ellipsoidal height is RTK's; of other sources it is that of satellites alone.
    sigma_m = None if look.attitude is AttitudeSource.XMP else _ELLIPSOID_SIGMA_M
    return ReportedHeights(height.value_m, relative_m, RtkState.FIXED, sigma_m)


def _by_satellites(height: DroneHeight) -> DroneHeight:
    """The same, no chain called RTK."""
    chain = HeightChain.GNSS if height.chain is HeightChain.RTK else height.chain
    return replace(height, chain=chain, others=tuple(map(_by_satellites, height.others)))
