"""Elevation models of every make, and what must never pass for a height."""

import json
import math
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine, from_origin
from rasterio.warp import Resampling, reproject

from geo.crs import HeightSystem, Wgs84, from_wgs84, geoid_m
from geo.crs.plane import Plane
from geo.dem import DemReport, Wish, import_dem, read_terrain
from geo.dem import importing as importing_module
from models.errors import InputRefused, StorageFull

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
SEA = Wish(heights=HeightSystem.NATIONAL_1985)
DEMS = Path(__file__).resolve().parents[3] / "shared/data/geo/dem"
ARCSEC = 1.0 / 3600.0


def take(folder: Path, *paths: Path, wish: Wish = SEA) -> DemReport:
    return import_dem(paths, folder / "terrain", wish=wish, now=NOW)


def code_of(folder: Path, *paths: Path, wish: Wish = SEA) -> str:
    with pytest.raises(InputRefused) as caught:
        take(folder, *paths, wish=wish)
    assert caught.value.remedy
    return caught.value.code


def tif(path: Path, values: np.ndarray, transform: Affine, crs: str | None, **more: object) -> Path:
    """A GeoTIFF; ``more`` goes to the writer, except what is set afterwards."""
    after = {key: more.pop(key) for key in ("units", "scales", "offsets") if key in more}
    bands = values[None] if values.ndim == 2 else values
    count, height, width = bands.shape
    options = {"driver": "GTiff", "dtype": bands.dtype, "count": count, "crs": crs, **more}
    options |= {"height": height, "width": width, "transform": transform}
    with rasterio.open(path, "w", **options) as dataset:
        dataset.write(bands)
        for key, value in after.items():
            setattr(dataset, key, value)
    return path


def hill(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Metres above sea level of a place in degrees; straight within 0.2 m over 10 arc seconds."""
    return 600.0 + 200.0 * np.sin(x * 30.0) + 150.0 * np.cos(y * 20.0)


def degrees(
    west: float = 106.5, north: float = 29.0, cell: float = 10 * ARCSEC, side: int = 40
) -> tuple[np.ndarray, Affine]:
    """A square of the hill with its cell centres where they should be."""
    steps = (np.arange(side) + 0.5) * cell
    values = hill(*np.meshgrid(west + steps, north - steps))
    return values, from_origin(west, north, cell, cell)


def hgt(folder: Path, lat: int, lon: int, side: int = 1201) -> Path:
    """Byte for byte as the shuttle mission's are: big-endian rows from the north-west corner."""
    lons = lon + np.arange(side) / (side - 1)
    lats = lat + 1 - np.arange(side) / (side - 1)
    values = np.rint(hill(*np.meshgrid(lons, lats))).astype(">i2")
    values[700, 700] = -32_768
    path = folder / f"N{lat:02d}E{lon:03d}.hgt"
    path.write_bytes(values.tobytes())
    return path


def by_hand(path: Path, values: np.ndarray, *, point: bool) -> Path:
    """A GeoTIFF written without the library: float32, one strip, EPSG:4326, tie point 106.5 29."""
    rows, columns = values.shape
    data = values.astype("<f4").tobytes()
    keys = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 2 if point else 1, 2048, 0, 1, 4326)
    tags = [
        (256, 4, 1, columns),
        (257, 4, 1, rows),
        (258, 3, 1, 32),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, "data"),
        (277, 3, 1, 1),
        (278, 4, 1, rows),
        (279, 4, 1, len(data)),
        (339, 3, 1, 3),
        (33_550, 12, 3, struct.pack("<3d", 10 * ARCSEC, 10 * ARCSEC, 0.0)),
        (33_922, 12, 6, struct.pack("<6d", 0, 0, 0, 106.5, 29.0, 0.0)),
        (34_735, 3, len(keys), struct.pack(f"<{len(keys)}H", *keys)),
    ]
    head = 8 + 2 + 12 * len(tags) + 4
    extra = b"".join(value for *_, value in tags if isinstance(value, bytes))
    directory, at = b"", head
    for tag, kind, count, value in tags:
        directory += struct.pack("<HHI", tag, kind, count)
        if isinstance(value, bytes):
            directory += struct.pack("<I", at)
            at += len(value)
        else:
            directory += struct.pack("<I", head + len(extra) if value == "data" else value)
    path.write_bytes(
        struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + directory + bytes(4) + extra + data
    )
    return path


# ---------------------------------------------------------------- where a sample lies


def test_hgt_samples_lie_on_the_corners_of_the_degree(tmp_path: Path) -> None:
    report = take(tmp_path, hgt(tmp_path, 28, 106), wish=Wish())
    terrain = report.terrain
    assert not report.resampled
    assert report.heights is HeightSystem.EGM96
    assert terrain.values_m.shape == (1201, 1201)
    inside = 1e-9
    corners = [(106.0 + inside, 29.0 - inside), (107.0 - inside, 28.0 + inside)]
    for lon, lat in [*corners, (106.25, 28.5), (106.5 + 3 * ARCSEC, 28.75)]:
        assert terrain.height_at(lon, lat) == pytest.approx(hill(lon, lat), abs=0.51)
    assert report.void_share == pytest.approx(1 / 1201**2)
    assert math.isnan(terrain.height_at(106.0 + 700 / 1200, 29.0 - 700 / 1200))
    assert report.lowest_m > 0.0
    assert terrain.caution == ""
    assert terrain.reference.name == "N28E106"


def test_neighbouring_tiles_meet_without_a_seam(tmp_path: Path) -> None:
    tiles = [hgt(tmp_path, lat, lon) for lat in (28, 29) for lon in (106, 107)]
    terrain = take(tmp_path, *tiles, wish=Wish(name="four")).terrain
    assert terrain.values_m.shape == (2401, 2401)
    lon, lat = np.full(41, 107.0) + np.linspace(-2e-3, 2e-3, 41), np.linspace(28.99, 29.01, 41)
    np.testing.assert_allclose(terrain.height_at(lon, lat), hill(lon, lat), atol=1.0)
    assert terrain.name == "four"


@pytest.mark.parametrize("point", [False, True])
def test_a_point_and_a_cell_are_half_a_cell_apart(tmp_path: Path, *, point: bool) -> None:
    values, _ = degrees()
    path = by_hand(tmp_path / "by-hand.tif", values, point=point)
    terrain = take(tmp_path, path).terrain
    inset = 0.0 if point else 5 * ARCSEC
    lon, lat = 106.5 + inset + 70 * ARCSEC, 29.0 - inset - 50 * ARCSEC
    assert terrain.height_at(lon, lat) == pytest.approx(values[5, 7], abs=1e-3)


def metric(
    path: Path, epsg: int, *, code: int | None = None, front_m: float = 0.0, cell: float = 30.0
) -> Path:
    """The hill in a projected system, about 106.5 to 106.52 east."""
    corner = from_wgs84(Wgs84.at(106.5, 28.8), epsg)
    assert isinstance(corner, Plane)
    west, north = corner.easting_m.item(), corner.northing_m.item()
    side = 60
    steps = (np.arange(side) + 0.5) * cell
    easting, northing = np.meshgrid(west + steps, north - steps)
    from geo.crs import to_wgs84

    places = to_wgs84(Plane(epsg, easting, northing))
    values = hill(places.lon_deg, places.lat_deg).astype(np.float32)
    place = from_origin(west + front_m, north, cell, cell)
    return tif(path, values, place, f"EPSG:{code or epsg}")


@pytest.mark.parametrize(
    ("epsg", "code", "front_m"),
    [
        (32_648, None, 0.0),
        (4545, None, 0.0),
        (4524, None, 0.0),
        (4544, None, 0.0),
        (4545, None, 36e6),  # says 4545 and has its zone in front
        (4545, 4524, 0.0),  # says 4524 and has none
    ],
)
def test_metres_of_any_zone_come_to_lie_where_they_are(
    tmp_path: Path, epsg: int, code: int | None, front_m: float
) -> None:
    path = metric(tmp_path / "metres.tif", epsg, code=code, front_m=front_m)
    report = take(tmp_path, path)
    assert report.resampled
    lon, lat = np.meshgrid(np.linspace(106.503, 106.513, 30), np.linspace(28.788, 28.797, 30))
    np.testing.assert_allclose(report.terrain.height_at(lon, lat), hill(lon, lat), atol=0.2)
    assert report.terrain.cell_m == pytest.approx(30.0, rel=0.01)


def test_sheets_of_two_zones_become_one_terrain(tmp_path: Path) -> None:
    west, east = metric(tmp_path / "a.tif", 4544), metric(tmp_path / "b.tif", 4545)
    alone = np.isfinite(take(tmp_path, west).terrain.values_m).sum()
    report = take(tmp_path, west, east)
    assert np.isfinite(report.terrain.values_m).sum() > alone
    lon, lat = np.meshgrid(np.linspace(106.503, 106.513, 9), np.linspace(28.788, 28.797, 9))
    np.testing.assert_allclose(report.terrain.height_at(lon, lat), hill(lon, lat), atol=0.2)


def test_a_file_half_a_cell_off_is_read_on_its_own_grid(tmp_path: Path) -> None:
    values, place = degrees()
    first = tif(tmp_path / "a.tif", values.astype(np.float32), place, "EPSG:4326")
    values, place = degrees(west=106.5 + 205 * ARCSEC)
    second = tif(tmp_path / "b.tif", values.astype(np.float32), place, "EPSG:4326")
    report = take(tmp_path, first, second)
    assert report.resampled
    lon, lat = np.meshgrid(np.linspace(106.507, 106.66, 50), np.linspace(28.9, 28.99, 50))
    np.testing.assert_allclose(report.terrain.height_at(lon, lat), hill(lon, lat), atol=0.6)


def test_files_far_apart_leave_a_void_between_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_module, "_BLOCK_CELLS", 2_000)
    south = metric(tmp_path / "south.tif", 4545)
    values, place = degrees(north=28.9, cell=ARCSEC)
    north = tif(tmp_path / "north.tif", values.astype(np.float32), place, "EPSG:4326")
    report = take(tmp_path, north, south)
    assert report.void_share > 0.5
    assert report.terrain.height_at(106.508, 28.793) == pytest.approx(
        hill(106.508, 28.793), abs=0.3
    )


@pytest.mark.footage
def test_a_real_model_is_read_as_the_library_warps_it(tmp_path: Path) -> None:
    path = DEMS / "bigtujunga_30m.tif"
    if not path.is_file():
        pytest.skip("the elevation models are not beside this checkout")
    report = take(tmp_path, path)
    terrain = report.terrain
    expected = np.full(terrain.values_m.shape, np.nan, np.float32)
    with rasterio.open(path) as dataset:
        reproject(
            rasterio.band(dataset, 1),
            expected,
            dst_transform=from_origin(
                terrain.west_deg, terrain.north_deg, terrain.cell_deg, terrain.cell_deg
            ),
            dst_crs="EPSG:4326",
            dst_nodata=np.nan,
            resampling=Resampling.bilinear,
        )
        raw = dataset.read(1)
    off = np.abs(terrain.values_m - expected)
    known = np.isfinite(off)
    assert known.mean() > 0.95
    assert off[known].mean() < 0.3  # GDAL widens its kernel where cells grow; a cell beside: 6 m
    assert off[known].max() < 3.0
    assert (report.lowest_m, report.highest_m) == pytest.approx(
        (raw[raw != 32_767].min(), raw[raw != 32_767].max()), abs=15.0
    )


@pytest.mark.footage
def test_the_coarse_model_of_the_district_shouts(tmp_path: Path) -> None:
    path = DEMS / "qijiang_30arcsec_meteva.tif"
    if not path.is_file():
        pytest.skip("the elevation models are not beside this checkout")
    assert take(tmp_path, path).terrain.caution == "coarse"


# ---------------------------------------------------------------- what is no height


@pytest.mark.parametrize(
    ("void", "options", "wish"),
    [
        (-32_768, {}, SEA),
        (32_767, {"nodata": 32_767}, SEA),
        (-9999, {}, SEA),
        (9999, {}, SEA),
        (0, {"nodata": 0}, SEA),
        (0, {}, Wish(heights=HeightSystem.EGM96, nodata=0.0)),
        (1234, {}, Wish(heights=HeightSystem.EGM96, nodata=1234.0)),
    ],
)
def test_voids_never_become_heights(
    tmp_path: Path, void: int, options: dict[str, Any], wish: Wish
) -> None:
    values, place = degrees()
    whole = np.rint(values).astype(np.int16)
    whole[10:13, 20] = void
    path = tif(tmp_path / "voids.tif", whole, place, "EPSG:4326", **options)
    report = take(tmp_path, path, wish=wish)
    assert report.void_share == pytest.approx(3 / 1600)
    assert 240.0 < report.lowest_m < report.highest_m < 960.0
    assert np.isnan(report.terrain.values_m[10:13, 20]).all()
    beside = report.terrain.height_at(106.5 + 206 * ARCSEC, 29.0 - 110 * ARCSEC)
    assert math.isnan(beside)


def test_not_a_number_and_a_lot_below_are_voids_too(tmp_path: Path) -> None:
    values, place = degrees()
    values[3, 3], values[4, 4], values[5, 5] = np.nan, -3.4e38, np.inf
    path = tif(tmp_path / "floats.tif", values.astype(np.float32), place, "EPSG:4326")
    assert take(tmp_path, path).void_share == pytest.approx(3 / 1600)


def test_holes_of_the_first_file_are_filled_from_the_next(tmp_path: Path) -> None:
    values, place = degrees()
    other = values + 7.0
    values[5, 5] = np.nan
    first = tif(tmp_path / "a.tif", values.astype(np.float32), place, "EPSG:4326")
    second = tif(tmp_path / "b.tif", other.astype(np.float32), place, "EPSG:4326")
    terrain = take(tmp_path, first, second).terrain
    assert terrain.values_m[5, 5] == pytest.approx(other[5, 5], abs=1e-3)
    assert terrain.values_m[5, 6] == pytest.approx(values[5, 6], abs=1e-3)


def test_zeros_beside_a_cliff_are_asked_about(tmp_path: Path) -> None:
    values, place = degrees()
    values[:5] = 0.0
    path = tif(tmp_path / "zeros.tif", values.astype(np.float32), place, "EPSG:4326")
    assert code_of(tmp_path, path) == "dem_zero"
    told = Wish(heights=HeightSystem.EGM96, nodata=0.0)
    assert take(tmp_path, path, wish=told).void_share == pytest.approx(5 / 40)
    sea = Wish(heights=HeightSystem.EGM96, nodata=-9999.0)
    assert take(tmp_path, path, wish=sea).lowest_m == 0.0


def test_a_coast_has_zeros_and_no_cliff(tmp_path: Path) -> None:
    values, place = degrees()
    coast = np.maximum(values - 700.0, 0.0).astype(np.float32)
    path = tif(tmp_path / "coast.tif", coast, place, "EPSG:4326")
    assert take(tmp_path, path).lowest_m == 0.0


@pytest.mark.parametrize(
    ("options", "metres"),
    [
        ({"units": ("ft",)}, 0.3048),
        ({"units": ("metre",)}, 1.0),
        ({"scales": (0.1,), "offsets": (100.0,)}, None),
    ],
)
def test_units_and_scales_are_honoured(
    tmp_path: Path, options: dict[str, Any], metres: float | None
) -> None:
    values, place = degrees()
    whole = np.rint(values).astype(np.int16)
    path = tif(tmp_path / "units.tif", whole, place, "EPSG:4326", **options)
    expected = whole * 0.1 + 100.0 if metres is None else whole * metres
    np.testing.assert_allclose(take(tmp_path, path).terrain.values_m, expected, rtol=1e-6)


def test_sixteen_bits_do_not_wrap(tmp_path: Path) -> None:
    values = np.full((4, 4), 30_000, np.int16)
    place = from_origin(106.5, 29.0, 10 * ARCSEC, 10 * ARCSEC)
    path = tif(tmp_path / "cm.tif", values, place, "EPSG:4326", scales=(0.2,), offsets=(5.0,))
    assert take(tmp_path, path).highest_m == pytest.approx(6_005.0)


def test_heights_above_the_ellipsoid_come_down_to_the_sea(tmp_path: Path) -> None:
    values, place = degrees()
    path = tif(tmp_path / "rtk.tif", values.astype(np.float32), place, "EPSG:4326")
    report = take(tmp_path, path, wish=Wish(heights=HeightSystem.ELLIPSOID))
    lon, lat = 106.55, 28.95
    expected = hill(lon, lat) - float(geoid_m(Wgs84.at(lon, lat)))
    assert report.terrain.height_at(lon, lat) == pytest.approx(expected, abs=2.0)
    assert report.heights is HeightSystem.ELLIPSOID


@pytest.mark.parametrize(
    ("crs", "heights"),
    [
        ("EPSG:4979", HeightSystem.ELLIPSOID),
        ("EPSG:4326+5773", HeightSystem.EGM96),
        ("EPSG:4326+3855", HeightSystem.EGM96),
        ("EPSG:4490+5737", HeightSystem.NATIONAL_1985),
        ("EPSG:4545+5737", HeightSystem.NATIONAL_1985),
    ],
)
def test_what_a_file_says_of_its_heights_is_believed(
    tmp_path: Path, crs: str, heights: HeightSystem
) -> None:
    values, place = degrees()
    if "4545" in crs:
        place = from_origin(368_000.0, 3_193_000.0, 30.0, 30.0)
    path = tif(tmp_path / "told.tif", values.astype(np.float32), place, crs)
    report = take(tmp_path, path, wish=Wish())
    assert report.heights is heights
    raised_m = report.highest_m - float(values.max())
    assert raised_m == pytest.approx(35.0 if heights is HeightSystem.ELLIPSOID else 0.0, abs=8.0)


# ---------------------------------------------------------------- refusals


def plain(tmp_path: Path, crs: str | None = "EPSG:4326", **more: object) -> Path:
    values, place = degrees()
    return tif(tmp_path / "plain.tif", values.astype(np.float32), place, crs, **more)


def test_heights_of_nothing_known_are_asked_about(tmp_path: Path) -> None:
    assert code_of(tmp_path, plain(tmp_path), wish=Wish()) == "dem_heights"


def test_heights_above_something_else_are_asked_about(tmp_path: Path) -> None:
    baltic = plain(tmp_path, crs="EPSG:4326+5705")
    assert code_of(tmp_path, baltic, wish=Wish()) == "dem_heights"


def test_heights_of_two_kinds_do_not_mix(tmp_path: Path) -> None:
    above = Wish(heights=HeightSystem.ELLIPSOID)
    assert code_of(tmp_path, hgt(tmp_path, 28, 106), wish=above) == "dem_heights"


def test_no_file_is_no_terrain(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "input_refused"
    assert code_of(tmp_path, tmp_path / "nothing.tif") == "dem_unreadable"
    assert code_of(tmp_path, tmp_path) == "dem_unreadable"


@pytest.mark.parametrize("content", [b"", b"II*\0 but no more", b"\x89PNG\r\n", b"N" * 5000])
def test_what_is_no_geotiff_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.tif"
    path.write_bytes(content)
    assert code_of(tmp_path, path) == "dem_unreadable"


def test_a_file_that_ends_too_early_is_refused_and_the_old_terrain_stays(tmp_path: Path) -> None:
    old = take(tmp_path, plain(tmp_path)).terrain
    rng = np.random.default_rng(1)
    _, place = degrees()
    noise = rng.uniform(0.0, 1000.0, (400, 400)).astype(np.float32)
    path = tif(tmp_path / "cut.tif", noise, place, "EPSG:4326", tiled=True, compress="deflate")
    path.write_bytes(path.read_bytes()[:200_000])
    assert code_of(tmp_path, path) == "dem_unreadable"
    kept = read_terrain(tmp_path / "terrain")
    assert kept is not None
    assert kept.name == old.name
    assert sorted(each.name for each in (tmp_path / "terrain").iterdir()) == sorted(
        ["terrain.json", *(each.name for each in (tmp_path / "terrain").glob("heights-*.npy"))]
    )


def test_a_file_that_points_to_others_is_not_followed(tmp_path: Path) -> None:
    good = plain(tmp_path)
    virtual = tmp_path / "virtual.tif"
    virtual.write_text(
        '<VRTDataset rasterXSize="40" rasterYSize="40"><VRTRasterBand dataType="Float32" band="1">'
        f"<SimpleSource><SourceFilename>{good}</SourceFilename></SimpleSource></VRTRasterBand>"
        "</VRTDataset>",
        encoding="utf-8",
    )
    assert code_of(tmp_path, virtual) == "dem_unreadable"


@pytest.mark.parametrize(
    "values",
    [np.zeros((3, 20, 20), np.uint8), np.zeros((20, 20), np.uint8), np.ones((4, 20, 20), np.int16)],
)
def test_a_picture_of_a_relief_is_no_relief(tmp_path: Path, values: np.ndarray) -> None:
    path = tif(tmp_path / "shade.tif", values, degrees()[1], "EPSG:4326")
    assert code_of(tmp_path, path) == "dem_picture"


def test_a_file_without_place_or_system_is_refused_or_told(tmp_path: Path) -> None:
    silent = plain(tmp_path, crs=None)
    assert code_of(tmp_path, silent) == "coordinates_untagged"
    told = Wish(system="EPSG:4490", heights=HeightSystem.EGM96)
    assert take(tmp_path, silent, wish=told).void_share == 0.0
    with pytest.warns(NotGeoreferencedWarning):
        nowhere = tif(tmp_path / "nowhere.tif", degrees()[0].astype("f4"), Affine.identity(), None)
    assert code_of(tmp_path, nowhere, wish=told) == "dem_place"


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("EPSG:4545", "dem_system"),  # the file says WGS 84
        ("nonsense", "system_unknown"),
    ],
)
def test_a_statement_that_contradicts_the_file_is_refused(
    tmp_path: Path, system: str, code: str
) -> None:
    wish = Wish(system=system, heights=HeightSystem.EGM96)
    assert code_of(tmp_path, plain(tmp_path), wish=wish) == code


@pytest.mark.parametrize(
    ("crs", "code"),
    [
        ("EPSG:4610", "system_old"),
        ("EPSG:2360", "system_old"),
        ("EPSG:4214", "system_old"),
        ("EPSG:4267", "system_unknown"),  # NAD27
        ("EPSG:4807", "system_unknown"),  # in grads from Paris
        ('LOCAL_CS["a field",UNIT["metre",1]]', "system_unknown"),
    ],
)
def test_foreign_and_old_datums_are_refused(tmp_path: Path, crs: str, code: str) -> None:
    assert code_of(tmp_path, plain(tmp_path, crs=crs)) == code


def test_degrees_of_another_size_are_refused(tmp_path: Path) -> None:
    grads = (
        'GEOGCS["odd",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
        'PRIMEM["Greenwich",0],UNIT["grad",0.01570796326794897]]'
    )
    wish = Wish(system=grads, heights=HeightSystem.EGM96)
    assert code_of(tmp_path, plain(tmp_path, crs=None), wish=wish) == "system_unknown"


def test_a_raster_in_the_wrong_zone_or_with_swapped_axes_is_refused(tmp_path: Path) -> None:
    values = degrees()[0].astype(np.float32)
    place = from_origin(35_661_018.0, 3_193_000.0, 30.0, 30.0)
    wrong = tif(tmp_path / "zone.tif", values, place, "EPSG:4545")
    assert code_of(tmp_path, wrong) == "coordinates_zone"
    swapped = tif(
        tmp_path / "swapped.tif", values, from_origin(28.8, 106.5, 1e-3, 1e-3), "EPSG:4326"
    )
    assert code_of(tmp_path, swapped) == "coordinates_swapped"


def test_heights_in_furlongs_are_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path, plain(tmp_path, units=("furlong",))) == "dem_unit"


def test_an_empty_model_is_refused(tmp_path: Path) -> None:
    values = np.full((20, 20), -9999, np.int16)
    path = tif(tmp_path / "empty.tif", values, degrees()[1], "EPSG:4326", nodata=-9999)
    assert code_of(tmp_path, path) == "dem_empty"


def test_cells_too_coarse_to_place_a_fire_do_not_hide_among_finer_ones(tmp_path: Path) -> None:
    values, place = degrees(cell=60 * ARCSEC)
    coarse = tif(tmp_path / "coarse.tif", values.astype(np.float32), place, "EPSG:4326")
    fine = tif(tmp_path / "fine.tif", *fine_square(), "EPSG:4326")
    assert code_of(tmp_path, fine, coarse) == "dem_mixed"


def fine_square(off_m: float = 0.0) -> tuple[np.ndarray, Affine]:
    """A square kilometre in cells of an arc second, in the middle of :func:`degrees`."""
    values, place = degrees(west=106.55, north=28.95, cell=ARCSEC, side=40)
    return (values + off_m).astype(np.float32), place


@pytest.mark.parametrize("fine_is_named_first", [True, False])
def test_a_survey_in_fine_cells_is_filled_up_around_with_coarser_ones(
    tmp_path: Path, *, fine_is_named_first: bool
) -> None:
    """In whichever order: a coarse model that is named first must not bury the survey."""
    values, place = degrees(cell=3 * ARCSEC, side=130)
    around = tif(tmp_path / "around.tif", values.astype(np.float32), place, "EPSG:4326")
    fine = tif(tmp_path / "fine.tif", *fine_square(off_m=5.0), "EPSG:4326")
    named = (fine, around) if fine_is_named_first else (around, fine)
    wish = Wish(heights=HeightSystem.EGM96, name="both")
    report = take(tmp_path, *named, wish=wish)
    terrain = report.terrain
    assert report.resampled
    assert report.cells_m == pytest.approx((30.9, 92.8), abs=0.2)
    assert terrain.cell_deg * 3600.0 == pytest.approx(0.88, abs=0.02)  # square, of the finer side
    inside = 1600 / (390.0 * 390.0)  # of the whole square of 390 arc seconds
    assert report.filled_share == pytest.approx(1.0 - inside, abs=0.002)
    lon, lat = 106.5556, 28.9444
    assert terrain.height_at(lon, lat) == pytest.approx(hill(lon, lat) + 5.0, abs=0.3)
    lon, lat = 106.52, 28.92
    assert terrain.height_at(lon, lat) == pytest.approx(hill(lon, lat), abs=0.3)


@pytest.mark.parametrize("off_m", [-35.0, 35.0])
def test_models_that_stand_at_different_heights_are_refused(tmp_path: Path, off_m: float) -> None:
    """As where one of them has heights above the ellipsoid and nobody said so."""
    fine = tif(tmp_path / "fine.tif", *fine_square(off_m), "EPSG:4326")
    before = take(tmp_path, plain(tmp_path)).terrain.fingerprint
    values, place = degrees(cell=3 * ARCSEC, side=130)
    around = tif(tmp_path / "around.tif", values.astype(np.float32), place, "EPSG:4326")
    with pytest.raises(InputRefused, match=r"35 m (above|below)") as caught:
        take(tmp_path, fine, around)
    assert caught.value.code == "dem_apart"
    kept = read_terrain(tmp_path / "terrain")
    assert kept is not None
    assert kept.fingerprint == before


def test_a_part_can_be_taken(tmp_path: Path) -> None:
    wish = Wish(heights=HeightSystem.EGM96, bounds_deg=(106.52, 28.92, 106.58, 28.98))
    path = plain(tmp_path)
    terrain = take(tmp_path, path, wish=wish).terrain
    west, south, east, north = terrain.bounds_deg
    assert (west, south, east, north) == pytest.approx((106.52, 28.92, 106.58, 28.98), abs=0.003)
    assert west <= 106.52
    assert east >= 106.58
    whole = take(tmp_path, path).terrain
    lon, lat = 106.5501, 28.9507
    assert terrain.height_at(lon, lat) == pytest.approx(whole.height_at(lon, lat), abs=1e-4)
    elsewhere = Wish(heights=HeightSystem.EGM96, bounds_deg=(107.0, 28.9, 107.1, 29.0))
    assert code_of(tmp_path, path, wish=elsewhere) == "dem_bounds"


def test_more_than_can_be_held_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_module, "MOST_CELLS", 1599)
    assert code_of(tmp_path, plain(tmp_path)) == "dem_size"


def test_the_import_tells_how_far_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing_module, "_BLOCK_CELLS", 400)
    shares: list[float] = []
    report = import_dem(
        [plain(tmp_path)], tmp_path / "t", wish=SEA, now=NOW, progress=shares.append
    )
    assert shares == [0.25, 0.5, 0.75, 1.0]
    assert report.void_share == 0.0


@pytest.mark.parametrize("name", ["qijiang_SYNTHETIC_3arcsec", "合成地形"])
def test_invented_relief_says_so_by_wish_or_by_name(tmp_path: Path, name: str) -> None:
    told = Wish(heights=HeightSystem.EGM96, synthetic=True)
    assert take(tmp_path, plain(tmp_path), wish=told).terrain.caution == "synthetic"
    named = Wish(heights=HeightSystem.EGM96, name=name)
    assert take(tmp_path, plain(tmp_path), wish=named).terrain.caution == "synthetic"


# ---------------------------------------------------------------- the store


def test_what_was_imported_is_read_again(tmp_path: Path) -> None:
    assert read_terrain(tmp_path / "terrain") is None
    made = take(tmp_path, plain(tmp_path)).terrain
    again = read_terrain(tmp_path / "terrain")
    assert again is not None
    np.testing.assert_array_equal(again.values_m, made.values_m)
    assert again.bounds_deg == made.bounds_deg
    assert again.reference == made.reference
    told = json.loads((tmp_path / "terrain/terrain.json").read_text(encoding="utf-8"))
    assert told["sources"][0]["file"] == "plain.tif"
    assert len(told["sources"][0]["sha256"]) == 64
    assert told["imported_at"].startswith("2026-11-26T04:00")


def test_a_terrain_in_use_survives_its_replacement(tmp_path: Path) -> None:
    first = take(tmp_path, plain(tmp_path)).terrain
    before = first.height_at(106.55, 28.95)
    values, place = degrees()
    other = tif(tmp_path / "b.tif", (values + 50.0).astype(np.float32), place, "EPSG:4326")
    second = take(tmp_path, other).terrain
    assert first.height_at(106.55, 28.95) == before
    assert second.height_at(106.55, 28.95) == pytest.approx(before + 50.0, abs=1e-3)
    assert len(list((tmp_path / "terrain").glob("heights-*.npy"))) == 1


def _shorter(folder: Path) -> None:
    (heights,) = folder.glob("heights-*.npy")
    heights.write_bytes(heights.read_bytes()[:500])


def _other_type(folder: Path) -> None:
    (heights,) = folder.glob("heights-*.npy")
    np.save(heights, np.zeros((4, 4)))


def _gone(folder: Path) -> None:
    (heights,) = folder.glob("heights-*.npy")
    heights.unlink()


def _elsewhere(folder: Path) -> None:
    told = json.loads((folder / "terrain.json").read_text(encoding="utf-8"))
    told["heights_file"] = "../../etc/passwd"
    (folder / "terrain.json").write_text(json.dumps(told), encoding="utf-8")


def _not_json(folder: Path) -> None:
    (folder / "terrain.json").write_text("{", encoding="utf-8")


@pytest.mark.parametrize("damage", [_shorter, _other_type, _gone, _elsewhere, _not_json])
def test_a_damaged_store_is_refused(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    take(tmp_path, plain(tmp_path))
    damage(tmp_path / "terrain")
    with pytest.raises(InputRefused) as caught:
        read_terrain(tmp_path / "terrain")
    assert caught.value.code == "terrain_stored"


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "terrain").write_text("a file", encoding="utf-8")
    with pytest.raises(InputRefused, match="cannot be written"):
        take(tmp_path, plain(tmp_path))


def test_a_full_disk_is_told_before_anything_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("geo.dem.stored.os.posix_fallocate", full)
    with pytest.raises(StorageFull, match="no room"):
        take(tmp_path, plain(tmp_path))
    assert list((tmp_path / "terrain").iterdir()) == []
