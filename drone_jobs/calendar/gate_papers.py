"""Gates of the law and of people: mission, airspace, papers, other aircraft, release.

GB 46761-2025 (registration and activation) and GB 46750-2025 (operational identification) are
mandatory since 2026-05-01. What the bureau has not entered it does not have: these are closed and
never unknown, and no one may pass them.
"""

from drone_jobs.calendar.gate_facts import GateFacts
from models.flight import Gate, GateAnswer, GateLimits, GateReading, GateRound
from models.mission import Autopilot, Gravity

__all__ = ["airspace", "conflict", "identification", "mission", "pilot", "registration", "release"]


def mission(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Held against the rules of today, and kept them."""
    check = facts.check
    if check is None or not facts.is_fresh(facts.checked_at, limits.stale_check_s):
        return GateReading(
            Gate.MISSION,
            GateAnswer.UNKNOWN,
            read_at=facts.checked_at,
            message="The mission was not held against the rules of today.",
            remedy="Check it again.",
        )
    grave = [each.message for each in check.findings if each.gravity is Gravity.REFUSED]
    return GateReading(
        Gate.MISSION,
        GateAnswer.OPEN if check.may_fly else GateAnswer.CLOSED,
        read_at=facts.checked_at,
        message="The mission keeps the rules."
        if check.may_fly
        else f"The mission breaks the rules. {' '.join(grave)[:500]}".rstrip(),
        remedy="" if check.may_fly else "Plan the sweep anew.",
    )


def airspace(facts: GateFacts, _limits: GateLimits) -> GateReading:
    """An approval with its number, that holds from take-off to landing."""
    if not facts.needs_approval:
        return GateReading(Gate.AIRSPACE, GateAnswer.NOT_ASKED, message="It needs no approval.")
    from_at, until_at = facts.approved_from_at, facts.approved_until_at
    if not facts.approval_number.strip():
        message = "No approval of the airspace is entered."
    elif from_at is None or until_at is None:
        message = f"When the approval {facts.approval_number} holds is not entered."
    elif not from_at <= facts.from_at < facts.until_at <= until_at:
        message = (
            f"The approval {facts.approval_number} holds from {from_at.isoformat()} to "
            f"{until_at.isoformat()}, which is not all of the flight."
        )
    else:
        return GateReading(
            Gate.AIRSPACE,
            GateAnswer.OPEN,
            read_at=facts.at,
            message=f"The approval {facts.approval_number} holds for all of the flight.",
        )
    return _closed(
        facts,
        Gate.AIRSPACE,
        message,
        "Apply before noon of the day before (interim regulation, article 26), and enter number "
        "and times as issued.",
    )


def registration(facts: GateFacts, _limits: GateLimits) -> GateReading:
    """Number, product id, certificate of the bureau, insurance."""
    papers = facts.aircraft.registration
    missing = [
        name
        for name, value in (
            ("registration number", papers.number),
            ("product identification code", papers.product_id),
            ("certificate of the bureau", papers.operator_certificate),
            ("insurance", papers.insurance),
        )
        if not value.strip()
    ]
    if missing:
        return _closed(
            facts,
            Gate.REGISTRATION,
            f"The {facts.aircraft.name} lacks: {', '.join(missing)}.",
            "Register it with UOM (GB 46761-2025), and enter what it has.",
        )
    return _open(facts, Gate.REGISTRATION, f"Registered as {papers.number}.")


def identification(facts: GateFacts, _limits: GateLimits) -> GateReading:
    """Operational identification is activated."""
    if not facts.aircraft.registration.is_activated:
        return _closed(
            facts,
            Gate.IDENTIFICATION,
            f"Operational identification of the {facts.aircraft.name} is not activated.",
            "Activate it (GB 46750-2025), and enter that it is.",
        )
    return _open(facts, Gate.IDENTIFICATION, "Operational identification is activated.")


def pilot(facts: GateFacts, _limits: GateLimits) -> GateReading:
    """Somebody with a certificate."""
    name = facts.aircraft.registration.pilot.strip()
    if not name:
        return _closed(
            facts,
            Gate.PILOT,
            f"The {facts.aircraft.name} has no remote pilot.",
            "Enter the pilot and the number of the certificate.",
        )
    return _open(facts, Gate.PILOT, f"Remote pilot: {name}.")


def conflict(facts: GateFacts, limits: GateLimits) -> GateReading:
    """Nothing of ours in the way, and this aircraft is on the ground."""
    state = facts.state
    fresh = state is not None and facts.is_fresh(state.at, limits.stale_state_s)
    if state is not None and fresh and state.is_in_the_air:
        return _closed(
            facts,
            Gate.CONFLICT,
            f"The {facts.aircraft.name} is in the air.",
            "Wait until it has landed.",
        )
    if facts.conflicts is None:
        return GateReading(
            Gate.CONFLICT,
            GateAnswer.UNKNOWN,
            message="Nobody has looked what else flies.",
            remedy="Compare it with the other flights.",
        )
    if facts.conflicts:
        return _closed(
            facts,
            Gate.CONFLICT,
            " ".join(facts.conflicts)[:500],
            "Wait until the other flight is over, or fly another time.",
        )
    return _open(facts, Gate.CONFLICT, "No other flight of ours is in the way.")


def release(facts: GateFacts, at_round: GateRound) -> GateReading:
    """A person's word for this flight, or for all of a dock's."""
    if facts.released_by.strip():
        return _open(facts, Gate.RELEASE, f"Released by {facts.released_by}.")
    if not facts.needs_release:
        by = facts.standing_release_by.strip()
        if by and facts.has_dock and facts.aircraft.autopilot is Autopilot.DJI:
            return _open(facts, Gate.RELEASE, f"Flights of this dock are released by {by}.")
        return _closed(
            facts,
            Gate.RELEASE,
            "Only a dock's flight may start by a standing release, and only with a name to it.",
            "Let a person release it.",
        )
    if at_round is GateRound.BEFORE:
        return GateReading(
            Gate.RELEASE, GateAnswer.NOT_ASKED, message="Its release is asked for at the start."
        )
    return _closed(
        facts, Gate.RELEASE, "Nobody has released this flight.", "Let a person release it."
    )


def _open(facts: GateFacts, gate: Gate, message: str) -> GateReading:
    return GateReading(gate, GateAnswer.OPEN, read_at=facts.at, message=message)


def _closed(facts: GateFacts, gate: Gate, message: str, remedy: str) -> GateReading:
    return GateReading(gate, GateAnswer.CLOSED, read_at=facts.at, message=message, remedy=remedy)
