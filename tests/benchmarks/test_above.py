"""The comparison on drone views says what it could not do, and scores the peer by the same rule."""

import json
import stat
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from labelled_sets import make_set

from benchmarks.above import command


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    row = "a,g1,somewhere,drone,train"
    make_set(folder, [row], {"a": "0 0.5 0.5 0.5 0.5"})
    grey = np.full((96, 128, 3), 90, np.uint8)
    (folder / "images" / "a.jpg").write_bytes(cv2.imencode(".jpg", grey)[1].tobytes())
    return folder


def run(data: Path, out: Path, *further: str) -> dict[str, dict[str, object]]:
    arguments = ["--data", str(data), "--json", str(out), "--model", "firewatch-yolo11n"]
    assert command.main([*arguments, *further]) == 0
    return {row["name"]: row for row in json.loads(out.read_text())["measures"]}


def test_without_pictures_it_says_so(tmp_path: Path) -> None:
    measures = run(tmp_path, tmp_path / "out.json")
    assert "no labelled pictures" in str(measures["drone_smoke_ap50"]["against"])


def test_without_the_peer_ours_stands_alone(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "environment", lambda *_, **__: "it is not there")
    measures = run(data, tmp_path / "out.json")
    assert measures["drone_smoke_ap50"]["value"] == 0.0  # grey is no smoke
    assert "it is not there" in str(measures["drone_smoke_ap50_vs_peer"]["against"])


def test_the_peer_is_judged_by_the_same_boxes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data / "images" / "a.jpg"
    seen = {"path": str(path), "category": "smoke", "box": [32, 24, 96, 72], "score": 0.5}
    peer = tmp_path / "python"
    peer.write_text(
        f"#!{sys.executable}\nprint('its library says hello')\nprint('''[{json.dumps(seen)}]''')\n"
    )
    peer.chmod(peer.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(command, "environment", lambda *_, **__: peer)
    smoke = run(data, tmp_path / "out.json")["drone_smoke_ap50_vs_peer"]
    assert "1.000" in str(smoke["against"])
    assert (smoke["ratio"], smoke["holds"]) == (0.0, False)
