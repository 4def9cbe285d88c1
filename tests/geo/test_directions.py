"""Compass words and magnetic north, against another implementation of the model."""

from datetime import UTC, datetime

import numpy as np
import pytest
from pygeomag import GeoMag

from geo.crs import Wgs84
from geo.directions import compass_word, declination_deg, true_from_magnetic
from models.errors import InputRefused

QIJIANG = Wgs84.at(106.65, 28.85)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_the_table_is_the_world_magnetic_model() -> None:
    model = GeoMag(coefficients_file="wmm/WMM_2025.COF")
    random = np.random.default_rng(6)
    for _ in range(200):
        lon_deg, lat_deg = random.uniform(105.0, 108.5), random.uniform(27.5, 30.25)
        year, day = int(random.integers(2025, 2030)), int(random.integers(1, 366))
        at = datetime.strptime(f"{year} {day} +0000", "%Y %j %z")
        expected = model.calculate(
            lat_deg, lon_deg, float(random.uniform(0, 1.5)), year + day / 366
        )
        found = declination_deg(Wgs84.at(lon_deg, lat_deg), at)
        assert found == pytest.approx(expected.d, abs=0.005)


def test_magnetic_north_lies_to_the_west_here() -> None:
    """2.8 degrees (shared research, 2.3: 490 m at 10 km)."""
    assert true_from_magnetic(90.0, QIJIANG, NOW) == pytest.approx(87.18, abs=0.02)
    assert true_from_magnetic(1.0, QIJIANG, NOW) == pytest.approx(358.18, abs=0.02)


@pytest.mark.parametrize(
    ("place", "at"),
    [
        (Wgs84.at(-84.2, 36.2), NOW),
        (Wgs84.at(106.65, 31.0), NOW),
        (QIJIANG, datetime(2024, 12, 31, tzinfo=UTC)),
        (QIJIANG, datetime(2030, 1, 2, tzinfo=UTC)),
    ],
)
def test_where_the_model_is_not_known_a_magnetic_direction_is_refused(
    place: Wgs84, at: datetime
) -> None:
    with pytest.raises(InputRefused) as refused:
        declination_deg(place, at)
    assert refused.value.code == "declination_unknown"


@pytest.mark.parametrize(
    ("words", "bearing_deg", "sigma_deg"),
    [
        (("北", "N", "north", " 正北方"), 0.0, 13.0),
        (("东北", "北东", "NE", "north-east", "东北方向", "东北边"), 45.0, 13.0),
        (("东", "e"), 90.0, 13.0),
        (("东南", "SE"), 135.0, 13.0),
        (("南", "S"), 180.0, 13.0),
        (("西南", "sw"), 225.0, 13.0),
        (("西", "west"), 270.0, 13.0),
        (("西北", "NW", "north west"), 315.0, 13.0),
        (("北东北", "北北东", "NNE", "北偏东"), 22.5, 8.0),
        (("东东北", "东北东", "ENE", "东偏北", "东北偏东"), 67.5, 8.0),
        (("东偏南", "ESE"), 112.5, 8.0),
        (("南偏东", "SSE"), 157.5, 8.0),
        (("南偏西", "SSW"), 202.5, 8.0),
        (("西偏南", "WSW"), 247.5, 8.0),
        (("西偏北", "WNW"), 292.5, 8.0),
        (("北偏西", "NNW"), 337.5, 8.0),
    ],
)
def test_words_of_the_compass(words: tuple[str, ...], bearing_deg: float, sigma_deg: float) -> None:
    for word in words:
        assert compass_word(word) == (bearing_deg, sigma_deg)


@pytest.mark.parametrize(
    "word", ["", "  ", "上", "NS", "东西", "东偏西", "NN", "NEE N", "45", "方向"]
)
def test_what_is_no_word_of_the_compass_is_refused(word: str) -> None:
    with pytest.raises(InputRefused) as refused:
        compass_word(word)
    assert refused.value.code == "direction_word"
