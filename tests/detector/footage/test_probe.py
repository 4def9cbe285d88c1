"""A recording is asked what it holds, not what its header claims."""

import os
import struct
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import av
import pytest
from exif_rig import exif, with_exif
from hypothesis import given, settings
from hypothesis import strategies as st
from label_rig import START, grey_jpeg, picture_folder, put, video_file

from detector.footage import Claims, Pace, probe
from detector.footage.facts import pace_of
from models.errors import InputRefused
from models.footage import FootageKind


def refusal(path: Path) -> str:
    with pytest.raises(InputRefused) as caught:
        probe(path)
    assert caught.value.remedy
    return caught.value.code


def slow_clock(step_s: float) -> Callable[[], float]:
    """Every look at it takes so many seconds."""
    ticks: Iterator[int] = count()
    return lambda: step_s * next(ticks)


def test_an_even_video(tmp_path: Path) -> None:
    path = video_file(tmp_path / "clip_20260405T030000Z.mp4", range(0, 400, 40)).path
    facts = probe(path)
    assert (facts.kind, facts.codec, facts.size_px) == (FootageKind.VIDEO, "mpeg4", (64, 48))
    assert (facts.frames, facts.first_s) == (10, 0.0)
    assert facts.last_s == pytest.approx(0.36)
    assert facts.pace.fps == pytest.approx(25.0)
    assert not facts.pace.is_variable
    assert (facts.starts_at, facts.start_told_by) == (START, "name")
    assert facts.size_bytes == path.stat().st_size
    assert (facts.damaged, facts.damage, facts.is_complete) == (0, "", True)
    assert facts.claims_are_true


def test_a_video_of_uneven_pace_says_so(tmp_path: Path) -> None:
    facts = probe(video_file(tmp_path / "a.mp4", [0, 40, 80, 120, 1000]).path)
    assert facts.pace.is_variable
    assert facts.pace.usual_gap_s == pytest.approx(0.04)
    assert facts.pace.longest_gap_s == pytest.approx(0.88)
    assert facts.starts_at is None
    assert facts.start_told_by == ""


def test_the_container_says_when_it_was_made_if_that_can_be(tmp_path: Path) -> None:
    for told, expected in (
        ("2026-04-05T11:00:00+08:00", START),
        ("2026-04-05T03:00:00", START),
        ("1904-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("yesterday", None),
    ):
        path = tmp_path / "a.mkv"
        with av.open(str(path), "w") as container:
            container.metadata["creation_time"] = told
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
            container.mux(stream.encode())
        facts = probe(path)
        assert facts.starts_at == expected, told
        assert facts.start_told_by == ("container" if expected else "")
        assert (facts.frames, facts.pace) == (1, Pace())


def test_a_header_that_claims_more_is_no_truth(tmp_path: Path) -> None:
    path = video_file(tmp_path / "cut.avi", range(0, 1000, 40), (160, 128)).path
    path.write_bytes(path.read_bytes()[:-30_000])
    facts = probe(path)
    assert facts.claims.frames == 961  # of 1/1000 s each, as AVI counts
    assert 3 < facts.frames < 25
    assert (facts.damaged, facts.claims_are_true) == (1, False)
    assert "cut.avi" in facts.damage
    assert facts.last_s == pytest.approx((facts.frames - 1) * 0.04)


def test_one_who_has_no_time_is_told_what_is_known_by_then(tmp_path: Path) -> None:
    video = video_file(tmp_path / "a.mp4", range(0, 400, 40)).path
    facts = probe(video, most_s=3.5, now=slow_clock(1.0))
    assert (facts.frames, facts.is_complete, facts.claims_are_true) == (4, False, True)
    folder = picture_folder(tmp_path / "tower", range(0, 600, 60)).pictures[0][1].parent
    facts = probe(folder, most_s=3.5, now=slow_clock(1.0))
    assert (facts.frames, facts.is_complete) == (4, False)
    assert probe(folder, most_s=0.5, now=slow_clock(1.0)).frames == 1


def test_a_folder_of_pictures(tmp_path: Path) -> None:
    sequence = picture_folder(tmp_path / "tower", [0, 60, 120, 3000])
    folder = sequence.pictures[0][1].parent
    facts = probe(folder)
    assert (facts.kind, facts.codec, facts.frames) == (FootageKind.PICTURES, "jpeg", 4)
    assert (facts.first_s, facts.last_s, facts.pace.longest_gap_s) == (0.0, 3000.0, 2880.0)
    assert (facts.starts_at, facts.start_told_by) == (START, "name")
    assert facts.claims == Claims()
    assert facts.size_bytes == sum(path.stat().st_size for _, path in sequence.pictures)

    sequence.pictures[1][1].write_bytes(grey_jpeg(9)[:-200])
    sequence.pictures[2][1].write_bytes(grey_jpeg(9, (32, 32)))
    again = probe(folder)
    assert (again.frames, again.damaged, again.other_sizes) == (3, 1, True)
    assert sequence.pictures[1][1].name in again.damage
    assert again.sha256 != facts.sha256

    for _, path in sequence.pictures[:3]:
        path.unlink()
    sequence.pictures[0][1].symlink_to("nowhere")
    sequence.pictures[1][1].write_bytes(b"")
    sequence.pictures[2][1].write_bytes(b"version https://git-lfs.github.com/spec/v1")
    rotten = probe(folder)
    assert (rotten.frames, rotten.damaged, rotten.first_s) == (1, 3, 3000.0)


def test_a_folder_of_nothing_but_damage(tmp_path: Path) -> None:
    put(tmp_path, {"20260405T030000Z.jpg": grey_jpeg(9)[:-200]})
    facts = probe(tmp_path)
    assert (facts.frames, facts.size_px, facts.codec, facts.damaged) == (0, (0, 0), "", 1)
    assert (facts.first_s, facts.last_s) == (0.0, 0.0)


def turned(orientation: int) -> bytes:
    """A segment that says which way is up and nothing else, by Exif 2.32 section 4.6."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    content = b"Exif\0\0" + b"II*\0" + struct.pack("<IH", 8, 1) + entry + bytes(4)
    return b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content


def test_a_picture_turned_by_its_camera(tmp_path: Path) -> None:
    for orientation, turned_deg, size_px in (
        (1, 0, (64, 48)),
        (3, 180, (64, 48)),
        (6, 90, (48, 64)),
        (8, 270, (48, 64)),
    ):
        path = tmp_path / f"t{orientation}.jpg"
        path.write_bytes(with_exif(grey_jpeg(90), turned(orientation)))
        facts = probe(path)
        assert (facts.turned_deg, facts.size_px, facts.frames) == (turned_deg, size_px, 1)
        assert (facts.starts_at, facts.start_told_by) == (None, "")


def test_a_camera_wrote_when_it_took_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(with_exif(grey_jpeg(90), exif("2026:04:05 11:00:00", "+08:00")))
    assert (probe(path).starts_at, probe(path).start_told_by) == (START, "exif")
    path.write_bytes(with_exif(grey_jpeg(90), exif("2026:04:05 11:00:00", None)))
    assert probe(path).starts_at is None  # nobody knows whose eleven o'clock that is


def test_a_picture_with_a_time_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "20260405T030000Z.jpg"
    path.write_bytes(grey_jpeg(9))
    assert probe(path).starts_at == START


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "words.txt": "no picture",
            "text/words.jpg": b"version https://git-lfs.github.com/spec/v1",
            "unnamed/IMG_1.jpg": grey_jpeg(9),
            "two/a/20260405T030000Z.jpg": grey_jpeg(9),
            "two/b/20260405T030000Z.jpg": grey_jpeg(9),
        },
    )
    video_file(tmp_path / "clips" / "a.mp4", [0, 40])
    assert refusal(tmp_path / "none") == "file_missing"
    assert refusal(tmp_path / ("x" * 300)) == "file_unreadable"
    assert refusal(tmp_path / "words.txt") == "not_a_picture_or_video"
    assert refusal(tmp_path / "text/words.jpg") == "git_lfs_pointer"
    assert refusal(tmp_path / "unnamed") == "no_time_in_name"
    assert refusal(tmp_path / "two") == "several_recordings"
    assert refusal(tmp_path / "clips") == "several_recordings"
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    assert refusal(tmp_path / "empty.mp4") == "file_empty"
    os.mkfifo(tmp_path / "pipe.mp4")  # whoever opened it would wait for ever
    assert refusal(tmp_path / "pipe.mp4") == "file_unreadable"
    assert refusal(tmp_path / "empty") == "folder_without_pictures"


@settings(max_examples=60)
@given(st.lists(st.floats(0.001, 1e4), max_size=40))
def test_a_pace_is_what_the_gaps_are(gaps: list[float]) -> None:
    times = [sum(gaps[:number]) for number in range(len(gaps) + 1)]
    pace = pace_of(times)
    if not gaps:
        assert pace == Pace()
        return
    assert pace.fps == pytest.approx(len(gaps) / sum(gaps))
    assert pace.longest_gap_s == pytest.approx(max(gaps))
    assert pace.usual_gap_s is not None
    assert min(gaps) * 0.999 <= pace.usual_gap_s <= max(gaps) * 1.001
    assert not pace_of([0.25 * number for number in range(len(times))]).is_variable


def test_frames_of_one_moment_have_no_rate() -> None:
    assert pace_of([1.0, 1.0]) == Pace(None, 0.0, 0.0, is_variable=False)


def test_ticks_of_a_clock_are_no_unevenness() -> None:
    assert not pace_of([round(number / 30, 3) for number in range(60)]).is_variable
