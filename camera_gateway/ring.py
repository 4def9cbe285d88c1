"""The last frames of every camera, for the pictures from before an alert.

A camera that turns shows a view for half a minute in every few: its last round must not push out
what each view looked like before. So the view that has most gives up its oldest first.
"""

import threading
from collections import Counter

from models.frame import Frame

__all__ = ["FrameRing"]


class FrameRing:
    """Keeps frames until a limit of bytes or count is reached, then forgets some.

    May be read from other threads than the one that adds.

    Args:
        max_bytes_per_camera: of encoded pictures, > 0. The newest frame is kept even when it alone
            is larger.
        max_frames: per camera, >= 1.

    Raises:
        ValueError: a limit that would keep nothing.
    """

    def __init__(self, max_bytes_per_camera: int, max_frames: int) -> None:
        if max_bytes_per_camera < 1 or max_frames < 1:
            raise ValueError(f"a ring of {max_bytes_per_camera} bytes, {max_frames} frames is none")
        self._max_bytes = max_bytes_per_camera
        self._max_frames = max_frames
        self._frames: dict[str, list[Frame]] = {}
        self._bytes: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, frame: Frame) -> None:
        """Keep a frame as its camera's newest."""
        with self._lock:
            frames = self._frames.setdefault(frame.camera_id, [])
            frames.append(frame)
            held = self._bytes.get(frame.camera_id, 0) + len(frame.jpeg)
            while len(frames) > 1 and (held > self._max_bytes or len(frames) > self._max_frames):
                held -= len(frames.pop(_least_missed(frames)).jpeg)
            self._bytes[frame.camera_id] = held

    def recent(self, camera_id: str, limit: int, preset: int | None = None) -> list[Frame]:
        """The newest frames of a camera, oldest first.

        Args:
            camera_id: of the camera; one that never sent anything has no frames.
            limit: at most so many, >= 0.
            preset: of this one alone; None for all.
        """
        with self._lock:
            frames = list(self._frames.get(camera_id, ()))
        if preset is not None:
            frames = [frame for frame in frames if frame.preset == preset]
        return frames[max(0, len(frames) - limit) :]

    def forget(self, camera_id: str) -> None:
        """Drop what is kept of a camera that was removed."""
        with self._lock:
            self._frames.pop(camera_id, None)
            self._bytes.pop(camera_id, None)


def _least_missed(frames: list[Frame]) -> int:
    """Place of the oldest frame of the preset that has most; never that of the newest frame."""
    before = frames[:-1]
    count = Counter(frame.preset for frame in frames)
    most = max(count[frame.preset] for frame in before)
    return next(place for place, frame in enumerate(before) if count[frame.preset] == most)
