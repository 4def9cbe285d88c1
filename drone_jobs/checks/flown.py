"""The way that a mission means, in a metric plane and above sea level."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from drone_jobs.heights import HeightDesk
from drone_jobs.planning.above_ground import GroundPieces, ground_below
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Finish, Home, Mission
from models.units import FloatArray

__all__ = ["FlownWay", "flown_way", "home_of", "profile_arrays"]

MOST_SAMPLES: Final = 400
SAME_M: Final = 0.5  # a first point this near home is home


@dataclass(frozen=True, slots=True, eq=False)
class FlownWay:
    """All that is flown between climbing out and coming down.

    Attributes:
        frame: of the way.
        way_m: (n, 3) above sea level: from above home where that is known and near, through all
            points, and back where the mission ends at home.
        first: number in ``way_m`` of the mission's first point: 0 or 1.
        points: how many the mission has.
        follows: (n - 1,) whether the autopilot follows the ground between two points, and is not
            flying straight: both heights are above ground.
        above_m: (n,) height above the elevation model at each point.
        pieces: ground below.
        take_off_m: ground at home, above sea level; None when not known.
    """

    frame: LocalFrame
    way_m: FloatArray
    first: int
    points: int
    follows: FloatArray
    above_m: FloatArray
    pieces: GroundPieces
    take_off_m: float | None

    @property
    def flown_m(self) -> FloatArray:
        """(n, 3) the points that the file orders."""
        flown: FloatArray = self.way_m[self.first : self.first + self.points]
        return flown

    def above_pieces(self) -> FloatArray:
        """(k, 3) height above the model at the start, middle and end of each piece of ground."""
        pieces = self.pieces
        shares = np.column_stack((pieces.start, (pieces.start + pieces.end) / 2.0, pieces.end))

        def along(heights_m: FloatArray) -> FloatArray:
            moved: FloatArray = (
                heights_m[pieces.leg, None] + shares * np.diff(heights_m)[pieces.leg, None]
            )
            return moved

        straight = along(self.way_m[:, 2]) - pieces.ground_m
        follows = self.follows[pieces.leg, None] > 0.0
        known = np.where(np.isfinite(pieces.ground_m), along(self.above_m), np.nan)
        return np.where(follows, known, straight)


def home_of(mission: Mission, told: Home | None) -> tuple[float, float] | None:
    """Where it starts: the mission's own place, else the one that is told."""
    if mission.home is not None:
        return mission.home.lon_deg, mission.home.lat_deg
    return None if told is None else (told.lon_deg, told.lat_deg)


def flown_way(
    mission: Mission,
    home: tuple[float, float] | None,
    terrain: Terrain,
    *,
    home_is_near: bool,
) -> FlownWay:
    """The way of a mission with at least two points.

    Args:
        mission: whose points are on Earth and near each other.
        home: longitude and latitude; None when not known.
        terrain: elevation model.
        home_is_near: whether the ways from home and back belong to the flight.

    Raises:
        InputRefused: a height cannot be known (codes of :class:`drone_jobs.heights.HeightDesk`).
    """
    first = mission.points[0]
    frame = LocalFrame(first.lon_deg, first.lat_deg)
    take_off_m = _take_off_m(mission, home, terrain)
    desk = HeightDesk(terrain, take_off_m)
    lon_deg = np.array([point.lon_deg for point in mission.points])
    lat_deg = np.array([point.lat_deg for point in mission.points])
    high_m = np.array(
        [desk.above_sea_m(each.height, each.lon_deg, each.lat_deg) for each in mission.points]
    )
    way_m = np.column_stack((*frame.to_metric(lon_deg, lat_deg), high_m))
    on_ground = np.array([each.height.system is HeightSystem.GROUND for each in mission.points])
    before, after = 0, 0
    if home is not None and home_is_near:
        at_home = np.array(frame.to_metric(*home))
        if math.dist(at_home, way_m[0, :2]) > SAME_M:
            climbed_m = way_m[0, 2]
            if mission.climb_to_m is not None and take_off_m is not None:
                climbed_m = take_off_m + mission.climb_to_m
            way_m = np.vstack(((*at_home, climbed_m), way_m))
            before = 1
        if mission.finish is Finish.HOME and math.dist(at_home, way_m[-1, :2]) > SAME_M:
            back_m = way_m[-1, 2]
            if mission.return_to_m is not None and take_off_m is not None:
                back_m = max(back_m, take_off_m + mission.return_to_m)
            if back_m > way_m[-1, 2]:
                way_m = np.vstack((way_m, (*way_m[-1, :2], back_m)))
                after += 1
            way_m = np.vstack((way_m, (*at_home, back_m)))
            after += 1
    follows = np.concatenate(
        (np.zeros(before), on_ground[:-1] & on_ground[1:], np.zeros(after))
    ).astype(np.float64)
    above_m = way_m[:, 2] - terrain.height_at(*frame.to_lonlat(way_m[:, 0], way_m[:, 1]))
    for k in np.flatnonzero(on_ground):
        above_m[before + k] = mission.points[k].height.value_m
    pieces = ground_below(frame, way_m[:-1, :2], way_m[1:, :2], terrain)
    return FlownWay(frame, way_m, before, len(mission.points), follows, above_m, pieces, take_off_m)


def _take_off_m(
    mission: Mission, home: tuple[float, float] | None, terrain: Terrain
) -> float | None:
    """Ground at home: as the mission tells it, else the elevation model's."""
    if home is None:
        return None
    told: Height | None = None if mission.home is None else mission.home.height
    ground_m = terrain.height_at(*home)
    if told is not None and told.system is not HeightSystem.TAKE_OFF:
        try:
            return HeightDesk(terrain).above_sea_m(told, *home)
        except InputRefused:
            pass  # above an ellipsoid that is not known there: the model's ground is
    return None if math.isnan(ground_m) else ground_m


def profile_arrays(
    flown: FlownWay, terrain: Terrain
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Distance, ground, flight, longitude and latitude at up to 400 places along a way."""
    way_m = flown.way_m
    gone_m = np.append(0.0, np.cumsum(np.hypot(*np.diff(way_m[:, :2], axis=0).T)))
    distance_m: FloatArray = np.linspace(0.0, float(gone_m[-1]), MOST_SAMPLES)
    leg = np.clip(np.searchsorted(gone_m, distance_m, side="right") - 1, 0, len(way_m) - 2)
    length_m = np.maximum(np.diff(gone_m)[leg], 1e-9)
    share = np.clip((distance_m - gone_m[leg]) / length_m, 0.0, 1.0)
    place_m: FloatArray = way_m[leg] + share[:, None] * (way_m[leg + 1] - way_m[leg])
    lon_deg, lat_deg = flown.frame.to_lonlat(place_m[:, 0], place_m[:, 1])
    ground_m = terrain.height_at(lon_deg, lat_deg)
    above_m = flown.above_m[leg] + share * (flown.above_m[leg + 1] - flown.above_m[leg])
    flight_m = np.where(flown.follows[leg] > 0.0, ground_m + above_m, place_m[:, 2])
    return distance_m, ground_m, flight_m, lon_deg, lat_deg
