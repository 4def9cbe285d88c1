"""Which pictures may speak of a preset's pose, and what one of them says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from camera_gateway.light import LEAST_SIDE_PX, light_of
from camera_gateway.pictures import decode_jpeg
from camera_gateway.pose_check.compare import LEAST_PLACES, Offset, offset_of
from camera_gateway.pose_check.scene import Outline, grey_of, scene_of, work_size
from models.calibration import PoseReference
from models.condition import Condition
from models.errors import FrameCorrupt
from models.frame import Frame, FrameMode
from models.light import Light
from models.patrol import PoseTrust
from models.pose_state import same_view
from models.site import Pose
from models.units import ImageBGR

__all__ = ["Said", "daylight", "may_be_compared", "may_be_reference", "said_of", "worth_of"]

SAME_SHAPE: Final = 0.01
LEAST_FAR_PLACES: Final = 12

_UNFIT: Final = frozenset(
    {
        Condition.FOGGED,
        Condition.BLURRED,
        Condition.OVEREXPOSED,
        Condition.STILL,
        Condition.STUCK,
        Condition.UNREACHED,
        Condition.UNSETTLED,
    }
)
_DOUBTFUL: Final = frozenset({Condition.MOVED, Condition.PARTLY_HIDDEN})
_SEEN_THERE: Final = frozenset({PoseTrust.REPORTED, PoseTrust.VERIFIED})


@dataclass(frozen=True, slots=True)
class Said:
    """What one picture says.

    Attributes:
        same_shape: it is cut as the reference is.
        offset: None where it shows too little of the reference.
        worth: firm cells of it, at the size at which it was compared.
        reference_worth: those of the reference.
    """

    same_shape: bool
    offset: Offset | None = None
    worth: int = 0
    reference_worth: int = 0


def may_be_compared(frame: Frame, pose: Pose, *, tours: bool) -> bool:
    """Whether a frame may speak of a preset.

    Args:
        frame: of that preset.
        pose: of the preset.
        tours: the camera is turned; a frame of it must have been seen to show its preset. A fixed
            camera that was turned by hand or storm may: that is what is looked for.
    """
    if frame.mode is not FrameMode.VISIBLE or frame.conditions & _UNFIT:
        return False
    if frame.pose is None:
        return not tours
    return same_view(pose, frame.pose) and (not tours or frame.pose_trust in _SEEN_THERE)


def may_be_reference(frame: Frame) -> bool:
    """Whether a frame that may be compared may also be what others are compared with."""
    return frame.pose is not None and not frame.conditions & _DOUBTFUL


def daylight(frame: Frame) -> ImageBGR | None:
    """The picture of a frame; None when it is damaged, tiny, or was not made by day."""
    try:
        picture = decode_jpeg(frame.jpeg, frame.camera_id)
    except FrameCorrupt:
        return None
    if min(picture.shape[:2]) < LEAST_SIDE_PX:
        return None
    small = np.asarray(cv2.resize(picture, (160, 90), interpolation=cv2.INTER_AREA), np.uint8)
    return picture if light_of(small) is Light.DAY else None


def worth_of(picture: ImageBGR, hidden: Sequence[Outline]) -> int:
    """Firm cells of a picture; 0 when it has too little to be a reference."""
    scene = scene_of(grey_of(picture, work_size(picture.shape[1::-1])), hidden)
    enough = scene.x_px.size >= LEAST_PLACES and int(scene.is_far.sum()) >= LEAST_FAR_PLACES
    return scene.richness if enough else 0


def said_of(
    reference: PoseReference, kept: ImageBGR, frame: Frame, picture: ImageBGR, *, weigh: bool
) -> Said:
    """Compare a picture with the reference.

    Args:
        reference: of its preset.
        kept: its picture.
        frame: that is compared.
        picture: of the frame.
        weigh: also say how much each of them shows.
    """
    known_px, seen_px = kept.shape[1::-1], picture.shape[1::-1]
    if abs(known_px[0] * seen_px[1] / (known_px[1] * seen_px[0]) - 1.0) > SAME_SHAPE:
        return Said(same_shape=False)
    size_px = work_size(known_px, seen_px)
    hidden = (*reference.hidden, *(mask.polygon for mask in frame.hidden))
    scene, grey = scene_of(grey_of(kept, size_px), hidden), grey_of(picture, size_px)
    return Said(
        same_shape=True,
        offset=offset_of(scene, grey, reference.pose),
        worth=scene_of(grey, hidden).richness if weigh else 0,
        reference_worth=scene.richness,
    )
