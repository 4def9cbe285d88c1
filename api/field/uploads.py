"""Photos that come in parts over a weak link: kept on disk, resumed where they broke off.

Each link has a folder of its own, so that no phone sees, fills or ends another one's. A file is
named by the mark of its upload and the size that it will have; what it has by now is how much has
come. When it is whole it goes through the same desk as any photo, and its name stays here for a
day, for a phone that did not hear that it was done.
"""

import errno
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from api.body_limit import MOST_CHUNK_BYTES
from models.clock import Clock
from models.errors import Conflict, InputRefused, StorageFull, WatchError

__all__ = ["MOST_UPLOAD_BYTES", "Finished", "Uploaded", "Uploads"]

logger = logging.getLogger(__name__)

MOST_UPLOAD_BYTES: Final = 20 * 1024 * 1024
MOST_OF_A_LINK: Final = 20
MOST_BYTES: Final = 2 * 1024**3
"""Of all phones together."""

KEPT_S: Final = 86_400.0
TIDIED_EVERY_S: Final = 3600.0
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Finished:
    """A photo that is there whole.

    Attributes:
        name: of it, for :meth:`api.incidents.photos.PhotoDesk.named`.
        incident_id: of the fire that it was sent for.
    """

    name: str
    incident_id: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """How an upload stands.

    Attributes:
        received: bytes.
        finished: None until it is whole.
    """

    received: int
    finished: Finished | None = None


class Uploads:
    """Photos on their way; any thread may use it.

    Args:
        folder: where they are kept; made when it is needed first.
        clock: for their age.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = threading.Lock()
        self._tidied_s: float | None = None

    def state(self, link_id: int, upload: UUID) -> Uploaded:
        """How much of a photo has come; nothing of one that nobody knows."""
        with self._lock, _disk():
            found = self._find(link_id, upload)
            return Uploaded(0) if found is None else _state_of(found)

    def take(
        self,
        link_id: int,
        upload: UUID,
        chunk: bytes,
        *,
        offset: int,
        total: int,
        finish: Callable[[bytes], Finished],
    ) -> Uploaded:
        """Take a part of a photo.

        One that does not begin where the last one ended changes nothing: the answer says where to
        go on.

        Args:
            link_id: of the phone.
            upload: mark of the photo.
            chunk: the part; may be empty, to ask whether it is done.
            offset: where it begins, bytes.
            total: size of the photo, bytes.
            finish: what becomes of it when it is whole.

        Raises:
            InputRefused: too large (``upload_size``); or what ``finish`` refuses, and then the
                photo is gone from here.
            Conflict: the size is another one than before (``upload_mismatch``), or there are too
                many (``upload_count``).
            StorageFull: the disk, or what all phones may have of it, is full.
        """
        fits = 0 <= offset <= total and len(chunk) <= min(MOST_CHUNK_BYTES, total - offset)
        if not fits or not 0 < total <= MOST_UPLOAD_BYTES:
            raise InputRefused(
                f"A photo has at most {MOST_UPLOAD_BYTES} bytes, and a part {MOST_CHUNK_BYTES}.",
                remedy="Send a smaller photo, in smaller parts.",
                code="upload_size",
            )
        with self._lock, _disk():
            self._tidy()
            found = self._find(link_id, upload)
            if found is None:
                found = self._begin(link_id, upload, total)
            elif _total_of(found) != total:
                raise Conflict(
                    "This is not the photo whose upload was begun.",
                    remedy="Send it under a mark of its own.",
                    code="upload_mismatch",
                )
            state = _state_of(found)
            if state.finished is not None or offset != state.received:
                return state
            _append(found, chunk, offset)
            received = offset + len(chunk)
            self._touch(found)
            if received < total:
                return Uploaded(received)
            return Uploaded(received, self._finished(found, finish))

    def finished(self, link_id: int, name: str) -> Finished | None:
        """What a link's photo of a name was sent for; None when none of it is here."""
        with self._lock, _disk():
            for file in self._files(self._folder / str(link_id)):
                if file.suffix != ".done":
                    continue
                state = _state_of(file)
                if state.finished is not None and state.finished.name == name:
                    return state.finished
        return None

    def tidy(self) -> None:
        """Clear what is a day old, whatever became of it.

        Raises:
            StorageFull, InputRefused: the folder cannot be used.
        """
        with self._lock, _disk():
            self._tidied_s = None
            self._tidy()

    def _tidy(self) -> None:
        now_s = self._clock.monotonic_s()
        if self._tidied_s is not None and now_s - self._tidied_s < TIDIED_EVERY_S:
            return
        self._tidied_s = now_s
        before = self._clock.now().timestamp() - KEPT_S
        for folder in self._folders():
            for file in self._files(folder):
                if file.stat().st_mtime < before:
                    file.unlink(missing_ok=True)
            with suppress(OSError):  # unless something is in it
                folder.rmdir()

    def _begin(self, link_id: int, upload: UUID, total: int) -> Path:
        folder = self._folder / str(link_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sum(1 for _ in self._files(folder)) >= MOST_OF_A_LINK:
            raise Conflict(
                f"A link takes {MOST_OF_A_LINK} photos a day.",
                remedy="Send the others tomorrow.",
                code="upload_count",
            )
        promised = sum(
            _total_of(file)
            for one in self._folders()
            for file in self._files(one)
            if file.suffix == ".part"
        )
        if promised + total > MOST_BYTES:
            raise StorageFull(
                "Too many photos are on their way.", remedy="Send this one in a while."
            )
        part = folder / f"{upload}.{total}.part"
        part.touch(mode=0o600)
        self._touch(part)
        return part

    def _finished(self, part: Path, finish: Callable[[bytes], Finished]) -> Finished:
        try:
            done = finish(part.read_bytes())
        except InputRefused:
            part.unlink()
            raise
        marker = part.with_suffix(".done")
        unborn = marker.with_suffix(".new")
        told = {"photo": done.name, "incident_id": done.incident_id}
        unborn.write_text(json.dumps(told), encoding="utf-8")
        unborn.replace(marker)
        self._touch(marker)
        part.unlink()
        return done

    def _touch(self, file: Path) -> None:
        at = self._clock.now().timestamp()  # the installation's clock, which tidies too
        os.utime(file, (at, at))

    def _find(self, link_id: int, upload: UUID) -> Path | None:
        found = [
            file
            for file in self._files(self._folder / str(link_id))
            if file.name.startswith(f"{upload}.") and file.suffix != ".new"
        ]
        # A marker is written before its photo is removed.
        return min(found, key=lambda file: file.suffix != ".done", default=None)

    def _folders(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from (one for one in sorted(self._folder.iterdir()) if one.is_dir())

    @staticmethod
    def _files(folder: Path) -> Iterator[Path]:
        if folder.is_dir():
            endings = {".part", ".done", ".new"}
            yield from (one for one in sorted(folder.iterdir()) if one.suffix in endings)


def _state_of(file: Path) -> Uploaded:
    if file.suffix != ".done":
        return Uploaded(file.stat().st_size)
    told = json.loads(file.read_text(encoding="utf-8"))
    return Uploaded(_total_of(file), Finished(told["photo"], told["incident_id"]))


def _total_of(file: Path) -> int:
    return int(file.name.split(".")[1])


def _append(part: Path, chunk: bytes, offset: int) -> None:
    with part.open("r+b") as file:
        file.seek(offset)
        try:
            file.write(chunk)
            file.flush()
        except OSError:
            with suppress(OSError):
                file.truncate(offset)
            raise


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except WatchError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                "The disk takes no more photos.", remedy="Make room in the data folder."
            ) from error
        raise InputRefused(
            f"The folder of photos on their way cannot be used: {error.strerror}.",
            remedy="Check the data folder and its permissions.",
            code="evidence_unusable",
        ) from error
