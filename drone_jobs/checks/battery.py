"""Rules about the battery: home to home in the wind that is told, with the reserve kept."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from drone_jobs.checks.flown import FlownWay
from drone_jobs.checks.points import FARTHEST_FIRST_M
from drone_jobs.checks.rules import FlightRules
from drone_jobs.checks.told import forbidden, warned
from drone_jobs.planning.battery import power_of
from drone_jobs.planning.energy import climb_and_land, fly_cost
from models.mission import ActionKind, Aircraft, Finding, Mission

__all__ = ["Flying", "flying", "speeds_of"]

FIRST_SHARE: Final = 0.25  # of a battery, to get to the first point


@dataclass(frozen=True, slots=True)
class Flying:
    """What a flight takes.

    Attributes:
        findings: of battery and wind.
        duration_s: None where it cannot be flown or nothing is known of the aircraft.
    """

    findings: tuple[Finding, ...]
    duration_s: float | None


def speeds_of(mission: Mission, rules: FlightRules) -> list[float]:
    """Ground speed ordered behind each point but the last."""
    usual_ms = mission.speed_ms
    if usual_ms is None:
        usual_ms = 10.0 if rules.aircraft is None else rules.aircraft.speed_ms
    told = [usual_ms if point.speed_ms is None else point.speed_ms for point in mission.points]
    return told[:-1]


def flying(mission: Mission, flown: FlownWay, rules: FlightRules) -> Flying:
    """Time and battery of a flight."""
    aircraft = rules.aircraft
    if aircraft is None:
        say = warned(
            "aircraft_unknown",
            "No aircraft was named: battery, speed and wind are not checked.",
            "Name the aircraft that is to fly it.",
        )
        return Flying((say,), None)
    if aircraft.missing_limits:
        missing = ", ".join(aircraft.missing_limits)
        say = forbidden(
            "aircraft_without_limit",
            f"The {aircraft.name} has no {missing}.",
            "Enter its limits from the maker's manual; nothing is assumed.",
            aircraft=aircraft.name,
            limits=missing,
        )
        return Flying((say,), None)
    most_wind_ms = aircraft.most_wind_ms
    if most_wind_ms is not None and rules.wind.speed_ms > most_wind_ms:
        say = forbidden(
            "wind",
            f"Wind of {rules.wind.speed_ms:g} m/s is more than the {aircraft.name} may fly in, "
            f"{most_wind_ms:g} m/s.",
            "Wait for less wind, or take an aircraft that may fly in it.",
            wind_ms=rules.wind.speed_ms,
            most_ms=most_wind_ms,
        )
        return Flying((say,), None)
    return _priced(mission, flown, rules, aircraft)


def _priced(mission: Mission, flown: FlownWay, rules: FlightRules, aircraft: Aircraft) -> Flying:
    ordered = speeds_of(mission, rules)
    way_m, first = flown.way_m, flown.first
    speeds = [aircraft.speed_ms] * first + ordered
    speeds += [aircraft.speed_ms] * (len(way_m) - 1 - len(speeds))
    cost = fly_cost(aircraft, rules.wind, way_m, np.array(speeds))
    duration_s, share = cost.duration_s, cost.energy_share
    to_first = 0.0
    if first > 0:
        there = fly_cost(aircraft, rules.wind, way_m[: first + 1], aircraft.speed_ms)
        to_first = there.energy_share
    if math.isinf(duration_s):
        say = forbidden(
            "wind_too_strong",
            "It cannot fly against the wind.",
            "Wait for less wind.",
            wind_ms=rules.wind.speed_ms,
        )
        return Flying((say,), None)
    hover_s = sum(
        max(action.value, 0.0)
        for point in mission.points
        for action in point.actions
        if action.kind is ActionKind.HOVER
    )
    ground_m = flown.take_off_m
    if ground_m is None:  # straight up from below the first point
        ground_m = float(way_m[first, 2] - flown.above_m[first])
    up_m = float(max(way_m[0, 2], way_m[-1, 2])) - ground_m
    vertical = climb_and_land(aircraft, 0.0 if math.isnan(up_m) else up_m)
    to_first += vertical.energy_share / 2.0
    duration_s += hover_s + vertical.duration_s
    share += hover_s * power_of(aircraft).hover_share_per_s + vertical.energy_share
    found = []
    if share > aircraft.usable_share + 1e-9:
        found.append(
            forbidden(
                "battery",
                f"It takes {share:.0%} of a battery, and {aircraft.usable_share:.0%} may be used.",
                "Split it into several flights, or start nearer.",
                share_percent=math.ceil(share * 100.0),
                usable_percent=round(aircraft.usable_share * 100.0),
            )
        )
    away_m = float(np.hypot(*(way_m[first, :2] - way_m[0, :2])))
    if first > 0 and to_first > FIRST_SHARE and away_m <= FARTHEST_FIRST_M:
        found.append(
            forbidden(
                "first_far",
                f"Its first point is {away_m:.0f} m from home and takes {to_first:.0%} of a "
                "battery.",
                "Look whether it is an old mission of another place; start nearer.",
                flown.frame.to_lonlat(*map(float, way_m[first, :2])),
                away_m=round(away_m),
            )
        )
    return Flying(tuple(found), duration_s)
