"""The roster in the store: people by name, shifts and leave, a month of a township taken whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from models.clock import ManualClock
from models.duty import (
    DISTRICT,
    DutyTaken,
    LeaveDraft,
    PersonDraft,
    PlannedShift,
    Post,
    Roster,
    ShiftDraft,
    TeamKind,
)
from models.errors import Conflict, InputRefused, NotFound, WatchError
from models.store import Store

START = datetime(2026, 11, 25, 3, 0, 0, 123457, tzinfo=UTC)  # of the clock
HOUR = timedelta(hours=1)
GUNAN, WANLONG = "500110101", "500110102"
WANG = PersonDraft("王五", "13800001234", Post.TEAM, GUNAN, team=TeamKind.FULL_TIME, note="骑摩托")
LI = PersonDraft("李四", "023-48660000", Post.COMMITTEE, GUNAN)
ZHAO = PersonDraft("赵六", "13900001234", Post.GRID, GUNAN, village="500110101001")
DESK = PersonDraft("区值班室", "02348661190", Post.STATION)


def add(store: Store, *drafts: PersonDraft) -> list[int]:
    return [store.duty.add_person(draft, author="chen").person_id for draft in drafts]


def everything(store: Store) -> Roster:
    return store.duty.roster(START - timedelta(days=900), START + timedelta(days=900))


def refused(kind: type[WatchError], act: Callable[..., object], *what: object) -> str:
    with pytest.raises(kind) as caught:
        act(*what, author="c")
    return caught.value.code


def deeds(store: Store) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        (one.actor, one.action, one.subject, dict(one.details))
        for one in reversed(store.audit.entries(limit=1000, noun="duty"))
    ]


def test_people_come_back_after_a_restart(
    store: Store, reopen: Callable[[], Store], clock: ManualClock
) -> None:
    added = store.duty.add_person(WANG, author="chen")
    assert (added.draft, added.changed_at, added.removed_at) == (WANG, clock.now(), None)
    add(store, LI, ZHAO, DESK, replace(LI, township=WANLONG, name="阿一"))
    store.close()
    again = reopen()
    assert again.duty.person(added.person_id) == added
    # The district first, then by township, and in the order in which they are called.
    assert [one.draft.name for one in again.duty.people()] == [
        "区值班室",
        "赵六",
        "王五",
        "李四",
        "阿一",
    ]
    assert [one.draft.name for one in again.duty.people(GUNAN)] == ["赵六", "王五", "李四"]
    assert [one.draft for one in again.duty.people(DISTRICT)] == [DESK]
    assert again.duty.people("nowhere") == []
    again.close()


def test_somebody_is_changed_and_keeps_their_shifts(store: Store, clock: ManualClock) -> None:
    (number,) = add(store, WANG)
    shifts = store.duty.add_shifts([ShiftDraft(number, START, START + HOUR)], author="chen")
    clock.advance(60.0)
    elsewhere = replace(WANG, township=WANLONG, team=None, note="")
    after = store.duty.change_person(number, elsewhere, author="chen")
    assert (after.draft, after.changed_at) == (elsewhere, clock.now())
    assert store.duty.shifts(START, START + HOUR, WANLONG) == shifts
    assert store.duty.shifts(START, START + HOUR, GUNAN) == []
    assert store.duty.change_person(number, elsewhere, author="chen").draft == elsewhere


def test_two_of_one_name_would_get_each_other_s_telephone(store: Store) -> None:
    wang, li = add(store, WANG, LI)
    again = replace(WANG, phone="13700001234")
    assert refused(Conflict, store.duty.add_person, again) == "duty_person_known"
    as_wang = replace(LI, name="王五", post=Post.TEAM)
    assert refused(Conflict, store.duty.change_person, li, as_wang) == "duty_person_known"
    # Of another village, post or township they are somebody else.
    others = (
        replace(WANG, village="500110101001"),
        replace(WANG, township=WANLONG),
        replace(WANG, post=Post.GRID, team=None),
    )
    assert len({wang, *add(store, *others)}) == 4
    store.duty.remove_person(wang, author="c")
    assert add(store, again) != [wang]


def test_who_is_removed_is_a_name(store: Store, clock: ManualClock) -> None:
    wang, li = add(store, WANG, LI)
    past = ShiftDraft(wang, START - HOUR, START + HOUR)
    coming = ShiftDraft(wang, START + HOUR, START + 2 * HOUR)
    other = replace(coming, person_id=li)
    (begun, _, theirs) = store.duty.add_shifts([past, coming, other], author="c")
    store.duty.add_leave(LeaveDraft(wang, START, START + HOUR, "住院"), author="c")
    store.duty.add_leave(LeaveDraft(li, START, START + HOUR, "学习"), author="c")
    clock.advance(3600.0)  # the one to come begins now: it has not begun
    gone = store.duty.remove_person(wang, author="c")
    assert gone.draft == replace(WANG, phone="", note="")
    assert gone.removed_at == gone.changed_at == clock.now()
    assert store.duty.person(wang) == gone
    assert [one.person_id for one in store.duty.people()] == [li]
    assert store.duty.shifts(START - HOUR, START + 9 * HOUR) == [begun, theirs]
    reasons = [one.draft.reason for one in store.duty.leaves(START, START + HOUR)]
    assert reasons == ["", "学习"]
    roster = everything(store)
    assert [one.person_id for one in roster.people] == [li]
    assert [one.person_id for one, _ in roster.on_at(START)] == []
    duty, away = store.duty, LeaveDraft(wang, START, START + HOUR)
    assert refused(Conflict, duty.remove_person, wang) == "duty_person_gone"
    assert refused(Conflict, duty.change_person, wang, WANG) == "duty_person_gone"
    assert refused(Conflict, duty.add_shifts, [coming]) == "duty_person_gone"
    assert refused(Conflict, duty.add_leave, away) == "duty_person_gone"


def test_shifts_are_written_down_all_or_none(store: Store) -> None:
    (number,) = add(store, WANG)
    first = ShiftDraft(number, START, START + HOUR)
    second = ShiftDraft(number, START - HOUR, START, deputy=9)
    added = store.duty.add_shifts(iter([first, second]), author="c")
    assert [one.draft for one in added] == [first, second]
    assert store.duty.shifts(START - HOUR, START + HOUR) == [added[1], added[0]]
    assert store.duty.add_shifts([], author="c") == []
    bad = replace(first, until_at=START)
    assert refused(InputRefused, store.duty.add_shifts, [first, bad]) == "duty_span"
    for unknown in (0, -1, 99, 2**80):
        refused(NotFound, store.duty.add_shifts, [first, replace(first, person_id=unknown)])
    assert everything(store).shifts == (added[1], added[0])
    assert store.duty.shift(added[0].shift_id) == added[0]
    assert store.duty.remove_shift(added[0].shift_id, author="c") == added[0]
    assert everything(store).shifts == (added[1],)
    for unknown in (added[0].shift_id, 0, -1, 2**80):
        refused(NotFound, store.duty.remove_shift, unknown)
        with pytest.raises(NotFound):
            store.duty.shift(unknown)


def test_a_span_holds_what_touches_it_and_its_end_is_not_of_it(store: Store) -> None:
    (number,) = add(store, WANG)
    store.duty.add_shifts([ShiftDraft(number, START, START + HOUR)], author="c")
    store.duty.add_leave(LeaveDraft(number, START, START + HOUR), author="c")
    tick = timedelta.resolution
    for from_at, until_at, there in (
        (START - HOUR, START, False),
        (START - HOUR, START + tick, True),
        (START + HOUR, START + 2 * HOUR, False),
        (START + HOUR - tick, START + 2 * HOUR, True),
        (START + tick, START + 2 * tick, True),
        (START - HOUR, START + 2 * HOUR, True),
        (START, START, True),  # a moment
        (START - tick, START - tick, False),
        (START + HOUR, START + HOUR, False),
    ):
        assert bool(store.duty.shifts(from_at, until_at)) is there
        assert bool(store.duty.shifts(from_at, until_at, GUNAN)) is there
        assert bool(store.duty.leaves(from_at, until_at)) is there
        roster = store.duty.roster(from_at, until_at)
        assert (bool(roster.shifts), bool(roster.leaves)) == (there, there)
        assert len(roster.people) == 1


def test_leave_is_written_down_and_struck_out(store: Store) -> None:
    (number,) = add(store, WANG)
    draft = LeaveDraft(number, START, START + timedelta(days=3), "住院")
    leave = store.duty.add_leave(draft, author="c")
    assert (leave.draft, store.duty.leaves(START, START)) == (draft, [leave])
    bad = replace(draft, until_at=START)
    assert refused(InputRefused, store.duty.add_leave, bad) == "duty_span"
    refused(NotFound, store.duty.add_leave, replace(draft, person_id=99))
    assert store.duty.leave(leave.leave_id) == leave
    assert store.duty.remove_leave(leave.leave_id, author="c") == leave
    assert store.duty.leaves(START, START) == []
    for unknown in (leave.leave_id, -1, 2**80):
        refused(NotFound, store.duty.remove_leave, unknown)
        with pytest.raises(NotFound):
            store.duty.leave(unknown)


def test_a_roster_taken_twice_changes_nothing(store: Store, clock: ManualClock) -> None:
    plan = [
        PlannedShift(WANG, START, START + 12 * HOUR),
        PlannedShift(replace(WANG, name="孙七"), START + 12 * HOUR, START + 24 * HOUR),
        PlannedShift(LI, START, START + 24 * HOUR),
        PlannedShift(DESK, START, START + 24 * HOUR, deputy=1),
        PlannedShift(DESK, START, START + 24 * HOUR, deputy=1),  # a row that stands there twice
    ]
    taken = store.duty.take(iter(plan), author="c", origin="四月.xlsx")
    assert taken == DutyTaken(4, 0, 4, 0, 0)
    before, said = everything(store), deeds(store)
    clock.advance(60.0)
    again = store.duty.take(reversed(plan), author="c", origin="四月.xlsx")
    assert again == DutyTaken(0, 0, 0, 0, 4)
    assert (everything(store), deeds(store)) == (before, said)


def test_a_roster_replaces_what_begins_within_it_and_no_more(store: Store) -> None:
    wang, li, zhao = add(store, WANG, LI, replace(WANG, village="500110101001", name="赵六"))
    before = ShiftDraft(wang, START - HOUR, START + HOUR)  # the night before
    old = ShiftDraft(wang, START, START + HOUR)
    kept = ShiftDraft(wang, START + HOUR, START + 2 * HOUR)
    last = ShiftDraft(wang, START + 2 * HOUR - timedelta.resolution, START + 3 * HOUR)
    after = ShiftDraft(wang, START + 2 * HOUR, START + 3 * HOUR)
    of_another_post = replace(old, person_id=li)
    of_a_village = replace(old, person_id=zhao)
    there = [before, old, kept, kept, last, after, of_another_post, of_a_village]
    numbers = store.duty.add_shifts(there, author="c")
    new = PlannedShift(replace(WANG, name="孙七"), START, START + HOUR)
    plan = [new, PlannedShift(WANG, kept.from_at, kept.until_at)]
    taken = store.duty.take(plan, author="c", origin="四月.xlsx")
    # Of the one that stood there twice one is left.
    assert taken == DutyTaken(1, 0, 1, 3, 1)
    sun = next(one.person_id for one in store.duty.people() if one.draft.name == "孙七")
    left = everything(store).shifts
    assert sorted((one.draft for one in left), key=str) == sorted(
        [
            before,
            kept,
            after,
            of_another_post,
            of_a_village,
            ShiftDraft(sun, new.from_at, new.until_at),
        ],
        key=str,
    )
    assert numbers[2] in left  # as it was, with its number


def test_a_roster_with_holes_strikes_only_what_it_overlaps(store: Store) -> None:
    """A row was refused: whoever stood there before stays on duty."""
    (wang,) = add(store, WANG)
    days = [ShiftDraft(wang, START + n * 24 * HOUR, START + (n + 1) * 24 * HOUR) for n in range(4)]
    store.duty.add_shifts(days, author="c")
    sun = replace(WANG, name="孙七")
    plan = [PlannedShift(sun, days[n].from_at, days[n].until_at) for n in (0, 3)]
    taken = store.duty.take(plan, author="c", origin="四月.xlsx", whole=False)
    assert taken == DutyTaken(1, 0, 2, 2, 0)
    on = [(one.draft.person_id == wang, one.draft.from_at) for one in everything(store).shifts]
    assert on == [(n in (1, 2), days[n].from_at) for n in range(4)]
    again = store.duty.take(plan, author="c", origin="四月.xlsx", whole=False)
    assert again == DutyTaken(0, 0, 0, 0, 2)
    assert store.duty.take(plan, author="c", origin="四月.xlsx") == DutyTaken(0, 0, 0, 2, 2)


def test_what_a_roster_says_of_people_is_renewed(store: Store, clock: ManualClock) -> None:
    (wang,) = add(store, WANG)
    clock.advance(60.0)
    silent = replace(WANG, phone="13700001234", team=None, note="of the sheet")
    plan = [PlannedShift(silent, START, START + HOUR)]
    assert store.duty.take(plan, author="c", origin="x") == DutyTaken(0, 1, 1, 0, 0)
    found = store.duty.person(wang)
    assert found.draft == replace(WANG, phone="13700001234")
    assert found.changed_at == clock.now()
    said = replace(silent, team=TeamKind.VOLUNTEER)
    store.duty.take([PlannedShift(said, START, START + HOUR)], author="c", origin="x")
    assert store.duty.person(wang).draft.team is TeamKind.VOLUNTEER
    # Somebody who was removed is not found again: whoever has the name now is written down anew,
    # and their shifts take the place of those of the one before.
    clock.advance(7200.0)
    store.duty.remove_person(wang, author="c")
    assert store.duty.take(plan, author="c", origin="x") == DutyTaken(1, 0, 1, 1, 0)
    assert [one.person_id for one in store.duty.people()] != [wang]
    assert store.duty.person(wang).draft.phone == ""


def test_a_roster_is_taken_whole_or_not_at_all(store: Store) -> None:
    good = PlannedShift(WANG, START, START + HOUR)
    bad = replace(good, person=replace(LI, phone="none"))
    take = partial(store.duty.take, origin="x")
    assert refused(InputRefused, take, []) == "duty_plan_empty"
    assert refused(InputRefused, take, [good, bad]) == "duty_phone"
    # Also when it breaks off after it was written, and before it was audited.
    with pytest.raises(AttributeError):
        store.duty.take([good], author="c", origin=None)  # type: ignore[arg-type]
    assert everything(store) == Roster((), (), ())


def test_a_large_roster(store: Store) -> None:
    """A month of the district: 31 townships, three posts, two shifts a day."""
    plan = [
        PlannedShift(
            PersonDraft(f"{post}{half}", "13800001234", post, f"5001101{township:02}"),
            START + timedelta(days=day, hours=12 * half),
            START + timedelta(days=day, hours=12 * half + 12),
        )
        for township in range(31)
        for post in (Post.TEAM, Post.STATION, Post.COMMITTEE)
        for day in range(30)
        for half in range(2)
    ]
    assert store.duty.take(plan, author="c", origin="x") == DutyTaken(186, 0, 5580, 0, 0)
    assert store.duty.take(plan, author="c", origin="x") == DutyTaken(0, 0, 0, 0, 5580)
    moved = [
        replace(one, person=replace(one.person, phone="13900001234"), deputy=1) for one in plan
    ]
    assert store.duty.take(moved, author="c", origin="x") == DutyTaken(0, 186, 5580, 5580, 0)


def test_every_deed_is_audited_and_nobody_is_named(store: Store) -> None:
    wang, li = add(store, WANG, LI)
    store.duty.change_person(wang, replace(WANG, phone="13700001234"), author="c")
    shift, _ = store.duty.add_shifts(
        [ShiftDraft(wang, START, START + HOUR), ShiftDraft(li, START, START + HOUR)], author="c"
    )
    leave = store.duty.add_leave(LeaveDraft(wang, START, START + HOUR, "住院"), author="c")
    store.duty.take(
        [PlannedShift(ZHAO, START, START + HOUR)], author="c", origin="值班13800001234.xlsx"
    )
    store.duty.remove_shift(shift.shift_id, author="c")
    store.duty.remove_leave(leave.leave_id, author="c")
    store.duty.remove_person(wang, author="c")
    span = {"begins": START.isoformat(), "until": (START + HOUR).isoformat()}
    place = {"township": GUNAN, "village": ""}
    assert deeds(store) == [
        ("chen", "duty.person_added", str(wang), {**place, "post": "team"}),
        ("chen", "duty.person_added", str(li), {**place, "post": "committee"}),
        ("c", "duty.person_changed", str(wang), {**place, "post": "team"}),
        (
            "c",
            "duty.shifts_added",
            str(shift.shift_id),
            {"shifts": 2, "person": wang, **span},
        ),
        ("c", "duty.leave_added", str(leave.leave_id), {"person": wang, **span}),
        (
            "c",
            "duty.imported",
            "值班[…].xlsx",
            {"people_new": 1, "people_changed": 0, "shifts_new": 1, "shifts_replaced": 0},
        ),
        ("c", "duty.shift_removed", str(shift.shift_id), {"person": wang, **span}),
        ("c", "duty.leave_removed", str(leave.leave_id), {"person": wang, **span}),
        ("c", "duty.person_removed", str(wang), {**place, "post": "team"}),
    ]
    log = repr(store.audit.entries(limit=1000))
    for word in ("王五", "李四", "赵六", "1380000", "1370000", "4866", "骑摩托", "住院"):
        assert word not in log
    store.audit.verify()


def test_a_deed_has_an_author(store: Store) -> None:
    wang, li = add(store, WANG, LI)
    (shift,) = store.duty.add_shifts([ShiftDraft(wang, START, START + HOUR)], author="c")
    leave = store.duty.add_leave(LeaveDraft(wang, START, START + HOUR), author="c")
    before = everything(store)
    duty = store.duty
    acts: list[Callable[[], object]] = [
        lambda: duty.add_person(ZHAO, author=" "),
        lambda: duty.change_person(wang, replace(WANG, name="x"), author=""),
        lambda: duty.remove_person(li, author=""),
        lambda: duty.add_shifts([shift.draft], author=""),
        lambda: duty.remove_shift(shift.shift_id, author=""),
        lambda: duty.add_leave(leave.draft, author=""),
        lambda: duty.remove_leave(leave.leave_id, author=""),
        lambda: duty.take([PlannedShift(WANG, START, START + HOUR)], author=" ", origin="x"),
    ]
    for act in acts:
        with pytest.raises(InputRefused) as caught:
            act()
        assert caught.value.code == "author_missing"
    assert everything(store) == before


def test_who_is_not_there_and_who_cannot_be_called(store: Store) -> None:
    (wang,) = add(store, WANG)
    for unknown in (0, -1, 99, 2**80):
        with pytest.raises(NotFound):
            store.duty.person(unknown)
        refused(NotFound, store.duty.remove_person, unknown)
        refused(NotFound, store.duty.change_person, unknown, ZHAO)
    assert refused(InputRefused, store.duty.add_person, replace(LI, phone="")) == "duty_phone"
    assert refused(InputRefused, store.duty.change_person, wang, replace(WANG, name="")) == (
        "duty_name"
    )
    assert [one.draft for one in store.duty.people()] == [WANG]
