"""``firewatch replay --progress``: how a run goes, as lines of JSON for whoever started it.

One line a second at most, and one at the end:

- ``{"recordings", "finished", "frames", "frames_planned", "frames_per_s", "left_s"}``;
- ``{"done": true, "refused": 2}``, or ``{"error": {"code", "message", "remedy"}}``.
"""

import json
import time
from collections.abc import Callable
from typing import Final

from detector.replay.conducting import RunListener
from models.errors import InputRefused, WatchError
from models.replay import Played

__all__ = ["ProgressLines"]

EVERY_S: Final = 1.0


class ProgressLines:
    """Tells how a run goes.

    Args:
        write: takes a line, without its end.
        now_s: seconds on a scale that never jumps.
    """

    def __init__(
        self, write: Callable[[str], None], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._now_s = now_s
        self._began_s = now_s()
        self._told_s = -EVERY_S + self._began_s
        self._recordings = 0
        self._finished = 0
        self._frames = 0
        self._planned: int | None = None
        self._refused = 0

    @property
    def listener(self) -> RunListener:
        """For the run."""
        return RunListener(self._on_planned, self._on_frames, self._on_refused, self._on_finished)

    def done(self) -> None:
        """Its files are written."""
        self._write(json.dumps({"done": True, "refused": self._refused}))

    def failed(self, error: WatchError) -> None:
        """Nothing came of it."""
        told = {"code": error.code, "message": error.message, "remedy": error.remedy}
        self._write(json.dumps({"error": told}))

    def _on_planned(self, recordings: int, kept: int, frames: int | None) -> None:
        self._recordings, self._finished, self._planned = recordings, kept, frames
        self._began_s = self._now_s()  # what came before, such as hashing, is no pace
        self._tell(at_once=True)

    def _on_frames(self, frames: int) -> None:
        self._frames = frames
        self._tell()

    def _on_refused(self, _name: str, _error: InputRefused) -> None:
        self._refused += 1
        self._tell()

    def _on_finished(self, _played: Played) -> None:
        self._finished += 1
        self._tell(at_once=self._finished == self._recordings)

    def _tell(self, *, at_once: bool = False) -> None:
        now_s = self._now_s()
        if not at_once and now_s - self._told_s < EVERY_S:
            return
        self._told_s = now_s
        took_s = now_s - self._began_s
        rate = self._frames / took_s if took_s > 0.0 and self._frames > 0 else None
        left = None if self._planned is None else max(0, self._planned - self._frames)
        told = {
            "recordings": self._recordings,
            "finished": self._finished,
            "frames": self._frames,
            "frames_planned": self._planned,
            "frames_per_s": None if rate is None else round(rate, 3),
            "left_s": None if rate is None or left is None else round(left / rate, 1),
        }
        self._write(json.dumps(told))
