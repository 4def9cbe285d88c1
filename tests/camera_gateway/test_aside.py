"""A call that hangs takes nobody's place."""

import asyncio
import threading

import pytest

from camera_gateway.aside import aside


def test_it_gives_what_the_call_gives() -> None:
    assert asyncio.run(aside(lambda: 7)) == 7

    def fail() -> None:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        asyncio.run(aside(fail))


def test_calls_that_hang_keep_nobody_waiting() -> None:
    release = threading.Event()

    async def run() -> None:
        hanging = [asyncio.ensure_future(aside(release.wait)) for _ in range(60)]
        await asyncio.sleep(0)
        assert await asyncio.wait_for(aside(lambda: 1), 2.0) == 1
        assert await asyncio.wait_for(asyncio.to_thread(lambda: 2), 2.0) == 2
        hanging[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging[0]
        release.set()
        assert await asyncio.gather(*hanging[1:]) == [True] * 59

    asyncio.run(run())


def test_a_loop_that_is_gone_is_no_fault() -> None:
    release, done = threading.Event(), threading.Event()

    def call() -> None:
        release.wait()
        done.set()

    async def run() -> None:
        waiting = asyncio.ensure_future(aside(call))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(run())
    (left,) = [one for one in threading.enumerate() if one.name == "aside"]
    release.set()
    left.join(5.0)
    assert done.is_set()
