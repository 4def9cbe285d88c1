"""A room of flights in a process of its own, for tests that kill it.

As a script: ``room_process.py FOLDER PORT BEGAN_S SPEED`` flies the calendar of the store in FOLDER
until it is killed, with the aircraft ``quad`` at that UDP port.
"""

import asyncio
import sys
from pathlib import Path

from room_rig import MORNING, SharedClock, office, running

__all__ = ["linked"]


def linked(port: int) -> dict[str, object]:
    """The link to the aircraft, as the settings tell it."""
    return {"aircraft": "quad", "kind": "mavlink", "url": f"udpin:127.0.0.1:{port}"}


async def fly(folder: Path, port: int, began_s: float, speed: float) -> None:
    """Until killed."""
    clock = SharedClock(MORNING, speed, began_s)
    async with office(folder, [linked(port)], clock=clock) as made, running(made):
        await asyncio.Event().wait()


if __name__ == "__main__":
    told = sys.argv[1:]
    asyncio.run(fly(Path(told[0]), int(told[1]), float(told[2]), float(told[3])))
