"""Makes small copies of recordings that browsers do not play, one at a time and nicely."""

import logging
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from camera_gateway.recording.preview import PLAYED, encode_preview, step_back
from camera_gateway.vault import EvidenceVault
from models.recording import HELD_STATES, Recording, RecordingPart
from models.store import Store

__all__ = ["Previews"]

_logger = logging.getLogger(__name__)


class Previews:
    """A queue of recordings.

    Args:
        store: takes note of each preview.
        vault: holds recordings and previews.
    """

    def __init__(self, store: Store, vault: EvidenceVault) -> None:
        self._store = store
        self._vault = vault
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="previews", initializer=step_back)

    def wanted(self, one: Recording) -> None:
        """Make what a recording lacks; returns at once."""
        if any(_lacks(part) for part in one.parts) and one.state in HELD_STATES:
            self._pool.submit(self.make, one.recording_id)

    def resume(self, since: datetime) -> None:
        """Make what an earlier process has not come to."""
        for one in self._store.recordings.settled_since(since):
            self.wanted(one)

    def close(self) -> None:
        """Leave what is not made yet to the next start."""
        self._stopped.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def make(self, recording_id: int) -> None:
        """Make the previews of a recording; what fails is left out and said in the log."""
        try:
            one = self._store.recordings.get(recording_id)
            parts = tuple(self._part(part) if _lacks(part) else part for part in one.parts)
            if one.state in HELD_STATES and parts != one.parts:
                self._store.recordings.settle(recording_id, parts)
        except Exception:
            _logger.exception("no preview of recording %d", recording_id)

    def _part(self, part: RecordingPart) -> RecordingPart:
        key = part.key.removesuffix(".mp4") + "-h264.mp4"
        descriptor, name = tempfile.mkstemp(dir=self._vault.root, prefix=".preview-", suffix=".mp4")
        os.close(descriptor)
        path = Path(name)
        try:
            if not encode_preview(self._vault.path(part.key), path, self._stopped.is_set):
                return part
            sha256, size_bytes = self._vault.adopt(key, path)
        finally:
            path.unlink(missing_ok=True)
        return replace(part, preview_key=key, preview_sha256=sha256, preview_bytes=size_bytes)


def _lacks(part: RecordingPart) -> bool:
    return part.codec not in PLAYED and not part.preview_key
