"""What others lost aircraft by, and what a file means here: one test each."""

import json
from typing import Any

import pytest
from mission_rig import desk, sample

from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.items_write import items_of
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import Action, ActionKind, Autopilot, Finish, Gravity, Mission, Turn

Row = tuple[float, ...]
HOME: Row = (0, 16, 0, 0, 0, 0, 28.95, 106.55, 390.0)
POINT: Row = (3, 16, 0, 0, 0, 0, 28.951, 106.551, 90.0)


def waypoints(*rows: Row, head: str = "QGC WPL 110") -> bytes:
    """A list; each row is frame, command, four parameters, latitude, longitude, height."""
    lines = [head]
    for seq, (frame, command, *values) in enumerate(rows):
        fields = [seq, int(seq == 0), int(frame), int(command), *values, 1]
        lines.append("\t".join(str(field) for field in fields))
    return "\r\n".join(lines).encode()


def listed(*rows: Row) -> Mission:
    return read_mission(waypoints(HOME, *rows), "list.waypoints")


def item(frame: int, command: int, *params: float | None, **more: object) -> dict[str, Any]:
    return {
        "type": "SimpleItem",
        "autoContinue": True,
        "doJumpId": 1,
        "frame": frame,
        "command": command,
        "params": list(params),
        **more,
    }


def place(frame: int, z_m: float | None, lat_deg: float = 28.951, **more: object) -> dict[str, Any]:
    return item(frame, 16, 0, 0, 0, None, lat_deg, 106.551, z_m, **more)


def plan(*items: dict[str, Any], **mission: object) -> bytes:
    body = {
        "version": 2,
        "firmwareType": 12,
        "vehicleType": 2,
        "plannedHomePosition": [28.95, 106.55, 390.0],
        "items": list(items),
        **mission,
    }
    return json.dumps({"fileType": "Plan", "version": 1, "mission": body}).encode()


def planned(*items: dict[str, Any], **mission: object) -> Mission:
    return read_mission(plan(*items, **mission), "x.plan")


def codes(mission: Mission) -> list[str]:
    return [note.code for note in mission.notes]


def test_item_0_is_home_and_no_order() -> None:
    """ArduPilot #1379, dronekit-python #580, MAVSDK-Python #703: the first item was lost."""
    mission = listed((3, 22, 0, 0, 0, 0, 0, 0, 30.0), POINT)
    assert mission.home is not None
    assert mission.home.height == Height(390.0, HeightSystem.EGM96)
    assert (mission.has_take_off, mission.climb_to_m) == (True, 30.0)
    assert len(mission.points) == 1
    written = write_mission(sample(), MissionFormat.WAYPOINTS, desk()).decode().splitlines()
    assert written[1].split("\t")[3] == "16"
    assert written[2].split("\t")[3] == "22"


def test_an_order_where_home_belongs_is_read_and_told() -> None:
    mission = read_mission(waypoints((3, 22, 0, 0, 0, 0, 0, 0, 30.0), POINT), "x")
    assert codes(mission) == ["home_row_missing"]
    assert mission.notes[0].gravity is Gravity.WARNING
    assert (mission.has_take_off, mission.home) == (True, None)


def test_a_row_of_zeros_is_a_home_nobody_told() -> None:
    mission = read_mission(waypoints((0, 16, 0, 0, 0, 0, 0, 0, 0), POINT), "x")
    assert (mission.home, codes(mission)) == (None, [])


@pytest.mark.parametrize(
    ("frame", "system"),
    [
        (0, HeightSystem.EGM96),
        (5, HeightSystem.EGM96),
        (3, HeightSystem.TAKE_OFF),
        (6, HeightSystem.TAKE_OFF),
        (10, HeightSystem.GROUND),
        (11, HeightSystem.GROUND),
    ],
)
@pytest.mark.parametrize("name", ["a.waypoints", "a.txt", "a.mission"])
def test_every_frame_keeps_its_meaning_whatever_the_file_is_called(
    frame: int, system: HeightSystem, name: str
) -> None:
    """QGroundControl #10596 (a .txt turned terrain into sea level), #8087, #9480."""
    mission = read_mission(waypoints(HOME, (frame, *POINT[1:])), name)
    assert mission.points[0].height == Height(90.0, system)
    (point,) = planned(place(frame, 90.0)).points
    assert point.height == Height(90.0, system)


@pytest.mark.parametrize("frame", [1, 2, 4, 7, 8, 20])
def test_a_frame_that_is_no_place_on_earth_is_refused(frame: int) -> None:
    for data in (waypoints(HOME, (frame, *POINT[1:])), plan(place(frame, 90.0))):
        with pytest.raises(InputRefused) as refusal:
            read_mission(data, "x")
        assert refusal.value.code == "mission_frame"


@pytest.mark.parametrize(
    ("mode", "frame", "z_m", "altitude", "above_sea", "meant", "told"),
    [
        (1, 3, 90.0, 90.0, None, (90.0, HeightSystem.TAKE_OFF), []),
        (2, 0, 490.0, 490.0, None, (490.0, HeightSystem.EGM96), []),
        (4, 10, 90.0, 90.0, None, (90.0, HeightSystem.GROUND), []),
        # Calculated above terrain: 90 m above ground of 400 m.
        (3, 0, 490.0, 90.0, 490.0, (490.0, HeightSystem.EGM96), []),
        (3, 0, 490.0, 90.0, None, (490.0, HeightSystem.EGM96), []),
        (3, 0, 90.0, 90.0, 490.0, (490.0, HeightSystem.EGM96), ["heights_disagree"]),
        (3, 0, 90.0, 90.0, None, (90.0, HeightSystem.GROUND), ["height_not_calculated"]),
        (3, 0, None, 90.0, None, (90.0, HeightSystem.GROUND), ["height_not_calculated"]),
        (3, 0, None, 90.0, 490.0, (490.0, HeightSystem.EGM96), []),
        # Mode and frame that do not belong together: the frame is what is uploaded.
        (4, 0, 90.0, 90.0, None, (90.0, HeightSystem.EGM96), ["heights_disagree"]),
        (3, 10, 90.0, 90.0, None, (90.0, HeightSystem.GROUND), ["heights_disagree"]),
        (1, 3, 90.0, 50.0, None, (90.0, HeightSystem.TAKE_OFF), ["heights_disagree"]),
        (7, 3, 90.0, 50.0, None, (90.0, HeightSystem.TAKE_OFF), []),
        (["x"], 3, 90.0, 50.0, None, (90.0, HeightSystem.TAKE_OFF), []),
    ],
)
def test_altitude_modes(  # noqa: PLR0917 -- one row of the table
    mode: object,
    frame: int,
    z_m: float | None,
    altitude: float,
    above_sea: float | None,
    meant: tuple[float, HeightSystem],
    told: list[str],
) -> None:
    """QGroundControl #13513, #8087 and MAVSDK-Python #688: mode 3 read as another height."""
    mission = planned(
        place(frame, z_m, AltitudeMode=mode, Altitude=altitude, AMSLAltAboveTerrain=above_sea)
    )
    assert mission.points[0].height == Height(*meant)
    assert codes(mission) == told


def test_a_take_off_is_never_above_terrain() -> None:
    """ArduPilot #20142: begun elsewhere, it climbs or dives at once."""
    mission = sample(Autopilot.ARDUPILOT)
    first = items_of(mission, desk(), Autopilot.ARDUPILOT, terrain_frame=True)[0]
    assert (first.command, first.frame, first.z_m) == (22, 3, 100.0)
    read = listed((10, 22, 0, 0, 0, 0, 0, 0, 30.0), POINT)
    assert codes(read) == ["take_off_terrain"]
    assert read.climb_to_m == 30.0


def test_a_take_off_above_sea_is_counted_from_home() -> None:
    assert listed((0, 22, 0, 0, 0, 0, 0, 0, 420.0), POINT).climb_to_m == 30.0
    blind = planned(
        item(0, 22, 0, 0, 0, None, None, None, 420.0), place(3, 90.0), plannedHomePosition=None
    )
    assert blind.climb_to_m is None
    assert codes(blind) == ["climb_unknown"]


def test_a_take_off_elsewhere_is_a_point_of_the_way() -> None:
    mission = listed((3, 22, 0, 0, 0, 0, 28.96, 106.55, 30.0), POINT)
    assert codes(mission) == ["take_off_elsewhere"]
    assert [point.lat_deg for point in mission.points] == [28.96, 28.951]
    unsaid = planned(
        item(3, 22, 0, 0, 0, None, 28.96, 106.55, 30.0),
        place(3, 90.0),
        plannedHomePosition=[0, 0, 0],
    )
    assert unsaid.home is not None
    assert (unsaid.home.lat_deg, unsaid.home.height, len(unsaid.points)) == (28.96, None, 1)


@pytest.mark.parametrize(
    ("row", "pitch_deg", "told"),
    [
        ((2, 205, -45, 0, 0, 0, 0, 0, 2), -45.0, []),
        ((2, 205, -4500, 0, 0, 0, 0, 0, 2), -45.0, ["gimbal_hundredths"]),
        ((2, 205, 45, 0, 0, 0, 0, 0, 2), 45.0, ["gimbal_up"]),
        ((2, 205, -45, 0, 30, 0, 0, 0, 2), -45.0, ["gimbal_yaw_left_out"]),
        ((2, 1000, -90, "nan", 0, 0, 0, 0, 0), -90.0, []),
        ((2, 1000, -90, 10, 0, 0, 0, 0, 0), -90.0, ["gimbal_yaw_left_out"]),
        ((2, 1000, "nan", 0, 0, 0, 0, 0, 0), None, ["command_left_out"]),
        ((2, 205, -45, 0, 0, 0, 0, 0, 3), None, ["command_left_out"]),
    ],
)
def test_a_gimbals_pitch_is_degrees_and_down_is_negative(
    row: Row, pitch_deg: float | None, told: list[str]
) -> None:
    """mavlink #1336 and PR 1135, QGroundControl #9500."""
    mission = listed(POINT, row)
    expected = () if pitch_deg is None else (Action(ActionKind.GIMBAL, pitch_deg),)
    assert mission.points[0].actions == expected
    assert codes(mission) == told


def test_our_gimbal_looks_down() -> None:
    (mount,) = [each for each in items_of(sample(), desk(), Autopilot.PX4) if each.command == 205]
    assert (mount.params[0], mount.z_m) == (-90.0, 2.0)


@pytest.mark.parametrize(
    ("row", "action"),
    [
        ((2, 206, 35, 0, 1, 0, 0, 0, 0), Action(ActionKind.PHOTO_EVERY_M, 35.0)),
        ((2, 206, 0, 0, 0, 0, 0, 0, 0), Action(ActionKind.PHOTO_EVERY_M, 0.0)),
        ((2, 2000, 0, 0, 1, 0, 0, 0, 0), Action(ActionKind.PHOTO)),
        ((2, 2000, 0, 0, 0, 0, 0, 0, 0), Action(ActionKind.PHOTO)),
        ((2, 2000, 0, 3, 0, 0, 0, 0, 0), Action(ActionKind.PHOTO_EVERY_S, 3.0)),
        ((2, 2001, 0, 0, 0, 0, 0, 0, 0), Action(ActionKind.PHOTO_EVERY_S, 0.0)),
        ((2, 2500, 0, 0, 0, 0, 0, 0, 0), Action(ActionKind.VIDEO_START)),
        ((2, 2501, 0, 0, 0, 0, 0, 0, 0), Action(ActionKind.VIDEO_STOP)),
        ((2, 115, 270, 0, 0, 0, 0, 0, 0), Action(ActionKind.YAW, 270.0)),
        ((2, 93, 12, -1, -1, -1, 0, 0, 0), Action(ActionKind.HOVER, 12.0)),
    ],
)
def test_orders_that_are_understood(row: Row, action: Action) -> None:
    mission = listed(POINT, row)
    assert (mission.points[0].actions, codes(mission)) == ((action,), [])
    early = listed(row, POINT)
    assert early.points[0].actions == (action,)
    assert codes(early) == ["before_first_point"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ((2, 2000, 0, 3, 9, 0, 0, 0, 0), "count_left_out"),
        ((2, 206, -1, 0, 0, 0, 0, 0, 0), "command_left_out"),
        ((2, 201, 0, 0, 0, 0, 28.9, 106.5, 0), "command_left_out"),
        ((2, 115, 90, 0, 0, 1, 0, 0, 0), "turn_left_out"),
        ((2, 115, "nan", 0, 0, 0, 0, 0, 0), "turn_left_out"),
        ((2, 93, -1, 9, 30, 0, 0, 0, 0), "delay_left_out"),
        ((2, 178, 2, 5, 0, 0, 0, 0, 0), "speed_left_out"),
        ((2, 178, 1, -2, 0, 0, 0, 0, 0), "speed_left_out"),
        ((2, 177, 1, 3, 0, 0, 0, 0, 0), "jump_left_out"),
        ((2, 177, 1, -1, 0, 0, 0, 0, 0), "jump_endless"),
        ((2, 601, 300, 2, 0, 0, 0, 0, 0), "jump_left_out"),
        ((3, 17, 0, 0, 0, 0, 28.95, 106.56, 90), "loiter_endless"),
        ((3, 18, 3, 0, 50, 0, 28.95, 106.56, 90), "orbit_left_out"),
        ((3, 31, 1, 50, 0, 0, 28.95, 106.56, 90), "orbit_left_out"),
        ((3, 82, 0, 0, 0, 0, 28.95, 106.56, 90), "curve_spline"),
        ((3, 16, 0, 50, 0, 0, 28.95, 106.56, 90), "radius_left_out"),
        ((3, 16, 0, 0, 0, 90, 28.95, 106.56, 90), "yaw_left_out"),
        ((3, 16, 0, 0, 0, 0, 0, 0, 90), "place_assumed"),
    ],
)
def test_what_is_not_understood_is_told(row: Row, told: str) -> None:
    (note,) = listed(POINT, row).notes
    assert note.code == told
    assert dict(note.facts)["item"] == 2
    assert (note.gravity is Gravity.NOTE) == (not note.remedy)
    assert (note.gravity is Gravity.REFUSED) == (told == "jump_endless")


def test_a_landing_elsewhere_is_flown_to() -> None:
    here = listed(POINT, (3, 21, 0, 0, 0, 0, 0, 0, 0))
    assert (here.finish, len(here.points)) == (Finish.LAND, 1)
    near = listed(POINT, (3, 21, 0, 0, 0, 0, *POINT[6:8], 0))
    assert (near.finish, len(near.points)) == (Finish.LAND, 1)
    far = listed(POINT, (3, 21, 0, 0, 0, 0, 28.96, 106.55, 0))
    assert [point.height.value_m for point in far.points] == [90.0, 90.0]
    assert codes(far) == ["landing_point"]
    vertical = listed(POINT, (3, 85, 0, 0, 0, 0, 0, 0, 0), (3, 189, 0, 0, 0, 0, 0, 0, 0))
    assert (vertical.finish, codes(vertical)) == (Finish.LAND, [])


def test_what_follows_the_end_is_told_once() -> None:
    mission = listed(POINT, (2, 20, 0, 0, 0, 0, 0, 0, 0), POINT, POINT)
    assert codes(mission) == ["items_after_end"]
    assert mission.finish is Finish.HOME
    assert listed(POINT).finish is Finish.HOVER


def test_holding_and_passing() -> None:
    turns = [(listed((3, 16, hold_s, 0, 0, 0, *POINT[6:])).points[0]) for hold_s in (0, 1, 5)]
    assert [point.turn for point in turns] == [Turn.CURVE, Turn.STOP, Turn.STOP]
    assert [len(point.actions) for point in turns] == [0, 0, 1]
    waits = listed((3, 19, 0.5, 0, 0, 0, *POINT[6:])).points[0]
    assert (waits.turn, waits.actions) == (Turn.STOP, (Action(ActionKind.HOVER, 0.5),))


def test_a_speed_holds_until_the_next() -> None:
    def speed(speed_ms: float) -> Row:
        return (2, 178, 1, speed_ms, -1, 0, 0, 0, 0)

    mission = listed(speed(8), POINT, POINT, speed(4), POINT, speed(8), POINT)
    assert mission.speed_ms == 8.0
    assert [point.speed_ms for point in mission.points] == [None, 4.0, 8.0, None]


def test_a_plans_usual_speed_is_told_as_such() -> None:
    mission = planned(place(3, 90.0), hoverSpeed=7, cruiseSpeed=20)
    assert (mission.speed_ms, codes(mission)) == (7.0, ["speed_usual"])
    wing = planned(place(3, 90.0), hoverSpeed=7, cruiseSpeed=20, vehicleType=1)
    assert wing.speed_ms == 20.0
    none = planned(place(3, 90.0), hoverSpeed=0)
    assert (none.speed_ms, codes(none)) == (None, [])


def test_north_is_a_heading_to_px4_and_nothing_to_ardupilot() -> None:
    north = item(3, 16, 0, 0, 0, 0, 28.951, 106.551, 90.0)
    assert planned(north).points[0].heading_deg == 0.0
    assert planned(place(3, 90.0)).points[0].heading_deg is None
    ardupilot = planned(north, firmwareType=3)
    assert (ardupilot.points[0].heading_deg, ardupilot.autopilot) == (None, Autopilot.ARDUPILOT)
    assert planned(north, firmwareType=0).autopilot is None


def test_a_survey_is_the_items_that_it_holds() -> None:
    style = {
        "version": 2,
        "Items": [place(3, 60.0), item(2, 206, 25, 0, 1, 0, 0, 0, 0), place(3, 61.0)],
    }
    for kind in ("survey", "CorridorScan"):
        survey = {
            "type": "ComplexItem",
            "complexItemType": kind,
            "TransectStyleComplexItem": style,
        }
        mission = planned(place(3, 90.0), survey, item(2, 20, 0, 0, 0, 0, 0, 0, 0))
        assert [point.height.value_m for point in mission.points] == [90.0, 60.0, 61.0]
        assert mission.points[1].actions == (Action(ActionKind.PHOTO_EVERY_M, 25.0),)
        assert codes(mission) == ["survey_items"]


@pytest.mark.parametrize(
    "style", [None, {}, {"Items": []}, {"Items": None}, {"VisualTransectPoints": [[1, 2]]}]
)
def test_a_survey_without_its_items_is_refused(style: object) -> None:
    survey = {"complexItemType": "survey", "TransectStyleComplexItem": style}
    with pytest.raises(InputRefused) as refusal:
        planned(place(3, 90.0), survey)
    assert refusal.value.code == "mission_survey"


def test_a_landing_pattern_is_a_landing() -> None:
    mission = planned(place(3, 90.0), {"complexItemType": "fwLandingPattern"})
    assert (mission.finish, codes(mission)) == (Finish.LAND, ["landing_pattern"])


def test_the_fence_of_a_plan() -> None:
    document = json.loads(plan(place(3, 90.0)))
    ring = [[28.9, 106.5], [28.9, 106.6], [29.0, 106.6]]
    document["geoFence"] = {
        "polygons": [
            {"inclusion": True, "polygon": [*ring, [29.0, 106.5], ring[0]], "version": 1},
            {"inclusion": False, "polygon": ring, "version": 1},
        ],
        "circles": [
            {"inclusion": True, "circle": {"center": [28.9, 106.5], "radius": 9}, "version": 1}
        ],
    }
    document["rallyPoints"] = {"points": [[28.9, 106.5, 50], [28.9, 106.6], [28.9, 106.6, None]]}
    mission = read_mission(json.dumps(document).encode(), "x.plan")
    assert mission.fence == (((106.5, 28.9), (106.6, 28.9), (106.6, 29.0), (106.5, 29.0)),)
    assert mission.no_fly == (((106.5, 28.9), (106.6, 28.9), (106.6, 29.0)),)
    assert mission.circles[0].is_inclusion
    assert mission.circles[0].radius_m == 9.0
    assert [place.height for place in mission.rally] == [
        Height(50.0, HeightSystem.TAKE_OFF),
        None,
        None,
    ]


@pytest.mark.parametrize(
    "fence",
    [
        [],
        {"polygons": {}},
        {"polygons": [{"inclusion": True, "polygon": [[1, 2], [3, 4]]}]},
        {"polygons": [{"inclusion": True, "polygon": [[1, 2], [3, 4], [5]]}]},
        {"polygons": [{"polygon": [[1, 2], [3, 4], [5, 6]]}]},
        {"polygons": ["x"]},
        {"circles": [{"inclusion": True}]},
        {"circles": [{"inclusion": True, "circle": {"center": [1, 2], "radius": 0}}]},
        {"circles": [{"inclusion": 1, "circle": {"center": [1, 2], "radius": 5}}]},
    ],
)
def test_a_fence_that_is_half_read_is_none(fence: object) -> None:
    document = json.loads(plan(place(3, 90.0)))
    document["geoFence"] = fence
    with pytest.raises(InputRefused) as refusal:
        read_mission(json.dumps(document).encode(), "x.plan")
    assert refusal.value.code == "mission_damaged"


def test_no_height_is_no_height() -> None:
    with pytest.raises(InputRefused) as refusal:
        planned(place(3, None))
    assert refusal.value.code == "mission_no_height"
    assert planned(place(10, 0.0)).points[0].height == Height(0.0, HeightSystem.GROUND)


def test_a_point_without_a_place_needs_one_before_it() -> None:
    with pytest.raises(InputRefused) as refusal:
        planned(item(3, 16, 0, 0, 0, None, None, None, 90.0), plannedHomePosition=[None, None])
    assert refusal.value.code == "mission_no_place"
    mission = planned(item(3, 16, 0, 0, 0, None, None, None, 90.0))
    assert (mission.points[0].lat_deg, codes(mission)) == (28.95, ["place_assumed"])


def test_home_without_a_height() -> None:
    home = planned(place(3, 90.0), plannedHomePosition=[28.95, 106.55]).home
    assert home is not None
    assert home.height is None


def test_other_places_than_on_earth_are_refused() -> None:
    for data in (
        plan(place(3, 90.0, 128.0)),
        waypoints((0, 16, 0, 0, 0, 0, 106.55, 28.95, 0), POINT),
        plan(place(3, 90.0), plannedHomePosition=[106.55, 28.95, 0]),
    ):
        with pytest.raises(InputRefused) as refusal:
            read_mission(data, "x")
        assert refusal.value.code == "mission_place"


def test_keys_with_capitals_are_read_and_told_once() -> None:
    large = {
        "Type": "SimpleItem",
        "Command": 16,
        "Frame": 3,
        "DoJumpId": 0,
        "Params": [0, 0, 0, None, 28.951, 106.551, 90.0],
    }
    mission = planned(large, large)
    assert [point.height.value_m for point in mission.points] == [90.0, 90.0]
    assert codes(mission) == ["keys_large"]


def test_a_thousand_notes_are_read_by_nobody() -> None:
    mission = listed(POINT, *[(2, 201, 0, 0, 0, 0, 0, 0, 0)] * 1000)
    assert len(mission.notes) == 200
