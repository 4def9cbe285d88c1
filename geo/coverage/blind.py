"""Land that nobody sees, in connected areas, the largest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes
from rasterio.transform import from_origin
from shapely.geometry.base import BaseGeometry

from geo.coverage.grid import Grid
from geo.coverage.network import Coverage
from geo.crs import LocalFrame
from models.land import LandFeature, Layer

__all__ = ["BlindArea", "BlindReport", "blind_areas", "land_cells", "names_at"]

Cells = NDArray[np.bool_]
FAR_M: Final = 20_000.0


@dataclass(frozen=True, slots=True)
class BlindArea:
    """One connected area.

    Attributes:
        lon_deg: of the place deepest inside it.
        lat_deg: of the same.
        hectares: how large it is.
        outline: its cells as a polygon, longitude and latitude.
    """

    lon_deg: float
    lat_deg: float
    hectares: float
    outline: BaseGeometry


@dataclass(frozen=True, slots=True)
class BlindReport:
    """What of the land nobody sees.

    Attributes:
        areas: the largest first, as many as were asked for.
        area_count: how many there are altogether.
        blind_ha: of all of them.
        seen_ha: land that is seen.
        unknown_ha: land of which nobody can tell.
    """

    areas: tuple[BlindArea, ...]
    area_count: int
    blind_ha: float
    seen_ha: float
    unknown_ha: float


def land_cells(grid: Grid, land: Iterable[LandFeature], layer: Layer = Layer.TOWNSHIP) -> Cells:
    """Cells whose centre lies in a township; all where there is no township.

    Args:
        grid: cells.
        land: features of any layer.
        layer: of areas, in the place of townships.
    """
    units = [each.geometry for each in land if each.layer is layer]
    if not units:
        return np.ones(grid.shape, np.bool_)
    place = from_origin(grid.west_deg, grid.north_deg, grid.cell_deg, grid.cell_deg)
    inside: NDArray[np.uint8] = rasterize(
        units, out_shape=grid.shape, transform=place, default_value=1, dtype=np.uint8
    )
    return inside.astype(np.bool_)


def blind_areas(coverage: Coverage, land: Cells, smoke_m: float, most: int = 20) -> BlindReport:
    """Find what nobody sees.

    Args:
        coverage: of the network.
        land: cells that count.
        smoke_m: where smoke so high is not seen it is blind.
        most: areas that are told.
    """
    grid = coverage.grid
    blind = coverage.blind(smoke_m) & land
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(
        blind.astype(np.uint8), connectivity=8, ltype=cv2.CV_32S
    )
    weights = np.broadcast_to(grid.row_ha[:, None], grid.shape).ravel()
    hectares = np.bincount(labels.ravel(), weights=weights, minlength=count)[1:]
    largest = np.argsort(-hectares, kind="stable")[:most]
    areas = tuple(
        _area(grid, labels, boxes[index + 1], index + 1, float(hectares[index]))
        for index in largest.tolist()
    )
    return BlindReport(
        areas,
        count - 1,
        float(hectares.sum()),
        coverage.hectares(coverage.seen(smoke_m) & land),
        coverage.hectares(coverage.unknown(smoke_m) & land),
    )


def _area(
    grid: Grid,
    labels: NDArray[np.generic],
    box: NDArray[np.generic],
    label: int,
    hectares: float,
) -> BlindArea:
    left, top, width, height = (int(value) for value in box[:4])
    inside = (labels[top : top + height, left : left + width] == label).astype(np.uint8)
    depth = cv2.distanceTransform(np.pad(inside, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    corner = from_origin(
        grid.west_deg + left * grid.cell_deg,
        grid.north_deg - top * grid.cell_deg,
        grid.cell_deg,
        grid.cell_deg,
    )
    parts = [
        shapely.geometry.shape(geometry)
        for geometry, value in shapes(inside, connectivity=8, transform=corner)
        if value == 1
    ]
    outline = shapely.unary_union(parts).simplify(grid.cell_deg * 0.75)
    lon_deg, lat_deg = grid.centre_of(top + int(row), left + int(column))
    return BlindArea(lon_deg, lat_deg, hectares, outline)


def names_at(
    land: Iterable[LandFeature], lon_deg: float, lat_deg: float
) -> tuple[str, str, float | None]:
    """Names by which people know a place.

    Args:
        land: features of any layer.
        lon_deg: of the place, WGS 84.
        lat_deg: of the place.

    Returns:
        The township in which it lies, the nearest village, and how many metres away that is, 0
        inside; empty and None where there is none within 20 km.
    """
    point, frame = shapely.Point(lon_deg, lat_deg), LocalFrame(lon_deg, lat_deg)
    township, nearest, least_m = "", "", FAR_M
    for each in land:
        if each.layer is Layer.TOWNSHIP and not township and each.geometry.covers(point):
            township = each.name
        if each.layer is Layer.VILLAGE:
            geometry = frame.geometry_to_metric(each.geometry)
            distance_m = float(geometry.distance(shapely.Point(0.0, 0.0)))
            if distance_m < least_m:
                nearest, least_m = each.name, distance_m
    return township, nearest, least_m if nearest else None
