"""Who sees the same fire: times, shares, rivals, residuals and the ellipse."""

import math
from datetime import UTC, datetime, timedelta

import pytest
import shapely
from pyproj import Geod

from geo.alternatives import Account
from geo.crs import LocalFrame
from geo.meeting import HELD, WINDOW, Seen, ellipse_lonlat, meetings_of, residual_of
from geo.triangulate import triangulate
from models.crossing import Bearing, Crossing, NoCrossing, Report
from models.site import HeightDatum, Position

GEOD = Geod(ellps="WGS84")
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FIRE, OTHER = (106.68, 28.99), (106.686, 28.994)
WEST, EAST, SOUTH = (106.60, 29.00), (106.70, 29.05), (106.65, 28.93)


def place(at: tuple[float, float]) -> Position:
    return Position(*at, 0.0, HeightDatum.SEA_LEVEL)


def sees(
    key: str,
    stand: tuple[float, float],
    fire: tuple[float, float] = FIRE,
    *,
    after: timedelta = timedelta(0),
    sigma_deg: float = 0.1,
) -> Seen:
    azimuth_deg = GEOD.inv(*stand, *fire)[0] % 360.0
    account = Account(Bearing(place(stand), azimuth_deg, sigma_deg))
    return Seen(key, account, NOW + after, NOW + after + timedelta(minutes=1))


def test_nobody_else_is_no_meeting() -> None:
    alone = meetings_of(sees("a", WEST), [])
    assert (alone.meetings, alone.partings, alone.left_out) == ((), (), 0)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_window_is_counted_between_the_ends_of_the_sights(side: float) -> None:
    edge = WINDOW + timedelta(minutes=1)
    for after, meets in ((edge, True), (edge + timedelta(seconds=1), False)):
        found = meetings_of(sees("a", WEST), [sees("b", EAST, after=side * after)])
        assert bool(found.meetings) is meets


def test_three_who_see_one_fire_are_one_meeting_without_doubt() -> None:
    (meeting,) = meetings_of(sees("a", WEST), [sees("b", EAST), sees("c", SOUTH)]).meetings
    assert set(meeting.members) == {"a", "b", "c"}
    assert meeting.members[0] == "a"
    assert meeting.share > 0.9
    assert (meeting.is_ambiguous, meeting.rivals) == (False, ())


def test_shares_of_all_explanations_are_a_whole_with_a_fire_of_its_own() -> None:
    others = [sees("b", EAST), sees("d", EAST, OTHER), sees("c", WEST, OTHER)]
    found = meetings_of(sees("a", WEST), others)
    assert {meeting.members for meeting in found.meetings} == {("a", "b"), ("a", "d")}
    total = sum(meeting.share for meeting in found.meetings)
    alone = 1.0 - total
    for meeting in found.meetings:
        odds = math.exp(meeting.joint.log_factor)
        assert meeting.share / alone == pytest.approx(odds, rel=1e-6)
        assert meeting.is_ambiguous
        assert {rival.member for rival in meeting.rivals} == {meeting.members[1]}
        assert all("c" in rival.members for rival in meeting.rivals)
    assert [each.reason for each in found.partings] == [NoCrossing.ONE_MAST]


def test_more_than_can_be_told_are_counted() -> None:
    stands = [GEOD.fwd(*FIRE, 17.0 * turn, 4_000.0 + 300.0 * turn)[:2] for turn in range(12)]
    others = [
        sees(f"b{number}", (stand[0], stand[1]), GEOD.fwd(*FIRE, 90.0, 400.0 * number)[:2])  # type: ignore[arg-type]
        for number, stand in enumerate(stands)
    ]
    found = meetings_of(sees("a", WEST), others)
    assert len(found.meetings) <= 8
    parts = {each.other for each in found.partings}
    told = {key for meeting in found.meetings for key in meeting.members[1:]}
    assert found.left_out > 0 or told | parts == {each.key for each in others}


def test_how_far_a_witness_is_off() -> None:
    aside = GEOD.fwd(*FIRE, GEOD.inv(*WEST, *FIRE)[0] + 90.0, 100.0)[:2]
    off = residual_of(sees("a", WEST).account.witness, *aside)
    assert off.off_m == pytest.approx(100.0, abs=1.0)
    assert off.off_deg == pytest.approx(math.degrees(100.0 / off.range_m), abs=0.01)
    assert off.sigmas == pytest.approx((off.off_deg or 0.0) / 0.1)
    told = residual_of(Report(place(FIRE), 50.0), *aside)
    assert (told.off_deg, told.sigmas) == (None, pytest.approx(2.0, abs=0.01))


def test_the_ring_is_the_ellipse() -> None:
    crossing = triangulate([each.account.witness for each in (sees("a", WEST), sees("b", EAST))])
    ring = shapely.Polygon(ellipse_lonlat(crossing))
    assert ring.exterior.is_ccw
    metric = LocalFrame(*FIRE).geometry_to_metric(ring)
    assert metric.area == pytest.approx(
        math.pi * crossing.semi_major_m * crossing.semi_minor_m, rel=0.01
    )
    longest = metric.minimum_rotated_rectangle.length / 2.0
    assert longest == pytest.approx(2.0 * (crossing.semi_major_m + crossing.semi_minor_m), rel=0.02)
    assert ellipse_lonlat(Crossing(NoCrossing.APART)) == ()
    circle = triangulate([Report(place(FIRE), 100.0)])
    for corner in ellipse_lonlat(circle):
        assert GEOD.inv(*FIRE, *corner)[2] == pytest.approx(100.0 * HELD, abs=0.5)
