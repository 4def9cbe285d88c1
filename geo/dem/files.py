"""One file of an elevation model: what it is, and windows of its heights.

Whatever a file means by "no height" becomes NaN here: a declared value, a mask, NaN, and, declared
or not, whatever is outside -500 to 9000 m (-32768, 32767, -9999, -3.4e38). Numbers are float32
metres before anything is computed: 16-bit arithmetic wraps. GeoTIFF tells whether a sample is a
cell or a point, and ``.hgt`` samples lie on the corners of the degree; the library shifts both to
cell edges.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from geo.crs import HeightSystem, MapSystem
from geo.terrain import HIGHEST_M, LOWEST_M, Heights
from models.errors import InputRefused
from models.units import FloatArray

__all__ = ["DemFile", "open_dem"]

_METRES: Final = {
    **dict.fromkeys(("", "m", "metre", "meter", "metres", "meters"), 1.0),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048),
    **dict.fromkeys(("us-ft", "us survey foot", "foot_us"), 1200.0 / 3937.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class DemFile:
    """A readable file of one band of heights.

    Attributes:
        path: where it is.
        system: of its x and y.
        affine: a, b, c, d, e, f of x = a column + b row + c, y = d column + e row + f, counted from
            the outer corner of the first cell.
        shape: rows and columns.
        nodata: further value that means no height; None for what the file says alone.
        metres: length of one unit of its heights.
        heights: what they are above, as far as the file tells.
    """

    path: Path
    system: MapSystem
    affine: tuple[float, float, float, float, float, float]
    shape: tuple[int, int]
    nodata: float | None
    metres: float
    heights: HeightSystem | None

    @property
    def cells_m(self) -> tuple[float, float]:
        """Size of a cell along a row and along a column; of degrees at its middle latitude."""
        a, b, _, d, e, _ = self.affine
        unit_m = self.system.unit_m
        along, down = float(np.hypot(a, d)) * unit_m, float(np.hypot(b, e)) * unit_m
        if self.system.is_degrees:
            middle = np.array(self.shape) / 2.0
            _, lat_deg = self.to_map(middle[1], middle[0])
            along *= float(np.cos(np.radians(lat_deg)))
        return along, down

    def to_map(
        self, column: FloatArray | float, row: FloatArray | float
    ) -> tuple[FloatArray, FloatArray]:
        """Map coordinates of columns and rows."""
        a, b, c, d, e, f = self.affine
        columns, rows = np.asarray(column, np.float64), np.asarray(row, np.float64)
        return a * columns + b * rows + c, d * columns + e * rows + f

    def to_grid(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Columns and rows of x and y."""
        a, b, c, d, e, f = self.affine
        x, y, area = x - c, y - f, a * e - b * d
        return (e * x - b * y) / area, (a * y - d * x) / area

    def read(self, top: int, left: int, bottom: int, right: int) -> Heights:
        """Heights of a window that lies inside; NaN where there is none.

        Raises:
            InputRefused: the file cannot be read there.
        """
        window = Window(left, top, right - left, bottom - top)
        try:
            with _opened(self.path) as dataset:
                band = dataset.read(1, window=window, masked=True)
                scale, offset = dataset.scales[0], dataset.offsets[0]
        except RasterioError as error:
            raise _unreadable(self.path, error) from error
        raw: FloatArray = np.ma.filled(band.astype(np.float64), np.nan)
        if self.nodata is not None:
            raw[raw == self.nodata] = np.nan
        heights: FloatArray = (raw * scale + offset) * self.metres
        heights[~((heights >= LOWEST_M) & (heights <= HIGHEST_M))] = np.nan
        return heights.astype(np.float32)


def open_dem(path: Path, *, system: str = "", nodata: float | None = None) -> DemFile:
    """Look at a file without reading its heights.

    Args:
        path: a GeoTIFF or ``.hgt`` file.
        system: its coordinate system, for a file that does not say; one that contradicts what the
            file says is refused.
        nodata: a value that means no height and is not declared.

    Raises:
        InputRefused: with the file's name and what to do.
    """
    if not path.is_file():
        raise InputRefused(
            f"{path} is no file.", remedy="Name a GeoTIFF or .hgt file.", code="dem_unreadable"
        )
    try:
        with _opened(path) as dataset:
            return _described(path, dataset, system, nodata)
    except RasterioError as error:
        raise _unreadable(path, error) from error


def _described(path: Path, dataset: Any, system: str, nodata: float | None) -> DemFile:  # noqa: ANN401 -- rasterio has no types
    kind = np.dtype(dataset.dtypes[0])
    if dataset.count != 1 or kind.kind not in "iuf" or kind == np.uint8:
        raise InputRefused(
            f"{path} has {dataset.count} bands of {kind.name}: a picture of a relief, no heights.",
            remedy="Export the elevation model itself, as one band of metres.",
            code="dem_picture",
        )
    if dataset.transform.is_identity:
        raise InputRefused(
            f"{path} does not say where on Earth it lies.",
            remedy="Export it as a GeoTIFF with its place (a .tfw file beside it will do).",
            code="dem_place",
        )
    stated = dataset.crs.to_wkt() if dataset.crs else ""
    if not (stated or system):
        raise InputRefused(
            f"{path} does not say which coordinate system it is in.",
            remedy="State it with --crs, e.g. --crs EPSG:4545.",
            code="coordinates_untagged",
        )
    found = MapSystem(stated or system)
    if stated and system and MapSystem(system).name != found.name:
        raise InputRefused(
            f"{path} says that it is in {found.name}, not in {system}.",
            remedy="Leave --crs out, or mend the file.",
            code="dem_system",
        )
    unit = (dataset.units[0] or "").strip().lower()
    if unit not in _METRES:
        raise InputRefused(
            f"{path} has heights in {unit[:40]!r}.",
            remedy="Export the heights in metres.",
            code="dem_unit",
        )
    rows, columns = dataset.shape
    described = DemFile(
        path=path,
        system=found,
        affine=tuple(dataset.transform)[:6],
        shape=(rows, columns),
        nodata=nodata,
        metres=_METRES[unit],
        heights=HeightSystem.EGM96 if dataset.driver == "SRTMHGT" else found.heights,
    )
    found.look_at(
        *described.to_map(np.array([0, columns, 0, columns]), np.array([0, 0, rows, rows]))
    )
    return described


def _opened(path: Path) -> Any:  # noqa: ANN401 -- rasterio has no types
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told as dem_place
        # One named driver: no other format gets a chance to reach for files or addresses.
        return rasterio.open(path, driver="SRTMHGT" if path.suffix.lower() == ".hgt" else "GTiff")


def _unreadable(path: Path, error: Exception) -> InputRefused:
    return InputRefused(
        f"{path} cannot be read as an elevation model: {str(error)[:160]}",
        remedy="Give a whole GeoTIFF or .hgt file.",
        code="dem_unreadable",
    )
