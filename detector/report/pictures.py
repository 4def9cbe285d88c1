"""Pictures for the gallery: where frames come from, and how they become small.

A report shows the whole picture with the box drawn in, and what is around the box at a larger
scale. Both together stay below :data:`MOST_BYTES`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np

from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.sources.folder import load_with_small
from detector.evaluate.footage import Moment, PictureSequence, Recording, Sampling
from detector.report.shape import BoxPx
from models.errors import FrameCorrupt, WatchError
from models.units import ImageBGR

__all__ = ["MOST_BYTES", "PictureSource", "RecordedPictures", "Shown", "shown"]

MOST_BYTES: Final = 40_000
WHOLE_SHARE: Final = 0.55
"""Of the bytes for the whole picture; the rest for what is around the box."""
WHOLE_PX: Final = (480, 270)
CLOSE_PX: Final = 270
AROUND: Final = 2.5
"""What is shown around a box is so many times as wide: what it stands on must be seen."""
LEAST_CLOSE_PX: Final = 96
QUALITIES: Final = (78, 64, 50, 36, 22, 10)
COLOURS: Final = {"smoke": (255, 178, 0), "flame": (0, 90, 255)}
"""Blue green red, as ``firewatch detect`` draws them."""
SAME_TIME_S: Final = 0.001


class PictureSource(Protocol):
    """Who has the frames of what was played."""

    def pictures(self, sequence: str, at_s: Collection[float]) -> Mapping[float, bytes]:
        """Frames of a recording.

        Args:
            sequence: name of the recording in its run.
            at_s: times of the frames wanted, seconds from the recording's zero.

        Returns:
            JPEG files by those times; what cannot be had is left out.
        """


class RecordedPictures:
    """Frames of recordings.

    Pictures in a folder are read one by one; a video is played again up to the last frame that is
    wanted.

    Args:
        recordings: by name, with the sampling by which they were played.
    """

    def __init__(self, recordings: Mapping[str, tuple[Recording, Sampling]]) -> None:
        self._recordings = recordings

    def pictures(self, sequence: str, at_s: Collection[float]) -> Mapping[float, bytes]:
        """See :class:`PictureSource`."""
        found: dict[float, bytes] = {}
        if sequence not in self._recordings or not at_s:
            return found
        recording, sampling = self._recordings[sequence]
        last_s = max(at_s) + SAME_TIME_S
        try:
            for moment in _moments(recording, sampling, at_s):
                if moment.at_s > last_s:
                    break
                for wanted in at_s:
                    near = abs(moment.at_s - wanted) <= SAME_TIME_S
                    if near and isinstance(moment.picture, bytes):
                        found.setdefault(wanted, moment.picture)
        except WatchError:
            pass  # what was there until then is shown
        return found


def _moments(recording: Recording, sampling: Sampling, at_s: Collection[float]) -> Iterator[Moment]:
    """The frames to look through: of a folder those at the times alone, all of anything else.

    Reading a day of 8,640 pictures for one of them would take longer than the rest of the report.
    """
    if not isinstance(recording, PictureSequence):
        yield from recording.moments(sampling)
        return
    for (captured_at, path), time_s in zip(recording.pictures, recording.times_s(), strict=True):
        if any(abs(time_s - wanted) <= SAME_TIME_S for wanted in at_s):
            try:
                yield Moment(time_s, captured_at, *load_with_small(path))
            except FrameCorrupt as error:
                yield Moment(time_s, captured_at, error)


@dataclass(frozen=True, slots=True)
class Shown:
    """A frame as the report shows it.

    Attributes:
        whole: JPEG of the whole picture.
        close: JPEG of what is around the box; None without a box.
        ratio: width of the whole picture over its height.
    """

    whole: bytes
    close: bytes | None
    ratio: float


def shown(jpeg: bytes, box: BoxPx | None, label: str, *, is_share: bool, name: str) -> Shown | None:
    """Make a frame small enough for a report.

    Args:
        jpeg: the frame.
        box: to draw; None draws nothing.
        label: of the box, smoke or flame.
        is_share: the box is in shares of the picture, not in pixels.
        name: of the frame, for messages.

    Returns:
        None when the picture is damaged or cannot be made small enough.
    """
    try:
        image = decode_jpeg(jpeg, name)
    except FrameCorrupt:
        return None
    height, width = image.shape[:2]
    if box is None:
        whole = _coded(_fitted(image, WHOLE_PX), MOST_BYTES)
        return None if whole is None else Shown(whole, None, width / height)
    sides = (width, height, width, height) if is_share else (1, 1, 1, 1)
    left, top, right, bottom = (edge * side for edge, side in zip(box, sides, strict=True))
    left, right = (min(max(edge, 0.0), float(width)) for edge in (left, right))
    top, bottom = (min(max(edge, 0.0), float(height)) for edge in (top, bottom))
    close = _coded(
        _around(image, (left, top, right, bottom), label), round(MOST_BYTES * (1.0 - WHOLE_SHARE))
    )
    small = _fitted(image, WHOLE_PX)
    scale = small.shape[1] / width
    _draw(small, (left * scale, top * scale, right * scale, bottom * scale), label, margin_px=3)
    whole = _coded(small, round(MOST_BYTES * WHOLE_SHARE))
    return None if whole is None else Shown(whole, close, width / height)


def _fitted(image: ImageBGR, size_px: tuple[int, int]) -> ImageBGR:
    height, width = image.shape[:2]
    scale = min(size_px[0] / width, size_px[1] / height, 1.0)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.ascontiguousarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _around(image: ImageBGR, box: BoxPx, label: str) -> ImageBGR:
    """A square around the box, as near to its middle as the picture allows."""
    height, width = image.shape[:2]
    left, top, right, bottom = box
    wanted = max(AROUND * (right - left), AROUND * (bottom - top), LEAST_CLOSE_PX)
    side = min(round(wanted), height, width)
    x = min(max(round((left + right - side) / 2.0), 0), width - side)
    y = min(max(round((top + bottom - side) / 2.0), 0), height - side)
    scale = CLOSE_PX / side
    way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    crop = cv2.resize(image[y : y + side, x : x + side], (CLOSE_PX, CLOSE_PX), interpolation=way)
    canvas = np.ascontiguousarray(crop, np.uint8)
    inside = ((left - x) * scale, (top - y) * scale, (right - x) * scale, (bottom - y) * scale)
    _draw(canvas, inside, label, margin_px=1)
    return canvas


def _draw(canvas: ImageBGR, box: BoxPx, label: str, *, margin_px: int) -> None:
    """A frame around the box, a little outside of it: what is in it must be seen."""
    left, top, right, bottom = (round(edge) for edge in box)
    first, last = (left - margin_px, top - margin_px), (right + margin_px, bottom + margin_px)
    cv2.rectangle(canvas, first, last, (0, 0, 0), 4)
    cv2.rectangle(canvas, first, last, COLOURS[label], 2)


def _coded(image: ImageBGR, most_bytes: int) -> bytes | None:
    for quality in QUALITIES:
        coded = encode_jpeg(image, quality)
        if len(coded) <= most_bytes:
            return coded
    return None
