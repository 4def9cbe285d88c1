"""Land layers: kept whole, replaced whole. Searching them is :mod:`geo`'s work, in memory."""

import math
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from models.clock import Clock
from models.errors import InputRefused
from models.land import LandFeature, Layer
from models.store import audit
from models.store.database import Database
from models.store.tables import land_feature

__all__ = ["LandRepository"]

_COLUMNS = ("layer", "code", "name", "geometry", "drill", "properties")


class LandRepository:
    """The land layers of one store.

    Args:
        database: to work on.
        clock: for the times of audit entries.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def replace(
        self, layer: Layer, features: Sequence[LandFeature], *, actor: str = "system"
    ) -> None:
        """Make these the features of the layer; the same again changes nothing.

        Args:
            layer: to replace, all or nothing.
            features: of that layer, in the order to keep; none empties the layer.
            actor: user name, for the audit log.

        Raises:
            InputRefused: naming the feature: of another layer, a code twice, an empty geometry, one
                outside longitude ±180 and latitude ±90, or a property that is not a finite number.
        """
        codes: set[str] = set()
        for feature in features:
            _check(layer, feature, codes)
        with self._database.write() as connection:
            if _load(connection, layer) == list(features):
                return
            connection.execute(delete(land_feature).where(land_feature.c.layer == layer))
            for position, feature in enumerate(features):
                west, south, east, north = feature.geometry.bounds
                connection.execute(
                    insert(land_feature).values(
                        position=position,
                        min_lon_deg=west,
                        min_lat_deg=south,
                        max_lon_deg=east,
                        max_lat_deg=north,
                        **{name: getattr(feature, name) for name in _COLUMNS},
                    )
                )
            audit.append(
                connection,
                self._clock,
                actor=actor,
                action="land.replaced",
                subject=layer,
                details={"features": len(features)},
            )

    def all(self, layer: Layer | None = None) -> list[LandFeature]:
        """The features of one layer, or of every layer in the order of :class:`Layer`."""
        with self._database.read() as connection:
            return [
                feature
                for wanted in (Layer if layer is None else (layer,))
                for feature in _load(connection, wanted)
            ]


def _load(connection: Connection, layer: Layer) -> list[LandFeature]:
    rows = connection.execute(
        select(land_feature).where(land_feature.c.layer == layer).order_by(land_feature.c.position)
    )
    return [
        LandFeature(row.layer, row.code, row.name, row.geometry, row.drill, row.properties)
        for row in rows
    ]


def _check(layer: Layer, feature: LandFeature, codes: set[str]) -> None:
    wrong = ""
    if feature.layer is not layer:
        wrong = f"belongs to layer {feature.layer}, not {layer}"
    elif feature.code in codes:
        wrong = "has a code that another one has"
    elif feature.geometry.is_empty:
        wrong = "has no geometry"
    elif any(
        isinstance(value, float) and not math.isfinite(value)
        for value in feature.properties.values()
    ):
        wrong = "has a property that is not a finite number"
    else:
        west, south, east, north = feature.geometry.bounds
        # Written so that NaN is refused too.
        if not (west >= -180.0 and south >= -90.0 and east <= 180.0 and north <= 90.0):
            wrong = "lies outside longitude ±180 and latitude ±90"
    if wrong:
        raise InputRefused(
            f"The land feature {feature.code!r} ({feature.name}) {wrong}.",
            remedy="Mend it in its source and import the layer again.",
        )
    codes.add(feature.code)
