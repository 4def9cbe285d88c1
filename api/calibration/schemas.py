"""What is asked of a calibration; every number is bounded and finite."""

from typing import Annotated, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from api.bodies import RequestBody
from api.calibration.finding import CANOPY_M
from api.cameras.schemas import PoseBody
from models.calibration import CalibrationMethod
from models.site import HeightDatum
from models.units import FloatArray

__all__ = [
    "AgainRequest",
    "FitRequest",
    "ForceRequest",
    "LineBody",
    "LineRequest",
    "MarkBody",
    "SeenRequest",
]

MOST_MARKS = 100
MOST_POINTS = 20_000
MOST_PLACES = 500
MOST_SUNS = 12
MOST_PX = 20_000

Pixel = Annotated[float, Field(ge=-MOST_PX, le=MOST_PX)]
Canopy = Annotated[float, Field(ge=0.0, le=60.0)]
Side = Annotated[int, Field(ge=16, le=MOST_PX)]
PictureKey = Annotated[str, Field(pattern="^[0-9a-f]{24}$")]


class _Part(RequestBody):
    model_config = ConfigDict(frozen=True)


class PlaceBody(_Part):
    """A place as somebody states it.

    Attributes:
        coordinates: system of the two numbers, see :func:`geo.crs.tagged`.
        east: longitude in degrees, or easting in metres.
        north: latitude or northing.
        height_m: above ``height_datum``.
    """

    coordinates: Annotated[str, Field(min_length=1, max_length=40)]
    east: Annotated[float, Field(ge=-1e9, le=1e9)]
    north: Annotated[float, Field(ge=-1e9, le=1e9)]
    height_m: Annotated[float, Field(ge=-500.0, le=9000.0)]
    height_datum: HeightDatum


class MarkBody(PlaceBody):
    """A thing whose place is known, where the picture shows it."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    x_px: Pixel
    y_px: Pixel


class LineBody(_Part):
    """Points of a skyline in a picture."""

    x_px: Annotated[tuple[Pixel, ...], Field(max_length=MOST_POINTS)]
    y_px: Annotated[tuple[Pixel, ...], Field(max_length=MOST_POINTS)]

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        if len(self.x_px) != len(self.y_px):
            msg = "x_px and y_px differ in their length"
            raise ValueError(msg)
        return self

    def arrays(self) -> tuple[FloatArray, FloatArray]:
        """Both as float64."""
        return np.asarray(self.x_px, np.float64), np.asarray(self.y_px, np.float64)


class SunBody(_Part):
    """The middle of the sun's disc in a picture that was set aside."""

    picture: PictureKey
    x_px: Pixel
    y_px: Pixel


class FitRequest(_Part):
    """What was marked in a picture.

    Attributes:
        picture: that was set aside, on which was worked.
        method: which of the following counts.
        start: about where the camera looks, when it was turned by hand; the pose otherwise.
        canopy_m: height of the trees on the ridges of a skyline.
    """

    picture: PictureKey
    method: CalibrationMethod
    start: PoseBody | None = None
    canopy_m: Canopy = CANOPY_M
    marks: Annotated[tuple[MarkBody, ...], Field(max_length=MOST_MARKS)] = ()
    line: LineBody = LineBody(x_px=(), y_px=())
    suns: Annotated[tuple[SunBody, ...], Field(max_length=MOST_SUNS)] = ()


class LineRequest(_Part):
    """The skyline of a picture that was set aside is to be found.

    Attributes:
        start: about where the camera looks, when it was turned by hand; the pose otherwise.
        canopy_m: height of the trees on the ridges.
    """

    picture: PictureKey
    start: PoseBody | None = None
    canopy_m: Canopy = CANOPY_M


class ForceRequest(FitRequest):
    """The same, to be put in force.

    Attributes:
        before: the preset's pose as it was shown; another one by now is a conflict.
    """

    before: PoseBody


class AgainRequest(_Part):
    """An older calibration is to be put in force again."""

    before: PoseBody


class SeenRequest(_Part):
    """What a picture of a pose would show."""

    pose: PoseBody
    width_px: Side
    height_px: Side
    canopy_m: Canopy = CANOPY_M
    places: Annotated[tuple[PlaceBody, ...], Field(max_length=MOST_PLACES)] = ()
