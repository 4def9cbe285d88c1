"""``gdal_viewshed`` (Debian's gdal-bin) on a tower's own grid."""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_origin

from geo.terrain import TowerTerrain

__all__ = ["gdal_viewshed", "is_here"]


def is_here() -> bool:
    """Whether the program can be run."""
    return shutil.which("gdal_viewshed") is not None


def gdal_viewshed(
    terrain: TowerTerrain, *, mast_m: float, target_m: float, radius_m: float
) -> tuple[NDArray[np.int8], float]:
    """1 seen, 0 hidden, -1 out of range, of every node; and the seconds that it took.

    Voids go in as sea level: a void that is never seen and hides nothing.
    """
    side, cell_m = len(terrain.values_m), terrain.cell_m
    edge_m = (terrain.half + 0.5) * cell_m
    options = {"driver": "GTiff", "dtype": "float32", "count": 1, "crs": "EPSG:32648"}
    place = {"width": side, "height": side}
    seen = np.full((side, side), -1, np.int8)
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder, "ground.tif"), Path(folder, "seen.tif")
        transform = from_origin(-edge_m, edge_m, cell_m, cell_m)
        with rasterio.open(source, "w", transform=transform, **options, **place) as dataset:
            dataset.write(np.nan_to_num(terrain.values_m, nan=0.0), 1)
        command = ["gdal_viewshed", "-q", "-ox", "0", "-oy", "0", "-oz", str(mast_m)]
        command += ["-tz", str(target_m), "-md", str(radius_m), "-cc", "0.87"]
        start = time.perf_counter()
        subprocess.run([*command, source, result], check=True, capture_output=True)
        took_s = time.perf_counter() - start
        with rasterio.open(result) as dataset:
            values = dataset.read(1)
            top = round((edge_m - dataset.transform.f) / cell_m)
            left = round((dataset.transform.c + edge_m) / cell_m)
    rows, columns = values.shape
    seen[top : top + rows, left : left + columns] = values > 0
    return seen, took_s
