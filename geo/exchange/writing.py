"""Write land features to a file of any format, and read it back before anybody gets it.

A shapefile cuts names and texts, a table forgets what is text, a spreadsheet rounds: whatever comes
back other than it went out is refused by name, and nothing is left behind.
"""

import tempfile
import zipfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from geo.exchange.columns import columns_of
from geo.exchange.process import write_by_gdal
from geo.exchange.read_back import SAME_DEG, SAME_M, expected_of, same_again
from geo.exchange.refusals import refused
from geo.exchange.table import Format
from geo.exchange.write_shapes import write_shapefiles
from geo.exchange.write_systems import DEGREES, EPSG_NAMES, epsg_of, in_china
from geo.exchange.write_tables import csv_bytes, excel_bytes
from geo.exchange.write_text import Sheet, geojson_text, kml_text, states_drill
from models.land import LandFeature, Layer

__all__ = ["ending_of", "write_file", "write_sheets"]


def ending_of(format_: Format, layers: int) -> str:
    """How the file's name ends, with its dot."""
    if format_ is Format.SHAPEFILE or (layers > 1 and format_ in (Format.GEOJSON, Format.CSV)):
        return ".zip"
    return f".{format_.value}"


def write_file(
    path: Path, features: Sequence[LandFeature], format_: Format, *, system: str = ""
) -> None:
    """Write features, by layer, and look whether they come back as they went out.

    Args:
        path: replaced when everything is right; see :func:`ending_of`.
        features: of one or several layers. GeoJSON and CSV hold one layer, or are a zip of files.
        format_: of the file.
        system: of shapefiles and GeoPackages: ``WGS84``, ``CGCS2000`` or a code of CGCS2000
            Gauss-Krueger or UTM; empty for CGCS2000 in shapefiles, and WGS 84 in everything else.

    Raises:
        InputRefused: there is nothing to write, the system is none of these, a text or number
            would be lost (``export_text_long``, ``export_lost``), or the file cannot be written.
    """
    if not features:
        raise refused("export_empty", "There is nothing to export.")
    write_sheets(path, _sheets(features), format_, system=system)


def write_sheets(path: Path, sheets: list[Sheet], format_: Format, *, system: str = "") -> None:
    """Write layers whose columns are made already; as :func:`write_file`, which see."""
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".firewatch-export-") as folder:
            draft = Path(folder) / path.name
            _write(draft, sheets, format_, system)
            draft.replace(path)
    except OSError as error:
        raise refused(
            "export_unwritable", f"{path} cannot be written: {error.strerror}."
        ) from error


def _sheets(features: Sequence[LandFeature]) -> list[Sheet]:
    order = list(Layer)
    ordered = sorted(features, key=lambda feature: order.index(feature.layer))
    sheets = []
    for layer, group in groupby(ordered, key=lambda feature: feature.layer):
        own = list(group)
        columns = columns_of(layer, own)
        keys = [column.key.lower() for column in columns]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise refused("export_columns", f"Two properties are called {twice}.")
        geometries = [feature.geometry for feature in own]
        sheets.append(Sheet(layer, columns, geometries, drill=any(each.drill for each in own)))
    return sheets


def _write(draft: Path, sheets: list[Sheet], format_: Format, system: str) -> None:
    if format_ in (Format.SHAPEFILE, Format.GEOPACKAGE):
        own = [each for sheet in sheets for each in sheet.geometries]
        epsg = epsg_of(system, 4490 if format_ is Format.SHAPEFILE and in_china(own) else 4326)
        if format_ is Format.SHAPEFILE:
            layers = write_shapefiles(draft, sheets, epsg)
        else:
            layers = [expected_of(sheet, epsg=epsg) for sheet in sheets]
            kinds = [[column.kind.value for column in sheet.columns] for sheet in sheets]
            write_by_gdal(draft, "gpkg", layers, kinds)
        same_again(draft, layers, SAME_DEG if epsg in DEGREES else SAME_M)
        return
    if EPSG_NAMES.get(system.strip().upper(), 0 if system else 4326) != 4326:
        raise refused("export_system", f"{format_.value} is written in WGS 84 only.")
    if format_ in (Format.GEOJSON, Format.CSV):
        _one_or_zip(draft, sheets, format_)
    elif format_ is Format.EXCEL:
        draft.write_bytes(excel_bytes(sheets))
        same_again(draft, [expected_of(sheet, for_people=True) for sheet in sheets], SAME_DEG)
    else:
        text = kml_text(sheets)
        if format_ is Format.KML:
            draft.write_text(text, encoding="utf-8")
        else:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
                packed.writestr("doc.kml", text)
        same_again(draft, [expected_of(sheet) for sheet in sheets], SAME_DEG)


def _one_or_zip(draft: Path, sheets: list[Sheet], format_: Format) -> None:
    def content(sheet: Sheet) -> bytes:
        return geojson_text(sheet).encode() if format_ is Format.GEOJSON else csv_bytes(sheet)

    if draft.suffix.lower() == ".zip":
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
            for sheet in sheets:
                packed.writestr(f"{sheet.layer}.{format_}", content(sheet))
    elif len(sheets) > 1:
        raise refused("export_one_layer", f"{format_.value} holds one layer.")
    else:
        draft.write_bytes(content(sheets[0]))
    as_text = format_ is Format.CSV
    expected = [
        expected_of(
            sheet,
            for_people=as_text,
            as_text=as_text,
            drill_stated=not as_text and states_drill(sheet),
        )
        for sheet in sheets
    ]
    same_again(draft, expected, SAME_DEG)
