"""Read a file, in the process that is called: hostile ones are read by :mod:`geo.exchange.process`.

Everything that leaves here is in two dimensions, within the limits, and its text is text.
"""

import math
from dataclasses import replace
from pathlib import Path
from typing import Final

import shapely

from geo.exchange.archive import Archive
from geo.exchange.delimited import read_delimited
from geo.exchange.excel import read_excel
from geo.exchange.geojson import read_geojson
from geo.exchange.geopackage import read_geopackage
from geo.exchange.kml import read_kml
from geo.exchange.refusals import refused
from geo.exchange.shapefile import FIELDS_SUFFIX, MAGIC, read_shapefile
from geo.exchange.sniff import Kind, kind_of
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from models.land import Fact

__all__ = ["clean", "read_content", "read_here"]

_INSIDE: Final = {".geojson", ".json", ".kml", ".gpkg", ".csv", ".txt", ".xlsx"}
_SHAPE_PARTS: Final = {".shx", ".dbf", ".prj", ".cpg", FIELDS_SUFFIX}


def read_here(
    path: Path, limits: Limits, name: str = "", encoding: str | None = None
) -> list[RawLayer]:
    """Read every layer of a file.

    Args:
        path: of any of the formats; a ``.shp`` may have its other parts beside it.
        limits: what it may take; memory and time are watched by the caller.
        name: what its owner calls it; the path's own when left empty.
        encoding: of its text, where a person says so.

    Raises:
        InputRefused: see :func:`geo.exchange.read_file`.
    """
    name = name or path.name
    try:
        if path.stat().st_size > limits.file_bytes:
            raise refused("file_size", f"{name} is larger than {limits.file_bytes} bytes.")
        content = path.read_bytes()
    except OSError as error:
        raise refused("file_unreadable", f"{name} cannot be read: {error.strerror}.") from error
    shape = path.suffix.lower() == ".shp" and content.startswith(MAGIC)
    if shape:
        parts = _beside(path, content, limits)
        layers = [read_shapefile(parts, Path(name).stem, limits, encoding)]
    else:
        layers = read_content(content, name, limits, encoding)
    return _usable(layers, name, limits)


def read_content(
    content: bytes, name: str, limits: Limits, encoding: str | None = None
) -> list[RawLayer]:
    """Read the content of a file by its kind, whatever it is called."""
    stem = Path(name).stem
    match kind_of(content, name):
        case Kind.ARCHIVE:
            return _packed(content, Archive(content, name, limits), limits, encoding)
        case Kind.DATABASE:
            return read_geopackage(content, name, limits)
        case Kind.SHAPE:
            raise refused("file_parts", f"{name} is one part of a shapefile.")
        case Kind.JSON:
            return [read_geojson(content, stem, limits, encoding)]
        case Kind.XML:
            return read_kml(content, stem, limits)
        case _:
            return [read_delimited(content, stem, limits, encoding)]


def _packed(
    content: bytes, archive: Archive, limits: Limits, encoding: str | None
) -> list[RawLayer]:
    """The layers of an archive: a workbook, a KMZ, shapefiles, or other files of ours."""
    if "xl/workbook.xml" in archive.names:
        return read_excel(content, archive, limits)
    by_stem: dict[str, dict[str, str]] = {}
    for name in archive.names:
        stem, suffix = _split(name)
        by_stem.setdefault(stem, {})[suffix] = name
    layers: list[RawLayer] = []
    for stem, parts in by_stem.items():
        title = stem.rsplit("/", 1)[-1]
        if ".shp" in parts:
            found = {suffix: archive.read(name) for suffix, name in parts.items()}
            layers.append(read_shapefile(found, title, limits, encoding))
            continue
        for suffix in sorted(_INSIDE & parts.keys()):
            member = archive.read(parts[suffix])
            if kind_of(member, parts[suffix]) is not Kind.ARCHIVE or suffix == ".xlsx":
                layers += read_content(member, f"{title}{suffix}", limits, encoding)
    if not layers:
        code = (
            "file_parts" if any(".dbf" in parts for parts in by_stem.values()) else "file_unknown"
        )
        raise refused(code, f"{archive.name} holds no layer: {', '.join(archive.names[:5])[:200]}.")
    return layers


def _split(name: str) -> tuple[str, str]:
    """A member's name without, and its suffix, in one spelling; the double one is ours."""
    lower = name.lower().replace("\\", "/")
    if lower.endswith(FIELDS_SUFFIX):
        return name[: -len(FIELDS_SUFFIX)].lower(), FIELDS_SUFFIX
    stem, dot, suffix = lower.rpartition(".")
    return (stem, f".{suffix}") if dot else (lower, "")


def _beside(path: Path, content: bytes, limits: Limits) -> dict[str, bytes]:
    """A shapefile's other parts, which lie beside it."""
    parts = {".shp": content}
    for each in path.parent.iterdir():
        stem, suffix = _split(each.name)
        if stem == path.stem.lower() and suffix in _SHAPE_PARTS and each.is_file():
            if each.stat().st_size > limits.file_bytes:
                raise refused("file_size", f"{each.name} is larger than {limits.file_bytes} bytes.")
            parts[suffix] = each.read_bytes()
    return parts


def _usable(layers: list[RawLayer], name: str, limits: Limits) -> list[RawLayer]:
    filled = [layer for layer in layers if layer.rows]
    if not filled:
        raise refused("file_no_layer", f"{name} holds no features.")
    if len(filled) > limits.layers:
        raise refused("file_rows", f"{name} has more than {limits.layers} layers.")
    return [_within(layer, limits) for layer in filled]


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
        name=clean(layer.name),
        columns=tuple(clean(column) for column in layer.columns),
        rows=tuple(tuple(_value(value) for value in row) for row in layer.rows),
        geometries=tuple(shapely.force_2d(list(layer.geometries))),
        notes=notes,
    )


def _value(value: Fact) -> Fact:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str(value)[:40]
    return value


def clean(text: str) -> str:
    """A text without control codes, half letters and spaces around."""
    kept = (letter for letter in text if letter.isprintable() or letter in "\n\t\u3000")
    return "".join(kept).strip()
