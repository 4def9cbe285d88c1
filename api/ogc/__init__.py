"""OGC API Features, parts 1 and 2: fires, observations and land for QGIS, GDAL and whoever else."""
