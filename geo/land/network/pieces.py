"""Long lines cut small, so that a search for what is near looks at what is near."""

from functools import cached_property
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.land.metric import MetricLayer
from models.land import LandFeature

__all__ = ["Pieces", "cut_small"]

PIECE_CORNERS: Final = 24
_FIRST_REACH_M: Final = 500.0
_FARTHEST_M: Final = 300_000.0


class Pieces:
    """The shapes of several layers in small pieces, and whose they are.

    Args:
        layers: any.
    """

    def __init__(self, *layers: MetricLayer) -> None:
        self.features: tuple[LandFeature, ...] = tuple(
            each for layer in layers for each in layer.features
        )
        shapes = np.concatenate([np.array([], dtype=object), *(layer.shapes for layer in layers)])
        self.shapes, self.owner = cut_small(shapes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Of the pieces."""
        return shapely.STRtree(self.shapes)

    def nearest(self, shapes: NDArray[np.object_]) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """The feature nearest to each of some shapes, and the shortest way to it.

        Raises:
            ValueError: there is none.
        """
        if not self.features:
            raise ValueError("There is nothing to be near to.")
        piece = self.tree.nearest(shapes)
        return self.owner[piece], shapely.shortest_line(shapes, self.shapes[piece])

    def nearest_foreign(
        self, shape: shapely.Geometry, own: LandFeature
    ) -> tuple[LandFeature, float] | None:
        """The nearest that is another feature, and metres to it; None without one."""
        reach_m = _FIRST_REACH_M
        while True:
            near = self.tree.query(shape, predicate="dwithin", distance=reach_m)
            foreign = [
                index for index in near.tolist() if self.features[self.owner[index]] is not own
            ]
            if foreign:
                away_m = shapely.distance(self.shapes[foreign], shape)
                best = int(np.argmin(away_m))
                return self.features[self.owner[foreign[best]]], float(away_m[best])
            if reach_m > _FARTHEST_M:
                return None
            reach_m *= 4.0


def cut_small(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Pieces of some shapes, and the place of the shape that each is of; areas stay whole."""
    pieces: list[shapely.Geometry] = []
    owner: list[int] = []
    for index, shape in enumerate(shapes):
        cut = [shape]
        if shapely.get_dimensions(shape) == 1:
            cut = [
                shapely.LineString(corners[first : first + PIECE_CORNERS + 1])
                for corners in map(shapely.get_coordinates, shapely.get_parts(shape))
                for first in range(0, len(corners) - 1, PIECE_CORNERS)
            ]
        pieces += cut
        owner += [index] * len(cut)
    found = np.empty(len(pieces), dtype=object)
    found[:] = pieces
    return found, np.array(owner, dtype=np.intp)
