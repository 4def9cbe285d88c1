"""Crossings over HTTP: what a second tower, a caller and a node say about an alert."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from api_rig import START, ApiRig
from crossing_rig import GEOD, alert_of, fix_of, tower

from api.auth.scope import Scope
from api.crossings.lookouts import lookouts_of
from api.crossings.service import of_alert
from geo.locate import Locator
from geo.relief import drill_relief
from models.fix import Fix, FixOutcome, NoFixReason
from models.frame import Provenance
from models.incident import DismissReason, IncidentState
from models.site import Camera, CameraKind, HeightDatum, Position
from models.user import Role, User

FIRE = (-84.3061900, 36.2463033)  # the drill's plume
RED = tower("t1-red", -84.2308333, 36.1983333)
FOG = tower("t2-fog", -84.2691667, 36.3116666)
DRILL = tower("t3-drill", -84.3725, 36.2225)
BOTH = (-84.31290744, 36.29542240)  # ground that the drill tower and the fog tower see
BOTH_TOO = (-84.26640666, 36.22908966)
LOCATOR = Locator(drill_relief())


def crossings(api: ApiRig, alert_id: int = 1, what: str = "alerts") -> dict[str, Any]:
    answer = api.client(Role.VIEWER).get(f"/api/{what}/{alert_id}/crossings")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def apart_m(told: dict[str, Any], at: tuple[float, float] = FIRE) -> float:
    return float(GEOD.inv(told["lon_deg"], told["lat_deg"], *at)[2])


def note(api: ApiRig, sighting: dict[str, Any], key: str = "key-0000001") -> dict[str, Any]:
    body = {"key": key, "source": "call", "sighting": sighting, "seen_at": START.isoformat()}
    made = api.client(Role.MONITOR).post("/api/observations", json=body)
    assert made.status_code == 201, made.text
    return made.json()  # type: ignore[no-any-return]


def report(radius_m: float = 400.0, at: tuple[float, float] = FIRE) -> dict[str, Any]:
    spot = {"kind": "coordinates", "system": "WGS84", "first": at[0], "second": at[1]}
    return {"kind": "place", "spot": spot, "radius_m": radius_m}


def test_an_alert_alone_says_so(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    told = crossings(api)
    assert (told["key"], told["reason"], told["matches"]) == ("alert-1", "alone", [])
    assert told["window_s"] == 900.0
    assert [each["key"] for each in told["witnesses"]] == ["alert-1"]


def test_two_towers_meet_with_ellipse_region_weights_and_land(api: ApiRig) -> None:
    for camera in (DRILL, FOG):
        alert_of(api, camera, fix_of(camera, BOTH, locator=LOCATOR))
    told = crossings(api)
    assert told["reason"] is None
    (match,) = told["matches"]
    assert [each["key"] for each in match["members"]] == ["alert-1", "alert-2"]
    assert apart_m(match, BOTH) < 5.0
    assert apart_m(match["places"][0], BOTH) < 30.0
    assert shapely.Polygon(match["ellipse_lonlat"]).covers(shapely.Point(BOTH))
    assert shapely.Polygon(match["ellipse_lonlat"]).exterior.is_ccw
    assert match["semi_minor_m"] <= match["semi_major_m"] < 90.0
    assert match["log_factor"] > 3.0
    assert match["share"] > 0.95
    assert (match["is_ambiguous"], match["rivals"], match["freedom"]) == (False, [], 0)
    for member in match["members"]:
        assert abs(member["off_deg"]) < 0.3
        alternatives = member["alternatives"]
        assert {each["kind"] for each in alternatives} >= {"place", "elsewhere"}
        for moment in ("before", "after"):
            assert sum(each[moment] for each in alternatives) == pytest.approx(1.0)
        assert max(alternatives, key=lambda one: one["after"])["kind"] != "elsewhere"
    assert match["land"]["townships"][0]["probability"] > 0.9
    layers = {each["layer"] for each in match["land"]["nearest"]}
    assert {"forest_belt", "water_point", "village"} <= layers
    names = {each["key"]: each["name"] for each in told["witnesses"]}
    assert names["alert-2"].startswith("雾坪塔")
    assert crossings(api, 2)["matches"][0]["members"][0]["key"] == "alert-2"


def test_the_land_is_that_of_the_crossing_and_not_of_one_tower(api: ApiRig) -> None:
    for camera in (DRILL, FOG):
        alert_of(api, camera, fix_of(camera, FIRE))  # without relief: directions only
    (match,) = crossings(api)["matches"]
    assert all(member["alternatives"] == [] for member in match["members"])
    water = next(each for each in match["land"]["nearest"] if each["layer"] == "water_point")
    assert 0.0 < water["distance_min_m"] < water["distance_m"] < water["distance_max_m"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ((RED, (-84.5, 36.0)), "apart"),
        ((DRILL, (-84.30, 36.25)), "one_mast"),
    ],
)
def test_why_there_is_no_place_is_told(
    api: ApiRig, other: tuple[Camera, tuple[float, float]], reason: str
) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    alert_of(api, other[0], fix_of(*other))
    told = crossings(api)
    assert (told["reason"], told["matches"]) == (reason, [])
    assert told["partings"] == [{"key": "alert-2", "reason": reason}]


def test_lines_that_run_along_each_other_are_a_direction_only(api: ApiRig) -> None:
    beside = tower("t9", -84.3725 - 0.02, 36.2225 - 0.0073)
    api.context.store.cameras.put(beside)
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    alert_of(api, beside, fix_of(beside, FIRE))
    assert crossings(api)["reason"] == "parallel"


def test_a_camera_that_knows_no_direction_says_so(api: ApiRig) -> None:
    unknown = Fix(FixOutcome.UNKNOWN, NoFixReason.NO_POSE, DRILL.position, None, None, None)
    alert_of(api, DRILL, unknown)
    alert_of(api, FOG, fix_of(FOG, FIRE))
    assert crossings(api)["reason"] == "no_bearing"
    assert crossings(api, 2)["reason"] == "alone"


@pytest.mark.parametrize(("minutes", "meets"), [(14.0, True), (16.0, False)])
def test_capture_times_must_overlap_within_the_window(
    api: ApiRig, *, minutes: float, meets: bool
) -> None:
    """Both were received at the same moment; that says nothing."""
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    later = START + timedelta(minutes=minutes)
    alert_of(api, FOG, fix_of(FOG, FIRE), seen=(later, later + timedelta(minutes=3)))
    assert bool(crossings(api)["matches"]) is meets


def test_what_was_dismissed_crosses_nothing_and_what_was_confirmed_does(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    alert_of(api, FOG, fix_of(FOG, FIRE))
    alert_of(api, RED, fix_of(RED, FIRE))
    verdicts = api.context.store.verdicts
    said: dict[str, Any] = {"author": "li", "note": ""}
    fog = {"reason": DismissReason.FOG}
    verdicts.step(2, expected=IncidentState.OPEN, to_state=IncidentState.DISMISSED, **said, **fog)
    verdicts.step(
        3, expected=IncidentState.OPEN, to_state=IncidentState.CONFIRMED, **said, reason=None
    )
    verdicts.step(
        3, expected=IncidentState.CONFIRMED, to_state=IncidentState.CLOSED, **said, reason=None
    )
    (match,) = crossings(api)["matches"]
    assert [each["key"] for each in match["members"]] == ["alert-1", "alert-3"]
    assert crossings(api, 2)["matches"], "a dismissed alert may still be asked about"


def test_an_exercise_and_a_real_fire_are_never_married(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE), provenance=Provenance.DRILL)
    alert_of(api, FOG, fix_of(FOG, FIRE), provenance=Provenance.LIVE)
    assert crossings(api)["reason"] == "alone"


def test_a_caller_is_a_witness_with_his_own_error(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    note(api, report())
    (match,) = crossings(api)["matches"]
    assert [each["key"] for each in match["members"]] == ["alert-1", "observation-1"]
    assert match["semi_minor_m"] < 40.0
    assert 300.0 < match["semi_major_m"] < 420.0
    caller = match["members"][1]
    assert (caller["off_deg"], caller["alternatives"]) == (None, [])
    back = crossings(api, 1, "observations")
    assert [each["key"] for each in back["matches"][0]["members"]] == ["observation-1", "alert-1"]
    api.client(Role.MONITOR).post("/api/observations/1/withdraw")
    assert crossings(api)["reason"] == "alone"
    assert api.client(Role.VIEWER).get("/api/observations/9/crossings").status_code == 404


def test_two_callers_meet_without_any_camera(api: ApiRig) -> None:
    note(api, report(400.0))
    near = GEOD.fwd(*FIRE, 90.0, 200.0)[:2]
    note(api, report(600.0, (near[0], near[1])), "key-0000002")
    (match,) = crossings(api, 1, "observations")["matches"]
    assert match["freedom"] == 2
    assert match["likelihood"] > 0.1


def test_a_node_under_the_trees_is_a_place(api: ApiRig) -> None:
    stand = Position(*GEOD.fwd(*FIRE, 20.0, 60.0)[:2], 6.0, HeightDatum.GROUND)
    node = Camera("n1", "林下", CameraKind.CANOPY, stand, ())
    api.context.store.cameras.put(node)
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    posed = tower("n1", stand.lon_deg, stand.lat_deg)
    alert_of(api, posed, Fix(FixOutcome.UNKNOWN, NoFixReason.NO_POSE, stand, None, None, None))
    told = crossings(api)
    (match,) = told["matches"]
    witness = next(each for each in told["witnesses"] if each["key"] == "alert-2")
    assert witness["bearing_deg"] is None
    assert witness["radius_m"] == pytest.approx(214.6, abs=0.1)
    assert apart_m(match) < 80.0


def test_a_node_that_knows_where_it_looks_tells_that_place(api: ApiRig) -> None:
    node = next(each for each in api.context.store.cameras.all() if each.kind is CameraKind.CANOPY)
    pose = node.presets[0].pose
    near = LOCATOR.locate(node, pose, 240.0, 180.0, 480, 360)
    assert near.clusters[0].range_m < 500.0
    alert_of(api, node, near)
    at = near.clusters[0].position
    alert_of(api, FOG, fix_of(FOG, (at.lon_deg, at.lat_deg)))
    (match,) = crossings(api)["matches"]
    assert apart_m(match, (at.lon_deg, at.lat_deg)) < 60.0


def test_a_node_that_looks_out_from_the_trees_tells_a_direction(api: ApiRig) -> None:
    stand = GEOD.fwd(*FIRE, 20.0, 4000.0)[:2]
    posed = tower("n1", *stand)
    api.context.store.cameras.put(replace(posed, kind=CameraKind.CANOPY))
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    alert_of(api, posed, fix_of(posed, FIRE))
    told = crossings(api)
    (match,) = told["matches"]
    witness = next(each for each in told["witnesses"] if each["key"] == "alert-2")
    assert witness["bearing_deg"] == pytest.approx(200.0, abs=0.1)
    assert apart_m(match) < 1.0


def test_two_fires_that_could_be_married_are_told(api: ApiRig) -> None:
    """Two towers, two plumes side by side, no relief: four crossings, nothing tells which."""
    other = (FIRE[0] + 0.006, FIRE[1] + 0.004)
    for fire in (FIRE, other):
        for camera in (DRILL, FOG):
            alert_of(api, camera, fix_of(camera, fire))
    told = crossings(api)
    assert [[each["key"] for each in match["members"]] for match in told["matches"]] in (
        [["alert-1", "alert-2"], ["alert-1", "alert-4"]],
        [["alert-1", "alert-4"], ["alert-1", "alert-2"]],
    )
    assert all(match["is_ambiguous"] for match in told["matches"])
    assert all(match["share"] < 0.7 for match in told["matches"])
    rivals = [rival for match in told["matches"] for rival in match["rivals"]]
    assert {(each["member"], *sorted(each["members"])) for each in rivals} == {
        ("alert-2", "alert-2", "alert-3"),
        ("alert-4", "alert-3", "alert-4"),
    }
    assert told["partings"] == [{"key": "alert-3", "reason": "one_mast"}]
    note(api, report(150.0))
    best = crossings(api)["matches"][0]
    assert [each["key"] for each in best["members"]] == ["alert-1", "alert-2", "observation-1"]
    assert not best["is_ambiguous"]


def test_relief_tells_a_ghost_from_a_fire(api: ApiRig) -> None:
    for fire in (BOTH, BOTH_TOO):
        for camera in (DRILL, FOG):
            alert_of(api, camera, fix_of(camera, fire, locator=LOCATOR))
    told = crossings(api)
    best = told["matches"][0]
    assert [each["key"] for each in best["members"]] == ["alert-1", "alert-2"]
    assert best["share"] > 0.9
    assert not best["is_ambiguous"]


def test_hundreds_of_open_alerts_are_told_of_and_none_is_refused(api: ApiRig) -> None:
    random = np.random.default_rng(9)
    for number in range(20):
        lon_deg, lat_deg = random.uniform((-84.4, 36.15), (-84.2, 36.35))
        camera = tower(f"m{number}", float(lon_deg), float(lat_deg))
        api.context.store.cameras.put(camera)
        for _ in range(10):
            fire = random.uniform((-84.4, 36.15), (-84.2, 36.35))
            alert_of(api, camera, fix_of(camera, (float(fire[0]), float(fire[1]))))
    told = crossings(api)
    assert 1 <= len(told["matches"]) <= 8
    assert told["left_out"] >= 0
    assert len(told["partings"]) <= 50
    assert len({each["key"] for each in told["witnesses"]}) == len(told["witnesses"])


def test_who_is_not_signed_in_is_told_nothing(api: ApiRig) -> None:
    for path in ("alerts/1/crossings", "alerts/1/lookouts", "observations/1/crossings"):
        assert api.client().get(f"/api/{path}").status_code == 401
    assert api.client(Role.VIEWER).get("/api/alerts/1/crossings").status_code == 404
    assert api.client(Role.VIEWER).get("/api/alerts/1/lookouts").status_code == 404


def lookouts(api: ApiRig, alert_id: int = 1) -> dict[str, Any]:
    answer = api.client(Role.VIEWER).get(f"/api/alerts/{alert_id}/lookouts")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def test_towers_that_see_the_place_are_told_with_where_to_turn(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE, locator=LOCATOR))
    told = lookouts(api)
    assert apart_m(told) < 200.0
    found = {each["camera_id"]: each for each in told["lookouts"]}
    assert "t3-drill" not in found
    assert "c1-canopy" not in found
    assert found
    for each in found.values():
        camera = api.context.store.cameras.get(each["camera_id"])
        at = camera.position.lon_deg, camera.position.lat_deg
        expected = GEOD.inv(*at, told["lon_deg"], told["lat_deg"])
        assert each["bearing_deg"] == pytest.approx(expected[0] % 360.0, abs=0.01)
        assert each["range_m"] == pytest.approx(expected[2], abs=1.0)
        assert 0.0 <= each["smoke_m"] <= 100.0
        assert not each["steerable"]
        pose = camera.presets[0].pose
        off_deg = abs((each["bearing_deg"] - pose.azimuth_deg + 180.0) % 360.0 - 180.0)
        assert bool(each["presets"]) is (off_deg <= 0.45 * pose.horizontal_fov_deg)


def test_who_has_said_so_already_is_no_lookout(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE, locator=LOCATOR))
    before = {each["camera_id"] for each in lookouts(api)["lookouts"]}
    said = next(camera for camera in (FOG, RED) if camera.camera_id in before)
    alert_of(api, said, fix_of(said, FIRE, locator=LOCATOR))
    after = lookouts(api)
    assert {each["camera_id"] for each in after["lookouts"]} == before - {said.camera_id}
    assert apart_m(after) < 40.0


def test_without_a_place_or_relief_there_is_no_lookout(
    api: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    assert lookouts(api) == {"lon_deg": None, "lat_deg": None, "lookouts": []}
    located = alert_of(api, DRILL, fix_of(DRILL, FIRE, locator=LOCATOR))
    context = replace(api.context, terrain=None)
    wang = User("wang", Role.VIEWER, "", must_change_password=False)
    whole = Scope(wang, api.context.store, None)
    told = lookouts_of(context, located, of_alert(context, located.alert_id, whole))
    assert told.lookouts == ()
    monkeypatch.setattr("api.crossings.lookouts.MOST", 1)
    assert len(lookouts(api, 2)["lookouts"]) == 1


def test_a_fire_tells_the_crossings_of_all_its_evidence(api: ApiRig) -> None:
    alert_of(api, DRILL, fix_of(DRILL, FIRE))
    answer = api.client(Role.VIEWER).get("/api/incidents/1/crossings")
    assert answer.json() == {"members": [crossings(api)]}
    told = note(api, report(at=(-84.5, 36.4)))
    fire = f"/api/incidents/{told['incident_id']}/crossings"
    (member,) = api.client(Role.VIEWER).get(fire).json()["members"]
    assert member == crossings(api, told["observation_id"], "observations")
    assert api.client(Role.VIEWER).get("/api/incidents/99/crossings").status_code == 404
