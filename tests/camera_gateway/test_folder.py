import asyncio
import math
from collections.abc import Callable
from datetime import timedelta, timezone
from pathlib import Path

import cv2
import numpy as np
import pytest
from exif_rig import exif, with_exif

from camera_gateway.pictures import decode_jpeg
from camera_gateway.source import RawFrame
from camera_gateway.sources import FolderSource
from models.clock import ManualClock
from models.errors import FrameCorrupt, InputRefused, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.units import ImageBGR

MakeJpeg = Callable[..., bytes]


async def read_all(source: FolderSource) -> list[RawFrame | FrameCorrupt]:
    got: list[RawFrame | FrameCorrupt] = []
    while True:
        try:
            got.append(await source.read())
        except FrameCorrupt as error:
            got.append(error)
        except SourceEnded:
            return got


def test_pictures_travel_as_they_are_at_their_own_pace(
    tmp_path: Path, clock: ManualClock, jpeg: MakeJpeg
) -> None:
    for number, second in enumerate((1532815146, 1532815206, 1532816406)):
        (tmp_path / f"{second}_x.jpg").write_bytes(jpeg(number))
    (tmp_path / "labels.csv").write_text("not a picture")
    (tmp_path / ".hidden.jpg").write_text("not a picture either")
    source = FolderSource(
        tmp_path, rate=10.0, clock=clock, mode=FrameMode.INFRARED, max_gap_s=600.0
    )
    got = asyncio.run(read_all(source))
    assert [frame.jpeg for frame in got if isinstance(frame, RawFrame)] == [
        jpeg(n) for n in (0, 1, 2)
    ]
    assert clock.monotonic_s() == 6.0 + 60.0
    first = got[0]
    assert isinstance(first, RawFrame)
    assert first.captured_at.timestamp() == 1532815146
    assert first.time_source is TimeSource.FILE_NAME
    assert first.mode is FrameMode.INFRARED
    assert first.provenance is Provenance.RECORDED


def test_other_formats_are_encoded(
    tmp_path: Path, clock: ManualClock, picture: Callable[..., ImageBGR]
) -> None:
    (tmp_path / "20260108_093634.jpg").write_bytes(cv2.imencode(".png", picture(4))[1].tobytes())
    (frame,) = asyncio.run(read_all(FolderSource(tmp_path, clock=clock)))
    assert isinstance(frame, RawFrame)
    assert np.abs(decode_jpeg(frame.jpeg, "x").astype(int) - picture(4)).mean() < 4.0


def test_damage_in_the_middle_costs_one_picture(
    tmp_path: Path, clock: ManualClock, jpeg: MakeJpeg
) -> None:
    contents = [jpeg(), jpeg()[:500], b"", b"version https://git-lfs", b"gone", jpeg(5)]
    for second, content in enumerate(contents):
        (tmp_path / f"20260108_09360{second}.jpg").write_bytes(content)
    source = FolderSource(tmp_path, clock=clock, rate=math.inf)
    (tmp_path / "20260108_093604.jpg").unlink()
    got = asyncio.run(read_all(source))
    assert [isinstance(item, RawFrame) for item in got] == [True, *[False] * 4, True]
    assert all(".jpg" in str(item) for item in got if isinstance(item, FrameCorrupt))


def test_a_start_offset_and_a_zone(tmp_path: Path, clock: ManualClock, jpeg: MakeJpeg) -> None:
    for minute in (10, 20, 30):
        (tmp_path / f"20260108_09{minute}00.jpg").write_bytes(jpeg(minute))
    china = timezone(timedelta(hours=8))
    source = FolderSource(tmp_path, clock=clock, start_offset_s=600.0, name_zone=china)
    got = [frame for frame in asyncio.run(read_all(source)) if isinstance(frame, RawFrame)]
    assert [f"{frame.captured_at:%H:%M}" for frame in got] == ["01:20", "01:30"]
    nothing = FolderSource(tmp_path, clock=clock, start_offset_s=0.0)
    assert len(asyncio.run(read_all(nothing))) == 3
    for offset_s in (1201.0, math.nan):
        with pytest.raises(InputRefused, match="start offset"):
            FolderSource(tmp_path, clock=clock, start_offset_s=offset_s)


def test_a_closed_source_has_ended(tmp_path: Path, clock: ManualClock, jpeg: MakeJpeg) -> None:
    (tmp_path / "20260108_093634.jpg").write_bytes(jpeg())

    async def scenario() -> None:
        source = FolderSource(tmp_path, clock=clock)
        await source.close()
        await source.close()
        with pytest.raises(SourceEnded):
            await source.read()

    asyncio.run(scenario())


def test_folders_that_cannot_be_replayed_are_refused(
    tmp_path: Path, clock: ManualClock, jpeg: MakeJpeg
) -> None:
    def code(path: Path) -> str:
        with pytest.raises(InputRefused) as refused:
            FolderSource(path, clock=clock)
        assert refused.value.remedy
        return refused.value.code

    assert code(tmp_path / "absent") == "file_missing"
    assert code(tmp_path / "nul\0") == "file_unreadable"
    assert code(tmp_path) == "folder_without_pictures"
    (tmp_path / "20260108_093634.jpg").write_bytes(jpeg())
    assert code(tmp_path / "20260108_093634.jpg") == "not_a_folder"
    (tmp_path / "holiday.jpg").write_bytes(jpeg())
    assert code(tmp_path) == "no_time_in_name"
    (tmp_path / "holiday.jpg").unlink()
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere")
    assert code(tmp_path) == "no_time_in_name"


def test_a_time_that_only_the_picture_tells_is_taken(
    tmp_path: Path, clock: ManualClock, jpeg: MakeJpeg
) -> None:
    second, third = exif("2026:03:01 16:00:10", "+08:00"), exif("2026:03:01 16:00:20", None)
    (tmp_path / "b.jpg").write_bytes(with_exif(jpeg(3), third))
    (tmp_path / "a.jpg").write_bytes(with_exif(jpeg(2), second))
    # What stands in the name wins over what an editor left in the picture.
    (tmp_path / "20260301_160000.jpg").write_bytes(with_exif(jpeg(1), third))
    source = FolderSource(tmp_path, clock=clock, name_zone=timezone(timedelta(hours=8)))
    got = [frame for frame in asyncio.run(read_all(source)) if isinstance(frame, RawFrame)]
    assert [frame.captured_at.isoformat() for frame in got] == [
        f"2026-03-01T08:00:{second}+00:00" for second in ("00", "10", "20")
    ]
    assert [frame.time_source for frame in got] == [
        TimeSource.FILE_NAME,
        TimeSource.EXIF,
        TimeSource.EXIF,
    ]
    assert all(frame.small is not None for frame in got)


@pytest.mark.footage
def test_the_real_ignition_is_replayed(footage: Path, clock: ManualClock) -> None:
    folder = footage / "sequences" / "20180728_FIRE_rm-w-mobo-c"
    source = FolderSource(folder, clock=clock, rate=60.0, start_offset_s=1920.0, max_gap_s=60.0)
    got = asyncio.run(read_all(source))
    assert len(got) == 26
    assert all(isinstance(frame, RawFrame) for frame in got)
    first = got[0]
    assert isinstance(first, RawFrame)
    assert first.jpeg == (folder / "1532815146_-00480.jpg").read_bytes()
    assert clock.monotonic_s() == pytest.approx(25.0)
