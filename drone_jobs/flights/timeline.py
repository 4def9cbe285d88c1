"""When a flight is where: its way with the seconds at which each point is reached."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from drone_jobs.calendar.conflicts import FlightPoint
from drone_jobs.checks.battery import speeds_of
from drone_jobs.checks.flown import SAME_M, flown_way, home_of
from drone_jobs.checks.rules import FlightRules
from drone_jobs.planning.battery import power_of
from drone_jobs.planning.energy import climb_and_land, fly_cost
from geo.crs import LocalFrame
from geo.terrain import Terrain
from models.errors import InputRefused
from models.mission import ActionKind, Aircraft, Mission
from models.units import FloatArray

__all__ = ["Timeline", "timeline_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """A flight in space and time.

    Attributes:
        frame: of all metres.
        way_m: (n, 3) east, north, above sea level; from the ground at home to the ground at home
            where home is known, else from the first point to the last.
        at_s: (n,) rising, seconds from the take-off; the first is 0.
        point_s: of each of the mission's points, seconds from the take-off at which it is reached.
        energy_share: of a full battery, as planned; the climbs at home counted.
    """

    frame: LocalFrame
    way_m: FloatArray
    at_s: FloatArray
    point_s: FloatArray
    energy_share: float

    @property
    def duration_s(self) -> float:
        """Take-off to landing."""
        return float(self.at_s[-1])

    def place_at(self, at_s: float) -> FloatArray:
        """(3,) where it is; at the ends of the way before and after the flight."""
        return np.array([np.interp(at_s, self.at_s, self.way_m[:, axis]) for axis in range(3)])

    def flown_from(self, start_at: datetime) -> tuple[FlightPoint, ...]:
        """The same as places and moments, for :func:`drone_jobs.calendar.conflicts_of`.

        Args:
            start_at: UTC, of the take-off.
        """
        found: list[FlightPoint] = []
        lon_deg, lat_deg = self.frame.to_lonlat(self.way_m[:, 0], self.way_m[:, 1])
        for at_s, lon, lat, height_m in zip(
            self.at_s, lon_deg, lat_deg, self.way_m[:, 2], strict=True
        ):
            at = start_at + timedelta(seconds=float(at_s))
            if not found or at > found[-1].at:  # less than a microsecond apart is no time
                found.append(FlightPoint(at, float(lon), float(lat), float(height_m)))
        return tuple(found)


def timeline_of(
    mission: Mission, aircraft: Aircraft, rules: FlightRules, terrain: Terrain
) -> Timeline:
    """The timeline of a mission that passed its checks.

    A corner costs its stop; between two corners the time goes with the length over the speed that
    is kept, so within a leg a place is off by what the aircraft needs to get to speed: some
    seconds at the most.

    Raises:
        InputRefused: a height or a limit is not known (codes of
            :func:`drone_jobs.checks.check_mission`), it has no way, or none that is known in all
            its heights (``flight_way``), or the wind is too strong (``flight_too_windy``).
    """
    if len(mission.points) < 2:
        raise InputRefused(
            f"The mission {mission.name} has no way.", remedy="Plan it anew.", code="flight_way"
        )
    home = home_of(mission, rules.home)
    flown = flown_way(mission, home, terrain, home_is_near=True)
    way_m, first = flown.way_m, flown.first

    def is_there(index: int) -> bool:
        """Whether the way starts, or ends, above home."""
        return (
            home is not None and math.dist(flown.frame.to_metric(*home), way_m[index, :2]) < SAME_M
        )

    speeds = [aircraft.speed_ms] * first + speeds_of(mission, rules)
    speeds += [aircraft.speed_ms] * (len(way_m) - 1 - len(speeds))
    if not np.isfinite(way_m).all():
        raise InputRefused(
            f"The way of the mission {mission.name} is not known in all its heights.",
            remedy="Import an elevation model that holds it.",
            code="flight_way",
        )
    cost = fly_cost(aircraft, rules.wind, way_m, np.array(speeds))
    if math.isinf(cost.duration_s):
        raise InputRefused(
            f"The {aircraft.name} cannot fly it against a wind of {rules.wind.speed_ms:g} m/s.",
            remedy="Wait for less wind.",
            code="flight_too_windy",
        )
    rough_s = np.linalg.norm(np.diff(way_m, axis=0), axis=1) / cost.speeds_ms
    legs_s = rough_s * (cost.duration_s / rough_s.sum()) if rough_s.sum() > 0.0 else rough_s
    reached_s = np.append(0.0, np.cumsum(legs_s))
    hovers_s = np.zeros(len(way_m))
    hovers_s[first : first + flown.points] = [
        sum(max(each.value, 0.0) for each in point.actions if each.kind is ActionKind.HOVER)
        for point in mission.points
    ]
    left_s = reached_s + np.cumsum(hovers_s)
    reached_s = left_s - hovers_s
    share = cost.energy_share + float(hovers_s.sum()) * power_of(aircraft).hover_share_per_s
    at_s = np.column_stack((reached_s, left_s)).ravel()
    path_m = np.repeat(way_m, 2, axis=0)
    point_s = reached_s[first : first + flown.points]
    if flown.take_off_m is not None and is_there(0):
        up = climb_and_land(aircraft, float(way_m[0, 2]) - flown.take_off_m)
        up_s = max(float(way_m[0, 2]) - flown.take_off_m, 0.0) / float(up.speeds_ms[0])
        at_s, point_s = np.append(0.0, at_s + up_s), point_s + up_s
        path_m = np.vstack(((*way_m[0, :2], flown.take_off_m), path_m))
        share += up.energy_share
        if is_there(-1):
            down_m = float(way_m[-1, 2]) - flown.take_off_m
            down = climb_and_land(aircraft, down_m)
            down_s = down.duration_s - max(down_m, 0.0) / float(down.speeds_ms[0])
            at_s = np.append(at_s, at_s[-1] + max(down_s, 0.0))
            path_m = np.vstack((path_m, (*way_m[-1, :2], flown.take_off_m)))
    kept = np.append(True, np.diff(at_s) > 0.0)
    return Timeline(flown.frame, path_m[kept], at_s[kept], point_s, share)
