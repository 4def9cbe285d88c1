"""GCJ-02 and BD-09 against numbers that were not made with our formulas."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.crs import Bd09, Gcj02, LocalFrame, Wgs84, from_wgs84, to_wgs84

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = np.loadtxt(
    ROOT / "tests/fixtures/geo/mars_golden.csv", delimiter=",", comments="#", skiprows=2
)
VECTORS = ROOT.parent / "shared/data/geo/vector"
MILLIMETRE_DEG = 1e-8

AMAP = np.array(
    [  # what AMap's own conversion service answered, from the control points of pygcj 0.0.1
        (105.004, 27.8293, 105.006928982, 27.8259220378),
        (105.004, 28.8293, 105.006972114, 28.8260923937),
        (105.004, 29.8293, 105.0070185, 29.8266343859),
        (106.004, 27.8293, 106.007638075, 27.8259345161),
        (106.004, 28.8293, 106.007691515, 28.8261078559),
        (106.004, 29.8293, 106.007747396, 29.8266520182),
        (107.004, 27.8293, 107.008098145, 27.8259440104),
        (107.004, 28.8293, 107.008161892, 28.8261227756),
        (107.004, 29.8293, 107.008228082, 29.8266718207),
    ]
)


def test_shifts_are_those_of_another_implementation() -> None:
    places = Wgs84(GOLDEN[:, 0], GOLDEN[:, 1])
    gcj, bd = from_wgs84(places, Gcj02), from_wgs84(places, Bd09)
    assert isinstance(gcj, Gcj02)
    assert isinstance(bd, Bd09)
    np.testing.assert_allclose(np.column_stack((gcj.lon_deg, gcj.lat_deg)), GOLDEN[:, 2:4], 0, 1e-9)
    np.testing.assert_allclose(np.column_stack((bd.lon_deg, bd.lat_deg)), GOLDEN[:, 4:6], 0, 1e-9)


def test_undoing_agrees_with_another_implementation_to_a_millimetre() -> None:
    back = to_wgs84(Gcj02(GOLDEN[:, 0], GOLDEN[:, 1]))
    np.testing.assert_allclose(
        np.column_stack((back.lon_deg, back.lat_deg)), GOLDEN[:, 6:8], 0, MILLIMETRE_DEG
    )
    from_baidu = to_wgs84(Bd09(GOLDEN[:, 4], GOLDEN[:, 5]))
    np.testing.assert_allclose(
        np.column_stack((from_baidu.lon_deg, from_baidu.lat_deg)),
        GOLDEN[:, :2],
        0,
        MILLIMETRE_DEG,
    )


def test_the_map_service_itself_answers_within_two_metres() -> None:
    gcj = from_wgs84(Wgs84(AMAP[:, 0], AMAP[:, 1]), Gcj02)
    assert isinstance(gcj, Gcj02)
    np.testing.assert_allclose(np.column_stack((gcj.lon_deg, gcj.lat_deg)), AMAP[:, 2:], 0, 2e-5)
    back = to_wgs84(Gcj02(AMAP[:, 2], AMAP[:, 3]))
    np.testing.assert_allclose(np.column_stack((back.lon_deg, back.lat_deg)), AMAP[:, :2], 0, 2e-5)


def test_undoing_is_exact_beside_the_meridian_where_the_formula_bends_hardest() -> None:
    lon, lat = 105.0 + np.linspace(-1e-5, 1e-5, 2001), np.full(2001, 29.0)
    gcj = from_wgs84(Wgs84(lon, lat), Gcj02)
    assert isinstance(gcj, Gcj02)
    np.testing.assert_allclose(to_wgs84(gcj).lon_deg, lon, atol=1e-11)


@pytest.mark.footage
def test_the_districts_two_outlines_lie_on_each_other_after_the_door() -> None:
    names = ("qijiang_district_wgs84.geojson", "qijiang_district_gcj02_datav.geojson")
    if not all((VECTORS / name).is_file() for name in names):
        pytest.skip("the outlines of the district are not beside this checkout")
    frame = LocalFrame(106.65, 28.85)
    true, shifted = (shapely.union_all(_shapes(VECTORS / name)) for name in names)
    vertices = shapely.get_coordinates(shifted)
    mended = to_wgs84(Gcj02(vertices[:, 0], vertices[:, 1]))
    border = frame.geometry_to_metric(true).boundary

    def off_m(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        points = shapely.points(np.column_stack(frame.to_metric(lon, lat)))
        return np.asarray(shapely.distance(points, border))

    before, after = off_m(*vertices.T), off_m(mended.lon_deg, mended.lat_deg)
    assert np.median(before) > 200.0
    assert np.median(after) < 25.0
    # the shift of the whole outline, as research measured it by fitting one to the other
    x_before, y_before = frame.to_metric(*vertices.T)
    x_after, y_after = frame.to_metric(mended.lon_deg, mended.lat_deg)
    assert np.mean(x_after - x_before) == pytest.approx(-379.0, abs=12.0)
    assert np.mean(y_after - y_before) == pytest.approx(341.0, abs=25.0)


def _shapes(path: Path) -> list[shapely.Geometry]:
    collection = json.loads(path.read_text(encoding="utf-8"))
    members = collection.get("features", [collection])
    return [shapely.from_geojson(json.dumps(each["geometry"])) for each in members]
