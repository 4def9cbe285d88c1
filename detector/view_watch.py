"""Follows one view: where each frame lies, what changed in it, its plumes and what they weigh.

Everything that is remembered of one camera at one preset is here, and nothing of any other: no
camera's night, fog or silence has a say in another's evidence.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from detector.evidence import (
    CropHistory,
    SecondStage,
    SlowBackground,
    TrackEvidence,
    Weighing,
    crop_of,
)
from detector.evidence.change import PictureChange
from detector.registration import MAX_PLACES, Registrar
from detector.tracker import PlumeTracker, Track
from models.alert import PlaceChange
from models.config import EvidenceRule
from models.detection import Box
from models.mask import ViewMask
from models.units import ImageBGR

__all__ = ["ViewWatch"]


class ViewWatch:
    """One camera at one preset.

    Args:
        rule: when a track is forgotten and when it alerts.
        stage: gives a second opinion; nobody when left out.
        keep_crops: keep the tracks' crops also when no second opinion wants them.
    """

    def __init__(
        self, rule: EvidenceRule, stage: SecondStage | None = None, *, keep_crops: bool = False
    ) -> None:
        self._rule = rule
        self._stage = stage
        self._keep_crops = keep_crops
        self._crops: dict[int, CropHistory] = {}  # by the number of a living track
        self._registrar = Registrar()
        self._tracker = PlumeTracker(rule.forget_s)
        self._backgrounds: dict[int, SlowBackground] = {}  # by place, as many as the registrar's
        self._evidence: dict[int, TrackEvidence] = {}  # by the number of a living track

    def follow(
        self,
        boxes: Sequence[Box],
        picture: ImageBGR,
        size_px: tuple[int, int],
        frame_sequence: int,
        captured_at: datetime,
        *,
        grey: NDArray[np.uint8] | None = None,
        hidden: tuple[ViewMask, ...] = (),
    ) -> tuple[tuple[Track, Weighing], ...]:
        """Take the view's next frame.

        Args:
            boxes: above the floor score, pixels of the upright picture.
            picture: the same picture, small.
            size_px: width and height of the upright picture.
            frame_sequence: of the frame.
            captured_at: UTC.
            grey: its brightness, where that is made already.
            hidden: what was painted over in the picture.

        Returns:
            The tracks seen in this frame, oldest first, with what they weigh.
        """
        width_px, height_px = size_px
        where = self._registrar.register(
            picture if grey is None else grey, captured_at, width_px, height_px
        )
        background = self._background(where.place)
        shift = (where.dx_px / width_px, where.dy_px / width_px)
        change = background.compare(picture, captured_at, shift, hidden, grey)

        def change_at(box: Box) -> PlaceChange | None:
            return None if change is None else change.at(where.to_reference(box), width_px)

        seen = self._tracker.update(boxes, frame_sequence, captured_at, where, change_at=change_at)
        self._weigh(frame_sequence)
        if change is not None and (self._keep_crops or (self._stage and self._stage.wanted)):
            self._crop(seen, change, width_px)
        return tuple((track, self._weighing(track)) for track in seen)

    def crops_of(self, track: Track) -> CropHistory | None:
        """The crops of a living track, when they are kept."""
        return self._crops.get(track.number)

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Living tracks, oldest first."""
        return self._tracker.tracks

    def _weighing(self, track: Track) -> Weighing:
        weighing = self._evidence[track.number].weighing(self._rule)
        if self._stage is None:
            return weighing
        return self._stage.consider(weighing, self._rule, self._crops.get(track.number))

    def _crop(self, seen: Sequence[Track], change: PictureChange, width_px: int) -> None:
        for track in seen:
            history = self._crops.setdefault(track.number, CropHistory())
            elapsed_s = track.last_hit.elapsed_s
            if history.wants(elapsed_s):
                history.add(crop_of(change, track.last_reference_box, width_px), elapsed_s)

    def _weigh(self, frame_sequence: int) -> None:
        """Give every track that this frame concerns its share, and let go of the ended ones."""
        for track in self._tracker.ended:
            self._crops.pop(track.number, None)
            evidence = self._evidence.pop(track.number, None)
            if evidence is None:
                continue
            heir = self._evidence.get(-1 if track.merged_into is None else track.merged_into)
            if heir is not None:
                heir.inherit(evidence)
        for track in self._tracker.tracks:
            if track.scores[-1].frame_sequence == frame_sequence:
                evidence = self._evidence.get(track.number)
                if evidence is None:
                    evidence = self._evidence[track.number] = TrackEvidence(track.label)
                evidence.add(track.scores[-1])

    def _background(self, place: int) -> SlowBackground:
        background = self._backgrounds.pop(place, None) or SlowBackground()
        self._backgrounds[place] = background
        while len(self._backgrounds) > MAX_PLACES:
            self._backgrounds.pop(next(iter(self._backgrounds)))
        return background
