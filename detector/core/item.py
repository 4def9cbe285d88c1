"""One picture of a call on its way into the network, and the pixels that are made for it."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from detector.core.preprocess import Letterbox, check_picture
from detector.core.undecoded import Undecoded, best_reduction
from models.errors import FrameCorrupt
from models.units import ImageBGR

__all__ = ["Item", "Picture", "named", "pixels_of"]

Picture: TypeAlias = ImageBGR | Undecoded


@dataclass(frozen=True, slots=True)
class Item:
    """A picture of a call: which, what, and where it lies in the network's input."""

    index: int
    picture: Picture
    letterbox: Letterbox


def named(name: str, error: FrameCorrupt) -> FrameCorrupt:
    """The same refusal, saying which picture it is about."""
    message = f"{name}: {error.message}" if name else error.message
    return FrameCorrupt(message, remedy=error.remedy, code=error.code)


def pixels_of(item: Item) -> ImageBGR:
    """The picture itself, or decoded no larger than the network can use.

    Raises:
        FrameCorrupt: the file is damaged, or decodes to another size than it says.
    """
    if isinstance(item.picture, np.ndarray):
        return item.picture
    letterbox = item.letterbox
    reduction = best_reduction(
        letterbox.picture_width,
        letterbox.picture_height,
        content_width=letterbox.content_width,
        content_height=letterbox.content_height,
    )
    image = item.picture.decode(reduction)
    try:
        check_picture(image)
    except FrameCorrupt as error:
        raise named(item.picture.name, error) from error
    declared = (-(-letterbox.picture_height // reduction), -(-letterbox.picture_width // reduction))
    if image.shape[:2] != declared:
        raise FrameCorrupt(
            f"{item.picture.name} says {declared[1]} x {declared[0]} "
            f"and decodes to {image.shape[1]} x {image.shape[0]}.",
            remedy="Leave it out.",
        )
    return image
