"""From pixels and coordinates to places: the only floor that knows datums, relief and land."""

from geo.camera import pixel_of_ray, ray_of_pixel
from geo.crs import LocalFrame
from geo.locate import Locator, Spread
from geo.relief import drill_relief
from geo.terrain import Terrain, TowerTerrain

__all__ = [
    "LocalFrame",
    "Locator",
    "Spread",
    "Terrain",
    "TowerTerrain",
    "drill_relief",
    "pixel_of_ray",
    "ray_of_pixel",
]
