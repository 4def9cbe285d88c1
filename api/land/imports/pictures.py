"""A draft on a small map: some hundred of its features, thinned until they travel fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.terrain import METRES_PER_DEGREE
from models.land import LandFeature

__all__ = ["MOST_SHOWN", "MapPicture", "picture_of"]

MOST_SHOWN: Final = 300
MOST_CORNERS: Final = 20_000
_DIGITS_DEG: Final = 1e-6  # 0.1 m


@dataclass(frozen=True, slots=True)
class MapPicture:
    """What a small map shows.

    Attributes:
        features: GeoJSON collection, WGS 84.
        left_out: how many features there are besides.
        outline: of the district as GeoJSON geometry; None where none is known.
    """

    features: dict[str, Any]
    left_out: int
    outline: dict[str, Any] | None


def picture_of(features: Sequence[LandFeature], district: BaseGeometry | None) -> MapPicture:
    """Draw it.

    Args:
        features: of a draft; shown are some from all of them, in their order.
        district: outline of the district, WGS 84 degrees.
    """
    step = max(1, -(-len(features) // MOST_SHOWN))
    shown = features[::step]
    shapes = _thinned([feature.geometry for feature in shown])
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": mapping(shape),
                "properties": {"code": feature.code, "name": feature.name},
            }
            for feature, shape in zip(shown, shapes, strict=True)
            if not shape.is_empty
        ],
    }
    outline = None if district is None else mapping(_thinned([district])[0])
    return MapPicture(collection, len(features) - len(shown), outline)


def _thinned(shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Simplified twice as coarsely until there are few enough corners; from 5 m on."""
    whole = list(shapes)
    thinned, off_deg = whole, 5.0 / METRES_PER_DEGREE
    while shapely.get_num_coordinates(thinned).sum() > MOST_CORNERS and off_deg < 1.0:
        thinned = list(shapely.simplify(whole, off_deg))
        off_deg *= 2.0
    # "pointwise" makes no new topology, so that a line may not vanish from a picture.
    return list(shapely.set_precision(thinned, _DIGITS_DEG, mode="pointwise"))
