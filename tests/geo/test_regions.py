"""Outlines hold what they say, weights follow the land, and slivers are not places."""

import numpy as np
import pytest
import shapely

from geo.crs import LocalFrame
from geo.regions import Hits, regions
from geo.terrain import Terrain

FRAME = LocalFrame(106.65, 28.85)
FLAT = Terrain("flat", np.zeros((400, 400), np.float32), 106.55, 28.95, 0.0005)


def hits(range_m: np.ndarray, azimuth_deg: np.ndarray, **more: object) -> Hits:
    facts = {"land": np.ones(len(range_m)), "resolved": 1.0, **more}
    return Hits(azimuth_deg=azimuth_deg, range_m=range_m, **facts)  # type: ignore[arg-type]


def draw(random: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Ranges with 100 m and azimuths with 0.3 degrees of sigma."""
    return 6_000.0 + 100.0 * random.normal(size=count), 45.0 + 0.3 * random.normal(size=count)


@pytest.mark.parametrize(
    ("count", "held"), [(40, 0.9), (100, 0.9), (450, 0.9), (100, 0.95), (450, 0.95)]
)
def test_an_outline_holds_its_share_of_what_its_samples_were_drawn_from(
    count: int, held: float
) -> None:
    random = np.random.default_rng(count)
    shares = []
    for _ in range(40):
        clusters = regions(FLAT, FRAME, hits(*draw(random, count)), held)
        metric = [FRAME.geometry_to_metric(shapely.Polygon(c.outline_lonlat)) for c in clusters]
        range_m, azimuth_deg = draw(random, 2_000)
        x = range_m * np.sin(np.radians(azimuth_deg))
        y = range_m * np.cos(np.radians(azimuth_deg))
        shares.append(np.mean(shapely.contains_xy(shapely.union_all(metric), x, y)))
    assert np.mean(shares) == pytest.approx(held, abs=0.04 if held < 0.95 else 0.015)


def test_weights_follow_the_land_and_what_met_none() -> None:
    near, far = np.full(50, 3_000.0), np.full(50, 5_000.0)
    azimuth = np.linspace(10.0, 11.0, 100)
    land = np.concatenate((np.full(50, 1.0), np.full(50, 3.0)))
    first, second = regions(
        FLAT, FRAME, hits(np.concatenate((near, far)), azimuth, land=land, resolved=0.8)
    )
    assert (first.range_m, second.range_m) == pytest.approx((5_000.0, 3_000.0))
    assert (first.weight, second.weight) == pytest.approx((0.6, 0.2))


def test_a_sliver_joins_the_place_next_to_it() -> None:
    ranges = np.concatenate((np.full(99, 3_000.0), [3_300.0], np.full(100, 5_000.0)))
    azimuth = np.full(200, 10.0)
    assert len(regions(FLAT, FRAME, hits(ranges, azimuth))) == 2
    land = np.ones(200)
    land[99] = 10.0  # one sample that stands for a lot of land is no sliver
    assert len(regions(FLAT, FRAME, hits(ranges, azimuth, land=land))) == 3


def test_the_place_is_the_middle_of_the_weight() -> None:
    ranges, azimuth = np.linspace(4_000.0, 4_100.0, 101), np.full(101, 30.0)
    land = np.ones(101)
    land[80:] = 20.0
    (even,) = regions(FLAT, FRAME, hits(ranges, azimuth))
    (tilted,) = regions(FLAT, FRAME, hits(ranges, azimuth, land=land))
    assert even.range_m == pytest.approx(4_050.0, abs=0.5)
    assert 4_080.0 < tilted.range_m < 4_100.0
    assert even.r90_m == pytest.approx(45.0, abs=1.0)
    assert (even.range_min_m, even.range_max_m) == pytest.approx((4_005.0, 4_095.0), abs=1.0)


def test_one_sample_is_a_place_with_a_small_outline() -> None:
    (only,) = regions(FLAT, FRAME, hits(np.array([4_000.0]), np.array([30.0])))
    outline = FRAME.geometry_to_metric(shapely.Polygon(only.outline_lonlat))
    assert 1.0 < outline.area < 100.0
    assert only.r90_m == pytest.approx(0.0, abs=1e-6)
