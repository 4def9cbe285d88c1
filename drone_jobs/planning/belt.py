"""A belt in a metric plane, as lines along it are laid: its middle line and how wide it is."""

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from geo.crs import LocalFrame
from models.units import FloatArray

__all__ = ["BeltShape"]


@dataclass(frozen=True, slots=True, eq=False)
class BeltShape:
    """A belt in a metric plane.

    Attributes:
        frame: the plane, centred on the belt.
        line_m: (n, 2) vertices of the centre line, n >= 2, no vertex equal to the one before it.
        half_width_m: largest distance of the belt's edge from the line, >= 0.
        ground_m: the belt's area in the plane; the line itself when its width is 0.
    """

    frame: LocalFrame
    line_m: FloatArray
    half_width_m: float
    ground_m: BaseGeometry
