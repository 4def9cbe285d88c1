"""The comments of examples/drill/site.toml, proved."""

import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from geo.camera import pixel_of_ray
from geo.locate import Locator
from geo.relief import drill_relief
from models.fix import Fix, FixOutcome
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

EARTH = Geod(ellps="WGS84")
FILE = Path(__file__).parents[2] / "examples" / "drill" / "site.toml"
SITE: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))


def camera(entry: dict[str, Any]) -> Camera:
    place = dict(entry["position"])
    place["height_datum"] = HeightDatum(place["height_datum"])
    presets = tuple(
        Preset(item["number"], item["name"], Pose(**item["pose"])) for item in entry["presets"]
    )
    return Camera(
        entry["camera_id"], entry["name"], CameraKind(entry["kind"]), Position(**place), presets
    )


CAMERAS = {entry["camera_id"]: camera(entry) for entry in SITE["cameras"]}
SIZES = {entry["camera_id"]: tuple(entry["picture_px"]) for entry in SITE["cameras"]}


@pytest.fixture(scope="module")
def locator() -> Locator:
    return Locator(drill_relief())


def look(locator: Locator, camera_id: str, x_px: float, y_px: float) -> Fix:
    eye = CAMERAS[camera_id]
    width, height = SIZES[camera_id]
    return locator.locate(eye, eye.presets[0].pose, x_px, y_px, width, height)


def skyline_y_px(camera_id: str) -> np.ndarray:
    """Row of the highest visible ground in eleven columns, by geodesics over the stored grid."""
    terrain = drill_relief()
    eye, (width, height) = CAMERAS[camera_id], SIZES[camera_id]
    pose, place = eye.presets[0].pose, eye.position
    lens = terrain.height_at(place.lon_deg, place.lat_deg) + place.height_m
    range_m = np.arange(200.0, 20_000.0, 40.0)
    rows = []
    for turn in np.linspace(-0.48, 0.48, 11) * pose.horizontal_fov_deg:
        azimuth = pose.azimuth_deg + turn
        many = np.ones_like(range_m)
        lon, lat, _ = EARTH.fwd(place.lon_deg * many, place.lat_deg * many, azimuth * many, range_m)
        drop = range_m**2 * 0.87 / (2 * 6_371_000.0)
        slope = (terrain.height_at(lon, lat) - lens - drop) / range_m
        elevation = float(np.degrees(np.arctan(np.nanmax(slope))))
        rows.append(pixel_of_ray(float(azimuth), elevation, width, height, pose)[1])
    return np.array(rows)


def test_the_site_says_that_it_is_a_drill() -> None:
    assert SITE["site"]["drill"] is True
    assert list(CAMERAS) == ["t1-red", "t2-fog", "c1-canopy", "t3-drill"]
    for camera_id, eye in CAMERAS.items():
        assert re.fullmatch(r"[a-z0-9-]{1,40}", camera_id)
        assert eye.position.height_datum is HeightDatum.GROUND
        assert [preset.number for preset in eye.presets] == [0]
    assert CAMERAS["c1-canopy"].kind is CameraKind.CANOPY


@pytest.mark.parametrize("camera_id", ["t1-red", "t2-fog", "t3-drill"])
def test_towers_stand_on_tops(camera_id: str) -> None:
    place = CAMERAS[camera_id].position
    terrain = drill_relief()
    assert terrain.around(place.lon_deg, place.lat_deg, 1_000.0, terrain.cell_m).is_hill_top


def test_red_ridge_sees_the_smoke_of_the_recorded_sequence_in_one_place(locator: Locator) -> None:
    fix = look(locator, "t1-red", 1480.0, 884.0)
    assert fix.outcome is FixOutcome.LOCATED
    best = fix.clusters[0]
    assert best.weight >= 0.8
    assert 5_000.0 <= best.range_m <= 11_000.0
    assert best.range_m == pytest.approx(6_000.0, abs=100.0)
    assert best.r90_m < 100.0
    rows = skyline_y_px("t1-red")
    assert 720.0 <= float(np.median(rows)) <= 750.0


def test_fog_saddle_sees_the_valley(locator: Locator) -> None:
    fix = look(locator, "t2-fog", 640.0, 420.0)
    assert fix.outcome is FixOutcome.LOCATED
    assert 0.0 < float(np.median(skyline_y_px("t2-fog"))) < 400.0


def test_canopy_one_gives_a_place_with_its_true_vagueness(locator: Locator) -> None:
    fix = look(locator, "c1-canopy", 240.0, 180.0)
    assert fix.outcome is FixOutcome.LOCATED
    (best,) = fix.clusters
    assert best.range_m == pytest.approx(40.0, abs=6.0)
    assert 15.0 < best.range_min_m < 30.0
    assert 60.0 < best.range_max_m < 110.0
    place = CAMERAS["c1-canopy"].position
    assert drill_relief().height_at(place.lon_deg, place.lat_deg) < 400.0


def test_the_drill_plume_stands_where_the_drill_lookout_sees_it(locator: Locator) -> None:
    drill = SITE["drill"]
    eye = CAMERAS[drill["camera_id"]]
    pose = eye.preset(drill["preset"]).pose  # type: ignore[union-attr]
    azimuth, _, range_m = EARTH.inv(
        eye.position.lon_deg,
        eye.position.lat_deg,
        drill["plume"]["lon_deg"],
        drill["plume"]["lat_deg"],
    )
    assert 5_000.0 <= range_m <= 9_000.0
    terrain = drill_relief()
    ground = terrain.height_at(drill["plume"]["lon_deg"], drill["plume"]["lat_deg"])
    lens = terrain.height_at(eye.position.lon_deg, eye.position.lat_deg) + eye.position.height_m
    drop = range_m**2 * 0.87 / (2 * 6_371_000.0)
    elevation = float(np.degrees(np.arctan((ground - lens - drop) / range_m)))
    x, y = pixel_of_ray(azimuth % 360.0, elevation, *SIZES["t3-drill"], pose)
    assert (x, y) == pytest.approx((719.0, 402.0), abs=2.0)
    best = look(locator, "t3-drill", x, y).clusters[0]
    assert best.weight >= 0.8
    miss = EARTH.inv(
        best.position.lon_deg,
        best.position.lat_deg,
        drill["plume"]["lon_deg"],
        drill["plume"]["lat_deg"],
    )[2]
    assert miss < best.r90_m
    assert float(np.median(skyline_y_px("t3-drill"))) < y - 20.0
