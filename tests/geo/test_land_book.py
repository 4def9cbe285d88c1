"""The watch follows the land while people edit it, and nobody waits for that."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from geo.joint import JointPlace
from geo.land import LandBook, book
from models.clock import SystemClock
from models.errors import StoreDamaged
from models.land import ChangeKind, LandEdit, LandFeature, Layer
from models.store import Store

POND = LandFeature(
    Layer.WATER_POINT, "w1", "塘", shapely.Point(106.6, 29.0), drill=True, properties={}
)
FIRE = JointPlace(
    106.6, 29.0, 1.0, 50.0, ((106.6, 29.0), (106.601, 29.0), (106.601, 29.001), (106.6, 29.0))
)
TEST_LIMIT_S = 30.0
ROOT = Path(__file__).resolve().parents[2]


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(TEST_LIMIT_S):
        while not done():  # noqa: ASYNC110  # what is waited for happens in another thread
            await asyncio.sleep(0.001)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'firewatch.db'}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, clock=SystemClock())
    yield opened
    opened.close()


def nearest(land: LandBook) -> list[str]:
    return [each.code for each in land.index.around([FIRE]).nearest]


def test_an_edit_is_followed(store: Store) -> None:
    store.land.replace(Layer.WATER_POINT, [POND])
    land = LandBook(store.land)
    assert (land.version, nearest(land)) == (1, ["w1"])
    before = land.moment
    moved = replace(POND, code="w2")
    store.land.apply(
        [LandEdit(POND, None), LandEdit(None, moved)], kind=ChangeKind.EDITED, author="li"
    )
    assert nearest(land) == ["w1"]  # until somebody looks
    assert land.refresh().version == 2
    assert (land.version, list(land.features), nearest(land)) == (2, [moved], ["w2"])
    assert land.refresh() is land.moment  # built once
    assert [each.code for each in before.index.around([FIRE]).nearest] == ["w1"]


def test_a_book_of_nothing(store: Store) -> None:
    land = LandBook()
    assert (land.refresh().version, nearest(land)) == (0, [])
    assert nearest(LandBook(store.land)) == []


def test_another_process_is_followed_by_the_running_watch(
    store: Store, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "LOOK_EVERY_S", 0.01)
    land = LandBook(store.land)
    script = (
        "import shapely; from models.clock import SystemClock; from models.store import Store;"
        "from models.land import LandFeature, Layer;"
        f"store = Store.open({json.dumps(url)}, clock=SystemClock());"
        "store.land.replace(Layer.POOL, [LandFeature(Layer.POOL, 'p', '池',"
        " shapely.Point(106.6, 29.0), True, {})]); store.close()"
    )

    async def watch() -> None:
        running = asyncio.create_task(land.run())
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", script],
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            timeout=TEST_LIMIT_S,
        )
        await until(lambda: land.version > 0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(watch())
    assert nearest(land) == ["p"]


class Slow:
    """A source whose reading ends when it is told to."""

    def __init__(self) -> None:
        self.moved = 1
        self.reads = 0
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.reading = threading.Event()
        self.fails = False

    def version(self) -> int:
        return self.moved

    def at_once(self) -> tuple[int, list[LandFeature]]:
        self.reads += 1
        version = self.moved
        self.reading.set()
        assert self.goes_on.wait(TEST_LIMIT_S)
        if self.fails:
            raise StoreDamaged("A stored geometry cannot be read.")
        return version, [replace(POND, code=f"w{version}")]


def test_nobody_waits_while_it_is_built_and_many_who_ask_build_one() -> None:
    source = Slow()
    land = LandBook(source)
    source.moved = 2
    source.goes_on.clear()
    source.reading.clear()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(land.refresh) for _ in range(4)]
        assert source.reading.wait(TEST_LIMIT_S)
        assert nearest(land) == ["w1"]  # answers at once, of the land before
        source.goes_on.set()
        assert {each.result(TEST_LIMIT_S).version for each in asked} == {2}
    assert source.reads == 2
    assert nearest(land) == ["w2"]


def test_a_damaged_land_leaves_the_former_one_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(book, "LOOK_EVERY_S", 0.001)
    source = Slow()
    land = LandBook(source)
    source.moved, source.fails = 2, True
    with pytest.raises(StoreDamaged):
        land.refresh()
    assert (land.version, nearest(land)) == (1, ["w1"])

    async def watch() -> None:
        running = asyncio.create_task(land.run())
        await until(lambda: source.reads >= 5)
        source.fails = False
        await until(lambda: land.version == 2)
        source.moved, source.fails = 3, True
        reads = source.reads
        await until(lambda: source.reads >= reads + 3)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    with caplog.at_level(logging.ERROR):
        asyncio.run(watch())
    assert nearest(land) == ["w2"]
    assert len(caplog.records) == 2  # once for each time that it broke
    assert "the former one stays" in caplog.text


def test_a_land_that_cannot_be_read_at_the_start_is_told() -> None:
    source = Slow()
    source.fails = True
    with pytest.raises(StoreDamaged):
        LandBook(source)
