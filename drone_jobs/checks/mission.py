"""Holds a mission, planned here or read from a file, against the rules before it may fly.

Nothing is taken on trust: heights are converted from the datum that the file gave, true height is
looked at all along and not at points, and what an aircraft would only find out in the air (its own
fence, its battery, an old mission of another place) is found out here.
"""

from typing import Final

import numpy as np

from drone_jobs.checks.battery import flying, speeds_of
from drone_jobs.checks.flown import FlownWay, flown_way, home_of, profile_arrays
from drone_jobs.checks.points import FARTHEST_FIRST_M, order_findings, place_findings
from drone_jobs.checks.rules import FlightProfile, FlightRules, MissionCheck
from drone_jobs.checks.space import area_findings, climb_findings, height_findings
from drone_jobs.checks.told import forbidden, warned
from drone_jobs.planning.above_ground import least_of, most_of
from geo.crs import geodesic
from geo.terrain import Terrain
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Finding, Gravity, Mission

__all__ = ["check_mission"]

HOME_OFF_M: Final = 5.0
_ORDER: Final = (Gravity.REFUSED, Gravity.WARNING, Gravity.NOTE)


def check_mission(mission: Mission, rules: FlightRules, terrain: Terrain | None) -> MissionCheck:
    """Check a mission.

    Args:
        mission: as read or planned; its reader's notes are looked at as well.
        rules: to keep.
        terrain: elevation model; None when there is none, which refuses every mission.

    Returns:
        All that was found. Nothing is raised: a mission that cannot even be followed is refused.
    """
    home = home_of(mission, rules.home)
    found = place_findings(mission, home)
    if any(each.gravity is Gravity.REFUSED for each in found):
        return _told(mission, found, None, 0.0, None)
    found += order_findings(mission, rules)
    away_m = _away_m(mission, home)
    if away_m > FARTHEST_FIRST_M:
        first = mission.points[0]
        found.append(
            forbidden(
                "first_far",
                f"Its first point is {away_m:.0f} m from home.",
                "Look whether it is an old mission of another place; start nearer.",
                (first.lon_deg, first.lat_deg),
                away_m=round(away_m),
            )
        )
    if terrain is None:
        found.append(
            forbidden(
                "terrain_missing",
                "There is no elevation model, so its true height is not known.",
                "Import one.",
            )
        )
        return _told(mission, found, None, 0.0, None)
    try:
        flown = flown_way(mission, home, terrain, home_is_near=away_m <= FARTHEST_FIRST_M)
    except InputRefused as refusal:
        found.append(
            forbidden("height_unknown", refusal.message, refusal.remedy, reason=refusal.code)
        )
        return _told(mission, found, None, 0.0, None)
    found += _home_height(mission, flown, home, terrain)
    found += height_findings(flown, rules)
    found += area_findings(mission, flown, rules)
    found += climb_findings(flown, speeds_of(mission, rules), rules)
    flight = flying(mission, flown, rules)
    found += flight.findings
    length_m = float(np.hypot(*np.diff(flown.flown_m[:, :2], axis=0).T).sum())
    return _told(mission, found, _profile(flown, terrain), length_m, flight.duration_s)


def _told(
    mission: Mission,
    found: list[Finding],
    profile: FlightProfile | None,
    length_m: float,
    duration_s: float | None,
) -> MissionCheck:
    ordered = sorted(found, key=lambda each: _ORDER.index(each.gravity))
    # What a reader could not understand forbids flying as well; it is told with the mission.
    told = (*mission.notes, *ordered)
    may_fly = all(each.gravity is not Gravity.REFUSED for each in told)
    return MissionCheck(tuple(ordered), may_fly, profile, length_m, duration_s)


def _away_m(mission: Mission, home: tuple[float, float] | None) -> float:
    if home is None:
        return 0.0
    first = mission.points[0]
    return geodesic(*home, first.lon_deg, first.lat_deg)[2]


def _home_height(
    mission: Mission, flown: FlownWay, home: tuple[float, float] | None, terrain: Terrain
) -> list[Finding]:
    """Whether heights above the take-off stand on the ground that is there."""
    relative = any(each.height.system is HeightSystem.TAKE_OFF for each in mission.points)
    if home is None or flown.take_off_m is None or not relative:
        return []
    off_m = flown.take_off_m - terrain.height_at(*home)
    if not abs(off_m) > HOME_OFF_M:  # a void is told by others
        return []
    return [
        warned(
            "home_height",
            f"The mission takes home {abs(off_m):.0f} m {'higher' if off_m > 0.0 else 'lower'} "
            "than the elevation model, and its heights are above home.",
            "Look at the height of home, and at what it is measured from.",
            home,
            off_m=round(off_m, 1),
        )
    ]


def _profile(flown: FlownWay, terrain: Terrain) -> FlightProfile | None:
    above_m = flown.above_pieces()
    if not np.isfinite(above_m).all():
        return None
    return FlightProfile(
        *profile_arrays(flown, terrain),
        float(least_of(above_m).min()),
        float(most_of(above_m).max()),
    )
