"""From pixels and coordinates to places: the only floor that knows datums, relief and land."""

from geo.crs import LocalFrame

__all__ = ["LocalFrame"]
