"""The benchmark of drifting presets: what it says without footage, and how pictures are turned."""

import json
from pathlib import Path

import pytest
from pose_rig import POSE, view_of

from benchmarks.ground import drift
from benchmarks.ground.turned import turned
from camera_gateway.pose_check.compare import offset_of
from camera_gateway.pose_check.scene import grey_of, scene_of
from models.calibration import CheckOutcome


def test_without_footage_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "FOOTAGE", tmp_path)
    report = tmp_path / "report.json"
    assert drift.main(["--quick", "--json", str(report)]) == 0
    (measure,) = json.loads(report.read_text())["measures"]
    assert measure["value"] is None
    assert "not at hand" in measure["against"]


def test_a_picture_is_turned_as_a_camera_would_be() -> None:
    scene = scene_of(grey_of(view_of(), (480, 270)))
    seen = turned(view_of(seed=1), POSE, 0.3, -0.2, 0.25)
    found = offset_of(scene, grey_of(seen, (480, 270)), POSE)
    assert found is not None
    assert found.azimuth_deg == pytest.approx(0.3, abs=0.015)
    assert found.tilt_deg == pytest.approx(-0.2, abs=0.015)
    assert found.roll_deg == pytest.approx(0.25, abs=0.015)


def test_a_check_of_a_turned_camera_on_a_swaying_mast_is_told() -> None:
    scene = scene_of(grey_of(view_of(), (480, 270)))
    case = drift.Case("one", POSE, scene, tuple(view_of(seed=seed) for seed in range(1, 6)))
    still = drift.checked(case, drift.Turn())
    away = drift.checked(case, drift.Turn(azimuth=0.2, sway=0.03))
    assert still is not None
    assert away is not None
    assert (still.outcome, away.outcome) == (CheckOutcome.STEADY, CheckOutcome.DRIFTED)
