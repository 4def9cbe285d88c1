"""How the parts of a watch are run beside each other, and ended."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from camera_gateway.bus import MemoryBus

__all__ = ["drain", "keep_running", "logged", "stop"]

logger = logging.getLogger(__name__)

RESTART_S: Final = 1.0


def logged(job: Callable[[], None]) -> None:
    """Do a job that nobody waits for."""
    try:
        job()
    except Exception:
        logger.exception("a job aside failed")


async def keep_running(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a role; should it fail in a way nobody foresaw, log it and start it again."""
    while True:
        try:
            await run()
        except Exception:
            logger.exception("%s failed and is started again", name)
            await asyncio.sleep(RESTART_S)
        else:
            return


async def stop(task: asyncio.Task[None]) -> None:
    """Cancel a role and wait until it is gone."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def drain(bus: MemoryBus, pipeline: asyncio.Task[None]) -> None:
    """Let the pipeline finish the frames that it already has."""
    await bus.close()
    await asyncio.gather(pipeline, return_exceptions=True)
