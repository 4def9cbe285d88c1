"""How far things lie from borders: a tree of pieces, against shapely asked one by one."""

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo.land.importing.near import Borders, Near

RING = [(0.0, 0.0), (1000.0, 0.0), (1000.0, 800.0), (400.0, 500.0), (0.0, 900.0)]
HOLE = [(200.0, 200.0), (300.0, 200.0), (250.0, 300.0)]


@pytest.mark.parametrize(
    "known",
    [
        shapely.Polygon(RING, [HOLE]),
        shapely.MultiPolygon([shapely.Polygon(RING), shapely.box(3000.0, 0.0, 4000.0, 10.0)]),
        shapely.LineString(RING),
        shapely.MultiLineString([RING, [(5000.0, 0.0), (6000.0, 9000.0)]]),
    ],
    ids=["area with a hole", "areas", "line", "lines"],
)
def test_distances_equal_those_from_the_whole_line(known: BaseGeometry) -> None:
    rng = np.random.default_rng(5)
    places = np.asarray(shapely.points(rng.uniform(-3000.0, 9000.0, (500, 2))))
    line = known if "Line" in known.geom_type else known.boundary
    assert Borders(known).off_m(places) == pytest.approx(shapely.distance(places, line), abs=1e-9)


def test_a_layer_that_is_nowhere_is_half_the_earth_away() -> None:
    near = Near(shapely.box(106.0, 28.0, 107.0, 29.0), ())
    found = near.away_km(
        [
            shapely.Point(106.5, 28.5),
            shapely.Point(107.1, 28.5),
            shapely.Point(-73.5, -28.5),
            shapely.LineString([(106.9, 28.9), (108.0, 28.9)]),
        ]
    )
    assert found[0] == found[3] == 0.0
    assert found[1] == pytest.approx(9.8, abs=0.1)
    assert found[2] > 10_000.0
    assert near.away_km([]) == []


def test_what_sticks_out_is_told_by_its_farthest_corner() -> None:
    near = Near(shapely.box(106.0, 28.0, 107.0, 29.0), ())
    assert near.beyond_m(shapely.box(106.2, 28.2, 106.9, 28.9)) == 0.0
    assert near.beyond_m(shapely.box(106.2, 28.2, 107.0001, 28.9)) == 0.0, "borders differ so much"
    assert near.beyond_m(shapely.box(106.2, 28.2, 107.01, 28.9)) == pytest.approx(980.0, abs=5.0)
    assert Near(None, ()).beyond_m(shapely.Point(0.0, 0.0)) == 0.0
