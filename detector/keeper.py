"""Keeps the pictures of an alert and cuts its clip.

Pictures are worth having, the alert is worth everything: when the vault cannot take a picture, the
alert goes on without it, and the alert itself, the log and ``/api/health`` say so.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from camera_gateway.clip import encode_clip
from camera_gateway.pictures import picture_size
from camera_gateway.ring import FrameRing
from camera_gateway.vault import EvidenceVault
from detector.tracker import Track
from models.alert import Alert, AlertDraft, EvidenceFrame
from models.clock import Clock, SystemClock
from models.errors import WatchError
from models.frame import Frame

__all__ = ["UNTHINNED", "EvidenceKeeper", "LostPictures"]

logger = logging.getLogger(__name__)

BEFORE = 4
"""Pictures kept from before the first sighting, so that a monitor sees what changed."""

UNTHINNED = 12
"""Pictures kept without looking at their spacing."""


@dataclass(slots=True)
class LostPictures:
    """Evidence that could not be written since the start.

    Attributes:
        count: pictures.
        at_s: when the latest was lost, by the clock that never jumps; None while none is.
        why: of that one, as the log has told it; empty once a picture was written again.
    """

    count: int = 0
    at_s: float | None = None
    why: str = ""


class EvidenceKeeper:
    """Writes evidence into the vault.

    Args:
        vault: where pictures live.
        ring: recent frames of each camera.
        clock: for when pictures are lost.
        lost: where lost ones are counted; of its own when left out.
    """

    def __init__(
        self,
        vault: EvidenceVault,
        ring: FrameRing,
        clock: Clock | None = None,
        lost: LostPictures | None = None,
    ) -> None:
        self._vault = vault
        self._ring = ring
        self._clock = clock or SystemClock()
        self._lost = LostPictures() if lost is None else lost

    def frames_so_far(self, frame: Frame, track: Track) -> list[Frame]:
        """The deciding frame, the track's frames before it, and a few from before they began."""
        earlier = [
            old
            for old in self._ring.recent(frame.camera_id, UNTHINNED * 2, frame.preset)
            if old.sequence < frame.sequence
        ]
        began_at = track.first_seen_at
        before = [old for old in earlier if old.captured_at < began_at][-BEFORE:]
        during = [old for old in earlier if old.captured_at >= began_at][-UNTHINNED:]
        return [*before, *during, frame]

    def keep(self, draft: AlertDraft, frames: Sequence[Frame], track: Track) -> list[EvidenceFrame]:
        """Store pictures.

        Returns:
            What could be stored, in the order of the frames; a damaged or refused one is left out.
        """
        boxes = {score.frame_sequence: score.box for score in track.scores}
        kept = []
        for frame in frames:
            key = f"{_folder_of(draft)}/{frame.sequence:08d}.jpg"
            try:
                width_px, height_px = picture_size(frame.jpeg)
                sha256 = self._vault.put(key, frame.jpeg)
            except WatchError as error:
                self._lose(frame, error)
                continue
            self._lost.why = ""
            box = boxes.get(frame.sequence)
            kept.append(
                EvidenceFrame(
                    frame_sequence=frame.sequence,
                    captured_at=frame.captured_at,
                    received_at=frame.received_at,
                    key=key,
                    sha256=sha256,
                    width_px=width_px,
                    height_px=height_px,
                    boxes=() if box is None else (box,),
                )
            )
        return kept

    def _lose(self, frame: Frame, error: WatchError) -> None:
        lost = self._lost
        lost.count += 1
        lost.at_s = self._clock.monotonic_s()
        why = type(error).__name__
        if why != lost.why:  # once: a log line for each picture would fill what is left of the disk
            logger.error("a picture of %s could not be kept: %s", frame.camera_id, error)
        lost.why = why

    def cut_clip(self, alert: Alert) -> str | None:
        """Make the clip of all pictures so far.

        Returns:
            Its key, a new one each time so that nobody is served half of two; None when there are
            no pictures or it cannot be made.
        """
        key = f"{_folder_of(alert.draft)}/clip-{len(alert.evidence):03d}.mp4"
        try:
            pictures = [(self._vault.get(kept.key), kept.captured_at) for kept in alert.evidence]
            if not pictures:
                return None
            self._vault.put(key, encode_clip(pictures))
        except WatchError:
            logger.exception("no clip for alert %d; its pictures are kept", alert.alert_id)
            return None
        return key

    def forget_clip(self, key: str) -> None:
        """Remove a clip that another one has replaced."""
        try:
            self._vault.remove(key)
        except WatchError:
            logger.exception("an old clip cannot be removed")


def _folder_of(draft: AlertDraft) -> str:
    began_at = draft.first_seen_at
    return (
        f"{began_at:%Y/%m/%d}/{draft.camera_id}-{draft.preset}-{began_at:%H%M%S}-{draft.label.word}"
    )
