"""The benchmark of the decision: what it says without footage, and that its parts measure."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from detector_rig import ScriptedScorer, jpeg_with_mark, smoke

from benchmarks.decision.cadence import CADENCES_FPS, CadenceRow, cadences, compare
from benchmarks.decision.command import main
from benchmarks.decision.cost import CAMERAS, measure_cost
from benchmarks.decision.judging import FIRE_BARS, Judge, fires, quiet
from benchmarks.decision.recordings import Circle, ToAndFro, around_the_start, ignitions
from detector.evaluate.footage import Moment, Sampling
from models.config import Settings

IGNITION = 1532815626
SLOW = {"1 fps": 1.0, "0.2 fps": 0.2, "1 a minute": 1.0 / 60.0}
EVENTS = "sequence,first_visible_s,clear_s,cadence_s\nridge,60,120,60\n"


def test_without_footage_the_report_says_so(tmp_path: Path) -> None:
    report = tmp_path / "out" / "report.json"
    assert main(["--quick", "--data", str(tmp_path), "--json", str(report)]) == 0
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["benchmark"], written["quick"]) == ("evidence", True)
    assert [measure["name"] for measure in written["measures"]] == list(FIRE_BARS)
    for measure in written["measures"]:
        assert measure["value"] is None
        assert str(tmp_path) in measure["against"]


def put(folder: Path, minutes: range, scorer: ScriptedScorer | None = None) -> None:
    folder.mkdir(parents=True)
    for minute in minutes:
        mark = 6 * (minute + 15)
        if scorer is not None and minute >= 1:
            scorer.script[mark] = (smoke(0.9, width=40.0 + 6 * minute),)
        name = f"{IGNITION + 60 * minute}_{60 * minute:+06d}.jpg"
        (folder / name).write_bytes(jpeg_with_mark(mark))


@pytest.fixture
def scorer() -> ScriptedScorer:
    return ScriptedScorer()


@pytest.fixture
def footage(tmp_path: Path, scorer: ScriptedScorer) -> Path:
    folder = tmp_path / "footage" / "sequences_1min"
    put(folder / "ridge", range(-12, 12), scorer)
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    put(tmp_path / "footage" / "sequences_nofire" / "tower", range(-12, -2))
    return tmp_path / "footage"


def test_a_whole_run_on_little_footage(footage: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    arguments = ["--data", str(footage.parent), "--json", str(report), "--quick"]
    assert main([*arguments, "--cache", str(tmp_path / "cache")]) == 0
    measures = json.loads(report.read_text(encoding="utf-8"))["measures"]
    by_name = {measure["name"]: measure for measure in measures}
    assert by_name["later_than_2_frames_after_clear"]["against"] == "ridge"  # nothing is seen
    assert by_name["later_than_2_frames_after_clear"]["holds"] is False
    assert by_name["alarms_before_ignition"]["holds"] is True
    assert by_name["false_alerts_quiet_sequences"]["value"] == 0.0
    assert by_name["false_alerts_made_sequences"]["value"] is None
    assert by_name["evidence_share"]["value"] > 0.0


def test_a_fire_in_time_and_a_quiet_sequence(footage: Path, scorer: ScriptedScorer) -> None:
    judge = Judge(scorer, Settings(), float("inf"))
    ((sequence, event),) = ignitions(footage)
    measures = {one.name: one for one in fires(judge, [(sequence, event)])}
    assert measures["delay_ridge"].value == 60.0
    assert all(measures[name].holds for name in FIRE_BARS)
    *alerts, verdict = quiet(judge, "fire", [sequence])
    assert verdict.holds is False
    (alert,) = alerts
    assert (alert.name, alert.value) == ("false_alert_ridge", 120.0)
    assert alert.against.startswith("smoke 0.90 at 300,")
    assert "change " in alert.against
    assert "persisted" in alert.against
    cut = around_the_start(sequence, event)
    assert len(cut.pictures) == 10  # from -240 s to +300 s
    assert next(cut.moments(Sampling())).at_s == -240.0


def test_nothing_is_begun_when_time_is_up(footage: Path, scorer: ScriptedScorer) -> None:
    judge = Judge(scorer, Settings(), 0.0)
    burning = ignitions(footage)
    assert [one.value for one in fires(judge, burning)] == [None, None, None]
    (verdict,) = quiet(judge, "x", [burning[0][0]])
    assert verdict.value is None
    assert judge.out_of_time == ["ridge", "ridge"]


def test_a_circle_goes_on_at_its_own_pace_and_thins() -> None:
    lap = tuple((0.5 * number, bytes([number])) for number in range(4))
    circle = Circle("c", lap, 2.0, 7.0)
    moments = list(circle.moments(Sampling()))
    assert [one.at_s for one in moments] == [0.5 * number for number in range(15)]
    assert moments[4].picture == moments[0].picture
    thin = list(circle.moments(Sampling(fps=0.4)))
    assert [one.at_s for one in thin] == [0.0, 2.5, 5.0]


def test_a_short_recording_goes_to_and_fro_until_its_time_is_over() -> None:
    lap = tuple((float(at_s), bytes([at_s])) for at_s in (0, 1, 3))
    moments = list(ToAndFro(Circle("c", lap, 9.0, 3.0), 8.0).moments(Sampling()))
    assert [one.at_s for one in moments] == [0.0, 1.0, 3.0, 5.0, 6.0, 7.0, 9.0]
    assert [one.picture for one in moments] == [bytes([n]) for n in (0, 1, 3, 1, 0, 1, 3)]
    gaps = [(one.captured_at - moments[0].captured_at).total_seconds() for one in moments]
    assert gaps == [one.at_s for one in moments]
    whole = Circle("c", lap, 9.0, 3.0)
    assert list(ToAndFro(whole, 2.0).moments(Sampling())) == list(whole.moments(Sampling()))


def test_the_cost_is_measured_on_both_sides(footage: Path, scorer: ScriptedScorer) -> None:
    judge = Judge(scorer, Settings(), float("inf"))
    ((sequence, _),) = ignitions(footage)
    judge.play(sequence)
    moments: list[Moment] = list(sequence.moments(Sampling()))
    cost = measure_cost(
        scorer, [moments], judge.known, Settings(), rounds=1, looks=5, longest_s=600.0
    )
    assert (cost.frames, cost.looks) == (CAMERAS, 5)
    assert cost.evidence_s > 0.0
    assert cost.scorer_s > 0.0
    cut = measure_cost(scorer, [moments], judge.known, Settings(), rounds=1, looks=5, longest_s=0.0)
    assert (cut.frames, cut.looks) == (1, 1)


@pytest.mark.parametrize("frames", [1, 7])
def test_a_clip_is_read_for_one_lap(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 5.0, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), 30 * number, np.uint8))
    writer.release()
    circle = Circle.of(path, longest_lap_s=1.0, length_s=3.0, step_s=0.0)
    assert len(circle.lap) == min(frames, 5)
    assert circle.lap_s == pytest.approx(1.0)
    at_s = [one.at_s for one in circle.moments(Sampling())]
    assert at_s[-1] == pytest.approx(3.0)


def test_one_part_is_measured_alone(footage: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    arguments = ["--data", str(footage.parent), "--json", str(report), "--only", "quiet"]
    assert main([*arguments, "--cache", str(tmp_path / "cache")]) == 0
    measures = json.loads(report.read_text(encoding="utf-8"))["measures"]
    assert [measure["name"] for measure in measures] == ["false_alerts_quiet_sequences"]


def test_a_plume_means_the_same_at_every_cadence(scorer: ScriptedScorer) -> None:
    lap = tuple((1.0 * n, jpeg_with_mark(n)) for n in range(7))
    scorer.script = dict.fromkeys(range(7), (smoke(0.9, width=60.0),))
    row = compare(Judge(scorer, Settings(), float("inf")), Circle("plume", lap, 7.0, 125.0), SLOW)
    assert row is not None
    assert row.agrees
    assert all(at_s is not None for at_s in row.first_s.values())
    assert row.late_frames <= 3.0


def test_a_flicker_of_the_detector_is_quiet_at_every_cadence(scorer: ScriptedScorer) -> None:
    lap = tuple((1.0 * n, jpeg_with_mark(n)) for n in range(29))
    scorer.script = {11: (smoke(0.9),), 23: (smoke(0.9, x_min=40.0),)}
    row = compare(Judge(scorer, Settings(), float("inf")), Circle("wisp", lap, 29.0, 125.0), SLOW)
    assert row is not None
    assert row.agrees
    assert set(row.first_s.values()) == {None}


def test_cadences_that_differ_and_that_are_late_are_told() -> None:
    first_s = dict(zip(CADENCES_FPS, (20.0, 22.0, 45.0, 120.0), strict=True))
    most = dict.fromkeys(CADENCES_FPS, 2.5)
    row = CadenceRow(CADENCES_FPS, first_s, most)
    assert row.agrees
    assert row.late_frames == pytest.approx(5.0)  # 25 s of a frame every five
    silent = CadenceRow(CADENCES_FPS, {**first_s, "1 a minute": None}, most)
    assert not silent.agrees
    assert "1 a minute never (most 2.5)" in silent.in_words()
    assert CadenceRow(CADENCES_FPS, {**first_s, "25 fps": None}, most).late_frames == 0.0


def test_without_clips_and_without_time_cadences_are_skipped(
    tmp_path: Path, scorer: ScriptedScorer
) -> None:
    judge = Judge(scorer, Settings(), float("inf"))
    by_name = {one.name: one for one in cadences(judge, tmp_path)}
    assert by_name["cadences_tamil_mist_ridge.mp4"].value is None
    clips = tmp_path / "clips"
    clips.mkdir()
    writer = cv2.VideoWriter(
        str(clips / "tamil_mist_ridge.mp4"), cv2.VideoWriter_fourcc(*"mp4v"), 1.0, (64, 48)
    )
    for number in range(12):
        writer.write(np.full((48, 64, 3), 20 * number, np.uint8))
    writer.release()
    by_name = {one.name: one for one in cadences(judge, tmp_path)}
    assert by_name["cadences_tamil_mist_ridge.mp4"].value == 0.0
    assert by_name["cadences_that_differ"].holds
    assert by_name["cadence_delay"].holds
    judge.until_s = 0.0
    assert cadences(judge, tmp_path)[-1].value is None
