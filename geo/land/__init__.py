"""Sets a fire against the land."""

from geo.land.index import LandIndex

__all__ = ["LandIndex"]
