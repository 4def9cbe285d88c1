"""Joins a simulated dock to a bus, and lets its time go by."""

import asyncio
from contextlib import suppress

from drone_jobs.links.dji.bus import Bus, Listener, dock_topics
from drone_jobs.links.dji.words import TopicKind
from drone_jobs.links.link import LinkLost
from drone_jobs.links.simulated.dock import SimulatedDock
from models.clock import Clock

__all__ = ["run_dock"]


async def run_dock(
    dock: SimulatedDock, bus: Bus, clock: Clock, *, step_s: float = 1.0, speedup: float = 1.0
) -> None:
    """Let a dock live on a bus, until it is cancelled.

    Args:
        dock: which.
        bus: of the broker.
        clock: measures the steps.
        step_s: of the dock's time that each step lets go by.
        speedup: how much faster its time goes than the clock's, > 0.
    """
    answering: set[asyncio.Task[None]] = set()

    async def say() -> None:
        for name, payload in dock.said():
            with suppress(LinkLost):  # as a real one: what the broker did not get is gone
                await bus.send(name, payload)

    def heard(name: str, payload: bytes) -> None:
        dock.heard(name, payload)
        task = asyncio.get_running_loop().create_task(say())
        answering.add(task)
        task.add_done_callback(answering.discard)

    topics = dock_topics((TopicKind.SERVICES,), dock.serial)
    listener = Listener(topics, heard, lambda: None)
    await bus.listen(listener)
    try:
        while True:
            await clock.sleep(step_s / speedup)
            dock.tick(step_s)
            await say()
    finally:
        await bus.leave(listener)
