import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.engine.shrinking import RATIOS, main, weigh_scores


def test_without_footage_the_report_says_so(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert main(["--quick", "--footage", str(tmp_path), "--json", str(report)]) == 0
    (measure,) = json.loads(report.read_text(encoding="utf-8"))["measures"]
    assert measure["value"] is None
    assert str(tmp_path) in measure["against"]


def test_an_ignition_is_judged_by_its_frames() -> None:
    offsets_s = [-180.0, -120.0, -60.0, 0.0, 240.0, 300.0, 360.0]
    kept = weigh_scores(offsets_s, [0.1, 0.2, 0.3, 0.9, 0.9, 0.25, 0.5])
    assert kept.before == pytest.approx(0.2)
    assert kept.after == pytest.approx(0.375)
    assert kept.told_apart == pytest.approx(5 / 6)
    assert kept.recall == pytest.approx(0.5)


SCORES = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=12)


@given(before=SCORES, after=SCORES)
def test_the_same_scores_the_other_way_round_are_told_apart_the_other_way(
    before: list[float], after: list[float]
) -> None:
    def told_apart(first: list[float], second: list[float]) -> float:
        offsets_s = [-60.0] * len(first) + [300.0] * len(second)
        return weigh_scores(offsets_s, first + second).told_apart

    assert told_apart(before, after) + told_apart(after, before) == pytest.approx(1.0)


def test_an_ignition_goes_through_every_way(tmp_path: Path) -> None:
    folder = tmp_path / "a_FIRE_b"
    folder.mkdir()
    random = np.random.default_rng(0)
    for offset_s in (-120, -60, 300, 360):
        image = cv2.resize(random.integers(0, 256, (6, 8, 3), np.uint8), (160, 96))
        assert cv2.imwrite(str(folder / f"1_{offset_s:+06d}.jpg"), image)
    report = tmp_path / "report.json"
    assert main(["--footage", str(tmp_path), "--json", str(report)]) == 0
    measures = json.loads(report.read_text(encoding="utf-8"))["measures"]
    told_apart = {one["name"]: one["value"] for one in measures if one["unit"] == "told apart"}
    assert len(told_apart) == 3 * len(RATIOS) + 3  # three of the ratios leave a reduced JPEG
    assert all(0.0 <= value <= 1.0 for value in told_apart.values())
