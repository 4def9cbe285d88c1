"""Whether a camera still shows the view that it showed before.

Where exactly a picture lies in its view is found by the detector, frame by frame. This finds the
camera that somebody has turned, or that a storm has: by phase correlation of small pictures of
edges, which light and weather change little.

A camera that was turned stays turned: neither fog nor night makes its pose right again. Only a
picture that shows the view as it was does, or somebody who says that this is its view now.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from camera_gateway.truth.edges import LEAST_PEAK, UNLIKE, Edges, edges_of, shift_between
from camera_gateway.truth.thumb import Thumb
from camera_gateway.truth.view_memory import Reference, View, ViewMemory
from models.light import Light

__all__ = ["ViewCheck", "ViewVerdict"]

MOVED_SHARE: Final = 0.06
LEARNED: Final = 5
PICTURES: Final = 3
BLEND: Final = 0.05
KEPT_EACH: Final = 200
"""Pictures after which what has been learned meanwhile is kept again."""


@dataclass(frozen=True, slots=True)
class ViewVerdict:
    """What is said of one picture.

    Attributes:
        moved: the camera shows another view, and has for some pictures.
        doubtful: this picture may show another view: its pose must not be believed.
        matched: this picture shows the view that was learned.
    """

    moved: bool = False
    doubtful: bool = False
    matched: bool = field(default=False, compare=False)


class ViewCheck:
    """One view: a camera at one preset, with a reference for each light.

    Args:
        memory: of the time before a restart; None to begin anew.
    """

    def __init__(self, memory: ViewMemory | None = None) -> None:
        self._memory = memory
        self._view = View() if memory is None else memory.load()
        self._elsewhere = 0

    @property
    def verdict(self) -> ViewVerdict:
        """Of a picture that shows nothing by which it could be told."""
        return ViewVerdict(self._view.moved, self._view.moved)

    def look(self, thumb: Thumb, light: Light | None) -> ViewVerdict:
        """Judge the next picture; to be asked of pictures that show something."""
        if self._memory is not None and self._memory.is_forgotten:
            self._view, self._elsewhere = View(), 0
        view, edges = self._view, edges_of(thumb)
        view.number += 1
        known = view.references.get(light)
        if known is None or known.seen < LEARNED:
            if view.moved:
                return self.verdict  # what a turned camera shows is not its view
            return self._learn(light, known, edges)
        shift = shift_between(known.edges, edges)
        if shift.is_same:
            self._match(known, edges)
            return ViewVerdict(matched=True)
        moved = shift.peak >= LEAST_PEAK and shift.share >= MOVED_SHARE
        if moved or (shift.peak < LEAST_PEAK and shift.alike < UNLIKE):
            self._elsewhere += 1
            if self._elsewhere >= PICTURES and not view.moved:
                self._turned(known)
            return ViewVerdict(view.moved, doubtful=True)
        self._elsewhere = 0
        return self.verdict

    def _learn(self, light: Light | None, known: Reference | None, edges: Edges) -> ViewVerdict:
        """Nothing is certain of this light yet: what does not fit begins it anew."""
        number = self._view.number
        if known is not None and shift_between(known.edges, edges).is_same:
            self._match(known, edges)
            return ViewVerdict()
        self._view.references[light] = Reference(edges, 1, number, number)
        return ViewVerdict()

    def _match(self, known: Reference, edges: Edges) -> None:
        known.edges = ((1.0 - BLEND) * known.edges + BLEND * edges).astype(np.float32)
        known.seen += 1
        known.matched = self._view.number
        self._elsewhere = 0
        was_moved, self._view.moved = self._view.moved, False
        if was_moved or known.seen == LEARNED or known.seen % KEPT_EACH == 0:
            self._keep()

    def _turned(self, known: Reference) -> None:
        """The camera was turned at some time after this view was seen for the last time.

        What was learned by another light since then may be the wrong view, and is forgotten.
        """
        view = self._view
        view.moved = True
        view.references = {
            light: one for light, one in view.references.items() if one.born <= known.matched
        }
        self._keep()

    def _keep(self) -> None:
        if self._memory is not None:
            self._memory.save(self._view)
