"""Reading KMZ files of others: every word of the documentation, and what is told of the rest."""

import re

import pytest
from pyproj import Geod
from wpml_rig import ACTIONS, PLACES, kmz, template_kml, waylines_wpml

from drone_jobs.missions.wpml_read import read_wpml
from models.errors import InputRefused
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    Finish,
    Gravity,
    LostLink,
    Mission,
    MissionPlace,
    Turn,
    WpmlCodes,
)

WAYLINES, TEMPLATE = waylines_wpml(), template_kml()
FUNCTION = re.compile(r"<wpml:action>.*</wpml:action>", re.DOTALL)


def read(waylines: str | None = WAYLINES, template: str | None = TEMPLATE) -> Mission:
    return read_wpml(kmz(waylines, template), "巡护/东坡.kmz")


def codes(mission: Mission) -> set[str]:
    return {note.code for note in mission.notes}


def refused(waylines: str | None = WAYLINES, template: str | None = TEMPLATE) -> str:
    with pytest.raises(InputRefused) as caught:
        read(waylines, template)
    assert caught.value.remedy
    return caught.value.code


def doing(function: str, params: str = "", *, trigger: str = "reachPoint") -> Mission:
    """The mission whose group does one thing."""
    action = (
        "<wpml:action><wpml:actionId>0</wpml:actionId>"
        f"<wpml:actionActuatorFunc>{function}</wpml:actionActuatorFunc>"
        f"<wpml:actionActuatorFuncParam>{params}</wpml:actionActuatorFuncParam></wpml:action>"
    )
    return read(FUNCTION.sub(action, WAYLINES).replace("reachPoint", trigger), None)


def element(name: str, value: object) -> str:
    return f"<wpml:{name}>{value}</wpml:{name}>"


def test_the_documentations_sample() -> None:
    found = read()
    assert found.name == "东坡"
    assert [(point.lon_deg, point.lat_deg) for point in found.points] == list(PLACES)
    assert {point.height for point in found.points} == {Height(416.57, HeightSystem.ELLIPSOID)}
    assert [point.speed_ms for point in found.points] == [None, 7.0]
    assert (found.speed_ms, found.climb_to_m, found.return_to_m) == (10.0, 20.0, 100.0)
    assert (found.finish, found.lost_link) == (Finish.HOME, LostLink.CONTINUE)
    assert found.home == MissionPlace(106.55, 28.95, Height(353.9, HeightSystem.ELLIPSOID))
    assert (found.autopilot, found.wpml) == (Autopilot.DJI, WpmlCodes(67, 0, 52, 0))
    assert found.points[1].actions == (Action(ActionKind.PHOTO),)
    assert [(note.code, dict(note.facts)["what"]) for note in found.notes] == [
        ("wpml_left_out", "gimbalYawRotateAngle 30")
    ]


@pytest.mark.parametrize(
    ("mode", "system"),
    [
        ("WGS84", HeightSystem.ELLIPSOID),
        ("relativeToStartPoint", HeightSystem.TAKE_OFF),
        ("realTimeFollowSurface", HeightSystem.GROUND),
    ],
)
def test_what_heights_are_measured_from(mode: str, system: HeightSystem) -> None:
    found = read(WAYLINES.replace(">WGS84<", f">{mode}<"))
    assert {point.height for point in found.points} == {Height(416.57, system)}


@pytest.mark.parametrize("mode", ["EGM96", "aboveGroundLevel", ""])
def test_a_datum_is_never_assumed(mode: str) -> None:
    assert refused(WAYLINES.replace(">WGS84<", f">{mode}<")) == "mission_height_unsaid"


@pytest.mark.parametrize(
    ("word", "finish"),
    [("noAction", Finish.HOVER), ("autoLand", Finish.LAND), ("gotoFirstWaypoint", Finish.START)],
)
def test_ends(word: str, finish: Finish) -> None:
    assert read(WAYLINES.replace("goHome", word)).finish is finish


@pytest.mark.parametrize(
    ("word", "deed"),
    [("goBack", LostLink.HOME), ("hover", LostLink.HOVER), ("landing", LostLink.LAND)],
)
def test_lost_links(word: str, deed: LostLink) -> None:
    told = WAYLINES.replace("goContinue", "executeLostAction").replace(">hover<", f">{word}<")
    assert read(told).lost_link is deed


@pytest.mark.parametrize(
    ("old", "new", "name", "value"),
    [
        ("goHome", "goAway", "finishAction", "goAway"),
        ("goContinue", "perhaps", "exitOnRCLost", "perhaps"),
        ("goContinue", "executeLostAction", "executeRCLostAction", "dive"),
        ("toPointAndStopWithDiscontinuityCurvature", "loop", "waypointTurnMode", "loop"),
        ("followWayline", "north", "waypointHeadingMode", "north"),
        ("followWayline", "towardPOI", "waypointPoiPoint", ""),
    ],
)
def test_words_that_nobody_knows_are_named(old: str, new: str, name: str, value: str) -> None:
    found = read(WAYLINES.replace(old, new).replace(">hover<", ">dive<"))
    notes = [note for note in found.notes if note.code == "wpml_word_unknown"]
    assert (("element", name), ("value", value)) in [note.facts for note in notes]
    assert {note.gravity for note in notes} == {Gravity.WARNING}
    assert {note.remedy == "" for note in notes} == {False}


def test_without_a_word_on_lost_links_nothing_is_said() -> None:
    bare = re.sub(
        r"<wpml:exitOnRCLost>.*</wpml:executeRCLostAction>", "", WAYLINES, flags=re.DOTALL
    )
    assert read(bare).lost_link is LostLink.UNSAID


@pytest.mark.parametrize(
    ("mode", "turn"),
    [
        ("coordinateTurn", Turn.CURVE),
        ("toPointAndPassWithContinuityCurvature", Turn.CURVE),
        ("toPointAndStopWithContinuityCurvature", Turn.STOP),
    ],
)
def test_turns(mode: str, turn: Turn) -> None:
    found = read(WAYLINES.replace("toPointAndStopWithDiscontinuityCurvature", mode))
    assert {point.turn for point in found.points} == {turn}


def test_headings() -> None:
    def heading(mode: str, more: str) -> Mission:
        old = "followWayline</wpml:waypointHeadingMode>"
        return read(WAYLINES.replace(old, f"{mode}</wpml:waypointHeadingMode>{more}"))

    smooth = heading("smoothTransition", element("waypointHeadingAngle", -90))
    assert [point.heading_deg for point in smooth.points] == [270.0, 270.0]
    poi = heading("towardPOI", element("waypointPoiPoint", "28.96,106.555,0"))
    for point in poi.points:
        azimuth_deg, _, _ = Geod(ellps="WGS84").inv(point.lon_deg, point.lat_deg, 106.555, 28.96)
        assert point.heading_deg == pytest.approx(azimuth_deg % 360.0, abs=1e-6)
    assert "wpml_taken_as" in codes(poi)
    for mode in ("manually", "fixed"):
        found = heading(mode, "")
        assert {point.heading_deg for point in found.points} == {None}
        assert "wpml_taken_as" in codes(found)


@pytest.mark.parametrize(
    ("function", "params", "actions"),
    [
        ("takePhoto", "", [Action(ActionKind.PHOTO)]),
        ("startRecord", "", [Action(ActionKind.VIDEO_START)]),
        ("stopRecord", "", [Action(ActionKind.VIDEO_STOP)]),
        ("hover", element("hoverTime", 4), [Action(ActionKind.HOVER, 4.0)]),
        ("zoom", element("focalLength", 168), [Action(ActionKind.ZOOM, 7.0)]),
        ("zoom", element("focalLength", 0), []),
        ("zoom", "", []),
        ("rotateYaw", element("aircraftHeading", -10), [Action(ActionKind.YAW, 350.0)]),
        (
            "gimbalRotate",
            element("gimbalPitchRotateEnable", 1) + element("gimbalPitchRotateAngle", -60),
            [Action(ActionKind.GIMBAL, -60.0)],
        ),
        ("gimbalRotate", element("gimbalPitchRotateEnable", 0), []),
        (
            "orientedShoot",
            element("gimbalPitchRotateAngle", -81)
            + element("aircraftHeading", -113)
            + element("focalLength", 24),
            [
                Action(ActionKind.YAW, 247.0),
                Action(ActionKind.GIMBAL, -81.0),
                Action(ActionKind.ZOOM, 1.0),
                Action(ActionKind.PHOTO),
            ],
        ),
        ("panoShot", "", [Action(ActionKind.PHOTO)]),
    ],
)
def test_actions(function: str, params: str, actions: list[Action]) -> None:
    assert doing(function, params).points[1].actions == tuple(actions)


@pytest.mark.parametrize("function", ["focus", "customDirName", "recordPointCloud", "singTune", ""])
def test_actions_without_a_word_here_are_named(function: str) -> None:
    found = doing(function)
    assert found.points[1].actions == ()
    left = [dict(note.facts) for note in found.notes if note.code == "wpml_left_out"]
    assert left == [{"point": 1, "what": function}]


def test_a_gimbal_that_turns_by_something_or_up_is_told() -> None:
    relative = doing("gimbalRotate", element("gimbalRotateMode", "relativeAngle"))
    assert relative.points[1].actions == ()
    assert "wpml_left_out" in codes(relative)
    up = doing(
        "gimbalRotate",
        element("gimbalPitchRotateEnable", 1) + element("gimbalPitchRotateAngle", 20),
    )
    assert "gimbal_up" in codes(up)


def test_series_of_pictures() -> None:
    every = element("actionTriggerParam", 25)
    series = (
        ACTIONS.replace("StartIndex>1", "StartIndex>0")
        .replace("reachPoint</wpml:actionTriggerType>", "multipleDistance</wpml:actionTriggerType>")
        .replace("</wpml:actionTrigger>", f"{every}</wpml:actionTrigger>")
    )
    found = read(WAYLINES.replace(ACTIONS, series))
    assert [point.actions for point in found.points] == [
        (Action(ActionKind.PHOTO_EVERY_M, 25.0),),
        (Action(ActionKind.PHOTO_EVERY_M, 0.0),),
    ]
    timed = read(WAYLINES.replace(ACTIONS, series.replace("multipleDistance", "multipleTiming")))
    assert timed.points[0].actions == (Action(ActionKind.PHOTO_EVERY_S, 25.0),)
    nowhere = read(WAYLINES.replace(ACTIONS, series.replace("StartIndex>0", "StartIndex>1")))
    assert nowhere.points[1].actions == ()
    for changed in (series.replace("Param>25", "Param>0"), series.replace("takePhoto", "zoom")):
        none = read(WAYLINES.replace(ACTIONS, changed))
        assert none.points[0].actions == ()
        assert "wpml_left_out" in codes(none)
    assert refused(WAYLINES.replace(ACTIONS, series.replace(every, ""))) == "mission_damaged"


def test_a_gimbal_turned_evenly_arrives_before_anything_is_done() -> None:
    evenly = (
        ACTIONS.replace("GroupId>0", "GroupId>1")
        .replace("StartIndex>1", "StartIndex>0")
        .replace("reachPoint", "betweenAdjacentPoints")
    )
    evenly = FUNCTION.sub(
        "<wpml:action><wpml:actionId>0</wpml:actionId>"
        "<wpml:actionActuatorFunc>gimbalEvenlyRotate</wpml:actionActuatorFunc>"
        "<wpml:actionActuatorFuncParam><wpml:gimbalPitchRotateAngle>-30"
        "</wpml:gimbalPitchRotateAngle></wpml:actionActuatorFuncParam></wpml:action>",
        evenly,
    )
    found = read(WAYLINES.replace(ACTIONS, ACTIONS + evenly))
    assert found.points[1].actions == (Action(ActionKind.GIMBAL, -30.0), Action(ActionKind.PHOTO))


def test_groups_that_hold_for_several_waypoints_or_none() -> None:
    both = read(WAYLINES.replace("StartIndex>1", "StartIndex>0"))
    assert [len(point.actions) for point in both.points] == [1, 1]
    beyond = read(WAYLINES.replace("EndIndex>1", "EndIndex>9"))
    assert "wpml_group_beyond" in codes(beyond)
    assert len(beyond.points[1].actions) == 1
    after = WAYLINES.replace("StartIndex>1", "StartIndex>9").replace("EndIndex>1", "EndIndex>9")
    assert read(after).points[1].actions == ()
    assert refused(WAYLINES.replace("EndIndex>1", "EndIndex>0")) == "mission_damaged"
    assert "wpml_left_out" in codes(read(WAYLINES.replace("reachPoint", "sometimes")))


def test_what_is_done_before_the_wayline_begins() -> None:
    start = "<wpml:startActionGroup><wpml:action><wpml:actionActuatorFunc>hover"
    start += "</wpml:actionActuatorFunc><wpml:actionActuatorFuncParam><wpml:hoverTime>5"
    start += "</wpml:hoverTime></wpml:actionActuatorFuncParam></wpml:action>"
    start += "</wpml:startActionGroup><Placemark>"
    found = read(WAYLINES.replace("<Placemark>", start, 1))
    assert found.points[0].actions == (Action(ActionKind.HOVER, 5.0),)


def test_several_waylines_are_one_flight() -> None:
    folder = re.search(r"<Folder>.*</Folder>", WAYLINES, re.DOTALL)
    assert folder is not None
    second = (
        folder[0]
        .replace("waylineId>0", "waylineId>1")
        .replace("autoFlightSpeed>10", "autoFlightSpeed>5")
    )
    second = re.sub("<wpml:waypointSpeed>10</wpml:waypointSpeed>", "", second)
    second = second.replace("106.5", "106.6").replace("GroupId>0", "GroupId>1")
    found = read(WAYLINES.replace(folder[0], folder[0] + second), None)
    assert [point.speed_ms for point in found.points] == [None, 7.0, 5.0, 7.0]
    assert "wpml_routes" in codes(found)


def test_speeds() -> None:
    assert read(WAYLINES.replace("waypointSpeed>7", "waypointSpeed>0")).points[1].speed_ms is None
    none = read(WAYLINES.replace("autoFlightSpeed>10", "autoFlightSpeed>0"))
    assert none.speed_ms is None
    assert none.points[0].speed_ms == 10.0
    assert (
        read(re.sub("<wpml:autoFlightSpeed>.*?</wpml:autoFlightSpeed>", "", WAYLINES)).speed_ms
        is None
    )


def test_an_aircraft_that_is_not_told() -> None:
    assert read(WAYLINES.replace("droneInfo", "drone"), None).wpml is None
    bare = re.sub("<wpml:droneSubEnumValue>0</wpml:droneSubEnumValue>", "", WAYLINES)
    assert read(bare).wpml == WpmlCodes(67, 0, 52, 0)
    assert (
        read(re.sub("<wpml:globalRTHHeight>.*?</wpml:globalRTHHeight>", "", WAYLINES)).return_to_m
        is None
    )


@pytest.mark.parametrize("point", ["106.55,28.95,353.9", "28.95,106.55", "a,b,c"])
def test_a_place_of_take_off_that_is_none_is_told_and_left_out(point: str) -> None:
    """It is told latitude first, unlike all else."""
    wrong = [text.replace("28.95,106.55,353.9", point) for text in (WAYLINES, TEMPLATE)]
    found = read(*wrong)
    assert found.home is None
    assert "wpml_take_off_place" in codes(found)


def test_the_place_of_take_off_is_looked_up_in_either_file() -> None:
    bare = re.sub("<wpml:takeOffRefPoint>.*?</wpml:takeOffRefPoint>", "", WAYLINES)
    assert read(bare).home == read().home
    assert read(bare, None).home is None


def test_namespaces_of_other_versions_are_told() -> None:
    assert "wpml_version" not in codes(read())
    for version in ("1.0.7", "2.0.0"):
        assert "wpml_version" in codes(read(waylines_wpml(version=version)))
    other = WAYLINES.replace("www.dji.com", "www.uav.com")
    assert dict(next(n for n in read(other).notes if n.code == "wpml_version").facts) == {
        "version": "http://www.uav.com/wpmz/1.0.2"
    }


@pytest.mark.parametrize(
    ("mode", "system", "height_m"),
    [
        ("EGM96", HeightSystem.EGM96, 452.9),
        ("relativeToStartPoint", HeightSystem.TAKE_OFF, 452.9),
        ("aboveGroundLevel", HeightSystem.GROUND, 452.9),
        ("realTimeFollowSurface", HeightSystem.GROUND, 452.9),
    ],
)
def test_a_template_alone_is_read_and_told(
    mode: str, system: HeightSystem, height_m: float
) -> None:
    found = read(None, template_kml(mode=mode))
    assert {point.height for point in found.points} == {Height(height_m, system)}
    assert {"wpml_template_only", "wpml_fault"} <= codes(found)
    assert [point.actions[0] for point in found.points] == [Action(ActionKind.GIMBAL, -45.0)] * 2
    assert found.speed_ms == 7.0
    assert {point.heading_deg for point in found.points} == {None}


def test_what_a_template_sets_for_all() -> None:
    shared = TEMPLATE.replace("useGlobalHeight>0", "useGlobalHeight>1")
    relative = read(None, shared.replace("EGM96", "relativeToStartPoint"))
    assert {point.height.value_m for point in relative.points} == {60.0}
    assert {point.height.value_m for point in read(None, shared).points} == {452.9}
    turned = TEMPLATE.replace("toPointAndStopWithDiscontinuityCurvature", "coordinateTurn")
    assert {point.turn for point in read(None, turned).points} == {Turn.CURVE}
    manual = TEMPLATE.replace("usePointSetting", "manual")
    assert read(None, manual).points[0].actions == ()
    own = TEMPLATE.replace(
        "<wpml:useGlobalHeadingParam>1</wpml:useGlobalHeadingParam>",
        "<wpml:useGlobalHeadingParam>0</wpml:useGlobalHeadingParam><wpml:waypointHeadingParam>"
        "<wpml:waypointHeadingMode>smoothTransition</wpml:waypointHeadingMode>"
        "<wpml:waypointHeadingAngle>33</wpml:waypointHeadingAngle></wpml:waypointHeadingParam>",
    )
    assert {point.heading_deg for point in read(None, own).points} == {33.0}
    assert refused(None, template_kml(mode="EGM2008")) == "mission_height_unsaid"


@pytest.mark.parametrize("kind", ["mapping2d", "mapping3d", "mappingStrip"])
def test_a_template_for_mapping_alone_tells_what_to_do(kind: str) -> None:
    assert refused(None, template_kml(kind=kind)) == "mission_wpml_mapping"
    assert len(read(WAYLINES, template_kml(kind=kind)).points) == 2
    empty = re.sub(r"<Folder>.*</Folder>", "", TEMPLATE, flags=re.DOTALL)
    assert refused(None, empty) == "mission_wpml_mapping"


def test_faults_against_the_documentation_are_warnings_and_not_without_end() -> None:
    found = read(WAYLINES.replace("safely", "wildly"))
    faults = [note for note in found.notes if note.code == "wpml_fault"]
    assert [dict(note.facts)["what"] for note in faults] == ["waylines: flyToWaylineMode is wildly"]
    many = read(WAYLINES.replace("wpml:action", "wpml:act").replace("wpml:way", "wpml:w"), None)
    assert len([note for note in many.notes if note.code == "wpml_fault"]) <= 20
