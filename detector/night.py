"""Whether a sighting was made in the dark, by its own picture alone."""

from camera_gateway.light import LEAST_SIDE_PX, light_of
from camera_gateway.pictures import decode_jpeg
from detector.sighting import Sighting
from models.frame import FrameMode
from models.light import Light

__all__ = ["is_dark"]

REDUCTION = 8


def is_dark(sighting: Sighting) -> bool:
    """Whether the picture is dark, or without colour, or thermal: nothing then looks like flame.

    A picture too small to tell counts as dark: flame in it is not held back.

    Raises:
        FrameCorrupt: the picture is damaged.
    """
    frame = sighting.frame
    if frame.mode is not FrameMode.VISIBLE:
        return True
    name = f"{frame.camera_id} frame {frame.sequence}"
    image = decode_jpeg(frame.jpeg, name, reduction=REDUCTION)
    if min(image.shape[:2]) < LEAST_SIDE_PX:
        return True
    return light_of(image) is not Light.DAY
