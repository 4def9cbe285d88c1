from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from detector.tracking.view_time import ViewTime

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)


def passed(*minutes: float) -> list[float]:
    time = ViewTime()
    return [time.advance(START + timedelta(minutes=at)) / 60.0 for at in minutes]


def test_a_clock_that_runs_is_believed() -> None:
    assert passed(0, 1, 2, 60) == [0, 1, 2, 60]


def test_twenty_minutes_on_a_wrong_clock_are_twenty_minutes() -> None:
    wrong = range(-480 + 1, -480 + 21)
    minutes = passed(0, *wrong, 21, 22)
    # The step back is not counted; what it took is, when the clock is right again.
    assert minutes == [0, *range(20), 21, 22]


def test_a_backlog_after_live_frames_counts_once() -> None:
    # Live at noon, then two hours of older frames, then live again.
    minutes = passed(120, *range(118), 130)
    assert minutes[-2] == 117
    assert minutes[-1] == 117
    assert passed(120, *range(60), 190)[-1] == 70


def test_a_clock_that_goes_back_for_good_goes_on_from_there() -> None:
    assert passed(480, 0, 1, 2) == [0, 0, 1, 2]


def test_a_second_jump_back_is_measured_from_the_first_departure() -> None:
    assert passed(100, 0, 1, -50, -49, 104)[-1] == 4


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_time_never_goes_back_and_no_more_passes_than_the_clock_went_forward(
    seconds: list[float],
) -> None:
    time = ViewTime()
    last_s, forward_s = 0.0, 0.0
    before = seconds[0]
    for at in seconds:
        elapsed_s = time.advance(START + timedelta(seconds=at))
        forward_s += max(0.0, at - before)
        assert last_s <= elapsed_s <= forward_s + 1e-3
        last_s, before = elapsed_s, at
