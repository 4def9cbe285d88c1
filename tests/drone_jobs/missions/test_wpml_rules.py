"""The strict look at a KMZ: what the documentation shows passes, each broken rule is named."""

import re

import pytest
from wpml_rig import ACTIONS, kmz, template_kml, waylines_wpml

from drone_jobs.missions.wpml_read import read_wpml
from drone_jobs.missions.wpml_rules import faults_of

WAYLINES, TEMPLATE = waylines_wpml(), template_kml()
STOP = "toPointAndStopWithDiscontinuityCurvature"
PASSING = "toPointAndPassWithContinuityCurvature"


def faults(waylines: str | None = WAYLINES, template: str | None = TEMPLATE) -> list[str]:
    return faults_of(kmz(waylines, template))


@pytest.mark.parametrize("version", ["1.0.0", "1.0.2", "1.0.6"])
def test_the_documentations_samples_pass(version: str) -> None:
    data = kmz(waylines_wpml(version=version), template_kml(version=version))
    assert faults_of(data) == []


def test_a_template_alone_is_no_mission() -> None:
    """What PyPI's djikmz 0.1.0 writes: wpmz/template.kml and nothing to fly."""
    assert faults(None) == ["wpmz/waylines.wpml is missing"]
    assert faults(WAYLINES, None) == ["wpmz/template.kml is missing"]


def test_files_in_another_place_are_told() -> None:
    data = kmz(None, None, a__waylines_dot_wpml=WAYLINES, Template_dot_KML=TEMPLATE)
    found = faults_of(data)
    assert len(found) == 2
    assert all("stands in another place" in each for each in found)
    assert len(read_wpml(data, "x").points) == 2


def test_what_is_no_kmz_is_a_fault() -> None:
    assert len(faults_of(b"PK")) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("safely", "wildly", "flyToWaylineMode is wildly"),
        ("goHome", "goAway", "finishAction is goAway"),
        ("goContinue", "maybe", "exitOnRCLost is maybe"),
        (">hover<", ">dive<", "executeRCLostAction is dive"),
        ("Height>20<", "Height>1<", "takeOffSecurityHeight is 1"),
        ("Height>20<", "Height>1501<", "takeOffSecurityHeight is 1501"),
        (">67<", ">91<", "payloadEnumValue is not the camera"),
        (">67<", ">7<", "droneEnumValue"),
        (">52<", ">7<", "payloadEnumValue"),
        ("SubEnumValue>0", "SubEnumValue>9", "droneSubEnumValue"),
        ("28.95,106.55,353.9", "106.55,28.95,353.9", "takeOffRefPoint"),
        ("28.95,106.55,353.9", "28.95,106.55", "takeOffRefPoint"),
        ("Index>0</wpml:payloadP", "Index>3</wpml:payloadP", "payloadPositionIndex"),
        ("TransitionalSpeed>10", "TransitionalSpeed>16", "globalTransitionalSpeed is 16"),
        ("RTHHeight>100", "RTHHeight>nan", "globalRTHHeight is nan"),
        ("missionConfig", "missionConf", "no missionConfig"),
        ("<wpml:templateId>0</wpml:templateId>", "", "no templateId"),
        ("autoFlightSpeed>10", "autoFlightSpeed>0", "autoFlightSpeed"),
        (">WGS84<", ">EGM96<", "executeHeightMode EGM96"),
        (">WGS84<", ">realTimeFollowSurface<", "for the Mavic 3 Enterprise"),
        (">WGS84<", ">realTimeFollowSurface<", "above the surface outside 30 to 200"),
        ("waylineId>0", "waylineId>", "waylineId"),
        ("<wpml:index>1", "<wpml:index>2", "index does not run"),
        ("106.56,28.95", "106.550001,28.95", "0.10 m apart"),
        ("106.56,28.95", "28.95,106.56", "coordinates are not longitude,latitude"),
        ("106.56,28.95", "nan,28.95", "coordinates are not longitude,latitude"),
        ("416.57", "inf", "no executeHeight"),
        ("waypointSpeed>7", "waypointSpeed>0", "waypointSpeed"),
        ("followWayline", "north", "waypointHeadingMode north"),
        ("followWayline", "smoothTransition", "waypointHeadingAngle"),
        ("followWayline", "towardPOI", "waypointPoiPoint"),
        (STOP, "bounce", "waypointTurnMode bounce"),
        (STOP, "coordinateTurn", "coordinateTurn at the first or last"),
        (STOP, PASSING, "no useStraightLine"),
        ("GroupId>0", "GroupId>", "without a number"),
        ("StartIndex>1", "StartIndex>2", "holds from 2 to 1"),
        ("EndIndex>1", "EndIndex>2", "holds from 1 to 2"),
        ("EndIndex>1", "EndIndex>", "no start or end"),
        (">sequence<", ">random<", "actionGroupMode random"),
        (">reachPoint<", ">sometimes<", "actionTriggerType sometimes"),
        (">reachPoint<", ">betweenAdjacentPoints<", "gimbalEvenlyRotate belongs"),
        (">reachPoint<", ">multipleDistance<", "multipleDistance is for takePhoto"),
        (">reachPoint<", ">multipleTiming<", "actionTriggerParam"),
        ("actionId>1", "actionId>0", "actionId"),
        (">takePhoto<", ">takeTea<", "actionActuatorFunc takeTea"),
        (
            "<wpml:useGlobalPayloadLensIndex>0</wpml:useGlobalPayloadLensIndex>",
            "",
            "takePhoto without",
        ),
        ("<wpml:payloadLensIndex>wide</wpml:payloadLensIndex>", "", "without payloadLensIndex"),
        (">wide<", ">wide,fisheye<", "payloadLensIndex wide,fisheye"),
        ("YawRotateAngle>30", "YawRotateAngle>181", "gimbalYawRotateAngle 181"),
    ],
)
def test_each_broken_rule_is_named(old: str, new: str, told: str) -> None:
    assert old in WAYLINES
    found = faults(WAYLINES.replace(old, new))
    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (">waypoint<", ">loop<", "templateType loop"),
        (">WGS84<", ">GCJ02<", "coordinateMode GCJ02"),
        (">EGM96<", ">EGM2008<", "heightMode EGM2008"),
        ("autoFlightSpeed>7", "autoFlightSpeed>-7", "autoFlightSpeed"),
        (STOP, "bounce", "globalWaypointTurnMode bounce"),
        ("usePointSetting", "guess", "gimbalPitchMode guess"),
        ("Angle>-45<", "Angle><", "no gimbalPitchAngle"),
        ("globalHeight>60", "globalHeight>", "no globalHeight"),
        ("<wpml:index>1", "<wpml:index>7", "index does not run"),
        ("106.56,28.95", "106.561,28.95", "elsewhere than in waylines"),
        ("106.56,28.95", "28.95,106.56", "coordinates are not"),
        ("useGlobalSpeed>1", "useGlobalSpeed>0", "no waypointSpeed"),
        ("<wpml:useGlobalTurnParam>1</wpml:useGlobalTurnParam>", "", "useGlobalTurnParam"),
        ("<wpml:height>452.9</wpml:height>", "", "no height"),
        (">452.9<", ">416.57<", "height and ellipsoidHeight are not of the same place"),
        ("ellipsoidHeight>416.57", "ellipsoidHeight>452.9", "flown at another height"),
        ("templateId>0", "templateId>", "templateId"),
        ("finishAction>goHome", "finishAction>goAway", "template: finishAction is goAway"),
    ],
)
def test_each_broken_rule_of_a_template_is_named(old: str, new: str, told: str) -> None:
    assert old in TEMPLATE
    found = faults(WAYLINES, TEMPLATE.replace(old, new))
    assert any(told in each for each in found), found


def test_a_height_above_sea_level_flown_as_one_above_the_ellipsoid_is_found() -> None:
    """drone.md: it flies 34 m higher in Liangshan than it is shown."""
    found = faults(WAYLINES.replace("416.57", "452.9"))
    assert [each for each in found if "flown at another height" in each]


def three(mode: str, damping: str, *, straight: str = "1") -> str:
    """Three waypoints 97 m and 49 m apart, the middle one passed in a curve."""
    parts = re.split(r"(?=<Placemark>)", WAYLINES.replace(ACTIONS, ""))
    end = parts[2].partition("</Folder>")
    middle = parts[1].replace("106.55,", "106.551,").replace("index>0", "index>1")
    middle = middle.replace(STOP, mode).replace("DampingDist>0", f"DampingDist>{damping}")
    if straight:
        middle = middle.replace(
            "</Placemark>", f"<wpml:useStraightLine>{straight}</wpml:useStraightLine></Placemark>"
        )
    last = end[0].replace("106.56,", "106.5515,").replace("index>1", "index>2")
    return parts[0] + parts[1] + middle + last + end[1] + end[2]


@pytest.mark.parametrize("mode", [PASSING, "coordinateTurn"])
def test_turns_fit_their_legs(mode: str) -> None:
    for damping, is_fault in (("0", True), ("24.2", False), ("24.5", True), ("x", True)):
        found = [each for each in faults(three(mode, damping), None) if "Damping" in each]
        assert bool(found) is is_fault, (damping, found)
    crowded = three(mode, "24").replace(STOP, PASSING)
    assert not [each for each in faults(crowded, None) if "meet" in each]
    both = three(mode, "24").replace(STOP, PASSING).replace("Dist>0", "Dist>26")
    assert len([each for each in faults(both, None) if "meet" in each]) == 1
    no_line = faults(three(PASSING, "10", straight=""), None)
    assert [each for each in no_line if "no useStraightLine" in each]


def test_counts_and_repeated_numbers() -> None:
    one = re.sub(r"<Placemark>.*?</Placemark>", "", WAYLINES, count=1, flags=re.DOTALL)
    assert [each for each in faults(one, None) if "1 waypoints" in each]
    none = re.sub(r"<Folder>.*</Folder>", "", WAYLINES, flags=re.DOTALL)
    assert "waylines: no Folder" in faults(none, None)
    bare = re.sub(r"<Folder>.*</Folder>", "", TEMPLATE, flags=re.DOTALL)
    assert "template: no Folder" in faults(WAYLINES, bare)
    twice = WAYLINES.replace(ACTIONS, ACTIONS + ACTIONS)
    assert "waylines: actionGroupId is not unique" in faults(twice)
    longer = TEMPLATE.replace("</Folder>", "<Placemark><Point/></Placemark></Folder>")
    assert [each for each in faults(WAYLINES, longer) if "waylines have 2" in each]
    other = TEMPLATE.replace("templateId>0", "templateId>4")
    assert faults(WAYLINES, other) == []  # of a wayline that was made of something else


def test_a_place_without_a_known_geoid_is_not_judged_by_it() -> None:
    moved = [text.replace("106.5", "120.5") for text in (WAYLINES, TEMPLATE)]
    assert faults(*moved) == []


def test_ranges_of_aimed_pictures_are_the_aircrafts() -> None:
    aimed = WAYLINES.replace(">takePhoto<", ">orientedShoot<").replace(
        "<wpml:fileSuffix>point1</wpml:fileSuffix>",
        "<wpml:gimbalPitchRotateAngle>-100</wpml:gimbalPitchRotateAngle>"
        "<wpml:aircraftHeading>10</wpml:aircraftHeading>",
    )
    assert faults(aimed) == []  # M30 looks back below itself
    other = aimed.replace(">67<", ">77<").replace(">52<", ">66<")
    found = faults(other, None)
    assert [each for each in found if "orientedShoot gimbalPitchRotateAngle -100" in each]
    dock = (
        WAYLINES.replace(">67<", ">91<").replace(">52<", ">80<").replace("Height>20<", "Height>7<")
    )
    assert [each for each in faults(dock) if "takeOffSecurityHeight is 7, not 8" in each]
