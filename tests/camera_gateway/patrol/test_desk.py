"""The patrols' book: kept in batches, bounded, and not lost while the store is away."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from patrol_rig import START, PatrolRig, setup_of
from ptz_sim import head_of
from ptz_world import Target

from camera_gateway.patrol import PatrolDesk
from camera_gateway.patrol.gap_notes import GapNote
from camera_gateway.patrol.visits import MOST_KEPT, VisitLog
from models.clock import ManualClock
from models.errors import StoreDamaged
from models.patrol import DangerClass, PoseTrust
from models.site import Pose
from models.store import Store
from models.watching import GapCause, Visit

POSE = Pose(30.0, -3.0, 0.0, 60.0)
TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(START))
    yield opened
    opened.close()


def at(seconds: float) -> "timedelta":
    return timedelta(seconds=seconds)


def note(log: VisitLog, seconds: float, preset: int = 1, trust: PoseTrust = PoseTrust.COMMANDED,
         pose: Pose = POSE) -> None:  # fmt: skip
    log.note("north", preset, START + at(seconds), pose, trust)


def test_a_stay_is_one_visit_with_the_best_of_its_trusts() -> None:
    log = VisitLog()
    note(log, 0.0)
    note(log, 5.0, trust=PoseTrust.VERIFIED)
    note(log, 10.0, trust=PoseTrust.REPORTED)
    assert log.take() == []
    log.left("north")
    log.left("north")
    until = START + at(10.0)
    assert log.take() == [
        Visit("north", 1, START, until, PoseTrust.VERIFIED, POSE, 3, START, until)
    ]


def test_pictures_of_fog_are_visited_and_do_not_watch() -> None:
    log = VisitLog()
    for seconds, shows in ((0.0, False), (5.0, True), (10.0, True), (15.0, False)):
        log.note("north", 1, START + at(seconds), POSE, PoseTrust.VERIFIED, shows=shows)
    (running,) = log.running()
    assert (running.seen_from_at, running.seen_until_at) == (START + at(5.0), START + at(10.0))
    assert (running.until_at, running.frames) == (START + at(15.0), 4)
    log.note("south", 1, START, POSE, PoseTrust.VERIFIED, shows=False)
    log.leave_all()
    assert [one.seen_until_at for one in log.take()] == [START + at(10.0), None]
    assert log.running() == []


def test_another_view_pose_or_a_clock_that_goes_back_is_another_visit() -> None:
    log = VisitLog()
    note(log, 0.0)
    note(log, 5.0, preset=2)
    note(log, 10.0, preset=2, pose=Pose(31.0, -3.0, 0.0, 60.0))
    note(log, 3.0, preset=2, pose=Pose(31.0, -3.0, 0.0, 60.0))
    note(log, 600.0, preset=2, pose=Pose(31.0, -3.0, 0.0, 60.0))  # and so is a long stay
    log.leave_all()
    assert [(one.preset, one.frames) for one in log.take()] == [
        (1, 1), (2, 1), (2, 1), (2, 1), (2, 1),
    ]  # fmt: skip


def test_what_is_kept_is_bounded_and_the_newest_is_kept() -> None:
    log = VisitLog()
    for number in range(MOST_KEPT + 10):
        note(log, float(number), preset=number)
    log.leave_all()
    visits = log.take()
    assert len(visits) == MOST_KEPT
    note(log, 9000.0, preset=99)
    log.leave_all()
    log.put_back(visits)
    kept = log.take()
    assert len(kept) == MOST_KEPT
    assert kept[-1].preset == 99


class AwayPatrols:
    """A store's patrols that can be away."""

    def __init__(self, inner: object) -> None:
        self.inner = inner
        self.is_away = False

    def __getattr__(self, name: str) -> object:
        if self.is_away:
            raise StoreDamaged("The database is gone.")
        return getattr(self.inner, name)


def test_nothing_is_lost_while_the_store_is_away(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock(START)
    away = AwayPatrols(store.patrols)
    monkeypatch.setattr(store, "patrols", away)
    desk = PatrolDesk(store, clock)
    away.is_away = True
    note(desk.visits, 0.0)
    desk.visits.left("north")
    desk.take_note("north", GapNote(GapCause.STUCK, begins=True), START)
    desk.take_note("north", GapNote(GapCause.STUCK, begins=False), START + at(60.0))
    for _ in range(30):
        asyncio.run(desk.step())
        clock.advance(1.0)
    assert not desk.is_ready
    assert caplog.text.count("not written or read") == 1
    away.is_away = False
    clock.advance(60.0)
    asyncio.run(desk.step())
    assert desk.is_ready
    assert [one.preset for one in store.patrols.visits(START - at(1), START + at(99))] == [1]
    (gap,) = store.patrols.gaps(START - at(1), START + at(99))
    assert gap.until_at == START + at(60.0)


def test_the_last_visit_is_written_when_the_program_ends(store: Store) -> None:
    async def run() -> None:
        desk = PatrolDesk(store, ManualClock(START))
        task = asyncio.create_task(desk.run())
        await asyncio.sleep(0)
        note(desk.visits, 0.0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert [one.frames for one in store.patrols.visits(START, START + at(1))] == [1]


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if holds():
            return
        await asyncio.sleep(0)
    raise TimeoutError


def test_a_nudge_is_heard_from_any_thread_and_a_late_one_by_nobody(store: Store) -> None:
    async def run() -> None:
        desk = PatrolDesk(store, ManualClock(START))
        desk.nudge()
        task = asyncio.create_task(desk.run())
        await until(lambda: desk.is_ready)
        store.patrols.enter_danger(DangerClass.LOW, author="li")
        await asyncio.to_thread(desk.nudge)
        await until(lambda: desk.danger is DangerClass.LOW)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        desk.nudge()

    asyncio.run(run())


def visit(days: float) -> Visit:
    when = START - timedelta(days=days)
    return Visit("north", 0, when, when, PoseTrust.VERIFIED, POSE, 1)


def test_old_visits_are_forgotten_and_gaps_of_cameras_that_stand_still_end(store: Store) -> None:
    visits: Iterable[Visit] = [visit(63.0), visit(61.0), visit(1.0)]
    store.patrols.add_visits(visits)
    store.patrols.begin_gap("removed", GapCause.STUCK, START - at(60.0))
    store.patrols.begin_gap("north", GapCause.STUCK, START - at(60.0))
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS), store=store)
    asyncio.run(rig.desk.step())
    kept = store.patrols.visits(START - timedelta(days=90), START)
    days = [(START - one.from_at).days for one in kept]
    assert days == [61, 1]
    lasting = {gap.camera_id: gap.until_at is None for gap in store.patrols.gaps(
        START - at(90.0), START + at(90.0))}  # fmt: skip
    assert lasting == {"removed": False, "north": True}


def test_a_round_takes_its_place_and_leaves_it() -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS))
    before = rig.parts.round
    rig.start()
    rig.desk.left(before)
    assert rig.desk.status("north") is not None

    async def run() -> None:
        task = asyncio.create_task(rig.parts.round.run())
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert rig.desk.status("north") is None
    assert rig.turner.closed
