"""The watch goes on, aside and slowly, whatever one preset or the disk does."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pose_rig import NOON, POSE, PoseRig

from camera_gateway.pose_check import PoseWatch
from models.clock import ManualClock
from models.errors import StorageFull
from models.site import Camera, Preset
from models.store import Store


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[PoseRig]:
    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(NOON))
    presets = (Preset(0, "home", POSE), Preset(1, "a", replace(POSE, azimuth_deg=95.0)))
    yield PoseRig(store, ManualClock(NOON), tmp_path / "references", presets=presets)
    store.close()


def looked(rig: PoseRig, monkeypatch: pytest.MonkeyPatch, took_s: float = 0.5) -> list[int]:
    """Presets at which the watch looks from now on."""
    seen: list[int] = []

    def look(_camera: Camera, preset: Preset) -> bool:
        seen.append(preset.number)
        rig.clock.advance(took_s)
        return preset.number == 0

    monkeypatch.setattr(rig.checker, "look", look)
    return seen


def test_it_rests_three_times_as_long_as_a_picture_took(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = looked(rig, monkeypatch)
    asyncio.run(PoseWatch(rig.checker, rig.cameras, rig.clock).step())
    assert seen == [0, 1]
    assert rig.clock.monotonic_s() == 0.5 + 1.5 + 0.5  # the second had nothing to look at


def test_it_does_not_rest_for_what_others_made_it_wait(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(rig, monkeypatch, took_s=60.0)
    asyncio.run(PoseWatch(rig.checker, rig.cameras, rig.clock).step())
    assert rig.clock.monotonic_s() == 60.0 + 2.0 + 60.0


def test_it_works_in_a_thread_of_its_own_until_it_is_cancelled(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.shows(preset=0)
    rig.shows(preset=1)
    rig.clock.advance(60.0)
    rig.sequence += 1

    begun, look = asyncio.Event(), rig.checker.look
    threads: set[str] = set()

    def noted(camera: Camera, preset: Preset) -> bool:
        threads.add(threading.current_thread().name)
        done = look(camera, preset)
        if preset.number == 1:
            loops[0].call_soon_threadsafe(begun.set)
        return done

    monkeypatch.setattr(rig.checker, "look", noted)
    loops: list[asyncio.AbstractEventLoop] = []

    async def some_rounds(pool: ThreadPoolExecutor) -> None:
        loops.append(asyncio.get_running_loop())
        watch = PoseWatch(rig.checker, rig.cameras, rig.clock, pool=pool, tick_s=3600.0)
        task = asyncio.create_task(watch.run())
        async with asyncio.timeout(30.0):
            await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with ThreadPoolExecutor(1, thread_name_prefix="poses") as pool:
        asyncio.run(some_rounds(pool))
    assert {name.split("_")[0] for name in threads} == {"poses"}
    assert set(rig.store.pose_checks.references()) == {("t1", 0), ("t1", 1)}


def test_one_view_that_cannot_be_checked_does_not_end_the_others(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watch, look, seen = PoseWatch(rig.checker, rig.cameras, rig.clock), rig.checker.look, []

    def fail(camera: Camera, preset: Preset) -> bool:
        if preset.number == 0:
            raise RuntimeError("nobody foresaw this")
        seen.append(preset.number)
        return look(camera, preset)

    monkeypatch.setattr(rig.checker, "look", fail)
    for _ in range(3):
        asyncio.run(watch.step())
    assert seen == [1, 1, 1]
    assert caplog.text.count("cannot be checked") == 1


def test_a_disk_that_fails_is_said_once_and_tried_again(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    watch = PoseWatch(rig.checker, rig.cameras, rig.clock)

    def full(_camera: Camera, _preset: Preset) -> bool:
        raise StorageFull("The disk takes no more.")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(rig.checker, "look", full)
        asyncio.run(watch.step())
        asyncio.run(watch.step())
    assert caplog.text.count("takes no more") == 1
    seen = looked(rig, monkeypatch)
    asyncio.run(watch.step())
    assert seen == [0, 1]


def test_it_tidies_once_an_hour(rig: PoseRig, monkeypatch: pytest.MonkeyPatch) -> None:
    tidied: list[float] = []
    monkeypatch.setattr(rig.checker, "tidy", lambda: tidied.append(rig.clock.monotonic_s()))
    watch = PoseWatch(rig.checker, rig.cameras, rig.clock)
    for _ in range(5):
        asyncio.run(watch.step())
        rig.clock.advance(1000.0)
    assert tidied == [0.0, 4000.0]


def test_one_that_is_switched_off_knows_what_was_found(
    rig: PoseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.check()
    rig.check((0.12, 0.0, 0.0))
    rig.check((0.12, 0.0, 0.0))
    rig.restart()
    seen = looked(rig, monkeypatch)
    asyncio.run(PoseWatch(rig.checker, rig.cameras, rig.clock, enabled=False).step())
    assert seen == []
    assert rig.book.state("t1", 0, POSE).drift is not None
