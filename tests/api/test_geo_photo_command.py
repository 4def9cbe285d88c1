"""``firewatch geo photo`` as a person types it."""

import json
from pathlib import Path

import numpy as np
import pytest
import rasterio
from command_line import run_firewatch
from drone_rig import drone_photo
from rasterio.transform import from_origin

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def dem(tmp_path: Path) -> Path:
    """Level ground at 900 m, cells of 28 m."""
    path = tmp_path / "綦江.tif"
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4490"}
    place = from_origin(106.55, 28.95, 0.00025, 0.00025)
    with rasterio.open(path, "w", width=800, height=800, transform=place, **options) as dataset:
        dataset.write(np.full((800, 800), 900.0, np.float32), 1)
    return path


def test_a_photo_is_placed_on_given_relief(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dem: Path, capsys: Captured
) -> None:
    photo = drone_photo(tmp_path / "a.JPG", exif={0x9003: "2026:11:26 08:00:00"})
    shown = tmp_path / "shown.geojson"
    relief = ("--dem", dem, "--heights", "1985")
    start = ("--takeoff", "106.65,28.85")
    code = run_firewatch(monkeypatch, "geo", "photo", photo, *relief, *start, "--footprint", shown)
    told = capsys.readouterr().out
    assert code == 0
    assert "a.JPG: FC6310, 2026:11:26 08:00:00" in told
    assert "1000 m above sea level +- 7 m, 100 m above the ground" in told
    assert "height: barometer, above the place of take-off" in told
    assert "not used: 1010 m +- 20 m by satellites" in told
    assert "looks to 30.0 +- 3 degrees, 45.0 down, roll 0.0" in told
    assert "pixel 2736, 1824:" in told
    assert "100 %, r90 " in told
    layer = json.loads(shown.read_text(encoding="utf-8"))
    assert layer["firewatch"] == {"drill": False, "coordinates": "WGS84"}
    (feature,) = layer["features"]
    assert feature["properties"]["cut_by"] == []
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert f"ha of ground: {shown}" in told

    code = run_firewatch(monkeypatch, "geo", "photo", photo, *relief, "--footprint", shown)
    assert code == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_photo_is_placed_on_the_imported_relief(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dem: Path, capsys: Captured
) -> None:
    facts: dict[str, str | None] = {"xmp:CreateDate": "2026-11-26T08:00:00+08:00"}
    photo = drone_photo(tmp_path / "a.jpg", facts | {"AbsoluteAltitude": "+960.0"})
    assert run_firewatch(monkeypatch, "geo", "photo", photo) == 1
    assert "No relief is imported" in capsys.readouterr().err
    run_firewatch(monkeypatch, "geo", "import-dem", dem, "--heights", "1985")
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "geo", "photo", photo, "--pixel", "100,3600") == 0
    told = capsys.readouterr().out
    assert "2026-11-26T08:00:00+08:00" in told
    assert "where it took off is not known" in told
    assert "CONTRADICTED: 960 m +- 20 m by satellites" in told
    assert "it fits as a height above the ellipsoid" in told
    assert "pixel 100, 3600:" in told


def test_a_box_is_placed_by_its_foot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dem: Path, capsys: Captured
) -> None:
    photo = drone_photo(tmp_path / "a.jpg", {"AbsoluteAltitude": "+930.0"})
    relief = ("--dem", dem, "--heights", "1985")
    assert run_firewatch(monkeypatch, "geo", "photo", photo, *relief, "--box", "1,2,33,44") == 0
    told = capsys.readouterr().out
    assert "box 1,2,33,44:" in told
    assert "CONTRADICTED: 930 m" in told
    assert "it fits as" not in told


def test_a_ridge_hides_what_is_behind_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Captured
) -> None:
    """A wall of 60 m two kilometres north, abroad where the geoid is not known."""
    ground = np.full((800, 800), 900.0, np.float32)
    ground[320:326] = 960.0
    path = tmp_path / "abroad.tif"
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:4326"}
    place = from_origin(12.0, 42.0, 0.00025, 0.00025)
    with rasterio.open(path, "w", width=800, height=800, transform=place, **options) as dataset:
        dataset.write(ground, 1)
    facts = {"GpsLatitude": "41.9", "GpsLongitude": "12.1", "GimbalYawDegree": "0.0"}
    photo = drone_photo(tmp_path / "a.jpg", facts | {"GimbalPitchDegree": "-1.1"})
    code = run_firewatch(monkeypatch, "geo", "photo", photo, "--dem", path, "--heights", "egm96")
    assert code == 0
    assert "or hidden behind a ridge" in capsys.readouterr().out


def test_the_first_photo_of_a_flight_tells_where_it_took_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dem: Path, capsys: Captured
) -> None:
    relief = ("--dem", dem, "--heights", "1985")
    photo = drone_photo(tmp_path / "a.jpg")
    first = drone_photo(tmp_path / "first.jpg", {"RelativeAltitude": "+0.10"})
    assert run_firewatch(monkeypatch, "geo", "photo", photo, *relief, "--takeoff", first) == 0
    assert "height: barometer, above the place of take-off" in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "geo", "photo", photo, *relief, "--takeoff", photo) == 1
    assert "a.jpg was not taken on the ground" in capsys.readouterr().err


def test_a_photo_of_the_sky_gets_no_place_and_no_footprint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dem: Path, capsys: Captured
) -> None:
    relief = ("--dem", dem, "--heights", "1985")
    photo = drone_photo(tmp_path / "a.jpg", {"GimbalPitchDegree": "+20.0"})
    assert run_firewatch(monkeypatch, "geo", "photo", photo, *relief) == 0
    assert "no place; the ray meets no ground: it looks into the sky" in capsys.readouterr().out
    shown = tmp_path / "shown.geojson"
    up = drone_photo(tmp_path / "b.jpg", {"GimbalPitchDegree": "+80.0"})
    code = run_firewatch(monkeypatch, "geo", "photo", up, *relief, "--footprint", shown)
    assert code == 1
    assert "Nothing in the picture meets ground" in capsys.readouterr().err
    assert not shown.exists()


def test_a_picture_that_reaches_the_horizon_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dem: Path, capsys: Captured
) -> None:
    relief = ("--dem", dem, "--heights", "1985")
    level = drone_photo(tmp_path / "a.jpg", {"GimbalPitchDegree": "-1.5"})
    shown = tmp_path / "shown.geojson"
    code = run_firewatch(monkeypatch, "geo", "photo", level, *relief, "--footprint", shown)
    told = capsys.readouterr().out
    assert code == 0
    assert "of the rays meet no known ground" in told
    assert "cut by relief and sky" in told


@pytest.mark.parametrize(
    "wrong",
    [
        ("--pixel", "12", "The pixel '12' is not 2 numbers"),
        ("--box", "1,2,3", "The box '1,2,3' is not 4 numbers"),
        ("--box", "9,2,3,4", "9, 2, 3, 4 is no box"),
        ("--box", "1,2,3,4", "--pixel", "1,2", "A pixel and a box are two questions"),
        ("--pixel", "9999,12", "lies outside a picture"),
        ("--takeoff", "here", "The place of take-off 'here' is not 2 numbers"),
        ("--fov", "0", "field of view of 0.0 degrees"),
        ("--turned", "45", "not turned by 45 degrees"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    dem: Path,
    capsys: Captured,
    wrong: tuple[str, ...],
) -> None:
    *options, said = wrong
    photo = drone_photo(tmp_path / "a.jpg")
    relief = ("--dem", dem, "--heights", "1985")
    assert run_firewatch(monkeypatch, "geo", "photo", photo, *relief, *options) == 1
    assert said in capsys.readouterr().err
