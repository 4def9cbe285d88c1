import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from labelled_sets import make_set

from api import cli
from detector.core import Detector
from detector.evaluate.images import evaluate_images
from models.errors import InputRefused, StorageFull
from models.zoo import card_names, load_card

ROWS = ["a/one,g1,a,tower,val", "a/two,g2,a,neg_sky,val", "a/three,g3,a,tower,train"]
SHARED = Path(__file__).resolve().parents[4] / "shared/data/detection"


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.open(load_card("firewatch-yolo11n"), device="cpu", threads=1, width_px=320)


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    folder = make_set(tmp_path, ROWS, {"a/one": "0 0.5 0.5 0.2 0.4\n", "a/three": ""})
    noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    for row in ROWS:
        cv2.imwrite(str(folder / f"images/{row.split(',')[0]}.jpg"), noise)
    return folder


def test_a_split_is_scored_and_written(labelled: Path, detector: Detector, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    out = tmp_path / "out" / "deep"
    figures = evaluate_images(
        detector, labelled, "val", out, on_progress=lambda *at: told.append(at)
    )
    assert told == [(1, 2), (2, 2)]
    assert json.loads((out / "metrics.json").read_text(encoding="utf-8")) == json.loads(
        json.dumps(figures)
    )
    assert figures["pictures"] == 2
    assert {row["view"] for row in figures["negatives"]} == {"neg_sky"}
    rows = json.loads((out / "detections.json").read_text(encoding="utf-8"))
    assert {row["file_name"] for row in rows} <= {"a/one", "a/two"}
    assert all(row["score"] >= 0.001 for row in rows)
    assert sorted(file.name for file in out.iterdir()) == ["detections.json", "metrics.json"]


def test_a_split_that_is_not_there_is_named(
    labelled: Path, detector: Detector, tmp_path: Path
) -> None:
    with pytest.raises(InputRefused, match=r"'test'.*It has train, val"):
        evaluate_images(detector, labelled, "test", tmp_path, on_progress=lambda *_: None)


def test_a_place_that_takes_nothing_is_said(
    labelled: Path, detector: Detector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputRefused, match="cannot be written"):
        evaluate_images(detector, labelled, "val", tmp_path / "file", on_progress=lambda *_: None)

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageFull, match="No space left"):
        evaluate_images(detector, labelled, "val", tmp_path / "out", on_progress=lambda *_: None)


def test_the_command_prints_the_figures_and_refuses_in_one_line(
    labelled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(*more: str) -> int:
        arguments = ["evaluate", "images", "--data", str(labelled), "--out", str(tmp_path / "o")]
        monkeypatch.setattr("sys.argv", ["firewatch", *arguments, "--width-px", "320", *more])
        try:
            cli.main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    assert run("--split", "val") == 0
    told = capsys.readouterr().out
    assert "tower smoke AP50" in told
    assert "neg_sky" in told
    (labelled / "labels/a/one.txt").write_text("7 0.5 0.5 0.1 0.1\n", encoding="utf-8")
    assert run("--split", "val") == 1
    refused = capsys.readouterr().err.strip()
    assert "class 7 does not exist" in refused
    assert len(refused.splitlines()) == 1


@pytest.mark.footage
@pytest.mark.parametrize("name", card_names())
def test_the_card_s_figure_of_tower_smoke_comes_out_again(tmp_path: Path, name: str) -> None:
    """On the tower pictures of val alone; the whole split is measured by ``./run figures``."""
    if not SHARED.is_dir():
        pytest.skip("the detection set is not beside the checkout")
    with (SHARED / "index.csv").open(encoding="utf-8", newline="") as file:
        towers = [
            row for row in csv.DictReader(file) if (row["split"], row["view"]) == ("val", "tower")
        ]
    rows = [",".join(row.values()) for row in towers]
    (tmp_path / "index.csv").write_text(
        "\n".join(["name,group,source,view,split", *rows]), encoding="utf-8"
    )
    for room in ("images", "labels"):
        (tmp_path / room).symlink_to(SHARED / room)
    card = load_card(name)
    figures = evaluate_images(
        Detector.open(card, device="cpu", threads=1),
        tmp_path,
        "val",
        tmp_path / "out",
        on_progress=lambda *_: None,
    )
    found = {row["name"]: row["value"] for row in figures["measures"]}
    stated = {metric.name: metric.value for metric in card.metrics}
    assert found["tower smoke AP50"] == pytest.approx(
        # A processor without 8-bit dot products saturates where this one does not.
        stated["tower smoke AP50"],
        abs=0.03 if name.endswith("-int8") else 0.005,
    )
