"""The pause between two attempts at a lost camera, which ends early when somebody answers.

A back-off that grows would find a camera that returns after hours a minute late. So every one and a
half seconds somebody knocks: one small question without credentials. While nobody answers there is
nothing to be tried, and the pause may grow; an answer after silence ends it. A camera that answers
all the while, but sends no pictures or wrong ones, is tried again after one and a half seconds at
the most: what ails it may end at any moment, and trying it costs it no more than watching it does.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from models.clock import Clock

__all__ = ["ANSWERING_S", "KNOCK_EVERY_S", "Knock", "rest"]

KNOCK_EVERY_S: Final = 1.5
"""From one knock's beginning to the next one's."""

SPREAD_S: Final = 0.5
"""A mast that has power again answers for all its cameras at once; they return over this time."""

ANSWERING_S: Final = 1.5
"""Longest pause of a camera that answers; half of it for certain, half by chance."""

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
    silent = False
    while (left_s := due_s - clock.monotonic_s()) > 0.0:
        if knock is None:
            await clock.sleep(left_s)
            return
        knocked_s = clock.monotonic_s()
        answers = await knock()
        now_s = clock.monotonic_s()
        left_s = max(0.0, due_s - now_s)
        if answers:
            spread_s = SPREAD_S * random() if silent else ANSWERING_S * (0.5 + 0.5 * random())
            await clock.sleep(min(left_s, spread_s))
            return
        silent = True
        await clock.sleep(min(left_s, max(0.0, knocked_s + KNOCK_EVERY_S - now_s)))
