"""Schedules in the store, and the windows that they make: each flight of a window stands once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from run_rig import AIRCRAFT, keep_schedule, keep_sweep, lead, window

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.flight import (
    RunCause,
    RunReason,
    RunState,
    Schedule,
    SunEvent,
    Timing,
    Weekday,
)
from models.store import Store, audit
from models.times import Season

Reopen = Callable[[], Store]


def told(store: Store) -> list[tuple[str, str, audit.Details]]:
    entries = store.audit.entries(50)
    return [(one.action, one.subject, one.details) for one in entries if "schedule." in one.action]


def events(store: Store, kind: EventKind) -> list[int]:
    return [one.subject_id for one in store.events.after(0) if one.kind is kind]


def states(store: Store, clock: ManualClock) -> list[tuple[float, int, RunState]]:
    """(minutes from now, flight, state) of all flights by window."""
    now = clock.now()
    found = store.runs.between(now - timedelta(days=9), now + timedelta(days=99))
    return [((run.due_at - now).total_seconds() / 60.0, run.sortie, run.state) for run in found]


def test_a_schedule_is_kept_as_it_is(store: Store, clock: ManualClock, reopen: Reopen) -> None:
    wanted = Schedule(
        "每日", keep_sweep(store), Timing(sun=SunEvent.SUNRISE, sun_offset_s=-0.0,
        weekdays=(Weekday.MON,), seasons=(Season(11, 1, 4, 30),)), 0.1 + 0.2,
        aircraft=((1, "队-09"),), approval_number="渝空 3", approved_from_at=clock.now(),
        needs_approval=True, needs_release=False, note="注",
    )  # fmt: skip
    kept = store.schedules.put(wanted, author="li")
    again = reopen().schedules.get(kept.schedule_id)
    assert again == kept
    assert (again.schedule, again.version, again.changed_by) == (wanted, 1, "li")
    assert again.changed_at == again.windows_until_at == clock.now()
    number = str(kept.schedule_id)
    assert told(store) == [("schedule.saved", number, {"version": 1, "name": "每日"})]
    assert events(store, EventKind.SCHEDULE_CHANGED) == [kept.schedule_id]


def test_versions_stay_and_the_same_again_is_none(store: Store, clock: ManualClock) -> None:
    number = keep_schedule(store, keep_sweep(store))
    first = store.schedules.get(number)
    clock.advance(60.0)
    same = store.schedules.put(first.schedule, author="wang", schedule_id=number, version=1)
    assert same == first
    wanted = replace(first.schedule, name="改")
    second = store.schedules.put(wanted, author="wang", schedule_id=number, version=1)
    assert (second.version, second.changed_by) == (2, "wang")
    assert store.schedules.versions(number) == [second, first]
    assert store.schedules.all() == [second]
    for version in (None, 1, 3, 0, -1, 2**63):
        with pytest.raises(Conflict, match="changed last by wang") as why:
            store.schedules.put(first.schedule, author="li", schedule_id=number, version=version)
        assert why.value.code == "schedule_changed"
    assert len(told(store)) == 2


@pytest.mark.parametrize("number", [0, -1, 7, 2**63])
def test_what_is_not_there(store: Store, clock: ManualClock, number: int) -> None:
    sweep = keep_sweep(store)
    keep_schedule(store, sweep)
    fence = lead(store)
    wanted = store.schedules.get(1).schedule
    for ask in (
        lambda: store.schedules.get(number),
        lambda: store.schedules.versions(number),
        lambda: store.schedules.retire(number, version=1, author="li"),
        lambda: store.schedules.put(wanted, author="li", schedule_id=number, version=1),
        lambda: store.schedules.make_windows(number, [], clock.now(), version=1, fence=fence),
    ):
        with pytest.raises(NotFound) as why:
            ask()
        assert why.value.code == "no_such_schedule"
    for sweep_id, version in ((number, None), (sweep, 7)):
        with pytest.raises(NotFound) as why:
            keep_schedule(store, sweep_id, sweep_version=version)
        assert why.value.code == "no_such_sweep"
    assert len(store.schedules.all()) == 1


def test_a_retired_sweep_gets_no_schedule(store: Store) -> None:
    sweep = keep_sweep(store)
    store.sweeps.retire(sweep, version=1, author="li")
    with pytest.raises(NotFound) as why:
        keep_schedule(store, sweep)
    assert why.value.code == "no_such_sweep"


def test_nobody_keeps_no_schedule(store: Store) -> None:
    number = keep_schedule(store, keep_sweep(store))
    wanted = store.schedules.get(number).schedule
    for ask in (
        lambda: store.schedules.put(wanted, author=" "),
        lambda: store.schedules.retire(number, version=1, author=""),
    ):
        with pytest.raises(InputRefused) as why:
            ask()
        assert why.value.code == "author_missing"


@pytest.mark.parametrize("plan", ["", "[]", '{"sorties": 3}', '{"sorties": [1, {"aircraft": 2}]}'])
def test_each_flight_needs_an_aircraft(store: Store, plan: str) -> None:
    sweep = keep_sweep(store, 2, plan=plan)
    for named in (((1, "a"),), (), ((1, "a"), (2, "")), ((1, "a"), (2, "b"), (3, "c"))):
        with pytest.raises(InputRefused) as why:
            keep_schedule(store, sweep, aircraft=named)
        assert why.value.code == "schedule_aircraft"
    with pytest.raises(InputRefused):
        keep_schedule(store, sweep, aircraft=((1, "a"), (2, "b"), (2, "c")))
    keep_schedule(store, sweep, aircraft=((1, "a"), (2, "b")))


def test_a_window_makes_a_run_for_each_flight_once(store: Store, clock: ManualClock) -> None:
    number = keep_schedule(store, keep_sweep(store, 3), aircraft=((2, "队-09"),))
    fence, start = lead(store), clock.now()
    windows = [window(start, 0.0), window(start, 60.0)]
    until = start + timedelta(minutes=90)
    make = store.schedules.make_windows
    assert make(number, windows, until, version=1, fence=fence) == 6
    assert make(number, windows, until, version=1, fence=fence) == 0
    assert store.schedules.get(number).windows_until_at == until
    runs = store.runs.between(start, until)
    assert [run.aircraft for run in runs] == [AIRCRAFT[0], "队-09", AIRCRAFT[2]] * 2
    assert {(run.cause, run.schedule_id, run.state, run.sweep_version) for run in runs} == {
        (RunCause.SCHEDULE, number, RunState.PLANNED, None)
    }
    assert [(step.state, step.author) for step in runs[0].steps] == [(RunState.PLANNED, "system")]
    assert [(run.due_at, run.until_at) for run in runs[::3]] == windows
    # Those before were made: a table that is reckoned anew from an earlier moment makes none twice.
    more = [*windows, window(start, 95.0)]
    assert make(number, more, until + timedelta(hours=1), version=1, fence=fence) == 3
    assert make(number, windows, until, version=1, fence=fence) == 0, "and takes nothing back"
    assert store.schedules.get(number).windows_until_at == until + timedelta(hours=1)
    assert len(events(store, EventKind.SCHEDULE_CHANGED)) == 3


@pytest.mark.parametrize(("opens", "closes"), [(0.0, 0.0), (5.0, 4.0), (90.0, 120.0)])
def test_a_window_that_is_none(
    store: Store, clock: ManualClock, opens: float, closes: float
) -> None:
    number, fence, start = keep_schedule(store, keep_sweep(store)), lead(store), clock.now()
    bad = (start + timedelta(minutes=opens), start + timedelta(minutes=closes))
    until = start + timedelta(minutes=90)
    with pytest.raises(InputRefused) as why:
        store.schedules.make_windows(
            number, [window(start, 1.0), bad], until, version=1, fence=fence
        )
    assert why.value.code == "run_time"
    assert states(store, clock) == []


def test_windows_of_an_older_schedule_or_leader_are_refused(
    store: Store, clock: ManualClock
) -> None:
    number = keep_schedule(store, keep_sweep(store))
    fence = lead(store)
    wanted = replace(store.schedules.get(number).schedule, window_s=60.0)
    store.schedules.put(wanted, author="li", schedule_id=number, version=1)
    until = clock.now() + timedelta(days=1)
    windows = [window(clock.now(), 5.0)]
    for version, number_of_lease, code in ((1, fence, "schedule_changed"), (2, 7, "lease_lost")):
        with pytest.raises(Conflict) as why:
            store.schedules.make_windows(
                number, windows, until, version=version, fence=number_of_lease
            )
        assert why.value.code == code
    assert states(store, clock) == []


def test_a_change_cancels_what_has_not_opened_and_its_place_is_free(
    store: Store, clock: ManualClock
) -> None:
    number, fence, start = keep_schedule(store, keep_sweep(store)), lead(store), clock.now()
    windows = [window(start, 0.0), window(start, 60.0), window(start, 120.0)]
    until = start + timedelta(days=1)
    store.schedules.make_windows(number, windows, until, version=1, fence=fence)
    clock.advance(60.0)
    wanted = store.schedules.get(number).schedule
    for changes in ({"name": "改", "note": "n"}, {"approval_number": "9", "needs_release": False}):
        wanted = replace(wanted, **changes)
        kept = store.schedules.put(
            wanted, author="wang", schedule_id=number, version=store.schedules.get(number).version
        )
        assert kept.windows_until_at == until
    assert {state for _at, _sortie, state in states(store, clock)} == {RunState.PLANNED}
    wanted = replace(wanted, window_s=600.0)
    kept = store.schedules.put(wanted, author="wang", schedule_id=number, version=3)
    assert kept.windows_until_at == clock.now()
    assert [state for _at, _sortie, state in states(store, clock)] == [
        RunState.PLANNED, RunState.CANCELLED, RunState.CANCELLED,
    ]  # fmt: skip
    cancelled = store.runs.between(start, until)[1]
    assert cancelled.steps[-1].author == "wang"
    assert cancelled.steps[-1].note
    assert cancelled.ended_at == clock.now()
    again = [window(start, 0.0), window(start, 60.0, 10.0)]
    assert store.schedules.make_windows(number, again, until, version=4, fence=fence) == 1
    assert [state for at, _sortie, state in states(store, clock) if at == 59.0] == [
        RunState.CANCELLED, RunState.PLANNED,
    ]  # fmt: skip


@pytest.mark.parametrize("how", ["retired", "switched off"])
def test_what_is_switched_off_cancels_also_what_waits(
    store: Store, clock: ManualClock, how: str
) -> None:
    number, fence, start = keep_schedule(store, keep_sweep(store, 2)), lead(store), clock.now()
    until = start + timedelta(days=1)
    windows = [window(start, 0.0), window(start, 60.0)]
    store.schedules.make_windows(number, windows, until, version=1, fence=fence)
    started = store.runs.waiting(start)[0].run_id
    store.runs.claim(started, fence)
    store.runs.release(started, version=1, author="li")
    for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING):
        store.runs.step(started, state, author="system", fence=fence)
    clock.advance(1.0)
    if how == "retired":
        store.schedules.retire(number, version=1, author="wang")
        assert store.schedules.all() == []
        assert store.schedules.get(number).retired_at == clock.now()
        assert told(store)[0] == ("schedule.retired", str(number), {"version": 1})
        with pytest.raises(NotFound) as why:
            store.schedules.retire(number, version=1, author="li")
        assert why.value.code == "no_such_schedule"
    else:
        off = replace(store.schedules.get(number).schedule, is_enabled=False)
        store.schedules.put(off, author="wang", schedule_id=number, version=1)
        later = [window(start, 90.0)]
        assert store.schedules.make_windows(number, later, until, version=2, fence=fence) == 0
    assert [state for _at, _sortie, state in states(store, clock)] == [
        RunState.STARTING, *[RunState.CANCELLED] * 3,
    ]  # fmt: skip
    run = store.runs.between(start, until)[1]
    assert (run.reason, run.steps[-1].author) == (RunReason.SWITCHED_OFF, "wang")


def test_a_sweep_that_gains_a_flight_gains_it_in_windows_to_come(
    store: Store, clock: ManualClock
) -> None:
    sweep = keep_sweep(store, 1)
    number, fence, start = keep_schedule(store, sweep), lead(store), clock.now()
    until = start + timedelta(days=1)
    windows = [window(start, 0.0), window(start, 60.0)]
    store.schedules.make_windows(number, windows, until, version=1, fence=fence)
    clock.advance(60.0)
    keep_sweep(store, 2, plan="", sweep_id=sweep)
    assert store.schedules.make_windows(number, [], until, version=1, fence=fence) == 1
    assert [(at, sortie) for at, sortie, _state in states(store, clock)] == [
        (-1.0, 1), (59.0, 1), (59.0, 2),
    ]  # fmt: skip
    # Nobody has said what flies it: it stands there all the same, and is never claimed.
    assert store.runs.between(start, until)[-1].aircraft == ""
    with pytest.raises(Conflict) as why:
        store.runs.claim(store.runs.between(start, until)[-1].run_id, fence)
    assert why.value.code == "run_no_mission"
