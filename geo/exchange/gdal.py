"""Read shapefiles and GeoPackages by GDAL, in the process that reads strangers' files."""

import contextlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataSourceError
from shapely.geometry.base import BaseGeometry

from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode
from models.land import Fact

__all__ = ["LATIN", "Read", "layers_in", "read_layer"]

LATIN = "ISO-8859-1"
"""Every byte is a letter of it, so that text comes out as the bytes that it is."""
_FOLDER = re.compile(r"/\S*/")
"""Of our own folders, which tell a person nothing."""
_BROKEN = (DataSourceError, RuntimeError, UnicodeDecodeError, ValueError, OverflowError)


class Read:
    """A layer as GDAL gives it.

    Args:
        meta: of pyogrio.
        geometries: of each row.
        values: a list per column.
        notes: what was found.
    """

    def __init__(
        self,
        meta: dict[str, Any],
        geometries: list[BaseGeometry | None],
        values: list[list[Fact]],
        notes: list[Note],
    ) -> None:
        self.columns: list[str] = list(meta["fields"])
        self.system: str | None = meta["crs"] or None
        self.geometries = geometries
        self.values = values
        self.notes = notes


@contextlib.contextmanager
def _guarded(name: str) -> Iterator[list[warnings.WarningMessage]]:
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            yield told
    except _BROKEN as error:
        words = _FOLDER.sub("", str(error)).splitlines()[0][:120] if str(error) else "unreadable"
        raise refused("file_damaged", f"{name} cannot be read: {words}.") from error


def layers_in(path: Path, name: str) -> list[str]:
    """Names of a file's layers that have geometries."""
    with _guarded(name):
        found = pyogrio.list_layers(path)
    return [str(layer) for layer, kind in found.tolist() if kind is not None]


def read_layer(path: Path, name: str, limits: Limits, **options: object) -> Read:
    """Read one layer.

    Args:
        path: of the file.
        name: of it, for messages.
        limits: how many rows and columns it may have.
        options: passed to :func:`pyogrio.raw.read`.

    Raises:
        InputRefused: damaged, or too large.
    """
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    with _guarded(name) as told:
        meta, _, blobs, arrays = pyogrio.raw.read(path, max_features=limits.rows + 1, **options)
    if len(arrays) > limits.columns:
        raise refused("file_rows", f"{name} has more than {limits.columns} columns.")
    count = len(blobs) if blobs is not None else max((len(each) for each in arrays), default=0)
    if count > limits.rows:
        raise refused("file_rows", f"{name} has more than {limits.rows} rows.")
    notes: list[Note] = []
    words = {str(each.message)[:120] for each in told}
    if words:
        notes.append(Note(NoteCode.DAMAGED, None, {"text": _FOLDER.sub("", min(words))}))
    geometries = _shapes([None] * count if blobs is None else list(blobs), notes)
    kinds = zip(arrays, meta["ogr_types"], meta["ogr_subtypes"], strict=True)
    return Read(meta, geometries, [_values(*each) for each in kinds], notes)


def _shapes(blobs: list[bytes | None], notes: list[Note]) -> list[BaseGeometry | None]:
    found: list[BaseGeometry | None] = []
    for row, blob in enumerate(blobs, 1):
        try:
            shape = None if blob is None else shapely.from_wkb(blob)
        except (shapely.errors.ShapelyError, ValueError) as error:
            notes.append(Note(NoteCode.GEOMETRY_UNREADABLE, row, {"text": str(error)[:60]}))
            shape = None
        if blob is None:
            notes.append(Note(NoteCode.PLACE_MISSING, row))
        found.append(shape)
    return found


def _values(array: Any, kind: str, subtype: str) -> list[Fact]:  # noqa: ANN401 -- an array of any
    if np.issubdtype(array.dtype, np.datetime64):
        return [
            None if np.isnat(each) else str(each).removesuffix("T00:00:00.000") for each in array
        ]
    is_yes_no = subtype == "OFSTBoolean"
    is_whole = kind in ("OFTInteger", "OFTInteger64")
    return [_value(each, is_yes_no=is_yes_no, is_whole=is_whole) for each in array.tolist()]


def _value(value: Any, *, is_yes_no: bool, is_whole: bool) -> Fact:  # noqa: ANN401 -- as read
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if is_yes_no and isinstance(value, bool | int | float):
        return bool(value)
    if is_whole and isinstance(value, float):  # an empty cell makes the column floating
        return int(value)
    return value if isinstance(value, str | bool | int | float) else None  # bytes are no fact
