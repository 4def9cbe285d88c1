"""The pause between two attempts at a lost camera, cut short when the camera answers again.

A capped back-off would find a camera that returns after five minutes half a minute late. So every
two seconds somebody knocks: one small question without credentials. Only an answer after silence
ends the pause; a camera that answers all the while, but sends no pictures, waits it out.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from models.clock import Clock

__all__ = ["KNOCK_EVERY_S", "Knock", "rest"]

KNOCK_EVERY_S: Final = 2.0
SPREAD_S: Final = 0.5
"""A mast that has power again answers for all its cameras at once; they return over this time."""

Knock = Callable[[], Awaitable[bool]]
"""Whether the camera's machine answers; never raises, and takes 1.5 s at the most."""


async def rest(
    clock: Clock, wait_s: float, *, knock: Knock | None, random: Callable[[], float]
) -> None:
    """Wait before the next attempt.

    Args:
        clock: measures and waits.
        wait_s: at most so long.
        knock: None to wait it out.
        random: numbers in [0, 1).
    """
    due_s = clock.monotonic_s() + wait_s
    answered = True
    while (left_s := due_s - clock.monotonic_s()) > 0.0:
        if knock is None:
            await clock.sleep(left_s)
            continue
        answers = await knock()
        if answers and not answered:
            await clock.sleep(min(left_s, SPREAD_S * random()))
            return
        answered = answers
        left_s = due_s - clock.monotonic_s()
        await clock.sleep(min(KNOCK_EVERY_S, max(left_s, 0.0)))
