"""Where a fire is by all of its evidence, and that it is nowhere where directions do not meet."""

from dataclasses import replace

import pytest
from fire_rig import (
    GEOD,
    NOON,
    alert_of,
    eye,
    fire_of,
    gone,
    looks,
    place_told,
    stands,
    told_of,
    way_told,
)

from detector.incidents import place_of
from geo.relief import drill_relief
from models.fix import FixOutcome
from models.site import CameraKind

WEST = eye("t1", 106.6)
BESIDE = eye("t1-thermal", 106.6003)  # 30 m to the east
EAST = eye("t2", 106.7)
NODE = eye("n1", 106.65, 29.04, CameraKind.CANOPY)
CAMERAS = {one.camera_id: one for one in (WEST, BESIDE, EAST, NODE)}
FIRE = gone(WEST, 45.0, 6900.0)


def apart_m(place: object, fire: tuple[float, float] = FIRE) -> float:
    return GEOD.inv(place.lon_deg, place.lat_deg, *fire)[2]  # type: ignore[attr-defined]


def test_one_direction_is_a_direction_and_no_place() -> None:
    found = place_of(fire_of(alert_of(1, WEST, looks(WEST, FIRE))), CAMERAS)
    assert found.direction_only
    assert (found.best, found.ring_lonlat, found.r90_m) == (None, (), None)
    assert found.observer == WEST.position
    assert found.bearing_deg == pytest.approx(45.0)
    assert found.agree == ("alert-1",)


def test_two_on_one_mast_are_one_direction() -> None:
    evidence = alert_of(1, WEST, looks(WEST, FIRE)), alert_of(2, BESIDE, looks(BESIDE, FIRE))
    found = place_of(fire_of(*evidence), CAMERAS)
    assert found.direction_only
    assert len(found.agree) == len(found.beside) == 1


def test_parallel_directions_make_no_place() -> None:
    alerts = [
        alert_of(number, camera, replace(looks(camera, FIRE), bearing_deg=bearing_deg))
        for number, camera, bearing_deg in ((1, WEST, 90.0), (2, EAST, 91.0))
    ]
    found = place_of(fire_of(*alerts), CAMERAS)
    assert found.direction_only
    assert found.places == ()


def test_two_towers_make_a_place_with_its_ring() -> None:
    evidence = alert_of(1, WEST, looks(WEST, FIRE)), alert_of(2, EAST, looks(EAST, FIRE))
    found = place_of(fire_of(*evidence), CAMERAS)
    assert found.best is not None
    assert apart_m(found.best) < 20.0
    assert found.r90_m is not None
    assert 5.0 < found.r90_m < 60.0
    assert found.ring_lonlat[0] == found.ring_lonlat[-1]
    assert not found.direction_only
    assert sorted(found.agree) == ["alert-1", "alert-2"]


def test_who_looks_elsewhere_stands_beside() -> None:
    evidence = (
        alert_of(1, WEST, looks(WEST, FIRE)),
        alert_of(2, EAST, looks(EAST, FIRE)),
        told_of(3, place_told(gone(WEST, 200.0, 9000.0))),
    )
    found = place_of(fire_of(*evidence), CAMERAS)
    assert sorted(found.agree) == ["alert-1", "alert-2"]
    assert found.beside == ("observation-3",)


def test_one_tower_on_relief_tells_all_of_its_places() -> None:
    tower = eye("j1", -84.25, 36.32)
    fire = gone(tower, 120.0, 4000.0)
    fix = stands(tower, fire, drill_relief())
    found = place_of(fire_of(alert_of(1, tower, fix)), {"j1": tower})
    assert [place.weight for place in found.places] == [one.weight for one in fix.clusters]
    assert found.r90_m == fix.clusters[0].r90_m


def test_a_call_that_names_a_place_tells_it_with_its_error() -> None:
    found = place_of(fire_of(told_of(1, place_told(FIRE, 100.0))), CAMERAS)
    assert found.best is not None
    assert apart_m(found.best) < 0.01
    assert found.r90_m == pytest.approx(214.6, abs=0.1)
    assert found.bearing_deg is None
    assert len(found.ring_lonlat) > 8


def test_a_call_and_a_tower_agree() -> None:
    evidence = alert_of(1, WEST, looks(WEST, FIRE)), told_of(1, place_told(FIRE, 300.0))
    found = place_of(fire_of(*evidence), CAMERAS)
    assert len(found.agree) == 2
    assert found.best is not None
    assert apart_m(found.best) < 300.0


def test_what_was_taken_back_is_no_witness() -> None:
    told = replace(told_of(1, place_told(FIRE)), withdrawn_at=NOON, withdrawn_by="li")
    assert place_of(fire_of(told), CAMERAS).places == ()
    assert not place_of(fire_of(told), CAMERAS).direction_only
    found = place_of(fire_of(told, alert_of(1, WEST, looks(WEST, FIRE))), CAMERAS)
    assert found.direction_only


def test_a_node_under_the_trees_is_a_place() -> None:
    nowhere = replace(
        looks(NODE, FIRE),
        outcome=FixOutcome.UNKNOWN,
        bearing_deg=None,
        bearing_sigma_deg=None,
        elevation_deg=None,
    )
    found = place_of(fire_of(alert_of(1, NODE, nowhere)), CAMERAS)
    assert found.best is not None
    assert apart_m(found.best, (106.65, 29.04)) < 0.01


def test_a_camera_without_pose_knows_nothing_and_one_that_is_gone_is_remembered() -> None:
    nowhere = replace(
        looks(WEST, FIRE),
        outcome=FixOutcome.UNKNOWN,
        bearing_deg=None,
        bearing_sigma_deg=None,
        elevation_deg=None,
    )
    found = place_of(fire_of(alert_of(1, WEST, nowhere)), CAMERAS)
    assert (found.places, found.direction_only, found.agree) == ((), False, ())
    assert place_of(fire_of(alert_of(1, WEST, looks(WEST, FIRE))), {}).direction_only


def test_of_one_mast_the_latest_that_says_most_is_heard() -> None:
    way = told_of(1, way_told(WEST, 45.0, 3.0))
    sharp = alert_of(2, BESIDE, looks(BESIDE, FIRE))
    found = place_of(fire_of(sharp, way), CAMERAS)
    assert found.bearing_sigma_deg == pytest.approx(0.1)
    assert found.observer == BESIDE.position
