"""Sets a fire against the land."""

from geo.land.index import LandIndex
from geo.land.water import WaterDesk

__all__ = ["LandIndex", "WaterDesk"]
