"""GeoJSON (RFC 7946) and KML, as text."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.columns import Column, Kind
from geo.exchange.words import LAYER_NAMES
from models.land import Layer

__all__ = ["Sheet", "geojson_text", "kml_text", "states_drill"]

_KML_KINDS: Final = {
    Kind.TEXT: "string",
    Kind.WHOLE: "int",
    Kind.NUMBER: "double",
    Kind.YES_NO: "bool",
}


class Sheet:
    """A layer on its way out.

    Args:
        layer: kind of its features, of the land or of something else that goes out alike.
        columns: from :func:`geo.exchange.columns.columns_of`.
        geometries: of each feature, WGS 84.
        drill: whether something of it is invented.
        title: in Chinese; the layer's own when left out.
    """

    def __init__(
        self,
        layer: StrEnum,
        columns: Sequence[Column],
        geometries: Sequence[BaseGeometry],
        *,
        drill: bool,
        title: str = "",
    ) -> None:
        self.layer = layer
        self.title = title or LAYER_NAMES[Layer(layer)]
        self.columns = tuple(columns)
        self.geometries = tuple(geometries)
        self.drill = drill

    def facts(self, row: int) -> dict[str, Any]:
        """What is known of a row, by key; nothing that is not known."""
        values = {column.key: column.values[row] for column in self.columns}
        return {key: value for key, value in values.items() if value is not None}


def states_drill(sheet: Sheet) -> bool:
    """Whether a file can say once for all of its features that they are invented."""
    return all(all(column.values) for column in sheet.columns if column.key == "drill")


def geojson_text(sheet: Sheet) -> str:
    """A FeatureCollection with the statement that a folder of layers needs.

    Outer rings run counter-clockwise. Where only some of it is invented, every feature says so.
    """
    lines = []
    stated = states_drill(sheet)
    for row, geometry in enumerate(sheet.geometries):
        facts = sheet.facts(row)
        if stated:
            facts.pop("drill", None)
        feature = {
            "type": "Feature",
            "properties": facts,
            "geometry": shapely.geometry.mapping(shapely.orient_polygons(geometry)),
        }
        lines.append(
            json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        )
    statement = {"drill": sheet.drill, "coordinates": "WGS84"}
    head = f'{{"type":"FeatureCollection","firewatch":{json.dumps(statement)},"features":[\n'
    return head + ",\n".join(lines) + "\n]}\n"


def kml_text(sheets: Sequence[Sheet]) -> str:
    """A document with a document per layer and typed ExtendedData.

    Each layer has its schema in itself: GDAL's LIBKML (3.6 was tried) finds none in the document
    around it when the file is a KMZ, and then drops every property but the name.
    """
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>林火瞭望{'（含演练数据）' if any(each.drill for each in sheets) else ''}</name>",  # noqa: RUF001 -- Chinese
    ]
    for sheet in sheets:
        parts.append(f"<Document><name>{escape(sheet.title)}</name>{_schema(sheet)}")
        parts += [_placemark(sheet, row) for row in range(len(sheet.geometries))]
        parts.append("</Document>")
    parts.append("</Document></kml>\n")
    return "\n".join(parts)


def _schema(sheet: Sheet) -> str:
    fields = "".join(
        f"<SimpleField type={quoteattr(_KML_KINDS[column.kind])} name={quoteattr(column.key)}>"
        f"<displayName>{escape(column.heading)}</displayName></SimpleField>"
        for column in sheet.columns
        if column.key != "name"
    )
    return f"<Schema name={quoteattr(sheet.layer)} id={quoteattr(sheet.layer)}>{fields}</Schema>"


def _placemark(sheet: Sheet, row: int) -> str:
    facts = sheet.facts(row)
    name = escape(str(facts.pop("name", "")))
    data = "".join(
        f"<SimpleData name={quoteattr(key)}>{escape(_said(value))}</SimpleData>"
        for key, value in facts.items()
    )
    return (
        f'<Placemark><name>{name}</name><ExtendedData><SchemaData schemaUrl="#{sheet.layer}">'
        f"{data}</SchemaData></ExtendedData>{_kml_shape(sheet.geometries[row])}</Placemark>"
    )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)


def _kml_shape(geometry: BaseGeometry) -> str:
    match geometry:
        case shapely.Point():
            return f"<Point>{_coordinates(geometry)}</Point>"
        case shapely.LineString():
            return f"<LineString><tessellate>1</tessellate>{_coordinates(geometry)}</LineString>"
        case shapely.Polygon():
            turned = shapely.orient_polygons(geometry)
            holes = "".join(
                f"<innerBoundaryIs><LinearRing>{_coordinates(ring)}</LinearRing></innerBoundaryIs>"
                for ring in turned.interiors
            )
            outer = f"<LinearRing>{_coordinates(turned.exterior)}</LinearRing>"
            rings = f"<outerBoundaryIs>{outer}</outerBoundaryIs>{holes}"
            return f"<Polygon><tessellate>1</tessellate>{rings}</Polygon>"
        case _:
            parts = "".join(_kml_shape(part) for part in shapely.get_parts(geometry))
            return f"<MultiGeometry>{parts}</MultiGeometry>"


def _coordinates(geometry: BaseGeometry) -> str:
    places = " ".join(f"{x!r},{y!r}" for x, y in shapely.get_coordinates(geometry).tolist())
    return f"<coordinates>{places}</coordinates>"
