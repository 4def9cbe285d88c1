"""The terrain's skyline as seen from one lens: what a picture's is laid on."""

from dataclasses import dataclass

import numpy as np

from geo.horizon import Horizon
from models.units import FloatArray

__all__ = ["Skyline", "skyline_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Skyline:
    """The terrain's skyline from one lens.

    Attributes:
        azimuth_deg: (n,) rising, equally spaced, over less than a full turn or from 0 to below 360.
        elevation_deg: (n,) highest ground in that direction; NaN where the terrain ends before.
        range_m: (n,) how far away that ground is; None when it is not known.
    """

    azimuth_deg: FloatArray
    elevation_deg: FloatArray
    range_m: FloatArray | None = None

    def at(self, azimuth_deg: FloatArray) -> FloatArray:
        """Elevation in other directions, between those that are known; NaN outside."""
        first, last = float(self.azimuth_deg[0]), float(self.azimuth_deg[-1])
        turned = np.mod(azimuth_deg - first, 360.0) + first
        step = (last - first) / (len(self.azimuth_deg) - 1)
        azimuths, elevations = self.azimuth_deg, self.elevation_deg
        if last - first + step > 360.0 - step / 2.0:  # a full turn closes on itself
            azimuths = np.append(azimuths, first + 360.0)
            elevations = np.append(elevations, elevations[0])
        return np.interp(turned, azimuths, elevations, left=np.nan, right=np.nan)


def skyline_of(horizon: Horizon, canopy_m: float = 0.0) -> Skyline:
    """The terrain's skyline all around a lens, to draw; to fit, ``skyline_around`` is finer.

    Args:
        horizon: of the lens.
        canopy_m: height of the trees on the ridges.
    """
    return Skyline(horizon.azimuth_deg, *horizon.wooded_skyline(canopy_m))
