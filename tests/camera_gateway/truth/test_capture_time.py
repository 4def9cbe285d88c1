"""Clocks that jump, lines that hold pictures back, and lines that are slow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera_gateway.truth.capture_time import TimeVerdict, TimeWatch
from models.frame import TimeSource

START = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
FINE = TimeVerdict()
BACKLOG = TimeVerdict(backlog=True)
LATE = TimeVerdict(late=True)
WRONG = TimeVerdict(clock_wrong=True)


class Line:
    """Pictures by when they were made and when they came, seconds."""

    def __init__(self, source: TimeSource = TimeSource.SENDER) -> None:
        self.watch = TimeWatch()
        self.source = source

    def come(self, captured_s: float, received_s: float) -> TimeVerdict:
        return self.watch.look(
            START + timedelta(seconds=captured_s),
            START + timedelta(seconds=received_s),
            self.source,
            received_s,
        )

    def steady(self, until_s: int, offset_s: float = 0.2, from_s: int = 0) -> "Line":
        for second in range(from_s, until_s, 5):
            assert self.come(second, second + offset_s) == FINE
        return self


def test_an_honest_clock_is_believed() -> None:
    Line().steady(600, 1.5)


def test_a_burst_after_an_outage_is_the_past() -> None:
    line = Line().steady(100)
    # The line was gone from 100 to 160 s; then twelve old pictures come within a second.
    verdicts = [line.come(100 + 5 * n, 160 + 0.1 * n) for n in range(13)]
    assert verdicts == [BACKLOG] * 11 + [FINE] * 2
    line.steady(300, from_s=165)


def test_pictures_that_stay_late_are_scored_with_their_own_time() -> None:
    line = Line().steady(100)
    # Behind an outage the line stays 40 s late: nothing drains.
    verdicts = [line.come(100 + 5 * n, 140 + 5 * n) for n in range(20)]
    assert verdicts[0] == BACKLOG
    assert verdicts[1:] == [LATE] * 19
    # It grows late without any silence: a consumer or a line that is too slow.
    line = Line().steady(100)
    assert [line.come(100 + 2 * n, 100 + 5 * n) for n in range(1, 9)][-1] == LATE


@pytest.mark.parametrize("jump_s", [-3600.0, -60.0, 60.0, 3600.0])
def test_a_clock_that_jumps_is_not_believed_until_it_is_right_again(jump_s: float) -> None:
    line = Line().steady(100)
    for second in range(100, 200, 5):
        assert line.come(second + jump_s, second + 0.2) == WRONG
    verdicts = [line.come(second, second + 0.2) for second in range(200, 230, 5)]
    assert verdicts == [WRONG] * 4 + [FINE] * 2


@pytest.mark.parametrize("off_s", [-3600.0, 8 * 3600.0])
def test_a_clock_that_was_never_right_is_not_believed(off_s: float) -> None:
    line = Line(TimeSource.CAMERA_CLOCK)
    assert {line.come(s + off_s, s + 0.2) == WRONG for s in range(0, 300, 5)} == {True}


@given(
    offsets=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40),
    source=st.sampled_from([TimeSource.RECEIPT, TimeSource.FILE_NAME, TimeSource.CONTAINER]),
)
def test_only_a_cameras_clock_is_judged(offsets: list[float], source: TimeSource) -> None:
    line = Line(source)
    assert {line.come(offset, float(n)) for n, offset in enumerate(offsets)} == {FINE}


@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.floats(0.0, 1e3)), max_size=60))
def test_whatever_comes_one_thing_at_most_is_said(steps: list[tuple[float, float]]) -> None:
    line, now_s = Line(), 0.0
    for captured_s, gap_s in steps:
        now_s += gap_s
        verdict = line.come(captured_s, now_s)
        assert verdict.backlog + verdict.late + verdict.clock_wrong <= 1
