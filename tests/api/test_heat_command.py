"""``firewatch heat`` as somebody uses it who judges the frames of a device."""

import json
import re
from pathlib import Path

import cv2
from typer.testing import CliRunner

from api.cli import app

INFRARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "footage" / "infrared"
RUNNER = CliRunner()


def test_hot_spots_are_told_drawn_and_listed(tmp_path: Path) -> None:
    """A fire seen from the air in degrees, a small one among rocks without, and two bad files."""
    cut = tmp_path / "cut.jpg"
    cut.write_bytes((INFRARED / "flir_radiometric" / "FLIR_E40.jpg").read_bytes()[:9000])
    inputs = [
        INFRARED / "flame3_Sycan" / "TIFF" / "00006.TIFF",
        INFRARED / "ifth_flameT_pointD" / "A35_421.jpeg",
        cut,
        tmp_path / "nowhere.png",
    ]
    out = tmp_path / "out"
    result = RUNNER.invoke(app, ["heat", *map(str, inputs), "--out", str(out), "--air-c", "9"])
    assert result.exit_code == 1
    assert "cut.jpg" in result.stderr
    assert "nowhere.png" in result.stderr
    fire, small = result.stdout.splitlines()
    assert fire.startswith("00006.TIFF: 640 x 512 degrees: ")
    assert "187.4 °C" in fire
    assert small.startswith("A35_421.jpeg: 320 x 256 levels, no temperatures: (174, 152) ")
    assert "°C" not in small
    rows = json.loads((out / "detections.json").read_text(encoding="utf-8"))
    assert {row["file_name"] for row in rows} == {"00006.TIFF", "A35_421.jpeg"}
    for row in rows:
        assert ("peak_c" in row) is (row["file_name"] == "00006.TIFF")
    assert max(row.get("peak_c", 0.0) for row in rows) == 187.42
    drawn = cv2.imread(str(out / "annotated" / "A35_421.jpeg"))
    assert drawn is not None
    assert drawn.shape == (512, 640, 3)  # twice as large, so that it can be looked at


def test_what_a_device_means_is_declared(tmp_path: Path) -> None:
    """The same file as levels, and as degrees by a declaration that cannot be."""
    frame = str(INFRARED / "ifth_flameT_pointB" / "A35_177.tiff")
    call = ["heat", frame, "--out", str(tmp_path / "out")]
    levels = RUNNER.invoke(app, call)
    assert levels.exit_code == 0
    assert "levels, no temperatures" in levels.stdout
    wrong = RUNNER.invoke(app, [*call, "--encoding", "kelvin_25ths"])
    assert wrong.exit_code == 1
    assert "make no temperatures" in wrong.stderr
    assert json.loads((tmp_path / "out" / "detections.json").read_text()) == []


def test_a_quiet_picture_has_no_hot_spot(tmp_path: Path) -> None:
    frame = str(INFRARED / "flir_radiometric" / "FLIR_AX8.jpg")
    result = RUNNER.invoke(app, ["heat", frame, "--out", str(tmp_path), "--air-c", "20"])
    assert (result.exit_code, result.stdout) == (0, "FLIR_AX8.jpg: 80 x 60 degrees: no hot spot\n")
    busy = str(INFRARED / "flir_radiometric" / "12 - IR_moving_mercedes.jpg")
    more = RUNNER.invoke(app, ["heat", busy, "--out", str(tmp_path), "--prominence", "0"])
    assert more.stdout.count("times its ground") == 5
    assert re.search(r"; and \d+ more\n$", more.stdout)
    assert RUNNER.invoke(app, ["heat", frame, "--out", frame]).exit_code == 1
