import asyncio
import threading

import pytest

from camera_gateway.sources.stream_slot import NewestSlot


def test_the_newest_replaces_what_nobody_took() -> None:
    async def play() -> None:
        slot: NewestSlot[int] = NewestSlot()
        assert not slot.put(1)
        assert slot.put(2)
        assert slot.put(3, minor=True)  # what is minor replaces nothing
        assert await slot.take() == 2
        slot.put(4, minor=True)
        assert await slot.take() == 4

    asyncio.run(play())


def test_what_was_put_before_the_end_is_still_taken() -> None:
    async def play() -> None:
        slot: NewestSlot[int] = NewestSlot()
        slot.put(1)
        slot.end()
        assert await slot.take() == 1
        assert await slot.take() is None
        assert await slot.take() is None

    asyncio.run(play())


def test_a_thread_wakes_a_reader_and_a_cancelled_one_loses_nothing() -> None:
    async def play() -> None:
        slot: NewestSlot[int] = NewestSlot()
        waiting = asyncio.create_task(slot.take())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        waiting = asyncio.create_task(slot.take())
        await asyncio.sleep(0)
        thread = threading.Thread(target=slot.put, args=(7,))
        thread.start()
        thread.join()
        assert await waiting == 7

    asyncio.run(play())


def test_waiting_for_the_end_has_a_limit() -> None:
    async def play() -> None:
        slot: NewestSlot[int] = NewestSlot()
        slot.put(1)
        assert not await slot.wait_end(0.0)
        slot.put(2)
        slot.end()
        assert await slot.wait_end(1.0)

    asyncio.run(play())


def test_a_loop_that_is_gone_hurts_no_thread() -> None:
    slot: NewestSlot[int] = NewestSlot()

    async def abandon() -> None:
        waiting = asyncio.create_task(slot.take())
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(abandon())
    slot.put(1)
    slot.end()
    assert asyncio.run(slot.take()) == 1
