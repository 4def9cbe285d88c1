"""What a run plays, in which order, and by which key a part of its result is known again.

Recordings are told apart by the hash of their content, not by name or date: footage that was
changed is played again, footage that was moved is not.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from camera_gateway.sources.video_frames import claimed_length
from detector.evaluate.footage import PictureSequence, Sampling, VideoSequence, find_recordings
from detector.replay.drills import FRAMES, DrillOrder, drill_orders, imported_terrain
from detector.replay.playing import Footage
from detector.replay.result import as_plain, canonical
from detector.replay.run_file import FootageEntry, RunFile
from detector.replay.truths import EventBook, known_of, scene_of
from models.errors import InputRefused

__all__ = ["Order", "Refused", "dem_digest", "digest_of", "plan"]

_CHUNK = 1 << 20
Playable: TypeAlias = Footage | DrillOrder


@dataclass(frozen=True, slots=True)
class Order:
    """A recording to be played.

    Attributes:
        name: unique in its run.
        what: it, or how it is made.
        sha256: of its content.
        size_bytes: of its files, by which the longest are begun first; a drill's is 0.
        frames: about how many will be looked at; None when nobody knows before.
    """

    name: str
    what: Playable
    sha256: str
    size_bytes: int = 0
    frames: int | None = None

    def key(self, shared: dict[str, Any]) -> str:
        """By which its part is known again, 64 hexadecimal digits.

        Args:
            shared: what else shapes the result: model, settings, code and so on.
        """
        what = self.what
        mine = {"name": self.name, "sha256": self.sha256}
        known = (
            {}
            if isinstance(what, DrillOrder)
            else {
                "scene": what.scene,
                "sampling": as_plain(what.sampling),
                "conditions": as_plain(what.conditions),
                "truth": as_plain(what.truth),
                "camera": as_plain(what.camera),
            }
        )
        return hashlib.sha256(canonical(shared | mine | known)).hexdigest()


@dataclass(frozen=True, slots=True)
class Refused:
    """Footage that cannot be judged; the rest is.

    Attributes:
        name: of the recording, or of what was to hold it.
        error: why.
    """

    name: str
    error: InputRefused


def plan(run: RunFile, *, leave_out: Path) -> list[Order | Refused]:
    """All that a run plays, in the order of its file, folders by name.

    Args:
        run: with absolute paths.
        leave_out: folder that is never walked into (the one that the result goes to).
    """
    found = [one for entry in run.footage for one in _of_entry(entry, leave_out)]
    for drill in run.drill:
        try:
            found += [
                Order(one.name, one, one.sha256, frames=FRAMES) for one in drill_orders(drill)
            ]
        except InputRefused as error:
            found.append(Refused("drill", error))
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as hands:
        return list(hands.map(_hashed, _named_apart(found)))


def _of_entry(entry: FootageEntry, leave_out: Path) -> Iterator[Order | Refused]:
    events = EventBook()
    recordings: list[PictureSequence | VideoSequence] = []
    for found in find_recordings([Path(entry.path)], leave_out=leave_out):
        if isinstance(found, InputRefused):
            yield Refused(entry.name or Path(entry.path).name, found)
        else:
            recordings.append(found)
    for recording in recordings:
        try:
            known = known_of(recording, entry, events, alone=len(recordings) == 1)
        except InputRefused as error:
            # Footage whose truth is damaged would pass for footage of which nothing is known.
            yield Refused(recording.name, error)
            continue
        name = entry.name if entry.name and len(recordings) == 1 else recording.name
        footage = Footage(
            recording=replace(recording, name=name),
            scene=entry.scene or known.scene or scene_of(recording.name),
            sampling=entry.sampling,
            conditions=entry.conditions.over(known.conditions),
            truth=known.truth,
            camera=None if entry.camera is None else entry.camera.camera(),
        )
        yield Order(name, footage, "")


def _named_apart(found: Sequence[Order | Refused]) -> Iterator[Order | Refused]:
    """Two recordings of one name, of two folders, get a number each, whatever their paths."""
    names: set[str] = set()
    for one in found:
        name, number = one.name, 1
        while isinstance(one, Order) and name in names:
            number += 1
            name = f"{one.name} ({number})"
        names.add(name)
        if isinstance(one, Order) and isinstance(one.what, Footage) and name != one.name:
            recording = one.what.recording
            assert isinstance(recording, PictureSequence | VideoSequence)  # noqa: S101 -- as found
            renamed = replace(one.what, recording=replace(recording, name=name))
            yield replace(one, name=name, what=renamed)
        else:
            yield one


def _hashed(one: Order | Refused) -> Order | Refused:
    if isinstance(one, Refused) or not isinstance(one.what, Footage):
        return one
    recording = one.what.recording
    if isinstance(recording, VideoSequence):
        files = [recording.path]
    else:
        assert isinstance(recording, PictureSequence)  # noqa: S101 -- as it was found
        files = [path for _, path in recording.pictures]
    whole, size_bytes = hashlib.sha256(), 0
    for file in files:
        digest, size = digest_of(file)
        # The name carries the capture time.
        whole.update(f"{digest} {os.fsdecode(os.fsencode(file.name))!r}\n".encode())
        size_bytes += size
    frames = _expected(recording, one.what.sampling)
    return replace(one, sha256=whole.hexdigest(), size_bytes=size_bytes, frames=frames)


def digest_of(file: Path) -> tuple[str, int]:
    """Of a file's content, and its size; what cannot be read is told when it is played."""
    digest, size = hashlib.sha256(), 0
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError:
        return "unreadable", 0
    return digest.hexdigest(), size


def dem_digest(dem: str) -> str:
    """Of an elevation model, a file or the folder of one that was imported; empty for none.

    Raises:
        InputRefused: the folder holds none.
    """
    if dem and Path(dem).is_dir():
        return imported_terrain(Path(dem)).fingerprint
    return digest_of(Path(dem))[0] if dem else ""


def _expected(recording: PictureSequence | VideoSequence, sampling: Sampling) -> int | None:
    """About how many frames will be looked at, for whoever waits."""
    if isinstance(recording, PictureSequence):
        times = [captured_at for captured_at, _ in recording.pictures]
        count, length_s = len(times), (times[-1] - times[0]).total_seconds()
    else:
        facts = claimed_length(recording.path)
        if facts is None:
            return None
        length_s, rate = facts
        if sampling.video_s is not None:
            length_s = sampling.video_s
        count = max(1, round(length_s * rate))
    if sampling.fps is not None:
        count = min(count, int(length_s * sampling.fps) + 1)
    return -(-count // sampling.every)
