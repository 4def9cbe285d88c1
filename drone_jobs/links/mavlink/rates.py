"""Asks an autopilot for the messages that its state is made of, as often as they are needed.

What it does not send, or whoever does not answer, is passed over: the state says what is not told.
"""

import contextlib
from typing import Final

from drone_jobs.links.link import LinkLost, LinkRefused
from drone_jobs.links.mavlink.commands import Commander, Order

__all__ = ["ask_for_telemetry"]

_INTERVALS_S: Final = {
    1: 1.0,  # SYS_STATUS
    24: 1.0,  # GPS_RAW_INT
    33: 0.2,  # GLOBAL_POSITION_INT
    42: 1.0,  # MISSION_CURRENT
    147: 2.0,  # BATTERY_STATUS
    242: 5.0,  # HOME_POSITION
    245: 0.5,  # EXTENDED_SYS_STATE
    285: 0.2,  # GIMBAL_DEVICE_ATTITUDE_STATUS
}
"""Seconds between two of a kind."""


async def ask_for_telemetry(commander: Commander) -> None:
    """Ask for each message once, as often as a command is said."""
    for number, every_s in _INTERVALS_S.items():
        with contextlib.suppress(LinkRefused, LinkLost):
            await commander.say(Order.MESSAGE_INTERVAL, number, every_s * 1e6)
