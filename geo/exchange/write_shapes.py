"""A zip of shapefiles, with everything that a shapefile alone would lose."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from geo.crs import prj_of
from geo.exchange.columns import Column
from geo.exchange.process import write_by_gdal
from geo.exchange.read_back import expected_of
from geo.exchange.refusals import refused
from geo.exchange.shapefile import FIELDS_SUFFIX, LONGEST_TEXT
from geo.exchange.table import RawLayer
from geo.exchange.write_text import Sheet

__all__ = ["write_shapefiles"]

_FAMILIES: Final = {"Point": "point", "LineString": "line", "Polygon": "area"}


def write_shapefiles(draft: Path, sheets: list[Sheet], epsg: int) -> list[RawLayer]:
    """Write one for each family of shapes: GBK where it holds every letter, else UTF-8.

    Returns:
        What a reader has to find in it.

    Raises:
        InputRefused: a text is too long (``export_text_long``).
    """
    layers: list[RawLayer] = []
    expected: list[RawLayer] = []
    kinds: list[list[str]] = []
    fields: list[bytes] = []
    for sheet in sheets:
        for family, rows in _by_family(sheet).items():
            encoding = _encoding(sheet)
            _check_lengths(sheet, encoding)
            whole = expected_of(sheet, epsg=epsg, rows=rows)
            name = (
                f"{sheet.layer}_{_FAMILIES[family]}"
                if len(_by_family(sheet)) > 1
                else sheet.layer.value
            )
            short = tuple(column.short for column in sheet.columns)
            layers.append(
                RawLayer(name, short, whole.rows, whole.geometries, f"EPSG:{epsg}", encoding)
            )
            expected.append(RawLayer(name, whole.columns, whole.rows, whole.geometries))
            kinds.append([column.kind.value for column in sheet.columns])
            fields.append(_fields_table(sheet.columns))
    folder = draft.parent / "parts"
    folder.mkdir()
    write_by_gdal(folder, "shp", layers, kinds)
    for layer, table in zip(layers, fields, strict=True):
        (folder / f"{layer.name}.prj").write_text(prj_of(epsg), encoding="ascii")
        (folder / f"{layer.name}{FIELDS_SUFFIX}").write_bytes(table)
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in sorted(folder.iterdir()):
            packed.write(part, part.name)
    return expected


def _by_family(sheet: Sheet) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for row, geometry in enumerate(sheet.geometries):
        found.setdefault(geometry.geom_type.removeprefix("Multi"), []).append(row)
    return found


def _encoding(sheet: Sheet) -> str:
    try:
        for column in sheet.columns:
            for value in column.values:
                if isinstance(value, str):
                    value.encode("gbk")
    except UnicodeEncodeError:
        return "utf-8"
    return "gbk"


def _check_lengths(sheet: Sheet, encoding: str) -> None:
    for column in sheet.columns:
        for row, value in enumerate(column.values):
            if isinstance(value, str) and len(value.encode(encoding)) > LONGEST_TEXT:
                raise refused(
                    "export_text_long",
                    f"{column.key} of {sheet.facts(row).get('name')} is longer than the "
                    f"{LONGEST_TEXT} bytes that a shapefile holds.",
                )


def _fields_table(columns: Sequence[Column]) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(("short", "name", "kind", "heading"))
    writer.writerows((each.short, each.key, each.kind.value, each.heading) for each in columns)
    return b"\xef\xbb\xbf" + file.getvalue().encode()
