"""Somebody takes a camera over: its tour waits, it alone, and returns by itself."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from patrol_rig import START, PatrolRig, setup_of
from ptz_sim import head_of
from ptz_world import Target

from camera_gateway.patrol import PatrolDesk, PatrolPhase
from camera_gateway.truth.judgement import Fault
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, SourceUnavailable
from models.patrol import PoseTrust
from models.store import Store
from models.watching import GapCause

TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0), 2: Target(75.0, -5.0)}
HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(START))
    yield opened
    opened.close()


def rig_on(store: Store, tmp_path: Path) -> PatrolRig:
    clock = store.patrols._clock
    assert isinstance(clock, ManualClock)
    rig = PatrolRig(
        head_of(TARGETS), setup_of(TARGETS), store=store, clock=clock, views=tmp_path / "views"
    )
    rig.desk.is_ready = True
    return rig


def gaps(rig: PatrolRig) -> list[tuple[GapCause, str, bool]]:
    assert rig.store is not None
    asyncio.run(rig.desk._write())
    found = rig.store.patrols.gaps(START - HOUR, rig.clock.now() + HOUR)
    return [(gap.cause, gap.who, gap.until_at is not None) for gap in found]


def test_nothing_is_turned_before_it_is_known_who_steers(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    rig.desk.is_ready = False
    for _ in range(5):
        rig.clock.advance(0.5)
        asyncio.run(rig.parts.round.step())
    assert rig.head.commands == []


def test_a_camera_is_steered_and_its_tour_returns_by_itself(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    asyncio.run(rig.play(230.0))
    with pytest.raises(Conflict) as refused:
        asyncio.run(rig.desk.steer("north", "li", pan=0.3))
    assert refused.value.code == "lease_missing"
    store.patrols.take("north", "li", timedelta(seconds=60))
    asyncio.run(rig.desk.steer("north", "li", pan=0.3))  # at once: the desk looks for itself
    with pytest.raises(Conflict):
        asyncio.run(rig.desk.steer("north", "wang", pan=0.3))
    before = len(rig.head.commands)
    seen = asyncio.run(rig.play(20.0))
    assert {one.judgement.fault for one in seen} == {Fault.STEERED}
    assert not any(one.startswith("goto") for one in rig.head.commands[before:])
    assert "stop" in rig.head.commands[before:]  # two seconds after the last word
    status = rig.desk.status("north")
    assert status is not None
    assert status.phase is PatrolPhase.STEERED
    assert status.lease is not None
    assert status.lease.holder == "li"
    assert gaps(rig) == [(GapCause.OPERATOR, "li", False)]
    asyncio.run(rig.desk.goto("north", "li", 2))
    asyncio.run(rig.play(10.0))
    assert rig.head.look_deg()[0] == pytest.approx(75.0)
    # The time runs out, and nobody has to give anything back.
    seen = asyncio.run(rig.play(80.0))
    assert gaps(rig) == [(GapCause.OPERATOR, "li", True)]
    assert {one.trust for one in seen[-10:] if one.is_scored} == {PoseTrust.VERIFIED}
    (gap,) = store.patrols.gaps(START, rig.clock.now())
    first = next(one for one in seen if one.is_scored)
    assert gap.until_at is not None
    assert abs((gap.until_at - first.judgement.captured_at).total_seconds()) <= 1.0
    assert rig.wrong(1.2) == []


def test_only_the_camera_that_is_taken_over_waits(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    camera = replace(rig.setup.camera, camera_id="south")
    south = PatrolRig(head_of(TARGETS), replace(rig.setup, camera=camera), clock=rig.clock)
    south.desk = rig.desk
    south.start()
    store.patrols.take("north", "li", HOUR)
    asyncio.run(rig.desk.look())
    for _ in range(60):
        asyncio.run(rig.play(1.0))
        asyncio.run(south.parts.round.step())
    assert not any(one.startswith("goto") for one in rig.head.commands)
    assert any(one.startswith("goto") for one in south.head.commands)


def test_a_lease_outlives_a_restart_and_so_does_its_gap(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    asyncio.run(rig.play(60.0))
    store.patrols.take("north", "li", timedelta(seconds=120))
    asyncio.run(rig.play(10.0))
    assert gaps(rig) == [(GapCause.OPERATOR, "li", False)]
    rig.desk = PatrolDesk(store, rig.clock)
    rig.start()
    before = len(rig.head.commands)
    asyncio.run(rig.play(20.0))
    assert not any(one.startswith("goto") for one in rig.head.commands[before:])
    assert gaps(rig) == [(GapCause.OPERATOR, "li", False)]
    # It ends while the program is down: the gap ends with the first settled picture after it.
    rig.clock.advance(300.0)
    rig.head.advance(rig.now_s)
    rig.desk = PatrolDesk(store, rig.clock)
    rig.start()
    asyncio.run(rig.play(40.0))
    assert gaps(rig) == [(GapCause.OPERATOR, "li", True)]


def test_a_camera_given_back_goes_on_at_once(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    store.patrols.take("north", "li", HOUR)
    asyncio.run(rig.play(10.0))
    store.patrols.give_back("north", actor="li")
    asyncio.run(rig.play(30.0))
    assert any(one.startswith("goto") for one in rig.head.commands)
    assert gaps(rig) == [(GapCause.OPERATOR, "li", True)]


@pytest.mark.parametrize("is_on", [True, False])
def test_a_camera_without_a_tour_to_return_to_has_no_gap_that_lasts(
    store: Store,
    tmp_path: Path,
    is_on: bool,  # noqa: FBT001
) -> None:
    rig = rig_on(store, tmp_path)
    assert rig.setup.patrol is not None
    mover = replace(rig.setup.patrol.mover, tokens=())
    patrol = replace(rig.setup.patrol, is_on=is_on, mover=mover)
    rig.setup = replace(rig.setup, patrol=patrol)
    rig.start()
    store.patrols.take("north", "li", timedelta(seconds=20))
    asyncio.run(rig.play(10.0))
    assert gaps(rig) == [(GapCause.OPERATOR, "li", False)]
    seen = asyncio.run(rig.play(30.0))
    assert gaps(rig) == [(GapCause.OPERATOR, "li", True)]
    assert all(one.is_scored for one in seen[-5:])


def test_what_cannot_be_steered_says_why(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    store.patrols.take("north", "li", HOUR)
    with pytest.raises(InputRefused) as unknown:
        asyncio.run(rig.desk.stop("east", "li"))
    assert unknown.value.code == "camera_not_turned"
    with pytest.raises(InputRefused) as fast:
        asyncio.run(rig.desk.steer("north", "li", tilt=1.5))
    assert fast.value.code == "steer_speed"
    with pytest.raises(InputRefused) as unknown:
        asyncio.run(rig.desk.goto("north", "li", 9))
    assert unknown.value.code == "preset_token_unknown"
    rig.head.refuses = True
    with pytest.raises(SourceUnavailable):
        asyncio.run(rig.desk.steer("north", "li", pan=0.1))
    with pytest.raises(SourceUnavailable):
        asyncio.run(rig.desk.presets("north"))


def test_a_preset_that_is_set_anew_is_learned_anew(store: Store, tmp_path: Path) -> None:
    rig = rig_on(store, tmp_path)
    asyncio.run(rig.play(230.0))
    store.patrols.take("north", "li", timedelta(seconds=60))
    asyncio.run(rig.desk.steer("north", "li", tilt=0.05))
    asyncio.run(rig.play(10.0))
    assert asyncio.run(rig.desk.set_preset("north", "li", "new view", "P1")) == "P1"
    assert {one.token for one in asyncio.run(rig.desk.presets("north"))} == {"P0", "P1", "P2"}
    asyncio.run(rig.desk.stop("north", "li"))
    seen = asyncio.run(rig.play(140.0))
    at_one = [one for one in seen if one.is_scored and one.preset == 1]
    assert at_one
    assert not any(one.trust is PoseTrust.VERIFIED for one in at_one[:8])
