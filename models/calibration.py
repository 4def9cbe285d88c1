"""How the pose of a preset was found, and whether the camera still holds it.

A calibration is a fact with its author: by which marks, how well they agreed, what the pose was
before. A check compares what the camera shows today with the reference picture of its preset.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.site import Pose, Position

__all__ = [
    "DRIFT_DEG",
    "Calibration",
    "CalibrationMethod",
    "CheckOutcome",
    "Mark",
    "PoseCheck",
    "PoseReference",
    "UnknownWhy",
]

DRIFT_DEG: Final = 0.05
"""From so much a preset is told as drifted: 9 m across at 10 km, 50 to 300 m along the ground."""


class CalibrationMethod(StrEnum):
    """What the pose was found by."""

    LANDMARKS = "landmarks"  # things whose places are known
    SKYLINE = "skyline"  # the line between land and sky, laid on that of the relief
    SUN = "sun"  # where the sun stood when the picture was made


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in the picture whose direction is known.

    Attributes:
        name: for people.
        x_px: where the picture shows it, in the upright picture.
        y_px: likewise.
        azimuth_deg: in which direction it lies, true north.
        elevation_deg: geometric, as seen from the lens.
        right_px: where it was marked less where the pose that was found puts it.
        down_px: likewise.
        is_outlier: it does not agree with the others, and did not count.
        position: of the thing; None for the sun.
    """

    name: str
    x_px: float
    y_px: float
    azimuth_deg: float
    elevation_deg: float
    right_px: float
    down_px: float
    is_outlier: bool
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """The pose of one preset, as somebody found it.

    Attributes:
        calibration_id: number, rising; 0 before it is stored.
        camera_id: of the camera.
        preset: its number.
        method: what it was found by.
        author: user name.
        at: UTC, when it was put in force.
        captured_at: UTC, when its picture was made.
        lens: of the camera as it was believed to stand.
        before: pose of the preset until then.
        after: pose from then on, with its standard deviations.
        width_px: of the upright picture.
        height_px: of the upright picture.
        misfit_px: how far marks or skyline usually lie from where they should.
        points: marks that counted, or points of the skyline.
        marks: empty for a skyline.
        terrain: name of the relief; empty when it did not matter.
        picture: name of its picture among those that are kept; empty when none is.
        hidden: what was painted over in it, outlines in shares of width and height.
        known_as: pose under which what the view looks like was learned. A calibration gives a view
            a better label and leaves it the same view; None where it begins one anew.
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
    marks: tuple[Mark, ...] = ()
    terrain: str = ""
    picture: str = ""
    hidden: tuple[tuple[tuple[float, float], ...], ...] = ()
    known_as: Pose | None = None


class CheckOutcome(StrEnum):
    """What a check of a pose says."""

    STEADY = "steady"  # the preset shows what it showed, within :data:`DRIFT_DEG`
    DRIFTED = "drifted"  # it shows the same, shifted by more
    UNKNOWN = "unknown"  # fog, night, another view: nothing can be said


class UnknownWhy(StrEnum):
    """Why nothing can be said of a pose."""

    NO_PICTURES = "no_pictures"  # none came of this preset, standing still and by daylight
    UNCLEAR = "unclear"  # they do not show what the reference shows: fog, glare, another view
    OTHER_SHAPE = "other_shape"  # they are cut otherwise than the reference


@dataclass(frozen=True, slots=True)
class PoseReference:
    """The picture against which a preset is checked.

    Attributes:
        camera_id: of the camera.
        preset: its number.
        pose: that was in force when it was made; a reference of another pose says nothing.
        captured_at: UTC.
        width_px: of the upright picture.
        height_px: of the upright picture.
        file: its name among the reference pictures.
        calibrated: it is the picture of a calibration; otherwise the first good one since the pose
            was entered.
        hidden: what was painted over in it, outlines in shares of width and height; paint does not
            move with the land.
    """

    camera_id: str
    preset: int
    pose: Pose
    captured_at: datetime
    width_px: int
    height_px: int
    file: str
    calibrated: bool
    hidden: tuple[tuple[tuple[float, float], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class PoseCheck:
    """What a preset shows today against its reference.

    Attributes:
        camera_id: of the camera.
        preset: its number.
        at: UTC, of the last picture that was compared.
        outcome: steady, drifted or unknown.
        pictures: that could be compared.
        azimuth_off_deg: how far the camera looks to the right of where its pose says, median.
        tilt_off_deg: how far above it.
        roll_off_deg: how far it is turned clockwise against it.
        sigma_deg: standard deviation of the first two.
        reference: file of the picture that it was compared with; a check against another than the
            preset's present one says nothing of it any more.
        zoom_off: share by which the land looks larger than in the reference.
        why: nothing can be said; None for steady and drifted.
    """

    camera_id: str
    preset: int
    at: datetime
    outcome: CheckOutcome
    pictures: int
    azimuth_off_deg: float = 0.0
    tilt_off_deg: float = 0.0
    roll_off_deg: float = 0.0
    sigma_deg: float = 0.0
    reference: str = ""
    zoom_off: float = 0.0
    why: UnknownWhy | None = None
