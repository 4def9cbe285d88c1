"""What of a fix is news, and what is never tried."""

from dataclasses import replace

import pytest
from fire_rig import alert_of, eye, gone, looks, place_told, stands, told_of, way_told

from detector.incidents import testimony
from detector.incidents.matching import Lot, match, says_more
from geo.relief import drill_relief
from models.fix import Fix
from models.incident import LinkReason
from models.site import Camera

WEST, EAST, NORTH = eye("t1", 106.6), eye("t2", 106.7), eye("t3", 106.65, 29.1)
FIRE = gone(WEST, 45.0, 6_900.0)


def lot(number: int, camera: Camera, fix: Fix) -> Lot:
    alert = alert_of(number, camera, fix)
    alert = replace(alert, draft=replace(alert.draft, preset=number))
    found = testimony.of_alert(alert, {camera.camera_id: camera})
    assert found is not None
    return Lot([found])


@pytest.mark.parametrize(
    ("changes", "news"),
    [
        ({}, False),
        ({"bearing_deg": 45.04}, False),
        ({"bearing_deg": 45.06}, True),
        ({"bearing_deg": None}, True),
    ],
)
def test_a_bearing_that_moved_by_less_than_half_its_error_is_no_news(
    changes: dict[str, float | None], *, news: bool
) -> None:
    before = replace(looks(WEST, FIRE), bearing_deg=45.0)
    after = replace(before, **changes)  # type: ignore[arg-type]
    assert says_more(before, after) is news
    assert says_more(after, after) is False


def test_a_place_that_moved_or_came_is_news() -> None:
    tower = eye("j1", -84.2725, 36.27917)
    fix = stands(tower, (-84.2943, 36.2258), drill_relief())
    first, *others = fix.clusters
    assert says_more(fix, fix) is False
    assert says_more(replace(fix, clusters=()), fix)
    moved = replace(first, range_m=first.range_m + 0.6 * first.r90_m)
    assert says_more(fix, replace(fix, clusters=(moved, *others)))


def test_who_looks_elsewhere_is_of_no_fire_of_two_towers() -> None:
    first, second = lot(1, WEST, looks(WEST, FIRE)), lot(2, EAST, looks(EAST, FIRE))
    both = Lot((*first.evidence, *second.evidence))
    assert match(first, second) is not None
    assert match(both, lot(3, NORTH, looks(NORTH, FIRE))) is not None
    assert match(both, lot(3, NORTH, looks(NORTH, FIRE, 3.0))) is None
    there = testimony.of_observation(told_of(1, place_told(FIRE)))
    far = testimony.of_observation(told_of(1, place_told(gone(WEST, 45.0, 9_900.0))))
    assert match(Lot([there]), both) is not None
    assert match(both, Lot([far])) is None
    assert match(Lot([there]), Lot([far])) is None


def test_a_lookout_on_the_mast_who_points_the_same_way_is_of_its_fire() -> None:
    alert = lot(1, WEST, looks(WEST, FIRE))
    told = Lot([testimony.of_observation(told_of(1, way_told(WEST, 46.0, 2.0)))])
    fit = match(told, alert)
    assert fit is not None
    assert fit.reason is LinkReason.SAME_MAST
    away = Lot([testimony.of_observation(told_of(1, way_told(WEST, 60.0, 2.0)))])
    assert match(away, alert) is None


def test_a_direction_of_one_mast_without_a_tilt_is_compared_by_its_bearing_alone() -> None:
    flat = replace(looks(WEST, FIRE), elevation_deg=None)
    assert match(lot(1, WEST, flat), lot(2, WEST, looks(WEST, FIRE))) is not None
