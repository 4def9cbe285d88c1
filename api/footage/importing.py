"""Looks through a recording that was handed in: unpacked, every frame counted, and kept or refused.

A recording stays queued until all of that is done, so that a restart begins anew; one under which
the process died three times is refused.
"""

import logging
from array import array
from collections.abc import Callable
from contextlib import closing
from typing import Final

import numpy as np

from api.behind import Stopped
from api.footage.shelf import FootageShelf, FrameIndex
from api.footage.unpacking import unpack
from camera_gateway.sources.video_frames import iterate_frames
from detector.evaluate.footage import PictureSequence, VideoSequence, find_recordings
from detector.footage import FootageFacts, probe
from models.errors import FrameCorrupt, InputRefused, NotFound, WatchError
from models.footage import FootageKind
from models.footage_library import (
    Footage,
    FootageDraft,
    FootageResult,
    FootageState,
    RecordingFacts,
)
from models.store import Store

__all__ = ["Importer", "recording_of"]

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3


class Importer:
    """Looks through what is queued; used by the watch's desk and by the command line.

    Args:
        store: in which it is queued.
        shelf: where it lies.
        rest: called between frames; may raise :class:`Stopped`.
    """

    def __init__(
        self, store: Store, shelf: FootageShelf, rest: Callable[[], None] = lambda: None
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._rest = rest

    def work(self, footage: Footage) -> None:
        """Look through one recording and keep what became of it.

        Raises:
            Stopped: the watch ends.
            WatchError: the store or the disk failed; it stays queued.
        """
        number = footage.footage_id
        if self._shelf.attempt(number) > MOST_ATTEMPTS:
            result = _failed("footage_crashed", "The watch ended while it was looked through.")
        else:
            try:
                facts = self._looked_through(footage.draft)
                result = FootageResult(FootageState.READY, facts)
            except (InputRefused, FrameCorrupt, NotFound) as refused:
                result = FootageResult(
                    FootageState.REFUSED,
                    code=refused.code,
                    message=self._shelf.without_places(refused.message, footage.draft),
                    remedy=refused.remedy,
                )
            except (Stopped, WatchError):
                self._shelf.forget_attempts(number)  # no fault of the recording
                raise
            except Exception:
                logger.exception("footage %d cannot be looked through", number)
                result = _failed("footage_failed", "It could not be looked through.")
        if not self._store.footage.finish(number, result):
            if not self._store.footage.is_kept(footage.draft.sha256):  # removed meanwhile
                self._shelf.remove(footage.draft.sha256)
        elif result.state is FootageState.READY:
            self._shelf.drop_zip(footage.draft)
        self._shelf.forget_attempts(number)

    def _looked_through(self, draft: FootageDraft) -> RecordingFacts:
        if draft.kind is FootageKind.PICTURES:
            self._unpacked(draft)
        path = self._shelf.playable(draft)
        facts = probe(path)
        index = self._index(recording_of(self._shelf, draft), facts.frames)
        self._shelf.keep_index(draft, index)
        damage = self._shelf.without_places(facts.damage, draft)
        if not facts.is_complete:
            damage = f"{damage} It was not looked through to its end.".strip()
        return _facts(facts, draft, index, damage)

    def _unpacked(self, draft: FootageDraft) -> None:
        packed = self._shelf.zip_of(draft)
        if packed is None:
            self._shelf.playable(draft)  # unpacked already, or gone
            return
        with self._shelf.unpacking(draft) as out:
            unpack(packed, out, name=draft.name, check_room=self._shelf.check_room, rest=self._rest)

    def _index(self, recording: PictureSequence | VideoSequence, frames: int) -> FrameIndex:
        if isinstance(recording, PictureSequence):
            names = tuple(path.name for _, path in recording.pictures)
            return FrameIndex(np.array(recording.times_s(), np.float64), names)
        at_s = array("d")
        try:
            with closing(iterate_frames(recording.path)) as found:
                for time_s, _ in found:
                    if len(at_s) >= frames:
                        break
                    at_s.append(time_s)
                    self._rest()
        except FrameCorrupt:
            pass  # told by the facts; what came before is good
        return FrameIndex(np.array(at_s, np.float64))


def recording_of(shelf: FootageShelf, draft: FootageDraft) -> PictureSequence | VideoSequence:
    """A recording of the library as the watch plays it.

    Raises:
        NotFound: its files are gone; code ``footage_gone``.
        InputRefused: its pictures are no recording.
    """
    path = shelf.playable(draft)
    if draft.kind is not FootageKind.PICTURES:
        return VideoSequence(draft.name, path)
    found = list(find_recordings([path], leave_out=path / "-"))
    for one in found:
        if isinstance(one, InputRefused):
            raise one
    if len(found) != 1 or not isinstance(found[0], PictureSequence):
        raise InputRefused(
            f"{draft.name} holds {len(found)} recordings, not one.",
            remedy="A recording is the pictures of one view: pack each by itself.",
            code="several_recordings",
        )
    return found[0]


def _facts(
    facts: FootageFacts, draft: FootageDraft, index: FrameIndex, damage: str
) -> RecordingFacts:
    return RecordingFacts(
        codec=facts.codec,
        width_px=facts.size_px[0],
        height_px=facts.size_px[1],
        frames=len(index.at_s),
        damaged=facts.damaged,
        first_at_s=float(index.at_s[0]) if len(index.at_s) else 0.0,
        last_at_s=float(index.at_s[-1]) if len(index.at_s) else 0.0,
        rate_hz=facts.pace.fps,
        is_steady=not facts.pace.is_variable,
        begins_at=draft.begins_at or facts.starts_at,
        claimed_rate_hz=facts.claims.fps,
        damage=damage,
    )


def _failed(code: str, message: str) -> FootageResult:
    return FootageResult(
        FootageState.REFUSED,
        code=code,
        message=message,
        remedy="Remove it and hand it in again; keep the file for whoever looks after the watch.",
    )
