"""Who may change which land by hand, and what is taken of it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from api.context import Context
from api.land.schemas import FeatureChange, NewFeature, Shape
from geo.land.importing.codes import made_code
from geo.land.importing.near import FAR_KM, Near
from models.errors import Conflict, InputRefused, NotFound, NotPermitted
from models.land import (
    ATTRIBUTES,
    UNITS,
    AttributeKind,
    ChangeKind,
    Fact,
    FaultKind,
    LandChange,
    LandEdit,
    LandFeature,
    Layer,
    ShapeFault,
    fact_faults,
    feature_tag,
    same_feature,
    shape_fault,
)
from models.user import Role, User

__all__ = ["changed_by", "check_may_undo", "drawn_by", "feature_of", "may_edit", "may_undo"]
__all__ += ["removed_by"]

_FACT_CODES: Final = {
    FaultKind.KIND: "land_value_kind",
    FaultKind.RANGE: "land_value_range",
    FaultKind.CHOICE: "land_value_choice",
    FaultKind.LONG: "land_value_long",
    FaultKind.MONTHS: "land_months",
}
_SHAPE_CODES: Final = {
    ShapeFault.TYPE: "land_shape_type",
    ShapeFault.CORNERS: "land_shape_corners",
    ShapeFault.EMPTY: "land_shape_empty",
    ShapeFault.CROSSED: "land_shape_crossed",
}
_TYPES: Final = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")


def may_edit(user: User, layer: Layer) -> bool:
    """Whether somebody may edit a layer: what is built by monitors, borders by administrators."""
    return user.role.allows(Role.ADMIN if layer in UNITS else Role.MONITOR)


def may_undo(user: User, change: LandChange) -> bool:
    """Whether somebody may set a change back: a whole layer or a file only an administrator."""
    by_hand = change.kind in {ChangeKind.EDITED, ChangeKind.UNDONE}
    return user.role.allows(Role.ADMIN) or (
        by_hand and all(may_edit(user, layer) for layer in change.layers)
    )


def check_may_undo(user: User, change: LandChange) -> None:
    """Pass whoever may set a change back.

    Raises:
        NotPermitted: code ``land_admin``.
    """
    if not may_undo(user, change):
        raise _for_admins()


def feature_of(context: Context, layer: Layer, code: str) -> LandFeature:
    """A feature.

    Raises:
        NotFound: there is none; code ``land_no_feature``.
    """
    found = context.store.land.get(layer, code)
    if found is None:
        raise NotFound(f"There is no {layer} with the code {code!r}.", code="land_no_feature")
    return found


def drawn_by(context: Context, user: User, layer: Layer, request: NewFeature) -> LandFeature:
    """Keep a new feature.

    Raises:
        NotPermitted: of this layer only an administrator may; code ``land_admin``.
        InputRefused: its name, shape, place or a value cannot be, see :func:`_checked`.
        Conflict: the layer has one of that code; code ``land_code_taken``.
    """
    _check_layer(user, layer)
    geometry, name = _geometry(request.geometry), request.name.strip()
    code = request.code.strip() or made_code(layer, name, geometry)
    given = {key: value for key, value in request.properties.items() if value is not None}
    facts = _settled(layer, given, {})
    feature = LandFeature(layer, code, name, geometry, request.drill, facts)
    _check(context, feature, None)
    if context.store.land.get(layer, code) is not None:
        raise Conflict(
            f"There is a {layer} with the code {code!r} already.",
            remedy="Give another code.",
            code="land_code_taken",
        )
    return _kept(context, user, LandEdit(None, feature), request.note)


def changed_by(
    context: Context, user: User, before: LandFeature, request: FeatureChange
) -> LandFeature:
    """Keep what somebody makes of a feature; the same again changes nothing.

    Raises:
        NotPermitted: of this layer only an administrator may; code ``land_admin``.
        Conflict: it is not what they saw any more; code ``land_changed_since``.
        InputRefused: its name, shape, place or a value cannot be, see :func:`_checked`.
    """
    _check_layer(user, before.layer)
    _check_seen(context, before, request.before)
    merged = {**before.properties, **_settled(before.layer, request.properties, before.properties)}
    facts = {
        key: value
        for key, value in merged.items()
        if value is not None or key not in request.properties
    }
    after = replace(
        before,
        name=before.name if request.name is None else request.name.strip(),
        geometry=before.geometry if request.geometry is None else _geometry(request.geometry),
        drill=before.drill if request.drill is None else request.drill,
        properties=facts,
    )
    if same_feature(before, after):
        return before
    _check(context, after, before)
    return _kept(context, user, LandEdit(before, after), request.note)


def removed_by(
    context: Context, user: User, before: LandFeature, *, seen: str, note: str = ""
) -> None:
    """Take a feature away.

    Raises:
        NotPermitted: of this layer only an administrator may; code ``land_admin``.
        Conflict: it is not what they saw any more; code ``land_changed_since``.
    """
    _check_layer(user, before.layer)
    _check_seen(context, before, seen)
    _kept(context, user, LandEdit(before, None), note)


def _kept(context: Context, user: User, edit: LandEdit, note: str) -> LandFeature:
    context.store.land.apply([edit], kind=ChangeKind.EDITED, author=user.name, note=note.strip())
    return edit.feature


def _check_layer(user: User, layer: Layer) -> None:
    if not may_edit(user, layer):
        raise _for_admins()


def _for_admins() -> NotPermitted:
    return NotPermitted(
        "Townships, villages, mountain units, stands and imports are an administrator's.",
        remedy="Ask an administrator.",
        code="land_admin",
    )


def _check_seen(context: Context, now: LandFeature, seen: str) -> None:
    if feature_tag(now) == seen:
        return
    last = context.store.land.history(now.layer, now.code)[:1]
    by = "".join(f" by {change.author} in change {change.change_id}" for change, _ in last)
    raise Conflict(
        f"{now.layer}/{now.code} ({now.name}) was changed since{by}.",
        remedy="Look at it as it is now, and decide again.",
        code="land_changed_since",
    )


def _check(context: Context, after: LandFeature, before: LandFeature | None) -> None:
    """Refuse what cannot be.

    Raises:
        InputRefused: no name, ``land_no_name``; values, ``land_value_kind``, ``_range``,
            ``_choice``, ``_long``, ``land_months``; shape, ``land_shape_type``, ``_corners``,
            ``_empty``, ``_crossed``; far from all that is known, ``land_far``.
    """
    if not after.name:
        raise InputRefused("A feature needs a name.", code="land_no_name")
    faults = fact_faults(after, before)
    if faults:
        raise InputRefused(
            f"Of {after.layer} {after.name!r} these cannot be: {'; '.join(map(str, faults))}.",
            remedy="Correct them.",
            code=_FACT_CODES[faults[0].kind],
        )
    if before is None or before.geometry.wkb != after.geometry.wkb:
        _check_shape(context, after)


def _check_shape(context: Context, after: LandFeature) -> None:
    fault = shape_fault(after.layer, after.geometry)
    if fault is not None:
        why = shapely.is_valid_reason(after.geometry)
        raise InputRefused(
            f"The {after.geometry.geom_type} cannot be a {after.layer}: {fault} ({why}).",
            remedy="Draw it again.",
            code=_SHAPE_CODES[fault],
        )
    away_km = _away_km(context, after.geometry)
    if away_km > FAR_KM:
        raise InputRefused(
            f"That is {away_km:.0f} km from all that is known of the district.",
            remedy="Check the coordinates.",
            code="land_far",
        )


def _away_km(context: Context, geometry: BaseGeometry) -> float:
    known = [feature.geometry for feature in context.land_book.refresh().features]
    known += [
        shapely.Point(camera.position.lon_deg, camera.position.lat_deg)
        for camera in context.store.cameras.all()
    ]
    if not known:
        return 0.0
    west, south, east, north = shapely.total_bounds(known)
    return Near(shapely.box(west, south, east, north), ()).away_km([geometry])[0]


def _geometry(shape: Shape) -> BaseGeometry:
    """A geometry from GeoJSON.

    Raises:
        InputRefused: it is none, or of a type that no layer has; code ``land_shape_type``.
    """
    refused = InputRefused(
        "That is no GeoJSON point, line or area.", remedy="Draw it again.", code="land_shape_type"
    )
    if shape.get("type") not in _TYPES:
        raise refused
    try:
        return shapely.from_geojson(json.dumps(shape, allow_nan=False))
    except (ShapelyError, ValueError) as error:
        raise refused from error


def _settled(
    layer: Layer, given: Mapping[str, Fact], before: Mapping[str, Fact]
) -> dict[str, Fact]:
    """Numbers of the kind that they had, or that their attribute has.

    A browser has one kind of number: what comes back as 30 was 30.0.
    """
    kinds = {attribute.key: attribute.kind for attribute in ATTRIBUTES[layer]}
    return {key: _number(value, before.get(key), kinds.get(key)) for key, value in given.items()}


def _number(value: Fact, old: Fact, kind: AttributeKind | None) -> Fact:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(old, int | float) and not isinstance(old, bool) and old == value:
        return old
    if kind is AttributeKind.NUMBER:
        return float(value)
    if kind is AttributeKind.WHOLE and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
