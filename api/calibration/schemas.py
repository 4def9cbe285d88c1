"""What a calibration looks like on the wire; every number is bounded and finite."""

from datetime import datetime
from typing import Annotated, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.calibration.easel import Picture
from api.calibration.finding import CANOPY_M, Found
from api.cameras.schemas import PoseBody
from models.calibration import Calibration, CalibrationMethod, Mark
from models.errors import InputRefused
from models.frame import TimeSource
from models.site import HeightDatum, Pose, Position
from models.units import FloatArray

__all__ = [
    "AgainRequest",
    "CalibrationAnswer",
    "FitAnswer",
    "FitRequest",
    "ForceRequest",
    "LineAnswer",
    "LineBody",
    "LineRequest",
    "MarkBody",
    "PictureAnswer",
    "PresetAnswer",
    "Refusal",
    "SeenAnswer",
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


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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


class SeenAnswer(BaseModel):
    """Where the terrain's skyline and places lie in a picture of a pose.

    Attributes:
        skyline: pieces of (x, y) pixels; empty without relief.
        places: (x, y) of each, in their order; None for one that it does not show.
    """

    skyline: list[list[tuple[float, float]]]
    places: list[tuple[float, float] | None]


class PictureAnswer(BaseModel):
    """A picture that was set aside.

    Attributes:
        is_view: nothing speaks against its showing its preset's view.
    """

    picture: str
    captured_at: datetime
    clock_sigma_s: float | None
    time_source: TimeSource
    width_px: int
    height_px: int
    is_view: bool

    @classmethod
    def of(cls, picture: Picture) -> "PictureAnswer":
        """Without its bytes."""
        return cls(
            picture=picture.picture_id,
            captured_at=picture.captured_at,
            clock_sigma_s=picture.clock_sigma_s,
            time_source=picture.time_source,
            width_px=picture.width_px,
            height_px=picture.height_px,
            is_view=picture.pose is not None,
        )


class Refusal(BaseModel):
    """Why there is no pose.

    Attributes:
        suspects: names of landmarks without any one of which the others agree.
    """

    code: str
    detail: str
    remedy: str
    suspects: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: InputRefused, suspected: tuple[str, ...] = ()) -> "Refusal":
        """As the house says it."""
        return cls(code=error.code, detail=error.message, remedy=error.remedy, suspects=suspected)


class LineAnswer(BaseModel):
    """A picture's skyline, or why it has none that could be trusted.

    Attributes:
        share: of the picture's columns in which it was found.
    """

    x_px: list[float] = []
    y_px: list[float] = []
    share: float = 0.0
    refusal: Refusal | None = None


class FitAnswer(BaseModel):
    """What fits best, or why nothing does; nothing is stored.

    Attributes:
        before: the preset's pose of now.
        after: with its standard deviations; None when refused.
        share: of marks or points that agree.
        fov_fitted: whether field of view and lens were found, too.
    """

    before: Pose
    after: Pose | None = None
    marks: tuple[Mark, ...] = ()
    misfit_px: float = 0.0
    points: int = 0
    share: float = 0.0
    fov_fitted: bool = False
    refusal: Refusal | None = None

    @classmethod
    def of(cls, before: Pose, found: Found) -> "FitAnswer":
        """What was found."""
        return cls(
            before=before,
            after=found.pose,
            marks=found.marks,
            misfit_px=found.misfit_px,
            points=found.points,
            share=found.share,
            fov_fitted=found.fov_fitted,
        )


class CalibrationAnswer(BaseModel):
    """One entry of the history.

    Attributes:
        in_force: the preset's pose is the one that it gave.
        has_picture: its picture is kept.
    """

    calibration_id: int
    camera_id: str
    preset: int
    method: CalibrationMethod
    author: str
    at: datetime
    captured_at: datetime
    lens: Position
    before: Pose
    after: Pose
    width_px: int
    height_px: int
    misfit_px: float
    points: int
    marks: tuple[Mark, ...]
    terrain: str
    in_force: bool
    has_picture: bool

    @classmethod
    def of(cls, calibration: Calibration, *, in_force: bool) -> "CalibrationAnswer":
        """Whole."""
        plain = {
            name: getattr(calibration, name)
            for name in cls.model_fields
            if hasattr(calibration, name)
        }
        return cls(**plain, in_force=in_force, has_picture=calibration.picture != "")


class PresetAnswer(BaseModel):
    """How a preset's pose was found.

    Attributes:
        history: the newest first; empty for one that was never calibrated.
    """

    preset: int
    name: str
    pose: Pose
    history: tuple[CalibrationAnswer, ...]
