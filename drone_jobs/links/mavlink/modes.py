"""Flight modes of PX4 and ArduCopter: what their numbers mean, and how one is asked for.

PX4 packs a main and a sub mode into HEARTBEAT.custom_mode (bits 16 and 24; PX4's
px4_custom_mode.h), ArduCopter tells one number (MAVLink COPTER_MODE). A mode that is in neither
table is unknown, never taken for the nearest.
"""

from enum import StrEnum
from typing import Final

from models.flight import FlightPhase
from models.mission import Autopilot

__all__ = ["ARDUPILOT", "AUTOPILOT_OF", "PX4", "Asked", "asked_mode", "phase_of", "phase_of_mode"]

ARDUPILOT: Final = 3  # MAV_AUTOPILOT
PX4: Final = 12
AUTOPILOT_OF: Final = {ARDUPILOT: Autopilot.ARDUPILOT, PX4: Autopilot.PX4}

ON_GROUND: Final = 1  # MAV_LANDED_STATE
COMES_DOWN: Final = 4
_PX4_AUTO: Final = 4

_COPTER: Final = {
    **dict.fromkeys(
        (0, 1, 2, 4, 5, 7, 11, 13, 14, 15, 16, 18, 20, 22, 23, 24, 25, 26, 28), FlightPhase.BY_HAND
    ),
    3: FlightPhase.MISSION,  # AUTO
    6: FlightPhase.RETURNING,  # RTL
    9: FlightPhase.LANDING,  # LAND
    17: FlightPhase.PAUSED,  # BRAKE
    21: FlightPhase.RETURNING,  # SMART_RTL
    27: FlightPhase.RETURNING,  # AUTO_RTL
}
_PX4_SUB: Final = {
    2: FlightPhase.BY_HAND,  # a take-off that no mission ordered
    3: FlightPhase.PAUSED,  # LOITER, shown as Hold
    4: FlightPhase.MISSION,
    5: FlightPhase.RETURNING,
    6: FlightPhase.LANDING,
    8: FlightPhase.BY_HAND,  # FOLLOW
    9: FlightPhase.LANDING,  # PRECISION LAND
}
_PX4_BY_HAND: Final = frozenset({1, 2, 3, 5, 6, 7, 8})  # sticks, or another computer


class Asked(StrEnum):
    """Modes that are asked for here."""

    MISSION = "mission"
    HOLD = "hold"


_ASKED: Final = {
    (Autopilot.PX4, Asked.MISSION): (_PX4_AUTO, 4),
    (Autopilot.PX4, Asked.HOLD): (_PX4_AUTO, 3),
    (Autopilot.ARDUPILOT, Asked.MISSION): (3, 0),
    (Autopilot.ARDUPILOT, Asked.HOLD): (17, 0),  # BRAKE: LOITER would obey idle sticks
}


def asked_mode(autopilot: Autopilot, mode: Asked) -> tuple[int, int]:
    """Second and third parameter of MAV_CMD_DO_SET_MODE.

    Args:
        autopilot: PX4 or ArduPilot.
        mode: wished.
    """
    return _ASKED[autopilot, mode]


def phase_of_mode(autopilot: int, custom_mode: int) -> FlightPhase:
    """What a mode does in the air; UNKNOWN for one that is not in the tables.

    Args:
        autopilot: MAV_AUTOPILOT of the heartbeat.
        custom_mode: of the heartbeat, 32 bits.
    """
    if autopilot == ARDUPILOT:
        return _COPTER.get(custom_mode, FlightPhase.UNKNOWN)
    if autopilot != PX4:
        return FlightPhase.UNKNOWN
    main, sub = custom_mode >> 16 & 0xFF, custom_mode >> 24 & 0xFF
    if main == _PX4_AUTO:
        return _PX4_SUB.get(sub, FlightPhase.UNKNOWN)
    return FlightPhase.BY_HAND if main in _PX4_BY_HAND else FlightPhase.UNKNOWN


def phase_of(
    mode: FlightPhase, *, is_armed: bool, landed_state: int | None, is_mission_paused: bool
) -> FlightPhase:
    """What the aircraft is doing.

    An armed one that does not tell whether it stands is taken as flying.

    Args:
        mode: what its mode does in the air.
        is_armed: from the heartbeat.
        landed_state: MAV_LANDED_STATE; None when not told.
        is_mission_paused: MISSION_CURRENT.mission_state is PAUSED: a mission that holds its place
            without another mode.
    """
    if not is_armed:
        return FlightPhase.GROUND
    if landed_state == ON_GROUND:
        return FlightPhase.ARMED
    if mode is FlightPhase.MISSION and is_mission_paused:
        return FlightPhase.PAUSED
    if landed_state == COMES_DOWN and mode in {FlightPhase.MISSION, FlightPhase.RETURNING}:
        return FlightPhase.LANDING
    return mode
