"""Pictures that a decoder has painted over in part, told from masks that a camera always shows."""

from typing import Final

from camera_gateway.truth.emptiness import GREEN_SHARE, painted_rows, painted_share
from camera_gateway.truth.thumb import Thumb

__all__ = ["SmearWatch"]

LEAST_ROWS: Final = 0.2
OWN_FROM: Final = 3
OWN_AFTER_S: Final = 1800.0


class SmearWatch:
    """One camera's smears.

    What is there in the first pictures and in each of them is the camera's own mask. What comes
    later is damage, and its pictures are refused; but a camera half of which has been grey for half
    an hour has become one, and the other half may show a fire: from then on it is scored again.
    """

    def __init__(self) -> None:
        self._seen = 0
        self._since_s: float | None = None
        self._own = True

    def look(self, thumb: Thumb, now_s: float) -> tuple[bool, bool]:
        """Judge the next picture.

        Returns:
            (smeared, partly hidden): the first is refused, the second only said.
        """
        self._seen += 1
        if painted_rows(thumb) < LEAST_ROWS and painted_share(thumb) < GREEN_SHARE:
            self._since_s = None
            self._own = False
            return False, False
        if self._since_s is None:
            self._since_s = now_s
        lasted = now_s - self._since_s >= OWN_AFTER_S
        own = lasted or (self._own and self._seen > OWN_FROM)
        return not own, own
