"""A district as large as the real one: its townships, and facilities that are invented."""

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.layers import read_layers
from models.land import FACILITIES, LandFeature, Layer

__all__ = ["district", "places_in"]

_ROOT: Final = Path(__file__).resolve().parents[2]
TOWNSHIPS: Final = (
    _ROOT.parent / "shared" / "data" / "geo" / "vector" / "qijiang_townships_wgs84.geojson"
)
_LINES: Final = frozenset({Layer.FOREST_BELT, Layer.PIPE, Layer.ROAD})
_DEGREES_PER_M: Final = 1.0 / 100_000.0  # roughly; nothing is measured with it
_VILLAGES: Final = 480
_STATES: Final = ("good", "good", "good", "worn", "planned")


def district(facilities: int, random: np.random.Generator) -> tuple[list[LandFeature], str]:
    """Townships, 480 villages, and as many facilities over all layers; and what they are.

    Args:
        facilities: in all, the same number of each layer.
        random: for the invented ones.
    """
    townships, name = _townships()
    inside = shapely.union_all([one.geometry for one in townships])
    found = list(townships)
    for number, at in enumerate(places_in(inside, _VILLAGES, random)):
        found.append(_feature(Layer.VILLAGE, number, shapely.Point(at), {}))
    for index, layer in enumerate(FACILITIES):
        count = facilities // len(FACILITIES) + (index < facilities % len(FACILITIES))
        shapes = (
            _roads(inside, count, random)
            if layer is Layer.ROAD
            else [_shape(layer, at, random) for at in places_in(inside, count, random)]
        )
        for number, one in enumerate(shapes):
            found.append(_feature(layer, number, one, _facts(layer, random)))
    return found, name


def places_in(area: BaseGeometry, count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """(count, 2) longitudes and latitudes, evenly in an area."""
    shapely.prepare(area)
    west, south, east, north = area.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tried = random.uniform((west, south), (east, north), (2 * count, 2))
        found = np.concatenate((found, tried[shapely.contains_xy(area, tried)]))
    return found[:count]


def _townships() -> tuple[list[LandFeature], str]:
    if TOWNSHIPS.is_file():
        rows = json.loads(TOWNSHIPS.read_text(encoding="utf-8"))["features"]
        real = [
            LandFeature(
                Layer.TOWNSHIP,
                row["properties"]["code"],
                row["properties"]["name"],
                shape(row["geometry"]),
                drill=False,
            )
            for row in rows
        ]
        return real, f"{len(real)} townships of Qijiang"
    drill = read_layers(_ROOT / "examples" / "drill" / "layers")
    own = [one for one in drill if one.layer is Layer.TOWNSHIP]
    return own, f"{len(own)} townships of the drill"


def _feature(layer: Layer, number: int, one: BaseGeometry, facts: dict[str, Any]) -> LandFeature:
    return LandFeature(
        layer, f"{layer}-{number}", f"{layer} {number}", one, drill=True, properties=facts
    )


def _shape(layer: Layer, at: NDArray[np.float64], random: np.random.Generator) -> BaseGeometry:
    """A point; a line of 3 to 30 corners; every third water point an area of 30 to 150 m."""
    if layer in _LINES:
        steps = random.normal(0.0, 100.0, (random.integers(3, 31), 2)) + random.normal(
            0.0, 150.0, 2
        )
        return shapely.LineString(at + np.cumsum(steps, axis=0) * _DEGREES_PER_M)
    if layer is Layer.WATER_POINT and random.random() < 1.0 / 3.0:
        return shapely.Point(at).buffer(random.uniform(30.0, 150.0) * _DEGREES_PER_M)
    return shapely.Point(at)


def _facts(layer: Layer, random: np.random.Generator) -> dict[str, Any]:
    if layer is Layer.WATER_POINT:
        return {"depth_m": float(random.uniform(1.0, 10.0)), "ground_m": 300.0}
    if layer is Layer.FOREST_BELT:
        return {"width_m": 20.0, "state": str(random.choice(_STATES))}
    if layer is Layer.ROAD:
        return {"class": str(random.choice(["county", "township", "village", "forest"]))}
    return {}


def _roads(area: BaseGeometry, count: int, random: np.random.Generator) -> list[BaseGeometry]:
    """Edges of a bent lattice, so that they hang together."""
    west, south, east, north = area.bounds
    side = max(2, int(np.ceil(np.sqrt(count / 2.0))) + 1)
    x, y = np.meshgrid(np.linspace(west, east, side), np.linspace(south, north, side))
    nodes = np.stack((x, y), axis=-1) + random.normal(0.0, 400.0, (side, side, 2)) * _DEGREES_PER_M
    found: list[BaseGeometry] = []
    for row in range(side):
        for column in range(side):
            for to_row, to_column in ((row + 1, column), (row, column + 1)):
                if to_row < side and to_column < side:
                    found.append(_bent(nodes[row, column], nodes[to_row, to_column], random))
    return [found[index] for index in random.permutation(len(found))[:count]]


def _bent(
    start: NDArray[np.float64], end: NDArray[np.float64], random: np.random.Generator
) -> BaseGeometry:
    share = np.linspace(0.0, 1.0, 12)[:, None]
    bends = random.normal(0.0, 60.0, (12, 2)) * _DEGREES_PER_M
    bends[[0, -1]] = 0.0
    return shapely.LineString(start + share * (end - start) + bends)
