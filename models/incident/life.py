"""The life of a fire, and why something was none.

States and the only steps between them::

    open → acknowledged → confirmed → dispatched → arrived → controlled → closed
                       └───────── dismissed (from any but controlled) ──────┘

From ``confirmed`` on a step may pass over the ones that did not happen: nobody is sent to what
has burnt out. A fire never leaves the working list by age, and every step has an author, a time
and, for a dismissal, a reason. Going back is no step: it is an undone verdict or a reopening, which
the history tells as such.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.errors import Conflict, InputRefused

__all__ = [
    "FIRE_STATES",
    "OPEN_STATES",
    "RETIRED_REASONS",
    "DismissReason",
    "IncidentState",
    "Verdict",
    "check_step",
    "merged_state",
]


class IncidentState(StrEnum):
    """Where a fire stands."""

    OPEN = "open"  # nobody has looked yet
    ACKNOWLEDGED = "acknowledged"  # somebody is looking
    CONFIRMED = "confirmed"  # it is a fire
    DISPATCHED = "dispatched"  # people are on their way
    ARRIVED = "arrived"  # they are there
    CONTROLLED = "controlled"  # it spreads no more
    CLOSED = "closed"
    DISMISSED = "dismissed"  # it is none


OPEN_STATES: Final = frozenset(set(IncidentState) - {IncidentState.CLOSED, IncidentState.DISMISSED})
"""States that still need people: these are listed until somebody acts, whatever their age."""

_FIRE: Final = (
    IncidentState.CONFIRMED,
    IncidentState.DISPATCHED,
    IncidentState.ARRIVED,
    IncidentState.CONTROLLED,
    IncidentState.CLOSED,
)
FIRE_STATES: Final = frozenset(_FIRE[:-1])
"""States in which a person has said that it burns; one that was closed was one of these."""

_STEPS: Final[dict[IncidentState, frozenset[IncidentState]]] = {
    IncidentState.OPEN: frozenset({IncidentState.ACKNOWLEDGED}),
    IncidentState.ACKNOWLEDGED: frozenset({IncidentState.CONFIRMED, IncidentState.DISMISSED}),
    **{state: frozenset(_FIRE[at + 1 :]) for at, state in enumerate(_FIRE)},
    IncidentState.DISMISSED: frozenset(),
}
for _state in _FIRE[:3]:  # who goes there may find that it is none
    _STEPS[_state] |= {IncidentState.DISMISSED}


class DismissReason(StrEnum):
    """Why it was not a wildfire; one key each in the console.

    The kinds of false alarm by which annotators of smoke cameras sort them (nineteen, two of which
    say that nobody knows), joined with what LY/T 2581-2016 wants to be told from smoke (fog, haze,
    snow, cloud, shadow, light, branches, buildings, water, vehicles) and what lookouts of LY/T 1765
    see every day (kitchen smoke, lime kilns, offerings, steam).
    """

    # weather and light
    FOG = "fog"
    HAZE = "haze"
    LOW_CLOUD = "low_cloud"
    HIGH_CLOUD = "high_cloud"
    RAIN = "rain"
    SNOW = "snow"
    SKY = "sky"
    DARK = "dark"
    SHADOW = "shadow"
    LIGHT = "light"  # lamp, sun glint, headlight
    TRAIL = "trail"  # of an aircraft
    # the lens
    LENS_FLARE = "lens_flare"
    LENS_DROPLET = "lens_droplet"  # drop, dirt, insect, web
    CAMERA_FAULT = "camera_fault"
    # the land
    CLIFF = "cliff"
    TREE = "tree"  # leaves, branches, blossom
    WATER = "water"
    ROAD = "road"
    BUILDING = "building"
    ANTENNA = "antenna"
    # people
    DUST = "dust"
    VEHICLE = "vehicle"
    MACHINE = "machine"  # combine harvester, excavator
    CHIMNEY = "chimney"  # works, lime kiln
    KITCHEN_SMOKE = "kitchen_smoke"  # 炊烟
    STEAM = "steam"
    FIREWORKS = "fireworks"  # 烟花爆竹
    OFFERING = "offering"  # 祭祀用火
    FIELD_BURN = "field_burn"  # straw in a field, watched by people
    REGISTERED_BURN = "registered_burn"  # 报备用火
    # ours
    DRILL = "drill"
    MISTAKE = "mistake"  # entered by mistake, taken back
    OTHER = "other"  # needs a note
    # said before the kinds above were told apart; not offered any more
    CLOUD = "cloud"
    LENS = "lens"
    VEGETATION = "vegetation"


RETIRED_REASONS: Final = frozenset(
    {DismissReason.CLOUD, DismissReason.LENS, DismissReason.VEGETATION}
)
"""Reasons that stand in old verdicts only."""


def check_step(
    current: IncidentState, wanted: IncidentState, reason: DismissReason | None, note: str
) -> None:
    """Allow a step of the state machine or refuse it.

    Args:
        current: state in the store.
        wanted: state after the step.
        reason: required for a dismissal, forbidden otherwise.
        note: free text; required with ``DismissReason.OTHER``.

    Raises:
        Conflict: the state machine has no such step; code ``incident_step``.
        InputRefused: a dismissal without a reason (``reason_missing``) or with a retired one
            (``reason_retired``), ``other`` without a note (``note_missing``), or a reason on
            another step (``reason_unexpected``).
    """
    if wanted not in _STEPS[current]:
        raise Conflict(
            f"A fire that is {current} cannot become {wanted}.",
            remedy="Reload it: somebody may have been faster.",
            code="incident_step",
        )
    if wanted is IncidentState.DISMISSED:
        if reason is None:
            raise InputRefused("A dismissal needs a reason.", code="reason_missing")
        if reason in RETIRED_REASONS:
            raise InputRefused(
                f"The reason '{reason}' is not given any more.",
                remedy="Choose a finer one.",
                code="reason_retired",
            )
        if reason is DismissReason.OTHER and not note.strip():
            raise InputRefused("The reason 'other' needs a note.", code="note_missing")
    elif reason is not None:
        raise InputRefused("Only a dismissal carries a reason.", code="reason_unexpected")


def merged_state(first: IncidentState, second: IncidentState) -> IncidentState:
    """Where one fire stands that was taken for two.

    What needs people wins over what is settled, and of two that need people the one that has gone
    farther; of two that are settled, a fire wins over none.
    """
    order = [IncidentState.DISMISSED, IncidentState.CLOSED]
    order += [state for state in IncidentState if state in OPEN_STATES]
    return max(first, second, key=order.index)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One change of state.

    Attributes:
        author: user name, or :data:`models.audit.SYSTEM`.
        at: UTC.
        from_state: before.
        to_state: after.
        reason: for a dismissal.
        note: free text, may be empty.
    """

    author: str
    at: datetime
    from_state: IncidentState
    to_state: IncidentState
    reason: DismissReason | None
    note: str
