"""What is told of a calibration."""

from datetime import datetime

from pydantic import BaseModel

from api.calibration.easel import Picture
from api.calibration.finding import Found
from models.calibration import Calibration, CalibrationMethod, Mark
from models.errors import InputRefused
from models.frame import TimeSource
from models.site import Pose, Position

__all__ = [
    "CalibrationAnswer",
    "FitAnswer",
    "LineAnswer",
    "PictureAnswer",
    "PresetAnswer",
    "Refusal",
    "SeenAnswer",
]


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
