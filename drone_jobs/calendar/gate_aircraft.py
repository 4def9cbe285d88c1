"""Gates of the aircraft and its dock, by what they told last; what is stale tells nothing."""

import math
from typing import Final

from drone_jobs.calendar.gate_facts import GateFacts
from models.flight import AircraftState, Gate, GateAnswer, GateLimits, GateReading

__all__ = ["battery", "dock", "health", "link", "storage"]

GROUNDING_LEVEL: Final = 2
"""Level of a warning with which it must not start, see :class:`models.flight.AircraftWarning`."""
_TOLD: Final = {
    Gate.BATTERY: ("battery_share", "share", 1.0),
    Gate.STORAGE: ("storage_free_bytes", "bytes", 1e15),
}
"""Attribute of the state, its unit, and the most that it can be."""
_REMEDIES: Final = {
    Gate.BATTERY: "Give it a full battery, or a shorter flight.",
    Gate.STORAGE: "Give it an empty card for pictures.",
}


def battery(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Charge against the bureau's least, and what the flight takes beside the reserve."""
    needed = facts.battery_needed_share
    limit = limits.least_battery_share
    if needed is not None:
        # The reserve is of a full battery, and is not eaten by one that was not full.
        limit = max(limit, needed + 1.0 - facts.aircraft.usable_share)
    return _at_least(facts, limits, Gate.BATTERY, limit)


def storage(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Room for pictures."""
    return _at_least(facts, limits, Gate.STORAGE, float(limits.least_storage_bytes))


def link(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Whether it is heard, and how well where it tells."""
    state = _fresh(facts, limits)
    if state is None:
        told = None if facts.state is None else facts.state.at
        return GateReading(
            Gate.LINK,
            GateAnswer.CLOSED,
            read_at=told,
            message="The aircraft is not heard of."
            if told is None
            else f"The aircraft was heard of last at {told.isoformat()}.",
            remedy="Switch it on, and look to the link.",
        )
    share = state.link_share
    is_open = share is None or share >= limits.least_link_share
    return GateReading(
        Gate.LINK,
        GateAnswer.OPEN if is_open else GateAnswer.CLOSED,
        share,
        limits.least_link_share,
        "share",
        state.at,
        "The aircraft is heard." if is_open else "The aircraft is heard badly.",
        "" if is_open else "See to the antennas, or bring the station nearer.",
    )


def health(facts: GateFacts, limits: GateLimits) -> GateReading:
    """The aircraft's own warnings."""
    state = _fresh(facts, limits)
    if state is None:
        return _unknown(facts, Gate.HEALTH)
    grave = [each for each in state.warnings if each.level >= GROUNDING_LEVEL]
    told = ", ".join(f"{each.code} {each.message}".strip() for each in grave or state.warnings)
    return GateReading(
        Gate.HEALTH,
        GateAnswer.CLOSED if grave else GateAnswer.OPEN,
        read_at=state.at,
        message=f"It warns: {told[:500]}." if told else "It warns of nothing.",
        remedy="Have the aircraft looked at." if grave else "",
    )


def dock(facts: GateFacts, limits: GateLimits) -> GateReading:
    """The dock is there, has the aircraft inside, and nothing else to do."""
    if not facts.has_dock:
        return GateReading(Gate.DOCK, GateAnswer.NOT_ASKED, message="It flies from no dock.")
    told = facts.dock
    if told is None or not facts.is_fresh(told.at, limits.stale_state_s):
        answer, message = GateAnswer.UNKNOWN, "The dock is not heard of."
    elif told.fault:
        answer, message = GateAnswer.CLOSED, f"The dock says: {told.fault[:500]}."
    elif told.holds_aircraft is False:
        answer, message = GateAnswer.CLOSED, "The aircraft is not in its dock."
    elif told.is_free is False:
        answer, message = GateAnswer.CLOSED, "The dock has something else to do."
    elif told.holds_aircraft is None or told.is_free is None:
        answer, message = GateAnswer.UNKNOWN, "The dock does not tell whether it is ready."
    else:
        answer, message = GateAnswer.OPEN, "The aircraft is in its dock, and the dock is free."
    return GateReading(
        Gate.DOCK,
        answer,
        read_at=None if told is None else told.at,
        message=message,
        remedy="" if answer is GateAnswer.OPEN else "See to the dock.",
    )


def _fresh(facts: GateFacts, limits: GateLimits) -> AircraftState | None:
    state = facts.state
    if state is None or not facts.is_fresh(state.at, limits.stale_state_s):
        return None
    return state


def _at_least(facts: GateFacts, limits: GateLimits, gate: Gate, limit: float) -> GateReading:
    name, unit, most = _TOLD[gate]
    state = _fresh(facts, limits)
    value = None if state is None else getattr(state, name)
    if state is None or value is None or not (math.isfinite(value) and 0.0 <= value <= most):
        return _unknown(facts, gate, limit, unit)
    is_open = value >= limit
    return GateReading(
        gate,
        GateAnswer.OPEN if is_open else GateAnswer.CLOSED,
        float(value),
        limit,
        unit,
        state.at,
        f"Its {gate.value} is {value:g} {unit}, and {limit:g} are asked for.",
        "" if is_open else _REMEDIES[gate],
    )


def _unknown(
    facts: GateFacts, gate: Gate, limit: float | None = None, unit: str = ""
) -> GateReading:
    return GateReading(
        gate,
        GateAnswer.UNKNOWN,
        limit=limit,
        unit=unit,
        read_at=None if facts.state is None else facts.state.at,
        message=f"The aircraft does not tell its {gate.value}, or has not for too long.",
        remedy="Switch it on, and look to the link.",
    )
