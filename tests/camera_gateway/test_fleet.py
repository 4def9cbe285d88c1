"""Cameras come, change and go while the others run."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from camera_gateway.bus import MemoryBus
from camera_gateway.fleet import Fleet
from camera_gateway.gateway import Gateway
from camera_gateway.limits import Limits
from camera_gateway.ring import FrameRing
from camera_gateway.source import RawFrame
from models.clock import ManualClock
from models.errors import InputRefused, StoreDamaged
from models.frame import FrameMode, Provenance, TimeSource
from models.site import Camera, CameraKind, HeightDatum, Position

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
PLACE = Position(106.6, 29.0, 800.0, HeightDatum.SEA_LEVEL)


class SteppedClock(ManualClock):
    """Sleeps for one turn of the loop; the test alone moves it."""

    async def sleep(self, duration_s: float) -> None:
        del duration_s
        await asyncio.sleep(0)


@dataclass
class Yard:
    """A fleet over sources that deliver one picture and then wait."""

    clock: SteppedClock = field(default_factory=lambda: SteppedClock(START))
    plans: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    fails: bool = False
    close_hangs: bool = False

    def __post_init__(self) -> None:
        self.bus = MemoryBus(self.clock, 1e9)
        self.ring = FrameRing(10**6, 4)
        self.fleet: Fleet[str] = Fleet(self.read_plans, self.make, self.clock)

    def read_plans(self) -> dict[str, str]:
        if self.fails:
            raise StoreDamaged("The database is not there.")
        return dict(self.plans)

    def make(self, plan: str, first_sequence: int = 0) -> Gateway:
        if plan.endswith("impossible"):
            raise InputRefused("No such adapter.")
        camera = Camera(plan.split("@", maxsplit=1)[0], plan, CameraKind.TOWER, PLACE, ())
        return Gateway(
            camera,
            0,
            lambda: Source(self, plan),
            bus=self.bus,
            ring=self.ring,
            clock=self.clock,
            random=lambda: 0.0,
            limits=Limits(close_s=5.0),
            first_sequence=first_sequence,
        )

    def run(self, scenario: Callable[[], object]) -> None:
        async def whole() -> None:
            task = asyncio.create_task(self.fleet.run())
            await self.settle()
            await scenario()  # type: ignore[misc]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(whole())

    async def settle(self) -> None:
        """Long enough for a look in its thread and for what follows from it."""
        for _ in range(40):
            await asyncio.sleep(0.001)

    async def change(self, **plans: str) -> None:
        self.plans = plans
        self.fleet.nudge()
        await self.settle()


class Source:
    def __init__(self, yard: Yard, plan: str) -> None:
        self._yard = yard
        self._plan = plan
        self._sent = False
        yard.events.append(f"open {plan}")

    async def read(self) -> RawFrame:
        if self._sent:
            await asyncio.Event().wait()
        self._sent = True
        return RawFrame(
            self._plan.encode(), START, TimeSource.RECEIPT, FrameMode.VISIBLE, Provenance.LIVE
        )

    async def close(self) -> None:
        self._yard.events.append(f"close {self._plan}")
        if self._yard.close_hangs:
            await asyncio.Event().wait()


def test_a_change_touches_its_camera_alone() -> None:
    yard = Yard(plans={"a": "a@1", "b": "b@1"})

    async def scenario() -> None:
        assert sorted(yard.events) == ["open a@1", "open b@1"]
        untouched = yard.fleet.gateways["a"]
        yard.events.clear()
        await yard.change(a="a@1", b="b@2", c="c@1")
        assert yard.events[:1] == ["open c@1"] or yard.events[:1] == ["close b@1"]
        assert sorted(yard.events) == ["close b@1", "open b@2", "open c@1"]
        assert yard.events.index("close b@1") < yard.events.index("open b@2")
        assert yard.fleet.gateways["a"] is untouched
        assert yard.fleet.gateways["b"].next_sequence == 2, "numbers go on where they were"
        yard.events.clear()
        await yard.change(a="a@1", c="c@1")
        assert yard.events == ["close b@2"]
        assert sorted(yard.fleet.gateways) == ["a", "c"]

    yard.run(scenario)
    assert sorted(yard.events) == ["close a@1", "close b@2", "close c@1"]


def test_what_another_process_wrote_is_found_without_a_nudge() -> None:
    yard = Yard()

    async def scenario() -> None:
        yard.plans = {"a": "a@1"}
        await yard.settle()
        assert not yard.fleet.gateways
        yard.clock.advance(5.0)
        await yard.settle()
        assert list(yard.fleet.gateways) == ["a"]

    yard.run(scenario)


def test_a_store_that_fails_stops_no_camera(caplog: pytest.LogCaptureFixture) -> None:
    yard = Yard(plans={"a": "a@1"})

    async def scenario() -> None:
        yard.fails = True
        with caplog.at_level(logging.WARNING):
            await yard.change()
        assert list(yard.fleet.gateways) == ["a"]
        assert "not known now" in caplog.text

    yard.run(scenario)


def test_a_plan_that_cannot_be_is_said_once_and_stops_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    yard = Yard(plans={"a": "a@impossible", "b": "b@1"})

    async def scenario() -> None:
        yard.fleet.nudge()
        await yard.settle()
        assert list(yard.fleet.gateways) == ["b"]

    with caplog.at_level(logging.WARNING):
        yard.run(scenario)
    assert caplog.text.count("camera a cannot be read as configured") == 1


def test_the_successor_of_a_source_that_does_not_close_waits_for_the_watchdog_only() -> None:
    yard = Yard(plans={"a": "a@1"}, close_hangs=True)

    async def scenario() -> None:
        await yard.change(a="a@2")
        assert yard.events == ["open a@1", "close a@1"]
        yard.clock.advance(5.0)
        await yard.settle()
        assert yard.events == ["open a@1", "close a@1", "open a@2"]
        yard.close_hangs = False

    yard.run(scenario)


def test_fixed_gateways_run_and_no_plan_replaces_them() -> None:
    yard = Yard(plans={"demo": "demo@2"})
    yard.fleet = Fleet(yard.read_plans, yard.make, yard.clock, fixed={"demo": yard.make("demo@1")})

    async def scenario() -> None:
        assert yard.events == ["open demo@1"]

    yard.run(scenario)


def test_a_nudge_while_nothing_runs_is_nothing() -> None:
    Yard().fleet.nudge()


def test_a_gateway_that_fails_is_started_again(caplog: pytest.LogCaptureFixture) -> None:
    yard = Yard(plans={"a": "a@1"})
    real, attempts = yard.make, []

    def make(plan: str, first_sequence: int) -> Gateway:
        gateway = real(plan, first_sequence)
        run = gateway.run

        async def once() -> None:
            attempts.append(plan)
            if len(attempts) == 1:
                raise RuntimeError("boom")
            await run()

        gateway.run = once  # type: ignore[method-assign]
        return gateway

    yard.fleet = Fleet(yard.read_plans, make, yard.clock)

    async def scenario() -> None:
        assert len(attempts) == 2

    yard.run(scenario)
    assert "started again" in caplog.text
