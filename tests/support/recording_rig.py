"""Coded pictures as a tap hands them on, and what became of them on the disk."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
from coded_video import coded

from camera_gateway.recording.parameter_sets import ParameterSets
from camera_gateway.recording.segmenter import Segmenter
from camera_gateway.sources.stream_time import Captured
from camera_gateway.video.tap import CodedPicture, VideoForm
from models.frame import TimeSource

if TYPE_CHECKING:
    from camera_gateway.recording.segment import Segment

__all__ = ["BASE", "MADE_AT", "Disk", "form", "pictures", "times_in"]

BASE = Fraction(1, 90_000)
MADE_AT = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
STEP = 3600  # 25 pictures a second
NAMES = {"h264": "h264", "h265": "hevc"}


def form(codec: str = "h264", size: tuple[int, int] = (160, 96)) -> VideoForm:
    return VideoForm(NAMES[codec], b"", BASE, *size)


def pictures(
    seconds: float,
    *,
    codec: str = "h264",
    gop: int = 25,
    size: tuple[int, int] = (160, 96),
    first_pts: int = 0,
    made_at: datetime = MADE_AT,
    first: int = 0,
) -> Iterator[CodedPicture]:
    """So many seconds of video at 25 pictures a second; ``first`` of them are left out."""
    units: Sequence[bytes] = coded(codec, 4 * gop, gop, size=size)
    for number, unit in enumerate(itertools.islice(itertools.cycle(units), int(seconds * 25))):
        if number < first:
            continue
        ticks = first_pts + number * STEP
        at_s = number / 25
        made = Captured(made_at + timedelta(seconds=at_s), TimeSource.SENDER, 0.05)
        yield CodedPicture(unit, number % gop == 0, ticks, ticks, at_s, made)


class Disk:
    """A camera's folder with somebody who writes into it."""

    def __init__(self, root: Path, camera_id: str = "t1") -> None:
        self.closed: list[Segment] = []
        self.failures: list[OSError] = []
        self.folder = root / camera_id
        self.segmenter = Segmenter(
            camera_id, self.folder, ParameterSets(), self.closed.append, self.failures.append
        )
        self.now_s = 0.0

    def begin(self, told: VideoForm | None = None) -> None:
        self.segmenter.hand_over.begin(told or form())

    def take(self, coming: Iterator[CodedPicture]) -> None:
        """Take pictures as they come, written twice a second."""
        for number, picture in enumerate(coming):
            self.segmenter.hand_over.take(picture)
            if number % 12 == 11:
                self.write()
        self.write()

    def write(self, *, paused: bool = False) -> None:
        self.now_s += 0.5
        self.segmenter.write(self.now_s, paused=paused)

    def end(self) -> None:
        self.segmenter.hand_over.end()
        self.write()

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


def times_in(path: Path) -> tuple[list[float], int]:
    """Presentation times of a file's pictures, and how many of them decode whole."""
    with av.open(str(path)) as container:
        times = [
            float(packet.pts * packet.time_base)
            for packet in container.demux(video=0)
            if packet.pts is not None and packet.size
        ]
    with av.open(str(path)) as container:
        whole = sum(not frame.is_corrupt for frame in container.decode(video=0))
    return times, whole
