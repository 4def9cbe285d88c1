"""GeoJSON: any FeatureCollection, also with the statement that this program's own files carry."""

import json
from typing import Any, NoReturn

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from geo.exchange.text import decoded
from models.land import Fact

__all__ = ["read_geojson"]

_CRS84 = ("OGC:1.3:CRS84", "OGC::CRS84", "OGC:CRS84")
MOST_DEPTH = 100


def read_geojson(
    content: bytes, name: str, limits: Limits, encoding: str | None = None
) -> RawLayer:
    """Read a FeatureCollection, a Feature, or features a line each.

    Raises:
        InputRefused: it is not GeoJSON, or too large.
    """
    text, encoding = decoded(content, name, encoding)
    collection = _parsed(text, name)
    features = _features(collection, name)
    if len(features) > limits.rows:
        raise refused("file_rows", f"{name} has more than {limits.rows} features.")
    columns: dict[str, int] = {}
    records: list[dict[str, Fact]] = []
    geometries: list[BaseGeometry | None] = []
    notes: list[Note] = []
    if encoding not in ("utf-8", "utf-16"):
        notes.append(Note(NoteCode.ENCODING, None, {"encoding": encoding}))
    for number, feature in enumerate(features, 1):
        facts = _facts(feature)
        for key in facts:
            columns.setdefault(key, len(columns))
        if len(columns) > limits.columns:
            raise refused("file_rows", f"{name} has more than {limits.columns} properties.")
        records.append(facts)
        geometries.append(_geometry(feature, number, notes))
    system, drill = _stated(collection)
    if system is None:
        notes.append(Note(NoteCode.SYSTEM_MISSING))
    return RawLayer(
        name,
        tuple(columns),
        tuple(tuple(facts.get(key) for key in columns) for facts in records),
        tuple(geometries),
        system,
        encoding,
        tuple(notes),
        drill=drill,
    )


def _parsed(text: str, name: str) -> Any:  # noqa: ANN401 -- JSON is anything until looked at
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise refused("file_damaged", f"{name} is nested too deeply.") from error
    except ValueError as error:
        lines = [line.lstrip("\x1e") for line in text.splitlines() if line.strip("\x1e ")]
        if len(lines) < 2:
            raise refused("file_damaged", f"{name} is not JSON: {error}.") from error
        try:
            features = [json.loads(line, parse_constant=_no_number) for line in lines]
        except (ValueError, RecursionError):
            raise refused("file_damaged", f"{name} is not JSON: {error}.") from error
        return {"type": "FeatureCollection", "features": features}


def _features(collection: object, name: str) -> list[Any]:
    kind = collection.get("type") if isinstance(collection, dict) else None
    if isinstance(collection, dict) and kind == "FeatureCollection":
        features = collection.get("features")
        if isinstance(features, list):
            return features
    if isinstance(collection, dict) and kind == "Feature":
        return [collection]
    if isinstance(collection, dict) and kind == "Topology":
        raise refused("file_unknown", f"{name} is TopoJSON.")
    raise refused("file_no_layer", f"{name} is not a GeoJSON FeatureCollection.")


def _facts(feature: object) -> dict[str, Fact]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    facts: dict[str, Fact] = {}
    if isinstance(properties, dict):
        for key, value in properties.items():
            plain = value is None or isinstance(value, str | bool | int | float)
            facts[str(key)] = value if plain else json.dumps(value, ensure_ascii=False)
    if isinstance(feature, dict) and "id" not in facts and isinstance(feature.get("id"), str | int):
        facts["id"] = feature["id"]
    return facts


def _geometry(feature: object, number: int, notes: list[Note]) -> BaseGeometry | None:
    value = feature.get("geometry") if isinstance(feature, dict) else None
    if value is None:
        notes.append(Note(NoteCode.PLACE_MISSING, number))
        return None
    try:
        geometry: BaseGeometry = shape(value)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        notes.append(Note(NoteCode.GEOMETRY_UNREADABLE, number, {"text": str(error)[:60]}))
        return None
    return geometry


def _stated(collection: dict[str, Any]) -> tuple[str | None, bool | None]:
    """System and whether the land is invented, as the file's own statement or its crs says."""
    statement = collection.get("firewatch")
    drill, system = None, None
    if isinstance(statement, dict):
        drill = statement.get("drill") if isinstance(statement.get("drill"), bool) else None
        coordinates = statement.get("coordinates")
        system = str(coordinates) if coordinates else ("WGS84" if drill is not None else None)
    if system is None and isinstance(collection.get("crs"), dict):
        properties = collection["crs"].get("properties")
        named = properties.get("name") if isinstance(properties, dict) else None
        if isinstance(named, str):
            system = _named(named)
    return system, drill


def _named(name: str) -> str:
    if name.endswith(_CRS84):
        return "WGS84"
    parts = name.split(":")
    return f"EPSG:{parts[-1]}" if "EPSG" in parts and parts[-1].isdecimal() else name[:200]


def _no_number(name: str) -> NoReturn:
    msg = f"{name} is not a number that JSON knows"
    raise ValueError(msg)
