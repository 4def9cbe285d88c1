"""Recordings to judge the watch on: which there are, and their frames in the order of their time.

A recording is a folder of pictures with their capture times in the names, or a video. Folders are
walked, and every folder that holds pictures is a recording of its own. Two pictures of one folder
with the same time cannot be of one camera: such a folder is told apart by what stands before the
time in its names.

A damaged picture is handed on as what is wrong with it; it costs only itself.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeAlias

from camera_gateway.pictures import encode_jpeg, small_of
from camera_gateway.sources.folder import load, load_with_small
from camera_gateway.sources.name_times import UNDERSTOOD_NAMES, time_in_name, view_in_name
from camera_gateway.sources.video_frames import iterate_video
from detector.file_inputs import gather, is_picture
from models.errors import FrameCorrupt, InputRefused
from models.units import ImageBGR

__all__ = [
    "SOME_DAY",
    "Moment",
    "PictureSequence",
    "Recording",
    "Sampling",
    "VideoSequence",
    "find_recordings",
]

SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""When a video without a time in its name is taken to begin: only differences count."""
_FROM_IGNITION = re.compile(r"_([+-]\d{1,6})$")
"""Seconds from ignition at the end of a name, as the Fire Ignition images Library writes them."""
_TOLERANCE_S = 0.0005


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a recording.

    Attributes:
        at_s: seconds from the recording's zero: the ignition where the names tell it, else its
            first frame.
        captured_at: UTC.
        picture: a JPEG file, or why there is none.
        small: the picture at an eighth of its size, where it was decoded anyway; see
            :class:`camera_gateway.source.RawFrame`.
    """

    at_s: float
    captured_at: datetime
    picture: bytes | FrameCorrupt
    small: ImageBGR | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which frames of a recording are looked at.

    Attributes:
        every: each so manieth, from the first, at least 1.
        fps: at most so many in a second of the recording, > 0; None for all.
        video_s: videos are played for so many seconds, shorter ones in a circle; None plays each
            once.
    """

    every: int = 1
    fps: float | None = None
    video_s: float | None = None

    @property
    def step_s(self) -> float:
        """Least seconds between two frames; 0 for all."""
        return 0.0 if self.fps is None else 1.0 / self.fps


class Recording(Protocol):
    """What the watch can be judged on."""

    @property
    def name(self) -> str:
        """Unique within one evaluation."""

    @property
    def has_known_times(self) -> bool:
        """Whether capture times are the world's, not only counted from the first frame."""

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """Its frames, in the order of their time.

        Raises:
            InputRefused: at the first step, when it cannot be played.
        """


@dataclass(frozen=True, slots=True)
class PictureSequence:
    """Pictures of one view.

    Attributes:
        name: of the recording.
        pictures: at least one, in the order of their capture times.
        are_proven: whether each file is decoded to prove it whole, which leaves its small copy;
            False for whoever decodes them anyway, a third of what reading costs otherwise.
    """

    name: str
    pictures: tuple[tuple[datetime, Path], ...]
    are_proven: bool = True

    @property
    def has_known_times(self) -> bool:
        """Always: times stand in the names."""
        return True

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """See :class:`Recording`."""
        return islice(self._moments(sampling.step_s), 0, None, sampling.every)

    def times_s(self) -> tuple[float, ...]:
        """Seconds of each picture from the zero, in their order; no picture is read."""
        zero = self._zero()
        return tuple((captured_at - zero).total_seconds() for captured_at, _ in self.pictures)

    def _moments(self, step_s: float) -> Iterator[Moment]:
        zero = self._zero()
        due = self.pictures[0][0]
        for captured_at, path in self.pictures:
            if captured_at < due:
                continue
            due = captured_at + timedelta(seconds=max(0.0, step_s - _TOLERANCE_S))
            at_s = (captured_at - zero).total_seconds()
            try:
                yield Moment(at_s, captured_at, *self._load(path))
            except FrameCorrupt as error:
                yield Moment(at_s, captured_at, error)

    def _load(self, path: Path) -> tuple[bytes, ImageBGR | None]:
        return load_with_small(path) if self.are_proven else load(path)

    def _zero(self) -> datetime:
        for captured_at, path in self.pictures:
            offset = _FROM_IGNITION.search(path.stem)
            if offset is not None:
                return captured_at - timedelta(seconds=int(offset[1]))
        return self.pictures[0][0]


@dataclass(frozen=True, slots=True)
class VideoSequence:
    """A video file.

    Attributes:
        name: of the recording.
        path: of the file.
    """

    name: str
    path: Path

    @property
    def has_known_times(self) -> bool:
        """Where the file's name tells when it begins."""
        return time_in_name(self.path.name) is not None

    def moments(self, sampling: Sampling) -> Iterator[Moment]:
        """See :class:`Recording`."""
        return islice(self._laps(sampling.step_s, sampling.video_s), 0, None, sampling.every)

    def _laps(self, step_s: float, video_s: float | None) -> Iterator[Moment]:
        """Lap by lap; the next lap follows by the gap before it."""
        start = time_in_name(self.path.name) or SOME_DAY
        lap_s = last_s = 0.0
        gap_s = step_s
        while True:
            for time_s, picture, small in self._lap(step_s):
                at_s = lap_s + time_s
                if video_s is not None and at_s > video_s + _TOLERANCE_S:
                    return
                if at_s > last_s:
                    last_s, gap_s = at_s, at_s - last_s
                yield Moment(at_s, start + timedelta(seconds=at_s), picture, small)
                if isinstance(picture, FrameCorrupt):
                    return  # what lies behind the damage is not known
            if video_s is None:
                return
            lap_s = last_s + (gap_s if gap_s > 0.0 else 1.0)

    def _lap(self, step_s: float) -> Iterator[tuple[float, bytes | FrameCorrupt, ImageBGR | None]]:
        last_s = 0.0
        try:
            for _, last_s, image in iterate_video(self.path, step_s):
                yield last_s, encode_jpeg(image), small_of(image)
        except FrameCorrupt as error:
            yield last_s, error, None


_Found: TypeAlias = PictureSequence | VideoSequence | InputRefused


def find_recordings(inputs: Sequence[Path], *, leave_out: Path) -> Iterator[_Found]:
    """All recordings of a command line, in its order, folders sorted by name.

    Args:
        inputs: folders and videos.
        leave_out: folder that is never walked into (the one that the result goes to).

    Yields:
        Recordings, and in its place a refusal for everything that cannot be one.
    """
    names: set[str] = set()
    for given in inputs:
        for found in _inside(given, leave_out):
            if isinstance(found, InputRefused):
                yield found
                continue
            name = found.name if found.name not in names else f"{given.as_posix()}/{found.name}"
            names.add(name)
            yield replace(found, name=name)


def _inside(given: Path, leave_out: Path) -> Iterator[_Found]:
    folders: dict[str, list[Path]] = {}
    videos: list[VideoSequence] = []
    for item in gather([given], leave_out=leave_out):
        if isinstance(item, InputRefused):
            yield item
        elif not is_picture(item.path):
            videos.append(VideoSequence(item.name, item.path))
        elif item.path == given:
            yield _no_sequence(given)
        else:
            folder = Path(item.name).parent.as_posix()
            folders.setdefault(folder, []).append(item.path)
    for folder, paths in folders.items():
        yield from _views(given.resolve().name if folder == "." else folder, paths)
    yield from videos


def _no_sequence(path: Path) -> InputRefused:
    if path.exists():
        return InputRefused(
            f"{path} is a single picture.",
            remedy="Name the folder of the sequence.",
            code="single_picture",
        )
    return InputRefused(f"{path} does not exist.", remedy="Check the path.", code="file_missing")


def _views(name: str, paths: Sequence[Path]) -> Iterator[_Found]:
    pictures: list[tuple[datetime, Path]] = []
    for path in paths:
        captured_at = time_in_name(path.name)
        if captured_at is None:
            yield InputRefused(
                f"The name of {path} carries no capture time.",
                remedy=f"Names that are understood: {UNDERSTOOD_NAMES}.",
                code="no_time_in_name",
            )
            return
        pictures.append((captured_at, path))
    pictures.sort()
    if len({captured_at for captured_at, _ in pictures}) == len(pictures):
        yield PictureSequence(name, tuple(pictures))
        return
    views: dict[str, list[tuple[datetime, Path]]] = {}
    for picture in pictures:
        views.setdefault(view_in_name(picture[1].name), []).append(picture)
    for view, mine in sorted(views.items()):
        yield PictureSequence(f"{name}/{view}" if view else name, tuple(mine))
