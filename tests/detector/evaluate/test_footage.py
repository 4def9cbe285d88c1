"""Recordings: found in folders, played in the order of their time, damage included."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from detector_rig import jpeg_with_mark
from hypothesis import given
from hypothesis import strategies as st

from detector.evaluate.footage import (
    Moment,
    PictureSequence,
    Recording,
    Sampling,
    VideoSequence,
    find_recordings,
)
from models.errors import FrameCorrupt, InputRefused

FOOTAGE = Path(__file__).resolve().parents[4] / "shared/data/footage"
START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)


def put(folder: Path, *names: str, data: bytes | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).write_bytes(jpeg_with_mark(10 * number) if data is None else data)


def found_in(*inputs: Path) -> list[Recording | InputRefused]:
    return list(find_recordings(inputs, leave_out=Path("nowhere")))


def one_in(path: Path) -> Recording:
    (found,) = found_in(path)
    assert not isinstance(found, InputRefused)
    return found


def play(path: Path, sampling: Sampling | None = None) -> list[Moment]:
    return list(one_in(path).moments(sampling or Sampling()))


def write_video(path: Path, frames: int, fps: int) -> None:
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        rng = np.random.default_rng(0)
        for _ in range(frames):
            image = rng.integers(0, 256, (48, 64, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())


def test_every_folder_with_pictures_and_every_video_is_a_recording(tmp_path: Path) -> None:
    put(tmp_path / "a", "20260405T030000Z.jpg")
    put(tmp_path / "b" / "c", "20260405T030000Z.jpg")
    (tmp_path / "b" / "notes.csv").write_text("offset_s\n", encoding="utf-8")
    write_video(tmp_path / "b" / "clip.mp4", 3, 5)
    names = [one.name for one in found_in(tmp_path) if not isinstance(one, InputRefused)]
    assert names == ["a", "b/c", "b/clip.mp4"]
    assert one_in(tmp_path / "a").name == "a"


def test_pictures_come_in_the_order_of_their_time_and_ignition_is_zero(tmp_path: Path) -> None:
    put(tmp_path, "1532815686_+00060.jpg", "1532815566_-00060.jpg", "1532815626_+00000.jpg")
    moments = play(tmp_path)
    assert [moment.at_s for moment in moments] == [-60.0, 0.0, 60.0]
    assert moments[1].captured_at == datetime.fromtimestamp(1532815626, UTC)
    # the bytes of the file travel as they are
    assert moments[0].picture == (tmp_path / "1532815566_-00060.jpg").read_bytes()


def test_without_an_ignition_the_first_picture_is_zero(tmp_path: Path) -> None:
    put(tmp_path, "t_20260405T030000Z.jpg", "t_20260405T030500Z.jpg")
    assert [moment.at_s for moment in play(tmp_path)] == [0.0, 300.0]
    assert one_in(tmp_path).has_known_times


def test_two_cameras_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    put(
        tmp_path / "towers",
        "alder-1_20260108_093634.jpg",
        "fairview_20260108_093634.jpg",
        "alder-1_20260108_222946.jpg",
    )
    found = found_in(tmp_path)
    assert [(one.name, len(one.pictures)) for one in found if isinstance(one, PictureSequence)] == [
        ("towers/alder-1", 2),
        ("towers/fairview", 1),
    ]


def test_the_same_name_twice_is_told_apart_by_its_path(tmp_path: Path) -> None:
    for side in ("left", "right"):
        put(tmp_path / side / "ridge", "20260405T030000Z.jpg")
    found = found_in(tmp_path / "left", tmp_path / "right")
    names = [one.name for one in found if not isinstance(one, InputRefused)]
    assert names == ["ridge", f"{(tmp_path / 'right').as_posix()}/ridge"]


def test_a_damaged_picture_costs_only_itself(tmp_path: Path) -> None:
    put(tmp_path, "20260405T030000Z.jpg", "20260405T030200Z.jpg")
    put(tmp_path, "20260405T030100Z.jpg", data=jpeg_with_mark(0)[:-400])
    pictures = [moment.picture for moment in play(tmp_path)]
    assert [isinstance(one, FrameCorrupt) for one in pictures] == [False, True, False]


@pytest.mark.parametrize(
    ("name", "code"),
    [("IMG_0042.jpg", "no_time_in_name"), ("notes.txt", "folder_without_pictures")],
)
def test_what_is_no_sequence_is_refused_with_its_name(tmp_path: Path, name: str, code: str) -> None:
    put(tmp_path / "folder", name, data=jpeg_with_mark(0) if name.endswith("jpg") else b"words")
    (refused,) = found_in(tmp_path / "folder")
    assert isinstance(refused, InputRefused)
    assert (refused.code, "folder" in refused.message) == (code, True)


def test_a_single_picture_is_no_sequence(tmp_path: Path) -> None:
    put(tmp_path, "20260405T030000Z.jpg")
    (refused,) = found_in(tmp_path / "20260405T030000Z.jpg")
    assert isinstance(refused, InputRefused)
    assert refused.code == "single_picture"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    (refused,) = found_in(tmp_path / "none")
    assert isinstance(refused, InputRefused)
    assert refused.code == "file_missing"


def test_a_video_is_thinned_and_played_in_a_circle(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_video(path, 10, 5)  # two seconds
    assert [round(m.at_s, 2) for m in play(path)] == [round(0.2 * n, 2) for n in range(10)]
    assert [m.at_s for m in play(path, Sampling(fps=1.0))] == [0.0, 1.0]
    assert [round(m.at_s, 2) for m in play(path, Sampling(every=4))] == [0.0, 0.8, 1.6]
    looped = play(path, Sampling(fps=1.0, video_s=5.0))
    assert [m.at_s for m in looped] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert [m.picture for m in looped[:2]] == [m.picture for m in looped[2:4]]
    assert [m.at_s for m in play(path, Sampling(fps=5.0, video_s=0.5))] == pytest.approx(
        [0.0, 0.2, 0.4]
    )
    recording = one_in(path)
    assert isinstance(recording, VideoSequence)
    assert not recording.has_known_times


def test_a_video_with_one_frame_goes_round_once_a_second(tmp_path: Path) -> None:
    write_video(tmp_path / "still.mp4", 1, 5)
    at_s = [m.at_s for m in play(tmp_path / "still.mp4", Sampling(video_s=3.0))]
    assert at_s == [0.0, 1.0, 2.0, 3.0]


def test_a_video_that_is_cut_off_ends_where_it_is_cut(tmp_path: Path) -> None:
    whole = tmp_path / "whole.mp4"
    write_video(whole, 20, 5)
    data = whole.read_bytes()
    cut = tmp_path / "20260405T030000Z.mp4"
    cut.write_bytes(data[: len(data) * 2 // 3])
    moments = play(cut, Sampling(video_s=60.0))
    assert isinstance(moments[-1].picture, FrameCorrupt)
    assert all(isinstance(moment.picture, bytes) for moment in moments[:-1])
    assert 1 < len(moments) < 20
    assert moments[0].captured_at == START
    assert one_in(cut).has_known_times


@given(
    gaps_s=st.lists(st.integers(1, 400), min_size=1, max_size=30),
    every=st.integers(1, 4),
    step_s=st.sampled_from([0.0, 30.0, 60.0, 300.0]),
)
def test_thinning_keeps_the_first_and_never_comes_closer_than_asked(
    gaps_s: list[int], every: int, step_s: float
) -> None:
    times = [START + timedelta(seconds=sum(gaps_s[:n])) for n in range(len(gaps_s) + 1)]
    pictures = tuple((moment, Path("gone.jpg")) for moment in times)
    sampling = Sampling(every=every, fps=None if step_s == 0.0 else 1.0 / step_s)
    kept = [m.at_s for m in PictureSequence("s", pictures).moments(sampling)]
    assert kept[0] == 0.0
    assert all(second - first >= step_s - 0.01 for first, second in pairwise(kept))
    if step_s == 0.0:
        assert len(kept) == -(-len(times) // every)


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no recorded footage beside the checkout")
def test_the_recorded_footage_is_found() -> None:
    ignitions = found_in(FOOTAGE / "sequences_1min")
    assert sorted(len(one.pictures) for one in ignitions if isinstance(one, PictureSequence)) == [
        51,
        51,
        51,
        51,
        81,
        81,
    ]
    quiet = found_in(FOOTAGE / "sequences_nofire")
    by_name = {one.name: one for one in quiet if isinstance(one, PictureSequence)}
    assert len(by_name["roanoke_millmtn"].pictures) == 107
    assert "alertwildfire_20260108/ca-alder-hill-1" in by_name
