"""Flights in the store: steps that follow, one claim, a person's release, and one aircraft once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count, product
from typing import Any

import pytest
from run_rig import check, keep_schedule, keep_sweep, lead, window
from sqlalchemy import Engine, event

from models.alert import AlertDraft
from models.audit import SYSTEM
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.flight import (
    FINAL,
    IN_THE_AIR,
    NEXT,
    GateAnswer,
    GateRound,
    Run,
    RunCause,
    RunReason,
    RunState,
)
from models.store import Store, audit
from models.store.run_rows import UNSTARTED
from models.store.run_rules import IN_HAND

Reopen = Callable[[], Store]
Drafts = Callable[..., AlertDraft]
OPEN, SHUT, UNKNOWN = GateAnswer.OPEN, GateAnswer.CLOSED, GateAnswer.UNKNOWN
WAY = (RunState.CLAIMED, RunState.UPLOADING, RunState.READY, RunState.STARTING, RunState.FLYING)


def planned(store: Store, clock: ManualClock, fence: int, sorties: int = 1) -> Run:
    """The first flight of a window that is open for half an hour."""
    number = keep_schedule(store, keep_sweep(store, sorties))
    start = clock.now()
    store.schedules.make_windows(
        number, [window(start, 0.0)], start + timedelta(days=1), version=1, fence=fence
    )
    return store.runs.page(schedule_id=number, limit=sorties)[-1]


def brought(store: Store, run: Run, state: RunState, fence: int) -> Run:
    """A run on its way to a state, by the leader."""
    for each in WAY[: WAY.index(state) + 1]:
        if each is RunState.CLAIMED:
            run = store.runs.claim(run.run_id, fence)
        else:
            if each is RunState.STARTING:
                store.runs.release(run.run_id, version=1, author="wang")
            run = store.runs.step(run.run_id, each, author=SYSTEM, fence=fence)
    return run


def why_not(ask: Callable[[], object]) -> str:
    with pytest.raises(Conflict) as why:
        ask()
    assert why.value.remedy
    return why.value.code


def told(store: Store) -> list[tuple[str, str, audit.Details]]:
    entries = store.audit.entries(50)
    return [
        (one.actor, one.action, one.details)
        for one in entries[::-1]
        if one.action.startswith("flight.")
    ]


def test_a_flight_from_its_window_to_its_end(
    store: Store, clock: ManualClock, reopen: Reopen
) -> None:
    fence, start = lead(store), clock.now()
    run = planned(store, clock, fence)
    clock.advance(10.0)
    flying = brought(store, run, RunState.FLYING, fence)
    assert (flying.fence, flying.sweep_version, flying.started_at) == (fence, 1, clock.now())
    assert (flying.released_by, flying.released_at) == ("wang", clock.now())
    assert flying.ended_at is None
    clock.advance(600.0)
    ended = store.runs.step(
        run.run_id, RunState.ABORTED, RunReason.LOW_BATTERY, author="wang", note="说", fence=fence
    )
    again = reopen().runs.get(run.run_id)
    assert again == ended
    assert [step.state for step in again.steps] == [RunState.PLANNED, *WAY, RunState.ABORTED]
    assert (again.ended_at, again.reason) == (clock.now(), RunReason.LOW_BATTERY)
    assert again.steps[-1].note == "说"
    assert [step.at for step in again.steps][::6] == [start, clock.now()]
    assert told(store) == [
        ("wang", "flight.released", {"version": 1}),
        ("system", "flight.stepped", {"from": "ready", "to": "starting", "reason": "none"}),
        ("wang", "flight.stepped", {"from": "flying", "to": "aborted", "reason": "low_battery"}),
    ]
    changed = [
        one.subject_id for one in store.events.after(0) if one.kind is EventKind.FLIGHT_CHANGED
    ]
    assert changed == [run.run_id] * 7
    store.audit.verify()


def taken(store: Store, run: Run, state: RunState, author: str, fence: int | None) -> bool:
    """Whether a step was taken."""
    try:
        store.runs.step(run.run_id, state, author=author, note="n", fence=fence)
    except Conflict as why:
        return why.code != "run_state"
    return True


def ways() -> dict[RunState, tuple[RunState, ...]]:
    """A way to each state, by the table of what may follow."""
    found: dict[RunState, tuple[RunState, ...]] = {RunState.PLANNED: ()}
    ahead = [RunState.PLANNED]
    for state in ahead:
        for following in sorted(NEXT[state] - set(found)):
            found[following] = (*found[state], following)
            ahead.append(following)
    return found


def test_only_what_follows_is_taken_whoever_asks(store: Store, clock: ManualClock) -> None:
    """Every state, every state after it, with the lease and without, by a person and by none."""
    fence, sweep = lead(store, lasts_s=600.0), keep_sweep(store)
    numbers = count()

    def at(state: RunState) -> Run:
        key = str(next(numbers))
        run = by_hand(store, clock, sweep, key, aircraft=key)
        store.runs.release(run.run_id, version=1, author="wang")
        for each in ways()[state]:
            if each is RunState.CLAIMED:
                store.runs.claim(run.run_id, fence)
            else:
                store.runs.step(run.run_id, each, author=SYSTEM, note="n", fence=fence)
        return run

    assert set(ways()) == set(RunState)
    whos = [("system", fence), ("system", None), ("li", fence), ("li", None)]
    for state in ways():
        one = at(state)
        for after, (author, number) in product(RunState, whos):
            may = after in NEXT[state] and after is not RunState.CLAIMED
            may = may and (number == fence or (author == "li" and after in FINAL))
            if not may:
                assert not taken(store, one, after, author, number), (state, after, author)
            elif author == "li":
                other = at(state)
                assert taken(store, other, after, author, number), (state, after, number)
                assert store.runs.get(other.run_id).state is after
        assert len(store.runs.get(one.run_id).steps) == 1 + len(ways()[state])


def test_steps_and_checks_are_only_ever_added(store: Store, clock: ManualClock) -> None:
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.lower().lstrip())

    fence = lead(store)
    run = planned(store, clock, fence)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        store.runs.add_check(run.run_id, check(clock.now(), [OPEN]), fence=fence)
        brought(store, run, RunState.FLYING, fence)
        store.runs.step(run.run_id, RunState.LANDED, author=SYSTEM, fence=fence)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert any("insert into flight_step" in one for one in statements), "it must see them"
    assert not [one for one in statements if one.startswith("delete")]
    touched = [one for one in statements if one.startswith("update")]
    assert not [one for one in touched if "flight_step" in one or "flight_check" in one]


def test_a_start_needs_its_window(store: Store, clock: ManualClock) -> None:
    fence = lead(store, lasts_s=600.0)
    run = planned(store, clock, fence)
    ready = brought(store, run, RunState.READY, fence)
    store.runs.release(run.run_id, version=1, author="wang")

    def start() -> Run:
        return store.runs.step(run.run_id, RunState.STARTING, author=SYSTEM, fence=fence)

    for shift in (timedelta(microseconds=-1), timedelta(minutes=30), timedelta(days=400)):
        clock.set_wall(shift)
        assert why_not(start) == "run_window"
        clock.set_wall(-shift)
    assert store.runs.get(run.run_id).state is ready.state
    clock.set_wall(timedelta(minutes=30) - timedelta(microseconds=1))
    started = start()
    clock.set_wall(timedelta(hours=-9))
    landed = store.runs.step(run.run_id, RunState.LANDED, author=SYSTEM, fence=fence)
    assert landed.ended_at == started.started_at, "it never ends before it began"


def test_a_start_needs_a_release_or_a_schedule_that_stands_for_one(
    store: Store, clock: ManualClock
) -> None:
    fence = lead(store)
    number = keep_schedule(store, keep_sweep(store))
    until = clock.now() + timedelta(days=1)
    windows = [window(clock.now(), 0.0)]
    store.schedules.make_windows(number, windows, until, version=1, fence=fence)
    run = brought(store, store.runs.page()[0], RunState.READY, fence)

    def start() -> Run:
        return store.runs.step(run.run_id, RunState.STARTING, author="li", fence=fence)

    assert why_not(start) == "run_not_released"
    wanted = store.schedules.get(number).schedule
    for version, needs in ((1, False), (2, True)):
        store.schedules.put(
            replace(wanted, needs_release=needs), author="li", schedule_id=number, version=version
        )
    assert why_not(start) == "run_not_released"
    store.schedules.put(
        replace(wanted, needs_release=False), author="li", schedule_id=number, version=3
    )
    assert start().released_at is None


def test_a_flight_by_hand_needs_a_release_of_its_own(store: Store, clock: ManualClock) -> None:
    fence = lead(store)
    run = by_hand(store, clock, keep_sweep(store))
    brought(store, run, RunState.READY, fence)
    step = store.runs.step
    assert why_not(
        lambda: step(run.run_id, RunState.STARTING, author=SYSTEM, fence=fence)
    ) == "run_not_released"  # fmt: skip
    with pytest.raises(InputRefused) as why:
        store.runs.release(run.run_id, version=1, author=SYSTEM)
    assert why.value.code == "author_missing"


def by_hand(
    store: Store,
    clock: ManualClock,
    sweep: int,
    key: str = "k",
    *,
    span: tuple[datetime, datetime] | None = None,
    **changes: object,
) -> Run:
    due_at, until_at = window(clock.now(), 0.0) if span is None else span
    values: dict[str, Any] = {
        "sweep_id": sweep, "version": 1, "sortie": 1, "aircraft": "队-01", "due_at": due_at,
        "until_at": until_at, "author": "li",
    }  # fmt: skip
    return store.runs.add_by_hand(key=key, **(values | changes))


def test_one_release_for_what_was_looked_at(store: Store, clock: ManualClock) -> None:
    fence = lead(store)
    run = planned(store, clock, fence)
    release = store.runs.release
    for version in (0, 2, -1, 2**63):
        assert (
            why_not(partial(release, run.run_id, version=version, author="li")) == "sweep_changed"
        )
    first = release(run.run_id, version=1, author="li")
    clock.advance(5.0)
    assert release(run.run_id, version=1, author="wang") == first
    keep_sweep(store, 2, sweep_id=run.sweep_id)
    claimed = store.runs.claim(run.run_id, fence)
    assert claimed.sweep_version == 1, "what was released is flown, not what was kept since"
    for state in (*WAY[1:], RunState.LANDED):
        store.runs.step(run.run_id, state, author=SYSTEM, fence=fence)
        if state in IN_THE_AIR | FINAL:
            assert why_not(lambda: release(run.run_id, version=1, author="li")) == "run_state"


def test_a_claim_takes_the_newest_version(store: Store, clock: ManualClock) -> None:
    fence = lead(store)
    run = planned(store, clock, fence)
    keep_sweep(store, 1, plan="", sweep_id=run.sweep_id)
    assert store.runs.claim(run.run_id, fence).sweep_version == 2
    waiting = store.runs.step(run.run_id, RunState.WAITING, author=SYSTEM, fence=fence)
    keep_sweep(store, 1, plan="", sweep_id=run.sweep_id)
    assert waiting.sweep_version == 2
    assert store.runs.claim(run.run_id, fence).sweep_version == 2


def test_what_cannot_be_claimed(store: Store, clock: ManualClock) -> None:
    fence = lead(store, lasts_s=600.0)
    run = planned(store, clock, fence, sorties=3)
    claim = store.runs.claim
    second, third = (run.run_id + 1, run.run_id + 2)
    keep_sweep(store, 2, sweep_id=run.sweep_id)
    assert why_not(lambda: claim(third, fence)) == "run_no_mission"
    claim(run.run_id, fence)
    assert why_not(lambda: claim(run.run_id, fence)) == "run_state"
    other = by_hand(store, clock, run.sweep_id)
    assert why_not(lambda: claim(other.run_id, fence)) == "run_aircraft_busy"
    assert why_not(lambda: claim(second, fence + 1)) == "lease_lost"
    store.sweeps.retire(run.sweep_id, version=2, author="li")
    assert why_not(lambda: claim(second, fence)) == "run_no_mission"
    assert why_not(lambda: store.runs.release(second, version=2, author="li")) == "run_no_mission"
    clock.advance(1800.0)
    assert why_not(lambda: claim(second, fence)) == "run_window"
    store.runs.step(run.run_id, RunState.MISSED, RunReason.DOWN, author=SYSTEM, fence=fence)
    assert [one.run_id for one in store.runs.in_hand()] == []


def test_an_old_leader_writes_nothing_more(store: Store, clock: ManualClock) -> None:
    old = lead(store, "one", 30.0)
    run = planned(store, clock, old)
    store.runs.claim(run.run_id, old)
    clock.advance(31.0)
    fence = lead(store, "two")
    said = check(clock.now(), [OPEN])
    for ask in (
        lambda: store.runs.claim(run.run_id, old),
        lambda: store.runs.add_check(run.run_id, said, fence=old),
        lambda: store.runs.step(run.run_id, RunState.UPLOADING, author=SYSTEM, fence=old),
        lambda: store.runs.step(run.run_id, RunState.SKIPPED, author="li", note="x", fence=old),
    ):
        assert why_not(ask) == "lease_lost"
    assert [one.run_id for one in store.runs.in_hand()] == [run.run_id]
    waiting = store.runs.step(
        run.run_id, RunState.WAITING, RunReason.RESTARTED, author=SYSTEM, fence=fence
    )
    assert waiting.fence == fence
    assert store.runs.claim(run.run_id, fence).state is RunState.CLAIMED


def test_more_is_told_of_a_flight_that_stays_as_it_is(store: Store, clock: ManualClock) -> None:
    fence = lead(store)
    run = brought(store, planned(store, clock, fence), RunState.FLYING, fence)
    more = store.runs.note(run.run_id, "x" * 2000, author=SYSTEM, fence=fence)
    assert replace(more, steps=more.steps[:-1]) == run
    assert (more.steps[-1].state, more.steps[-1].note) == (RunState.FLYING, "x" * 1000)
    store.runs.step(run.run_id, RunState.LANDED, author=SYSTEM, fence=fence)
    note = partial(store.runs.note, run.run_id, "y", author=SYSTEM)
    assert why_not(partial(note, fence=fence)) == "run_state"
    assert why_not(partial(note, fence=7)) == "lease_lost"


def test_a_person_ends_a_flight_without_leading(store: Store, clock: ManualClock) -> None:
    fence = lead(store)
    run = planned(store, clock, fence)
    skipped = store.runs.step(
        run.run_id, RunState.SKIPPED, RunReason.PERSON, author="li", fence=None
    )
    assert (skipped.state, skipped.fence) == (RunState.SKIPPED, 0)
    assert told(store)[-1][0] == "li"


@pytest.mark.parametrize("state", sorted(FINAL - {RunState.LANDED}))
def test_an_end_has_a_reason(store: Store, clock: ManualClock, state: RunState) -> None:
    run = planned(store, clock, lead(store))
    with pytest.raises(InputRefused) as why:
        store.runs.step(run.run_id, state, author="li", note=" ", fence=None)
    assert why.value.code == "run_reason_missing"


def test_whatever_an_aircraft_says_can_be_kept(store: Store, clock: ManualClock) -> None:
    fence = lead(store)
    run = planned(store, clock, fence)
    store.runs.claim(run.run_id, fence)
    words = "\0坏\ud800\n" + "x" * 5000
    kept = store.runs.step(run.run_id, RunState.FAILED, author=SYSTEM, note=words, fence=fence)
    assert kept.steps[-1].note == " 坏  " + "x" * 996
    assert kept.reason is RunReason.NONE


def test_gates_are_kept_when_they_say_something_else(
    store: Store, clock: ManualClock, reopen: Reopen
) -> None:
    fence = lead(store)
    run = planned(store, clock, fence)
    add = store.runs.add_check
    first = check(clock.now(), [OPEN, SHUT], value=3.0, limit=0.1 + 0.2, unit="m/s")
    assert add(run.run_id, first, fence=fence)
    assert not add(run.run_id, replace(first, at=clock.now() + timedelta(1)), fence=fence)
    start = replace(first, round=GateRound.START)
    assert add(run.run_id, start, fence=fence)
    assert not add(run.run_id, first, fence=fence)
    bad = check(clock.now(), [OPEN, UNKNOWN], value=float("nan"), limit=float("inf"), unit="\0")
    assert add(run.run_id, bad, fence=fence)
    clean = check(clock.now(), [OPEN, UNKNOWN], value=None, limit=None, unit=" ")
    assert reopen().runs.get(run.run_id).checks == (first, start, clean)
    brought(store, run, RunState.STARTING, fence)
    assert why_not(lambda: add(run.run_id, first, fence=fence)) == "run_state"


def test_a_wish_by_hand_comes_once(store: Store, clock: ManualClock) -> None:
    sweep, span = keep_sweep(store), window(clock.now(), 5.0)
    run = by_hand(store, clock, sweep, span=span)
    assert (run.cause, run.schedule_id, run.sweep_version) == (RunCause.BY_HAND, None, 1)
    assert run.state is RunState.PLANNED
    clock.advance(3600.0)
    assert by_hand(store, clock, sweep, span=span) == run
    others: list[dict[str, Any]] = [{"aircraft": "队-02"}, {"version": 2}, {"sortie": 2}]
    for changes in others:
        assert why_not(partial(by_hand, store, clock, sweep, span=span, **changes)) == "run_key"
    assert by_hand(store, clock, sweep, "other").run_id != run.run_id
    made = [deed for deed in told(store) if deed[1] == "flight.added"]
    assert made == [("li", "flight.added", {"sweep": sweep, "version": 1, "aircraft": "队-01"})] * 2
    found = store.runs.asked_under("other")
    assert found is not None
    assert found.run_id != run.run_id
    for key in ("", "nobody's", "x" * 500, "o%"):
        assert store.runs.asked_under(key) is None


def test_what_cannot_be_asked_for_by_hand(store: Store, clock: ManualClock) -> None:
    sweep, now = keep_sweep(store), clock.now()
    ended = (now - timedelta(minutes=5), now)
    for key, span in (
        ("", None),
        ("x" * 201, None),
        ("a\0", None),
        ("k", ended),
        ("k", (now, now)),
    ):
        with pytest.raises(InputRefused) as why:
            by_hand(store, clock, sweep, key, span=span)
        assert why.value.code == "run_time"
    none: list[dict[str, Any]] = [*({"sortie": n} for n in (0, 2, 2**63)), {"aircraft": " "}]
    for changes in none:
        assert why_not(partial(by_hand, store, clock, sweep, **changes)) == "run_no_mission"
    none = [{"version": 2}, {"sweep_id": 2**63}, {"incident_id": 2**63}]
    for changes in none:
        with pytest.raises(NotFound):
            by_hand(store, clock, sweep, **changes)
    with pytest.raises(InputRefused) as why:
        by_hand(store, clock, sweep, author="")
    assert why.value.code == "author_missing"
    assert store.runs.page() == []


def test_a_look_at_an_incident(store: Store, clock: ManualClock, make_draft: Drafts) -> None:
    alert, _ = store.alerts.open_alert(make_draft(), [])
    sweep = keep_sweep(store)
    by_hand(store, clock, sweep, "other")
    run = by_hand(store, clock, sweep, incident_id=alert.incident_id, author=SYSTEM)
    assert (run.cause, run.incident_id) == (RunCause.VERIFICATION, alert.incident_id)
    assert store.runs.page(incident_id=alert.incident_id) == [run]
    assert store.runs.page(incident_id=2**63) == []


def test_lists_of_flights(store: Store, clock: ManualClock) -> None:
    fence, start = lead(store), clock.now()
    number = keep_schedule(store, keep_sweep(store, 2))
    windows = [window(start, minutes) for minutes in (0.0, 60.0, 120.0)]
    until = start + timedelta(days=1)
    store.schedules.make_windows(number, windows, until, version=1, fence=fence)
    everything = store.runs.page()
    numbers = [run.run_id for run in everything]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 6
    assert [run.run_id for run in store.runs.page(before=numbers[2], limit=2)] == numbers[3:5]
    assert store.runs.page(before=2**63) == everything
    assert store.runs.page(before=-5) == []
    assert store.runs.page(schedule_id=number) == everything
    assert store.runs.page(schedule_id=number + 1) == []
    in_order = everything[::-1]
    assert store.runs.waiting(start) == in_order[:2]
    assert store.runs.waiting(start - timedelta(microseconds=1)) == []
    assert store.runs.waiting(until) == in_order
    assert store.runs.between(windows[0][1], windows[2][0]) == in_order[2:4]
    assert store.runs.between(start, windows[0][0] + timedelta(microseconds=1)) == in_order[:2]
    claimed = store.runs.claim(numbers[-1], fence)
    assert store.runs.in_hand() == [claimed]
    assert numbers[-1] not in {run.run_id for run in store.runs.waiting(until)}
    assert {*UNSTARTED} == {*RunState} - FINAL - IN_THE_AIR
    assert {*IN_HAND} == {*RunState} - FINAL - {RunState.PLANNED, RunState.WAITING}


@pytest.mark.parametrize("number", [0, -1, 7, 2**63])
def test_what_is_not_there(store: Store, clock: ManualClock, number: int) -> None:
    fence = lead(store)
    planned(store, clock, fence)
    for ask in (
        lambda: store.runs.get(number),
        lambda: store.runs.claim(number, fence),
        lambda: store.runs.release(number, version=1, author="li"),
        lambda: store.runs.step(number, RunState.LANDED, author="li", fence=None),
        lambda: store.runs.add_check(number, check(clock.now(), [OPEN]), fence=fence),
    ):
        with pytest.raises(NotFound) as why:
            ask()
        assert why.value.code == "no_such_run"


def test_nobody_does_nothing(store: Store, clock: ManualClock) -> None:
    run = planned(store, clock, lead(store))
    asks: list[Callable[[], object]] = [
        lambda: store.runs.release(run.run_id, version=1, author=" "),
        lambda: store.runs.step(run.run_id, RunState.SKIPPED, author="", note="x", fence=None),
    ]
    for ask in asks:
        with pytest.raises(InputRefused) as why:
            ask()
        assert why.value.code == "author_missing"
