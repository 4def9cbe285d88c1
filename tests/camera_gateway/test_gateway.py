import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.backoff import BackOff
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import CORRUPT_FRAMES_BEFORE_LOSS, Gateway
from camera_gateway.patrol.visits import Standing, VisitLog
from camera_gateway.ring import FrameRing
from camera_gateway.source import FrameSource, RawFrame
from camera_gateway.status import GatewayState
from models.clock import ManualClock
from models.errors import FrameCorrupt, InputRefused, SourceEnded, SourceUnavailable
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
POSE = Pose(0.0, 0.0, 0.0, 60.0)
CAMERA = Camera(
    "north",
    "北塔",
    CameraKind.TOWER,
    Position(106.6, 29.0, 800.0, HeightDatum.SEA_LEVEL),
    (Preset(0, "谷口", POSE),),
)
Step = RawFrame | BaseException


def raw(
    second: float, content: bytes | None = None, provenance: Provenance = Provenance.LIVE
) -> RawFrame:
    return RawFrame(
        str(second).encode() if content is None else content,
        START + timedelta(seconds=second),
        TimeSource.RECEIPT,
        FrameMode.VISIBLE,
        provenance,
    )


class ScriptedSource:
    """Delivers what the script says, one step a second; then hangs as a dead link does."""

    def __init__(self, clock: ManualClock, steps: Iterable[Step]) -> None:
        self._clock = clock
        self._steps = iter(steps)
        self.closed = 0

    async def read(self) -> RawFrame:
        await self._clock.sleep(1.0)
        step = next(self._steps, None)
        if step is None:
            await asyncio.Event().wait()
        if isinstance(step, BaseException):
            raise step
        assert isinstance(step, RawFrame)
        return step

    async def close(self) -> None:
        self.closed += 1


class House:
    """A gateway over scripted sources, one script for each attempt."""

    def __init__(self, *scripts: list[Step] | Exception, preset: int = 0) -> None:
        self.clock = ManualClock(START)
        self.sources: list[ScriptedSource] = []
        self._scripts = iter(scripts)
        self.bus = MemoryBus(self.clock, 1e9, lossless=True)
        self.ring = FrameRing(10**6, 100)
        self.frames: list[Frame] = []
        self.visits = VisitLog()
        self.gateway = Gateway(
            CAMERA,
            preset,
            self.open,
            bus=self.bus,
            ring=self.ring,
            clock=self.clock,
            random=lambda: 0.0,
            standing=Standing(self.visits, CAMERA.camera_id),
        )

    def open(self) -> FrameSource:
        script = next(self._scripts)
        if isinstance(script, Exception):
            raise script
        self.sources.append(ScriptedSource(self.clock, script))
        return self.sources[-1]

    async def play(self, turns: int = 400) -> None:
        """Run the gateway for some turns of the loop, pulling what it publishes."""
        task = asyncio.create_task(self.gateway.run())
        for _turn in range(turns):
            await asyncio.sleep(0)
            self.frames += await self.bus.pull(1, 0.0)
        if task.done():
            await task
        else:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    def run(self, turns: int = 400) -> "House":
        asyncio.run(self.play(turns))
        assert all(source.closed for source in self.sources)
        return self


def test_frames_are_stamped_and_kept() -> None:
    house = House([raw(0), raw(1), raw(2)])
    assert house.gateway.status().state is GatewayState.CONNECTING
    assert house.gateway.status().still is None
    house.run()
    assert [frame.sequence for frame in house.frames] == [0, 1, 2]
    assert [frame.received_at for frame in house.frames] == [
        START + timedelta(seconds=n + 1) for n in range(3)
    ]
    assert {(frame.preset, frame.pose) for frame in house.frames} == {(0, POSE)}
    assert house.ring.recent("north", 9) == house.frames
    status = house.gateway.status()
    assert status.state is GatewayState.LIVE
    assert status.still == house.frames[-1].jpeg
    assert (status.frames_received, status.frames_published) == (3, 3)
    assert (status.mode, status.provenance) == (FrameMode.VISIBLE, Provenance.LIVE)
    assert (status.captured_at, status.received_at) == (
        house.frames[-1].captured_at,
        house.frames[-1].received_at,
    )
    house.clock.advance(1000.0)
    assert house.gateway.status().state is GatewayState.STALE


def test_a_preset_without_a_pose_is_unknown() -> None:
    assert House([raw(0)], preset=7).run().frames[0].pose is None


def test_a_recording_ends() -> None:
    house = House([raw(0), SourceEnded("over")]).run()
    assert house.gateway.status().state is GatewayState.ENDED
    assert house.gateway.status().reconnects == 0


def test_losses_are_survived_and_told(caplog: pytest.LogCaptureFixture) -> None:
    house = House(
        InputRefused("The folder is not there."),
        [raw(0), raw(1), SourceUnavailable("The link broke.")],
        [raw(2), ZeroDivisionError("a fault of an adapter")],
        [raw(3)],
    )
    with caplog.at_level(logging.WARNING):
        house.run()
    assert [frame.sequence for frame in house.frames] == [0, 1, 2, 3]
    status = house.gateway.status()
    assert (status.state, status.reconnects, status.trouble) == (GatewayState.LIVE, 3, "")
    words = [record.getMessage() for record in caplog.records]
    assert len(words) == 3
    assert all("north" in word for word in words)
    assert caplog.records[-1].exc_info is not None
    # Waits of 0.5, 1 and 2 s: two good pictures are not enough to begin anew.
    assert house.clock.monotonic_s() == pytest.approx(3.5 + 6 + 1)


def test_a_lost_camera_says_so_while_it_waits() -> None:
    house = House([raw(0), SourceUnavailable("The link broke.")], KeyError("adapter"))

    async def scenario() -> None:
        states = []

        class Clock(ManualClock):
            async def sleep(self, duration_s: float) -> None:
                states.append(house.gateway.status())
                await super().sleep(duration_s)

        house.clock = Clock(START)
        house.gateway._clock = house.clock
        task = asyncio.create_task(house.gateway.run())
        for _turn in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises((asyncio.CancelledError, RuntimeError)):
            await task
        lost = [status for status in states if status.state is GatewayState.LOST]
        assert lost[0].trouble == "The link broke."
        assert lost[0].still is not None
        assert "log" in lost[1].trouble

    asyncio.run(scenario())


def test_damaged_pictures_degrade_and_many_of_them_are_a_loss() -> None:
    bad = [FrameCorrupt(f"half a picture {n}") for n in range(CORRUPT_FRAMES_BEFORE_LOSS)]
    house = House([raw(0), bad[0]]).run()
    assert house.gateway.status().state is GatewayState.DEGRADED
    assert house.gateway.status().trouble == "half a picture 0"
    house = House([raw(0), *bad[:3], raw(1), *bad], [raw(2)]).run()
    status = house.gateway.status()
    assert status.state is GatewayState.LIVE
    assert status.frames_dropped == {"corrupt": 3 + CORRUPT_FRAMES_BEFORE_LOSS}
    assert status.frames_received == 3 + 3 + CORRUPT_FRAMES_BEFORE_LOSS
    assert status.reconnects == 1


def test_what_is_no_picture_at_all_is_told_as_that() -> None:
    page = FrameCorrupt("a web page", code="camera_no_picture")
    status = House([raw(0), page]).run().gateway.status()
    assert (status.state, status.trouble_code) == (GatewayState.DEGRADED, "camera_no_picture")
    assert status.frames_dropped == {"corrupt": 1}
    lost = House([page] * CORRUPT_FRAMES_BEFORE_LOSS, []).run().gateway.status()
    assert (lost.state, lost.trouble_code) == (GatewayState.LOST, "camera_no_picture")
    half = [FrameCorrupt("half a picture")] * CORRUPT_FRAMES_BEFORE_LOSS
    assert House(half, []).run().gateway.status().trouble_code == "pictures_damaged"


@pytest.mark.parametrize("provenance", [Provenance.LIVE, Provenance.RECORDED])
def test_a_frozen_picture_is_not_news(provenance: Provenance) -> None:
    steps = [raw(n, b"same", provenance) for n in range(6)]
    house = House(steps).run()
    assert len(house.frames) == 1
    assert house.gateway.status().frames_dropped == {"duplicate": 1, "frozen": 4}
    assert house.gateway.status().state is GatewayState.DEGRADED
    assert house.gateway.status().trouble_code == "frozen"
    house = House([*steps, raw(9, b"new", provenance)]).run()
    assert len(house.frames) == 2
    assert house.gateway.status().state is GatewayState.LIVE


def test_a_recording_opened_again_does_not_repeat_itself() -> None:
    first = [raw(n, provenance=Provenance.RECORDED) for n in range(3)]
    house = House(
        [*first, SourceUnavailable("disk")], [*first, raw(3, provenance=Provenance.RECORDED)]
    ).run()
    assert [frame.jpeg for frame in house.frames] == [b"0", b"1", b"2", b"3"]
    assert house.gateway.status().frames_dropped == {"out_of_order": 2, "duplicate": 1}


def test_a_live_clock_set_back_does_not_blind() -> None:
    house = House([raw(3600), raw(0), raw(1)]).run()
    assert [frame.jpeg for frame in house.frames] == [b"3600", b"0", b"1"]


def test_cancelling_always_closes_the_source() -> None:
    class SlowClose(ScriptedSource):
        def __init__(self, clock: ManualClock) -> None:
            super().__init__(clock, [])
            self.go_on = asyncio.Event()

        async def close(self) -> None:
            await self.go_on.wait()
            await super().close()
            raise OSError

    async def scenario() -> None:
        house = House()
        source = SlowClose(house.clock)
        house.gateway._open_source = lambda: source
        task = asyncio.create_task(house.gateway.run())
        for _turn in range(5):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        source.go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert source.closed == 1

    asyncio.run(scenario())


def test_a_source_that_cannot_be_closed_is_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    class Stuck(ScriptedSource):
        async def close(self) -> None:
            await super().close()
            raise OSError

    house = House()
    house.gateway._open_source = lambda: Stuck(house.clock, [SourceEnded("over")])
    house.run()
    assert "closing failed" in caplog.text
    assert house.gateway.status().state is GatewayState.ENDED


def test_one_camera_never_touches_another(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> None:
        good, bad = House([raw(n) for n in range(5)]), House(*[RuntimeError("x")] * 50)
        await asyncio.gather(good.play(100), bad.play(30))
        assert len(good.frames) == 5
        assert good.gateway.status().reconnects == 0

    asyncio.run(scenario())
    assert "unexpected" in caplog.text


@given(chance=st.floats(0.0, 1.0, exclude_max=True), failures=st.integers(1, 200))
def test_waits_grow_to_their_cap_and_no_further(chance: float, failures: int) -> None:
    back_off = BackOff(lambda: chance, first_s=1.0, cap_s=30.0)
    waits = [back_off.next_wait_s() for _failure in range(failures)]
    assert waits == sorted(waits)
    assert all(0.5 <= wait <= 30.0 for wait in waits)
    back_off.reset()
    assert back_off.next_wait_s() == waits[0]


def seconds_of(house: House) -> list[tuple[float, float]]:
    return [
        ((visit.from_at - START).total_seconds(), (visit.until_at - START).total_seconds())
        for visit in house.visits.take()
    ]


def test_what_a_standing_camera_looks_at_is_written_down_until_it_is_lost() -> None:
    lost = SourceUnavailable("gone")
    house = House([raw(1.0), raw(2.0), raw(3.0), lost], [raw(60.0), raw(61.0)]).run(2000)
    assert seconds_of(house) == [(1.0, 3.0), (60.0, 61.0)]


def test_a_stay_is_written_every_five_minutes() -> None:
    house = House([raw(float(second)) for second in range(1, 700, 30)]).run(2000)
    visits = seconds_of(house)
    assert len(visits) == 3
    assert all(until - begin <= 300.0 for begin, until in visits)


def test_a_picture_that_is_refused_ends_the_stay() -> None:
    house = House([raw(1.0), FrameCorrupt("half"), raw(3.0)]).run()
    assert seconds_of(house) == [(1.0, 1.0), (3.0, 3.0)]


def test_a_camera_without_a_pose_watches_no_place() -> None:
    house = House([raw(1.0), raw(2.0)], preset=7).run()
    assert [frame.pose for frame in house.frames] == [None, None]
    assert house.visits.take() == []


def test_a_recording_counts_when_it_is_played() -> None:
    house = House([raw(-9_000.0, provenance=Provenance.RECORDED)]).run()
    (visit,) = house.visits.take()
    assert visit.from_at == house.frames[0].received_at != house.frames[0].captured_at
