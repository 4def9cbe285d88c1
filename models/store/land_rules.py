"""What every feature of the land must be to be kept, whoever writes it."""

import math
from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.errors import InputRefused
from models.land import LandEdit, LandFeature, Layer

__all__ = ["check_edit", "check_feature", "refuse_twice"]


def check_feature(feature: LandFeature, layer: Layer | None = None) -> None:
    """Pass a feature that can be kept.

    Args:
        feature: to be kept.
        layer: that it must be of; any when left out.

    Raises:
        InputRefused: naming the feature: of another layer, without a code, an empty geometry, a
            coordinate that is no number or outside longitude ±180 and latitude ±90, or a property
            that is not a finite number; code ``land_feature``.
    """
    wrong = _wrong(feature, layer)
    if wrong:
        raise _refusal(feature, wrong)


def check_edit(edit: LandEdit) -> None:
    """Pass an edit that can be done.

    Raises:
        InputRefused: it makes one feature of another, or what it leaves cannot be kept; code
            ``land_feature``.
    """
    if edit.after is not None:
        check_feature(edit.after)
    if edit.before is not None and (edit.before.layer, edit.before.code) != edit.key:
        raise _refusal(edit.before, f"cannot become {edit.feature.layer}/{edit.feature.code}")


def refuse_twice(features: Iterable[LandFeature]) -> None:
    """Pass features of which no two have a layer and code in common.

    Raises:
        InputRefused: naming the second one; code ``land_feature``.
    """
    seen: set[tuple[Layer, str]] = set()
    for feature in features:
        if (feature.layer, feature.code) in seen:
            raise _refusal(feature, "has a code that another one has")
        seen.add((feature.layer, feature.code))


def _refusal(feature: LandFeature, wrong: str) -> InputRefused:
    return InputRefused(
        f"The land feature {feature.code!r} ({feature.name}) {wrong}.",
        remedy="Mend it in its source and import the layer again.",
        code="land_feature",
    )


def _wrong(feature: LandFeature, layer: Layer | None) -> str:
    wrong = ""
    if layer is not None and feature.layer is not layer:
        wrong = f"belongs to layer {feature.layer}, not {layer}"
    elif not feature.code.strip():
        wrong = "has no code"
    elif any(
        isinstance(value, float) and not math.isfinite(value)
        for value in feature.properties.values()
    ):
        wrong = "has a property that is not a finite number"
    else:
        wrong = _wrong_place(feature.geometry)
    return wrong


def _wrong_place(geometry: BaseGeometry) -> str:
    if geometry.is_empty:
        return "has no geometry"
    if not np.isfinite(shapely.get_coordinates(geometry, include_z=geometry.has_z)).all():
        return "has a coordinate that is not a number"
    west, south, east, north = geometry.bounds
    if west < -180.0 or south < -90.0 or east > 180.0 or north > 90.0:
        return "lies outside longitude ±180 and latitude ±90"
    return ""
