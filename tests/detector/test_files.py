"""Files in, result folder out; what cannot be read is named and the rest is done."""

import errno
import fcntl
import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from detector.core import Detector
from detector.file_inputs import InputFile, gather, is_picture
from detector.files import FileProgress, FilesSummary, detect_files
from detector.result_folder import open_result_folder
from models.errors import FrameCorrupt, InputRefused, ModelMismatch, StorageFull
from models.units import ImageBGR
from models.zoo import load_card

FOOTAGE = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage"
ODDITIES = FOOTAGE / "oddities"
needs_footage = pytest.mark.skipif(
    not ODDITIES.is_dir(), reason="the recorded footage is not beside the checkout"
)
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(load_card("firewatch-yolo11n"), device="cpu", threads=1, width_px=96)


class Run:
    """One call, with everything it reported."""

    def __init__(self, detector: Detector, out: Path) -> None:
        self.detector = detector
        self.out = out
        self.refused: list[InputRefused | FrameCorrupt] = []
        self.progress: list[FileProgress] = []

    def __call__(
        self, *inputs: Path, floor_score: float = 0.0, every_s: float = 1.0
    ) -> FilesSummary:
        return detect_files(
            self.detector,
            inputs,
            self.out,
            floor_score=floor_score,
            every_s=every_s,
            on_progress=self.progress.append,
            on_refused=self.refused.append,
        )

    @property
    def rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = json.loads((self.out / "detections.json").read_text())
        return rows

    def files(self) -> set[str]:
        return {
            path.relative_to(self.out).as_posix() for path in self.out.rglob("*") if path.is_file()
        }


@pytest.fixture
def run(detector: Detector, tmp_path: Path) -> Run:
    return Run(detector, tmp_path / "out")


def picture(height: int = 60, width: int = 80, seed: int = 0) -> ImageBGR:
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def save(path: Path, image: ImageBGR | None = None, kind: str = ".jpg") -> Path:
    done, data = cv2.imencode(kind, picture() if image is None else image)
    assert done
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.tobytes())
    return path


def save_video(path: Path, frames: int = 30, rate: int = 10) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=rate)
        stream.width, stream.height = 80, 64
        stream.time_base = Fraction(1, rate)
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(picture(64, 80, number), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_a_picture_becomes_rows_and_an_annotated_copy(run: Run, tmp_path: Path) -> None:
    source = save(tmp_path / "ridge.jpg")
    summary = run(source)
    rows = run.rows
    assert summary == FilesSummary(files=1, refused=0, pictures=1, detections=len(rows))
    assert len(rows) > 0
    for row in rows:
        assert list(row) == ["file_name", "frame", "time", "category", "bbox", "score"]
        assert (row["file_name"], row["frame"], row["time"]) == ("ridge.jpg", 0, 0.0)
        assert row["category"] in {"smoke", "flame"}
        x, y, width, height = row["bbox"]  # type: ignore[misc]
        assert x >= 0
        assert y >= 0
        assert x + width <= 80.001
        assert y + height <= 60.001
        assert 0.0 <= row["score"] <= 1.0  # type: ignore[operator]
    assert run.files() == {"detections.json", "annotated/ridge.jpg", ".firewatch-detect"}
    annotated = cv2.imread(str(run.out / "annotated" / "ridge.jpg"))
    assert annotated is not None
    assert annotated.shape == (60, 80, 3)


def test_rows_are_what_the_detector_says(run: Run, tmp_path: Path, detector: Detector) -> None:
    image = picture(seed=4)
    run(save(tmp_path / "a.png", image, ".png"))
    boxes = detector.detect([image], floor_score=0.0)[0].to_boxes()
    assert [row["score"] for row in run.rows] == [round(box.score, 5) for box in boxes]
    assert [row["category"] for row in run.rows] == [box.label.word for box in boxes]
    for row, box in zip(run.rows, boxes, strict=True):
        assert row["bbox"] == pytest.approx(
            [box.x_min, box.y_min, box.x_max - box.x_min, box.y_max - box.y_min], abs=0.02
        )


def test_a_picture_without_anything_is_kept_too(run: Run, tmp_path: Path) -> None:
    summary = run(save(tmp_path / "a.jpg"), floor_score=1.0)
    assert summary.detections == 0
    assert run.rows == []
    assert "annotated/a.jpg" in run.files()


def test_the_picture_is_looked_at_upright(run: Run, tmp_path: Path, detector: Detector) -> None:
    stored = save(tmp_path / "stored.jpg", picture(48, 96, 2)).read_bytes()
    orientation = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    segment = b"\xff\xe1" + (len(orientation) + 2).to_bytes(2, "big") + orientation
    turned = tmp_path / "turned.jpg"
    turned.write_bytes(stored[:2] + segment + stored[2:])
    run(turned)
    annotated = cv2.imread(str(run.out / "annotated" / "turned.jpg"))
    assert annotated is not None
    assert annotated.shape == (96, 48, 3)
    as_stored = cv2.imdecode(np.frombuffer(stored, np.uint8), cv2.IMREAD_COLOR)
    upright = cv2.rotate(as_stored, cv2.ROTATE_90_CLOCKWISE)
    expected = detector.detect([upright], floor_score=0.0)[0]
    assert [row["score"] for row in run.rows] == [round(float(s), 5) for s in expected.scores]


def test_a_video_is_sampled_by_time(run: Run, tmp_path: Path) -> None:
    summary = run(save_video(tmp_path / "clip.mp4"), every_s=1.0)
    assert summary.pictures == 3
    assert sorted({(row["frame"], row["time"]) for row in run.rows}) == [
        (0, 0.0),
        (10, 1.0),
        (20, 2.0),
    ]
    assert run.files() - {"detections.json", ".firewatch-detect"} == {
        f"annotated/clip.mp4/frame_{frame:06d}.jpg" for frame in (0, 10, 20)
    }


def test_zero_seconds_takes_every_frame_and_keeps_none_without_a_box(
    run: Run, tmp_path: Path
) -> None:
    summary = run(save_video(tmp_path / "clip.mp4", 12), every_s=0.0, floor_score=1.0)
    assert summary.pictures == 12
    assert run.files() == {"detections.json", ".firewatch-detect"}
    assert (run.out / "annotated").is_dir()


def test_a_folder_is_walked(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("b.jpg", "a.jpg", "deep/a.jpg", "deep/c", ".hidden/x.jpg", ".x.jpg"):
        save(folder / name)
    (folder / "labels.csv").write_text("P1,a,b\n")
    (folder / "empty.txt").write_text("")
    (folder / "BM.txt").write_text("BM is how a bitmap begins")
    summary = run(folder)
    assert run.refused == []
    assert summary.files == 4
    assert list(dict.fromkeys(str(row["file_name"]) for row in run.rows)) == [
        "a.jpg",
        "b.jpg",
        "deep/a.jpg",
        "deep/c",
    ]
    assert {"annotated/deep/a.jpg", "annotated/deep/c.jpg"} <= run.files()


def test_the_result_is_not_its_own_input(detector: Detector, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.jpg")
    run = Run(detector, tmp_path / "in" / "out")
    assert run(tmp_path / "in").files == 1
    assert run(tmp_path / "in").files == 1


def test_a_file_named_twice_is_read_once(run: Run, tmp_path: Path) -> None:
    source = save(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "link.jpg").symlink_to(source)
    assert run(source, tmp_path / "in", source).files == 1


def test_equal_names_stay_apart(run: Run, tmp_path: Path) -> None:
    first, second = save(tmp_path / "x" / "a.jpg"), save(tmp_path / "y" / "a.jpg", picture(seed=1))
    save(tmp_path / "x" / "b.png", kind=".png")
    save(tmp_path / "x" / "b.png.jpg")
    summary = run(first, second, tmp_path / "x" / "b.png", tmp_path / "x" / "b.png.jpg")
    assert summary.files == 4
    assert len({row["file_name"] for row in run.rows}) == 4
    assert len([name for name in run.files() if name.startswith("annotated/")]) == 4


def test_a_name_that_climbs_stays_below(tmp_path: Path) -> None:
    with open_result_folder(tmp_path / "out") as result:
        result.write_picture("../../up.jpg", b"1")
        result.write_picture("/abs/up.jpg", b"2")
        result.publish([])
    kept = {
        path.relative_to(tmp_path / "out" / "annotated").as_posix()
        for path in (tmp_path / "out" / "annotated").rglob("*.jpg")
    }
    assert kept == {"up.jpg", "abs/up.jpg"}


@pytest.mark.parametrize(("kind", "name"), [(".png", "png.jpg"), (".jpg", "jpg.mp4")])
def test_a_misnamed_picture_is_read_by_content(
    run: Run, tmp_path: Path, kind: str, name: str
) -> None:
    assert run(save(tmp_path / name, kind=kind)).files == 1
    assert run.refused == []


def test_a_misnamed_video_is_read_by_content(run: Run, tmp_path: Path) -> None:
    assert run(save_video(tmp_path / "clip.jpg", 12)).pictures == 2
    assert run.refused == []


def test_a_name_that_is_no_text_is_written_as_text(run: Run, tmp_path: Path) -> None:
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.jpg"))
    run(save(source))
    assert {row["file_name"] for row in run.rows} == {"\ufffd.jpg"}


@pytest.mark.parametrize(
    ("name", "pixels"),
    [
        ("grey.png", picture()[:, :, 0]),
        ("rgba.png", np.dstack([picture(), picture()[:, :, 0]])),
        ("16-bit.png", picture().astype(np.uint16) * 257),
        ("16-bit-grey.tif", picture()[:, :, 0].astype(np.uint16) * 257),
        ("float.tif", picture()[:, :, 0].astype(np.float32) / 255),
    ],
)
def test_every_kind_of_pixel_is_looked_at(
    run: Run, tmp_path: Path, name: str, pixels: np.ndarray
) -> None:
    assert cv2.imwrite(str(tmp_path / name), pixels)
    summary = run(tmp_path / name)
    assert (summary.files, summary.refused) == (1, 0)


def missing(path: Path) -> None:
    assert not path.exists()


def cut(path: Path) -> None:
    data = save(path).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def header_without_frames(path: Path) -> None:
    save_video(path, frames=1)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"mdat") + 4])


def declaring(height_px: int, width_px: int) -> Callable[[Path], object]:
    def make(path: Path) -> None:
        data = save(path).read_bytes()
        size = data.index(b"\xff\xc0") + 5
        path.write_bytes(
            data[:size]
            + height_px.to_bytes(2, "big")
            + width_px.to_bytes(2, "big")
            + data[size + 4 :]
        )

    return make


BAD: list[tuple[str, Callable[[Path], object]]] = [
    ("missing.jpg", missing),
    ("empty.jpg", lambda path: path.write_bytes(b"")),
    ("truncated.jpg", cut),
    ("text.jpg", lambda path: path.write_text("not a picture at all, just words " * 9)),
    ("random.mp4", lambda path: path.write_bytes(np.random.default_rng(0).bytes(5000))),
    ("pointer.jpg", lambda path: path.write_bytes(LFS)),
    ("headless.mp4", header_without_frames),
    ("pipe.jpg", os.mkfifo),
    ("no-pixels.jpg", declaring(0, 96)),
    ("huge.jpg", declaring(20_000, 20_000)),
    ("folder", lambda path: path.mkdir()),
]


@pytest.mark.parametrize(("name", "make"), BAD, ids=[name for name, _make in BAD])
def test_bad_input_is_named_and_the_good_is_done(
    run: Run, tmp_path: Path, name: str, make: Callable[[Path], object]
) -> None:
    make(tmp_path / name)
    first, last = save(tmp_path / "first.jpg"), save(tmp_path / "last.jpg", picture(seed=3))
    summary = run(first, tmp_path / name, last)
    assert (summary.files, summary.refused) == (2, 1)
    assert len(run.refused) == 1
    assert name in run.refused[0].message
    assert run.refused[0].remedy
    assert "\n" not in str(run.refused[0])
    assert {row["file_name"] for row in run.rows} == {"first.jpg", "last.jpg"}
    assert run.progress[-1] == FileProgress(3, 3, "", 0.0)


def test_a_pointer_inside_a_folder_is_named(run: Run, tmp_path: Path) -> None:
    save(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "b.jpg").write_bytes(LFS)
    (tmp_path / "in" / "broken.jpg").symlink_to(tmp_path / "nowhere.jpg")
    os.mkfifo(tmp_path / "in" / "pipe.jpg")
    assert run(tmp_path / "in") == FilesSummary(1, 2, 1, len(run.rows))
    assert [error.code for error in run.refused] == ["git_lfs_pointer", "file_missing"]


def test_an_unreadable_folder_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, whom no permission stops: the refusal comes from the call itself.
    save(tmp_path / "in" / "open" / "a.jpg")
    save(tmp_path / "in" / "shut" / "b.jpg")
    real = os.scandir

    def refuses(path: str | int) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuses)
    summary = run(tmp_path / "in")
    assert (summary.files, summary.refused) == (1, 1)
    assert "shut cannot be read: Permission denied" in run.refused[0].message


def test_an_unreadable_file_is_left_to_its_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.jpg")

    def refuses(*_arguments: object, **_named: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuses)
    assert is_picture(path)


def test_the_start_of_a_damaged_video_counts(run: Run, tmp_path: Path) -> None:
    source = save_video(tmp_path / "clip.mp4", 40)
    data = bytearray(source.read_bytes())
    start = data.index(b"mdat") + len(data) // 2
    data[start : start + 400] = bytes(400)
    source.write_bytes(data)
    summary = run(source, every_s=0.0)
    assert summary.refused == 1
    assert 0 < summary.pictures < 40
    assert "clip.mp4" in run.refused[0].message
    assert len(run.rows) > 0


def test_damage_that_only_the_detector_sees_names_the_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = save(tmp_path / "a.jpg")
    monkeypatch.setattr("detector.files.read_picture", lambda _path: np.zeros((0, 4, 3), np.uint8))
    assert run(source).refused == 1
    assert isinstance(run.refused[0], FrameCorrupt)
    assert "a.jpg" in run.refused[0].message


def test_progress_counts_inputs(run: Run, tmp_path: Path) -> None:
    run(save(tmp_path / "a.jpg"), save_video(tmp_path / "b.mp4", 12))
    assert run.progress == [
        FileProgress(0, 2, "a.jpg", 0.0),
        FileProgress(1, 2, "b.mp4", 0.0),
        FileProgress(1, 2, "b.mp4", 1.0),
        FileProgress(2, 2, "", 0.0),
    ]


def test_a_second_run_replaces_the_first(run: Run, tmp_path: Path) -> None:
    run(save(tmp_path / "a.jpg"))
    run(save(tmp_path / "b.jpg"))
    assert {row["file_name"] for row in run.rows} == {"b.jpg"}
    assert run.files() == {"detections.json", "annotated/b.jpg", ".firewatch-detect"}


def test_an_empty_folder_is_taken(run: Run, tmp_path: Path) -> None:
    run.out.mkdir()
    assert run(save(tmp_path / "a.jpg")).files == 1


def test_a_folder_of_somebody_else_is_refused_untouched(run: Run, tmp_path: Path) -> None:
    run.out.mkdir()
    (run.out / "detections.json").write_text("mine")
    with pytest.raises(InputRefused, match="has not made"):
        run(save(tmp_path / "a.jpg"))
    assert run.files() == {"detections.json"}
    assert (run.out / "detections.json").read_text() == "mine"


def test_a_file_in_place_of_the_folder_is_refused(run: Run, tmp_path: Path) -> None:
    run.out.write_text("mine")
    with pytest.raises(InputRefused, match="is a file"):
        run(save(tmp_path / "a.jpg"))
    with pytest.raises(InputRefused, match="cannot be written"):
        Run(run.detector, run.out / "below")(tmp_path / "a.jpg")
    assert run.out.read_text() == "mine"


def test_a_folder_in_use_is_refused(run: Run, tmp_path: Path) -> None:
    source = save(tmp_path / "a.jpg")
    run(source)
    with (run.out / ".firewatch-detect").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(InputRefused, match="another run"):
            run(source)
    (run.out / ".partial-killed").mkdir()
    run(source)
    assert not (run.out / ".partial-killed").exists()


class Stops:
    """A detector that stops in the middle."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def detect(self, *_images: object, **_named: object) -> object:
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ModelMismatch("no")])
def test_a_stopped_run_leaves_the_earlier_result(
    run: Run, tmp_path: Path, error: BaseException
) -> None:
    source = save(tmp_path / "a.jpg")
    run(source)
    before = {name: (run.out / name).read_bytes() for name in run.files()}
    run.detector = Stops(error)  # type: ignore[assignment]
    with pytest.raises(type(error)):
        run(source)
    assert {name: (run.out / name).read_bytes() for name in run.files()} == before
    run.out = tmp_path / "new"
    with pytest.raises(type(error)):
        run(source)
    assert not run.out.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("call", ["write_bytes", "replace"])
def test_a_disk_that_takes_no_more_stops_the_run_and_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    source = save(tmp_path / "a.jpg")

    def fails(_self: Path, _argument: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, call, fails)
    with pytest.raises(StorageFull):
        run(source)
    assert run.refused == []
    assert not run.out.exists()


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, StorageFull), (errno.EROFS, InputRefused)]
)
def test_a_folder_that_cannot_be_made_is_refused(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def fails(_self: Path, *_arguments: object, **_named: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", fails)
    with pytest.raises(kind):
        run(run.out / "a.jpg")


def test_an_empty_folder_of_the_person_survives_a_stopped_run(run: Run, tmp_path: Path) -> None:
    run.out.mkdir()
    run.detector = Stops(KeyboardInterrupt())  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        run(save(tmp_path / "a.jpg"))
    assert list(run.out.iterdir()) == []


def test_a_file_laid_into_a_new_folder_meanwhile_survives(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def stopped() -> None:
        with open_result_folder(out):
            (out / "mine.txt").write_text("mine")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_gather_keeps_the_order_of_the_command_line(tmp_path: Path) -> None:
    b, a = save(tmp_path / "b.jpg"), save(tmp_path / "a.jpg")
    found = list(gather([b, tmp_path / "none", a], leave_out=tmp_path / "out"))
    assert found == [
        InputFile(b, "b.jpg"),
        InputFile(tmp_path / "none", "none"),
        InputFile(a, "a.jpg"),
    ]


@pytest.mark.footage
@needs_footage
def test_real_oddities(run: Run) -> None:
    run(ODDITIES)
    refused = {error.message.split("oddities/")[-1].split(" ")[0] for error in run.refused}
    assert refused == {
        "bico_video_empty_ffv1.avi",
        "git_lfs_pointer_00000.jpg",
        "pillow_broken_data_stream.png",
        "pillow_hopper_bad_exif.jpg",
        "pillow_truncated_image.png",
        "pillow_truncated_jpeg.jpg",
        "pixelprobe_corrupted.mp4",
        "pixelprobe_corrupted.tiff",
        "pixelprobe_valid.jpeg",
    }
    names = {row["file_name"] for row in run.rows}
    assert {
        "avif_named_jpg_trial3.jpg",
        "png_named_jpg_trial5.jpg",
        "mediamtx_offline_h265.mp4",
        "bico_output8_crop2_framecount_lies.mp4",
        "pillow_pil_sample_cmyk.jpg",
    } <= names


@pytest.mark.footage
@needs_footage
def test_a_turned_photograph_and_its_upright_twin_are_the_same_size(run: Run) -> None:
    run(ODDITIES / "exif_landscape_3.jpg", ODDITIES / "exif_landscape_6.jpg")
    shapes = {
        cv2.imread(str(run.out / "annotated" / f"exif_landscape_{number}.jpg")).shape  # type: ignore[union-attr]
        for number in (3, 6)
    }
    assert len(shapes) == 1
