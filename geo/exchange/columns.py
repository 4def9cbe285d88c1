"""What columns a layer has when it goes out, their kinds, and their names in each format."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo.exchange.headings import OWN, place_columns, plain_heading
from geo.exchange.reading import clean
from geo.exchange.words import CHOICE_WORDS, DRILL_HEADINGS
from models.land import ATTRIBUTES, AttributeKind, Fact, LandFeature, Layer
from models.land.attributes import CODE_HEADINGS, NAME_HEADINGS, Attribute, known

__all__ = ["Column", "Kind", "columns_of", "made_column", "own_key"]

_RESERVED: Final = frozenset(
    {"fid", "geom", "ogcfid", "description", "name", "code", "type", "altitudemode", "id", "text"}
)
_YES_NO: Final = {True: "是", False: "否"}
_UNITS: Final = (
    *(("_m3", "m³"), ("_l_s", "L/s"), ("_mpa", "MPa"), ("_km_h", "km/h"), ("_mm", "mm")),
    *(("_km", "km"), ("_ha", "公顷"), ("_m", "m"), ("_t", "t")),
)


class Kind(StrEnum):
    """What all values of a column are."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a layer that goes out.

    Attributes:
        key: in formats that carry names whole.
        heading: in tables for people.
        short: in a shapefile, at most 10 letters of ASCII.
        kind: of its values.
        values: of each feature, cleaned.
        attribute: that it is; None for code, name, drill and further properties.
    """

    key: str
    heading: str
    short: str
    kind: Kind
    values: tuple[Fact, ...]
    attribute: Attribute | None = None

    @property
    def for_people(self) -> tuple[Fact, ...]:
        """Values as a table for people has them: choices in words, yes and no too."""
        if self.kind is Kind.YES_NO and (self.attribute is not None or self.key == "drill"):
            return tuple(None if value is None else _YES_NO[bool(value)] for value in self.values)
        if self.attribute is None or self.attribute.kind is not AttributeKind.CHOICE:
            return self.values
        return tuple(
            CHOICE_WORDS.get(str(value), (str(value),))[0] if value is not None else None
            for value in self.values
        )


def own_key(layer: Layer, key: str) -> str:
    """The name under which a property goes out that no attribute knows."""
    plain = plain_heading(key)
    taken = {plain_heading(each) for each in (*NAME_HEADINGS, *CODE_HEADINGS)}
    for attribute in ATTRIBUTES[layer]:
        for each in (attribute.key, attribute.short, *attribute.headings):
            taken.add(plain_heading(each))
    looks_like_place = place_columns([key, "lon", "lat"]) != place_columns(["", "lon", "lat"]) or (
        _one_of_a_pair(key)
    )
    if plain in taken | _RESERVED | DRILL_HEADINGS or looks_like_place or key.startswith(OWN):
        return f"{OWN}{key}"
    return key


def _one_of_a_pair(key: str) -> bool:
    return any(
        place_columns(pair) is not None
        for other in ("lon", "lat", "easting", "northing", "x", "y")
        for pair in ([key, other], [other, key])
    )


def columns_of(layer: Layer, features: Sequence[LandFeature]) -> list[Column]:
    """Code, name, what the attributes know, whether invented, and all further properties."""
    taken: set[str] = set()
    keys = list(dict.fromkeys(key for each in features for key in each.properties))
    columns = [
        made_column("code", "编号", "code", [each.code for each in features], taken=taken),
        made_column("name", "名称", "name", [each.name for each in features], taken=taken),
    ]
    for attribute in ATTRIBUTES[layer]:
        if attribute.key in keys:
            values = [each.properties.get(attribute.key) for each in features]
            heading = _heading(attribute)
            columns.append(
                made_column(
                    attribute.key,
                    heading,
                    attribute.short,
                    values,
                    taken=taken,
                    attribute=attribute,
                )
            )
    for key in keys:
        if known(layer, key) is None:
            values = [each.properties.get(key) for each in features]
            own = own_key(layer, clean(key))
            columns.append(made_column(own, own, own, values, taken=taken))
    if any(each.drill for each in features):
        columns.append(
            made_column("drill", "演练", "drill", [each.drill for each in features], taken=taken)
        )
    return [each for each in columns if any(value is not None for value in each.values)]


def _heading(attribute: Attribute) -> str:
    name = attribute.headings[0] if attribute.headings else attribute.key
    unit = next((unit for ending, unit in _UNITS if attribute.key.endswith(ending)), "")
    return f"{name}({unit})" if unit else name


def made_column(
    key: str,
    heading: str,
    short: str,
    values: Sequence[Fact],
    *,
    taken: set[str],
    attribute: Attribute | None = None,
) -> Column:
    """A column of values, cleaned, of the kind that all of them have.

    Args:
        key: in formats that carry names whole.
        heading: in tables for people.
        short: wanted in a shapefile.
        values: of each feature.
        taken: short names that are taken; the one that it gets is added.
        attribute: that it is.
    """
    cleaned = [(clean(value) or None) if isinstance(value, str) else value for value in values]
    kind = _kind([value for value in cleaned if value is not None])
    if kind is Kind.TEXT:
        cleaned = [None if value is None else _as_text(value) for value in cleaned]
    return Column(key, heading, _short(short, taken), kind, tuple(cleaned), attribute)


def _as_text(value: Fact) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(values: Sequence[Fact]) -> Kind:
    if values and all(isinstance(value, bool) for value in values):
        return Kind.YES_NO
    if values and all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return Kind.WHOLE
    numbers = all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )
    return Kind.NUMBER if values and numbers else Kind.TEXT


def _short(wanted: str, taken: set[str]) -> str:
    """At most ten letters of ASCII, not taken yet in any case."""
    base = re.sub(r"[^A-Za-z0-9_]", "", wanted)[:10] or "field"
    if base[0].isdigit():
        base = f"f{base}"[:10]
    short, number = base, 1
    while short.lower() in taken:
        number += 1
        short = f"{base[: 9 - len(str(number))]}_{number}"
    taken.add(short.lower())
    return short
