"""Every path of a camera's states, and what bounds it."""

import asyncio
import gc
import logging
import math
import sys
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from camera_gateway.backoff import slow_lane
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.life import MOVES, Life
from camera_gateway.limits import Limits
from camera_gateway.rest import rest
from camera_gateway.ring import FrameRing
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.status import GatewayState
from camera_gateway.truth import Fault, Judgement
from camera_gateway.watchdog import MOST_HANGING
from models.clock import ManualClock
from models.condition import Condition
from models.errors import FrameCorrupt, SourceEnded, SourceRefused, SourceUnavailable
from models.frame import FrameMode, Provenance, TimeSource
from models.light import Light
from models.site import Camera, CameraKind, HeightDatum, Pose, Position

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
CAMERA = Camera(
    "north", "北塔", CameraKind.TOWER, Position(106.6, 29.0, 800.0, HeightDatum.SEA_LEVEL), ()
)
LIMITS = Limits(first_picture_s=60.0, stale_s=10.0, silent_s=30.0, close_s=5.0)


class Camera0(RuleBasedStateMachine):
    """Any order of events: only known moves, a reason for every trouble, silence always shows."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.life = Life(LIMITS, 0.0)
        self.came_s: float | None = None
        self.before = GatewayState.CONNECTING

    @property
    def over(self) -> bool:
        return self.life.at(self.now_s)[0] is GatewayState.ENDED

    @rule(seconds=st.floats(0.0, 400.0))
    def time_passes(self, seconds: float) -> None:
        self.now_s += seconds

    @precondition(lambda self: not self.over)
    @rule(kind=st.sampled_from(["good", "refused", "passed_over"]))
    def a_picture_comes(self, kind: str) -> None:
        if kind == "good":
            self.life.good(self.now_s)
            assert self.life.at(self.now_s)[0] is GatewayState.LIVE
        elif kind == "refused":
            self.life.refused(self.now_s, "frozen", "It does not change.")
            assert self.life.at(self.now_s)[0] is GatewayState.DEGRADED
        else:
            self.life.passed_over(self.now_s)
            assert self.life.at(self.now_s)[0] is not GatewayState.STALE
        self.came_s = self.now_s

    @precondition(lambda self: not self.over)
    @rule()
    def the_link_breaks(self) -> None:
        self.life.lost(self.now_s, "source_unavailable", "The link broke.")
        self.life.opened()
        self.came_s = None
        assert self.life.at(self.now_s)[0] is GatewayState.LOST

    @precondition(lambda self: not self.over)
    @rule()
    def the_recording_ends(self) -> None:
        self.life.ended(self.now_s)

    @invariant()
    def only_known_moves(self) -> None:
        state, since_s = self.life.at(self.now_s)
        # One rule may be a silence that ends: then two moves lie between two looks.
        assert (
            state is self.before
            or state in MOVES[self.before]
            or any(state in MOVES[between] for between in MOVES[self.before])
        )
        assert since_s <= self.now_s
        self.before = state

    @invariant()
    def no_trouble_without_its_reason(self) -> None:
        state, _ = self.life.at(self.now_s)
        if state in {GatewayState.LOST, GatewayState.DEGRADED}:
            assert self.life.trouble
            assert self.life.trouble_code
        if state in {GatewayState.LIVE, GatewayState.ENDED}:
            assert not self.life.trouble

    @invariant()
    def silence_shows(self) -> None:
        state, _ = self.life.at(self.now_s)
        limit_s = LIMITS.stale_after_s(self.life.usual_gap_s or 0.0)
        if self.came_s is not None and self.now_s - self.came_s > limit_s:
            assert state not in {GatewayState.LIVE, GatewayState.DEGRADED}
        assert self.life.read_limit_s >= limit_s


Camera0.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLife = Camera0.TestCase


def test_a_move_that_cannot_be_is_a_fault_of_ours() -> None:
    life = Life(LIMITS, 0.0)
    life.ended(0.0)
    with pytest.raises(ValueError, match="cannot become live"):
        life.good(1.0)


def test_a_camera_with_rare_key_frames_is_not_stale_between_them() -> None:
    life = Life(LIMITS, 0.0)
    for step in range(4):
        life.good(20.0 * step)
    assert life.usual_gap_s == 20.0
    assert life.at(60.0 + 49.0)[0] is GatewayState.LIVE
    assert life.at(60.0 + 51.0) == (GatewayState.STALE, 110.0)
    assert life.read_limit_s == 100.0


def test_the_first_picture_has_a_limit_of_its_own() -> None:
    life = Life(LIMITS, 0.0)
    assert life.read_limit_s == 60.0
    life.good(50.0)
    assert life.read_limit_s == 30.0
    life.lost(51.0, "x", "y")
    life.opened()
    assert life.read_limit_s == 60.0
    limits = Limits.of_cadence(5.0)
    assert limits.first_picture_s > limits.silent_s > limits.stale_s
    assert Limits().silent_s == math.inf


class Link:
    """Sources by script: each attempt is a list of steps; ``None`` hangs for ever."""

    def __init__(self, *attempts: list[object], limits: Limits = LIMITS, **more: object) -> None:
        self.clock = ManualClock(START)
        self.attempts = iter(attempts)
        self.opened = 0
        self.closed = 0
        self.bus = MemoryBus(self.clock, 1e9)
        self.gateway = Gateway(
            CAMERA,
            0,
            self.open,
            bus=self.bus,
            ring=FrameRing(10**6, 4),
            clock=self.clock,
            random=lambda: 0.0,
            limits=limits,
            **more,  # type: ignore[arg-type]
        )

    def open(self) -> FrameSource:
        self.opened += 1
        return Scripted(self, next(self.attempts, [None]))


class Scripted:
    def __init__(self, link: Link, steps: list[object]) -> None:
        self._link = link
        self._steps = iter(steps)

    async def read(self) -> RawFrame:
        await asyncio.sleep(0)
        step = next(self._steps, None)
        if step is None:
            await asyncio.Event().wait()
        if step == "deaf":
            await deaf()
        if isinstance(step, BaseException):
            raise step
        if isinstance(step, type):
            raise step("as before")  # a new one: an exception keeps all its tracebacks
        return RawFrame(
            str(step).encode(), START, TimeSource.RECEIPT, FrameMode.VISIBLE, Provenance.LIVE
        )

    async def close(self) -> None:
        self._link.closed += 1


async def deaf() -> None:
    """Heed no cancellation, as a call that is stuck in C does not."""
    for _ in range(3):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


async def turns(count: int = 30) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_read_that_never_returns_is_left_behind() -> None:
    async def scenario() -> None:
        link = Link([1, 2, None], [3])
        task = asyncio.create_task(link.gateway.run())
        await turns()
        link.clock.advance(29.0)
        link.gateway.check()
        await turns()
        assert link.opened == 1
        assert link.gateway.status().state is GatewayState.STALE
        link.clock.advance(2.0)
        link.gateway.check()
        await turns()
        assert (link.opened, link.closed) == (2, 1)
        status = link.gateway.status()
        assert (status.state, status.reconnects, status.hanging) == (GatewayState.LIVE, 1, 0)
        await stop(task)

    asyncio.run(scenario())


def test_readers_that_heed_nothing_are_counted_and_do_not_grow() -> None:
    async def scenario() -> None:
        link = Link(*[["deaf"]] * 50)
        task = asyncio.create_task(link.gateway.run())
        for _ in range(200):
            link.clock.advance(61.0)
            link.gateway.check()
            await turns()
        status = link.gateway.status()
        assert link.opened == status.hanging == MOST_HANGING
        assert (status.state, status.trouble_code) == (GatewayState.LOST, "readers_hang")
        await stop(task)
        for left in asyncio.all_tasks() - {asyncio.current_task()}:
            for _ in range(3):
                left.cancel()
                await asyncio.sleep(0)

    asyncio.run(scenario())


def test_a_source_that_does_not_close_holds_nobody_up() -> None:
    class Stuck(Scripted):
        async def close(self) -> None:
            await asyncio.Event().wait()

    async def scenario() -> None:
        link = Link()
        sources = iter([Stuck(link, [SourceUnavailable("gone")]), Scripted(link, [5])])
        link.gateway._open_source = lambda: next(sources)
        task = asyncio.create_task(link.gateway.run())
        await turns()
        assert link.gateway.status().state is GatewayState.LOST
        link.clock.advance(5.0)
        link.gateway.check()
        await turns()
        assert link.gateway.status().state is GatewayState.LIVE
        await stop(task)

    asyncio.run(scenario())


def test_a_thread_that_is_stuck_in_a_library_is_told() -> None:
    class Blocked(Scripted):
        is_blocked = True

    async def scenario() -> None:
        link = Link()
        sources = [Blocked(link, [SourceUnavailable("gone")]) for _ in range(9)]
        left = iter(sources)
        link.gateway._open_source = lambda: next(left)
        task = asyncio.create_task(link.gateway.run())
        await turns(400)
        status = link.gateway.status()
        assert status.hanging == MOST_HANGING
        assert (status.state, status.trouble_code) == (GatewayState.LOST, "readers_hang")
        for source in sources:
            source.is_blocked = False
        assert link.gateway.status().hanging == 0
        await stop(task)

    asyncio.run(scenario())


def test_a_refused_camera_is_seldom_asked_and_told_with_its_reason() -> None:
    refused = [SourceRefused("The camera does not take the password.")]
    knocks: list[float] = []

    async def knock() -> bool:
        knocks.append(1.0)
        return True

    async def scenario() -> None:
        link = Link(*[refused] * 6, [1], knock=knock)
        task = asyncio.create_task(link.gateway.run())
        seen: list[float] = []
        for _ in range(400):
            await asyncio.sleep(0)
            if len(seen) < link.opened:
                seen.append(link.clock.monotonic_s())
        assert link.gateway.status().state is GatewayState.LIVE
        gaps = [later - earlier for earlier, later in pairwise(seen)]
        assert all(gap >= 150.0 for gap in gaps)
        assert sum(gaps[:5]) >= 1800.0, "six refusals take longer than half an hour"
        assert not knocks
        await stop(task)

    asyncio.run(scenario())
    lane = slow_lane(lambda: 0.999)
    assert max(lane.next_wait_s() for _ in range(20)) <= 900.0


def test_the_end_of_a_live_stream_is_a_loss() -> None:
    async def scenario() -> None:
        link = Link([1, SourceEnded("over")], [2], may_end=False)
        task = asyncio.create_task(link.gateway.run())
        await turns()
        assert link.opened == 2
        assert link.gateway.status().state is GatewayState.LIVE
        await stop(task)

    asyncio.run(scenario())


def test_a_camera_that_answers_again_is_tried_at_once() -> None:
    async def scenario(answers: list[bool]) -> float:
        clock, script = ManualClock(START), iter(answers)

        async def knock() -> bool:
            return next(script, False)

        await rest(clock, 30.0, knock=knock, random=lambda: 0.5)
        return clock.monotonic_s()

    assert asyncio.run(scenario([False, False, True])) == 3.25
    # It answers all the while and sends nothing: what ails it may end at any moment.
    assert asyncio.run(scenario([True] * 40)) == 1.125
    assert asyncio.run(scenario([])) == 30.0


def test_a_pause_is_never_longer_than_it_was_to_be() -> None:
    async def scenario(wait_s: float, knock_s: float, *, answers: bool) -> float:
        clock = ManualClock(START)

        async def knock() -> bool:
            clock.advance(knock_s)
            return answers

        await rest(clock, wait_s, knock=knock, random=lambda: 0.999)
        return clock.monotonic_s()

    assert asyncio.run(scenario(0.5, 0.1, answers=True)) == pytest.approx(0.5)
    assert asyncio.run(scenario(0.5, 0.1, answers=False)) == pytest.approx(0.5)
    # A line on which nothing comes back: the next knock follows the last one without a gap.
    assert asyncio.run(scenario(6.0, 1.5, answers=False)) == pytest.approx(6.0)


def test_thousands_of_reconnects_leak_nothing() -> None:
    cycles = 3000
    logging.disable(logging.CRITICAL)  # pytest would keep every line

    async def scenario() -> None:
        kinds: list[list[object]] = [
            [SourceUnavailable],
            [SourceRefused],
            [1, FrameCorrupt, ZeroDivisionError],
            [2, SourceEnded],
        ]
        link = Link(*(kinds[n % 4] for n in range(2 * cycles)), may_end=False)
        task = asyncio.create_task(link.gateway.run())

        async def until(count: int) -> tuple[int, int]:
            while link.opened < count:  # noqa: ASYNC110  # every turn is looked at
                await asyncio.sleep(0)
            gc.collect()
            return len(asyncio.all_tasks()), sys.getallocatedblocks()

        tasks_early, blocks_early = await until(500)
        tasks_late, blocks_late = await until(cycles)
        assert link.opened - link.closed <= 1
        assert tasks_late <= tasks_early + 2
        assert blocks_late - blocks_early < 500, "a fifth of a block a cycle"
        assert link.gateway.status().hanging <= 1
        await stop(task)
        assert len(asyncio.all_tasks()) == 1

    try:
        asyncio.run(scenario())
    finally:
        logging.disable(logging.NOTSET)


def test_a_loss_is_told_without_passwords(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        error = SourceUnavailable("rtsp://admin:geheim@10.0.0.5/1 is silent.")
        link = Link([FrameCorrupt("geheim"), error], clean=lambda text: text.replace("geheim", "*"))
        task = asyncio.create_task(link.gateway.run())
        await turns()
        assert link.gateway.status().trouble == "rtsp://admin:*@10.0.0.5/1 is silent."
        await stop(task)

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    assert "geheim" not in caplog.text


def test_what_a_judge_says_goes_with_the_frame_and_is_counted() -> None:
    class Judge:
        async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
            del now_s
            if raw.jpeg == b"3":
                raise FrameCorrupt("It is half a picture.")
            found = frozenset({Condition.FOGGED}) if raw.jpeg == b"1" else frozenset()
            fault = Fault.BLACK if raw.jpeg == b"2" else None
            judged = replace(Judgement.of(raw, received_at), conditions=found, light=Light.NIGHT)
            return replace(judged, fault=fault, trouble="It is black.")

    async def scenario() -> None:
        link = Link([1, 0, 2, 3], judge=Judge())
        task = asyncio.create_task(link.gateway.run())
        await turns()
        status = link.gateway.status()
        assert status.frames_said == {"fogged": 1}
        assert status.frames_dropped == {"black": 1, "corrupt": 1}
        assert (status.state, status.trouble_code) == (GatewayState.DEGRADED, "corrupt")
        assert (status.light, status.conditions) == (Light.NIGHT, frozenset())
        assert [frame.conditions for frame in await link.bus.pull(9, 0.0)] == [frozenset()]
        await stop(task)

    asyncio.run(scenario())


def test_a_picture_of_another_view_has_no_pose() -> None:
    class Judge:
        async def look(self, raw: RawFrame, received_at: datetime, now_s: float) -> Judgement:
            del now_s
            return replace(Judgement.of(raw, received_at), pose_doubtful=raw.jpeg != b"1")

    async def scenario() -> None:
        link = Link([1, 2, None], judge=Judge())
        pose = Pose(10.0, 0.0, 0.0, 60.0)
        link.gateway._pose = pose
        task = asyncio.create_task(link.gateway.run())
        poses = []
        while len(poses) < 2:
            poses += [frame.pose for frame in await link.bus.pull(1, 0.0)]
            await asyncio.sleep(0)
        assert set(poses) <= {pose, None}
        assert poses[-1] is None
        await stop(task)

    asyncio.run(scenario())


def test_a_camera_that_is_bad_for_a_week_is_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        bad: list[object] = [FrameCorrupt(f"It breaks off after {n} bytes.") for n in range(40)]
        link = Link(*[bad] * 30, [1, 2, 3, SourceUnavailable("gone")], [None])
        task = asyncio.create_task(link.gateway.run())
        while link.opened < 32:  # noqa: ASYNC110  # every turn is looked at
            await asyncio.sleep(0)
        await stop(task)

    with caplog.at_level(logging.INFO):
        asyncio.run(scenario())
    lines = [record.getMessage() for record in caplog.records]
    assert len([line for line in lines if "refused as corrupt" in line]) == 1
    assert len([line for line in lines if "damaged pictures in a row" in line]) == 1
    assert len([line for line in lines if "is lost: gone" in line]) == 1
