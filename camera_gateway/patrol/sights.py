"""What the presets of one camera look like, and which of them a picture shows.

Each preset has a reference for each light, learned from pictures that were made there. It is
learned once and then stays: a reference that followed its pictures would follow a mast that slips.
Only a picture that fits badly, as after a season, is taken into it, and put in its place first.

A reference is **proven** when the camera was seen to obey at that view on both axes, and to come
back to it (:mod:`camera_gateway.patrol.course`). Without that a mast that never turned, or one that
turns on one axis alone, would look right for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from camera_gateway.truth.edges import SAME_SHARE, Edges, Shift, put_back, shift_between
from camera_gateway.truth.view_memory import Reference, View, ViewMemory
from models.light import Light
from models.site import Pose

__all__ = ["LEARNED", "Sight", "Sights", "same_place"]

LEARNED: Final = 5
STRIKES: Final = 3
MISSES: Final = 2
FITS_BADLY: Final = 0.25
TAKEN_IN: Final = 0.2
SAME_ZOOM: Final = 0.05


@dataclass(frozen=True, slots=True)
class Sight:
    """What one picture says of where its camera looks.

    Attributes:
        shown: the only preset whose learned view it shows; None for none, or for several.
        verified: that view is proven, and the picture is told apart from another preset's.
        is_learned: there is a view of the expected preset by this light.
        is_proven: and it is proven.
        against: it does not show the expected preset's view.
        unrepeatable: the camera was seen not to come back to that view from its other side.
        has_turned: the expected view is proven but for its zoom.
    """

    shown: int | None = None
    verified: bool = False
    is_learned: bool = False
    is_proven: bool = False
    against: bool = False
    unrepeatable: bool = False
    has_turned: bool = False


class Sights:
    """Of one camera.

    Args:
        poses: of its presets, by number; presets with one pose are one place.
        memories: where each preset's view is kept, by number; empty to keep nothing.
    """

    def __init__(
        self, poses: Mapping[int, Pose], memories: Mapping[int, ViewMemory] | None = None
    ) -> None:
        self._memories = dict(memories or {})
        self._views = {
            number: self._memories[number].load() if number in self._memories else View()
            for number in poses
        }
        self._places = {
            number: frozenset(other for other in poses if same_place(poses[number], poses[other]))
            for number in poses
        }
        widths = [pose.horizontal_fov_deg for pose in poses.values()]
        self._zooms = max(widths, default=1.0) > (1.0 + SAME_ZOOM) * min(widths, default=1.0)
        self._strikes: dict[int, int] = {}
        self._missed: dict[tuple[int, Light | None], int] = {}
        self._forgotten: set[int] = set()

    def forget(self, number: int) -> None:
        """What this preset shows from now on is its view; from any thread."""
        self._forgotten.add(number)

    def look(self, edges: Edges, light: Light | None, expected: int | None) -> Sight:
        """Which view a picture shows; to be asked of pictures that show something."""
        self._forget_what_is_gone()
        shifts = {
            number: shift_between(known.edges, edges)
            for number, view in self._views.items()
            if (known := view.references.get(light)) is not None and known.seen >= LEARNED
        }
        matches = [number for number, shift in shifts.items() if shift.is_same]
        own = None if expected is None else shifts.get(expected)
        shown: int | None = None
        if matches and frozenset(matches) <= self._places[matches[0]]:
            shown = expected if expected in self._places[matches[0]] else matches[0]
        proven = any(self._is_proven(number, light) for number in matches)
        others = 0 if shown is None else len(shifts.keys() - self._places[shown])
        known = None if expected is None else self._views[expected].references.get(light)
        return Sight(
            has_turned=known is not None and known.turned,
            shown=shown,
            verified=shown is not None and proven and others > 0,
            is_learned=own is not None,
            is_proven=self._is_proven(expected, light),
            against=own is not None and own.is_other,
            unrepeatable=expected is not None and self._missed.get((expected, light), 0) >= MISSES,
        )

    def learn(self, number: int, edges: Edges, light: Light | None) -> None:
        """Take in a picture that was made at a preset, as far as anybody can tell; may block."""
        view = self._views[number]
        view.number += 1
        known = view.references.get(light)
        if known is None:
            view.references[light] = Reference(edges, 1, view.number, view.number)
            return
        shift = shift_between(known.edges, edges)
        if shift.is_same:
            self._match(number, known, edges, shift)
        elif known.seen < LEARNED:  # nothing is certain yet: it begins anew
            view.references[light] = Reference(edges, 1, view.number, view.number)
        elif shift.is_other:
            self._strike(number, light, known)

    def prove(
        self, number: int, light: Light | None, *, holds: bool, by_zoom: bool = False
    ) -> None:
        """The camera was seen to come back to this view, or not to; may block.

        Args:
            number: of the preset.
            light: of its pictures.
            holds: whether it came back.
            by_zoom: from another zoom, instead of from the side.
        """
        known = self._views[number].references.get(light)
        if known is None:
            return
        if holds and self._zooms and not by_zoom:
            known.turned = True
        elif holds and (known.turned or not self._zooms):
            known.proven = True
            self._missed.pop((number, light), None)
            self._keep(number)
        elif not holds:
            self._missed[number, light] = self._missed.get((number, light), 0) + 1

    def _match(self, number: int, known: Reference, edges: Edges, shift: Shift) -> None:
        view = self._views[number]
        learning = known.seen < LEARNED
        if learning or shift.peak < FITS_BADLY:
            share = 1.0 / (known.seen + 1) if learning else TAKEN_IN
            in_place = put_back(edges, shift)
            known.edges = ((1.0 - share) * known.edges + share * in_place).astype(np.float32)
        known.seen += 1
        known.matched = view.number
        self._strikes.pop(number, None)
        if known.seen == LEARNED or (shift.peak < FITS_BADLY and not learning):
            self._keep(number)

    def _strike(self, number: int, light: Light | None, known: Reference) -> None:
        """What was never proven is learned anew; what was proven stays, and speaks against it."""
        if known.proven:
            return
        self._strikes[number] = self._strikes.get(number, 0) + 1
        if self._strikes[number] >= STRIKES:
            del self._views[number].references[light]
            self._strikes.pop(number)
            self._missed = {key: many for key, many in self._missed.items() if key[0] != number}
            self._keep(number)

    def _is_proven(self, number: int | None, light: Light | None) -> bool:
        view = None if number is None else self._views.get(number)
        known = None if view is None else view.references.get(light)
        return known is not None and known.proven and known.seen >= LEARNED

    def _forget_what_is_gone(self) -> None:
        for number, memory in self._memories.items():
            if memory.is_forgotten:
                self._views[number] = View()
        while self._forgotten:
            number = self._forgotten.pop()
            self._views[number] = View()
            self._strikes.pop(number, None)
            self._missed = {key: many for key, many in self._missed.items() if key[0] != number}
            self._keep(number)

    def _keep(self, number: int) -> None:
        if number in self._memories:
            self._memories[number].save(self._views[number])


def same_place(one: Pose, other: Pose) -> bool:
    """Whether two poses show the same view, as near as pictures can tell."""
    fov_deg = min(one.horizontal_fov_deg, other.horizontal_fov_deg)
    zoom = one.horizontal_fov_deg / other.horizontal_fov_deg
    pan_deg = abs((one.azimuth_deg - other.azimuth_deg + 180.0) % 360.0 - 180.0)
    tilt_deg = abs(one.tilt_deg - other.tilt_deg)
    return max(pan_deg, tilt_deg) <= SAME_SHARE * fov_deg and abs(zoom - 1.0) <= SAME_ZOOM
