"""Missions that we write, read by MAVSDK's own importers and by GDAL: identical."""

import json
import math
import os
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from gdal_rig import PACKAGES, OgrClient, why_no_gdal
from hypothesis import given, settings
from mavsdk_grpc.mission_raw import MissionImportData
from mavsdk_rig import Importers, importers, same_item, same_places
from mission_rig import any_mission, desk, sample

from drone_jobs.missions.formats import MissionFormat, ending_of
from drone_jobs.missions.holding import held, spoken_autopilot
from drone_jobs.missions.items_write import items_of
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission
from models.mission import Autopilot, Mission

pytestmark = pytest.mark.servers

FENCE_IN, FENCE_OUT, CIRCLE_IN, CIRCLE_OUT, RALLY = 5001, 5002, 5003, 5004, 5100


@pytest.fixture(scope="module")
def mavsdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importers]:
    with importers(tmp_path_factory.mktemp("mavsdk")) as running:
        yield running


@pytest.fixture(scope="module")
def gdal() -> None:
    trouble = why_no_gdal()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs GDAL (apt-get install {PACKAGES}): {trouble}")


def assert_same_items(mission: Mission, read: MissionImportData, autopilot: Autopilot) -> None:
    items = items_of(mission, desk(), autopilot)
    theirs = read.mission_items
    assert len(theirs) == len(items)
    for item, other in zip(items, theirs, strict=True):
        assert same_item(item, other), (item, other.x, other.y, other.z)


def corners(read: MissionImportData, command: int) -> list[tuple[int, int]]:
    found = [each for each in read.geofence_items if each.command == command]
    return [(each.x, each.y) for each in found]


def assert_same_fence(mission: Mission, read: MissionImportData) -> None:
    assert same_places(corners(read, FENCE_IN), [each for ring in mission.fence for each in ring])
    assert same_places(corners(read, FENCE_OUT), [each for ring in mission.no_fly for each in ring])
    sizes = [len(ring) for ring in (*mission.fence, *mission.no_fly) for _ in ring]
    told = [each.param1 for each in read.geofence_items if each.command in (FENCE_IN, FENCE_OUT)]
    assert told == sizes
    for command, is_inclusion in ((CIRCLE_IN, True), (CIRCLE_OUT, False)):
        circles = [each for each in mission.circles if each.is_inclusion is is_inclusion]
        theirs = [each for each in read.geofence_items if each.command == command]
        assert len(theirs) == len(circles)
        for circle, other in zip(circles, theirs, strict=True):
            assert same_places([(other.x, other.y)], [(circle.lon_deg, circle.lat_deg)])
            assert math.isclose(other.param1, circle.radius_m, rel_tol=1e-6)
    rally = held(mission, MissionFormat.QGC_PLAN).rally
    theirs = [(each.x, each.y) for each in read.rally_items]
    assert same_places(theirs, [(place.lon_deg, place.lat_deg) for place in rally])
    assert {each.command for each in read.rally_items} <= {RALLY}


@pytest.mark.parametrize("autopilot", [Autopilot.PX4, Autopilot.ARDUPILOT])
def test_a_plan_is_read_alike(mavsdk: Importers, autopilot: Autopilot) -> None:
    mission = sample(autopilot)
    read = mavsdk.plan(write_mission(mission, MissionFormat.QGC_PLAN, desk()))
    assert_same_items(mission, read, autopilot)
    assert_same_fence(mission, read)
    assert [each.z for each in read.rally_items] == [100.0]


def test_a_waypoint_list_is_read_alike(mavsdk: Importers) -> None:
    """Rows above terrain are held against pymavlink: this importer takes frame 10 for no place."""
    mission = sample(Autopilot.ARDUPILOT)
    read = mavsdk.waypoints(write_mission(mission, MissionFormat.WAYPOINTS, desk()))
    own = items_of(mission, desk(), Autopilot.ARDUPILOT)
    theirs = list(read.mission_items)
    assert len(theirs) - len(own) in (0, 1)  # with home's row, or without
    for item, other in zip(own, theirs[len(theirs) - len(own) :], strict=True):
        assert same_item(item, other), (item, other.x, other.y, other.z)


@given(any_mission())
@settings(max_examples=40, deadline=None)
def test_any_plan_is_read_alike(mavsdk: Importers, mission: Mission) -> None:
    read = mavsdk.plan(write_mission(mission, MissionFormat.QGC_PLAN, desk()))
    assert_same_items(mission, read, spoken_autopilot(mission, MissionFormat.QGC_PLAN))
    assert_same_fence(mission, read)


def test_a_survey_is_read_alike(mavsdk: Importers) -> None:
    """The lines packed into a survey, as QGroundControl saves them."""
    document = json.loads(write_mission(sample(), MissionFormat.QGC_PLAN, desk()))
    items = document["mission"]["items"]
    inner = items[2:-1]
    survey = {
        "type": "ComplexItem",
        "complexItemType": "survey",
        "version": 5,
        "angle": 0,
        "entryLocation": 0,
        "flyAlternateTransects": False,
        "splitConcavePolygons": False,
        "polygon": [[28.952, 106.551], [28.953, 106.551], [28.953, 106.556]],
        "TransectStyleComplexItem": {
            "version": 2,
            "TurnAroundDistance": 0,
            "CameraTriggerInTurnAround": False,
            "HoverAndCapture": False,
            "Refly90Degrees": False,
            "CameraShots": 10,
            "VisualTransectPoints": [[28.952, 106.551], [28.953, 106.551]],
            "CameraCalc": {
                "CameraName": "Manual (no camera specs)",
                "AdjustedFootprintFrontal": 80,
                "AdjustedFootprintSide": 114,
                "DistanceToSurface": 100,
                "DistanceMode": 1,
                "version": 2,
            },
            "Items": inner,
        },
    }
    document["mission"]["items"] = [*items[:2], survey, items[-1]]
    data = json.dumps(document).encode()
    assert_same_items(sample(), mavsdk.plan(data), Autopilot.PX4)
    found = read_mission(data, "x.plan")
    assert differences(held(sample(), MissionFormat.QGC_PLAN), found, desk()) == []


def many() -> Mission:
    """A sweep of 60 points off the round numbers."""
    dice = random.Random(7)
    points = tuple(
        replace(
            sample().points[0],
            lon_deg=106.5 + dice.random() / 10,
            lat_deg=28.9 + dice.random() / 10,
        )
        for _ in range(60)
    )
    return replace(sample(), points=points)


@pytest.mark.usefixtures("gdal")
@pytest.mark.parametrize("kind", [MissionFormat.GEOJSON, MissionFormat.KML])
def test_gdal_reads_the_same_coordinates(kind: MissionFormat, tmp_path: Path) -> None:
    mission = many()
    file = tmp_path / f"x{ending_of(kind)}"
    file.write_bytes(write_mission(mission, kind, desk()))
    features = OgrClient.read(file)
    lines = [each for each in features if each["geometry"]["type"] == "LineString"]
    assert len(lines) == 1
    coordinates = lines[0]["geometry"]["coordinates"]
    assert len(coordinates) == len(mission.points)
    for point, (lon_deg, lat_deg, z_m) in zip(mission.points, coordinates, strict=True):
        assert lon_deg == pytest.approx(point.lon_deg, abs=1e-7)
        assert lat_deg == pytest.approx(point.lat_deg, abs=1e-7)
        if kind is MissionFormat.KML:
            assert z_m == pytest.approx(point.height.value_m, abs=1e-3)
        else:
            assert z_m - point.height.value_m == pytest.approx(-36.0, abs=7.0)
    assert sum(each["geometry"]["type"] == "Polygon" for each in features) == 2


@pytest.mark.usefixtures("gdal")
def test_what_gdal_saved_again_means_the_same(tmp_path: Path) -> None:
    file, again = tmp_path / "x.geojson", tmp_path / "again.geojson"
    file.write_bytes(write_mission(sample(), MissionFormat.GEOJSON, desk()))
    collection = {"type": "FeatureCollection", "features": OgrClient.read(file)}
    again.write_text(json.dumps(collection), encoding="utf-8")
    assert differences(sample(), read_mission(again.read_bytes(), "x"), desk()) == []
