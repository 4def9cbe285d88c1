"""One suite that every bus runs: give ``FACTORIES`` another constructor."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.bus import FrameBus, MemoryBus
from models.clock import ManualClock
from models.errors import SourceEnded
from models.frame import Frame

MakeFrame = Callable[..., Frame]
MAX_AGE_S = 30.0
START = datetime(2026, 4, 5, tzinfo=UTC)


def memory_bus(clock: ManualClock, *, lossless: bool = False) -> FrameBus:
    return MemoryBus(clock, MAX_AGE_S, lossless=lossless)


FACTORIES = [pytest.param(memory_bus, id="memory")]
MakeBus = Callable[..., FrameBus]
every_bus = pytest.mark.parametrize("make_bus", FACTORIES)


def names(batch: list[Frame]) -> list[tuple[str, int]]:
    return [(frame.camera_id, frame.sequence) for frame in batch]


@every_bus
def test_the_newest_frame_of_a_camera_is_kept(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock)
        for sequence in range(3):
            await bus.publish(frame("north", sequence))
        assert bus.held() == 1
        assert names(await bus.pull(8, 0.0)) == [("north", 2)]
        assert bus.drops() == {"north": {"superseded": 2}}
        assert await bus.pull(8, 0.0) == []

    asyncio.run(scenario())


@every_bus
def test_what_waited_too_long_is_dropped_when_its_turn_comes(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock)
        await bus.publish(frame("north"))
        clock.advance(MAX_AGE_S + 0.1)
        await bus.publish(frame("south"))
        assert names(await bus.pull(1, 0.0)) == [("south", 0)]
        assert bus.drops() == {"north": {"stale": 1}}

    asyncio.run(scenario())


@every_bus
def test_a_chatty_camera_does_not_push_ahead(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock)
        for camera_id in ("a", "b", "c"):
            await bus.publish(frame(camera_id))
        served = []
        for sequence in range(1, 4):
            await bus.publish(frame("a", sequence))
            served += names(await bus.pull(1, 0.0))
        assert served == [("a", 1), ("b", 0), ("c", 0)]

    asyncio.run(scenario())


@every_bus
def test_a_waiting_detector_wakes_with_the_first_frame(make_bus: MakeBus, frame: MakeFrame) -> None:
    class PatientClock(ManualClock):
        async def sleep(self, duration_s: float) -> None:  # noqa: ARG002 - it never ends
            await asyncio.Event().wait()

    async def scenario() -> None:
        bus = make_bus(PatientClock(frame().captured_at))
        pull = asyncio.create_task(bus.pull(4, 60.0))
        await asyncio.sleep(0)
        await bus.publish(frame("north"))
        assert names(await pull) == [("north", 0)]
        waiting = asyncio.create_task(bus.pull(4, 60.0))
        await asyncio.sleep(0)
        await bus.close()
        with pytest.raises(SourceEnded):
            await waiting
        lost = asyncio.create_task(bus.pull(4, 60.0))
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lost

    asyncio.run(scenario())


@every_bus
def test_waiting_in_vain_ends_with_nothing(make_bus: MakeBus, clock: ManualClock) -> None:
    assert asyncio.run(make_bus(clock).pull(4, 5.0)) == []
    assert clock.monotonic_s() == 5.0


@every_bus
def test_a_batch_of_no_frames_is_a_mistake(make_bus: MakeBus, clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="at least one"):
        asyncio.run(make_bus(clock).pull(0, 0.0))


@every_bus
def test_a_closed_bus_gives_what_it_holds_and_takes_nothing(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock)
        await bus.publish(frame("north"))
        await bus.close()
        await bus.publish(frame("south"))
        assert names(await bus.pull(4, 0.0)) == [("north", 0)]
        assert bus.drops() == {"south": {"closed": 1}}
        with pytest.raises(SourceEnded):
            await bus.pull(4, 0.0)

    asyncio.run(scenario())


@every_bus
def test_a_lossless_bus_keeps_every_frame_and_its_order(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock, lossless=True)

        async def play(camera_id: str, count: int) -> None:
            for sequence in range(count):
                await bus.publish(frame(camera_id, sequence))

        async def play_all() -> None:
            await asyncio.gather(play("north", 20), play("south", 7))
            await bus.close()

        playing = asyncio.create_task(play_all())
        got: list[tuple[str, int]] = []
        while len(got) < 27:
            batch = names(await bus.pull(2, 1.0))
            assert len({camera_id for camera_id, _sequence in batch}) == len(batch)
            got += batch
            clock.advance(MAX_AGE_S * 3)
        await playing
        with pytest.raises(SourceEnded):
            await bus.pull(2, 1.0)
        assert [item for item in got if item[0] == "north"] == [("north", n) for n in range(20)]
        assert [item for item in got if item[0] == "south"] == [("south", n) for n in range(7)]
        assert bus.drops() == {}

    asyncio.run(scenario())


@every_bus
def test_closing_frees_a_publisher_that_waits(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock, lossless=True)
        await bus.publish(frame("north", 0))
        waiting = [asyncio.create_task(bus.publish(frame("north", n))) for n in (1, 2)]
        await asyncio.sleep(0)
        await bus.close()
        await asyncio.gather(*waiting)
        assert bus.drops() == {"north": {"closed": 2}}
        assert names(await bus.pull(4, 0.0)) == [("north", 0)]

    asyncio.run(scenario())


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.sampled_from("abcde")),
        st.tuples(st.just("pull"), st.integers(1, 4)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=60,
)


@every_bus
@given(steps=STEPS)
def test_no_frame_vanishes_and_no_camera_starves(
    make_bus: MakeBus, frame: MakeFrame, steps: list[tuple[str, str | int]]
) -> None:
    async def scenario() -> None:
        clock = ManualClock(frame().captured_at)
        bus = make_bus(clock)
        published = 0
        pulled: list[tuple[str, int]] = []
        waiting: dict[str, int] = {}  # camera: pulls since its frame began to wait
        for kind, value in steps:
            if kind == "publish":
                await bus.publish(frame(str(value), published))
                waiting.setdefault(str(value), 0)
                published += 1
            elif kind == "pull":
                before = dict(bus.drops())
                batch = names(await bus.pull(int(value), 0.0))
                cameras = [camera_id for camera_id, _sequence in batch]
                assert len(set(cameras)) == len(cameras) <= int(value)
                pulled += batch
                for camera_id in list(waiting):
                    stale = bus.drops().get(camera_id, {}).get("stale", 0)
                    if camera_id in cameras or stale > before.get(camera_id, {}).get("stale", 0):
                        del waiting[camera_id]
                    else:
                        waiting[camera_id] += 1
                        assert waiting[camera_id] < 5  # there are five cameras
            else:
                clock.advance(float(value))
            dropped = sum(sum(counts.values()) for counts in bus.drops().values())
            assert published == len(pulled) + dropped + bus.held()
        for camera_id in "abcde":
            order = [sequence for camera, sequence in pulled if camera == camera_id]
            assert order == sorted(order)

    asyncio.run(scenario())


@every_bus
def test_a_backlog_is_what_grows_older(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        live, replay = make_bus(clock), make_bus(clock, lossless=True)
        for bus in (live, replay):
            await bus.publish(frame("north"))
            await bus.publish(frame("south"))
            await bus.pull(1, 0.0)
        assert (live.backlog(), live.held()) == (1, 1)
        assert (replay.backlog(), replay.held()) == (0, 1)

    asyncio.run(scenario())


class Watching(ManualClock):
    """A clock on which time passes only when the test says so; sleepers are told."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self.asleep = asyncio.Event()
        self.woken = asyncio.Event()

    async def sleep(self, duration_s: float) -> None:
        self.asleep.set()
        await self.woken.wait()
        self.advance(max(0.0, duration_s))


@every_bus
def test_a_batch_gathers_until_it_is_full(make_bus: MakeBus, frame: MakeFrame) -> None:
    async def scenario() -> None:
        clock = Watching(START)
        bus = make_bus(clock)
        await bus.publish(frame("north"))
        pulling = asyncio.create_task(bus.pull(3, 0.0, linger_s=5.0))
        await clock.asleep.wait()
        await bus.publish(frame("south"))
        await bus.publish(frame("north", 1))  # the same camera again makes the batch no fuller
        await asyncio.sleep(0)
        assert not pulling.done()
        await bus.publish(frame("east"))
        assert names(await pulling) == [("north", 1), ("south", 0), ("east", 0)]

    asyncio.run(scenario())


@every_bus
def test_a_batch_that_does_not_fill_goes_when_its_oldest_frame_has_waited(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        bus = make_bus(clock)
        await bus.publish(frame("north"))
        clock.advance(4.0)
        await bus.publish(frame("south"))
        before_s = clock.monotonic_s()
        assert len(await bus.pull(3, 0.0, linger_s=5.0)) == 2
        assert clock.monotonic_s() - before_s == pytest.approx(1.0)

    asyncio.run(scenario())


@every_bus
def test_nobody_lingers_where_publishers_wait_or_nothing_more_will_come(
    make_bus: MakeBus, clock: ManualClock, frame: MakeFrame
) -> None:
    async def scenario() -> None:
        replay, closed = make_bus(clock, lossless=True), make_bus(clock)
        for bus in (replay, closed):
            await bus.publish(frame("north"))
        await closed.close()
        before_s = clock.monotonic_s()
        for bus in (replay, closed):
            assert len(await bus.pull(3, 0.0, linger_s=5.0)) == 1
        assert clock.monotonic_s() == before_s

    asyncio.run(scenario())
