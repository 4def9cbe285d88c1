"""Sweeps in time: by hand, and a whole district against a count second by second."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.patrol import PoseTrust
from models.spans import Span, common, joined, total, without
from models.sweep_time import Overdue, Planned, SweepReport, sweep_report
from models.watching import GapCause, Visit, WatchGap

Mask = NDArray[np.bool_]
START = datetime(2026, 4, 5, 0, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def visit(
    preset: int, first: float, last: float, trust: PoseTrust = PoseTrust.VERIFIED, key: str = "t1"
) -> Visit:
    return Visit(key, preset, at(first), at(last), trust, None, 1)


ALL_DAY = Planned("t1", (0, 1), at(-30), at(1440))


def report(visits: list[Visit], *gaps: WatchGap, plan: Planned = ALL_DAY) -> SweepReport:
    return sweep_report([plan], visits, gaps, at(0), at(120))


def test_a_camera_that_keeps_its_round_is_always_in_time() -> None:
    visits = [visit(preset, m + 5 * preset, m + 5 * preset + 2)
              for m in range(-30, 120, 10) for preset in (0, 1)]  # fmt: skip
    told = report(visits)
    (camera,) = told.cameras
    assert camera.in_time == camera.verified == camera.planned == timedelta(minutes=120)
    assert camera.overdue == ()
    assert camera.longest == timedelta(minutes=8)
    assert told.share == told.verified_share == 1.0


def test_what_is_not_seen_for_half_an_hour_is_told_with_its_cause() -> None:
    visits = [visit(0, m, m + 5) for m in range(-30, 120, 10)]
    visits += [visit(1, m, m + 5) for m in (-20, 0, 70, 90, 110)]
    operator = WatchGap(1, "t1", GapCause.OPERATOR, "wang", at(20), at(60))
    other = WatchGap(2, "t1", GapCause.STUCK, "", at(0), at(8))
    strange = WatchGap(3, "t9", GapCause.STUCK, "", at(0), None)
    told = report(visits, operator, other, strange)
    (camera,) = told.cameras
    assert camera.overdue == (Overdue(at(35), at(70), (1,), GapCause.OPERATOR),)
    assert camera.in_time == timedelta(minutes=85)
    assert told.share == pytest.approx(85 / 120)
    assert camera.longest == told.longest == timedelta(minutes=65)


def test_a_gap_that_lasts_and_one_that_shares_no_time() -> None:
    lasting = WatchGap(1, "t1", GapCause.STUCK, "", at(-10), None)
    (camera,) = report([], lasting).cameras
    assert camera.overdue == (Overdue(at(0), at(120), (0, 1), GapCause.STUCK),)
    past = WatchGap(1, "t1", GapCause.STUCK, "", at(-90), at(-60))
    assert report([], past).cameras[0].overdue[0].cause is None


def test_only_views_that_the_picture_confirms_are_verified() -> None:
    plan = Planned("t1", (0,), at(-30), at(1440))
    visits = [visit(0, m, m + 5, PoseTrust.REPORTED) for m in range(-30, 120, 10)]
    told = report([*visits, visit(0, 60, 61)], plan=plan)
    assert told.share == 1.0
    assert told.verified_share == pytest.approx(31 / 120)


def test_a_tour_that_begins_has_half_an_hour_for_its_first_round() -> None:
    morning = Planned("t1", (0,), at(60), at(1440))
    told = report([visit(0, -600, -500)], plan=morning)
    (camera,) = told.cameras
    assert camera.planned == timedelta(minutes=60)
    assert camera.overdue == (Overdue(at(90), at(120), (0,), None),)
    assert camera.longest == timedelta(minutes=60)


def test_where_nothing_is_planned_nothing_is_judged() -> None:
    nothing = Planned("t1", (), at(-30), at(1440))
    told = report([visit(0, 1, 2)], plan=nothing)
    assert (told.cameras, told.share, told.verified_share) == ((), None, None)
    assert told.longest == timedelta()
    before = Planned("t1", (0,), at(-30), at(0))
    assert report([visit(0, 1, 2)], plan=before).cameras == ()


def test_a_district_of_110_cameras_is_counted_alike_second_by_second() -> None:
    """Three hours with tours that change, stuck and steered cameras, and whole losses."""
    random = np.random.default_rng(8)
    span_s, before_s = 3 * 3600, 1800
    plans: list[Planned] = []
    visits: list[Visit] = []
    planned_s = in_time_s = verified_s = 0
    for number in range(110):
        key = f"t{number}"
        changes = sorted(int(one) for one in random.integers(0, span_s, random.integers(0, 3)))
        edges = [-before_s, *changes, span_s]
        due = np.zeros((8, span_s + before_s), np.bool_)
        for first, last in pairwise(edges):
            presets = tuple(range(int(random.integers(0, 9))))
            plans.append(Planned(key, presets, _s(first), _s(last)))
            due[list(presets), first + before_s : last + before_s] = True
        dwell_s, slow = int(random.integers(20, 120)), int(random.integers(5, 60))
        lost = sorted(int(one) for one in random.integers(-before_s, span_s, 2))
        seen, sure = np.zeros_like(due), np.zeros_like(due)
        clock_s, preset = -before_s, 0
        while clock_s + dwell_s < span_s:
            trust = PoseTrust.VERIFIED if random.random() < 0.9 else PoseTrust.REPORTED
            if not lost[0] <= clock_s < lost[1]:
                end_s = clock_s + dwell_s
                visits.append(Visit(key, preset, _s(clock_s), _s(end_s), trust, None, 1))
                seen[preset, clock_s + before_s : end_s + before_s] = True
                if trust is PoseTrust.VERIFIED:
                    sure[preset, clock_s + before_s : end_s + before_s] = True
            clock_s += dwell_s + slow
            preset = (preset + 1) % 8
        counted = _count(due, seen, before_s)
        planned_s += counted[0]
        in_time_s += counted[1]
        verified_s += _count(due, sure, before_s)[1]
    told = sweep_report(plans, visits, [], _s(0), _s(span_s))
    assert sum(_seconds(one.planned) for one in told.cameras) == planned_s
    assert sum(_seconds(one.in_time) for one in told.cameras) == in_time_s
    assert sum(_seconds(one.verified) for one in told.cameras) == verified_s
    assert told.share == pytest.approx(in_time_s / planned_s)
    assert 0.2 < in_time_s / planned_s < 0.98  # neither is trivial
    shares = [one.in_time / one.planned for one in told.cameras]
    assert shares == sorted(shares)


def _s(seconds: float) -> datetime:
    return START + timedelta(seconds=float(seconds))


def _seconds(length: timedelta) -> int:
    assert length.microseconds == 0
    return int(length.total_seconds())


def _count(due: Mask, seen: Mask, before_s: int) -> tuple[int, int]:
    """Seconds with anything due, and those of them in which all that is due is in time."""
    second = np.arange(due.shape[1])
    began = due & ~np.roll(due, 1, axis=1)
    began[:, 0] = due[:, 0]
    # A tour that begins counts as if all had been seen the second before.
    last = np.maximum(np.where(seen, second, -(10**9)), np.where(began, second - 1, -(10**9)))
    unseen = due & (second - np.maximum.accumulate(last, axis=1) > 1800)
    late: Mask = np.logical_or.reduce(unseen)
    whole: Mask = np.logical_or.reduce(due)[before_s:]
    return int(whole.sum()), int((whole & ~late[before_s:]).sum())


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda one: (at(one[0]), at(one[1]))),
    max_size=8,
)


def raster(found: list[Span]) -> Mask:
    minutes = np.zeros(61, np.bool_)
    for start, end in found:
        first, last = (int((one - START).total_seconds() // 60) for one in (start, end))
        minutes[first:last] = True
    return minutes


@settings(max_examples=200)
@given(first=spans, second=spans)
def test_spans_are_what_their_minutes_are(first: list[Span], second: list[Span]) -> None:
    ours, theirs = raster(first), raster(second)
    assert (raster(joined(first)) == ours).all()
    assert (raster(common(first, second)) == (ours & theirs)).all()
    assert (raster(without(first, second)) == (ours & ~theirs)).all()
    assert total(first) == timedelta(minutes=int(ours.sum()))
    for found in (joined(first), common(first, second), without(first, second)):
        assert all(start < end for start, end in found)
        assert all(one[1] < other[0] for one, other in pairwise(found))
