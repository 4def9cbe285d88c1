"""GeoPackages: several layers in one file, text in UTF-8."""

import tempfile
from pathlib import Path

from geo.crs import stated_system
from geo.exchange.delimited import unique
from geo.exchange.gdal import layers_in, read_layer
from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode, RawLayer

__all__ = ["read_geopackage"]


def read_geopackage(content: bytes, name: str, limits: Limits) -> list[RawLayer]:
    """Read every layer that has geometries.

    Raises:
        InputRefused: it is damaged, or no GeoPackage, or too large.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layers.gpkg"
        path.write_bytes(content)
        names = layers_in(path, name)
        if len(names) > limits.layers:
            raise refused("file_rows", f"{name} has more than {limits.layers} layers.")
        return [_layer(path, name, layer, limits) for layer in names]


def _layer(path: Path, name: str, layer: str, limits: Limits) -> RawLayer:
    read = read_layer(path, name, limits, layer=layer)
    notes = list(read.notes)
    if read.system is None:
        notes.append(Note(NoteCode.SYSTEM_MISSING))
    rows = zip(*read.values, strict=True) if read.values else [()] * len(read.geometries)
    return RawLayer(
        layer,
        tuple(unique(read.columns)),
        tuple(tuple(row) for row in rows),
        tuple(read.geometries),
        None if read.system is None else stated_system(read.system),
        None,
        tuple(notes),
    )
