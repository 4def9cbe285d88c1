import asyncio
import gc
import math
import random
import re
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import av
import cv2
import numpy as np
import pytest

from camera_gateway.pictures import check_jpeg, decode_jpeg
from camera_gateway.source import RawFrame
from camera_gateway.sources import VideoSource, iterate_video
from camera_gateway.sources.container_check import is_cut_short
from models.clock import ManualClock
from models.errors import FrameCorrupt, InputRefused, SourceEnded
from models.frame import FrameMode, Provenance, TimeSource
from models.units import ImageBGR

MakeVideo = Callable[..., Path]
RECORDED_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
UNEVEN_MS = [0, 40, 400, 440, 1300, 1340, 2000, 3500]


def refusal(path: Path, every_s: float = 0.0) -> str:
    with pytest.raises(InputRefused) as refused:
        next(iterate_video(path, every_s))
    assert refused.value.remedy
    return refused.value.code


def test_times_are_those_of_the_frames(
    tmp_path: Path, video: MakeVideo, picture: Callable[..., ImageBGR]
) -> None:
    path = video(tmp_path / "uneven.mp4", UNEVEN_MS)
    frames = list(iterate_video(path, 0.0))
    assert [number for number, _time_s, _image in frames] == list(range(8))
    assert [time_s for _n, time_s, _image in frames] == pytest.approx([t / 1000 for t in UNEVEN_MS])
    for number, _time_s, image in frames:
        assert image.shape == (64, 64, 3)
        # Another picture would differ by about 60: the frames are in order.
        assert np.abs(image.astype(int) - picture(number, 64, 64)).mean() < 20.0


@pytest.mark.parametrize(
    ("every_s", "numbers"), [(0.4, [0, 2, 4, 6, 7]), (1.0, [0, 4, 6, 7]), (60.0, [0])]
)
def test_a_step_gives_one_frame_per_span(
    tmp_path: Path, video: MakeVideo, every_s: float, numbers: list[int]
) -> None:
    path = video(tmp_path / "uneven.mp4", UNEVEN_MS)
    assert [number for number, _t, _i in iterate_video(path, every_s)] == numbers


def test_a_steady_video_is_sampled_without_drift(tmp_path: Path, video: MakeVideo) -> None:
    path = video(tmp_path / "steady.mp4", [40 * n for n in range(100)])
    times = [time_s for _n, time_s, _i in iterate_video(path, 0.48)]
    assert times == pytest.approx([0.48 * n for n in range(len(times))])


def test_paths_that_hold_no_video_are_refused(
    tmp_path: Path, video: MakeVideo, jpeg: Callable[..., bytes]
) -> None:
    whole = video(tmp_path / "whole.mp4", UNEVEN_MS).read_bytes()
    assert refusal(tmp_path / "absent.mp4") == "file_missing"
    assert refusal(tmp_path) == "file_is_folder"
    assert refusal(tmp_path / "nul\0") == "file_unreadable"
    for step in (-1.0, math.nan, math.inf):
        assert refusal(tmp_path / "whole.mp4", step) == "video_step"
    for name, content in (
        ("empty.mp4", b""),
        ("text.mp4", b"words\n" * 50),
        ("text.txt", b"words\n" * 50),
        ("list.m3u8", b"#EXTM3U\n#EXTINF:1,\n" + b"whole.mp4\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", b"ffconcat version 1.0\nfile whole.mp4\n"),
        ("headless.mp4", whole[: len(whole) // 3]),
        ("still.jpg", jpeg()),
    ):
        (tmp_path / name).write_bytes(content)
        assert refusal(tmp_path / name) in {"file_empty", "not_a_video"}, name


def test_a_video_of_sound_only_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    assert refusal(path) == "not_a_video"


def fast_start(path: Path) -> Path:
    """The same file with its index in front, as cameras that upload write it."""
    target = path.with_name("front.mp4")
    with (
        av.open(str(path)) as source,
        av.open(str(target), "w", options={"movflags": "faststart"}) as sink,
    ):
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    return target


def read_until_damage(path: Path) -> list[int]:
    numbers: list[int] = []
    frames = iterate_video(path, 0.0)

    def read() -> None:
        numbers.extend(number for number, _time_s, _image in frames)

    with pytest.raises(FrameCorrupt, match=path.name):
        read()
    with pytest.raises(StopIteration):
        next(frames)
    return numbers


def test_a_video_cut_half_way_yields_what_is_good(tmp_path: Path, video: MakeVideo) -> None:
    whole = fast_start(video(tmp_path / "a.mp4", [40 * n for n in range(60)], size=256))
    assert not is_cut_short(whole)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert is_cut_short(cut)
    numbers = read_until_damage(cut)
    assert 10 < len(numbers) < 50
    assert numbers == list(range(len(numbers)))


def test_a_cut_between_two_frames_is_noticed_too(tmp_path: Path, video: MakeVideo) -> None:
    whole = fast_start(video(tmp_path / "a.mp4", [40 * n for n in range(60)], size=256))
    with av.open(str(whole)) as container:
        ends = [p.pos + p.size for p in container.demux(video=0) if p.pos is not None and p.size]
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: sorted(ends)[40]])
    assert len(read_until_damage(cut)) >= 35


def test_rubbish_half_way_ends_the_good_part(tmp_path: Path, video: MakeVideo) -> None:
    path = video(tmp_path / "a.mp4", [40 * n for n in range(60)], size=256)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1500] = random.Random(0).randbytes(1500)
    path.write_bytes(bytes(data))
    assert 5 < len(read_until_damage(path)) < 55


def test_avi_and_strange_boxes_are_checked_for_length(tmp_path: Path, video: MakeVideo) -> None:
    avi = video(tmp_path / "a.avi", [40 * n for n in range(30)], codec="mpeg4")
    assert not is_cut_short(avi)
    avi.write_bytes(avi.read_bytes()[:-600])
    assert is_cut_short(avi)
    assert len(read_until_damage(avi)) > 5
    for name, content, cut in (
        ("other.mkv", b"\x1aE\xdf\xa3" + bytes(40), False),
        ("to_end.mp4", b"\0\0\0\x08ftyp\0\0\0\0mdatxxxx", False),
        ("large.mp4", b"\0\0\0\x08ftyp\0\0\0\1mdat" + (2**33).to_bytes(8, "big"), True),
        ("short.mp4", b"\0\0\0\x08ftyp\0\0\0\1mdat", False),
    ):
        (tmp_path / name).write_bytes(content)
        assert is_cut_short(tmp_path / name) is cut, name


async def read_all(source: VideoSource, limit: int = 99) -> list[RawFrame | FrameCorrupt]:
    got: list[RawFrame | FrameCorrupt] = []
    while len(got) < limit:
        try:
            got.append(await source.read())
        except FrameCorrupt as error:
            got.append(error)
        except SourceEnded:
            break
    await source.close()
    return got


def good(got: list[RawFrame | FrameCorrupt]) -> list[RawFrame]:
    return [frame for frame in got if isinstance(frame, RawFrame)]


def offsets_s(frames: list[RawFrame], start: datetime) -> list[float]:
    return [(frame.captured_at - start).total_seconds() for frame in frames]


def test_a_source_replays_at_the_recorded_cadence(
    tmp_path: Path, clock: ManualClock, video: MakeVideo
) -> None:
    path = video(tmp_path / "a.mp4", UNEVEN_MS)
    source = VideoSource(
        path,
        rate=2.0,
        every_s=1.0,
        recorded_at=RECORDED_AT,
        clock=clock,
        mode=FrameMode.THERMAL,
    )
    frames = good(asyncio.run(read_all(source)))
    assert offsets_s(frames, RECORDED_AT) == pytest.approx([0.0, 1.3, 2.0, 3.5])
    assert clock.monotonic_s() == pytest.approx(3.5 / 2)
    assert {frame.time_source for frame in frames} == {TimeSource.CONTAINER}
    assert {frame.mode for frame in frames} == {FrameMode.THERMAL}
    assert {frame.provenance for frame in frames} == {Provenance.RECORDED}
    assert decode_jpeg(frames[0].jpeg, "a").shape == (64, 64, 3)


def test_without_a_known_start_times_are_marked_as_receipt(
    tmp_path: Path, clock: ManualClock, video: MakeVideo
) -> None:
    clock.advance(5.0)
    start = clock.now()
    source = VideoSource(video(tmp_path / "a.mp4", UNEVEN_MS), every_s=3.0, clock=clock)
    frames = good(asyncio.run(read_all(source)))
    assert offsets_s(frames, start) == pytest.approx([0.0, 3.5])
    assert {frame.time_source for frame in frames} == {TimeSource.RECEIPT}


@pytest.mark.parametrize("times_ms", [[0, 500, 1000], [0]])
def test_a_loop_goes_on_rising(
    tmp_path: Path, clock: ManualClock, video: MakeVideo, times_ms: list[int]
) -> None:
    path = video(tmp_path / "a.mp4", times_ms)
    source = VideoSource(path, every_s=0.0, loop=True, recorded_at=RECORDED_AT, clock=clock)
    frames = good(asyncio.run(read_all(source, limit=8)))
    step_s = 0.5 if len(times_ms) > 1 else 1.0
    assert offsets_s(frames, RECORDED_AT) == pytest.approx([step_s * n for n in range(8)])


@pytest.mark.parametrize("loop", [False, True])
def test_a_damaged_recording_ends_or_begins_again(
    tmp_path: Path, clock: ManualClock, video: MakeVideo, *, loop: bool
) -> None:
    whole = fast_start(video(tmp_path / "a.mp4", [40 * n for n in range(60)], size=256))
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    source = VideoSource(
        whole, every_s=0.4, loop=loop, recorded_at=RECORDED_AT, clock=clock, rate=math.inf
    )
    got = asyncio.run(read_all(source, limit=12))
    bad = [index for index, item in enumerate(got) if isinstance(item, FrameCorrupt)]
    assert len(got) == (12 if loop else bad[0] + 1)
    times = offsets_s(good(got), RECORDED_AT)
    assert times == sorted(set(times))


def test_a_file_that_is_no_video_is_refused_with_the_first_read(
    tmp_path: Path, clock: ManualClock
) -> None:
    source = VideoSource(tmp_path / "absent.mp4", every_s=1.0, clock=clock)
    with pytest.raises(InputRefused):
        asyncio.run(source.read())


def test_closing_waits_for_a_decoder_that_was_left_behind(
    tmp_path: Path, clock: ManualClock, video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, go_on = threading.Event(), threading.Event()
    path = video(tmp_path / "a.mp4", UNEVEN_MS)

    def slow_encode(_image: ImageBGR) -> bytes:
        entered.set()
        assert go_on.wait(20)
        return b""

    monkeypatch.setattr("camera_gateway.sources.video.encode_jpeg", slow_encode)

    async def scenario() -> None:
        source = VideoSource(path, every_s=0.0, clock=clock)
        reading = asyncio.create_task(source.read())
        await asyncio.to_thread(entered.wait, 20)
        reading.cancel()
        closing = asyncio.create_task(source.close())
        await asyncio.sleep(0)
        assert not closing.done()
        go_on.set()
        await closing
        await source.close()
        with pytest.raises(asyncio.CancelledError):
            await reading
        with pytest.raises(SourceEnded):
            await source.read()

    asyncio.run(scenario())


@pytest.mark.footage
def test_real_odd_videos(footage: Path) -> None:
    odd = footage / "oddities"
    lies = odd / "bico_output8_crop2_framecount_lies.mp4"
    frames = [(number, time_s) for number, time_s, _image in iterate_video(lies, 0.0)]
    assert len(frames) == 409
    assert frames[-1][1] == pytest.approx(16.32, abs=0.05)
    _number, _time_s, image = next(iterate_video(lies, 0.0))
    reference = cv2.VideoCapture(str(lies)).read()[1]
    assert np.abs(image.astype(int) - reference).mean() < 1.0
    assert refusal(odd / "bico_video_empty_ffv1.avi") == "video_without_frames"
    assert refusal(odd / "pixelprobe_corrupted.mp4") == "not_a_video"
    for name, count in (("mediamtx_offline_h265.mp4", 30), ("bico_output11_yuv422p.mp4", 939)):
        assert sum(1 for _frame in iterate_video(odd / name, 0.0)) == count
    for name in ("bico_output7_rot90.mp4",):
        _number, _time_s, image = next(iterate_video(footage / "infrared" / name, 0.0))
        assert image.shape == (256, 192, 3)


def test_joined_recordings_go_on_rising(tmp_path: Path, video: MakeVideo) -> None:
    parts = [video(tmp_path / f"{n}.ts", [40 * k for k in range(25)]).read_bytes() for n in "ab"]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    times = [time_s for _number, time_s, _image in iterate_video(joined, 0.0)]
    assert len(times) >= 45
    assert times == sorted(set(times))
    assert times[-1] < 3.0


def test_a_stream_without_times_is_counted(tmp_path: Path, video: MakeVideo) -> None:
    raw = tmp_path / "bare.h264"
    with (
        av.open(str(video(tmp_path / "a.mp4", [40 * n for n in range(30)]))) as source,
        av.open(str(raw), "w", format="h264") as sink,
    ):
        stream = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                sink.mux(packet)
    times = [time_s for _number, time_s, _image in iterate_video(raw, 0.0)]
    assert len(times) == 30
    assert np.diff(times) == pytest.approx([0.04] * 29, abs=1e-6)


def test_frames_that_the_decoder_calls_corrupt(
    tmp_path: Path, video: MakeVideo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which frames a decoder flags differs from release to release; the flag's meaning does not."""

    class Flagged:
        def __init__(self, frame: av.VideoFrame, *, corrupt: bool) -> None:
            self._frame = frame
            self.is_corrupt = corrupt
            self.time = frame.time
            self.rotation = 0

        def to_ndarray(self, **options: str) -> ImageBGR:
            return self._frame.to_ndarray(**options)

    path = video(tmp_path / "a.mp4", [40 * n for n in range(10)])
    real_open = av.open

    def flag(bad: set[int]) -> None:
        class Container:
            def __init__(self, *args: str, **options: dict[str, str]) -> None:
                self._container = real_open(*args, **options)
                self.streams = self._container.streams
                self.format = self._container.format

            def __enter__(self) -> Self:
                return self

            def __exit__(self, *_error: object) -> None:
                self._container.close()

            def decode(self, stream: object) -> list[Flagged]:
                frames = self._container.decode(stream)
                return [Flagged(f, corrupt=n in bad) for n, f in enumerate(frames)]

        monkeypatch.setattr(av, "open", Container)

    flag({0, 1})
    assert [round(time_s, 2) for _n, time_s, _i in iterate_video(path, 0.0)][:2] == [0.0, 0.04]
    assert sum(1 for _frame in iterate_video(path, 0.0)) == 8
    flag({4})
    assert len(read_until_damage(path)) == 4


def test_a_stream_whose_first_packet_is_rubbish_is_no_video(
    tmp_path: Path, video: MakeVideo
) -> None:
    path = video(tmp_path / "a.mp4", UNEVEN_MS, size=256)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = data.index(b"moov") - 4
    data[start:end] = bytes(end - start)
    path.write_bytes(bytes(data))
    assert refusal(path) in {"not_a_video", "video_without_frames"}


def a_huge_video(path: Path, side_px: int) -> Path:
    """A small video whose pictures say that they are huge, and take that memory to be opened."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=5)
        stream.width = stream.height = 64
        stream.pix_fmt = "rgb24"
        for level in range(5):
            image = np.full((64, 64, 3), 40 * level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())
    data = bytearray(path.read_bytes())
    for found in re.finditer(rb"IHDR", bytes(data)):
        at = found.start()
        data[at + 4 : at + 12] = struct.pack(">II", side_px, side_px)
        data[at + 17 : at + 21] = struct.pack(">I", zlib.crc32(bytes(data[at : at + 17])))
    path.write_bytes(bytes(data))
    return path


PEAK = """
import resource, sys
from pathlib import Path
from camera_gateway.sources import iterate_video
from models.errors import InputRefused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    next(iterate_video(Path(sys.argv[1]), 0.0))
except InputRefused as error:
    print(error.code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_a_video_that_declares_huge_pictures_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    path = a_huge_video(tmp_path / "huge.avi", 16_000)  # 768 MB a picture
    ran = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True
    )
    code, peak_mib = ran.stdout.split()
    assert code == "not_a_video"
    assert float(peak_mib) < 100.0


def test_hundreds_of_openings_leave_nothing_behind(
    tmp_path: Path, clock: ManualClock, video: MakeVideo
) -> None:
    good = video(tmp_path / "a.mp4", UNEVEN_MS)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(good.read_bytes()[:-200])
    rubbish = tmp_path / "rubbish.mp4"
    rubbish.write_bytes(b"no video" * 100)

    async def one(number: int) -> None:
        path = (good, cut, rubbish)[number % 3]
        source = VideoSource(path, every_s=0.0, clock=clock)
        reading = asyncio.ensure_future(source.read())
        if number % 4 == 0:
            await asyncio.sleep(0)
            reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await source.close()

    def held() -> tuple[int, int]:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    async def run() -> None:
        for number in range(12):
            await one(number)
        before = held()
        for number in range(240):
            await one(number)
        ends_s = time.monotonic() + 5.0
        while held() > before and time.monotonic() < ends_s:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        files, threads = held()
        assert files <= before[0]
        assert threads <= before[1]

    asyncio.run(run())


def test_a_picture_is_handed_on_small_too(
    tmp_path: Path, clock: ManualClock, video: MakeVideo
) -> None:
    async def first() -> RawFrame:
        source = VideoSource(video(tmp_path / "a.mp4", UNEVEN_MS), every_s=0.0, clock=clock)
        frame = await source.read()
        await source.close()
        return frame

    frame = asyncio.run(first())
    assert frame.small is not None
    expected = check_jpeg(frame.jpeg, "a")
    assert frame.small.shape == expected.shape
    assert np.abs(frame.small.astype(int) - expected).mean() < 4.0
