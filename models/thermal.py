"""Pictures of heat: what their numbers mean, and the hot spots in them.

A radiometric picture has temperatures. Any other has levels that only tell warmer from colder
within one frame: the camera sets them anew for each (its automatic gain), so none is ever called a
temperature.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["HeatLevels", "HotSpot", "ThermalEncoding", "ThermalImage", "ThermalScale"]

HeatLevels: TypeAlias = Annotated[NDArray[np.float32], "(height, width) finite, more is hotter"]


class ThermalScale(StrEnum):
    """What a level is."""

    CELSIUS = "celsius"  # apparent temperature of the surface, degrees
    RELATIVE = "relative"  # warmer or colder than the rest of the frame, and nothing else


class ThermalEncoding(StrEnum):
    """How whoever sends a picture says that its numbers are to be read."""

    AS_TOLD = (
        "as_told"  # floating point: degrees; FLIR's own files: by their constants; else levels
    )
    CELSIUS = "celsius"  # whole numbers of degrees
    CELSIUS_TENTHS = "celsius_tenths"
    DECIKELVIN = "decikelvin"  # tenths of a kelvin above absolute zero
    CENTIKELVIN = "centikelvin"  # hundredths of one
    KELVIN_25THS = "kelvin_25ths"  # steps of 0.04 K, as FLIR's cores send with high gain
    WHITE_HOT = "white_hot"  # levels, brighter is hotter
    BLACK_HOT = "black_hot"  # levels, darker is hotter

    @property
    def step_and_zero_c(self) -> tuple[float, float] | None:
        """Degrees a step, and degrees at zero; None where numbers are no temperatures."""
        return _LINEAR.get(self)


_LINEAR = {
    ThermalEncoding.CELSIUS: (1.0, 0.0),
    ThermalEncoding.CELSIUS_TENTHS: (0.1, 0.0),
    ThermalEncoding.DECIKELVIN: (0.1, -273.15),
    ThermalEncoding.CENTIKELVIN: (0.01, -273.15),
    ThermalEncoding.KELVIN_25THS: (0.04, -273.15),
}


@dataclass(frozen=True, slots=True, eq=False)
class ThermalImage:
    """A picture of heat.

    Attributes:
        levels: of the upright picture.
        scale: what they are.
        top: the highest level that the sensor or the file can tell: what reads so much may be
            hotter; None where nobody knows.
        camera: model, as the file has it; may be empty.
    """

    levels: HeatLevels = field(repr=False)
    scale: ThermalScale
    top: float | None = None
    camera: str = ""

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self.levels.shape
        return width, height


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A region of a frame that is hotter than what lies around it.

    Attributes:
        x_min: left edge in pixels, and so on for the other three; ``x_max`` and ``y_max`` lie
            behind the last pixel.
        y_min: upper edge.
        x_max: right edge.
        y_max: lower edge.
        area_px: pixels of the region, at least 1.
        peak: its highest level; degrees of Celsius where the scale is that.
        peak_x: column of that pixel.
        peak_y: its row.
        around: level of the ground around it.
        noise: usual difference of neighbouring places there, above 0, in levels.
    """

    x_min: int
    y_min: int
    x_max: int
    y_max: int
    area_px: int
    peak: float
    peak_x: int
    peak_y: int
    around: float
    noise: float

    @property
    def contrast(self) -> float:
        """Levels by which its peak stands above the ground around it."""
        return self.peak - self.around

    @property
    def prominence(self) -> float:
        """The same in usual differences of the ground around it."""
        return self.contrast / self.noise
