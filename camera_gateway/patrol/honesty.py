"""What a camera says of itself, and how far that can be believed.

Many say that they stand still while they turn, or always; some say nothing (sonoff-hack#174,
thingino#760). So the word counts only of a camera that was heard to say that it moves, and that was
not caught for a while saying that it stands while its pictures turn. A position counts against a
view, never for it: a stuck mast may well report where it was told to go.
"""

from typing import Final

from camera_gateway.turner import Position3, TurnerStatus

__all__ = ["StatusSense"]

CAUGHT_AFTER_S: Final = 4.0
"""How much later than the word a picture may have been made and still come from before it."""

BELIEVED_AGAIN: Final = 5
LEAST_APART: Final = 0.003
SHARE_APART: Final = 0.02


class StatusSense:
    """Of one camera."""

    def __init__(self) -> None:
        self._has_moved = False
        self._since_lie = BELIEVED_AGAIN
        self._newest: TurnerStatus | None = None
        self._still_since_s: float | None = None
        self._places: dict[int, Position3] = {}

    @property
    def position(self) -> Position3 | None:
        """Where it says that it looks."""
        return None if self._newest is None else self._newest.position

    @property
    def is_honest(self) -> bool:
        """Whether its word of motion counts."""
        return self._has_moved and self._since_lie >= BELIEVED_AGAIN

    def told(self, number: int, position: Position3 | None) -> None:
        """The camera says where a preset is, in its list of them."""
        if position is not None:
            self._places[number] = position

    def found(self, number: int) -> None:
        """It stands at a preset of which its list does not say where it is."""
        if self.position is not None:
            self._places.setdefault(number, self.position)

    def forget(self, number: int) -> None:
        """The preset was set anew."""
        self._places.pop(number, None)

    def heard(self, status: TurnerStatus, now_s: float) -> None:
        """It answers."""
        self._newest = status
        if status.moving is True:
            self._has_moved, self._still_since_s = True, None
        elif status.moving is False and self._still_since_s is None:
            self._still_since_s = now_s

    def under_way(self) -> None:
        """It was told to turn: what it said before is old."""
        self._still_since_s, self._newest = None, None

    def turned(self, now_s: float) -> None:
        """Its pictures turn."""
        if self._still_since_s is not None and now_s - self._still_since_s >= CAUGHT_AFTER_S:
            self._since_lie = 0

    def arrived(self) -> None:
        """A journey is over."""
        self._since_lie += 1

    def says_moving(self) -> bool:
        """Whether it says so since it was told to turn, and is believed."""
        return self.is_honest and self._newest is not None and self._newest.moving is True

    def says_still(self) -> bool:
        """Whether it says so since it was told to turn, and is believed."""
        return self.is_honest and self._newest is not None and self._newest.moving is False

    def agrees(self, number: int) -> bool | None:
        """Whether it says that it is where it said that this preset is; None when it does not say.

        A camera that says the same of every preset says nothing.
        """
        here, known = self.position, self._places.get(number)
        if here is None or known is None:
            return None
        if _same(here, known, self._spreads()):
            others = [one for key, one in self._places.items() if key != number]
            return True if any(not _same(here, one, self._spreads()) for one in others) else None
        return False

    def _spreads(self) -> dict[str, float]:
        spreads = {}
        for axis in ("pan", "tilt", "zoom"):
            told = [
                value for one in self._places.values() if (value := getattr(one, axis)) is not None
            ]
            spread = max(told) - min(told) if told else 0.0
            spreads[axis] = max(LEAST_APART, SHARE_APART * spread)
        return spreads


def _same(one: Position3, other: Position3, apart: dict[str, float]) -> bool:
    for axis, most in apart.items():
        here, there = getattr(one, axis), getattr(other, axis)
        if here is None or there is None:
            continue
        off = abs(here - there)
        if axis == "pan":  # a circle, of 2 in the generic space and of 360 degrees in others
            circle = 2.0 if max(abs(here), abs(there)) <= 1.0 else 360.0
            off = min(off, abs(circle - off))
        if off > most:
            return False
    return True
