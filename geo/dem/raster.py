"""Write a picture of the land that any GIS opens: GeoTIFF in WGS 84."""

import os
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.transform import from_origin

from geo.coverage import Coverage
from models.errors import InputRefused

__all__ = ["OUT_OF_SIGHT_M", "write_coverage"]

OUT_OF_SIGHT_M = 9999.0
"""In place of infinity, which not every program shows."""


def write_coverage(coverage: Coverage, path: Path, tags: Mapping[str, str]) -> None:
    """Write a network's picture; a file that is there is replaced in one step.

    Band 1 is the least visible smoke height in metres (9999 where no tower sees that far, NaN where
    the ground is not known), band 2 the number of the tower that sees it lowest, -1 for none.

    Args:
        coverage: what to write.
        path: of the new file.
        tags: facts to keep with it, such as which number is which tower.

    Raises:
        InputRefused: the file cannot be written.
    """
    grid = coverage.grid
    rows, columns = grid.shape
    place = from_origin(grid.west_deg, grid.north_deg, grid.cell_deg, grid.cell_deg)
    smoke_m = np.where(np.isinf(coverage.smoke_m), np.float32(OUT_OF_SIGHT_M), coverage.smoke_m)
    options = {"driver": "GTiff", "dtype": "float32", "count": 2, "crs": "EPSG:4326"}
    beside = path.with_name(f".{uuid4().hex}.tif")
    try:
        with rasterio.open(
            beside,
            "w",
            width=columns,
            height=rows,
            transform=place,
            compress="deflate",
            nodata=np.nan,
            **options,
        ) as dataset:
            dataset.write(smoke_m, 1)
            dataset.write(coverage.best.astype(np.float32), 2)
            dataset.set_band_description(1, "least visible smoke height, m")
            dataset.set_band_description(2, "tower that sees it lowest")
            dataset.update_tags(**tags)
        beside.replace(path)
    except (OSError, RasterioError) as error:
        beside.unlink(missing_ok=True)
        raise InputRefused(
            f"{path} cannot be written: {os.strerror(getattr(error, 'errno', 0) or 5)}.",
            remedy="Name a file in a folder that you may write.",
        ) from error
