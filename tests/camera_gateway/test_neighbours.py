"""One camera never delays another: not by what it sends, nor does the house by what it does."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise

import cv2
import numpy as np
import pytest
from http_rig import HttpRig, answer, stream

from camera_gateway.opening import opener_of
from models.camera_link import Adapter, CameraLink
from models.clock import SystemClock
from models.errors import FrameCorrupt

MakeJpeg = Callable[..., bytes]
EVERY_S = 0.5


async def gaps_of(link: CameraLink, pool: ThreadPoolExecutor, seconds: float) -> list[float]:
    """Seconds between its pictures, damaged ones included."""
    source = opener_of(link, None, SystemClock(), pool=pool)()
    came = [time.monotonic()]
    try:
        while came[-1] - came[0] < seconds:
            with suppress(FrameCorrupt):
                await asyncio.wait_for(source.read(), 5.0)
            came.append(time.monotonic())
    finally:
        await source.close()
    return [after - before for before, after in pairwise(came)]


def test_a_camera_with_huge_damaged_pictures_holds_no_other_up(jpeg: MakeJpeg) -> None:
    # 60 million pixels, cut short: decoded to where it breaks off, and once more alone.
    huge = cv2.imencode(".jpg", np.tile(np.arange(250, dtype=np.uint8), (6000, 40)))[1].tobytes()
    spoilt = huge[: len(huge) // 2] + bytes(100) + huge[len(huge) // 2 :]

    async def run(*, beside: bool) -> float:
        """The 99th percentile of the others' gaps, seconds."""
        async with HttpRig({"/huge": answer(spoilt), "/": answer(jpeg())}) as rig:
            with ThreadPoolExecutor(2) as pool:
                bad = CameraLink(Adapter.SNAPSHOT, rig.url("/huge"), 0.1)
                good = CameraLink(Adapter.SNAPSHOT, rig.url("/"), EVERY_S)
                greedy = asyncio.create_task(gaps_of(bad, pool, 3.0)) if beside else None
                others = await asyncio.gather(*(gaps_of(good, pool, 3.0) for _ in range(30)))
                assert greedy is None or len(await greedy) >= 2
        gaps = sorted(gap for gaps in others for gap in gaps)
        assert len(gaps) >= 60
        return gaps[int(0.99 * len(gaps))]

    # A busy machine holds all of them up: only the difference is the neighbour's.
    alone_s = asyncio.run(run(beside=False))
    assert asyncio.run(run(beside=True)) < 2 * max(EVERY_S, alone_s)


@pytest.mark.parametrize("adapter", [Adapter.SNAPSHOT, Adapter.MJPEG])
def test_pictures_come_while_the_pool_of_the_house_is_stuck(
    adapter: Adapter, jpeg: MakeJpeg
) -> None:
    release = threading.Event()

    async def run() -> None:
        stuck = [asyncio.ensure_future(asyncio.to_thread(release.wait)) for _ in range(64)]
        pictures = stream(*[part for n in range(400) for part in (jpeg(n % 7), 0.05)])
        route = pictures if adapter is Adapter.MJPEG else answer(jpeg())
        try:
            async with HttpRig({"/": route}) as rig:
                with ThreadPoolExecutor(2) as pool:
                    gaps = await gaps_of(CameraLink(adapter, rig.url("/"), 0.2), pool, 1.5)
            assert max(gaps) < 4.0  # never, if it had to wait for one of those threads
        finally:
            release.set()
            await asyncio.gather(*stuck)

    asyncio.run(run())
