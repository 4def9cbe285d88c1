"""From pixels and coordinates to places: the only floor that knows datums, relief and land."""

from geo.camera import pixel_of_ray, ray_of_pixel
from geo.crs import LocalFrame
from geo.land import LandIndex
from geo.layers import read_layers
from geo.locate import Locator, Spread
from geo.relief import drill_relief
from geo.terrain import Terrain, TowerTerrain
from geo.tiles import terrarium_tile

__all__ = [
    "LandIndex",
    "LocalFrame",
    "Locator",
    "Spread",
    "Terrain",
    "TowerTerrain",
    "drill_relief",
    "pixel_of_ray",
    "ray_of_pixel",
    "read_layers",
    "terrarium_tile",
]
