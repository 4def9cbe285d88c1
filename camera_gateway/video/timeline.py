"""One time for a camera's video over all its connections, which never goes back.

Cameras set their clocks, servers begin at nought again, first packets have no time at all. A
player forgives none of that. So pictures lie on a line of our own: at the moment of their arrival
where a line begins anew, and from there by the camera's own distances.
"""

from fractions import Fraction
from typing import Final

from camera_gateway.video.fmp4 import TIMESCALE
from camera_gateway.video.tap import CodedPicture

__all__ = ["Timeline"]

_BACK: Final = TIMESCALE // 2
"""Pictures that build on later ones come after them: so far back is no jump."""

_AHEAD: Final = 2 * TIMESCALE
_BEHIND: Final = 10 * TIMESCALE
_USUAL: Final = TIMESCALE // 25
_HEAD_START: Final = 10 * TIMESCALE
"""The line begins above nought: a picture may be shown before it is decoded, as numbers go."""


class Timeline:
    """Places coded pictures; all values in ticks of :data:`fmp4.TIMESCALE`.

    Args:
        began_s: when the line begins, monotonic.
    """

    def __init__(self, began_s: float) -> None:
        self._began_s = began_s
        self._tick = Fraction(1)
        self._offset: int | None = None
        self._known = 0
        self._at_s = began_s
        self._last: int | None = None
        self.usual = _USUAL
        """How far one picture is from the next."""

    def begin(self, time_base: Fraction) -> None:
        """Another connection: its times have nothing to do with those before."""
        self._tick = time_base * TIMESCALE
        self._offset = None

    def place(self, picture: CodedPicture) -> tuple[int, int]:
        """Where a picture lies.

        Returns:
            (decoded, shown): the first always later than that of the picture before.
        """
        arrived = max(0, _HEAD_START + round((picture.at_s - self._began_s) * TIMESCALE))
        shown, decoded = self._ticks(picture.pts), self._ticks(picture.dts)
        known = shown if decoded is None else decoded
        following = arrived if self._last is None else self._last + self.usual
        if known is None:
            place = shown_at = max(arrived, following) if self._offset is None else following
        else:
            if self._offset is None or self._jumps(known, picture.at_s):
                self._offset = max(arrived, following) - known
            place = known + self._offset
            shown_at = place if shown is None else shown + self._offset
            self._known, self._at_s = known, picture.at_s
        if self._last is not None:
            place = max(place, self._last + 1)
            if 1 < place - self._last < TIMESCALE:
                self.usual += (place - self._last - self.usual) // 8
        self._last = place
        return place, shown_at

    def _ticks(self, value: int | None) -> int | None:
        return None if value is None else round(value * self._tick)

    def _jumps(self, known: int, at_s: float) -> bool:
        step, passed = known - self._known, round((at_s - self._at_s) * TIMESCALE)
        return step < -_BACK or step > passed + _AHEAD or step < passed - _BEHIND
