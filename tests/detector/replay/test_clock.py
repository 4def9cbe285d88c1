import asyncio
import math
from datetime import UTC, datetime, timedelta

import pytest

from detector.evaluate.footage import SOME_DAY
from detector.replay.clock import ReplayClock

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)


def test_it_shows_the_frame_in_hand_and_never_goes_back() -> None:
    clock = ReplayClock()
    assert (clock.now(), clock.monotonic_s()) == (SOME_DAY, 0.0)
    for after_s, passed_s in ((0.0, 0.0), (60.0, 60.0), (30.0, 60.0), (90.0, 90.0)):
        clock.show(START + timedelta(seconds=after_s))
        assert clock.now() == START + timedelta(seconds=after_s)
        assert clock.monotonic_s() == passed_s
    with pytest.raises(ValueError, match="time zone"):
        clock.show(datetime(2026, 4, 5))  # noqa: DTZ001  # what is refused
    assert clock.scale != ReplayClock().scale


def test_nobody_waits_for_what_lies_between_two_frames() -> None:
    clock = ReplayClock()

    async def sleep() -> None:
        await clock.sleep(3600.0)
        await clock.sleep(-1.0)
        forever = asyncio.create_task(clock.sleep(math.inf))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not forever.done()
        forever.cancel()

    asyncio.run(sleep())
    assert clock.monotonic_s() == 0.0
