"""What the bus promises in time, on a simulated clock: deadlines, turns, ages, nothing lost."""

import asyncio
import heapq
import math
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from camera_gateway.bus import MemoryBus
from models.errors import SourceEnded
from models.frame import Frame

MakeFrame = Callable[..., Frame]
START = datetime(2026, 4, 5, tzinfo=UTC)
ROUNDING_S = 1e-6
LIFE_S = 16.0


class SimulatedClock:
    """Time that stands still while anybody has something to do, and then leaps to who is next."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._numbers = count()
        self._asleep: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self._now_s)

    def monotonic_s(self) -> float:
        return self._now_s

    async def sleep(self, duration_s: float) -> None:
        if duration_s <= 0.0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._asleep, (self._now_s + duration_s, next(self._numbers), woken))
        await woken

    async def run(self, until_s: float) -> None:
        while True:
            for _ in range(25):  # more steps than any chain of wake-ups here has
                await asyncio.sleep(0)
            while self._asleep and self._asleep[0][2].done():
                heapq.heappop(self._asleep)
            if not self._asleep or self._asleep[0][0] > until_s:
                return
            self._now_s, _, woken = heapq.heappop(self._asleep)
            woken.set_result(None)


def simulate(scenario: Callable[[SimulatedClock], list[Coroutine[None, None, None]]]) -> None:
    """Let some tasks live for some simulated seconds."""

    async def live() -> None:
        clock = SimulatedClock()
        tasks = [asyncio.create_task(each) for each in scenario(clock)]
        await clock.run(LIFE_S)
        for task in tasks:
            if task.done():
                task.result()  # a failed assertion in it fails the test
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(live())


class Watched:
    """A bus with a puller that is checked at every pull; keeps its own books."""

    def __init__(self, clock: SimulatedClock, frame: MakeFrame, cameras: int) -> None:
        self.clock, self.frame, self.cameras = clock, frame, cameras
        self.bus = MemoryBus(clock, max_age_s=MAX_AGE_S)
        self.since: dict[str, float] = {}  # cameras that wait, and since when
        self.newest: dict[str, tuple[int, float]] = {}
        self.passed_over: dict[str, int] = {}
        self.published = self.pulled = 0

    async def publish(self, camera_id: str, first_s: float, period_s: float) -> None:
        await self.clock.sleep(first_s)
        for sequence in count():
            now_s = self.clock.monotonic_s()
            self.since.setdefault(camera_id, now_s)
            self.newest[camera_id] = (sequence, now_s)
            self.published += 1
            await self.bus.publish(self.frame(camera_id, sequence))
            await self.clock.sleep(period_s)

    async def pull(self, most: int, linger_s: float, work_s: float) -> None:
        while True:
            asked_s = self.clock.monotonic_s()
            batch = await self.bus.pull(most, 0.5, linger_s=linger_s)
            now_s = self.clock.monotonic_s()
            self._check(batch, most, asked_s, now_s, linger_s)
            await self.clock.sleep(work_s)

    def _check(
        self, batch: list[Frame], most: int, asked_s: float, now_s: float, linger_s: float
    ) -> None:
        cameras = [frame.camera_id for frame in batch]
        assert len(set(cameras)) == len(cameras) <= most
        for frame in batch:
            sequence, at_s = self.newest[frame.camera_id]
            assert frame.sequence == sequence
            assert now_s - at_s <= MAX_AGE_S + ROUNDING_S
        self.pulled += len(batch)
        began_s = [self.since.pop(camera_id) for camera_id in cameras]
        if not batch:
            assert now_s - asked_s <= 0.5 + linger_s + ROUNDING_S
            return
        # The deadline: nobody waits longer than told for a batch that does not fill.
        assert now_s <= max(asked_s, min(began_s) + linger_s) + ROUNDING_S
        # Fairness: whoever waits is passed over at most while all others have one turn.
        for camera_id in cameras:
            self.passed_over.pop(camera_id, None)
        dropped = {name for name, counts in self.bus.drops().items() if counts.get("stale")}
        for camera_id in self.since.keys() - dropped:
            self.passed_over[camera_id] = self.passed_over.get(camera_id, 0) + 1
            assert self.passed_over[camera_id] <= math.ceil(self.cameras / most)

    def settle(self) -> None:
        lost = sum(sum(counts.values()) for counts in self.bus.drops().values())
        assert self.published == self.pulled + lost + self.bus.held()


MAX_AGE_S = 5.0
PERIODS_S = st.lists(
    st.tuples(st.floats(0.0, 5.0), st.sampled_from([0.2, 0.6, 1.0, 5.0, 7.3, 100.0])),
    min_size=1,
    max_size=7,
)


@settings(deadline=None, max_examples=30)
@given(
    periods_s=PERIODS_S,
    most=st.integers(1, 8),
    linger_s=st.sampled_from([0.0, 0.25, 1.0]),
    work_s=st.sampled_from([0.0, 0.04, 0.4, 3.0, 9.0]),
)
def test_live_every_camera_has_its_turn_in_time_and_every_frame_is_accounted_for(
    frame: MakeFrame,
    periods_s: list[tuple[float, float]],
    most: int,
    linger_s: float,
    work_s: float,
) -> None:
    watched: list[Watched] = []

    def scenario(clock: SimulatedClock) -> list[Coroutine[None, None, None]]:
        one = Watched(clock, frame, len(periods_s))
        watched.append(one)
        cameras = [
            one.publish(f"t{number}", first_s, period_s)
            for number, (first_s, period_s) in enumerate(periods_s)
        ]
        return [*cameras, one.pull(most, linger_s, max(work_s, 0.01))]

    simulate(scenario)
    watched[0].settle()


def test_a_camera_that_is_faster_than_the_wait_does_not_hold_its_batch_up(frame: MakeFrame) -> None:
    pulled_s: list[float] = []

    def scenario(clock: SimulatedClock) -> list[Coroutine[None, None, None]]:
        one = Watched(clock, frame, 1)

        async def pull() -> None:
            while True:
                assert await one.bus.pull(8, 0.5, linger_s=0.25) != []
                pulled_s.append(clock.monotonic_s())

        return [one.publish("north", 0.0, 0.1), pull()]

    simulate(scenario)
    assert len(pulled_s) >= LIFE_S / 0.35


@settings(deadline=None, max_examples=30)
@given(
    counts=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    periods_s=st.lists(st.sampled_from([0.001, 0.01, 0.5]), min_size=5, max_size=5),
    most=st.integers(1, 6),
    work_s=st.sampled_from([0.001, 0.05, 0.2]),
)
def test_a_replay_loses_nothing_and_keeps_the_order_of_each_camera(
    frame: MakeFrame, counts: list[int], periods_s: list[float], most: int, work_s: float
) -> None:
    got: dict[str, list[int]] = {f"t{number}": [] for number in range(len(counts))}
    buses: list[MemoryBus] = []
    ended: list[bool] = []

    def scenario(clock: SimulatedClock) -> list[Coroutine[None, None, None]]:
        bus = MemoryBus(clock, max_age_s=0.001, lossless=True)
        buses.append(bus)

        async def play(camera_id: str, frames: int, period_s: float) -> None:
            for sequence in range(frames):
                await bus.publish(frame(camera_id, sequence))
                await clock.sleep(period_s)

        async def play_all() -> None:
            names = zip(got, counts, periods_s, strict=False)
            await asyncio.gather(*(play(*each) for each in names))
            await bus.close()

        async def pull() -> None:
            while True:
                try:
                    batch = await bus.pull(most, 0.5, linger_s=0.25)
                except SourceEnded:
                    ended.append(True)
                    return
                for one in batch:
                    got[one.camera_id].append(one.sequence)
                await clock.sleep(work_s)

        return [play_all(), pull()]

    simulate(scenario)
    assert ended == [True]
    assert got == {f"t{number}": list(range(frames)) for number, frames in enumerate(counts)}
    assert buses[0].drops() == {}
