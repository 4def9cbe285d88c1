"""Clocks of orders against a count second by second, and the life of an order step by step."""

from itertools import count, cycle, islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import Conflict
from models.order import (
    OPEN_ORDER_STATES,
    Answer,
    ClockKind,
    ClockState,
    Limits,
    OrderState,
    Stops,
    check_open,
    escalation_of,
    farther,
    next_of,
    readings,
)

SECONDS = st.integers(10, 400)
LIMITS = st.builds(Limits, SECONDS.map(float), SECONDS.map(float), SECONDS.map(float))
CALLED = st.lists(st.sampled_from([None, 1, 2, 3, 4]), max_size=20)


@given(
    opened=st.integers(0, 50),
    limits=LIMITS,
    stops=st.tuples(*[st.none() | st.integers(0, 500)] * 4),
    lived=st.integers(0, 500),
)
def test_a_clock_reads_what_a_count_of_seconds_says(
    opened: int, limits: Limits, stops: tuple[int | None, ...], lived: int
) -> None:
    """The count: one stroke for each second in which the clock ran; a bell after its limit."""
    *given_, over = stops
    # What would come after the end, or is still to come, has not happened.
    over = over if over is not None and over <= lived else None
    end = lived if over is None else over
    happened = [one if one is not None and one <= end else None for one in given_]
    moments = [None if one is None else float(opened + one) for one in (*happened, over)]
    found = readings(float(opened), Stops(*moments), limits, float(opened + lived))
    assert [one.kind for one in found] == list(ClockKind)
    for reading, stop, limit_s in zip(
        found, happened, (limits.push_s, limits.verify_s, limits.leave_s), strict=True
    ):
        strokes, bell = 0, False
        for second in range(lived):
            if second in {stop, over}:
                break
            strokes += 1
            bell = bell or strokes > limit_s
        if stop is not None:
            state = ClockState.MISSED if bell else ClockState.KEPT
        elif over is not None:
            state = ClockState.MISSED if bell else ClockState.VOID
        else:
            state = ClockState.OVERDUE if bell else ClockState.RUNNING
        assert (reading.limit_s, reading.elapsed_s, reading.state) == (limit_s, strokes, state)


@given(
    waited=st.integers(0, 1500),
    called=st.integers(0, 50),
    round_=st.integers(0, 40),
    limits=st.builds(
        Limits, *[st.sampled_from([10.0, 60.0, 180.0, 300.0, 899.0, 901.0, 1200.0])] * 3
    ),
    stopped=st.tuples(*[st.booleans()] * 4),
)
def test_who_does_not_answer_is_followed_by_the_next_when_the_count_says_so(
    waited: int, called: int, round_: int, limits: Limits, stopped: tuple[bool, ...]
) -> None:
    stops = Stops(*(1.0 if one else None for one in stopped))
    found = escalation_of(float(called), float(called + waited), round_, stops, limits)
    if stopped[3] or all(stopped[:3]):
        assert found is None
        return
    patience, promised = {}, {}
    for kind, limit_s, still in zip(
        ClockKind, (limits.push_s, limits.verify_s, limits.leave_s), stopped[:3], strict=True
    ):
        wait_s = limit_s
        for _ in range(round_):  # doubled each time, but nobody waits for a quarter of an hour
            if wait_s < 900.0:
                wait_s = min(2.0 * wait_s, 900.0)
        if not still:
            patience[kind], promised[kind] = wait_s, limit_s
    for second in count():  # since whoever was called last was called
        out = [kind for kind, wait_s in patience.items() if second >= wait_s]
        out += [kind for kind, limit_s in promised.items() if second + waited == limit_s and second]
        if out:
            assert found is not None
            assert found[0] in out
            assert found[1] == float(called + waited + second)
            return


def test_the_promise_is_one_three_and_five_minutes() -> None:
    assert [Limits().of(kind) for kind in ClockKind] == [60.0, 180.0, 300.0]
    assert Stops().running == tuple(ClockKind)
    assert Stops(over_tick_s=0.0).running == ()
    assert Stops(push_tick_s=0.0).running == (ClockKind.VERIFY, ClockKind.LEAVE)
    assert [Stops(1.0, 2.0, 3.0).of(kind) for kind in ClockKind] == [1.0, 2.0, 3.0]


@given(ladder=st.lists(st.sampled_from([None, 1, 2, 3, 4]), max_size=8), calls=st.integers(0, 20))
def test_everybody_is_called_once_a_round_and_the_duty_room_last(
    ladder: list[int | None], calls: int
) -> None:
    people: list[int | None] = []
    for one in ladder:
        if one is not None and one not in people:
            people.append(one)
    people.append(None)
    called: list[int | None] = []
    rounds = []
    for _ in range(calls):
        chosen, round_ = next_of(ladder, called)
        called.append(chosen)
        rounds.append(round_)
    assert called == list(islice(cycle(people), calls))
    assert rounds == [number // len(people) for number in range(calls)]


@given(ladder=st.lists(st.sampled_from([1, 2, 3, 4]), max_size=5), called=CALLED)
def test_whoever_was_called_least_is_called_next(
    ladder: list[int | None], called: list[int | None]
) -> None:
    chosen, round_ = next_of(ladder, called)
    assert chosen in {*ladder, None}
    assert round_ == sum(one == chosen for one in called)
    last = set(called[-1:])
    assert chosen not in last or {*ladder, None} == last
    for one in {*ladder, None} - (last if chosen not in last else set()):
        times = sum(other == one for other in called)
        assert times >= round_
        if times == round_ and one is not None and chosen is not None:
            assert ladder.index(chosen) <= ladder.index(one)
        if times == round_ and one is not None:
            assert chosen is not None


STEPS = ["called", "seen", "answered", "left", "arrived", "closed", "withdrawn"]


@pytest.mark.parametrize(("now", "told"), list(product(OrderState, OrderState)))
def test_no_step_goes_back(now: OrderState, told: OrderState) -> None:
    after = farther(now, told)
    assert after in {now, told}
    assert STEPS.index(after) == max(STEPS.index(now), STEPS.index(told))


@pytest.mark.parametrize("state", OrderState)
def test_only_what_is_closed_or_withdrawn_is_over(state: OrderState) -> None:
    over = state.value in {"closed", "withdrawn"}
    assert (state not in OPEN_ORDER_STATES) is over
    if not over:
        check_open(state)
        return
    with pytest.raises(Conflict) as refusal:
        check_open(state)
    assert refusal.value.code == "order_over"


def test_nobody_has_to_go_where_it_does_not_burn() -> None:
    assert {one for one in Answer if one.settles} == {Answer.FALSE, Answer.HANDLED}
