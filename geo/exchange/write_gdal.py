"""Shapefiles and GeoPackages by GDAL, in the process of its own; layers come as neutral tables."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError

from geo.exchange.gdal import LATIN
from geo.exchange.refusals import refused
from geo.exchange.table import RawLayer
from models.land import Fact

__all__ = ["write_geopackage", "write_shapefile"]

GBK_BYTE: Final = 0x4D
_NUMBERS: Final = {"whole": np.int64, "number": np.float64, "yes_no": np.bool_}


def write_geopackage(path: Path, layers: list[RawLayer], kinds: list[list[str]]) -> None:
    """Write every layer into one file."""
    for layer, each in zip(layers, kinds, strict=True):
        _write(path, layer, each, driver="GPKG", layer=layer.name, geometry_type="Unknown")


def write_shapefile(path: Path, layer: RawLayer, kinds: list[str], encoding: str) -> None:
    """Write one shapefile whose text is in that encoding, byte by byte.

    Args:
        path: ends in ``.shp``.
        layer: its geometries are of one family; names of at most ten letters.
        kinds: of its columns.
        encoding: ``gbk`` or ``utf-8``.
    """
    rows = tuple(
        tuple(
            value.encode(encoding).decode(LATIN) if isinstance(value, str) else value
            for value in row
        )
        for row in layer.rows
    )
    several = any(each is not None and hasattr(each, "geoms") for each in layer.geometries)
    first = next(each for each in layer.geometries if each is not None)
    family = first.geom_type.removeprefix("Multi")
    shapes = RawLayer(layer.name, layer.columns, rows, layer.geometries, layer.system)
    kind = f"Multi{family}" if several else family
    plain = ["whole" if each == "yes_no" else each for each in kinds]
    _write(path, shapes, plain, driver="ESRI Shapefile", geometry_type=kind, encoding=LATIN)
    path.with_suffix(".cpg").write_text(encoding.upper(), encoding="ascii")
    with path.with_suffix(".dbf").open("r+b") as file:
        file.seek(29)
        file.write(bytes([GBK_BYTE if encoding == "gbk" else 0]))


def _write(path: Path, raw: RawLayer, kinds: list[str], **options: Any) -> None:  # noqa: ANN401 -- pyogrio's own
    columns = list(zip(*raw.rows, strict=True))
    data = [_array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    masks = [
        None if kind == "text" else np.array([value is None for value in column])
        for column, kind in zip(columns, kinds, strict=True)
    ]
    try:
        _given(path, raw, data, masks, **options)
    except (DataSourceError, DataLayerError, FieldError, FeatureError, ValueError) as error:
        raise refused(
            "export_lost", f"{raw.name} cannot be written: {str(error)[:120]}."
        ) from error


def _given(
    path: Path,
    raw: RawLayer,
    data: list[Any],
    masks: list[Any],
    **options: Any,  # noqa: ANN401 -- pyogrio's own
) -> None:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(raw.geometries, dtype=object)),
        field_data=data,
        fields=list(raw.columns),
        field_mask=masks,
        crs=raw.system,
        **options,
    )


def _array(column: tuple[Fact, ...], kind: str) -> Any:  # noqa: ANN401 -- an array of any
    if kind == "text":
        return np.array(column, dtype=object)
    return np.array([0 if value is None else value for value in column], dtype=_NUMBERS[kind])
