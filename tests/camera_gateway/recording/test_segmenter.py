"""A ring's pieces begin with key frames, are bounded, and are usable however the writing ends."""

import errno
import itertools
import os
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_rig import BASE, MADE_AT, STEP, Disk, form, pictures, times_in

from camera_gateway.recording import hand_over as hand_over_module
from camera_gateway.recording import segment_file, segmenter
from camera_gateway.recording.hand_over import MOST_BYTES, HandOver
from camera_gateway.recording.parameter_sets import ParameterSets, parameter_sets
from camera_gateway.recording.salvage import closed_pieces, whole_bytes
from camera_gateway.recording.segment import part_name, part_of, segment_name, segment_of
from camera_gateway.sources.stream_time import Captured
from camera_gateway.video.tap import CodedPicture, VideoForm
from models.frame import TimeSource


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_stream_becomes_pieces_of_ten_seconds_that_follow_each_other(
    disk: Disk, codec: str
) -> None:
    disk.begin(form(codec))
    disk.take(pictures(34, codec=codec, gop=50))
    assert [piece.duration_s for piece in disk.closed] == [10.0, 10.0, 10.0]
    assert [name.endswith(".part") for name in disk.files] == [False, False, False, True]
    disk.end()
    assert [piece.duration_s for piece in disk.closed] == [10.0, 10.0, 10.0, 4.0]
    assert len({piece.run for piece in disk.closed}) == 1
    assert [piece.number for piece in disk.closed] == [0, 1, 2, 3]
    for number, piece in enumerate(disk.closed):
        assert piece.from_at == MADE_AT + timedelta(seconds=10 * number)
        assert piece.size_bytes == piece.path.stat().st_size
        times, whole = times_in(piece.path)
        assert times == pytest.approx([n / 25 for n in range(round(piece.duration_s * 25))])
        assert whole == len(times), "every picture decodes, from the first on"
    assert disk.segmenter.skipped == 0
    assert disk.failures == []


def test_recording_begins_with_the_first_key_frame(disk: Disk) -> None:
    disk.begin()
    disk.take(pictures(5, first=10))
    disk.end()
    (piece,) = disk.closed
    assert piece.from_at == MADE_AT + timedelta(seconds=1)
    assert disk.segmenter.skipped == 15


def test_the_first_picture_of_a_connection_has_no_time_and_is_kept(disk: Disk) -> None:
    coming = list(pictures(3))
    coming[0] = replace(coming[0], pts=None, dts=None)
    disk.begin()
    disk.take(iter(coming))
    disk.end()
    (piece,) = disk.closed
    assert piece.duration_s == 3.0
    assert disk.segmenter.skipped == 0


def test_pictures_without_a_time_break_the_recording_until_the_next_key_frame(disk: Disk) -> None:
    coming = list(pictures(6))
    for number in (60, 61):
        coming[number] = replace(coming[number], pts=None, dts=None)
    disk.begin()
    disk.take(iter(coming))
    disk.end()
    first, second = disk.closed
    assert first.duration_s == pytest.approx(60 / 25)
    assert second.from_at == MADE_AT + timedelta(seconds=3)
    assert first.run != second.run
    assert disk.segmenter.skipped == 15


def test_a_stream_that_never_tells_when_to_decode_is_recorded_all_the_same(disk: Disk) -> None:
    disk.begin()
    disk.take(replace(one, dts=None) for one in pictures(8))
    disk.end()
    (piece,) = disk.closed
    assert piece.from_at == MADE_AT + timedelta(seconds=2), "it is waited for at first"
    times, whole = times_in(piece.path)
    assert len(times) == whole == 150
    assert piece.path.stat().st_mode & 0o777 == 0o640


def test_parameters_that_come_with_the_description_only_are_put_into_the_file(disk: Disk) -> None:
    coming = list(pictures(4))
    sets = parameter_sets("h264", coming[0].data)
    assert sets
    bare = [
        replace(one, data=one.data.removeprefix(sets.replace(b"\0\0\0\1", b"\0\0\1", 0)))
        for one in coming
    ]
    bare = [replace(one, data=one.data[_slice_at(one.data) :]) for one in bare]
    disk.begin(VideoForm("h264", sets, BASE, 160, 96))
    disk.take(iter(bare))
    disk.end()
    (piece,) = disk.closed
    times, whole = times_in(piece.path)
    assert (len(times), whole) == (100, 100)


def _slice_at(data: bytes) -> int:
    at = data.find(b"\0\0\1")
    while data[at + 3] & 31 not in range(1, 6):
        at = data.find(b"\0\0\1", at + 3)
    return at


def test_another_size_in_the_same_stream_is_another_run(disk: Disk) -> None:
    disk.begin()
    disk.take(pictures(4))
    more = pictures(
        4, size=(320, 180), first_pts=100 * STEP, made_at=MADE_AT + timedelta(seconds=4)
    )
    disk.take(more)
    disk.end()
    first, second = disk.closed
    assert first.duration_s == second.duration_s == 4.0
    assert first.run != second.run
    assert times_in(second.path)[1] == 100


@pytest.mark.parametrize("jump_s", [-5.0, 8.0])
def test_times_that_jump_begin_another_run(disk: Disk, jump_s: float) -> None:
    disk.begin()
    disk.take(pictures(4.4))
    rest = pictures(6, first_pts=round((4.4 + jump_s) * 90_000), first=10)
    disk.take(replace(one, captured=_later(one.captured, 4.4)) for one in rest)
    disk.end()
    first, second = disk.closed
    assert first.duration_s == pytest.approx(4.4)
    assert second.duration_s == pytest.approx(5.0), "up to the next key frame nothing stands alone"
    assert first.run != second.run


def _later(captured: Captured, by_s: float) -> Captured:
    return replace(captured, at=captured.at + timedelta(seconds=by_s))


def test_a_short_silence_stays_in_the_file_as_it_was(disk: Disk) -> None:
    disk.begin()
    disk.take(pictures(2))
    disk.take(pictures(2, first_pts=round(4.5 * 90_000), first=7))
    disk.end()
    (piece,) = disk.closed
    assert piece.duration_s == pytest.approx(6.5)
    assert piece.path.name.startswith("20261126T030000.000Z_6500_")


def test_a_clock_that_was_set_begins_another_run(disk: Disk) -> None:
    coming = list(pictures(24))
    coming[250:] = [replace(one, captured=_later(one.captured, 3600)) for one in coming[250:]]
    disk.begin()
    disk.take(iter(coming))
    disk.end()
    assert len(disk.closed) == 3
    assert disk.closed[0].run != disk.closed[1].run
    assert disk.closed[1].run == disk.closed[2].run
    assert disk.closed[1].from_at == MADE_AT + timedelta(seconds=3610)


def test_without_key_frames_a_piece_ends_all_the_same(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segmenter, "LONGEST_S", 12.0)
    disk.begin()
    disk.take(pictures(16, gop=500))
    assert not disk.segmenter.is_open
    (piece,) = disk.closed
    assert 12.0 < piece.duration_s < 12.2
    monkeypatch.setattr(segmenter, "LARGEST_BYTES", 20_000)
    disk.take(pictures(10, gop=500, first_pts=20 * 90_000))
    assert not disk.segmenter.is_open
    assert 20_000 < disk.closed[1].size_bytes < 80_000


def test_what_is_no_video_that_browsers_know_is_left_out(disk: Disk) -> None:
    disk.segmenter.hand_over.take(next(pictures(1)))
    disk.write()  # before any connection
    disk.begin(VideoForm("mpeg4", b"", BASE, 0, 0))
    disk.take(pictures(2))
    disk.end()
    assert disk.files == []
    assert disk.segmenter.skipped == 51


def test_a_key_frame_that_does_not_decode_begins_nothing(disk: Disk) -> None:
    coming = list(pictures(3))
    coming[0] = replace(coming[0], data=b"\0\0\0\1\x65" + b"\xff" * 40)
    disk.begin()
    disk.take(iter(coming))
    disk.end()
    (piece,) = disk.closed
    assert piece.from_at == MADE_AT + timedelta(seconds=1)


def test_pictures_that_build_on_later_ones_keep_their_order(disk: Disk) -> None:
    from coded_video import coded

    units = coded("h264", 100, 25, reorders=True)
    # In decoding order of x264's two B pictures: P before the two that stand before it.
    shown = [0] + [n + (2 if n % 3 == 1 else -1) for n in range(1, 100)]
    disk.begin()
    made = [
        CodedPicture(
            unit,
            n % 25 == 0,
            (shown[n] + 2) * STEP,
            n * STEP,
            0.0,
            Captured(MADE_AT + timedelta(seconds=n / 25), TimeSource.SENDER, 0.0),
        )
        for n, unit in enumerate(units)
    ]
    disk.take(iter(made))
    disk.end()
    (piece,) = disk.closed
    times, _ = times_in(piece.path)
    assert len(times) == 100
    assert times != sorted(times)


# --- the hand-over -------------------------------------------------------------------------------


def test_the_reader_never_waits_and_what_overflows_goes_up_to_a_key_frame() -> None:
    heavy = replace(next(pictures(1)), data=b"x" * (MOST_BYTES // 4 + 1), is_key=False)
    queue = HandOver()
    queue.begin(form())
    for _ in range(5):
        queue.take(heavy)
    assert queue.dropped == 2, "three fit"
    items = queue.all()
    assert len(items) == 5
    assert items[-1] is hand_over_module.BROKEN
    queue.take(heavy)
    assert queue.dropped == 3, "room, but it builds on what was dropped"
    queue.take(replace(heavy, is_key=True))
    queue.take(heavy)
    assert [isinstance(item, CodedPicture) for item in queue.all()] == [True, True]


def test_a_camera_that_does_nothing_but_reconnect_fills_no_memory() -> None:
    queue = HandOver()
    for _ in range(20_000):
        queue.begin(form())
        queue.end()
    assert len(queue.all()) <= 2 * hand_over_module.MOST_ITEMS + 1


def test_what_was_dropped_is_a_break_in_the_recording(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.begin()
    disk.take(pictures(2))
    monkeypatch.setattr(hand_over_module, "MOST_BYTES", 100)
    for one in itertools.islice(pictures(3), 50, 60):
        disk.segmenter.hand_over.take(one)
    monkeypatch.undo()
    for one in itertools.islice(pictures(4), 60, 100):
        disk.segmenter.hand_over.take(one)
    disk.end()
    first, second = disk.closed
    assert (first.duration_s, second.duration_s) == (2.0, 1.0)
    assert first.run != second.run
    assert disk.segmenter.hand_over.dropped == 25


# --- the disk -----------------------------------------------------------------------------------


class FullAfter:
    """``SegmentFile``'s file on a disk that takes so many bytes and no more."""

    left = 0

    def __init__(self, path: Path) -> None:
        self._file = path.open("xb", buffering=0)
        self.size_bytes = 0

    def write(self, data: bytes) -> int:
        fits = bytes(data[: max(0, FullAfter.left)])
        FullAfter.left -= len(fits)
        self.size_bytes += self._file.write(fits)
        if len(fits) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(data)

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("left", [0, 500, 20_000, 60_000, 90_000])
def test_a_full_disk_keeps_what_is_whole_and_goes_on_later(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    FullAfter.left = left
    with monkeypatch.context() as patched:
        patched.setattr(segment_file, "_Out", FullAfter)
        disk.begin()
        disk.take(pictures(9))
    assert disk.failures
    assert {failure.errno for failure in disk.failures} == {errno.ENOSPC}
    for piece in disk.closed:
        times, whole = times_in(piece.path)
        assert len(times) == whole > 0
    if left >= 60_000:
        assert disk.closed
    assert [name for name in disk.files if name.endswith(".part")] == []
    disk.now_s += 10.0
    more = pictures(4, first_pts=9 * 90_000, made_at=MADE_AT + timedelta(seconds=9))
    disk.take(more)
    disk.end()
    assert disk.closed[-1].duration_s == 4.0


def test_while_it_is_paused_nothing_is_written(disk: Disk) -> None:
    disk.begin()
    disk.take(pictures(3))
    for one in itertools.islice(pictures(6), 75, 110):
        disk.segmenter.hand_over.take(one)
    disk.write(paused=True)
    assert [piece.duration_s for piece in disk.closed] == [3.0]
    disk.take(itertools.islice(pictures(6), 110, 150))
    disk.end()
    assert [piece.duration_s for piece in disk.closed] == [3.0, 1.0]


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0.0, 1.0), seconds=st.sampled_from([3.0, 7.0, 9.6]))
def test_a_piece_that_was_cut_off_anywhere_is_usable_up_to_its_last_fragment(
    tmp_path_factory: pytest.TempPathFactory, share: float, seconds: float
) -> None:
    folder = tmp_path_factory.mktemp("ring")
    disk = Disk(folder)
    disk.begin()
    disk.take(pictures(seconds))
    (name,) = disk.files
    (folder / "t2").mkdir()
    killed = folder / "t2" / name
    data = (disk.folder / name).read_bytes()
    killed.write_bytes(data[: round(share * len(data))])
    cuts = [at - 4 for at in range(len(data)) if data.startswith(b"moof", at)]
    longest = max(b - a for a, b in pairwise([0, *cuts[1:], len(data)]))
    disk.segmenter.close()
    pieces = {piece.camera_id: piece for piece in closed_pieces(folder)}
    assert pieces["t1"].duration_s == pytest.approx(seconds)
    if "t2" in pieces:
        times, whole = times_in(pieces["t2"].path)
        assert len(times) == whole > 0
        assert pieces["t2"].duration_s == pytest.approx(len(times) / 25)
        lost = share * len(data) - pieces["t2"].size_bytes
        assert lost <= longest, "no more than the last fragment"
    else:
        assert share * len(data) <= longest
    assert [path.suffix for path in (folder / "t2").iterdir()] == [".mp4"] * ("t2" in pieces)


def test_what_is_not_a_piece_is_left_alone_or_removed(tmp_path: Path) -> None:
    folder = tmp_path / "t1"
    folder.mkdir()
    (tmp_path / "a-file").write_text("x")
    (folder / "notes.txt").write_text("x")
    (folder / "20269926T030000.000Z_10_5f3a9c01_1.mp4").write_bytes(b"x")  # no such day
    (folder / "strange.part").write_bytes(b"x" * 100)
    (folder / part_name(MADE_AT, "5f3a9c01", 3)).write_bytes(
        b"\0\0\0\x08moof\0\0\0\x0amdatxx"  # boxes, and no video in them
    )
    (folder / part_name(MADE_AT, "5f3a9c01", 4)).mkdir()
    assert closed_pieces(tmp_path) == []
    assert closed_pieces(tmp_path / "nowhere") == []
    left = sorted(path.name for path in folder.iterdir())
    assert left == [
        "20261126T030000.000Z_5f3a9c01_4.part",
        "20269926T030000.000Z_10_5f3a9c01_1.mp4",
        "notes.txt",
    ]


def test_names_tell_what_they_were_told() -> None:
    path = Path(segment_name(MADE_AT + timedelta(milliseconds=7), 10.04, "5f3a9c01", 12))
    piece = segment_of(path, "t1", 5)
    assert piece is not None
    assert (piece.from_at, piece.duration_s) == (MADE_AT + timedelta(milliseconds=7), 10.04)
    assert (piece.run, piece.number, piece.size_bytes) == ("5f3a9c01", 12, 5)
    assert part_of(Path(part_name(MADE_AT, "5f3a9c01", 2))) == (MADE_AT, "5f3a9c01", 2)
    assert part_of(path) is None


def test_sets_are_found_in_front_of_the_picture_only() -> None:
    assert parameter_sets("h264", b"") == b""
    assert parameter_sets("h264", b"\0\0\1") == b""
    assert parameter_sets("h264", b"\0\0\1\x67ab\0\0\0\1\x68c") == b"\0\0\0\1\x67ab\0\0\0\1\x68c"
    assert parameter_sets("h264", b"\0\0\1\x65ab\0\0\1\x67c") == b""
    assert parameter_sets("hevc", b"\0\0\1\x40\1a\0\0\1\x26\1b\0\0\1\x42\1c") == b"\0\0\0\1\x40\1a"


def test_sizes_are_found_out_once_and_forgotten_in_the_end() -> None:
    sizes = ParameterSets()
    key = next(pictures(1)).data
    assert sizes.size_of("h264", b"a", b"no video") is None
    for number in range(20):
        assert sizes.size_of("h264", b"%d" % number, key) == (160, 96)
    assert sizes.size_of("h264", b"19", b"not looked at") == (160, 96)
    assert sizes.size_of("h264", b"0", b"looked at again") is None


def test_a_file_that_is_no_piece_has_nothing_whole(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\0\0\0\0moof")
    assert whole_bytes(path) == 0
    assert path.stat().st_size == 8
