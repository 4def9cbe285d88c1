"""Import the bureau's land layers from a folder of GeoJSON files, one per layer.

``township.geojson``, ``road.geojson`` and so on, named after :class:`models.land.Layer`. Each file
is a FeatureCollection with the foreign member ``"firewatch": {"drill": true}`` (or false): whoever
writes it states that the coordinates are WGS 84 and whether the land is invented. Coordinates of
another system are let in when they are stated: ``{"drill": false, "coordinates": "GCJ-02"}``, or
``"EPSG:4545"``. A file without that statement is refused, because GeoJSON from Chinese map services
is mostly GCJ-02, half a kilometre off, and looks the same. Every feature has properties ``code``
and ``name``, both text, ``code`` unique in its layer; further properties are numbers, text, true,
false or null.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.geojson import read_geometry, read_json
from models.errors import InputRefused
from models.land import SHAPES, LandFeature, Layer

__all__ = ["read_layers"]

_log = logging.getLogger(__name__)

_WGS84_NAMES = frozenset({"urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84"})
FARTHEST_DEG = 5.0  # no district is that large; a swapped pair or a wrong zone is


def read_layers(directory: Path) -> list[LandFeature]:
    """Read all layers of a folder, by layer, in the order of their files.

    A geometry that had to be mended is reported as a warning of this module's logger, with its
    file and feature.

    Args:
        directory: with at least one layer file; other ``.geojson`` files are refused so that a
            misspelt layer is not silently missing.

    Raises:
        InputRefused: names file, feature and remedy for the first thing that is wrong.
    """
    try:
        names = sorted(entry.name for entry in directory.iterdir() if entry.suffix == ".geojson")
    except OSError as error:
        raise InputRefused(
            f"The folder {directory} cannot be read: {error.strerror}.",
            remedy="Name a folder of GeoJSON layers.",
            code="layer_unreadable",
        ) from error
    known = {f"{layer.value}.geojson": layer for layer in Layer}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise InputRefused(
            f"{directory / unknown[0]} is no layer." if unknown else f"{directory} has no layers.",
            remedy=f"Layers are called {', '.join(sorted(known))}.",
            code="layer_name",
        )
    features: list[LandFeature] = []
    for name, layer in known.items():
        if name in names:
            features += _read_layer(directory / name, layer)
    _refuse_strays(directory, features)
    return features


def _read_layer(path: Path, layer: Layer) -> list[LandFeature]:
    collection = read_json(path)
    drill, system = _statement(collection, path)
    features: list[LandFeature] = []
    codes: set[str] = set()
    for number, value in enumerate(collection["features"], start=1):
        feature = _feature(value, layer, f"{path}, feature {number}", system, drill=drill)
        if feature.code in codes:
            raise InputRefused(
                f"{path}, feature {number}: the code {feature.code} is there twice.",
                remedy="Give every feature of a layer its own code.",
                code="layer_code",
            )
        codes.add(feature.code)
        features.append(feature)
    return features


def _statement(collection: object, path: Path) -> tuple[bool, str]:
    """What the file says about itself: whether its land is invented, and its coordinate system."""
    if (
        not isinstance(collection, dict)
        or collection.get("type") != "FeatureCollection"
        or not isinstance(collection.get("features"), list)
    ):
        raise InputRefused(
            f"{path} is not a GeoJSON FeatureCollection.",
            remedy="Export the layer as GeoJSON (RFC 7946).",
            code="layer_not_geojson",
        )
    statement = collection.get("firewatch")
    drill = statement.get("drill") if isinstance(statement, dict) else None
    if not isinstance(statement, dict) or not isinstance(drill, bool):
        raise InputRefused(
            f"{path} does not say where its coordinates come from.",
            remedy='When they are WGS 84 (not GCJ-02), add "firewatch": {"drill": false} beside '
            '"type"; true for invented land.',
            code="layer_untagged",
        )
    system = statement.get("coordinates")
    if system is not None:
        return drill, str(system)
    if "crs" in collection:
        crs = collection["crs"]
        stated = crs.get("properties") if isinstance(crs, dict) else None
        name = stated.get("name") if isinstance(stated, dict) else None
        if name not in _WGS84_NAMES:
            raise InputRefused(
                f"{path} states the coordinate system {str(name)[:80]}.",
                remedy='Say the same in "firewatch", as "coordinates": "EPSG:4545" or "GCJ-02"; '
                "or transform it to WGS 84 and take 'crs' out.",
                code="layer_crs",
            )
    return drill, "WGS84"


def _feature(value: object, layer: Layer, where: str, system: str, *, drill: bool) -> LandFeature:
    properties = value.get("properties") if isinstance(value, dict) else None
    if (
        not isinstance(value, dict)
        or value.get("type") != "Feature"
        or not isinstance(properties, dict)
    ):
        raise InputRefused(
            f"{where} is not a GeoJSON Feature with properties.",
            remedy="Export the layer as GeoJSON (RFC 7946).",
            code="layer_not_geojson",
        )
    code, name = (_text(properties, key, where) for key in ("code", "name"))
    geometry, mended = read_geometry(
        value.get("geometry"), SHAPES[layer], f"{where} ({name})", system
    )
    if mended:
        _log.warning("%s (%s): its geometry crossed itself and was mended.", where, name)
    facts = {key: fact for key, fact in properties.items() if key not in ("code", "name")}
    for key, fact in facts.items():
        if not (fact is None or isinstance(fact, str | int | float | bool)):
            raise InputRefused(
                f"{where} ({name}): the property {key[:40]} is a list or an object.",
                remedy="Write it as text, or take it out.",
                code="layer_property",
            )
    return LandFeature(layer, code, name, geometry, drill, facts)


def _text(properties: dict[str, Any], key: str, where: str) -> str:
    value = properties.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputRefused(
            f"{where} has no {key}." if value is None else f"{where}: its {key} is not text.",
            remedy=f'Give it a property "{key}" in quotation marks; a code as a number loses its '
            "leading zeros.",
            code=f"layer_{key}",
        )
    return value.strip()


def _refuse_strays(directory: Path, features: list[LandFeature]) -> None:
    """Refuse a feature far from all others: swapped coordinates need not leave the Earth."""
    boxes = shapely.bounds([feature.geometry for feature in features]).reshape(-1, 4)
    if len(boxes) == 0:
        return
    middle = np.median(boxes, axis=0)
    far = np.abs(boxes - middle).max(axis=1) > FARTHEST_DEG
    if far.any():
        stray = features[int(far.argmax())]
        raise InputRefused(
            f"{directory / stray.layer.value}.geojson: {stray.name} ({stray.code}) lies more than "
            f"{FARTHEST_DEG:.0f} degrees from the rest of the land.",
            remedy="Look whether its longitude and latitude are swapped.",
            code="layer_stray",
        )
