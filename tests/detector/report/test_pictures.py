"""Pictures of the gallery: the right frames, small, with the box where it belongs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from page_reader import read_page
from replayed_rig import RecordingMade, alert_at, result_of, three_recordings

from camera_gateway.pictures import decode_jpeg, encode_jpeg
from detector.evaluate.footage import PictureSequence, Recording, Sampling, find_recordings
from detector.report.cards import MOST_CARDS
from detector.report.gallery import items
from detector.report.pictures import MOST_BYTES, RecordedPictures, shown
from detector.report.reading import read_result
from detector.report.report import report_page
from models.errors import InputRefused

FOOTAGE = Path(__file__).resolve().parents[4] / "shared/data/footage"
START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)


def noisy(width: int, height: int, seed: int = 0) -> bytes:
    """A picture that no codec makes small."""
    rng = np.random.default_rng(seed)
    return encode_jpeg(rng.integers(0, 256, (height, width, 3), np.uint8), 95)


def grey(width: int, height: int, value: int = 128) -> bytes:
    return encode_jpeg(np.full((height, width, 3), value, np.uint8))


@pytest.mark.parametrize("size", [(1920, 1080), (3072, 2048), (640, 480), (480, 1600), (40, 30)])
@pytest.mark.parametrize("box", [(10.0, 8.0, 30.0, 20.0), None])
def test_however_busy_a_frame_is_it_comes_out_small(
    size: tuple[int, int], box: tuple[float, float, float, float] | None
) -> None:
    small = shown(noisy(*size), box, "smoke", is_share=False, name="frame")
    assert small is not None
    assert (small.close is None) == (box is None)
    assert len(small.whole) + len(small.close or b"") <= MOST_BYTES
    height, width = decode_jpeg(small.whole, "whole").shape[:2]
    assert width <= 480
    assert height <= 270
    assert width / height == pytest.approx(size[0] / size[1], rel=0.05)
    assert small.ratio == size[0] / size[1]


@pytest.mark.parametrize("is_share", [True, False])
def test_the_box_is_drawn_around_its_place(*, is_share: bool) -> None:
    box = (0.5, 0.25, 0.6, 0.35) if is_share else (960.0, 270.0, 1152.0, 378.0)
    small = shown(grey(1920, 1080), box, "flame", is_share=is_share, name="frame")
    assert small is not None
    whole = decode_jpeg(small.whole, "whole").astype(int)
    drawn = np.argwhere(np.abs(whole - 128).max(axis=2) > 40)
    (top, left), (bottom, right) = drawn.min(axis=0), drawn.max(axis=0)
    # A quarter of the size; the frame runs some pixels outside.
    assert left == pytest.approx(240 - 4, abs=3)
    assert right == pytest.approx(288 + 4, abs=3)
    assert top == pytest.approx(67 - 4, abs=3)
    assert bottom == pytest.approx(95 + 4, abs=3)
    assert np.abs(whole[72:90, 246:282] - 128).max() < 20  # what is inside is not painted over
    assert small.close is not None
    close = decode_jpeg(small.close, "close")
    assert close.shape == (270, 270, 3)
    assert np.abs(close[135, 135].astype(int) - 128).max() < 20


@pytest.mark.parametrize(
    "box",
    [(-50.0, -50.0, 5000.0, 5000.0), (639.0, 479.0, 640.0, 480.0), (900.0, 900.0, 910.0, 910.0)],
)
def test_a_box_at_the_edge_or_beyond_it_is_shown_as_far_as_it_goes(
    box: tuple[float, float, float, float],
) -> None:
    small = shown(noisy(640, 480), box, "smoke", is_share=False, name="frame")
    assert small is not None
    assert small.close is not None
    assert decode_jpeg(small.close, "close").shape == (270, 270, 3)


def test_a_damaged_frame_is_not_shown() -> None:
    whole = noisy(640, 480)
    assert shown(whole[: len(whole) // 2], None, "smoke", is_share=False, name="frame") is None
    assert shown(b"", None, "smoke", is_share=False, name="frame") is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight frames, one a minute, each of another grey; the third is damaged."""
    folder = tmp_path / "ridge"
    folder.mkdir()
    for minute in range(8):
        data = grey(64, 48, 20 * minute)
        at = START + timedelta(minutes=minute)
        (folder / f"{at:%Y%m%dT%H%M%SZ}.jpg").write_bytes(data[:-300] if minute == 2 else data)
    return folder


def one_in(path: Path) -> Recording:
    (found,) = find_recordings([path], leave_out=path / "nowhere")
    assert not isinstance(found, InputRefused)
    return found


def test_frames_are_found_by_their_time(folder: Path) -> None:
    recording = one_in(folder)
    assert isinstance(recording, PictureSequence)
    source = RecordedPictures({"ridge": (recording, Sampling())})
    found = source.pictures("ridge", [60.0, 120.0, 240.0, 250.0, 9000.0])
    assert sorted(found) == [60.0, 240.0]  # one is damaged, one between two frames, one beyond
    assert found[240.0] == recording.pictures[4][1].read_bytes()
    assert source.pictures("ridge", []) == {}
    assert source.pictures("valley", [60.0]) == {}
    recording.pictures[0][1].unlink()  # the first is gone: the others keep their times
    assert sorted(source.pictures("ridge", [60.0, 240.0])) == [60.0, 240.0]


def test_frames_of_a_video_are_found_and_a_video_that_is_gone_has_none(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(10):
            image = np.full((48, 64, 3), 20 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    source = RecordedPictures({"clip.mp4": (one_in(path), Sampling())})
    found = source.pictures("clip.mp4", [0.2, 1.0])
    assert sorted(found) == [0.2, 1.0]
    for at_s, value in ((0.2, 20), (1.0, 100)):
        assert decode_jpeg(found[at_s], "frame").mean() == pytest.approx(value, abs=4)
    every_other = RecordedPictures({"clip.mp4": (one_in(path), Sampling(every=2))})
    assert sorted(every_other.pictures("clip.mp4", [0.2, 0.4])) == [0.4]
    path.unlink()
    assert source.pictures("clip.mp4", [0.2]) == {}


def test_the_page_shows_the_frame_of_each_alert(folder: Path) -> None:
    alerts = [alert_at(5, box=(10.0, 10.0, 30.0, 30.0)), alert_at(2, box=(1.0, 1.0, 9.0, 9.0))]
    result = read_result(result_of([RecordingMade("ridge", frames=8, alerts=alerts).played()]))
    source = RecordedPictures({"ridge": (one_in(folder), Sampling())})
    text = report_page(result, source).decode()
    first, second = read_page(text).all("figure", class_="card")
    assert [one.attributes["class"] for one in first.all("img")] == ["whole usual", "close"]
    assert "ridge" in first.all("img")[0].attributes["alt"]
    assert second.all("img") == []  # its frame is damaged
    assert report_page(result, source).decode() == text


def test_the_gallery_is_bounded_and_misses_leave_room_for_false_alarms() -> None:
    missed = three_recordings()[1]
    many = [
        RecordingMade(f"m{index}", truth=missed.truth, smoke={7: 0.3}).played()
        for index in range(70)
    ]
    many.append(
        RecordingMade(
            "loud", frames=200, alerts=[alert_at(i, log_odds=2.0 + i) for i in range(30)]
        ).played()
    )
    chosen, left_out = items(read_result(result_of(many)), MOST_CARDS)
    assert len(chosen) == MOST_CARDS
    assert left_out == 70 + 30 - MOST_CARDS
    assert [one.kind for one in chosen] == ["missed"] * 40 + ["false"] * 20
    evidence = [one.evidence for one in chosen[40:]]
    assert evidence == sorted(evidence, reverse=True)
    assert evidence[0] == 31.0
    few, _ = items(read_result(result_of(many[:70])), MOST_CARDS)
    assert [one.kind for one in few] == ["missed"] * MOST_CARDS
    loud, _ = items(read_result(result_of(many[70:])), MOST_CARDS)
    assert [one.kind for one in loud] == ["false"] * 30


def test_the_largest_report_of_pictures_keeps_its_bound() -> None:
    """The frames of a source that only has pictures which no codec makes small."""

    class Busy:
        def pictures(self, sequence: str, at_s: list[float]) -> dict[float, bytes]:
            assert sequence == "loud"
            return dict.fromkeys(at_s, BUSY)

    BUSY = noisy(1280, 720)  # noqa: N806
    loud = RecordingMade("loud", frames=80, alerts=[alert_at(i) for i in range(70)])
    text = report_page(read_result(result_of([loud.played()])), Busy())  # type: ignore[arg-type]
    assert len(read_page(text.decode()).all("img")) == 2 * MOST_CARDS
    assert len(text) < MOST_CARDS * MOST_BYTES * 4 / 3 + 200_000
    assert cv2.imdecode(np.frombuffer(BUSY, np.uint8), cv2.IMREAD_COLOR) is not None


@pytest.mark.footage
@pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no recorded footage beside the checkout")
def test_a_real_frame_is_small_and_looks_like_its_large_one() -> None:
    recording = one_in(FOOTAGE / "sequences_1min" / "20180728_FIRE_rm-w-mobo-c")
    found = RecordedPictures({"fire": (recording, Sampling(every=40))}).pictures("fire", [0.0])
    assert sorted(found) == [0.0]
    large = decode_jpeg(found[0.0], "large")
    small = shown(found[0.0], (0.4, 0.5, 0.45, 0.55), "smoke", is_share=True, name="frame")
    assert small is not None
    assert small.close is not None
    assert 8_000 < len(small.whole) + len(small.close) <= MOST_BYTES
    whole = decode_jpeg(small.whole, "small")
    scaled = cv2.resize(large, whole.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(whole.astype(int) - scaled).mean() < 6.0
