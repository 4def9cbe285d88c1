"""The states of one camera and what moves it from one to another.

It waits for nothing and reads no clock, so that every path can be tried::

    connecting ─ picture ─► live ◄─ good picture ─ degraded ◄─ refused picture
        │                     │                        │
        └────── loss ─────────┴── silence ─► stale ────┴─ loss ─► lost ─ picture ─► live, degraded

A new attempt leaves the camera lost until a picture comes: a screen that says "connecting" every
thirty seconds hides that the camera has been gone for a week.
"""

from collections import deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from camera_gateway.limits import Limits
from camera_gateway.status import GatewayState

__all__ = ["MOVES", "Life"]

_S = GatewayState
_WATCHED: Final = frozenset({_S.LIVE, _S.DEGRADED})
_GAPS_KEPT: Final = 8
_GAPS_NEEDED: Final = 2

MOVES: Final[Mapping[GatewayState, frozenset[GatewayState]]] = MappingProxyType(
    {
        _S.CONNECTING: frozenset({_S.LIVE, _S.DEGRADED, _S.LOST, _S.ENDED}),
        _S.LIVE: frozenset({_S.DEGRADED, _S.STALE, _S.LOST, _S.ENDED}),
        _S.DEGRADED: frozenset({_S.LIVE, _S.STALE, _S.LOST, _S.ENDED}),
        _S.STALE: frozenset({_S.LIVE, _S.DEGRADED, _S.LOST, _S.ENDED}),
        _S.LOST: frozenset({_S.LIVE, _S.DEGRADED, _S.ENDED}),
        _S.DISABLED: frozenset(),
        _S.ENDED: frozenset(),
    }
)
"""Where each state may lead. A camera that is enabled again, or played again, is a new life."""


class Life:
    """One camera from its start to its removal.

    Args:
        limits: of silence.
        now_s: monotonic seconds.
    """

    def __init__(self, limits: Limits, now_s: float) -> None:
        self._limits = limits
        self._state = _S.CONNECTING
        self._since_s = now_s
        self._came_s: float | None = None  # of this connection
        self._gaps: deque[float] = deque(maxlen=_GAPS_KEPT)
        self.trouble = ""
        self.trouble_code = ""

    @property
    def usual_gap_s(self) -> float | None:
        """Median of the last gaps between pictures; None before the third picture."""
        if len(self._gaps) < _GAPS_NEEDED:
            return None
        return sorted(self._gaps)[len(self._gaps) // 2]

    @property
    def read_limit_s(self) -> float:
        """How long the next reading may take."""
        if self._came_s is None:
            return max(self._limits.first_picture_s, self._limits.silent_after_s(self._gap_s))
        return self._limits.silent_after_s(self._gap_s)

    def opened(self) -> None:
        """A new connection is tried: the pause before it was none of the camera's gaps."""
        self._came_s = None

    def good(self, now_s: float) -> None:
        """A picture came and was published."""
        self.passed_over(now_s)
        self.trouble = self.trouble_code = ""
        self._move(_S.LIVE, now_s)

    def refused(self, now_s: float, code: str, trouble: str) -> None:
        """A picture came that is not believed."""
        self.passed_over(now_s)
        self.trouble, self.trouble_code = trouble, code
        self._move(_S.DEGRADED, now_s)

    def passed_over(self, now_s: float) -> None:
        """A picture came that says nothing new, for good or ill."""
        self._state, self._since_s = self.at(now_s)
        if self._came_s is not None:
            self._gaps.append(now_s - self._came_s)
        self._came_s = now_s
        if self._state is _S.STALE:  # it was silent, and is what it was before
            self._move(_S.DEGRADED if self.trouble_code else _S.LIVE, now_s)

    def lost(self, now_s: float, code: str, trouble: str) -> None:
        """The connection failed, or never came about."""
        self.trouble, self.trouble_code = trouble, code
        self._came_s = None
        self._move(_S.LOST, now_s)

    def ended(self, now_s: float) -> None:
        """The recording is over."""
        self.trouble = self.trouble_code = ""
        self._move(_S.ENDED, now_s)

    def at(self, now_s: float) -> tuple[GatewayState, float]:
        """The state, silence included, and since when it has held, monotonic seconds."""
        if self._state in _WATCHED and self._came_s is not None:
            stale_from_s = self._came_s + self._limits.stale_after_s(self._gap_s)
            if now_s > stale_from_s:
                return _S.STALE, stale_from_s
        return self._state, self._since_s

    @property
    def _gap_s(self) -> float:
        return self.usual_gap_s or 0.0

    def _move(self, to: GatewayState, now_s: float) -> None:
        if to is self._state:
            return
        if to not in MOVES[self._state]:
            msg = f"a camera that is {self._state} cannot become {to}"
            raise ValueError(msg)
        self._state, self._since_s = to, now_s
