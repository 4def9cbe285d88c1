"""The benchmark of registration: made pairs have the truth that they say."""

import json
from pathlib import Path

import cv2
import numpy as np
from dual_rig import scene

from benchmarks.pairing.command import _beside, _of_made, main
from benchmarks.pairing.made import Making, made_pair, random_matrix
from detector.dual.homography import mapped


def test_without_footage_the_report_says_so(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert main(["--quick", "--data", str(tmp_path), "--json", str(report)]) == 0
    (measure,) = json.loads(report.read_text(encoding="utf-8"))["measures"]
    assert measure["value"] is None
    assert str(tmp_path) in measure["against"]


def test_a_made_pair_lies_where_its_truth_says() -> None:
    """Of a photograph with one bright disc, the levels change just there."""
    photograph = np.full((540, 960, 3), 60, np.uint8)
    cv2.circle(photograph, (600, 300), 60, (200, 200, 200), -1)
    random = np.random.default_rng(5)
    how = Making((320, 256), noise=0.0, foreign=0.0, blur_px=0.5, has_fire=False)
    truth = (0.7, 0.0, 0.2, 0.0, 0.8, 0.1, 0.0, 0.0, 1.0)
    levels = made_pair(photograph, truth, random, how).thermal
    edges = cv2.magnitude(cv2.Sobel(levels, cv2.CV_32F, 1, 0), cv2.Sobel(levels, cv2.CV_32F, 0, 1))
    rows, columns = np.nonzero(edges > 0.5 * edges.max())
    middle = np.array([[(columns.mean() + 0.5) / 320, (rows.mean() + 0.5) / 256]])
    assert np.abs(mapped(truth, middle) - (600 / 960, 300 / 540)).max() < 0.005


def test_lenses_lie_within_the_visible_picture() -> None:
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    for seed in range(20):
        seen = mapped(random_matrix(np.random.default_rng(seed), 0.5625, (640, 512)), corners)
        assert (seen > -0.4).all()
        assert (seen < 1.4).all()
        assert seen[0, 0] < seen[1, 0]


def test_measures_of_a_drawn_pair_hold() -> None:
    photograph = cv2.cvtColor(scene(3), cv2.COLOR_GRAY2BGR).astype(np.uint8)
    random = np.random.default_rng(1)
    truth = random_matrix(random, 0.5625, (320, 256))
    pair = made_pair(photograph, truth, random, Making())
    found = {one.name: one for one in _of_made([pair])}
    assert found["registered"].value == 1.0
    assert all(one.holds is not False for one in found.values())
    assert found["elsewhere_at_5"].value == 1.0


def test_beside_is_a_share_of_the_visible_picture() -> None:
    same = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    there = mapped(_beside(same, 0.1, 0.05, 0.5), np.array([[0.5, 0.5], [0.0, 0.0]]))
    assert np.allclose(there, [[0.6, 0.55], [0.35, 0.3]])
