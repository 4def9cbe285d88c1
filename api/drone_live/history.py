"""What an aircraft told in the last minutes, kept as it is heard: the store is seconds behind."""

from collections import deque
from datetime import timedelta
from typing import Final

from models.flight import AircraftState

__all__ = ["StateHistory"]

KEPT: Final = timedelta(minutes=3)
MOST: Final = 2000


class StateHistory:
    """The states of one aircraft, the oldest first; one thread adds, others may read."""

    def __init__(self) -> None:
        self._states: deque[AircraftState] = deque(maxlen=MOST)

    def hear(self, state: AircraftState | None) -> None:
        """Take the newest; one that was taken before, or has no zone, is passed over."""
        if state is None or state.at.tzinfo is None:
            return
        newest = self.newest
        if newest is not None and state.at <= newest.at:
            if newest.at - state.at > KEPT:
                self._states.clear()  # our clock was set back: what is ahead of it joins nothing
            else:
                return
        self._states.append(state)
        while state.at - self._states[0].at > KEPT:
            self._states.popleft()

    @property
    def newest(self) -> AircraftState | None:
        """The last one; None before the first."""
        return self._states[-1] if self._states else None

    def all(self) -> tuple[AircraftState, ...]:
        """All that is kept."""
        return tuple(self._states)
