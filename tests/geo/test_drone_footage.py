"""The real photos: each is placed, or refused for what is really wrong with it.

No relief of theirs is at hand: they were taken in Minnesota, Kerala and Minas Gerais, and the model
that lies beside them is of Rome. Level ground of the true height stands in.
"""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.dem import Wish, import_dem
from geo.drone import HeightChain, read_photo, view_of
from geo.locate import Locator
from geo.terrain import Terrain
from models.errors import InputRefused

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage"
DRONE = FOOTAGE / "drone"
pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not DRONE.is_dir(), reason="needs the recorded footage"),
]
GEOD = Geod(ellps="WGS84")
BRIGHTON = DRONE / "brighton_DJI_0025.JPG"

# Pixel of brighton_DJI_0025.JPG to a place: 250 points of it were found again in a point cloud
# that its publisher made of all 18 photos (EPSG:32615), by a homography with residuals
# below half a metre. Neither the gimbal's angles nor anything of ours went into it.
FOUND_AGAIN = {
    (2000.0, 1125.0): (-91.9938205, 46.8427533),
    (1000.0, 1125.0): (-91.9939530, 46.8428615),
    (3000.0, 1125.0): (-91.9936814, 46.8426397),
    (2000.0, 400.0): (-91.9937035, 46.8428208),
    (2000.0, 1900.0): (-91.9939458, 46.8426809),
    (3200.0, 1700.0): (-91.9937483, 46.8425610),
}


def level(lon_deg: float, lat_deg: float, height_m: float) -> Terrain:
    values = np.full((300, 300), height_m, np.float32)
    return Terrain("level", values, lon_deg - 150 / 3600, lat_deg + 150 / 3600, 1 / 3600)


@pytest.fixture(scope="module")
def rome(tmp_path_factory: pytest.TempPathFactory) -> Terrain:
    from datetime import UTC, datetime

    from geo.crs import HeightSystem

    folder = tmp_path_factory.mktemp("rome")
    wish = Wish(heights=HeightSystem.EGM96)
    now = datetime(2026, 11, 26, tzinfo=UTC)
    return import_dem([DRONE / "dem" / "Rome-30m-DEM.tif"], folder, wish=wish, now=now).terrain


@pytest.mark.parametrize(
    ("file", "code", "said"),
    [
        ("brighton_DJI_0025.JPG", "drone_edited", "Microsoft Windows Photo Viewer"),
        ("rjpeg/DJI_20250709105029_0012_T.JPG", "drone_place", "no fix"),
        ("rjpeg/DJI_XT2.jpg", "drone_outside", "76.37779, 9.97216"),
        ("rjpeg/DJI_XTR.jpg", "drone_outside", "-43.49138, -20.23280"),
        ("rjpeg/H20N_DJI_0002_R.JPG", "drone_gimbal_missing", "gimbal"),
        ("rjpeg/M2EA_DJI_0005_R.JPG", "drone_gimbal_missing", "gimbal"),
        ("rjpeg/XTS_DJI_0001_R.jpg", "drone_gimbal_missing", "gimbal"),  # and it breaks off
        ("rjpeg/XTS_DJI_0002_R.jpg", "drone_gimbal_missing", "gimbal"),
    ],
)
def test_each_real_photo_is_refused_for_what_is_wrong_with_it(
    rome: Terrain, file: str, code: str, said: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        view_of(read_photo(DRONE / file), rome)
    assert refused.value.code == code
    assert said in refused.value.message


def test_no_real_photo_is_left_out_of_the_table() -> None:
    known = {"brighton_DJI_0025.JPG", "DJI_20250709105029_0012_T.JPG", "DJI_XT2.jpg", "DJI_XTR.jpg"}
    known |= {"H20N_DJI_0002_R.JPG", "M2EA_DJI_0005_R.JPG", "XTS_DJI_0001_R.jpg"}
    found = {file.name for file in DRONE.rglob("*") if file.suffix.lower() in {".jpg", ".jpeg"}}
    assert found == known | {"XTS_DJI_0002_R.jpg"}


@pytest.mark.parametrize(("file", "ground_m"), [("DJI_XT2.jpg", 37.0), ("DJI_XTR.jpg", 862.0)])
def test_photos_from_a_hand_on_the_ground_are_refused_over_their_own_ground(
    file: str, ground_m: float
) -> None:
    photo = read_photo(DRONE / "rjpeg" / file)
    assert photo.place is not None
    with pytest.raises(InputRefused) as refused:
        view_of(photo, level(*photo.place, ground_m))
    assert refused.value.code == "drone_low"


def test_the_yaw_of_the_airframe_is_another_angle() -> None:
    photo = read_photo(DRONE / "rjpeg" / "DJI_XTR.jpg")
    assert photo.gimbal is not None
    assert photo.airframe is not None
    assert photo.gimbal.yaw_deg - photo.airframe.yaw_deg == pytest.approx(87.0, abs=0.01)


def test_the_photo_over_a_park_is_placed_where_its_ground_was_found_again() -> None:
    """Somebody turned it by half a turn in Windows; Lake Superior beside it lies at 183 m."""
    photo = read_photo(BRIGHTON)
    assert photo.place is not None
    ground = level(*photo.place, 187.0)
    view = view_of(photo, ground, turned_deg=180)
    locator = Locator(ground)
    for pixel, true in FOUND_AGAIN.items():
        (cluster,) = view.locate(locator, *pixel).clusters
        found = cluster.position
        off_m = GEOD.inv(found.lon_deg, found.lat_deg, *true)[2]
        assert off_m < 4.0
        assert off_m < cluster.r90_m
        assert shapely.Polygon(cluster.outline_lonlat).covers(shapely.Point(true))
    shown = view.footprint(locator)
    (ring,) = shown.outline_lonlat
    assert all(shapely.Polygon(ring).covers(shapely.Point(true)) for true in FOUND_AGAIN.values())
    wide_m = 2.0 * 40.0 * math.tan(math.radians(view.pose.horizontal_fov_deg) / 2.0)
    assert shown.area_m2 == pytest.approx(wide_m**2 * 2250.0 / 4000.0, rel=0.02)


def test_taken_as_it_lies_the_photo_would_be_wrong_by_its_whole_picture() -> None:
    photo = read_photo(BRIGHTON)
    assert photo.place is not None
    ground = level(*photo.place, 187.0)
    view = view_of(photo, ground, turned_deg=0)
    (cluster,) = view.locate(Locator(ground), 3200.0, 1700.0).clusters
    true = FOUND_AGAIN[3200.0, 1700.0]
    assert GEOD.inv(cluster.position.lon_deg, cluster.position.lat_deg, *true)[2] > 40.0


def test_its_satellites_height_is_off_by_the_geoid_and_that_is_told() -> None:
    photo = read_photo(BRIGHTON)
    assert photo.place is not None
    height = view_of(photo, level(*photo.place, 187.0), turned_deg=180).height
    assert height.chain is HeightChain.NEARBY
    (other,) = height.contradicted_by
    assert other.chain is HeightChain.GNSS
    assert other.height_m - height.height_m == pytest.approx(-28.5, abs=0.1)


@pytest.mark.parametrize("camera", ["RGB", "Thermal"])
def test_photos_made_smaller_for_a_data_set_have_lost_their_gimbal(camera: str) -> None:
    photos = sorted((FOOTAGE / "infrared" / "flame3_Sycan" / camera).glob("*.JPG"))
    assert photos
    for file in photos:
        photo = read_photo(file)
        assert photo.place is not None
        assert photo.gimbal is None
