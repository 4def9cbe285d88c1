"""What a person may say of a feature: values by the table of attributes, the shape by its layer.

Imports mend and report in their own way; this is for edits by hand, where the person is there to
be told. What an edit leaves as it was is not judged: an old value that would not pass today must
not keep anybody from moving a corner.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from models.land.attributes import ATTRIBUTES, Attribute, AttributeKind
from models.land.feature import Fact, LandFeature
from models.land.layers import SHAPES, Layer

__all__ = [
    "LONGEST_TEXT",
    "MONTHS",
    "MOST_CORNERS",
    "FactFault",
    "FaultKind",
    "ShapeFault",
    "fact_faults",
    "shape_fault",
]

LONGEST_TEXT: Final = 500
MOST_CORNERS: Final = 20_000
MONTHS: Final = ("usable_from_month", "usable_to_month")


class FaultKind(StrEnum):
    """What is the matter with a value."""

    KIND = "kind"  # a word where a number stands, …
    RANGE = "range"
    CHOICE = "choice"
    LONG = "long"
    MONTHS = "months"  # one of two without the other


class ShapeFault(StrEnum):
    """What is the matter with a shape."""

    TYPE = "type"  # a line where an area belongs, …
    CORNERS = "corners"  # more than anybody draws
    EMPTY = "empty"  # no length, no area
    CROSSED = "crossed"  # a ring that crosses itself


@dataclass(frozen=True, slots=True)
class FactFault:
    """A value that cannot be.

    Attributes:
        key: of the attribute.
        kind: what is the matter.
        value: that was given.
    """

    key: str
    kind: FaultKind
    value: Fact

    def __str__(self) -> str:
        """As a message says it."""
        return f"{self.key} = {self.value!r} ({self.kind})"


def fact_faults(after: LandFeature, before: LandFeature | None = None) -> tuple[FactFault, ...]:
    """What is the matter with a feature's values, as far as they are new.

    Args:
        after: as it would be.
        before: as it is; None for a new one.
    """
    old: dict[str, Fact] = {} if before is None else before.properties
    attributes = {attribute.key: attribute for attribute in ATTRIBUTES[after.layer]}
    faults = []
    for key, value in after.properties.items():
        if key in old and _alike(old[key], value):
            continue
        fault = _fault(attributes.get(key), value)
        if fault is not None:
            faults.append(FactFault(key, fault, value))
    new, former = _months(after.properties), _months(old)
    if MONTHS[0] in attributes and new != former and new.count(None) == 1:
        missing = MONTHS[new.index(None)]
        faults.append(FactFault(missing, FaultKind.MONTHS, None))
    return tuple(faults)


def shape_fault(layer: Layer, geometry: BaseGeometry) -> ShapeFault | None:
    """What is the matter with a shape that somebody drew; None for a good one."""
    if geometry.geom_type not in SHAPES[layer]:
        return ShapeFault.TYPE
    if shapely.get_num_coordinates(geometry) > MOST_CORNERS:
        return ShapeFault.CORNERS
    parts = list(getattr(geometry, "geoms", [geometry]))
    if geometry.is_empty or any(part.is_empty for part in parts):
        return ShapeFault.EMPTY
    if geometry.geom_type != "Point":
        sizes = [part.length if "Line" in part.geom_type else part.area for part in parts]
        if not all(size > 0.0 for size in sizes):
            return ShapeFault.EMPTY
    return None if geometry.is_valid else ShapeFault.CROSSED


def _months(facts: dict[str, Fact]) -> list[Fact]:
    return [facts.get(key) for key in MONTHS]


def _alike(old: Fact, new: Fact) -> bool:
    return type(old) is type(new) and old == new


def _fault(attribute: Attribute | None, value: Fact) -> FaultKind | None:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return FaultKind.LONG
    if attribute is None or value is None:
        return None  # what came from elsewhere may be anything; what is not known is no fault
    if attribute.kind in {AttributeKind.TEXT, AttributeKind.YES_NO}:
        wanted = str if attribute.kind is AttributeKind.TEXT else bool
        return None if isinstance(value, wanted) else FaultKind.KIND
    if attribute.kind is AttributeKind.CHOICE:
        return None if value in attribute.choices else FaultKind.CHOICE
    return _number_fault(attribute, value)


def _number_fault(attribute: Attribute, value: Fact) -> FaultKind | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return FaultKind.KIND
    if attribute.kind is AttributeKind.WHOLE and not isinstance(value, int):
        return FaultKind.KIND
    # Written so that NaN is refused too.
    below = attribute.least is not None and not value >= attribute.least
    above = attribute.most is not None and not value <= attribute.most
    return FaultKind.RANGE if below or above else None
