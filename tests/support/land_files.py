"""Files of land layers as offices and enemies make them, written here byte by byte."""

import io
import json
import struct
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyogrio
import shapely

__all__ = ["dbf", "geojson", "gpkg", "kml", "shapefile", "workbook", "zipped"]

RING = ((106.6, 28.8), (106.7, 28.8), (106.7, 28.9), (106.6, 28.9), (106.6, 28.8))


def zipped(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def geojson(*geometries: object, **members: object) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"W{number}", "name": f"龙潭{number}"},
            "geometry": geometry if isinstance(geometry, dict | None) else _mapped(geometry),
        }
        for number, geometry in enumerate(geometries, 1)
    ]
    content = {"type": "FeatureCollection", "features": features, **members}
    return json.dumps(content, ensure_ascii=False).encode()


def _mapped(geometry: Any) -> object:  # noqa: ANN401 -- shapely
    return shapely.geometry.mapping(geometry)


def kml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def dbf(
    columns: Sequence[tuple[bytes, int]], rows: Sequence[Sequence[bytes]], language: int = 0
) -> bytes:
    """A table of text columns, names and cells as they are given."""
    width = 1 + sum(size for _, size in columns)
    head = struct.pack(
        "<BBBBIHH16xBB2x", 3, 126, 1, 1, len(rows), 33 + 32 * len(columns), width, 0, language
    )
    head += b"".join(
        name[:10].ljust(11, b"\0") + b"C" + bytes(4) + bytes([size]) + bytes(15)
        for name, size in columns
    )
    body = b"".join(
        b" "
        + b"".join(cell[:size].ljust(size) for cell, (_, size) in zip(row, columns, strict=True))
        for row in rows
    )
    return head + b"\r" + body + b"\x1a"


def shapefile(
    folder: Path,
    geometries: Sequence[Any],
    columns: Sequence[tuple[bytes, int]],
    rows: Sequence[Sequence[bytes]],
    **parts: bytes | None,
) -> dict[str, bytes]:
    """Parts of a shapefile by suffix; ``prj`` and ``cpg`` as given, None leaves a part out."""
    path = folder / "made.shp"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is told of no system is what is wanted
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array(geometries, dtype=object), output_dimension=3),
            field_data=[np.arange(len(geometries))],
            fields=["n"],
            geometry_type=_kind(geometries),
            crs=None,
            driver="ESRI Shapefile",
        )
    made = {suffix: path.with_suffix(f".{suffix}").read_bytes() for suffix in ("shp", "shx")}
    made["dbf"] = dbf(columns, rows)
    for part in folder.glob("made.*"):
        part.unlink()
    for suffix, content in parts.items():
        if content is None:
            made.pop(suffix, None)
        else:
            made[suffix] = content
    return {f"layer.{suffix}": content for suffix, content in made.items()}


def _kind(geometries: Sequence[Any]) -> str:
    kinds = {each.geom_type for each in geometries if each is not None}
    kind = max(kinds, key=len)
    return f"{kind} Z" if any(each is not None and each.has_z for each in geometries) else kind


def gpkg(folder: Path, crs: str | None, **layers: Sequence[Any]) -> bytes:
    path = folder / "made.gpkg"
    for name, geometries in layers.items():
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array(geometries, dtype=object)),
            field_data=[np.array([f"名{n}" for n in range(len(geometries))], dtype=object)],
            fields=["名称"],
            geometry_type="Unknown",
            crs=crs,
            driver="GPKG",
            layer=name,
        )
    content = path.read_bytes()
    path.unlink()
    return content


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
