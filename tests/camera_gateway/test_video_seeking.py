"""Any frame of a video by its number: the same as by reading on from the beginning."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest

from camera_gateway.sources import video_seeking
from camera_gateway.sources.video_frames import iterate_video
from camera_gateway.sources.video_seeking import picture_at
from models.errors import InputRefused
from models.units import ImageBGR


def long_video(path: Path, codec: str, **options: str) -> Path:
    """Of 130 pictures, each grey in its own way, unevenly apart."""
    with av.open(str(path), "w") as container:
        stream = cast("av.VideoStream", container.add_stream(codec, rate=25, options=options))
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.codec_context.gop_size = 20
        stream.codec_context.time_base = Fraction(1, 1000)
        for number in range(130):
            image = np.full((48, 64, 3), 40 + number, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = 40 * number + (number % 3), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read(path: Path) -> list[tuple[int, float, ImageBGR]]:
    return list(iterate_video(path, 0.0))


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"bf": "3"}),
        ("a.mkv", "libx264", {"bf": "2"}),
        ("a.ts", "libx264", {"bf": "0"}),
        ("a.avi", "mpeg4", {}),
    ],
)
def test_every_frame_is_found_by_its_number(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    path = long_video(tmp_path / name, codec, **options)
    frames = read(path)
    assert len(frames) >= 125
    for number, time_s, image in frames[::9] + frames[-3:]:
        assert np.array_equal(picture_at(path, number, time_s), image), number


def test_far_frames_are_reached_without_decoding_what_is_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = long_video(tmp_path / "a.mp4", "libx264", bf="2")
    monkeypatch.setattr(video_seeking, "MOST_DECODED", 60)
    number, time_s, image = read(path)[120]
    assert np.array_equal(picture_at(path, number, time_s), image)


def test_times_that_lead_nowhere_are_read_from_the_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = long_video(tmp_path / "a.mp4", "libx264", bf="0")
    number, time_s, image = read(path)[113]
    assert np.array_equal(picture_at(path, number, time_s + 0.013), image)
    assert np.array_equal(picture_at(path, number, 1e6), image)
    monkeypatch.setattr(video_seeking, "MOST_SOUGHT", 3)
    assert np.array_equal(picture_at(path, number, time_s), image)
    monkeypatch.setattr(video_seeking, "MOST_DECODED", 60)
    with pytest.raises(InputRefused) as refused:
        picture_at(path, number, 1e6)
    assert refused.value.code == "video_frame"
    with pytest.raises(InputRefused):
        picture_at(path, 130, 9.0)


def test_joined_recordings_are_read_from_the_beginning(tmp_path: Path) -> None:
    one = long_video(tmp_path / "a.ts", "libx264", bf="0").read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(one + one)
    frames = read(path)
    for number, time_s, image in (frames[len(frames) // 2 - 10], frames[-50], frames[-5]):
        assert np.array_equal(picture_at(path, number, time_s), image)


def test_what_is_no_video_has_no_frame(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"words\n" * 99)
    for number in (0, 99):
        with pytest.raises(InputRefused) as refused:
            picture_at(tmp_path / "a.txt", number, 4.0)
        assert refused.value.code == "not_a_video"
