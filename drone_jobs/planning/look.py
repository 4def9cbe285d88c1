"""Where an aircraft stands to look at an unconfirmed alert: two or three sides, or once around.

It stays upwind: smoke drifts away from it, neither into its way nor in front of what burns. It
looks from different sides, because what is hidden from one is not from another, and two bearings
place a fire. Every view is checked over the terrain: the line of sight is free, all of the region
is in the picture and its middle within reach, and the aircraft is below the ceiling where it
stands.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from drone_jobs.planning.above_ground import ground_below, least_of
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import AirWind, Camera
from models.units import FloatArray, wrap_bearing_deg

__all__ = ["LookRoom", "LookView", "Views", "look_points"]

SPREAD_DEG: Final = 60.0  # to both sides of upwind
ASIDE_DEG: Final = (0.0, 10.0, -10.0, 20.0, -20.0)  # that a view may move, to see
FARTHER: Final = (1.0, 1.25, 1.5, 2.0)
ROOM: Final = 1.2  # of the region's radius, that the picture holds
KEEP_OFF_M: Final = 50.0  # from the region's edge
SEEN_ABOVE_M: Final = 5.0  # over the ground: flame and the foot of the smoke
CALM_MS: Final = 0.5
ORBIT_VIEWS: Final = 18
Views = Literal[2, 3, "orbit"]


@dataclass(frozen=True, slots=True, eq=False)
class LookRoom:
    """Where and how it may stand.

    Attributes:
        frame: of all metres.
        terrain: elevation model.
        camera: that looks.
        height_m: wished above the ground, at most ``most_m``.
        most_m: never higher above the elevation model.
        reach_m: slant range to which its pictures count; None for any.
        canopy_m: height of the trees between, that hide; 0 on a surface model.
        least_gimbal_deg: lowest pitch.
        most_gimbal_deg: highest pitch.
        may_stand: whether a place (2,) is free of zones and inside the fence.
    """

    frame: LocalFrame
    terrain: Terrain
    camera: Camera
    height_m: float
    most_m: float
    reach_m: float | None
    canopy_m: float
    least_gimbal_deg: float
    most_gimbal_deg: float
    may_stand: Callable[[FloatArray], bool]


@dataclass(frozen=True, slots=True, eq=False)
class LookView:
    """One place to look from.

    Attributes:
        place_m: (3,) east, north, above sea level.
        heading_deg: to the region, clockwise from true north.
        pitch_deg: of the gimbal, to its middle.
        slant_m: to its middle.
    """

    place_m: FloatArray
    heading_deg: float
    pitch_deg: float
    slant_m: float


def look_points(
    region_m: FloatArray,
    radius_m: float,
    room: LookRoom,
    *,
    home_m: FloatArray,
    wind: AirWind,
    views: Views,
) -> tuple[LookView, ...]:
    """Places to look at a region from.

    Args:
        region_m: (2,) its middle.
        radius_m: of what must be in the picture, > 0.
        room: where it may stand.
        home_m: (2,); in a calm it looks from there.
        wind: of now.
        views: 2 (60 degrees to both sides of upwind), 3 (and upwind), or once around: an orbit
            also passes downwind, through what smoke there is.

    Returns:
        In the order of their bearings around the region, those of the orbit beginning upwind.

    Raises:
        InputRefused: unknown ground there (``sweep_terrain_void``), the region does not fit into a
            picture within reach (``sweep_look_reach``), or a side of it is hidden or closed all
            over (``sweep_look_hidden``).
    """
    target_m = np.append(region_m, _ground_m(room, region_m))
    slant_m = _least_slant_m(radius_m, room)
    upwind_deg = wind.from_deg
    if wind.speed_ms < CALM_MS:
        away = home_m - region_m
        upwind_deg = math.degrees(math.atan2(away[0], away[1]))
    if views == "orbit":
        bearings = [upwind_deg + 360.0 * k / ORBIT_VIEWS for k in range(ORBIT_VIEWS)]
        aside: tuple[float, ...] = (0.0,)
    else:
        offsets = (-SPREAD_DEG, SPREAD_DEG) if views == 2 else (-SPREAD_DEG, 0.0, SPREAD_DEG)
        bearings, aside = [upwind_deg + each for each in offsets], ASIDE_DEG
    least_m = (slant_m, radius_m + KEEP_OFF_M)
    return tuple(_view(target_m, least_m, each, aside, room) for each in bearings)


def _least_slant_m(radius_m: float, room: LookRoom) -> float:
    """From where the region fits into the picture, with some room around it."""
    half_deg = min(room.camera.horizontal_fov_deg, room.camera.vertical_fov_deg) / 2.0
    slant_m = ROOM * radius_m / math.sin(math.radians(half_deg))
    if room.reach_m is not None and max(slant_m, radius_m + KEEP_OFF_M) > room.reach_m:
        raise InputRefused(
            f"A region of {radius_m:.0f} m fits into a picture from {slant_m:.0f} m on, and the "
            f"{room.camera.name} camera reaches {room.reach_m:.0f} m.",
            remedy="Look at a smaller region, or sweep it.",
            code="sweep_look_reach",
        )
    return slant_m


def _view(
    target_m: FloatArray,
    least_m: tuple[float, float],
    bearing_deg: float,
    aside: tuple[float, ...],
    room: LookRoom,
) -> LookView:
    """The first place near a bearing that sees: as near, as low and as little aside as can be.

    Args:
        target_m: (3,) the region's middle on the ground.
        least_m: slant and level distance to it.
        bearing_deg: wished.
        aside: by how much it may be left, degrees.
        room: where it may stand.
    """
    slant_m, apart_m = least_m
    for farther in FARTHER:
        for high_m in dict.fromkeys((room.height_m, room.most_m)):
            level_m = math.sqrt(max(slant_m**2 - high_m**2, 0.0))
            off_m = farther * max(level_m, apart_m)
            for each in aside:
                view = _seen_from(target_m, off_m, bearing_deg + each, high_m, room)
                if view is not None and view.slant_m >= slant_m / ROOM:
                    return view
    raise InputRefused(
        f"From {wrap_bearing_deg(bearing_deg):.0f} degrees the place cannot be looked at: the land "
        "hides it, or one may not stand there.",
        remedy="Ask for other views, or fly higher where that is allowed.",
        code="sweep_look_hidden",
    )


def _seen_from(
    target_m: FloatArray, off_m: float, bearing_deg: float, high_m: float, room: LookRoom
) -> LookView | None:
    """The view from a place; None where it is not one."""
    turn = math.radians(bearing_deg)
    place = target_m[:2] + off_m * np.array([math.sin(turn), math.cos(turn)])
    ground_m = _known_m(room, place)
    if math.isnan(ground_m) or not room.may_stand(place):
        return None
    eye_m = np.append(place, ground_m + high_m)
    drop_m = eye_m[2] - target_m[2]
    slant_m = math.hypot(off_m, drop_m)
    pitch_deg = -math.degrees(math.atan2(drop_m, off_m))
    if not room.least_gimbal_deg <= pitch_deg <= room.most_gimbal_deg:
        return None
    if room.reach_m is not None and slant_m > room.reach_m:
        return None
    if not _is_free(eye_m, target_m, room):
        return None
    return LookView(eye_m, wrap_bearing_deg(bearing_deg + 180.0), pitch_deg, slant_m)


def _is_free(eye_m: FloatArray, target_m: FloatArray, room: LookRoom) -> bool:
    """Whether a straight line to what shows above the region's trees stays above all others."""
    aim_m = target_m[2] + room.canopy_m + SEEN_ABOVE_M
    pieces = ground_below(room.frame, eye_m[None, :2], target_m[None, :2], room.terrain)
    shares = np.column_stack((pieces.start, (pieces.start + pieces.end) / 2.0, pieces.end))
    clear_m = eye_m[2] + shares * (aim_m - eye_m[2]) - pieces.ground_m - room.canopy_m
    return bool((least_of(clear_m) > 0.0).all())  # a void hides: NaN is not above 0


def _known_m(room: LookRoom, place: FloatArray) -> float:
    return room.terrain.height_at(*room.frame.to_lonlat(float(place[0]), float(place[1])))


def _ground_m(room: LookRoom, place: FloatArray) -> float:
    ground_m = _known_m(room, place)
    if math.isnan(ground_m):
        lon_deg, lat_deg = room.frame.to_lonlat(float(place[0]), float(place[1]))
        raise InputRefused(
            f"The elevation model has no height at {lon_deg:.6f}, {lat_deg:.6f}.",
            remedy="Import a model without voids there.",
            code="sweep_terrain_void",
        )
    return ground_m
