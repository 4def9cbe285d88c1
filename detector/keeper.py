"""Keeps the pictures of an alert and cuts its clip.

Pictures are worth having, the alert is worth everything: when the vault cannot take a picture, the
alert goes on without it, and the log says so.
"""

import logging
from collections.abc import Sequence

from camera_gateway.clip import encode_clip
from camera_gateway.pictures import picture_size
from camera_gateway.ring import FrameRing
from camera_gateway.vault import EvidenceVault
from detector.tracker import Track
from models.alert import Alert, AlertDraft, EvidenceFrame
from models.errors import WatchError
from models.frame import Frame

__all__ = ["UNTHINNED", "EvidenceKeeper"]

logger = logging.getLogger(__name__)

BEFORE = 4
"""Pictures kept from before the first sighting, so that a monitor sees what changed."""

UNTHINNED = 12
"""Pictures kept without looking at their spacing."""


class EvidenceKeeper:
    """Writes evidence into the vault.

    Args:
        vault: where pictures live.
        ring: recent frames of each camera.
    """

    def __init__(self, vault: EvidenceVault, ring: FrameRing) -> None:
        self._vault = vault
        self._ring = ring

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
            except WatchError:
                logger.exception("a picture of %s could not be kept", frame.camera_id)
                continue
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
