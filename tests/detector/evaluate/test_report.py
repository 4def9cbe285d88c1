"""The report of labelled pictures: every figure with its counts."""

import pytest
from measures_rig import make_scenes

from detector.evaluate.report import differences, report


def test_a_report_names_counts_and_every_kind_of_negative() -> None:
    scenes = make_scenes(5, 30)
    answer = report(scenes, draws=50)
    names = [row["name"] for row in answer["measures"]]
    assert names[0] == "tower smoke AP50"
    assert "tower smoke recall at IoU 0.3 with at most 0.05 false boxes a negative picture" in names
    for row in answer["measures"]:
        assert row["low"] <= row["value"] <= row["high"]
    quiet = [scene for scene in scenes if len(scene.true_classes) == 0]
    assert [row["pictures"] for row in answer["negatives"]] == [len(quiet)]
    assert answer["negatives"][0]["false_boxes"] <= 0.05 * len(quiet)


def test_the_same_weights_differ_by_nothing() -> None:
    scenes = make_scenes(6, 30)
    for row in differences(scenes, scenes, draws=20):
        assert (row["value"], row["low"], row["high"]) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="different pictures"):
        differences(scenes, scenes[1:])
