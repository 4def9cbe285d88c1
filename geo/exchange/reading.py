"""Read a file, in the process that is called: hostile ones are read by :mod:`geo.exchange.process`.

Everything that leaves here is in two dimensions, within the limits, and its text is text.
"""

import math
from dataclasses import replace
from pathlib import Path

import shapely

from geo.exchange.delimited import read_delimited
from geo.exchange.geojson import read_geojson
from geo.exchange.refusals import refused
from geo.exchange.sniff import Kind, kind_of
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from models.land import Fact

__all__ = ["read_content", "read_here"]


def read_here(path: Path, limits: Limits) -> list[RawLayer]:
    """Read every layer of a file.

    Args:
        path: of any of the formats; a ``.shp`` may have its other parts beside it.
        limits: what it may take; memory and time are watched by the caller.

    Raises:
        InputRefused: see :func:`geo.exchange.read_file`.
    """
    try:
        if path.stat().st_size > limits.file_bytes:
            raise refused("file_size", f"{path.name} is larger than {limits.file_bytes} bytes.")
        content = path.read_bytes()
    except OSError as error:
        raise refused(
            "file_unreadable", f"{path.name} cannot be read: {error.strerror}."
        ) from error
    layers = read_content(content, path.name, limits)
    if not layers or not any(layer.rows for layer in layers):
        raise refused("file_no_layer", f"{path.name} holds no features.")
    return [_within(layer, limits) for layer in layers if layer.rows]


def read_content(content: bytes, name: str, limits: Limits) -> list[RawLayer]:
    """Read the content of a file by its kind."""
    readers = {
        Kind.JSON: read_geojson,
        Kind.TEXT: read_delimited,
    }
    return [readers[kind_of(content, name)](content, Path(name).stem, limits)]


def _within(layer: RawLayer, limits: Limits) -> RawLayer:
    """Two dimensions, numbers that are numbers, text that can be shown, and not too much of it."""
    if int(shapely.get_num_coordinates(list(layer.geometries)).sum()) > limits.vertices:
        raise refused("file_rows", f"{layer.name} has more than {limits.vertices} vertices.")
    solid = int(shapely.has_z(list(layer.geometries)).sum())
    notes = layer.notes
    if solid > 0:
        notes = (*notes, Note(NoteCode.HEIGHTS_DROPPED, None, {"rows": solid}))
    return replace(
        layer,
        name=_clean(layer.name),
        columns=tuple(_clean(column) for column in layer.columns),
        rows=tuple(tuple(_value(value) for value in row) for row in layer.rows),
        geometries=tuple(shapely.force_2d(list(layer.geometries))),
        notes=notes,
    )


def _value(value: Fact) -> Fact:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str(value)[:40]
    return value


def _clean(text: str) -> str:
    """Without control codes, half letters and spaces around."""
    kept = (letter for letter in text if letter.isprintable() or letter in "\n\t\u3000")
    return "".join(kept).strip()
