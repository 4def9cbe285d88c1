"""One look at one track: what the pipeline hands to whoever decides what becomes of it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from detector.evidence import Weighing
from detector.tracker import Track
from models.alert import FrameScore
from models.detection import Box, ModelReference
from models.frame import Frame, Provenance

__all__ = ["LATE_AFTER", "Sighting", "reference_boxes"]

LATE_AFTER: Final = timedelta(minutes=10)
"""A live frame that took longer than this to arrive does not show what is."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A track, seen in one frame.

    Attributes:
        frame: in which it was seen.
        width_px: of the upright picture.
        height_px: of the upright picture.
        track: all that it has shown.
        weighing: its evidence.
        model: the weights that scored it.
    """

    frame: Frame
    width_px: int
    height_px: int
    track: Track
    weighing: Weighing
    model: ModelReference

    @property
    def view(self) -> tuple[str, int]:
        """Camera and preset."""
        return self.frame.camera_id, self.frame.preset

    @property
    def key(self) -> tuple[str, int, int]:
        """Camera, preset and number of the track."""
        return (*self.view, self.track.number)

    @property
    def name(self) -> str:
        """The track's own name, the same after a restart that sees it begin again."""
        track, frame = self.track, self.frame
        return (
            f"{frame.camera_id}/{frame.preset}/{track.label.word}"
            f"/{track.first_seen_at.isoformat()}/{track.number}"
        )

    @property
    def is_late(self) -> bool:
        """Whether a live frame arrived so late that it does not show what is."""
        frame = self.frame
        is_live = frame.provenance is Provenance.LIVE
        return is_live and frame.received_at - frame.captured_at > LATE_AFTER

    def without_picture(self) -> "Sighting":
        """The same without the frame's bytes, for those who keep many."""
        return replace(self, frame=replace(self.frame, jpeg=b""))


def reference_boxes(scores: list[FrameScore] | tuple[FrameScore, ...], count: int) -> list[Box]:
    """The last boxes of a track, oldest first, in the coordinates of the view's reference.

    Args:
        scores: in time order, misses included.
        count: at most so many.
    """
    boxes = [
        score.box if score.reference_box is None else score.reference_box
        for score in scores
        if score.box is not None
    ]
    return boxes[-count:]
