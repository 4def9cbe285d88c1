"""By what light a sighting was made, by its own picture alone; nothing is shared between cameras.

A camera is configured as visible, infrared or thermal; one whose filter swings out at night changes
by itself, and only its picture says so.
"""

from camera_gateway.light import LEAST_SIDE_PX, light_of
from camera_gateway.pictures import decode_jpeg
from detector.sighting import Sighting
from models.errors import FrameCorrupt
from models.frame import Frame, FrameMode
from models.light import Light
from models.units import ImageBGR

__all__ = ["is_dark", "mode_in", "mode_seen"]

REDUCTION = 8
THINNED_PX = 240
"""Pixels of the width that tell the light: 0.2 ms for the 1.8 of a picture of 960."""


def is_dark(sighting: Sighting) -> bool:
    """Whether the picture is dark, or without colour, or thermal: nothing then looks like flame.

    A picture that does not tell counts as dark: flame in it is not held back.
    """
    frame = sighting.frame
    if frame.mode is not FrameMode.VISIBLE:
        return True
    return _light_of(frame) is not Light.DAY


def mode_seen(frame: Frame) -> FrameMode:
    """How the picture was made: infrared for one of a visible camera that has no colour."""
    if frame.mode is FrameMode.VISIBLE and _light_of(frame) is Light.INFRARED:
        return FrameMode.INFRARED
    return frame.mode


def mode_in(mode: FrameMode, picture: ImageBGR) -> FrameMode:
    """The same of a picture that is decoded already, at any size.

    Args:
        mode: that the camera is configured for.
        picture: the whole of it; a reduced one does as well.
    """
    every = max(1, picture.shape[1] // THINNED_PX)
    thinned = picture[::every, ::every]
    if mode is not FrameMode.VISIBLE or min(thinned.shape[:2]) < LEAST_SIDE_PX:
        return mode
    return FrameMode.INFRARED if light_of(thinned) is Light.INFRARED else mode


def _light_of(frame: Frame) -> Light | None:
    name = f"{frame.camera_id} frame {frame.sequence}"
    try:
        image = decode_jpeg(frame.jpeg, name, reduction=REDUCTION)
    except FrameCorrupt:
        return None
    return light_of(image) if min(image.shape[:2]) >= LEAST_SIDE_PX else None
