"""Missions as GeoJSON, RFC 7946: one line with what is told of its points in its properties.

The line's heights are above the ellipsoid, as the standard has it, wherever the geoid is known; the
property ``height_of_coordinates`` says so.
"""

import json
from typing import Any, Final

from drone_jobs.heights import HeightDesk
from drone_jobs.missions.limits import check_count, number
from drone_jobs.missions.shapes import Shape, shapes_of
from drone_jobs.missions.shapes_read import mission_of_shapes
from models.errors import InputRefused
from models.height import HeightSystem
from models.mission import Mission

__all__ = ["read_geojson", "write_geojson"]

_HEIGHTS: Final = (HeightSystem.ELLIPSOID, HeightSystem.EGM96)
DEEPEST: Final = 8  # collections in collections
MOST_SHAPES: Final = 10_000


def write_geojson(mission: Mission, desk: HeightDesk) -> bytes:
    """A FeatureCollection, UTF-8.

    Args:
        mission: with at least two points.
        desk: converts heights; where it cannot, the property is null and the line has none.
    """
    features = [
        {
            "type": "Feature",
            "properties": shape.properties,
            "geometry": {"type": shape.kind, "coordinates": _nested(shape)},
        }
        for shape in shapes_of(mission, desk, _HEIGHTS, must=False)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _nested(shape: Shape) -> list[Any]:
    coordinates: list[Any] = [list(each) for each in shape.coordinates]
    if shape.kind == "Point":
        return list(coordinates[0])
    return [coordinates] if shape.kind == "Polygon" else coordinates


def read_geojson(value: dict[str, Any], name: str) -> Mission:
    """The mission of a GeoJSON text.

    Args:
        value: the parsed JSON, of any of the standard's types.
        name: of the file, for people.

    Raises:
        InputRefused: it is damaged (``mission_damaged``), or as
            :func:`.shapes_read.mission_of_shapes`.
    """
    shapes: list[Shape] = []
    _collect(value, {}, name, shapes, 0)
    return mission_of_shapes(shapes, name)


def _collect(  # noqa: C901, PLR0912 -- one case a type of the standard
    value: object, properties: dict[str, Any], name: str, found: list[Shape], depth: int
) -> None:
    if not isinstance(value, dict) or depth > DEEPEST or len(found) > MOST_SHAPES:
        raise _damaged(name, "its features are nested or many beyond reason")
    kind = value.get("type")
    match kind:
        case "FeatureCollection":
            for each in _list(value.get("features"), name):
                _collect(each, {}, name, found, depth + 1)
        case "Feature":
            told = value.get("properties")
            geometry = value.get("geometry")
            if geometry is not None:
                told = told if isinstance(told, dict) else {}
                _collect(geometry, told, name, found, depth + 1)
        case "GeometryCollection":
            for each in _list(value.get("geometries"), name):
                _collect(each, properties, name, found, depth + 1)
        case "Point":
            found.append(Shape(kind, (_position(value.get("coordinates"), name),), properties))
        case "LineString":
            found.append(Shape(kind, _positions(value.get("coordinates"), name), properties))
        case "MultiLineString":
            found += [
                Shape("LineString", _positions(line, name), properties)
                for line in _list(value.get("coordinates"), name)
            ]
        case "MultiPoint":
            found += [
                Shape("Point", (_position(each, name),), properties)
                for each in _list(value.get("coordinates"), name)
            ]
        case "Polygon":
            rings = _list(value.get("coordinates"), name)
            if not rings:
                raise _damaged(name, "a polygon has no corners")
            found.append(Shape(kind, _positions(rings[0], name), properties))
        case "MultiPolygon":
            for each in _list(value.get("coordinates"), name):
                polygon = {"type": "Polygon", "coordinates": each}
                _collect(polygon, properties, name, found, depth + 1)
        case _:
            raise _damaged(name, f"{str(kind)[:40]!r} is no geometry")


def _positions(value: object, name: str) -> tuple[tuple[float, ...], ...]:
    positions = _list(value, name)
    if len(positions) < 2:
        raise _damaged(name, "a line has no two points")
    return tuple(_position(each, name) for each in positions)


def _position(value: object, name: str) -> tuple[float, ...]:
    position = _list(value, name)
    if len(position) < 2:
        raise _damaged(name, "a position has no longitude and latitude")
    return tuple(number(each, "a coordinate", name) for each in position[:3])


def _list(value: object, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise _damaged(name, "coordinates or features are no list")
    check_count(len(value), name)
    return value


def _damaged(name: str, what: str) -> InputRefused:
    return InputRefused(
        f"{name} is damaged: {what}.",
        remedy="Export the line again.",
        code="mission_damaged",
    )
