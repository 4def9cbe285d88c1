"""The recorded footage: what is asked of it and read from it agrees with what people wrote down."""

import csv
from pathlib import Path

import pytest

from detector.evaluate.footage import PictureSequence, VideoSequence, find_recordings
from detector.footage import LabelFormat, Meaning, frame_times, probe, read_labels, truth_of
from detector.footage.write_yolo import label_lines
from models.detection import Label
from models.errors import InputRefused
from models.footage import FootageKind

SHARED = Path(__file__).resolve().parents[4] / "shared/data"
FOOTAGE = SHARED / "footage"

pytestmark = [
    pytest.mark.footage,
    pytest.mark.skipif(not FOOTAGE.is_dir(), reason="no recorded footage beside the checkout"),
]

LONG = {"clips/tamil_mist_ridge.mp4", "clips/teerapong_nonfire_forest_trail.mp4"}
"""Decoding them takes as long as all others together."""
NO_FOOTAGE = {
    "oddities/pixelprobe_corrupted.mp4": "not_a_picture_or_video",
    "oddities/pixelprobe_valid.jpeg": "not_a_picture_or_video",
    "oddities/exiftool_FLIR.fpf": "not_a_picture_or_video",
    "oddities/bico_video_empty_ffv1.avi": "video_without_frames",
    "oddities/git_lfs_pointer_00000.jpg": "git_lfs_pointer",
}
DAMAGED = {
    "oddities/pillow_truncated_jpeg.jpg",
    "oddities/pillow_hopper_bad_exif.jpg",
    "oddities/pillow_truncated_image.png",
    "oddities/pillow_broken_data_stream.png",
    "oddities/pixelprobe_corrupted.tiff",
}
LYING = {"oddities/bico_output8_crop2_framecount_lies.mp4": 437, "clips/pyronear_test_bg.mp4": 37}


def manifest() -> list[dict[str, str]]:
    with (FOOTAGE / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["path"].startswith(("clips/", "oddities/"))
            and not row["path"].endswith((".xml", ".csv"))
            and row["path"] not in LONG
        ]


def test_clips_and_oddities_are_what_the_manifest_says() -> None:
    rows = manifest()
    assert len(rows) >= 50
    for row in rows:
        path = row["path"]
        if path in NO_FOOTAGE:
            with pytest.raises(InputRefused) as caught:
                probe(FOOTAGE / path)
            assert (caught.value.code, path) == (NO_FOOTAGE[path], path)
            continue
        facts = probe(FOOTAGE / path)
        assert (facts.sha256, facts.size_bytes) == (row["sha256"], int(row["bytes"])), path
        if path in DAMAGED:
            assert (facts.frames, facts.damaged, bool(facts.damage)) == (0, 1, True), path
            continue
        assert facts.frames == int(row["frames"]), path
        assert facts.codec == row["codec"].split()[0].lower(), path
        stored = (int(row["width"]), int(row["height"]))
        turned = "rot=90" in row["codec"] or "orient=6" in row["codec"]
        assert facts.size_px == (stored[::-1] if turned else stored), path
        assert (facts.turned_deg in {90, 270}) == turned, path
        assert facts.claims_are_true == (path not in LYING), path
        if facts.kind is FootageKind.VIDEO:
            assert facts.pace.fps == pytest.approx(float(row["fps"]), rel=2e-3), path
            assert facts.last_s == pytest.approx(
                float(row["duration_s"]) - 1 / float(row["fps"]), abs=0.06
            ), path
            assert facts.pace.is_variable == (row["vfr"] == "yes"), path
    for path, claimed in LYING.items():
        assert probe(FOOTAGE / path).claims.frames == claimed


def test_boxes_of_furg_are_those_that_were_written_down() -> None:
    labels = read_labels(FOOTAGE / "clips/furg_house6.xml", LabelFormat.FURG)
    with (FOOTAGE / "clips/furg_house6.csv").open(encoding="utf-8", newline="") as file:
        expected = [
            (int(row["frame"]), *(float(row[key]) for key in ("x", "y", "w", "h")))
            for row in csv.DictReader(file)
            if row["class"] == "fire"
        ]
    assert len(expected) == 3662
    found = [(label.frame, *_pixels(box.sides)) for label in labels for box in label.boxes]
    assert len(labels) == 900
    for one, other in zip(sorted(expected), sorted(found), strict=True):
        assert one == pytest.approx(other, abs=1e-6)

    told: list[InputRefused] = []
    video = VideoSequence("furg_house6.mp4", FOOTAGE / "clips/furg_house6.mp4")
    truth = truth_of(labels, frame_times(video), on_refused=told.append)
    # The file labels a frame that the video does not have, and rounds 29.97 frames a second to 29.
    assert ["899" in error.message for error in told] == [True]
    assert len(truth.boxed_at_s) == 899
    assert truth.boxed_at_s[-1] == pytest.approx(898 / 29.97, abs=1e-3)
    assert {box.label for box in truth.boxes} == {Label.FLAME}


def _pixels(sides: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x_min, y_min, x_max, y_max = sides
    return x_min * 426, y_min * 240, (x_max - x_min) * 426, (y_max - y_min) * 240


def test_names_of_the_library_tell_when_it_burns() -> None:
    for found in find_recordings([FOOTAGE / "sequences_1min"], leave_out=Path()):
        assert isinstance(found, PictureSequence)
        folder = found.pictures[0][1].parent
        truth = truth_of(read_labels(folder, LabelFormat.FIGLIB), frame_times(found))
        (fire,) = truth.fires
        assert (fire.ignition_s, fire.first_visible_s, fire.until_s) == (0.0, 0.0, None)
        assert len(truth.boxed_at_s) == sum(at_s < 0.0 for at_s in found.times_s())
        assert truth.ignored == ()


def test_the_labelled_set_is_read_and_written_the_same() -> None:
    folder = SHARED / "detection/labels/nemo_alertwildfire"
    meanings = {"0": Meaning.SMOKE, "1": Meaning.FLAME}
    labels = read_labels(folder, LabelFormat.YOLO, classes=meanings)
    assert len(labels) == 147
    for label in labels:
        assert _numbers(label_lines(label.boxes)) == pytest.approx(
            _numbers((folder / f"{label.name}.txt").read_text(encoding="ascii")), abs=1e-3
        )


def _numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]
