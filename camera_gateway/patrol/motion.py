"""How far a picture stands from earlier ones, by the thumbs that are made anyway."""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from camera_gateway.truth.edges import Edges, Shift, shift_between

__all__ = ["STILL_SHARE", "Step", "StepWatch", "texture_of"]

STILL_SHARE: Final = 0.01
"""Share of the picture by which two pictures of a camera that stands may differ: a mast sways."""

SPAN_S: Final = 1.0
LEAST_TEXTURE: Final = 1.2
"""Mean edge, grey levels, in the middle of the picture; below it there is only noise: fog, a dark
night, a blank wall."""

UNLIKE_SOON: Final = 0.5
"""Of pictures so near in time that the sun has not gone round."""

KEPT: Final = 16


def texture_of(edges: Edges) -> float:
    """How much there is to be seen, grey levels."""
    height, width = edges.shape
    middle = edges[height // 4 : -height // 4, width // 4 : -width // 4]
    return float(np.abs(middle).mean())


@dataclass(frozen=True, slots=True)
class Step:
    """From an earlier picture to this one.

    Attributes:
        shift: None when one of the two shows nothing by which it could be told.
        known: whether there is an earlier picture at all.
    """

    shift: Shift | None = None
    known: bool = False

    @property
    def is_still(self) -> bool:
        """The camera has not turned in between."""
        return self.is_same and self.shift is not None and self.shift.share <= STILL_SHARE

    @property
    def is_blind(self) -> bool:
        """Nobody can tell, for there is nothing to be seen."""
        return self.known and self.shift is None

    @property
    def is_turn(self) -> bool:
        """The camera has turned, or its picture has changed altogether."""
        shift = self.shift
        return shift is not None and (shift.is_other or shift.alike < UNLIKE_SOON)

    @property
    def is_same(self) -> bool:
        """Both show the same view."""
        return self.shift is not None and self.shift.is_same


class StepWatch:
    """Compares the pictures of one camera with those at least a second before them."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, Edges]] = deque(maxlen=KEPT)

    def clear(self) -> None:
        """The camera was told to turn: what came before says nothing of whether it stands."""
        self._kept.clear()

    def look(self, edges: Edges, at_s: float) -> Step:
        """Compare the next picture."""
        earlier = [kept for kept_s, kept in self._kept if at_s - kept_s >= SPAN_S]
        self._kept.append((at_s, edges))
        return step_between(earlier[-1], edges) if earlier else Step()


def step_between(earlier: Edges | None, edges: Edges) -> Step:
    """From one picture to another; None for no earlier one."""
    if earlier is None:
        return Step()
    if min(texture_of(earlier), texture_of(edges)) < LEAST_TEXTURE:
        return Step(known=True)
    return Step(shift_between(earlier, edges), known=True)
