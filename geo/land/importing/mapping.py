"""What the columns of a file mean: said by a person, guessed from headings, shapes and names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely

from geo.exchange import RawLayer
from geo.exchange.headings import plain_heading
from geo.exchange.words import DRILL_HEADINGS, LAYER_NAMES, LAYER_WORDS
from models.land import ATTRIBUTES, SHAPES, Layer
from models.land.attributes import CODE_HEADINGS, NAME_HEADINGS, Attribute

__all__ = ["DRILL", "Mapping", "counts_rows", "guess"]

DRILL = "drill"
"""Key of a column that says of each row whether it is invented."""

_COUNTERS = frozenset({"序号", "id", "fid", "objectid", "no"})
_NAME_ENDINGS = ("名称", "名字", "name")
_PARTS = {"MultiPoint": "Point", "LinearRing": "LineString"}


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a layer of a file means.

    Attributes:
        layer: that its rows become features of.
        name_column: column of the names; None without one: the code is the name.
        code_column: column of the codes; None without one: codes are made of name and place.
        columns: column of the file to the key of an attribute; to an empty text: left out. A
            column that is not among them is kept under its own name.
        system: of the coordinates, as :mod:`geo.crs` names it.
        drill: all of it is invented.
        choices: by attribute, words of the file for our choices.
    """

    layer: Layer
    name_column: str | None
    code_column: str | None
    columns: dict[str, str]
    system: str
    drill: bool
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


def guess(raw: RawLayer, *, layer: Layer | None = None) -> Mapping:
    """What the file most likely means; a person looks at it before it counts.

    Args:
        raw: as it was read.
        layer: when a person has said it.
    """
    plain = {column: plain_heading(column) for column in raw.columns}
    layer = layer or _layer(raw, set(plain.values()))
    name = _first(plain, NAME_HEADINGS) or next(
        (column for column in raw.columns if plain[column].endswith(_NAME_ENDINGS)), None
    )
    columns: dict[str, str] = {}
    counted = {
        column for column in raw.columns if plain[column] in _COUNTERS and counts_rows(raw, column)
    }
    code = _first({each: plain[each] for each in plain if each not in counted}, CODE_HEADINGS, name)
    for column in counted:
        columns[column] = ""  # another file's first row is another place
    for column in raw.columns:
        if column in (name, code, *columns):
            continue
        if plain[column] in DRILL_HEADINGS:
            columns[column] = DRILL
            continue
        attribute = _attribute(layer, column, plain[column])
        if attribute is not None and attribute.key not in columns.values():
            columns[column] = attribute.key
    drill = raw.drill is True and DRILL not in columns.values()  # then each row says it itself
    return Mapping(layer, name, code, columns, raw.system or _system(raw), drill)


def counts_rows(raw: RawLayer, column: str) -> bool:
    """Whether a column holds 1, 2, 3 …, or 0, 1, 2 …: row numbers and no codes."""
    index = raw.columns.index(column)
    values = [str(row[index]) for row in raw.rows]
    start = {"0": 0, "1": 1}.get(values[0].removesuffix(".0")) if values else None
    return start is not None and all(
        value.removesuffix(".0") == str(number) for number, value in enumerate(values, start)
    )


def _first(plain: dict[str, str], headings: Sequence[str], but: str | None = None) -> str | None:
    for heading in headings:
        for column, name in plain.items():
            if name == plain_heading(heading) and column != but:
                return column
    return None


def _attribute(layer: Layer, column: str, plain: str) -> Attribute | None:
    for attribute in ATTRIBUTES[layer]:
        if column in (attribute.key, attribute.short):
            return attribute
    if any(len(column.encode(code)) in (9, 10) for code in ("gb18030", "utf-8")):
        for attribute in ATTRIBUTES[layer]:  # cut by a shapefile
            if any(each.startswith(column) for each in (attribute.key, *attribute.headings)):
                return attribute
    for attribute in ATTRIBUTES[layer]:
        if plain in {
            plain_heading(each) for each in (attribute.key, attribute.short, *attribute.headings)
        }:
            return attribute
    return None


def _layer(raw: RawLayer, plain: set[str]) -> Layer:
    kinds = {
        _PARTS.get(each.geom_type, each.geom_type) for each in raw.geometries if each is not None
    }
    fitting = [layer for layer in Layer if kinds <= SHAPES[layer]] or list(Layer)
    name = raw.name.lower()
    for layer in Layer:
        if {name, re.sub("_(point|line|area)$", "", name)} & {layer.value, LAYER_NAMES[layer]}:
            return layer
    for layer, words in LAYER_WORDS:
        if layer in fitting and any(word in name for word in words):
            return layer

    def score(layer: Layer) -> int:
        return sum(
            bool(plain & {plain_heading(each) for each in (attribute.key, *attribute.headings)})
            for attribute in ATTRIBUTES[layer]
        )

    return max(fitting, key=score)


def _system(raw: RawLayer) -> str:
    """Degrees are taken for WGS 84, which the check for a shift may contradict; metres by zone.

    Most vertices decide, so that a few that are wrong do not.
    """
    vertices = shapely.get_coordinates([each for each in raw.geometries if each is not None])
    vertices = vertices[np.isfinite(vertices).all(axis=1)]
    in_degrees = (np.abs(vertices) <= 180.0).all(axis=1)
    if len(vertices) == 0 or in_degrees.mean() >= 0.5:
        return "WGS84"
    zones = np.median(vertices[~in_degrees], axis=0) // 1e6
    return "GK" if 13.0 <= zones.max() <= 45.0 else ""
