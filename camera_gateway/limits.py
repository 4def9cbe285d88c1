"""How long each step of a camera's life may take.

The first picture after an opening has a limit of its own: a camera that sends a key frame every
twenty seconds, or wakes its encoder first, needs longer for it than for any later one.
"""

import math
from dataclasses import dataclass
from typing import Final

__all__ = ["Limits"]

STALE_GAPS: Final = 2.5
SILENT_GAPS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, each > 0; infinity never ends.

    Attributes:
        first_picture_s: from opening to the first picture; then the source is abandoned.
        stale_s: without any picture for so long the camera is said to be stale.
        silent_s: without any picture for so long the source is abandoned and opened anew.
        close_s: closing a source; then it is left to itself and counted.
    """

    first_picture_s: float = math.inf
    stale_s: float = 120.0
    silent_s: float = math.inf
    close_s: float = 10.0

    @classmethod
    def of_cadence(cls, every_s: float) -> "Limits":
        """Limits of a live camera from which a picture is wanted every ``every_s`` seconds.

        A source notices a dead link itself, within about ten seconds; these are the net below it.
        """
        return cls(
            first_picture_s=max(60.0, 3.0 * every_s),
            stale_s=max(10.0, STALE_GAPS * every_s),
            silent_s=max(30.0, SILENT_GAPS * every_s),
        )

    def stale_after_s(self, usual_gap_s: float) -> float:
        """The limit for a camera whose pictures usually come ``usual_gap_s`` apart."""
        return max(self.stale_s, STALE_GAPS * usual_gap_s)

    def silent_after_s(self, usual_gap_s: float) -> float:
        """As :meth:`stale_after_s`, for abandoning the source."""
        return max(self.silent_s, SILENT_GAPS * usual_gap_s)
