"""What ``firewatch sweep`` is told on the command line: areas, places, terrain."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import HeightSystem, geodesic
from geo.dem import Wish, import_dem, read_terrain
from geo.exchange import read_file
from geo.terrain import Terrain
from models.config import Settings
from models.errors import InputRefused, NotFound
from models.land import Fact, LandFeature, Layer
from models.mission import Home
from models.store import Store

__all__ = [
    "ASSUMED",
    "Area",
    "area_of",
    "edge_of",
    "level_ground",
    "place_of",
    "terrain_from",
    "zones_of",
]

_FLOWN: Final = (Layer.FOREST_BELT, Layer.FOREST_STAND, Layer.MOUNTAIN_UNIT)
_DEGREES: Final = frozenset({None, "WGS84", "CGCS2000"})
LEVEL_MARGIN_DEG: Final = 0.5
ASSUMED: Final = "assumed"
"""Name of a home that nobody told."""

Area = tuple[str, BaseGeometry, float | None]
"""Name, WGS 84 geometry, width in metres of a line."""


def area_of(told: str, store: Store) -> Area:
    """An area by the name of a file, or by the code or name of a belt, stand or mountain unit.

    Raises:
        InputRefused: a file without an area or a line, or in another coordinate system.
        NotFound: neither a file nor a feature.
    """
    path = Path(told)
    if path.is_file():
        return _from_file(path)
    found = [
        feature
        for layer in _FLOWN
        for feature in store.land.all(layer)
        if told in {feature.code, feature.name}
    ]
    if len(found) != 1:
        raise NotFound(
            f"{told[:80]!r} is no file, and {len(found)} belts, stands and mountain units are "
            "called so.",
            remedy="Name a file with an area (GeoJSON, KML, shapefile), or the code of a feature.",
            code="no_such_feature",
        )
    return found[0].name, found[0].geometry, _width_m(found[0].properties.get("width_m"))


def _from_file(path: Path) -> Area:
    for layer in read_file(path):
        rows = [
            (geometry, dict(zip(layer.columns, row, strict=True)))
            for geometry, row in zip(layer.geometries, layer.rows, strict=True)
            if geometry is not None and geometry.geom_type != "Point"
        ]
        if not rows:
            continue
        if layer.system not in _DEGREES:
            raise InputRefused(
                f"{path.name} is in {layer.system}.",
                remedy="Export it as WGS 84 degrees, or import it as a land layer first.",
                code="sweep_system",
            )
        areas = [geometry for geometry, _ in rows if "Polygon" in geometry.geom_type]
        if len(areas) > 1:
            return layer.name, shapely.union_all(areas), None
        geometry, facts = next((row for row in rows if "Polygon" in row[0].geom_type), rows[0])
        name = facts.get("name") or facts.get("名称") or layer.name
        return str(name)[:80], geometry, _width_m(facts.get("width_m"))
    raise InputRefused(
        f"{path.name} holds no area and no line.",
        remedy="Draw a polygon, or a line with width_m.",
        code="sweep_shape",
    )


def _width_m(value: Fact) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]


def zones_of(path: Path) -> list[LandFeature]:
    """Areas of a file, as zones that nothing may fly over."""
    return [
        LandFeature(Layer.AIRSPACE, f"{path.stem}-{number}", path.stem, geometry, drill=False)
        for layer in read_file(path)
        for number, geometry in enumerate(layer.geometries, start=1)
        if geometry is not None and "Polygon" in geometry.geom_type
    ]


def place_of(told: str, name: str = "") -> Home:
    """``LON,LAT``.

    Raises:
        InputRefused: no such place (``place_refused``).
    """
    try:
        lon_deg, lat_deg = (float(part) for part in told.split(","))
    except ValueError:
        lon_deg, lat_deg = np.nan, np.nan
    if not (-180.0 <= lon_deg <= 180.0 and -90.0 <= lat_deg <= 90.0):
        raise InputRefused(
            f"{told[:60]!r} is no place.",
            remedy="Longitude comes first, then latitude, in degrees: 106.65,29.03.",
            code="place_refused",
        )
    return Home(lon_deg, lat_deg, name)


def edge_of(area: BaseGeometry) -> Home:
    """The corner of an area that is nearest to its south-western end: somewhere to start."""
    west, south, *_ = area.bounds
    corners = shapely.get_coordinates(area)
    away_m = [geodesic(lon_deg, lat_deg, west, south)[2] for lon_deg, lat_deg in corners]
    lon_deg, lat_deg = corners[int(np.argmin(away_m))]
    return Home(float(lon_deg), float(lat_deg), ASSUMED)


def terrain_from(
    files: Sequence[Path], heights: HeightSystem | None, settings: Settings
) -> Terrain:
    """The elevation model: that of files, else the watch's own.

    Raises:
        InputRefused: there is none (``sweep_no_terrain``), or a file cannot be read.
    """
    if files:
        with tempfile.TemporaryDirectory() as folder:
            report = import_dem(
                list(files), Path(folder), wish=Wish(heights=heights), now=datetime.now(UTC)
            )
            terrain = report.terrain
            values = np.array(terrain.values_m)  # the mapped file goes with the folder
        return Terrain(terrain.name, values, terrain.west_deg, terrain.north_deg, terrain.cell_deg)
    own = read_terrain(settings.data_dir / "terrain")
    if own is None:
        raise InputRefused(
            "There is no elevation model, so nobody can say how high a flight is above the ground.",
            remedy="Name one (--terrain FILE), import one, or try a plan over --level ground.",
            code="sweep_no_terrain",
        )
    return own


def level_ground(height_m: float, around: BaseGeometry) -> Terrain:
    """Level ground, for trying out; its name says so wherever the plan is shown."""
    west, south, east, north = around.bounds
    cell_deg = 0.01
    rows = int((north - south + 2.0 * LEVEL_MARGIN_DEG) / cell_deg) + 2
    columns = int((east - west + 2.0 * LEVEL_MARGIN_DEG) / cell_deg) + 2
    values = np.full((rows, columns), height_m, np.float32)
    edges = (west - LEVEL_MARGIN_DEG, north + LEVEL_MARGIN_DEG)
    return Terrain("level ground, not real", values, *edges, cell_deg, caution="synthetic")
