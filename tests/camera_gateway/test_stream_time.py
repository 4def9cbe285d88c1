from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_time import START

from camera_gateway.sources.stream_time import USUAL_DELAY_S, CaptureClock
from models.frame import TimeSource


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def heard(offset_s: float, *, count: int = 9) -> CaptureClock:
    """A clock that has heard a sender whose time is ``offset_s`` from ours."""
    clock = CaptureClock()
    for second in range(count):
        late_s = clock.lateness_s(float(second), 100.0 + second)
        clock.sample(START + after(second + offset_s), START + after(second), late_s)
    return clock


def test_without_a_word_of_the_sender_there_is_the_moment_of_receipt() -> None:
    captured = CaptureClock().captured(START, 0.0, None, has_time=True)
    assert (captured.at, captured.source) == (START, TimeSource.RECEIPT)
    assert captured.doubt_s == USUAL_DELAY_S
    assert CaptureClock().captured(START, 0.0, None, has_time=False).doubt_s > USUAL_DELAY_S


def test_a_sender_close_to_us_and_steady_is_believed() -> None:
    clock = heard(-0.2)
    said = START + after(19.8)
    captured = clock.captured(START + after(20), 0.0, said, has_time=True)
    assert (captured.at, captured.source) == (said, TimeSource.SENDER)
    assert captured.doubt_s == pytest.approx(0.2)
    assert clock.sender_offset_s == pytest.approx(-0.2)


@pytest.mark.parametrize("offset_s", [-3600.0, -5.1, 5.1, 86400.0 * 365])
def test_a_sender_far_from_us_is_not(offset_s: float) -> None:
    captured = heard(offset_s).captured(
        START + after(20), 0.0, START + after(20 + offset_s), has_time=True
    )
    assert (captured.at, captured.source) == (START + after(20), TimeSource.RECEIPT)


def test_a_sender_that_jumps_is_not_believed_until_it_is_steady_again() -> None:
    clock = heard(0.1)
    jumped = clock.captured(START + after(20), 0.0, START + after(16.5), has_time=True)
    assert jumped.source is TimeSource.RECEIPT
    for second in range(20, 29):
        clock.sample(START + after(second - 3.5), START + after(second), 0.0)
    again = clock.captured(START + after(30), 0.0, START + after(26.5), has_time=True)
    assert again.source is TimeSource.SENDER
    assert again.doubt_s == pytest.approx(3.5)


def test_after_times_went_back_the_sender_has_to_say_again_what_it_said() -> None:
    def says(second: int, offset_s: float) -> TimeSource:
        said, now = START + after(second + offset_s), START + after(second)
        clock.sample(said, now, 0.0)
        return clock.captured(now, 0.0, said, has_time=True).source

    clock = heard(0.0)
    assert clock.lateness_s(4.0, 109.0) == 0.0
    # The report of before the jump goes on being applied: four seconds off, and steady.
    assert {says(second, -4.0) for second in range(20, 30)} == {TimeSource.RECEIPT}
    # With the next report it is right again.
    assert [says(second, 0.0) for second in range(30, 40)][-1] is TimeSource.SENDER
    # One that stays where it is was set by its owner, and is believed in the end.
    assert clock.lateness_s(1.0, 149.0) == 0.0
    assert [says(second, -4.0) for second in range(40, 120)][-1] is TimeSource.SENDER


def test_a_sender_that_had_hardly_spoken_when_times_went_back_has_to_wait() -> None:
    clock = CaptureClock()
    clock.lateness_s(50.0, 100.0)
    assert clock.lateness_s(45.0, 100.04) == 0.0
    seen = []
    for second in range(120):
        said, now = START + after(second - 4.9), START + after(second)
        clock.sample(said, now, 0.0)
        seen.append(clock.captured(now, 0.0, said, has_time=True).source)
    assert set(seen[:60]) == {TimeSource.RECEIPT}
    assert seen[-1] is TimeSource.SENDER


def test_pictures_that_come_in_another_order_than_they_are_shown_are_no_jump() -> None:
    clock = heard(0.0)
    for number in range(0, 100, 3):
        for shown in (number + 3, number + 1, number + 2):  # as they are coded
            assert clock.lateness_s(200.0 + shown / 25, 300.0 + number / 25) < 0.2
    assert clock.jumps_back == 0
    assert clock.sender_offset_s is not None


def test_three_words_are_needed() -> None:
    said = START + after(20)
    assert heard(0.0, count=2).captured(said, 0.0, said, has_time=True).source is not (
        TimeSource.SENDER
    )


def test_a_backlog_is_dated_back_to_when_it_was_made() -> None:
    clock = CaptureClock()
    for number in range(50):
        assert clock.lateness_s(number / 25, 10.0 + number / 25) == pytest.approx(0.0, abs=1e-9)
    # Eight seconds of silence, then all that was made meanwhile comes at once.
    late_s = [clock.lateness_s((50 + number) / 25, 20.0) for number in range(200)]
    assert late_s[0] == pytest.approx(8.0)
    assert late_s[-1] == pytest.approx(0.04)
    captured = clock.captured(START, late_s[0], None, has_time=True)
    assert captured.at == START - after(late_s[0])
    assert captured.doubt_s == pytest.approx(USUAL_DELAY_S + 4.0)


def test_in_a_backlog_the_sender_is_still_believed() -> None:
    clock = heard(0.0)
    late_s = clock.lateness_s(9.0, 119.0)
    assert late_s == pytest.approx(10.0)
    captured = clock.captured(START + after(19), late_s, START + after(9), has_time=True)
    assert (captured.at, captured.source) == (START + after(9), TimeSource.SENDER)


def test_a_presentation_time_that_goes_back_begins_anew() -> None:
    clock = CaptureClock()
    clock.lateness_s(100.0, 10.0)
    assert clock.lateness_s(95.0, 10.04) == 0.0
    assert clock.lateness_s(95.5, 10.54) == pytest.approx(0.0)
    assert clock.jumps_back == 1


def test_no_presentation_time_is_no_lateness() -> None:
    clock = CaptureClock()
    clock.lateness_s(1.0, 10.0)
    assert clock.lateness_s(None, 99.0) == 0.0
    assert clock.lateness_s(2.0, 11.0) == pytest.approx(0.0)


def test_a_clock_that_drifts_is_followed() -> None:
    clock = CaptureClock()
    late_s = 0.0
    for second in range(3600):  # 4 s in an hour, more than any quartz
        late_s = clock.lateness_s(second * (1 - 1 / 900), float(second))
    assert late_s < 0.1


@given(st.lists(st.tuples(st.floats(0, 1e6) | st.none(), st.floats(0, 30)), max_size=60))
def test_whatever_the_times_a_picture_is_never_from_the_future(
    steps: list[tuple[float | None, float]],
) -> None:
    clock, at_s = CaptureClock(), 0.0
    for shown_s, wait_s in steps:
        at_s += wait_s
        late_s = clock.lateness_s(shown_s, at_s)
        assert late_s >= 0.0
        received_at = START + after(at_s)
        captured = clock.captured(received_at, late_s, None, has_time=shown_s is not None)
        assert captured.at <= received_at
