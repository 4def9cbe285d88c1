"""Rows of the land: features as they are, and features as a change found and left them."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.errors import ShapelyError
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select

from models.errors import StoreDamaged
from models.land import Fact, LandFeature, Layer
from models.store.codec import Codec
from models.store.tables import land_feature

__all__ = ["Placed", "Step", "decoded", "encoded", "last_position", "load", "load_some", "write"]

_AT_ONCE: Final = 400
"""Keys in one query: SQLite takes 1,000 levels of OR."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A feature and where it stands in its layer's list."""

    position: int
    feature: LandFeature


@dataclass(frozen=True, slots=True)
class Step:
    """An edit with positions, so that what is set back stands where it stood."""

    layer: Layer
    code: str
    before: Placed | None
    after: Placed | None


@dataclass(frozen=True, slots=True)
class _Kept:
    position: int
    name: str
    wkb: str  # base64
    drill: bool
    properties: dict[str, Fact]


_codec: Codec[_Kept] = Codec(_Kept, "land edit")


def encoded(placed: Placed | None) -> str | None:
    """A feature as one side of an edit."""
    if placed is None:
        return None
    feature = placed.feature
    wkb = base64.b64encode(shapely.to_wkb(feature.geometry, include_srid=False)).decode()
    return _codec.encode(
        _Kept(placed.position, feature.name, wkb, feature.drill, feature.properties)
    )


def decoded(layer: Layer, code: str, text: str | None) -> Placed | None:
    """The feature of one side of an edit.

    Raises:
        StoreDamaged: the text is none.
    """
    if text is None:
        return None
    kept = _codec.decode(text)
    try:
        geometry = shapely.from_wkb(base64.b64decode(kept.wkb, validate=True))
    except (ValueError, ShapelyError) as error:
        raise StoreDamaged(
            f"What the land feature {code!r} was before cannot be read.",
            remedy="Restore the last backup of the database.",
        ) from error
    return Placed(
        kept.position, LandFeature(layer, code, kept.name, geometry, kept.drill, kept.properties)
    )


def load(connection: Connection, layer: Layer) -> list[Placed]:
    """A layer in its order."""
    return _placed(connection, land_feature.c.layer == layer)


def load_some(
    connection: Connection, keys: Iterable[tuple[Layer, str]]
) -> dict[tuple[Layer, str], Placed]:
    """Those of the features that there are."""
    wanted, found = list(keys), {}
    for start in range(0, len(wanted), _AT_ONCE):
        codes: dict[Layer, list[str]] = {}
        for layer, code in wanted[start : start + _AT_ONCE]:
            codes.setdefault(layer, []).append(code)
        some = or_(
            *(
                and_(land_feature.c.layer == layer, land_feature.c.code.in_(of_layer))
                for layer, of_layer in codes.items()
            )
        )
        for placed in _placed(connection, some):
            found[placed.feature.layer, placed.feature.code] = placed
    return found


def last_position(connection: Connection, layer: Layer) -> int:
    """The highest in use; -1 in an empty layer."""
    highest = connection.execute(
        select(func.max(land_feature.c.position)).where(land_feature.c.layer == layer)
    ).scalar_one()
    return -1 if highest is None else int(highest)


def write(connection: Connection, steps: Sequence[Step]) -> None:
    """Make the features what the steps say."""
    gone: dict[Layer, list[str]] = {}
    for step in steps:
        if step.before is not None:
            gone.setdefault(step.layer, []).append(step.code)
    for layer, codes in gone.items():
        for start in range(0, len(codes), _AT_ONCE):
            connection.execute(
                delete(land_feature).where(
                    land_feature.c.layer == layer,
                    land_feature.c.code.in_(codes[start : start + _AT_ONCE]),
                )
            )
    rows = [_row(step.after) for step in steps if step.after is not None]
    if rows:
        connection.execute(insert(land_feature), rows)


def _placed(connection: Connection, wanted: ColumnElement[bool]) -> list[Placed]:
    rows = connection.execute(
        select(land_feature).where(wanted).order_by(land_feature.c.position, land_feature.c.code)
    )
    return [Placed(row.position, _feature(row)) for row in rows]


def _feature(row: Row[Any]) -> LandFeature:
    return LandFeature(row.layer, row.code, row.name, row.geometry, row.drill, row.properties)


def _row(placed: Placed) -> dict[str, object]:
    feature = placed.feature
    west, south, east, north = feature.geometry.bounds
    return {
        "layer": feature.layer,
        "code": feature.code,
        "position": placed.position,
        "name": feature.name,
        "geometry": feature.geometry,
        "min_lon_deg": west,
        "min_lat_deg": south,
        "max_lon_deg": east,
        "max_lat_deg": north,
        "drill": feature.drill,
        "properties": feature.properties,
    }
