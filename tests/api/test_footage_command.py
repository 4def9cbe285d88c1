"""``firewatch footage`` as its user types it."""

import json
from itertools import count
from pathlib import Path

import pytest
from command_line import run_firewatch
from label_rig import coco_json, grey_jpeg, picture_folder, put, video_file

from api.commands.footage import in_one_line
from detector.evaluate.labelled_set import read_index
from detector.footage import TruthFile, probe, read_truth, write_truth
from models.detection import Label
from models.footage import Rights, TrueBox, TrueFire, Truth

TRUTH = Truth((TrueFire("a", 0.0),), (TrueBox(0.0, Label.SMOKE, 0.1, 0.1, 0.5, 0.5),), (0.0, 60.0))


def test_probe_tells_what_recordings_are_and_goes_on_behind_a_wrong_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    video = video_file(tmp_path / "clip_20260405T030000Z.mp4", [0, 40, 400]).path
    tower = picture_folder(tmp_path / "tower", [0, 60]).pictures[0][1].parent
    (tmp_path / "turned\x1b[31m.avi").write_bytes(b"")
    found = tmp_path / "found.json"
    answer = run_firewatch(
        monkeypatch, "footage", "probe", video, tmp_path / "turned\x1b[31m.avi", tower,
        "--json", found,
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert answer == 1
    first, second = out.splitlines()
    assert first.startswith(
        f"{video}: video mpeg4 64 x 48; 3 frames from 0 s to 0.400 s; 5 a second"
    )
    assert "uneven: up to 0.360 s apart" in first
    assert first.endswith("begun 2026-04-05T03:00:00+00:00 by its name")
    assert "tower: pictures jpeg 64 x 48; 2 frames from 0 s to 60.000 s" in second
    assert "is empty" in err
    assert "\x1b" not in err
    rows = json.loads(found.read_text(encoding="utf-8"))
    assert [row["frames"] for row in rows] == [3, 2]
    assert rows[0]["starts_at"] == "2026-04-05T03:00:00+00:00"


def test_probe_tells_of_damage_lies_and_too_little_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = video_file(tmp_path / "cut.avi", range(0, 1000, 40), (160, 128)).path
    path.write_bytes(path.read_bytes()[:-30_000])
    put(tmp_path / "odd", {"20260405T030000Z.jpg": grey_jpeg(9)[:-200]})
    long = picture_folder(tmp_path / "long", range(0, 300, 60)).pictures[0][1].parent
    ticks = count()  # a second goes by with every look at the clock
    facts = probe(long, most_s=2.5, now=lambda: float(next(ticks)))
    assert in_one_line(long, facts).endswith("; not looked at to its end")
    assert run_firewatch(monkeypatch, "footage", "probe", path, tmp_path / "odd") == 0
    cut, odd = capsys.readouterr().out.splitlines()
    assert "its header claims 961 frames" in cut
    assert "1 damaged: The video cut.avi is" in cut
    assert "pictures ? 0 x 0; 0 frames" in odd


def test_labels_become_a_truth_that_nobody_writes_over_by_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tower = picture_folder(tmp_path / "tower", [0, 60]).pictures[0][1].parent
    names = sorted(path.name for path in tower.iterdir())
    images = [
        {"id": number, "file_name": name, "width": 64, "height": 48}
        for number, name in enumerate([*names, "elsewhere.jpg"])
    ]
    box = {"image_id": 1, "category_id": 1, "bbox": [0, 0, 32, 24]}
    put(tmp_path, {"a.json": coco_json(images, [box], ["plume"])})
    out = tmp_path / "tower.truth.json"
    words: tuple[object, ...] = (
        "footage", "convert", tmp_path / "a.json", "--from", "coco", "--recording", tower,
        "--out", out,
    )  # fmt: skip
    assert run_firewatch(monkeypatch, *words) == 1
    assert "'plume'" in capsys.readouterr().err
    assert not out.exists()

    words = (*words, "--class", "plume=smoke")
    assert run_firewatch(monkeypatch, *words) == 1  # one label has no frame here
    told = capsys.readouterr()
    assert "'elsewhere.jpg'" in told.err
    assert told.out.strip() == f"{out}: 1 fires, 1 boxes in 2 frames"
    known = read_truth(out)
    assert known.truth is not None
    assert known.truth.boxes == (TrueBox(60.0, Label.SMOKE, 0.0, 0.0, 0.5, 0.5, "fire 1"),)

    write_truth(out, TruthFile(known.truth, rights=Rights("CC0"), scene="valley"))
    assert run_firewatch(monkeypatch, *words) == 1
    assert "is there already" in capsys.readouterr().err
    run_firewatch(monkeypatch, *words, "--replace")
    assert (read_truth(out).rights.licence, read_truth(out).scene) == ("CC0", "valley")


def test_labels_become_labels_of_another_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}]
    box = {"image_id": 1, "category_id": 2, "bbox": [0, 0, 32, 24]}
    put(tmp_path, {"a.json": coco_json(images, [box])})
    ask = ("footage", "convert", tmp_path / "a.json", "--from", "coco")
    assert run_firewatch(monkeypatch, *ask, "--to", "yolo", "--out", tmp_path / "yolo") == 0
    line = (tmp_path / "yolo/labels/a.txt").read_text(encoding="ascii")
    assert line == "1 0.250000 0.250000 0.500000 0.500000\n"
    assert run_firewatch(monkeypatch, *ask, "--to", "coco", "--out", tmp_path / "b.json") == 0
    again = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    assert again["annotations"][0]["bbox"] == [0, 0, 32, 24]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ((), "Which recording was labelled"),
        (("--recording", "FOLDER/two"), "holds 2 recordings"),
        (("--recording", "FOLDER/none"), "does not exist"),
        (("--class", "plume"), "not NAME=MEANING"),
        (("--class", "plume=haze"), "not NAME=MEANING"),
        (("--class", "=smoke"), "not NAME=MEANING"),
    ],
)
def test_what_cannot_be_converted_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, ...],
    word: str,
) -> None:
    images = [{"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}]
    put(tmp_path, {"a.json": coco_json(images, [])})
    picture_folder(tmp_path / "two/a", [0])
    picture_folder(tmp_path / "two/b", [0])
    given = [each.replace("FOLDER", str(tmp_path)) for each in more]
    ask = ("footage", "convert", tmp_path / "a.json", "--from", "coco", "--out", tmp_path / "t")
    assert run_firewatch(monkeypatch, *ask, *given) == 1
    assert word in capsys.readouterr().err


def test_a_set_to_train_on_is_made_of_boxed_footage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tower = picture_folder(tmp_path / "in/tower_20260405", [0, 60]).pictures[0][1].parent
    shut = picture_folder(tmp_path / "in/shut", [0]).pictures[0][1].parent
    video_file(tmp_path / "in/clip.mp4", [0, 40])
    video_file(tmp_path / "in/unsaid.mp4", [0, 40])
    free = Rights("CC0", may_train=True)
    more = Truth(TRUTH.fires, TRUTH.boxes, (0.0, 60.0, 90.0))
    write_truth(tmp_path / "in/tower_20260405.truth.json", TruthFile(more, rights=free))
    write_truth(tmp_path / "in/shut.truth.json", TruthFile(TRUTH))
    write_truth(tmp_path / "in/unsaid.truth.json", TruthFile(rights=free))
    assert {tower.name, shut.name} == {"tower_20260405", "shut"}
    out = tmp_path / "set"
    put(tmp_path / "in/unnamed", {"IMG_1.jpg": grey_jpeg(9)})
    ask = ("footage", "split", tmp_path / "in", "--out", out, "--share", "train=1")
    assert run_firewatch(monkeypatch, *ask, "--labelled-by", "Li") == 1
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "train: 2 pictures of 1 scenes",
        "1 boxed frames left out: missing",
    ]
    assert "shut may not be used for training" in told.err
    assert "No frame of unsaid.mp4 is boxed" in told.err
    assert "clip.truth.json does not exist" in told.err
    assert "IMG_1.jpg carries no capture time" in told.err
    assert len(read_index(out)) == 2
    provenance = (out / "provenance.csv").read_text(encoding="utf-8")
    assert ",tower,0.000," in provenance
    assert ",Li," in provenance


@pytest.mark.parametrize("share", ["train", "train=x", "train=0.5"])
def test_shares_that_cannot_be_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: str
) -> None:
    ask = ("footage", "split", tmp_path, "--out", tmp_path / "set", "--share", share)
    assert run_firewatch(monkeypatch, *ask) == 1
    assert not (tmp_path / "set").exists()


def test_what_was_found_cannot_always_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(grey_jpeg(9))
    assert run_firewatch(monkeypatch, "footage", "probe", path, "--json", tmp_path) == 1
    assert "cannot be written" in capsys.readouterr().err
