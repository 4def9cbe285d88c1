"""Seeing that a camera obeys: a little to the side and up, and back again.

What a preset shows proves nothing by itself. A mast that never turned shows the same everywhere,
one whose tilt is broken shows views that differ and are all wrong, and a worn gear comes back
elsewhere from one side than from the other. So once for each preset and light the camera is turned
a little further in the direction from which it came, both axes have to follow, and from there it
has to come back to the same view: from the other side. Where presets differ in their zoom, that is
tried likewise, at another visit.
"""

from typing import Final

from camera_gateway.patrol.leg import Leg, Nudge
from camera_gateway.truth.edges import LEAST_PEAK, Shift
from models.light import Light

__all__ = ["Proving"]

LEAST_SHARE: Final = 0.03
STAYED_SHARE: Final = 0.01
LATE_S: Final = 20.0
MOST_TRIES: Final = 6
AGAIN_AFTER_S: Final = 86_400.0
DEAD_AFTER: Final = 3
DEAD_AGAIN_S: Final = 600.0
SPEED: Final = 0.1
ZOOM_SPEED: Final = 0.5
ZOOM_S: Final = 1.5
UNZOOMED: Final = 0.9
"""Correlation that pictures of one view keep within a minute; a zoom by a twelfth leaves less."""

SHORTEST_S, LONGEST_S = 0.2, 3.0


class Proving:
    """Of one camera.

    Attributes:
        by_zoom: the last nudge was one of the zoom.
        leg: at whose end the camera is nudged now; None while it is not.
        is_dead: one axis follows again and again and the other one never, or the zoom never does.
    """

    def __init__(self) -> None:
        self._zoom_in = True
        self.by_zoom = False
        self._speed = SPEED
        self._for_s = 0.5
        self._tilts_up = True
        self._tries: dict[tuple[int, Light | None], tuple[int, float]] = {}
        self._tried_s = 0.0
        self._not_before_s = 0.0
        self._halves = 0
        self._followed: bool | None = None
        self.leg: Leg | None = None
        self.is_dead = False

    def is_due(self, preset: int, light: Light | None, now_s: float) -> bool:
        """Whether a preset is to be tried: not too often, and not where the camera cannot."""
        if now_s < self._not_before_s:
            return False
        if self.is_dead:  # somebody may have mended it
            return now_s - self._tried_s >= DEAD_AGAIN_S
        tries, since_s = self._tries.get((preset, light), (0, now_s))
        if now_s - since_s >= AGAIN_AFTER_S:
            self._tries.pop((preset, light))
            tries = 0
        return tries < MOST_TRIES

    def nudge(
        self,
        preset: int,
        light: Light | None,
        came_deg: float,
        now_s: float,
        *,
        by_zoom: bool = False,
    ) -> Nudge:
        """The next try.

        Args:
            preset: at which the camera stands.
            light: of its pictures.
            came_deg: how far it came, to the right positive.
            now_s: monotonic.
            by_zoom: that of the sides has been answered.
        """
        tries, since_s = self._tries.get((preset, light), (0, now_s))
        self._tries[preset, light] = tries + 1, since_s
        self._tried_s = now_s
        self.by_zoom = by_zoom
        if by_zoom:
            return Nudge(0.0, 0.0, ZOOM_S, ZOOM_SPEED if self._zoom_in else -ZOOM_SPEED)
        pan = self._speed if came_deg >= 0.0 else -self._speed
        return Nudge(pan, self._speed if self._tilts_up else -self._speed, self._for_s)

    def begin(self, leg: Leg) -> None:
        """The camera is told to."""
        self.leg, self._followed = leg, None

    def refused(self, now_s: float) -> None:
        """The camera does not turn so; tried again tomorrow."""
        self.leg = None
        self._not_before_s = now_s + AGAIN_AFTER_S

    def forget(self) -> None:
        """Something else became of the camera meanwhile."""
        self.leg = None

    def is_over(self, since_s: float) -> bool:
        """Whether the camera may go back, so long after it took the command."""
        return self._followed is not None or since_s >= LATE_S

    def seen(self, shift: Shift | None) -> None:
        """It has come to rest: how far the picture has gone."""
        if self._followed is None:
            self._followed = self._zoomed(shift) if self.by_zoom else self._follows(shift)

    def back(self, shift: Shift | None, *, late: bool) -> bool | None:
        """It has come back: whether to the view from which it was nudged; None for no answer."""
        followed, self.leg, self._followed = self._followed is True, None, None
        if shift is None or late or not (shift.is_same or shift.is_other):
            return None
        return False if shift.is_other else True if followed else None

    def _zoomed(self, shift: Shift | None) -> bool:
        """Whether the zoom has followed; the next try goes the other way."""
        followed = shift is not None and not (shift.is_same and shift.alike >= UNZOOMED)
        self._halves = 0 if followed else self._halves + 1
        self._zoom_in = self._zoom_in if followed else not self._zoom_in
        self.is_dead = self._halves >= DEAD_AFTER
        return followed

    def _follows(self, shift: Shift | None) -> bool:
        """Whether both axes have followed; the next try is larger, smaller or downwards."""
        if shift is None:
            return False
        if shift.peak < LEAST_PEAK:  # so far that nothing is left of the view
            self._scale(0.5)
            return False
        least = min(abs(shift.x_share), abs(shift.y_share))
        if least >= LEAST_SHARE:
            self._halves, self.is_dead = 0, False
            return True
        if shift.share < 2.0 * LEAST_SHARE:
            self._scale(2.0)
            return False
        self._tilts_up = not self._tilts_up  # one axis alone: it may be at its end
        self._halves = self._halves + 1 if least <= STAYED_SHARE else 0
        self.is_dead = self._halves >= DEAD_AFTER
        return False

    def _scale(self, by: float) -> None:
        self._for_s = min(LONGEST_S, max(SHORTEST_S, self._for_s * by))
        if self._for_s in {SHORTEST_S, LONGEST_S}:
            self._speed = min(0.5, max(0.02, self._speed * by))
