"""Where a camera goes next: the stops of the tour that holds, and rest while none does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from models.patrol import Mover, Tour

__all__ = ["RECHECK_S", "Route", "Stop"]

RECHECK_S: Final = 10.0
"""How often a camera at rest asks whether a tour holds."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop.

    Attributes:
        preset: its number.
        token: the camera's own name of it.
        dwell_s: for how long it is watched.
        tour: name of the tour; empty for rest.
        place: in the tour, from 0; None for rest.
    """

    preset: int
    token: str
    dwell_s: float
    tour: str = ""
    place: int | None = None


class Route:
    """Of one camera.

    Args:
        mover: knows the tokens.
        presets: numbers of the camera's own; the first one is where it rests.
        tour_now: the tour that holds now; None for none.

    Attributes:
        skipped: presets that the camera said it no longer has, or that have no token.
    """

    def __init__(
        self, mover: Mover, presets: Sequence[int], tour_now: Callable[[], Tour | None]
    ) -> None:
        self._mover = mover
        self._presets = tuple(presets)
        self._tour_now = tour_now
        self._tour = ""
        self._place = -1
        self.skipped: set[int] = set()

    def next(self) -> Stop | None:
        """Go on to the next stop; None where there is none to which the camera can be sent."""
        stop = self._following(self._tour_now())
        if stop is not None:
            self._tour, self._place = stop.tour, -1 if stop.place is None else stop.place
        return stop

    def peek(self) -> int | None:
        """Number of the preset that :meth:`next` would give."""
        stop = self._following(self._tour_now())
        return None if stop is None else stop.preset

    def again(self) -> None:
        """The last stop was not watched: it comes again."""
        self._place = max(-1, self._place - 1)

    def places(self) -> int:
        """How many different presets are gone to now, >= 1."""
        tour = self._tour_now()
        stops: Sequence[int] = () if tour is None else tour.presets
        return max(1, len([one for one in stops if self._token(one) is not None]))

    def _following(self, tour: Tour | None) -> Stop | None:
        if tour is None:
            rest = self._presets[0] if self._presets else 0
            token = self._token(rest)
            return None if token is None else Stop(rest, token, RECHECK_S)
        first = self._place + 1 if tour.name == self._tour else 0
        count = len(tour.stops)
        for step in range(count):
            place = (first + step) % count
            one = tour.stops[place]
            token = self._token(one.preset)
            if token is not None:
                return Stop(one.preset, token, one.dwell_s, tour.name, place)
        return None

    def _token(self, preset: int) -> str | None:
        there = preset in self._presets and preset not in self.skipped
        return self._mover.token_of(preset) if there else None
