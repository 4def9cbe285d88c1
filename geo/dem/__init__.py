"""Elevation models from files: read once at import, kept as one grid in the data folder."""

from geo.dem.importing import DemReport, Wish, import_dem
from geo.dem.raster import write_coverage
from geo.dem.stored import read_terrain

__all__ = ["DemReport", "Wish", "import_dem", "read_terrain", "write_coverage"]
