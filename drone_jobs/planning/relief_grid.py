"""Ground heights on a square grid of a metric plane, to look them up quickly and often."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.crs import LocalFrame
from geo.terrain import Heights, Terrain, bilinear
from models.units import FloatArray

__all__ = ["ReliefGrid"]

MOST_NODES: Final = 300  # along a side


@dataclass(frozen=True, slots=True, eq=False)
class ReliefGrid:
    """Heights at nodes.

    Attributes:
        west_m: x of the first column.
        south_m: y of the first row.
        step_m: between nodes, > 0.
        values_m: (rows, columns) above sea level, row 0 in the south; NaN where nobody knows.
    """

    west_m: float
    south_m: float
    step_m: float
    values_m: Heights

    @classmethod
    def of(
        cls, terrain: Terrain | None, frame: LocalFrame, bounds_m: tuple[float, float, float, float]
    ) -> "ReliefGrid":
        """Of a rectangle: west, south, east, north; level at 0 where there is no terrain.

        Nodes lie half a cell of the terrain apart, or as far as :data:`MOST_NODES` asks for.
        """
        west_m, south_m, east_m, north_m = bounds_m
        longest_m = max(east_m - west_m, north_m - south_m, 1.0)
        least_m = longest_m if terrain is None else terrain.cell_m / 2.0
        step_m = max(longest_m / MOST_NODES, least_m)
        x_m = west_m + step_m * np.arange(int((east_m - west_m) / step_m) + 2)
        y_m = south_m + step_m * np.arange(int((north_m - south_m) / step_m) + 2)
        if terrain is None:
            values_m = np.zeros((len(y_m), len(x_m)), np.float32)
        else:
            lon_deg, lat_deg = frame.to_lonlat(*np.meshgrid(x_m, y_m))
            values_m = np.asarray(terrain.height_at(lon_deg, lat_deg), np.float32)
        return cls(west_m, south_m, step_m, values_m)

    def at(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Heights at places; NaN outside and at voids."""
        return bilinear(
            self.values_m, (y_m - self.south_m) / self.step_m, (x_m - self.west_m) / self.step_m
        )

    @property
    def steepest(self) -> float:
        """Largest slope between neighbouring nodes, metres a metre; 0 where all is void."""
        slopes = [np.abs(np.diff(self.values_m, axis=axis)) for axis in (0, 1)]
        known = [np.fmax.reduce(each, axis=None, initial=0.0) for each in slopes]
        return float(np.hypot(*known)) / self.step_m
