import asyncio
import logging
from dataclasses import replace

import pytest
from detector_rig import Rig, smoke

from camera_gateway.bus import MemoryBus
from detector.sighting import Sighting
from models.errors import StorageFull, StoreDamaged


def test_a_damaged_picture_is_counted_and_never_scored(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    whole = rig.frame(0.0)
    broken = rig.frame(60.0, jpeg=whole.jpeg[: len(whole.jpeg) // 2])
    with caplog.at_level(logging.WARNING):
        rig.pipeline.process([broken])
        rig.pipeline.process([whole, broken])
    assert rig.pipeline.counts.frames_corrupt == 2
    assert rig.scorer.batches == [1]
    assert rig.pipeline.counts.frames_scored == 1
    assert "t1 frame 1" in caplog.text


def test_damage_that_only_decoding_shows_costs_only_its_own_frame(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    whole = rig.frame(0.0)
    scan = whole.jpeg.index(b"\xff\xda")
    hollow = rig.frame(60.0, jpeg=whole.jpeg[: scan + 200] + whole.jpeg[-2:])
    with caplog.at_level(logging.WARNING):
        rig.pipeline.process([hollow, whole])
    assert rig.pipeline.counts.frames_corrupt == 1
    assert rig.pipeline.counts.frames_scored == 1
    assert rig.scorer.batches == [1]
    assert "t1 frame 1" in caplog.text


def test_two_cameras_never_share_a_track(rig: Rig) -> None:
    # Two hits of each of two cameras are not four hits of one.
    for step in range(2):
        for camera_id in ("t1", "t2"):
            frame = rig.frame(60.0 * step, camera_id)
            rig.scorer.script[frame.sequence] = [smoke(0.4)]
            rig.pipeline.process([frame])
    assert rig.store.alerts.working() == []


def test_a_failure_costs_its_frames_and_the_next_frame_still_alerts(rig: Rig) -> None:
    async def play() -> None:
        bus = MemoryBus(rig.clock, max_age_s=30.0, lossless=True)
        running = asyncio.create_task(rig.pipeline.run(bus))
        for step in range(5):
            frame = rig.frame(60.0 * step)
            rig.scorer.script[frame.sequence] = [smoke(0.9)]
            await bus.publish(frame)
        await bus.close()
        await running

    rig.scorer.failures = {2: StoreDamaged("Torn.")}
    asyncio.run(play())
    assert rig.pipeline.counts.frames_failed == 1
    assert rig.pipeline.counts.frames_scored == 4
    assert len(rig.store.alerts.working()) == 1


def test_a_store_that_fails_for_a_moment_loses_no_alert(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    working, attempts = rig.store.alerts.open_alert, []

    def failing(*arguments: object, **_told: object) -> object:
        attempts.append(arguments)
        raise StoreDamaged("Locked.")

    monkeypatch.setattr(rig.store.alerts, "open_alert", failing)
    rig.see(0.0, smoke(0.9))
    rig.see(60.0, smoke(0.9))
    assert len(attempts) == 1
    assert rig.pipeline.counts.frames_failed == 1
    monkeypatch.setattr(rig.store.alerts, "open_alert", working)
    rig.see(120.0, smoke(0.9))
    assert len(rig.store.alerts.working()) == 1


class Unwilling:
    """A desk whose store takes nothing while it is full."""

    def __init__(self) -> None:
        self.full = True
        self.taken: list[tuple[str, bool]] = []

    def take(self, sighting: Sighting) -> None:
        self._decide(sighting)

    def note(self, sighting: Sighting) -> None:
        self._decide(sighting)

    def _decide(self, sighting: Sighting) -> None:
        if self.full:
            raise StorageFull("The disk is full.")
        self.taken.append((sighting.frame.camera_id, sighting.weighing.alerts))


@pytest.fixture
def unwilling(rig: Rig) -> Unwilling:
    desk = Unwilling()
    rig.pipeline._desk = desk
    return desk


def test_what_was_refused_is_told_though_its_plume_is_never_seen_again(
    rig: Rig, unwilling: Unwilling
) -> None:
    for step in range(3):
        rig.see(60.0 * step, smoke(0.9))
    assert rig.pipeline.counts.waiting == 1

    async def play() -> None:
        bus = MemoryBus(rig.clock, max_age_s=30.0, lossless=True)
        running = asyncio.create_task(rig.pipeline.run(bus))
        unwilling.full = False
        while not unwilling.taken:  # nothing comes, and it is told all the same
            rig.clock.advance(1.0)
            await asyncio.sleep(0.001)
        await bus.close()
        await running

    asyncio.run(play())
    assert unwilling.taken == [("t1", True)]
    assert rig.pipeline.counts.waiting == 0


def test_what_alerted_once_waits_as_an_alert_and_as_it_was(rig: Rig, unwilling: Unwilling) -> None:
    for step in range(4):
        rig.see(60.0 * step, smoke(0.9))
    (held,) = rig.pipeline._waiting.values()
    assert held.weighing.alerts
    seen = len(held.track.scores)
    rig.see(240.0)
    assert len(held.track.scores) == seen
    fainter = replace(held, weighing=replace(held.weighing, alerts=False))
    assert not rig.pipeline._hand_in(fainter)
    assert list(rig.pipeline._waiting.values()) == [held]
    unwilling.full = False
    assert rig.pipeline._hand_in(fainter)
    assert list(rig.pipeline._waiting.values()) == [held]
    rig.clock.advance(2.0)
    rig.pipeline.hand_in_again()
    assert unwilling.taken == [("t1", False), ("t1", True)]


def test_one_that_is_never_taken_holds_up_none_of_the_others(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    class Poisoned(Unwilling):
        def _decide(self, sighting: Sighting) -> None:
            if self.full or sighting.frame.camera_id == "t1":
                raise StoreDamaged("No.")
            self.taken.append((sighting.frame.camera_id, sighting.weighing.alerts))

    desk = Poisoned()
    rig.pipeline._desk = desk
    for camera_id in ("t1", "t2", "t3"):
        for step in range(3):
            frame = rig.frame(60.0 * step, camera_id)
            rig.scorer.script[frame.sequence] = [smoke(0.9)]
            rig.pipeline.process([frame])
    assert rig.pipeline.counts.waiting == 3
    desk.full = False
    for _ in range(3):
        rig.clock.advance(2.0)
        rig.pipeline.hand_in_again()
        rig.pipeline.hand_in_again()  # at once: not yet
    assert sorted(camera_id for camera_id, _ in desk.taken) == ["t2", "t3"]
    assert rig.pipeline.counts.waiting == 1
    rig.pipeline._hand_in_last()
    assert "the watch ends and 1 plumes are not told" in caplog.text


def test_of_too_many_that_wait_those_that_do_not_alert_go_first(
    rig: Rig,
    unwilling: Unwilling,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("detector.pipeline.MOST_WAITING", 2)
    assert unwilling.full
    for step in range(3):
        rig.see(60.0 * step, smoke(0.9))
    for number in range(3):
        frame = rig.frame(0.0, f"c{number}")
        rig.scorer.script[frame.sequence] = [smoke(0.2)]
        rig.pipeline.process([frame])
    waiting = {(key[0], one.weighing.alerts) for key, one in rig.pipeline._waiting.items()}
    assert waiting == {("t1", True), ("c2", False)}
    assert "too many wait" in caplog.text


def test_an_empty_pull_and_a_batch_of_nothing_but_damage_do_nothing(rig: Rig) -> None:
    rig.pipeline.process([])
    rig.pipeline.process([rig.frame(0.0, jpeg=b"\xff\xd8")])
    assert rig.scorer.batches == []


def test_while_others_wait_only_full_frames_are_looked_at(rig: Rig) -> None:
    async def play(*, lossless: bool) -> None:
        bus = MemoryBus(rig.clock, max_age_s=30.0, lossless=lossless)
        for number in range(10):  # more than a batch
            await bus.publish(rig.frame(0.0, f"t{number}"))
        await bus.close()
        await rig.pipeline.run(bus)

    asyncio.run(play(lossless=False))
    assert rig.scorer.batches == [8, 2]
    assert rig.scorer.hurried == [True, False]
    assert rig.pipeline.counts.frames_hurried == 8
    assert rig.pipeline.counts.frames_scored == 10
    # In a replay the publishers wait, and every frame gets its closer look.
    asyncio.run(play(lossless=True))
    assert rig.scorer.hurried == [True, False, False, False]
