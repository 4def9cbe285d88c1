"""Shapes as straight pieces in flat arrays, for questions that come by the thousand."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from models.units import FloatArray

__all__ = ["Pieces", "pieces_of"]

_AREA = 2  # dimension of polygons

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Straight pieces; a point is one without length. The border of an area is all of it here.

    Attributes:
        x_m: (pieces,) where each begins.
        y_m: likewise.
        along_x_m: (pieces,) from there to its end.
        along_y_m: likewise.
        per_m2: (pieces,) one over its squared length; 0 for a point.
        owner: (pieces,) number of the shape that it belongs to.
    """

    x_m: FloatArray
    y_m: FloatArray
    along_x_m: FloatArray
    along_y_m: FloatArray
    per_m2: FloatArray
    owner: IndexArray

    def squared_m2(self, piece: IndexArray, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Squared distance from each place to the piece of the same row."""
        from_x, from_y = x_m - self.x_m[piece], y_m - self.y_m[piece]
        along_x, along_y = self.along_x_m[piece], self.along_y_m[piece]
        share = (from_x * along_x + from_y * along_y) * self.per_m2[piece]
        np.clip(share, 0.0, 1.0, out=share)
        from_x -= share * along_x
        from_y -= share * along_y
        squared: FloatArray = from_x * from_x + from_y * from_y
        return squared

    def of(self, owners: IndexArray) -> "Pieces":
        """Those of some shapes."""
        kept = np.flatnonzero(np.isin(self.owner, owners))
        return Pieces(
            self.x_m[kept],
            self.y_m[kept],
            self.along_x_m[kept],
            self.along_y_m[kept],
            self.per_m2[kept],
            self.owner[kept],
        )


def pieces_of(shapes: NDArray[np.object_]) -> Pieces:
    """The pieces of shapes in metres, in their order."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(parts) == _AREA
    rings, ring_part = shapely.get_rings(parts[areal], return_index=True)
    lines = np.concatenate((parts[~areal], rings))
    line_owner = np.concatenate((owner[~areal], owner[areal][ring_part]))
    corners, line = shapely.get_coordinates(lines, return_index=True)
    follows = line[1:] == line[:-1]
    starts = np.flatnonzero(follows)
    alone = np.flatnonzero(np.bincount(line, minlength=len(lines))[line] == 1)
    first = np.concatenate((corners[starts], corners[alone]))
    last = np.concatenate((corners[starts + 1], corners[alone]))
    whose = np.concatenate((line_owner[line[starts]], line_owner[line[alone]]))
    order = np.argsort(whose, kind="stable")
    first, along = first[order], (last - first)[order]
    squared = (along**2).sum(axis=1)
    per_m2 = np.divide(1.0, squared, out=np.zeros_like(squared), where=squared > 0.0)
    return Pieces(
        np.ascontiguousarray(first[:, 0]),
        np.ascontiguousarray(first[:, 1]),
        np.ascontiguousarray(along[:, 0]),
        np.ascontiguousarray(along[:, 1]),
        per_m2,
        whose[order].astype(np.intp),
    )
