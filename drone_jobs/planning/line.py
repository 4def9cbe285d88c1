"""A line that is flown to see its strip of ground, in a metric plane."""

from dataclasses import dataclass

import numpy as np

from models.units import FloatArray

__all__ = ["FlightLine"]


@dataclass(frozen=True, slots=True, eq=False)
class FlightLine:
    """One line, as flown in either direction.

    A camera that looks ahead must begin behind the ground that it shall see, so the way back is not
    the way there turned round.

    Attributes:
        forward_m: (n, 2) metres in the plan's plane, n >= 2.
        backward_m: (m, 2), m >= 2; from the other end.
    """

    forward_m: FloatArray
    backward_m: FloatArray

    def flown(self, *, backward: bool) -> FloatArray:
        """The way in a direction."""
        return self.backward_m if backward else self.forward_m

    @property
    def length_m(self) -> float:
        """The longer of both directions."""
        return max(
            float(np.hypot(*np.diff(way, axis=0).T).sum())
            for way in (self.forward_m, self.backward_m)
        )
