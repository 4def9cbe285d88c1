"""Who is on, whom to call, and where the roster has a hole: against counts minute by minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.duty import (
    DISTRICT,
    STAFFED,
    DutyPerson,
    Gap,
    Leave,
    LeaveDraft,
    PersonDraft,
    PlannedShift,
    Post,
    Reach,
    Roster,
    Shift,
    ShiftDraft,
    TeamKind,
    check_leave,
    check_person,
    check_shift,
    gaps_in,
    ladder,
)
from models.duty.plan import check_plan, key_of, people_of, windows_of
from models.errors import InputRefused

DAY = datetime(2026, 4, 5, 0, 0, tzinfo=UTC)
WANG = PersonDraft("王五", "13912345678", Post.TEAM, "500110101", team=TeamKind.FULL_TIME)
TOWNSHIPS = ("a", "b")
MINUTES = 90  # of the span that is looked at


def minute(number: int) -> datetime:
    return DAY + timedelta(minutes=number)


def places() -> st.SearchStrategy[tuple[str, str]]:
    return st.sampled_from([(DISTRICT, ""), ("a", ""), ("a", "a1"), ("a", "a2"), ("b", "")])


def spans() -> st.SearchStrategy[tuple[datetime, datetime]]:
    """Of whole minutes, before, within and after the span that is looked at."""
    starts, lengths = st.integers(-40, MINUTES + 10), st.integers(1, 60)
    return st.builds(lambda start, length: (minute(start), minute(start + length)), starts, lengths)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Also with shifts and leave of somebody who is not among the people any more."""
    drawn = draw(st.lists(st.tuples(places(), st.sampled_from(Post)), max_size=5))
    people = tuple(
        DutyPerson(number, PersonDraft(f"人{number}", "1234", post, *place), DAY)
        for number, (place, post) in enumerate(drawn, 1)
    )
    numbers = st.integers(1, len(people) + 1)
    on = draw(st.lists(st.tuples(numbers, spans(), st.integers(0, 2)), max_size=8))
    away = draw(st.lists(st.tuples(numbers, spans()), max_size=4))
    return Roster(
        people,
        tuple(
            Shift(index, ShiftDraft(number, *span, deputy))
            for index, (number, span, deputy) in enumerate(on)
        ),
        tuple(Leave(index, LeaveDraft(number, *span)) for index, (number, span) in enumerate(away)),
    )


def counted(roster: Roster, at: datetime) -> list[tuple[int, int]]:
    """Who is on by which shift, asked person by person."""
    found = []
    for person in roster.people:
        number = person.person_id
        if any(
            one.draft.from_at <= at < one.draft.until_at and one.draft.person_id == number
            for one in roster.leaves
        ):
            continue
        found += [
            (number, one.shift_id)
            for one in roster.shifts
            if one.draft.person_id == number
            and not (at < one.draft.from_at or at >= one.draft.until_at)
        ]
    return found


@given(rosters(), st.integers(-60, MINUTES + 80))
def test_who_is_on_at_a_moment(roster: Roster, number: int) -> None:
    at = minute(number)
    on = roster.on_at(at)
    assert [(person.person_id, shift.shift_id) for person, shift in on] == counted(roster, at)
    assert all(person.person_id == shift.draft.person_id for person, shift in on)


def test_a_beginning_is_of_a_shift_and_of_a_leave_and_an_end_is_not() -> None:
    tick = timedelta.resolution
    person = DutyPerson(1, WANG, DAY)
    shift = Shift(1, ShiftDraft(1, minute(0), minute(60)))
    roster = Roster((person,), (shift,), (Leave(1, LeaveDraft(1, minute(10), minute(20))),))
    for at, is_on in (
        (minute(0) - tick, False),
        (minute(0), True),
        (minute(10) - tick, True),
        (minute(10), False),
        (minute(20) - tick, False),
        (minute(20), True),
        (minute(60) - tick, True),
        (minute(60), False),
    ):
        assert roster.on_at(at) == ([(person, shift)] if is_on else [])


@given(rosters())
def test_gaps_are_the_minutes_in_which_nobody_is_on(roster: Roster) -> None:
    gaps = gaps_in(roster, TOWNSHIPS, DAY, minute(MINUTES))
    by_number = {one.person_id: one.draft for one in roster.people}
    for township in TOWNSHIPS:
        for post in STAFFED:
            stand = {
                number
                for number, draft in by_number.items()
                if (draft.township, draft.village, draft.post) == (township, "", post)
            }
            empty = [
                number
                for number in range(MINUTES)
                if not any(person in stand for person, _ in counted(roster, minute(number)))
            ]
            assert [
                (one.from_at, one.until_at)
                for one in gaps
                if (one.township, one.post) == (township, post)
            ] == [(minute(first), minute(last + 1)) for first, last in runs(empty)]
    for gap in gaps:
        names = {
            by_number[shift.draft.person_id].name
            for shift in roster.shifts
            if shift.draft.person_id in by_number
            and by_number[shift.draft.person_id].township == gap.township
            and by_number[shift.draft.person_id].village == ""
            and by_number[shift.draft.person_id].post is gap.post
            and shift.draft.from_at < gap.until_at
            and shift.draft.until_at > gap.from_at
        }
        assert gap.on_leave == tuple(sorted(names))
    wanted = [(township, post) for township in TOWNSHIPS for post in STAFFED]
    order = [(wanted.index((one.township, one.post)), one.from_at) for one in gaps]
    assert order == sorted(order)


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of those that follow one another."""
    firsts = [one for one in numbers if one - 1 not in numbers]
    lasts = [one for one in numbers if one + 1 not in numbers]
    return list(zip(firsts, lasts, strict=True))


def test_who_is_on_leave_leaves_a_gap_and_a_deputy_fills_it() -> None:
    first, second = (DutyPerson(one, replace(WANG, name=f"人{one}"), DAY) for one in (1, 2))
    shifts = Shift(1, ShiftDraft(1, DAY, minute(60))), Shift(2, ShiftDraft(2, DAY, minute(60), 1))
    away = (Leave(1, LeaveDraft(1, minute(10), minute(20))),)
    alone = Roster((first,), shifts[:1], away)
    team = [one for one in gaps_in(alone, ["500110101"], DAY, minute(60)) if one.post is Post.TEAM]
    assert team == [Gap("500110101", Post.TEAM, minute(10), minute(20), ("人1",))]
    both = Roster((first, second), shifts, away)
    posts = {one.post for one in gaps_in(both, ["500110101"], DAY, minute(60))}
    assert posts == {Post.STATION, Post.COMMITTEE}


@given(
    rosters(), st.sampled_from(["a", "b", "c", DISTRICT]), st.sets(st.sampled_from(["a1", "a2"]))
)
def test_the_nearest_are_called_first(roster: Roster, township: str, villages: set[str]) -> None:
    on = roster.on_at(minute(MINUTES // 2))
    called = ladder(on, township, villages)
    stands = {("", ""): Reach.DISTRICT}
    if township:
        stands[township, ""] = Reach.TOWNSHIP
        stands.update(((township, village), Reach.VILLAGE) for village in villages)
    drafts = {person.person_id: person.draft for person, _ in on}
    expected = {
        number: stands[draft.township, draft.village]
        for number, draft in drafts.items()
        if (draft.township, draft.village) in stands
    }
    assert len(called) == len(expected)
    assert {one.person.person_id: one.reach for one in called} == expected
    ranks = [
        (
            ["village", "township", "district"].index(one.reach),
            ["grid", "team", "station", "committee"].index(one.person.draft.post),
            one.shift.draft.deputy,
            one.shift.shift_id,
        )
        for one in called
    ]
    assert ranks == sorted(ranks)
    for one in called:
        mine = [shift for person, shift in on if person == one.person]
        assert (one.shift.draft.deputy, one.shift.shift_id) == min(
            (shift.draft.deputy, shift.shift_id) for shift in mine
        )


def test_the_next_one_is_called_when_one_does_not_answer() -> None:
    rows = [  # as they stand in a roster, in no order
        (DISTRICT, "", Post.COMMITTEE, 0),
        ("a", "", Post.STATION, 0),
        ("a", "a2", Post.GRID, 0),  # of another village
        ("a", "", Post.TEAM, 1),  # a deputy
        ("b", "", Post.TEAM, 0),  # of another township
        ("a", "", Post.TEAM, 0),
        ("a", "a1", Post.TEAM, 0),
        ("a", "a1", Post.GRID, 0),
        (DISTRICT, "", Post.STATION, 0),
    ]
    on = [
        (
            DutyPerson(number, PersonDraft(f"人{number}", "1234", post, township, village), DAY),
            Shift(number, ShiftDraft(number, DAY, minute(60), deputy)),
        )
        for number, (township, village, post, deputy) in enumerate(rows)
    ]
    twice = (on[1][0], Shift(99, ShiftDraft(1, DAY, minute(60), 3)))
    called = [one.person.person_id for one in ladder([*on, twice], "a", {"a1"})]
    assert called == [7, 6, 5, 3, 1, 8, 0]
    assert [one.person.person_id for one in ladder(on, "a")] == [5, 3, 1, 8, 0]
    assert [one.person.person_id for one in ladder(on, DISTRICT)] == [8, 0]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "duty_name"),
        ({"name": "王" * 41}, "duty_name"),
        ({"name": "王\0"}, "duty_name"),
        ({"phone": ""}, "duty_phone"),
        ({"phone": "123"}, "duty_phone"),
        ({"phone": "1" * 25}, "duty_phone"),
        ({"phone": "12345\n"}, "duty_phone"),
        ({"phone": "\uff11\uff13\uff18\uff10"}, "duty_phone"),  # of another width
        ({"township": "", "village": "v"}, "duty_place"),
        ({"township": "5" * 41}, "duty_place"),
        ({"village": "\0"}, "duty_place"),
        ({"post": Post.GRID}, "duty_team"),
        ({"note": "n" * 201}, "duty_note"),
        ({"note": "\0"}, "duty_note"),
    ],
)
def test_who_cannot_be_called_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_person(replace(WANG, **changes))
    assert caught.value.code == code
    assert "12345" not in str(caught.value)


@pytest.mark.parametrize(
    "draft",
    [
        WANG,
        replace(WANG, team=None, township=DISTRICT),
        replace(WANG, village="500110101001", name="王" * 40, note="n" * 200),
        replace(WANG, phone="023-4866 0000"),
        replace(WANG, phone="+86 138 0000 1234"),
        replace(WANG, phone="1195"),
    ],
)
def test_who_can_be_called_is_taken(draft: PersonDraft) -> None:
    check_person(draft)


@pytest.mark.parametrize(
    ("length", "deputy", "code"),
    [
        (timedelta(0), 0, "duty_span"),
        (timedelta(seconds=-1), 0, "duty_span"),
        (timedelta(days=7, microseconds=1), 0, "duty_span"),
        (timedelta(days=7), -1, "duty_deputy"),
        (timedelta(days=7), 10, "duty_deputy"),
    ],
)
def test_a_shift_that_is_none(length: timedelta, deputy: int, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_shift(ShiftDraft(1, DAY, DAY + length, deputy))
    assert caught.value.code == code


def test_a_shift_and_a_leave_of_every_length_that_can_be() -> None:
    for deputy in (0, 9):
        check_shift(ShiftDraft(1, DAY, DAY + timedelta(days=7), deputy))
        check_shift(ShiftDraft(1, DAY, DAY + timedelta.resolution, deputy))
    check_leave(LeaveDraft(1, DAY, DAY + timedelta(days=400), "r" * 200))


@pytest.mark.parametrize(
    ("length", "reason", "code"),
    [
        (timedelta(days=400, microseconds=1), "", "duty_span"),
        (timedelta(0), "", "duty_span"),
        (timedelta(days=1), "r" * 201, "duty_note"),
        (timedelta(days=1), "\0", "duty_note"),
    ],
)
def test_a_leave_that_is_none(length: timedelta, reason: str, code: str) -> None:
    with pytest.raises(InputRefused) as caught:
        check_leave(LeaveDraft(1, DAY, DAY + length, reason))
    assert caught.value.code == code


def test_a_roster_is_taken_whole_or_not_at_all() -> None:
    row = PlannedShift(WANG, DAY, minute(60))
    check_plan([row])
    for rows, code in (
        ([], "duty_plan_empty"),
        ([row, replace(row, person=replace(WANG, phone=""))], "duty_phone"),
        ([row, replace(row, until_at=DAY)], "duty_span"),
        ([row, replace(row, deputy=10)], "duty_deputy"),
    ):
        with pytest.raises(InputRefused) as caught:
            check_plan(rows)
        assert caught.value.code == code


def test_the_last_row_of_somebody_counts_and_its_silence_does_not() -> None:
    later = replace(WANG, phone="02348660000", team=None)
    other = replace(WANG, village="500110101001")
    rows = [PlannedShift(one, DAY, minute(60)) for one in (WANG, other, later)]
    assert people_of(rows) == {
        key_of(WANG): replace(later, team=TeamKind.FULL_TIME),
        key_of(other): other,
    }


@given(st.lists(st.tuples(places(), st.sampled_from(Post), spans()), min_size=1, max_size=8))
def test_a_window_is_the_roster_s_own(
    drawn: list[tuple[tuple[str, str], Post, tuple[datetime, datetime]]],
) -> None:
    rows = [
        PlannedShift(PersonDraft("王", "1234", post, *place), *span) for place, post, span in drawn
    ]
    windows = windows_of(rows)
    assert set(windows) == {(*place, post) for place, post, _ in drawn}
    some = windows_of(rows, whole=False)
    assert set(some) == set(windows)
    for group, ((from_at, until_at),) in windows.items():
        mine = [span for place, post, span in drawn if (*place, post) == group]
        assert from_at == min(start for start, _ in mine)
        assert until_at == max(end for _, end in mine)
        edges = sorted({moment for span in mine for moment in span})
        for moment in (*edges, *(edge + timedelta.resolution for edge in edges)):
            is_on = any(start <= moment < end for start, end in mine)
            assert is_on is any(start <= moment < end for start, end in some[group])
