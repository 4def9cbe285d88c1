"""Asks every gate before a flight: ten minutes before its window, and right before the start.

Unknown is closed. A few gates that a person beside the aircraft can judge by looking
(:data:`models.flight.PASSABLE`) may pass unknown where the limits say so, and then only by the
word of a person who releases that very flight: a standing release sees no weather.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from drone_jobs.calendar import gate_aircraft, gate_papers, gate_weather
from drone_jobs.calendar.gate_facts import GateFacts
from models.flight import (
    PASSABLE,
    Gate,
    GateAnswer,
    GateCheck,
    GateLimits,
    GateReading,
    GateRound,
)

__all__ = ["ask"]

_ASKED: Final[dict[Gate, Callable[[GateFacts, GateLimits], GateReading]]] = {
    Gate.WIND: gate_weather.wind,
    Gate.GUST: gate_weather.gust,
    Gate.RAIN: gate_weather.rain,
    Gate.VISIBILITY: gate_weather.visibility,
    Gate.TEMPERATURE: gate_weather.temperature,
    Gate.DAYLIGHT: gate_weather.daylight,
    Gate.BATTERY: gate_aircraft.battery,
    Gate.STORAGE: gate_aircraft.storage,
    Gate.LINK: gate_aircraft.link,
    Gate.HEALTH: gate_aircraft.health,
    Gate.DOCK: gate_aircraft.dock,
    Gate.MISSION: gate_papers.mission,
    Gate.AIRSPACE: gate_papers.airspace,
    Gate.REGISTRATION: gate_papers.registration,
    Gate.IDENTIFICATION: gate_papers.identification,
    Gate.PILOT: gate_papers.pilot,
    Gate.CONFLICT: gate_papers.conflict,
}


def ask(at_round: GateRound, facts: GateFacts, limits: GateLimits) -> GateCheck:
    """Ask all gates.

    Args:
        at_round: which of the two times; the release is asked for at the start only.
        facts: all that is known, at ``facts.at``.
        limits: to hold it against.

    Returns:
        One reading for each :class:`models.flight.Gate`, in its order. Nothing is raised: what
        cannot be, in a reading from outside, is not known.
    """
    readings = []
    for gate in Gate:
        if gate is Gate.RELEASE:
            reading = gate_papers.release(facts, at_round)
        else:
            reading = _ASKED[gate](facts, limits)
        readings.append(_passed(reading, at_round, facts, limits))
    return GateCheck(at_round, facts.at, tuple(readings))


def _passed(
    reading: GateReading, at_round: GateRound, facts: GateFacts, limits: GateLimits
) -> GateReading:
    may = reading.gate in PASSABLE and reading.gate in limits.may_pass_unknown
    if reading.answer is not GateAnswer.UNKNOWN or not may:
        return reading
    # Before, a person will still be asked; at the start one must have been.
    if facts.released_by.strip():
        who = f"{facts.released_by} has released the flight without it."
    elif at_round is GateRound.BEFORE and facts.needs_release:
        who = "Whoever releases the flight judges it."
    else:
        return reading
    return replace(
        reading, answer=GateAnswer.NOT_ASKED, message=f"{reading.message} {who}", remedy=""
    )
