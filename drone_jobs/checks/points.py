"""Rules about the points as they stand in the file: number, place, distance, orders."""

from itertools import pairwise
from typing import Final

import numpy as np

from drone_jobs.checks.rules import FlightRules
from drone_jobs.checks.told import forbidden, warned
from geo.crs import LocalFrame, Wgs84
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import ActionKind, Aircraft, Autopilot, Finding, LostLink, Mission
from models.units import FloatArray

__all__ = ["order_findings", "place_findings"]

LEAST_POINTS: Final = 2
MOST_POINTS: Final = 65_535
LEAST_APART_M: Final = 0.5
FARTHEST_FIRST_M: Final = 2_000.0  # from home: an old mission of another place
WIDEST_M: Final = 60_000.0  # from the first point: no battery flies so far, and the plane is flat
_FLOWN_BY_ITEMS: Final = (Autopilot.PX4, Autopilot.ARDUPILOT)


def place_findings(mission: Mission, home: tuple[float, float] | None) -> list[Finding]:
    """Whether the points can be a flight at all; where one refuses, nothing else can be checked."""
    count = len(mission.points)
    if not LEAST_POINTS <= count <= MOST_POINTS:
        return [
            forbidden(
                "points_count",
                f"It has {count} points, and aircraft take {LEAST_POINTS} to {MOST_POINTS}.",
                "Split the mission, or give it another point.",
                points=count,
                least=LEAST_POINTS,
                most=MOST_POINTS,
            )
        ]
    lon_deg, lat_deg = _lonlat(mission)
    try:
        Wgs84(lon_deg, lat_deg)
    except InputRefused as refusal:
        return [forbidden("swapped", refusal.message, refusal.remedy)]
    here = (float(lon_deg[0]), float(lat_deg[0]))
    away_m = np.hypot(*LocalFrame(*here).to_metric(lon_deg, lat_deg))
    farthest = int(away_m.argmax())
    if away_m[farthest] > WIDEST_M:
        away_km = round(float(away_m[farthest]) / 1000.0)
        return [
            forbidden(
                "too_wide",
                f"Point {farthest + 1} lies {away_km} km from the first.",
                "Look whether it is a mistake; longitude and latitude may be exchanged.",
                (float(lon_deg[farthest]), float(lat_deg[farthest])),
                point=farthest + 1,
                away_km=away_km,
            )
        ]
    if home is None:
        return [
            warned(
                "home_unknown",
                "It is not known where it starts: ways there and back are not checked.",
                "Choose an aircraft whose home is known.",
                here,
            )
        ]
    return []


def order_findings(mission: Mission, rules: FlightRules) -> list[Finding]:
    """What is ordered: jumps, take-off, distances between points, speeds, gimbal, lost link."""
    found = []
    if any(note.code == "jump_left_out" for note in mission.notes):
        found.append(
            forbidden(
                "jumps",
                "A jump repeats part of the mission, so it is longer than what can be checked.",
                "Take the jump out, or write the repeated way out.",
            )
        )
    if mission.autopilot in _FLOWN_BY_ITEMS and not mission.has_take_off:
        found.append(
            forbidden(
                "take_off_missing",
                "It orders no take-off: the aircraft refuses it, or item 1 was taken for home.",
                "Put a take-off in front, behind item 0.",
            )
        )
    found += _close_findings(mission)
    for k, point in enumerate(mission.points):
        if point.height.system is HeightSystem.GROUND and point.height.value_m <= 0.0:
            found.append(
                forbidden(
                    "zero_above_ground",
                    f"Point {k + 1} is {point.height.value_m:g} m above the ground, which some "
                    "aircraft take for above home.",
                    "Give it a height above the ground.",
                    (point.lon_deg, point.lat_deg),
                    point=k + 1,
                    height_m=point.height.value_m,
                )
            )
            break
    if mission.lost_link is LostLink.CONTINUE:
        found.append(
            warned(
                "link_lost_goes_on",
                "Without a link it flies on to the end.",
                "Let it come home when the link is lost.",
            )
        )
    if rules.aircraft is not None:
        found += _aircraft_findings(mission, rules.aircraft)
    return found


def _close_findings(mission: Mission) -> list[Finding]:
    lon_deg, lat_deg = _lonlat(mission)
    x_m, y_m = LocalFrame(float(lon_deg[0]), float(lat_deg[0])).to_metric(lon_deg, lat_deg)
    high_m = np.array([point.height.value_m for point in mission.points])
    apart_m = np.sqrt(np.diff(x_m) ** 2 + np.diff(y_m) ** 2 + np.diff(high_m) ** 2)
    is_same = [a.height.system is b.height.system for a, b in pairwise(mission.points)]
    close = np.flatnonzero((apart_m < LEAST_APART_M) & is_same)
    if len(close) == 0:
        return []
    k = int(close[0])
    return [
        forbidden(
            "points_close",
            f"Points {k + 1} and {k + 2} are {apart_m[k]:.2f} m apart; aircraft refuse less than "
            f"{LEAST_APART_M:g} m, some without a word.",
            "Take one of them out.",
            (float(lon_deg[k]), float(lat_deg[k])),
            first=k + 1,
            second=k + 2,
            apart_m=round(float(apart_m[k]), 2),
        )
    ]


def _lonlat(mission: Mission) -> tuple[FloatArray, FloatArray]:
    return (
        np.array([point.lon_deg for point in mission.points], np.float64),
        np.array([point.lat_deg for point in mission.points], np.float64),
    )


def _aircraft_findings(mission: Mission, aircraft: Aircraft) -> list[Finding]:
    found = []
    is_other = mission.autopilot is not None and mission.autopilot is not aircraft.autopilot
    if mission.wpml is not None and aircraft.wpml is not None:
        drone, own = mission.wpml, aircraft.wpml
        is_other = is_other or (drone.drone, drone.drone_sub) != (own.drone, own.drone_sub)
    if is_other:
        found.append(
            forbidden(
                "other_aircraft",
                f"It is made for another aircraft than the {aircraft.name}.",
                "Write it anew for this one, or choose the one that it is for.",
                aircraft=aircraft.name,
            )
        )
    speeds = [mission.speed_ms or 0.0, *(point.speed_ms or 0.0 for point in mission.points)]
    fastest_ms = aircraft.most_airspeed_ms
    if fastest_ms is not None and max(speeds) > fastest_ms:
        found.append(
            forbidden(
                "too_fast",
                f"It orders {max(speeds):g} m/s, and the {aircraft.name} flies {fastest_ms:g} m/s.",
                f"Order {fastest_ms:g} m/s or less.",
                speed_ms=max(speeds),
                most_ms=fastest_ms,
            )
        )
    for k, point in enumerate(mission.points):
        for action in point.actions:
            if action.kind is ActionKind.GIMBAL and not (
                aircraft.least_gimbal_deg <= action.value <= aircraft.most_gimbal_deg
            ):
                found.append(
                    forbidden(
                        "gimbal_range",
                        f"Point {k + 1} pitches the gimbal to {action.value:g} degrees, and the "
                        f"{aircraft.name} reaches {aircraft.least_gimbal_deg:g} to "
                        f"{aircraft.most_gimbal_deg:g}; -90 is straight down.",
                        "Look at its sign and unit.",
                        (point.lon_deg, point.lat_deg),
                        point=k + 1,
                        pitch_deg=action.value,
                        least_deg=aircraft.least_gimbal_deg,
                        most_deg=aircraft.most_gimbal_deg,
                    )
                )
                return found
    return found
