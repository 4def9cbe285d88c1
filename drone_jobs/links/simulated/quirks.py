"""How autopilots differ from the protocol, and from each other, as facts that a vehicle acts by.

ArduPilot's were seen on ArduCopter in its own simulation: it writes an upload over what it holds,
item by item, so a refused one leaves a mix; item 0 is its home whatever was sent; it asks with the
old MISSION_REQUEST; it refuses an early upload for want of space, and takes it two seconds later;
it tells a wrong sequence and goes on; frames of items without a place and of fences come back as 0;
it does not hold a mission against its own fence. PX4's are those of its documents and reports: it
keeps the old mission until the new one is whole, names what it holds by opaque ids, and answers a
late copy of the last item with "accepted", even after the upload had timed out.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from models.mission import Autopilot

__all__ = ["Habits", "Quirks", "habits_of"]

_FLOWN: Final = frozenset({16, 17, 19, 20, 21, 22, 93, 178, 205, 206, 1000, 2000, 2001, 2500, 2501})
_CONDITION_YAW: Final = 115  # PX4 refuses a mission with it


class Quirks(StrEnum):
    """Whose ways the vehicle has."""

    PX4 = "px4"
    ARDUPILOT = "ardupilot"
    LOSSY = "lossy"  # PX4's, over a link that loses a fifth of the messages each way


@dataclass(frozen=True, slots=True)
class Habits:
    """What a vehicle does its own way. Times are of the link, not of the simulated flight.

    Attributes:
        autopilot: that it says it is.
        frames: MAV_FRAME that its missions may use.
        commands: MAV_CMD that its missions may use; all of them are flown.
        writes_in_place: whether an upload changes what it holds before it is whole.
        has_home_item: whether item 0 of its mission is home.
        asks_legacy: whether it asks with MISSION_REQUEST instead of MISSION_REQUEST_INT.
        says_sequence: whether it refuses an item out of turn (and waits for the right one).
        acks_late_last: whether a copy of the item that it took last is "accepted" at any time.
        has_ids: whether it names what it holds by opaque ids.
        checks_fence: whether a mission must lie within its fence.
        early_no_space_s: from its start until it takes missions, >= 0.
        ask_again_s: after which it asks for an item again, > 0.
        stall_s: after which it gives an upload up, > 0.
        disarm_delay_s: after which it disarms on the ground by itself, > 0.
        most_items: of a mission, a fence or gathering places.
        loss_share: of messages lost each way, [0, 1].
    """

    autopilot: Autopilot
    frames: frozenset[int]
    commands: frozenset[int]
    writes_in_place: bool
    has_home_item: bool
    asks_legacy: bool
    says_sequence: bool
    acks_late_last: bool
    has_ids: bool
    checks_fence: bool
    early_no_space_s: float
    ask_again_s: float
    stall_s: float
    disarm_delay_s: float
    most_items: int
    loss_share: float = 0.0


_PX4: Final = Habits(
    Autopilot.PX4,
    frames=frozenset({0, 2, 3, 5, 6}),
    commands=_FLOWN,
    writes_in_place=False,
    has_home_item=False,
    asks_legacy=False,
    says_sequence=False,
    acks_late_last=True,
    has_ids=True,
    checks_fence=True,
    early_no_space_s=0.0,
    ask_again_s=0.25,
    stall_s=5.0,
    disarm_delay_s=10.0,
    most_items=2000,
)
_ARDUPILOT: Final = Habits(
    Autopilot.ARDUPILOT,
    frames=frozenset({0, 2, 3, 5, 6, 10, 11}),
    commands=_FLOWN | {_CONDITION_YAW},
    writes_in_place=True,
    has_home_item=True,
    asks_legacy=True,
    says_sequence=True,
    acks_late_last=False,
    has_ids=False,
    checks_fence=False,
    early_no_space_s=2.0,
    ask_again_s=1.0,
    stall_s=8.0,
    disarm_delay_s=10.0,
    most_items=718,
)
_HABITS: Final = {
    Quirks.PX4: _PX4,
    Quirks.ARDUPILOT: _ARDUPILOT,
    Quirks.LOSSY: replace(_PX4, loss_share=0.2),
}


def habits_of(quirks: Quirks) -> Habits:
    """The facts behind a name; :func:`dataclasses.replace` changes one of them for a test."""
    return _HABITS[quirks]
