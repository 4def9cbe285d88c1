"""GeoJSON and KML: ours say everything, a line of somebody else says where and how high."""

import json
from dataclasses import replace
from typing import Any

import pytest
from mission_rig import GROUND_M, TAKE_OFF_M, desk, sample

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission
from geo.crs import Wgs84, geoid_m
from models.errors import InputRefused, WatchError
from models.height import Height, HeightSystem
from models.mission import Gravity, Mission, WpmlCodes

LINE = [[106.55, 28.95, 455.0], [106.56, 28.96, 460.0]]


def drawn(geometry: object, **properties: object) -> bytes:
    return json.dumps({"type": "Feature", "properties": properties, "geometry": geometry}).encode()


def line(coordinates: object = LINE, **properties: object) -> bytes:
    return drawn({"type": "LineString", "coordinates": coordinates}, **properties)


def kml(body: str) -> bytes:
    return (
        f'<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">'
        f"<Document><Placemark><name>山脊</name>{body}</Placemark></Document></kml>"
    ).encode()


def kml_line(mode: str, coordinates: str = "106.55,28.95,455 106.56,28.96,460") -> bytes:
    told = f"<altitudeMode>{mode}</altitudeMode>" if mode else ""
    return kml(f"<LineString>{told}<coordinates>{coordinates}</coordinates></LineString>")


def code_of(data: bytes) -> str:
    with pytest.raises(InputRefused) as refusal:
        read_mission(data, "x")
    assert refusal.value.remedy
    return refusal.value.code


def ours(**changes: object) -> dict[str, Any]:
    document = json.loads(write_mission(sample(), MissionFormat.GEOJSON, desk()))
    assert isinstance(document, dict)
    document["features"][0]["properties"].update(changes)
    return document


def read(document: object) -> Mission:
    return read_mission(json.dumps(document).encode(), "x.geojson")


def test_all_four_heights_stand_beside_every_point() -> None:
    first = ours()["features"][0]
    lon_deg, lat_deg, z_m = first["geometry"]["coordinates"][0]
    told = first["properties"]["points"][0]
    above_ellipsoid_m = GROUND_M + 90.0 + float(geoid_m(Wgs84.at(lon_deg, lat_deg)))
    assert told["above_sea_m"] == GROUND_M + 90.0
    assert told["above_ground_m"] == 90.0
    assert told["above_take_off_m"] == GROUND_M + 90.0 - TAKE_OFF_M
    assert told["ellipsoid_m"] == pytest.approx(above_ellipsoid_m, abs=1e-3)
    assert z_m == told["ellipsoid_m"]
    assert first["properties"]["height_of_coordinates"] == "ellipsoid"


def test_what_is_not_known_is_null() -> None:
    blind = HeightDesk(None, None)
    document = json.loads(write_mission(sample(), MissionFormat.GEOJSON, blind))
    told = document["features"][0]["properties"]["points"][0]
    assert (told["above_ground_m"], told["above_take_off_m"]) == (None, None)
    assert differences(sample(), read(document)) == []


def test_a_height_above_ground_alone_has_no_line_of_heights() -> None:
    points = tuple(
        replace(point, height=Height(90.0, HeightSystem.GROUND)) for point in sample().points
    )
    mission = replace(sample(), points=points)
    blind = HeightDesk(None, None)
    document = json.loads(write_mission(mission, MissionFormat.GEOJSON, blind))
    assert len(document["features"][0]["geometry"]["coordinates"][0]) == 2
    assert differences(mission, read(document)) == []
    with pytest.raises(WatchError):
        write_mission(mission, MissionFormat.KML, blind)


def test_kml_is_above_sea_level_and_absolute() -> None:
    text = write_mission(sample(), MissionFormat.KML, desk()).decode()
    assert "<altitudeMode>absolute</altitudeMode>" in text
    assert "106.55,28.95,490.0 " in text


def test_aircraft_and_payload_come_back() -> None:
    mission = replace(sample(), wpml=WpmlCodes(99, 1, 89, 0))
    for kind in (MissionFormat.GEOJSON, MissionFormat.KML):
        found = read_mission(write_mission(mission, kind, desk()), "x")
        assert (found.wpml, found.autopilot, found.name) == (
            mission.wpml,
            mission.autopilot,
            mission.name,
        )


def test_a_file_that_passed_through_another_program_still_reads() -> None:
    """Many programs keep nested properties as text."""
    told = ours()["features"][0]["properties"]["points"]
    found = read(ours(points=json.dumps(told)))
    assert differences(sample(), found) == []


def test_a_line_that_was_moved_counts() -> None:
    document = ours()
    document["features"][0]["geometry"]["coordinates"][1][2] += 20.0
    found = read(document)
    assert [note.code for note in found.notes] == ["edited_outside"]
    assert found.points[1].height.system is HeightSystem.ELLIPSOID
    moved_m = found.points[1].height.value_m
    assert differences(sample(), found, desk()) == [
        f"point 2: height 490.00 m above sea level, {moved_m:.2f} m above the ellipsoid"
    ]
    document["features"][0]["geometry"]["coordinates"][2][2] += 20.0
    assert [note.code for note in read(document).notes] == ["edited_outside"]
    flat = ours()
    for position in flat["features"][0]["geometry"]["coordinates"]:
        del position[2]
    assert differences(sample(), read(flat)) == []


def test_a_point_without_its_own_height_has_the_lines() -> None:
    document = ours()
    for each in document["features"][0]["properties"]["points"]:
        del each["height_m"]
    found = read(document)
    assert found.points[0].height.system is HeightSystem.ELLIPSOID
    assert differences(sample(), found, desk()) == []


def test_points_that_do_not_match_are_refused() -> None:
    document = ours()
    document["features"][0]["geometry"]["coordinates"].pop()
    assert code_of(json.dumps(document).encode()) == "mission_points_count"
    assert code_of(json.dumps(ours(points=None)).encode()) == "mission_points_count"


@pytest.mark.parametrize(
    "changes",
    [
        {"finish": "x"},
        {"finish": None},
        {"speed_ms": 0},
        {"autopilot": "x"},
        {"wpml": {"drone": 99}},
        {"wpml": 7},
        {"points": "{"},
        {"points": [7] * 7},
        {"points": [{"turn": "stop", "actions": 3}] * 7},
        {"points": [{"turn": "stop", "actions": [3]}] * 7},
        {"points": [{"turn": "stop", "actions": [{"kind": "dance"}]}] * 7},
        {"points": [{"turn": "stop", "actions": [], "height_m": 3}] * 7},
    ],
)
def test_properties_that_mean_nothing_are_refused(changes: dict[str, Any]) -> None:
    assert code_of(json.dumps(ours(**changes)).encode()) == "mission_damaged"


@pytest.mark.parametrize(
    ("role", "properties"),
    [("circle", {"radius_m": 0}), ("circle", {"is_inclusion": None}), ("no_fly", {"role": "home"})],
)
def test_other_shapes_that_mean_nothing_are_refused(role: str, properties: dict[str, Any]) -> None:
    document = ours()
    (found,) = [each for each in document["features"] if each["properties"]["role"] == role]
    found["properties"].update(properties)
    assert code_of(json.dumps(document).encode()) == "mission_damaged"


def test_heights_without_a_datum_are_told() -> None:
    mission = read_mission(line(), "ridge.geojson")
    assert (mission.name, len(mission.points)) == ("ridge", 2)
    (note,) = mission.notes
    assert (note.code, note.gravity) == ("datum_unsaid", Gravity.REFUSED)
    assert mission.points[0].height == Height(455.0, HeightSystem.ELLIPSOID)
    assert (mission.has_take_off, mission.home, mission.autopilot) == (False, None, None)
    said = read_mission(line(height_of_coordinates="egm96", name="山脊"), "x")
    assert (said.notes, said.name) == ((), "山脊")
    assert said.points[0].height == Height(455.0, HeightSystem.EGM96)
    assert code_of(line(height_of_coordinates="sea")) == "mission_damaged"


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "MultiLineString", "coordinates": [LINE]},
        {"type": "MultiPoint", "coordinates": LINE},
        {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "LineString", "coordinates": LINE},
                {"type": "MultiPolygon", "coordinates": [[[*LINE, [106.57, 28.95], LINE[0]]]]},
            ],
        },
    ],
)
def test_lines_in_other_clothes(geometry: object) -> None:
    assert len(read_mission(drawn(geometry), "x").points) == 2


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        (None, "mission_no_line"),
        ({"type": "Point", "coordinates": LINE[0]}, "mission_no_line"),
        ({"type": "Polygon", "coordinates": [[*LINE, [1, 2], LINE[0]]]}, "mission_no_line"),
        ({"type": "Polygon", "coordinates": []}, "mission_damaged"),
        ({"type": "MultiLineString", "coordinates": [LINE, LINE]}, "mission_many_lines"),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, "mission_no_height"),
        ({"type": "LineString", "coordinates": LINE[:1]}, "mission_damaged"),
        ({"type": "LineString", "coordinates": [[1], [3]]}, "mission_damaged"),
        ({"type": "LineString", "coordinates": [["a", 2, 3], [3, 4, 5]]}, "mission_damaged"),
        ({"type": "LineString", "coordinates": 3}, "mission_damaged"),
        ({"type": "LineString", "coordinates": [[28.9, 106.5, 3]] * 2}, "mission_place"),
        ({"type": "Circle"}, "mission_damaged"),
        (3, "mission_damaged"),
    ],
)
def test_what_is_no_flight_is_refused(geometry: object, code: str) -> None:
    assert code_of(drawn(geometry)) == code


def test_collections_end() -> None:
    geometry: dict[str, Any] = {"type": "LineString", "coordinates": LINE}
    for _ in range(12):
        geometry = {"type": "GeometryCollection", "geometries": [geometry]}
    assert code_of(drawn(geometry)) == "mission_damaged"


def test_kml_says_what_its_heights_are() -> None:
    absolute = read_mission(kml_line("absolute"), "x.kml")
    assert absolute.points[1].height == Height(460.0, HeightSystem.EGM96)
    assert (absolute.notes, absolute.name) == ((), "山脊")
    above_ground = read_mission(kml_line("relativeToGround"), "x.kml")
    assert above_ground.points[1].height == Height(460.0, HeightSystem.GROUND)


@pytest.mark.parametrize("mode", ["", "clampToGround", "relativeToSeaFloor"])
def test_a_line_on_the_ground_has_no_height(mode: str) -> None:
    assert code_of(kml_line(mode)) == "mission_no_height"


def test_points_of_google_earth_in_their_order() -> None:
    def point(place: str, mode: str = "absolute") -> str:
        return (
            f"<Point><altitudeMode>{mode}</altitudeMode><coordinates>{place}</coordinates></Point>"
        )

    found = read_mission(kml(point("106.55,28.95,455") + point("106.56,28.96,460")), "x")
    assert [place.height.value_m for place in found.points] == [455.0, 460.0]
    mixed = point("106.55,28.95,455") + point("106.56,28.96,60", "relativeToGround")
    assert code_of(kml(mixed)) == "mission_damaged"


def test_a_track() -> None:
    track = (
        "<gx:Track><altitudeMode>absolute</altitudeMode>"
        "<gx:coord>106.55 28.95 455</gx:coord><gx:coord>106.56 28.96 460</gx:coord></gx:Track>"
    )
    assert len(read_mission(kml(track), "x").points) == 2


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (kml(""), "mission_no_line"),
        (kml("<LineString/>"), "mission_damaged"),
        (kml_line("absolute", "106.55"), "mission_damaged"),
        (kml_line("absolute", "106.55,28.95,nan 1,2,3"), "mission_damaged"),
        (kml_line("absolute", "106.55,28.95, 1,2,3"), "mission_damaged"),
        (
            kml('<ExtendedData><Data name="mission"><value>{</value></Data></ExtendedData>'),
            "mission_damaged",
        ),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>', "file_entities"),
        (b"<kml><Document></kml>", "file_damaged"),
        (b'<kml><a xmlns="http://www.dji.com/wpmz/1.0.2"/></kml>', "mission_wpml_bare"),
    ],
)
def test_kml_that_is_no_flight_is_refused(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_other_data_in_kml_is_a_name() -> None:
    told = '<ExtendedData><Data name="mission"><value>7</value></Data></ExtendedData>'
    line_text = (
        "<LineString><altitudeMode>absolute</altitudeMode>"
        "<coordinates>106.55,28.95,455 106.56,28.96,460</coordinates></LineString>"
    )
    assert read_mission(kml(told + line_text), "x").name == "山脊"
