"""What others lost flights by, each held by a test: reports of users of other programs.

The numbers are those of the trackers, so that anybody can read what happened there. Most are held
where the code is tested that could fail likewise; the table says where, and that it is there. The
rest is tried here from a file to the rules, or from a wish to a plan.
"""

import ast
import io
import json
import zipfile
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from mission_rig import GROUND_M, LEVEL, desk, sample
from shapely.geometry import LineString, Polygon, box
from sweep_rig import FRAME, GEOD, LAT, LON, hills, lonlat, wish, with_

from drone_jobs.checks import FlightRules, MissionCheck, check_mission
from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.of_plan import missions_of
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission
from drone_jobs.planning import plan_sweep
from geo.terrain import Terrain
from models.mission import NoFly, PointRole, SweepPlan, WpmlCodes

HERE = Path(__file__).parent
HELD: dict[str, tuple[str, ...]] = {
    "ArduPilot #1379, dronekit-python #580, MAVSDK-Python #703: item 0 is home": (
        "missions/test_field_reports_of_missions.py::test_item_0_is_home_and_no_order",
        "missions/test_field_reports_of_missions.py::test_an_order_where_home_belongs_is_read_and_told",
        "test_field_reports.py::test_a_take_off_that_was_taken_for_home_is_missed",
    ),
    "MAVSDK #2029, MAVSDK-Python #695: its own missions are not for ArduPilot": (
        "../servers/test_mission_importers.py::test_a_plan_is_read_alike",
        "../servers/test_mission_importers.py::test_a_waypoint_list_is_read_alike",
    ),
    "QGroundControl #10596: terrain becomes sea level in a .txt": (
        "missions/test_field_reports_of_missions.py::test_every_frame_keeps_its_meaning_whatever_the_file_is_called",
        "test_field_reports.py::test_terrain_in_a_list_is_flown_above_the_ground",
    ),
    "QGroundControl #8087: terrain is uploaded as absolute": (
        "missions/test_field_reports_of_missions.py::test_altitude_modes",
        "test_field_reports.py::test_what_is_above_terrain_is_written_as_such_or_turned_into_metres_above_sea",
    ),
    "QGroundControl #13513: calculated above terrain comes back as another height": (
        "missions/test_field_reports_of_missions.py::test_altitude_modes",
        "test_field_reports.py::test_calculated_above_terrain_is_the_same_flight_again",
    ),
    "QGroundControl #8273: distance to the surface taken for height above take-off": (
        "test_field_reports.py::test_a_field_below_home_is_flown_at_its_own_height_and_spacing",
    ),
    "QGroundControl #9480: the profile ignores the frame": (
        "checks/test_rules.py::test_the_same_height_means_another_above_ground_by_its_datum",
        "test_field_reports.py::test_the_profile_is_drawn_by_the_frame",
    ),
    "MAVSDK-Python #688: the wrong height of mode 3": (
        "missions/test_field_reports_of_missions.py::test_altitude_modes",
        "test_field_reports.py::test_calculated_above_terrain_is_the_same_flight_again",
    ),
    "ArduPilot #32942: 0 m above terrain becomes above home": (
        "checks/test_rules.py::test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside",
        "missions/test_mission_footage.py::test_a_height_of_nothing_is_kept",
    ),
    "ArduPilot #20142: a take-off above terrain": (
        "missions/test_field_reports_of_missions.py::test_a_take_off_is_never_above_terrain",
    ),
    "ArduPilot #10255, MissionPlanner #566: ground that is not known, or 0": (
        "checks/test_rules.py::test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside",
        "planning/test_profile.py::test_unknown_ground_below_the_way_is_refused_and_named",
        "test_heights.py::test_what_is_not_known_is_refused_both_ways",
    ),
    "ardupilot_wiki #4480, mavlink #2168: sea level and ellipsoid": (
        "checks/test_rules.py::test_a_height_above_the_ellipsoid_taken_for_one_above_the_sea_is_too_low",
        "missions/test_wpml_rules.py::test_a_height_above_sea_level_flown_as_one_above_the_ellipsoid_is_found",
        "missions/test_wpml_files.py::test_numbers_by_hand",
    ),
    "mavlink #1336, QGroundControl #9500: sign and unit of the gimbal": (
        "missions/test_field_reports_of_missions.py::test_a_gimbals_pitch_is_degrees_and_down_is_negative",
        "missions/test_field_reports_of_missions.py::test_our_gimbal_looks_down",
        "checks/test_rules.py::test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside",
    ),
    "Mobile-SDK-Android-V5 #408: a KMZ of Google Earth": (
        "missions/test_wpml_hostile.py::test_a_kmz_of_google_earth_is_named_as_such",
    ),
    "Mobile-SDK-Android-V5 #435: 2 to 65,535 points": (
        "missions/test_round_trips.py::test_too_few_points_are_no_flight",
        "missions/test_wpml_rules.py::test_counts_and_repeated_numbers",
        "checks/test_rules.py::test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside",
    ),
    "drone-flightplan #26, Cloud-API-Doc #22: no template.kml": (
        "missions/test_wpml_rules.py::test_a_template_alone_is_no_mission",
        "missions/test_wpml_reading.py::test_a_template_alone_is_read_and_told",
        "test_field_reports.py::test_both_files_are_in_the_kmz_and_are_the_same_flight",
    ),
    "Fields2Cover #194, #167: a way through an obstacle": (
        "planning/test_planner.py::test_zones_are_flown_around_and_what_lies_under_them_is_told",
        "planning/test_free_space.py::test_a_way_stays_clear_inside_and_no_shorter_than_straight",
        "test_field_reports.py::test_no_way_leads_through_an_obstacle",
    ),
    "Fields2Cover #70: a strip along the edge is left out": (
        "planning/test_area_lines.py::test_all_of_an_area_is_in_some_picture",
        "test_field_reports.py::test_every_edge_is_in_some_strip",
    ),
    "PX4-Autopilot #3688, ArduPilot #14534: an old mission far away is flown": (
        "checks/test_rules.py::test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside",
        "test_field_reports.py::test_an_old_mission_of_another_place_does_not_fly",
    ),
    "Mobile-SDK-Android #120, Mobile-SDK-iOS #195: points nearer than half a metre": (
        "checks/test_rules.py::test_a_rule_refuses_what_breaks_it_and_passes_what_is_beside",
        "test_field_reports.py::test_points_of_a_file_that_are_too_near_do_not_fly",
        "test_field_reports.py::test_no_plan_has_points_that_are_too_near",
    ),
}
ROUNDED_M = 0.05  # by a file


@cache
def named_tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(each.name for each in tree.body if isinstance(each, ast.FunctionDef))


@pytest.mark.parametrize("report", HELD)
def test_each_report_has_its_test(report: str) -> None:
    assert HELD[report]
    for where in HELD[report]:
        file, name = where.split("::")
        assert name.startswith("test_")
        assert name in named_tests(HERE / file), where


def listed(frame: int, height_m: float) -> bytes:
    """A list: home, take-off, three points 90 m apart, all in one frame."""
    rows = ["0\t1\t0\t16\t0\t0\t0\t0\t28.95\t106.55\t400\t1"]
    rows.append("1\t0\t3\t22\t0\t0\t0\t0\t0\t0\t90\t1")
    rows += [
        f"{seq}\t0\t{frame}\t16\t0\t0\t0\t0\t{28.95 + 0.0008 * seq:.8f}\t106.55\t{height_m}\t1"
        for seq in (2, 3, 4)
    ]
    return "\n".join(["QGC WPL 110", *rows]).encode()


def checked(data: bytes, name: str, terrain: Terrain = LEVEL) -> MissionCheck:
    return check_mission(read_mission(data, name), FlightRules(), terrain)


def codes(check: MissionCheck) -> set[str]:
    return {each.code for each in check.findings}


def test_a_take_off_that_was_taken_for_home_is_missed() -> None:
    """The first item is lost where row 0 is not home: no take-off is left."""
    whole = checked(listed(3, 90.0), "a.waypoints")
    assert whole.may_fly, whole.findings
    head, home, _, *points = listed(3, 90.0).decode().splitlines()
    counted = [f"{seq}{row[1:]}" for seq, row in enumerate(points, start=1)]
    lost = checked("\n".join([head, home, *counted]).encode(), "a.waypoints")
    assert "take_off_missing" in codes(lost)
    assert not lost.may_fly


@pytest.mark.parametrize("name", ["a.waypoints", "a.txt"])
def test_terrain_in_a_list_is_flown_above_the_ground(name: str) -> None:
    """90 m above terrain is 490 m above sea here; taken for 90 m above sea it is in the ground."""
    above = checked(listed(10, 90.0), name)
    assert above.may_fly, above.findings
    assert above.profile is not None
    assert above.profile.flight_m == pytest.approx(GROUND_M + 90.0)
    assert "into_ground" in codes(checked(listed(0, 90.0), name))


def test_what_is_above_terrain_is_written_as_such_or_turned_into_metres_above_sea() -> None:
    mission = read_mission(listed(10, 90.0), "a.waypoints")
    for terrain_frame, frame, height_m in ((True, 10, 90.0), (False, 0, GROUND_M + 90.0)):
        data = write_mission(mission, MissionFormat.WAYPOINTS, desk(), terrain_frame=terrain_frame)
        rows = [line.split("\t") for line in data.decode().splitlines()[2:]]
        points = [row for row in rows if row[3] == "16"]
        assert len(points) == 3
        assert {(int(row[2]), round(float(row[10]), 2)) for row in points} == {(frame, height_m)}


def test_calculated_above_terrain_is_the_same_flight_again() -> None:
    """A saved plan of mode 3 is read, written and read: 90 m above ground of 400 m each time."""
    items = [
        {
            "type": "SimpleItem",
            "autoContinue": True,
            "command": 22 if seq == 1 else 16,
            "doJumpId": seq,
            "frame": 3 if seq == 1 else 0,
            "params": [0, 0, 0, None, 28.95 + 0.0008 * seq, 106.55, 90 if seq == 1 else 490],
            **({} if seq == 1 else {"AltitudeMode": 3, "Altitude": 90, "AMSLAltAboveTerrain": 490}),
        }
        for seq in (1, 2, 3)
    ]
    items[0]["params"] = [0, 0, 0, None, 28.95, 106.55, 90]
    document = {
        "fileType": "Plan",
        "version": 1,
        "mission": {
            "version": 2,
            "firmwareType": 12,
            "vehicleType": 2,
            "plannedHomePosition": [28.95, 106.55, 400.0],
            "items": items,
        },
    }
    data = json.dumps(document).encode()
    for _ in range(2):
        mission = read_mission(data, "a.plan")
        check = check_mission(mission, FlightRules(), LEVEL)
        assert check.may_fly, check.findings
        assert check.profile is not None
        assert check.profile.most_above_ground_m == pytest.approx(90.0, abs=ROUNDED_M)
        assert check.profile.least_above_ground_m == pytest.approx(90.0, abs=ROUNDED_M)
        data = write_mission(mission, MissionFormat.QGC_PLAN, desk())
        modes = [
            item["AltitudeMode"]
            for item in json.loads(data)["mission"]["items"]
            if item["command"] == 16
        ]
        assert modes
        assert set(modes) == {2}  # never the one that programs read differently


@pytest.mark.parametrize(("frame", "height_m"), [(0, 480.0), (3, 80.0), (10, 80.0)])
def test_the_profile_is_drawn_by_the_frame(frame: int, height_m: float) -> None:
    """Home lies at 400 m, ground rises to 440 m: what follows the ground rises with it."""
    values = np.full((150, 150), GROUND_M, np.float32)
    values[:50] += 40.0  # north of 28.952, between the first and the second point
    slope = Terrain("slope", values, 106.5, 29.002, 0.001)
    check = checked(listed(frame, height_m), "a.waypoints", slope)
    assert check.profile is not None
    between = check.profile.lat_deg >= 28.9516
    flight_m, ground_m = check.profile.flight_m[between], check.profile.ground_m[between]
    assert ground_m.min() < 406.0
    assert ground_m.max() > 439.0
    if frame == 10:
        assert flight_m - ground_m == pytest.approx(80.0, abs=0.01)
    else:
        assert flight_m == pytest.approx(480.0)


def test_a_field_below_home_is_flown_at_its_own_height_and_spacing() -> None:
    """Home on a hill 300 m above the field: 100 m are above the field, and so is the spacing."""
    field = box(0.0, 0.0, 600.0, 400.0)
    count = 380
    cell_deg = 1.0 / 3_600.0
    half_deg = count * cell_deg / 2.0
    east_m = (np.arange(count) + 0.5 - count / 2) * cell_deg * 97_000.0
    row = np.where(east_m < -300.0, 700.0, 400.0).astype(np.float32)
    below = Terrain("hill", np.tile(row, (count, 1)), LON - half_deg, LAT + half_deg, cell_deg)
    task = with_(wish(field, (-600.0, 200.0)), ceiling_m=500.0, tolerance_m=5.0)
    plan = plan_sweep(task, below)
    beside = plan_sweep(with_(wish(field, (-100.0, 200.0)), ceiling_m=500.0), below)
    assert plan.take_off_above_sea_m == pytest.approx(700.0, abs=0.5)
    over = [
        point
        for sortie in plan.sorties
        for point in sortie.points
        if point.role is not PointRole.HOME and point.line is not None
    ]
    assert over
    for point in over:
        assert point.above_sea_m == pytest.approx(500.0, abs=5.1)
        assert point.above_take_off_m == pytest.approx(point.above_sea_m - 700.0, abs=0.5)
    assert plan.figures.spacing_m == pytest.approx(beside.figures.spacing_m)
    lowest_m = 100.0 - 5.0  # the height that was asked for, less the tolerance
    swath_m = 2.0 * lowest_m * np.tan(np.radians(71.0 / 2.0))
    assert plan.figures.swath_m == pytest.approx(swath_m)
    assert plan.figures.covered_share > 0.995


def test_both_files_are_in_the_kmz_and_are_the_same_flight() -> None:
    codes_ = WpmlCodes(99, 1, 89)
    data = write_mission(replace(sample(None), wpml=codes_), MissionFormat.WPML, desk())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {"wpmz/template.kml", "wpmz/waylines.wpml"} <= set(archive.namelist())
        counts = [
            archive.read(f"wpmz/{name}").count(b"<Placemark>")
            for name in ("template.kml", "waylines.wpml")
        ]
    assert counts == [7, 7]


def flown_lines(plan: SweepPlan) -> list[LineString]:
    """Every flight in metres, straight between its points."""
    return [
        LineString(
            np.column_stack(
                FRAME.to_metric(
                    np.array([point.lon_deg for point in sortie.points]),
                    np.array([point.lat_deg for point in sortie.points]),
                )
            )
        )
        for sortie in plan.sorties
    ]


FIELD = Polygon([(0, 0), (700, 60), (820, 420), (420, 620), (260, 330), (40, 520)])


def test_no_way_leads_through_an_obstacle() -> None:
    """A mast amid the field, and one in the way from home to it."""
    masts = [box(330.0, 180.0, 400.0, 240.0), box(-80.0, -80.0, -40.0, -40.0)]
    zones = tuple(NoFly(f"mast {k}", lonlat(mast)) for k, mast in enumerate(masts))
    plan = plan_sweep(with_(wish(FIELD), no_fly=zones), hills(0.0))
    for flight in flown_lines(plan):
        for mast in masts:
            assert flight.distance(mast) > 10.0
    assert plan.figures.covered_share > 0.9


@pytest.mark.parametrize("overlap", [0.0, 0.3])
def test_every_edge_is_in_some_strip(overlap: float) -> None:
    """Each metre of the outline lies within half a swath of a line on which pictures are taken."""
    plan = plan_sweep(with_(wish(FIELD), side_overlap=overlap), hills(0.0))
    half_m = plan.figures.swath_m / 2.0
    lines = []
    for sortie in plan.sorties:
        for here, there in pairwise(sortie.points):
            if here.line is None or here.line != there.line:
                continue
            ends = [FRAME.to_metric(each.lon_deg, each.lat_deg) for each in (here, there)]
            lines.append(LineString(ends))
    strips = shapely.union_all([line.buffer(half_m + 0.5, cap_style="square") for line in lines])
    outline = FIELD.exterior
    places = shapely.points(
        [outline.interpolate(metre).coords[0] for metre in range(int(outline.length))]
    )
    assert shapely.intersects(strips, places).all()


def test_an_old_mission_of_another_place_does_not_fly() -> None:
    """Its home is where the aircraft stands today; its points are five kilometres away."""
    rows = listed(3, 90.0).decode().replace("28.95\t106.55\t400", "28.90\t106.55\t400")
    found = checked(rows.encode(), "a.waypoints")
    assert "first_far" in codes(found)
    assert not found.may_fly


def test_points_of_a_file_that_are_too_near_do_not_fly() -> None:
    rows = listed(3, 90.0).decode().splitlines()
    near = rows[-1].split("\t")
    near[8] = f"{float(near[8]) + 0.4 / 111_000.0:.8f}"
    found = checked("\n".join([*rows, "\t".join(["5", *near[1:]])]).encode(), "a.waypoints")
    assert "points_close" in codes(found)
    assert not found.may_fly


def test_no_plan_has_points_that_are_too_near() -> None:
    """Over rough ground a way has many points, in the file as in the plan."""
    rough = hills(160.0, 500.0)
    task = with_(wish(FIELD), ceiling_m=140.0, tolerance_m=3.0)
    plan = plan_sweep(task, rough)
    high_desk = HeightDesk(rough, plan.take_off_above_sea_m)
    counted = 0
    for mission in missions_of(plan, task, rough):
        data = write_mission(mission, MissionFormat.GEOJSON, high_desk)
        for one, other in pairwise(read_mission(data, "a.geojson").points):
            flat_m = GEOD.inv(one.lon_deg, one.lat_deg, other.lon_deg, other.lat_deg)[2]
            assert np.hypot(flat_m, one.height.value_m - other.height.value_m) >= 0.5
            counted += 1
    assert counted > 30
