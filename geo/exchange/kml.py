"""KML and KMZ: folders become layers, ExtendedData columns; longitude comes first, WGS 84 by name.

Only what is in the file is read: no link is followed. A document type, and with it every entity, is
refused before anything is parsed.
"""

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from geo.exchange.text import decoded
from models.land import Fact

__all__ = ["parsed_xml", "read_kml"]

_DECLARED = re.compile(rb"""^<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)["']""")
_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
_TYPED = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>")
_SHAPES: Final = frozenset(
    {"Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack"}
)
DEEPEST: Final = 60
LONGEST_DESCRIPTION: Final = 2_000
_KINDS: Final[dict[str, Callable[[str], Fact]]] = {
    **dict.fromkeys(("int", "uint", "short", "ushort"), int),
    **dict.fromkeys(("float", "double"), float),
    "bool": lambda text: text.strip().lower() in ("1", "true"),
}


def parsed_xml(content: bytes, name: str) -> ET.Element:
    """The root of an XML text without a document type.

    Raises:
        InputRefused: it has one (``file_entities``), or is no XML.
    """
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    text = ""
    if declared is not None and declared[1].lower() not in (b"utf-8", b"utf-16"):
        try:
            text = content.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            text = ""
    if not text:
        text, _ = decoded(content, name)
    if _TYPED.search(text):
        raise refused("file_entities", f"{name} has a document type or entities.")
    try:
        return ET.fromstring(_HEAD.sub("", text))  # noqa: S314 -- entities were refused above
    except (ET.ParseError, ValueError) as error:
        raise refused("file_damaged", f"{name} is damaged: {error}.") from error


def read_kml(content: bytes, name: str, limits: Limits) -> list[RawLayer]:
    """Read every folder that holds placemarks as a layer.

    Raises:
        InputRefused: it is no KML, has entities, or is too large.
    """
    root = parsed_xml(content, name)
    if _tag(root) != "kml" and not any(
        _tag(each) in ("Document", "Folder", "Placemark") for each in [root, *root]
    ):
        raise refused("file_unknown", f"{name} is XML, and no KML.")
    schemas = {
        (schema.get("id") or schema.get("name") or ""): {
            field.get("name") or "": field.get("type") or "string"
            for field in schema
            if _tag(field) == "SimpleField"
        }
        for schema in root.iter()
        if _tag(schema) == "Schema"
    }
    notes: list[Note] = []
    if any(_tag(each) == "NetworkLink" for each in root.iter()):
        notes.append(Note(NoteCode.LINK_LEFT))
    layers = []
    for folder, placemarks in _folders(root, name, 0):
        if len(placemarks) > limits.rows:
            raise refused("file_rows", f"{folder} has more than {limits.rows} placemarks.")
        layers.append(_layer(folder, placemarks, schemas, notes, limits))
        if len(layers) > limits.layers:
            raise refused("file_rows", f"{name} has more than {limits.layers} folders.")
    return layers


def _tag(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _folders(element: ET.Element, name: str, depth: int) -> Iterator[tuple[str, list[ET.Element]]]:
    """Containers that hold placemarks themselves, with them."""
    if depth > DEEPEST:
        raise refused("file_damaged", f"{name} has folders in folders without end.")
    own = _child_text(element, "name") or name if _tag(element) in ("Document", "Folder") else name
    placemarks = [each for each in element if _tag(each) == "Placemark"]
    if _tag(element) == "Placemark":
        placemarks = [element]
    if placemarks:
        yield own, placemarks
    for each in element:
        if _tag(each) in ("Document", "Folder"):
            yield from _folders(each, own, depth + 1)


def _layer(
    name: str,
    placemarks: list[ET.Element],
    schemas: dict[str, dict[str, str]],
    told: list[Note],
    limits: Limits,
) -> RawLayer:
    columns: dict[str, None] = {}
    records: list[dict[str, Fact]] = []
    geometries: list[BaseGeometry | None] = []
    notes = list(told)
    typed = False
    for row, placemark in enumerate(placemarks, 1):
        facts, has_types = _facts(placemark, schemas)
        typed = typed or has_types
        columns.update(dict.fromkeys(facts))
        if len(columns) > limits.columns:
            raise refused("file_rows", f"{name} has more than {limits.columns} columns.")
        records.append(facts)
        geometries.append(_geometry(placemark, row, notes))
    return RawLayer(
        name,
        tuple(columns),
        tuple(tuple(facts.get(column) for column in columns) for facts in records),
        tuple(geometries),
        "WGS84",
        None,
        tuple(notes),
        as_text=not typed,
    )


def _facts(
    placemark: ET.Element, schemas: dict[str, dict[str, str]]
) -> tuple[dict[str, Fact], bool]:
    facts: dict[str, Fact] = {}
    typed = False
    name = _child_text(placemark, "name")
    if name:
        facts["name"] = name
    for element in placemark.iter():
        if _tag(element) == "Data" and element.get("name"):
            facts[str(element.get("name"))] = _child_text(element, "value") or None
        elif _tag(element) == "SchemaData":
            kinds = schemas.get((element.get("schemaUrl") or "").lstrip("#"), {})
            typed = True
            for field in element:
                key, text = field.get("name") or "", (field.text or "").strip()
                if key:
                    facts[key] = _typed(text, kinds.get(key, "string"))
    description = _child_text(placemark, "description")
    if description and "description" not in facts:
        plain = html.unescape(_TAGS.sub(" ", description)) if "<" in description else description
        facts["description"] = " ".join(plain.split())[:LONGEST_DESCRIPTION] or None
    return facts, typed


def _typed(text: str, kind: str) -> Fact:
    if not text:
        return None
    try:
        return _KINDS.get(kind, str)(text)
    except ValueError:
        return text


def _child_text(element: ET.Element, tag: str) -> str:
    found = next((each for each in element if _tag(each) == tag), None)
    return "" if found is None else "".join(found.itertext()).strip()


def _geometry(placemark: ET.Element, row: int, notes: list[Note]) -> BaseGeometry | None:
    try:
        found = [_shape(each, 0) for each in placemark if _tag(each) in _SHAPES]
    except (ValueError, RecursionError, shapely.errors.ShapelyError) as error:
        notes.append(Note(NoteCode.GEOMETRY_UNREADABLE, row, {"text": str(error)[:60]}))
        return None
    if not found:
        notes.append(Note(NoteCode.PLACE_MISSING, row))
        return None
    return found[0] if len(found) == 1 else _together(found)


def _shape(element: ET.Element, depth: int) -> BaseGeometry:
    tag = _tag(element)
    if depth > DEEPEST:
        raise ValueError("geometries in geometries without end")
    if tag in ("MultiGeometry", "MultiTrack"):
        return _together([_shape(each, depth + 1) for each in element if _tag(each) in _SHAPES])
    if tag == "Polygon":
        rings = {"outerBoundaryIs": [], "innerBoundaryIs": []}  # type: dict[str, list[list[tuple[float, float]]]]
        for boundary in element:
            if _tag(boundary) in rings:
                rings[_tag(boundary)] += [
                    _coordinates(each) for each in boundary.iter() if _tag(each) == "LinearRing"
                ]
        if not rings["outerBoundaryIs"]:
            return shapely.Polygon()
        return shapely.Polygon(rings["outerBoundaryIs"][0], rings["innerBoundaryIs"])
    places = _coordinates(element)
    if tag == "Point":
        return shapely.Point(places[0]) if places else shapely.Point()
    return shapely.LineString(places)


def _together(shapes: list[BaseGeometry]) -> BaseGeometry:
    """One collection of what belongs together, by its kind."""
    flat = [part for shape in shapes for part in shapely.get_parts(shape)]
    kinds = {part.geom_type for part in flat}
    if kinds == {"Polygon"}:
        return shapely.MultiPolygon([each for each in flat if isinstance(each, shapely.Polygon)])
    if kinds == {"LineString"}:
        return shapely.MultiLineString(
            [each for each in flat if isinstance(each, shapely.LineString)]
        )
    if kinds == {"Point"}:
        return shapely.MultiPoint([each for each in flat if isinstance(each, shapely.Point)])
    return shapely.GeometryCollection(flat)


def _coordinates(element: ET.Element) -> list[tuple[float, float]]:
    """Longitude and latitude of each place; ``lon,lat,height`` or a track's ``lon lat height``."""
    if _tag(element) == "Track":
        parts = ["".join(each.itertext()).split() for each in element if _tag(each) == "coord"]
    else:
        text = re.sub(r"\s*,\s*", ",", _child_text(element, "coordinates"))
        parts = [place.split(",") for place in text.split()]
    if any(len(part) < 2 for part in parts):
        raise ValueError("a place without a latitude")
    return [(float(part[0]), float(part[1])) for part in parts]
