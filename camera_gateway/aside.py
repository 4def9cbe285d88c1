"""A blocking call in a thread of its own.

What may hang for minutes, such as a folder on a share that is gone, must not take a place in a pool
that others need: a few such calls, and nothing else would get a thread. Nor may it keep the process
from ending.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

__all__ = ["aside"]

T = TypeVar("T")


async def aside(call: Callable[[], T]) -> T:
    """Make the call and wait for it; cancelling leaves it to itself."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def settle(settler: Callable[[], None]) -> None:
        def unless_cancelled() -> None:
            if not result.done():
                settler()

        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(unless_cancelled)

    def run() -> None:
        try:
            value = call()
        except BaseException as error:  # noqa: BLE001  (told to whoever waits)
            failure = error
            settle(lambda: result.set_exception(failure))
        else:
            settle(lambda: result.set_result(value))

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await result
