"""Flight modes of the simulated vehicle, and their numbers in PX4 and ArduCopter."""

from enum import StrEnum
from typing import Final

from models.mission import Autopilot

__all__ = ["Mode", "custom_mode", "mode_of"]


class Mode(StrEnum):
    """What it does."""

    MANUAL = "manual"  # a pilot's; nobody steers, so it stays in place
    HOLD = "hold"
    MISSION = "mission"
    RETURN = "return"
    LAND = "land"
    BRAKE = "brake"
    GUIDED = "guided"


_ARDUCOPTER: Final = {
    Mode.MANUAL: 0,
    Mode.MISSION: 3,
    Mode.GUIDED: 4,
    Mode.HOLD: 5,
    Mode.RETURN: 6,
    Mode.LAND: 9,
    Mode.BRAKE: 17,
}
_PX4: Final = {
    Mode.MANUAL: (3, 0),
    Mode.HOLD: (4, 3),
    Mode.MISSION: (4, 4),
    Mode.RETURN: (4, 5),
    Mode.LAND: (4, 6),
}


def custom_mode(mode: Mode, autopilot: Autopilot) -> int:
    """Number of a mode in a HEARTBEAT."""
    if autopilot is Autopilot.ARDUPILOT:
        return _ARDUCOPTER[mode]
    main, sub = _PX4[mode]
    return main << 16 | sub << 24


def mode_of(main: int, sub: int, autopilot: Autopilot) -> Mode | None:
    """Mode that DO_SET_MODE names; None for one that is not flown here.

    Args:
        main: the second parameter.
        sub: the third; ArduPilot has none.
        autopilot: whose numbers.
    """
    if autopilot is Autopilot.ARDUPILOT:
        return next((mode for mode, number in _ARDUCOPTER.items() if number == main), None)
    return next((mode for mode, pair in _PX4.items() if pair == (main, sub)), None)
