"""Write land features to a file of any format, and read it back before anybody gets it.

A shapefile cuts names and texts, a table forgets what is text, a spreadsheet rounds: whatever comes
back other than it went out is refused by name, and nothing is left behind.
"""

import csv
import io
import math
import tempfile
import zipfile
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Cgcs2000, Plane, Wgs84, from_wgs84, prj_of
from geo.exchange.columns import Column, columns_of
from geo.exchange.headings import TEXT_MARK
from geo.exchange.process import read_file, write_by_gdal
from geo.exchange.refusals import refused
from geo.exchange.shapefile import FIELDS_SUFFIX, LONGEST_TEXT
from geo.exchange.table import Format, RawLayer
from geo.exchange.write_tables import csv_bytes, excel_bytes
from geo.exchange.write_text import Sheet, geojson_text, kml_text, states_drill
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.units import FloatArray

__all__ = ["ending_of", "write_file"]

_FAMILIES: Final = {"Point": "point", "LineString": "line", "Polygon": "area"}
_EPSG_NAMES: Final = {"WGS84": 4326, "EPSG:4326": 4326, "CGCS2000": 4490, "EPSG:4490": 4490}
SAME_DEG: Final = 1e-9
SAME_M: Final = 1e-3


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
    sheets = _sheets(features)
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
        epsg = _epsg(system, 4490 if format_ is Format.SHAPEFILE and _in_china(sheets) else 4326)
        if format_ is Format.SHAPEFILE:
            _shapefiles(draft, sheets, epsg)
        else:
            _geopackage(draft, sheets, epsg)
        return
    if _EPSG_NAMES.get(system.strip().upper(), 0 if system else 4326) != 4326:
        raise refused("export_system", f"{format_.value} is written in WGS 84 only.")
    if format_ in (Format.GEOJSON, Format.CSV):
        _one_or_zip(draft, sheets, format_)
    elif format_ is Format.EXCEL:
        draft.write_bytes(excel_bytes(sheets))
        _same(draft, [_expected(sheet, for_people=True) for sheet in sheets], SAME_DEG)
    else:
        text = kml_text(sheets)
        if format_ is Format.KML:
            draft.write_text(text, encoding="utf-8")
        else:
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
                packed.writestr("doc.kml", text)
        _same(draft, [_expected(sheet) for sheet in sheets], SAME_DEG)


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
        _expected(
            sheet,
            for_people=as_text,
            as_text=as_text,
            drill_stated=not as_text and states_drill(sheet),
        )
        for sheet in sheets
    ]
    _same(draft, expected, SAME_DEG)


def _epsg(system: str, usual: int) -> int:
    name = system.strip().upper()
    if not name:
        return usual
    code = _EPSG_NAMES.get(name, 0) or (
        int(name[5:]) if name.startswith("EPSG:") and name[5:].isdecimal() else 0
    )
    if code in (4326, 4490) or 4491 <= code <= 4554 or 32_601 <= code <= 32_660:
        return code
    raise refused("export_system", f"{system[:40]} is no system that is written.")


def _in_china(sheets: Sequence[Sheet]) -> bool:
    """Whether CGCS2000 is defined where they lie."""
    places = shapely.get_coordinates([each for sheet in sheets for each in sheet.geometries])
    try:
        Cgcs2000(places[:, 0], places[:, 1])
    except InputRefused:
        return False
    return True


def _out(geometry: BaseGeometry, epsg: int) -> BaseGeometry:
    def moved(vertices: FloatArray) -> FloatArray:
        plane = from_wgs84(Wgs84(vertices[:, 0], vertices[:, 1]), epsg)
        if not isinstance(plane, Plane):
            raise TypeError(epsg)
        return np.column_stack((plane.easting_m, plane.northing_m))

    if epsg in (4326, 4490):  # equal within decimetres; no better is published
        return geometry
    return shapely.transform(geometry, moved)


def _geopackage(draft: Path, sheets: list[Sheet], epsg: int) -> None:
    layers, kinds = [], []
    for sheet in sheets:
        layers.append(_expected(sheet, epsg=epsg))
        kinds.append([column.kind.value for column in sheet.columns])
    write_by_gdal(draft, "gpkg", layers, kinds)
    _same(draft, layers, SAME_DEG if epsg in (4326, 4490) else SAME_M)


def _shapefiles(draft: Path, sheets: list[Sheet], epsg: int) -> None:
    """A zip of shapefiles: GBK where it holds every letter, else UTF-8, said in the ``.cpg``."""
    layers: list[RawLayer] = []
    expected: list[RawLayer] = []
    kinds: list[list[str]] = []
    fields: list[bytes] = []
    for sheet in sheets:
        for family, rows in _by_family(sheet).items():
            encoding = _encoding(sheet)
            _check_lengths(sheet, encoding)
            whole = _expected(sheet, epsg=epsg, rows=rows)
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
    _same(draft, expected, SAME_DEG if epsg in (4326, 4490) else SAME_M)


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


def _expected(
    sheet: Sheet,
    *,
    epsg: int = 4326,
    rows: Sequence[int] | None = None,
    for_people: bool = False,
    as_text: bool = False,
    drill_stated: bool = False,
) -> RawLayer:
    """What a reader has to find."""
    shown = [column for column in sheet.columns if not (drill_stated and column.key == "drill")]
    columns = [column.heading if for_people else column.key for column in shown]
    values = [column.for_people if for_people else column.values for column in shown]
    chosen = range(len(sheet.geometries)) if rows is None else rows
    return RawLayer(
        sheet.layer.value,
        tuple(columns),
        tuple(tuple(each[row] for each in values) for row in chosen),
        tuple(_out(sheet.geometries[row], epsg) for row in chosen),
        f"EPSG:{epsg}",
        as_text=as_text,
    )


def _same(draft: Path, expected: Sequence[RawLayer], tolerance: float) -> None:
    """Read what was written; refuse when anything of it is other than it was.

    Raises:
        InputRefused: naming the feature and what of it is lost (``export_lost``).
    """
    try:
        found = read_file(draft)
    except InputRefused as error:
        raise refused(
            "export_lost", f"What was written cannot be read again: {error.message}"
        ) from error
    if len(found) != len(expected):
        raise refused("export_lost", f"{len(found)} of {len(expected)} layers came back.")
    by_name = {layer.name: layer for layer in found}
    for index, layer in enumerate(expected):
        _compare(layer, by_name.get(layer.name, found[index]), tolerance)


def _compare(layer: RawLayer, found: RawLayer, tolerance: float) -> None:
    if len(found.rows) != len(layer.rows):
        raise refused("export_lost", f"{len(found.rows)} of {len(layer.rows)} features came back.")
    named = {column.removesuffix(TEXT_MARK): index for index, column in enumerate(found.columns)}
    for row, values in enumerate(layer.rows):
        name = str(values[1] if len(values) > 1 else values[0])[:60]
        for column, value in zip(layer.columns, values, strict=True):
            back = found.rows[row][named[column]] if column in named else None
            if not _equal(value, back, as_text=layer.as_text):
                went, came = (repr(str(each)[:40]) for each in (value, back))
                raise refused(
                    "export_lost", f"{column} of {name} went out as {went} and came back as {came}."
                )
        shape = found.geometries[row]
        if shape is None or not _same_shape(layer.geometries[row], shape, tolerance):
            raise refused("export_lost", f"The shape of {name} came back as another.")


def _equal(value: object, back: object, *, as_text: bool) -> bool:
    if value is None or back is None:
        return value is back
    if as_text and isinstance(value, bool):
        return back == ("true" if value else "false")
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(str(back))
        except ValueError:
            return False
        return math.isclose(float(value), number, rel_tol=1e-12, abs_tol=1e-12)
    return value == back


def _same_shape(one: BaseGeometry | None, other: BaseGeometry, tolerance: float) -> bool:
    if one is None:
        return False
    plain = [shapely.normalize(_unwrapped(shape)) for shape in (one, other)]
    return bool(shapely.equals_exact(plain[0], plain[1], tolerance))


def _unwrapped(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape
