"""Frames of a recording of the library: which there are, and each as a picture."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import cv2
import numpy as np

from api.footage.shelf import FootageShelf, FrameIndex, gone
from camera_gateway.pictures import encode_jpeg, read_picture
from camera_gateway.sources.video_seeking import picture_at
from models.errors import FrameCorrupt, InputRefused, NotFound
from models.footage_library import Footage, FootageDraft
from models.units import ImageBGR

__all__ = ["LARGEST_PX", "FramePlace", "frame_jpeg", "frame_picture", "frames_within", "time_of"]

LARGEST_PX: Final = 3840


@dataclass(frozen=True, slots=True)
class FramePlace:
    """Where a frame stands in its recording.

    Attributes:
        number: from 0.
        at_s: seconds from the zero of the recording.
    """

    number: int
    at_s: float


def frames_within(
    index: FrameIndex,
    *,
    from_s: float | None,
    until_s: float | None,
    every_s: float,
    limit: int,
    from_number: int = 0,
) -> tuple[list[FramePlace], float | None]:
    """Frames of a part of a recording.

    Args:
        index: of the recording.
        from_s: time of the first, at the earliest; None from its beginning.
        until_s: before which the last one is; None to its end.
        every_s: at most one in so many seconds; 0 for all.
        limit: at most so many, at least 1.
        from_number: of the first, at the earliest; at least 0.

    Returns:
        The frames, and from which time on there are more; None when these are all.
    """
    at_s = index.at_s
    end = len(at_s) if until_s is None else int(np.searchsorted(at_s, until_s, side="left"))
    place = 0 if from_s is None else int(np.searchsorted(at_s, from_s, side="left"))
    place = max(place, from_number)
    found: list[FramePlace] = []
    while place < end:
        if len(found) == limit:
            return found, float(at_s[place])
        found.append(FramePlace(place, float(at_s[place])))
        due_s = float(at_s[place]) + every_s
        place = max(place + 1, int(np.searchsorted(at_s, due_s - 0.0005, side="left")))
    return found, None


def time_of(footage: Footage, at_s: float) -> datetime | None:
    """When a frame was taken, UTC; None when nobody knows."""
    facts = None if footage.result is None else footage.result.facts
    if facts is None or facts.begins_at is None:
        return None
    return facts.begins_at + timedelta(seconds=at_s - facts.first_at_s)


def frame_picture(
    shelf: FootageShelf, draft: FootageDraft, index: FrameIndex, number: int
) -> ImageBGR:
    """One frame, (height, width, 3), upright.

    Raises:
        NotFound: no such frame (``no_such_frame``), or its file is gone (``footage_gone``).
        InputRefused: it is damaged, or lies further than may be decoded.
        FrameCorrupt: the video is damaged before it.
    """
    if not 0 <= number < len(index.at_s):
        raise NotFound(f"{draft.name} has no frame {number}.", code="no_such_frame")
    path = shelf.playable(draft)
    try:
        if index.names:
            return read_picture(path / index.names[number])
        return picture_at(path, number, float(index.at_s[number]))
    except (InputRefused, FrameCorrupt) as error:
        if error.code == "file_missing":
            raise gone(draft.name) from error
        told = shelf.without_places(error.message, draft)
        raise type(error)(told, remedy=error.remedy, code=error.code) from error


def frame_jpeg(
    shelf: FootageShelf,
    draft: FootageDraft,
    index: FrameIndex,
    number: int,
    *,
    width_px: int | None = None,
) -> bytes:
    """One frame as JPEG, no longer than 3,840 pixels. Raises as :func:`frame_picture`.

    Args:
        shelf: where the recording lies.
        draft: of it.
        index: of it.
        number: of the frame.
        width_px: that is wanted; it is never made larger than it is.
    """
    image = frame_picture(shelf, draft, index, number)
    height, width = image.shape[:2]
    scale = min(1.0, LARGEST_PX / max(height, width), (width_px or width) / width)
    if scale < 1.0:
        size = max(1, round(width * scale)), max(1, round(height * scale))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return encode_jpeg(image)
