"""Gates of the weather and the light: of all fresh readings the worst one counts."""

from datetime import datetime, timedelta
from typing import Final

from drone_jobs.calendar.gate_facts import GateFacts, Measured, MeasuredBy, usable
from drone_jobs.calendar.sun_times import elevation_deg
from models.flight import Gate, GateAnswer, GateLimits, GateReading

__all__ = ["daylight", "gust", "rain", "temperature", "visibility", "wind"]

_SUN_STEP: Final = timedelta(minutes=5)
_LONGEST_FLIGHT: Final = timedelta(hours=24)


def wind(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Mean wind against the bureau's limit and the aircraft's own."""
    return _blowing(facts, limits, Gate.WIND, limits.most_wind_ms)


def gust(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Gusts against the bureau's limit and the aircraft's own."""
    return _blowing(facts, limits, Gate.GUST, limits.most_gust_ms)


def rain(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Rain that falls now."""
    return _at_most(facts, limits, Gate.RAIN, limits.most_rain_mm_h, "mm/h")


def visibility(facts: GateFacts, limits: GateLimits) -> GateReading:
    """How far is seen."""
    found = usable(facts, limits, Gate.VISIBILITY)
    worst = min(found, key=_value, default=None)
    limit = limits.least_visibility_m
    is_open = worst is not None and worst.value >= limit
    return _judged(Gate.VISIBILITY, worst, limit, "m", is_open=is_open)


def temperature(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Of the air, within both limits."""
    found = usable(facts, limits, Gate.TEMPERATURE)
    least, most = limits.least_temperature_c, limits.most_temperature_c
    # The worst is the one that is farthest out, or nearest to getting out.
    worst = max(found, key=lambda one: max(least - one.value, one.value - most), default=None)
    limit = least if worst is not None and worst.value < (least + most) / 2.0 else most
    is_open = worst is not None and least <= worst.value <= most
    return _judged(Gate.TEMPERATURE, worst, limit, "deg C", is_open=is_open)


def daylight(facts: GateFacts, limits: GateLimits) -> GateReading:
    """The sun's least elevation from take-off to landing."""
    if limits.least_sun_deg <= -90.0:
        return GateReading(
            Gate.DAYLIGHT, GateAnswer.NOT_ASKED, message="The rules let it fly at night."
        )
    if facts.place is None or not facts.from_at < facts.until_at <= facts.from_at + _LONGEST_FLIGHT:
        return GateReading(
            Gate.DAYLIGHT,
            GateAnswer.UNKNOWN,
            limit=limits.least_sun_deg,
            unit="deg",
            message="Where or how long it flies is not known.",
            remedy="Give the place of its home, and check how long the mission takes.",
        )
    moments: list[datetime] = [facts.until_at]
    at = facts.from_at
    while at < facts.until_at:
        moments.append(at)
        at += _SUN_STEP
    lowest = min(elevation_deg(*facts.place, moment) for moment in moments)
    is_open = lowest >= limits.least_sun_deg
    return GateReading(
        Gate.DAYLIGHT,
        GateAnswer.OPEN if is_open else GateAnswer.CLOSED,
        round(lowest, 2),
        limits.least_sun_deg,
        "deg",
        facts.at,
        f"The sun stands {lowest:.1f} degrees high at its lowest during the flight.",
        "" if is_open else "Fly by day.",
    )


def _blowing(facts: GateFacts, limits: GateLimits, gate: Gate, most_ms: float) -> GateReading:
    own_ms = facts.aircraft.most_wind_ms
    if own_ms is None:
        return GateReading(
            gate,
            GateAnswer.CLOSED,
            limit=most_ms,
            unit="m/s",
            message=f"How much wind the {facts.aircraft.name} stands is not known.",
            remedy="Enter its limit from the maker's manual.",
        )
    return _at_most(facts, limits, gate, min(most_ms, own_ms), "m/s")


def _at_most(
    facts: GateFacts, limits: GateLimits, gate: Gate, limit: float, unit: str
) -> GateReading:
    found = usable(facts, limits, gate)
    worst = max(found, key=_value, default=None)
    is_open = worst is not None and worst.value <= limit
    if is_open and all(one.by is MeasuredBy.AIRCRAFT for one in found):
        worst = None  # on the ground its reckoning is of no air that it flies in
    return _judged(gate, worst, limit, unit, is_open=is_open)


def _value(one: Measured) -> float:
    return one.value


def _judged(
    gate: Gate, worst: Measured | None, limit: float, unit: str, *, is_open: bool
) -> GateReading:
    if worst is None:
        return GateReading(
            gate,
            GateAnswer.UNKNOWN,
            limit=limit,
            unit=unit,
            message=f"No reading of {gate.value} is fresh enough to count.",
            remedy="Enter what is measured now, or see to the station.",
        )
    return GateReading(
        gate,
        GateAnswer.OPEN if is_open else GateAnswer.CLOSED,
        worst.value,
        limit,
        unit,
        worst.at,
        f"{gate.value.capitalize()} is {worst.value:g} {unit} by the {worst.by.value}, "
        f"and the limit is {limit:g}.",
        "" if is_open else "Wait for better weather within the window.",
    )
