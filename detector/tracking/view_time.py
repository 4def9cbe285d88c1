"""How much time has passed in a view whose capture times may jump.

Cameras lose their clock and find it again, and after an outage an hour of pictures comes at once.
Capture time is all that is known; it is believed as long as it goes forward. When it goes back, no
time is counted for that step, and when it returns to where it left, only what was not counted
meanwhile is. So the time that has passed never goes back, and twenty minutes on a wrong clock are
twenty minutes.
"""

from datetime import datetime

__all__ = ["ViewTime"]


class ViewTime:
    """Time that has passed in one view since its first frame."""

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self._last: datetime | None = None
        self._left_at: datetime | None = None  # the latest moment before the clock went back
        self._left_elapsed_s = 0.0

    def advance(self, captured_at: datetime) -> float:
        """Take the next frame's capture time.

        Returns:
            Seconds since the view's first frame, never less than before.
        """
        step_s = 0.0 if self._last is None else (captured_at - self._last).total_seconds()
        if step_s < 0.0:
            if self._left_at is None and self._last is not None:
                self._left_at, self._left_elapsed_s = self._last, self.elapsed_s
            step_s = 0.0
        elif self._left_at is not None and captured_at >= self._left_at:
            counted_s = self.elapsed_s - self._left_elapsed_s
            due_s = (captured_at - self._left_at).total_seconds() - counted_s
            step_s = min(step_s, max(0.0, due_s))
            self._left_at = None
        self._last = captured_at
        self.elapsed_s += step_s
        return self.elapsed_s
