"""The second opinion: bounded, optional, and told when it is not to be had."""

from pathlib import Path

import numpy as np
import pytest
from detector_rig import REFERENCE, START, ScriptedScorer
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.evaluate.alert_list import AlertList
from detector.evidence import CropHistory, SecondStage, StageState, Weighing
from detector.evidence.crops import CHANNELS, CROP_PX
from detector.evidence.second_stage import CARD, StageCard, read_stage_card
from detector.pipeline import Pipeline
from detector.view_watch import ViewWatch
from models.alert import Finding
from models.clock import ManualClock
from models.config import EvidenceRule
from models.detection import Box, Label

RULE = EvidenceRule()
AT = RULE.alert_log_odds
ON = StageCard(
    on=True,
    version="1",
    model=REFERENCE.name,
    file="x.onnx",
    sha256="0" * 64,
    weight=1.0,
    most_log_odds=1.5,
)
SECOND = {Finding.SECOND_AGREES, Finding.SECOND_DOUBTS, Finding.SECOND_ABSENT}


class Says:
    """A network that always answers the same, or fails."""

    def __init__(self, logit: float | Exception) -> None:
        self.logit = logit
        self.asked = 0

    def run(
        self, names: list[str] | None, feeds: dict[str, NDArray[np.float32]]
    ) -> list[NDArray[np.float32]]:
        assert names is None
        assert feeds["crops"].shape == (1, 8, CHANNELS, CROP_PX, CROP_PX)
        assert feeds["there"].shape == (1, 8)
        self.asked += 1
        if isinstance(self.logit, Exception):
            raise self.logit
        return [np.array([self.logit], np.float32)]


def crops(number: int = 3) -> CropHistory:
    history = CropHistory()
    for index in range(number):
        history.add(np.zeros((CHANNELS, CROP_PX, CROP_PX), np.float16), 60.0 * index)
    return history


def weighing(log_odds: float, *findings: Finding) -> Weighing:
    persisted = Finding.PERSISTED in findings
    return Weighing(log_odds, persisted and log_odds >= AT, findings)


@given(st.floats(-5.0, 20.0), st.floats(-1e3, 1e3), st.sampled_from([(), (Finding.PERSISTED,)]))
def test_an_opinion_is_bounded_and_never_makes_a_single_frame_an_alert(
    log_odds: float, logit: float, findings: tuple[Finding, ...]
) -> None:
    stage = SecondStage(ON, Says(logit), StageState.ON)
    told = stage.consider(weighing(log_odds, *findings), RULE, crops())
    assert abs(told.log_odds - log_odds) <= ON.most_log_odds + 1e-9
    assert not told.alerts or findings
    if log_odds >= AT + ON.most_log_odds:
        assert told.alerts is bool(findings)  # what weighs enough is never silenced
    if log_odds < AT - ON.most_log_odds:
        assert told == weighing(log_odds, *findings)
    else:
        assert told.findings[-1] is (
            Finding.SECOND_AGREES if np.float32(logit) >= 0.0 else Finding.SECOND_DOUBTS
        )


def test_it_is_asked_only_where_it_could_decide_and_has_something_to_look_at() -> None:
    network = Says(3.0)
    stage = SecondStage(ON, network, StageState.ON)
    for far, history in ((AT - 1.6, crops()), (AT, crops(1)), (AT, None)):
        before = weighing(far, Finding.PERSISTED)
        assert stage.consider(before, RULE, history) is before
    assert network.asked == 0
    assert stage.consider(weighing(AT - 1.4, Finding.PERSISTED), RULE, crops()).alerts
    assert network.asked == 1


@pytest.mark.parametrize("trouble", [RuntimeError("broken"), float("nan")])
def test_when_it_fails_the_decision_goes_on_and_says_so(trouble: float | Exception) -> None:
    network = Says(trouble)
    stage = SecondStage(ON, network, StageState.ON)
    before = weighing(AT + 1.0, Finding.PERSISTED)
    for _ in range(3):
        told = stage.consider(before, RULE, crops())
        assert (told.log_odds, told.alerts) == (before.log_odds, before.alerts)
        assert told.findings[-1] is Finding.SECOND_ABSENT
    assert stage.state is StageState.FAILED
    assert network.asked == 1


def card(folder: Path, **changes: object) -> Path:
    lines = {
        "on": "true",
        "version": '"1"',
        "model": '"m"',
        "file": '"second_stage.onnx"',
        "sha256": f'"{"0" * 64}"',
        "weight": "1.0",
        "most_log_odds": "1.5",
    } | changes
    path = folder / "second_stage.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in lines.items()), "utf-8")
    return path


@pytest.mark.parametrize(
    "changes",
    [
        {},  # there is no such file
        {"weight": "nan"},
        {"most_log_odds": "0.0"},
        {"on": '"yes'},
        {"file": '"other.onnx"'},
    ],
)
def test_what_cannot_be_had_is_missing_and_no_error(tmp_path: Path, changes: dict) -> None:
    (tmp_path / "other.onnx").write_bytes(b"no network")
    stage = SecondStage.open(card(tmp_path, **changes))
    assert stage.state is StageState.MISSING
    told = stage.consider(weighing(AT, Finding.PERSISTED), RULE, crops())
    assert told.alerts
    assert told.findings[-1] is Finding.SECOND_ABSENT
    assert SecondStage.open(tmp_path / "nowhere.toml").state is StageState.MISSING


def test_switched_off_it_is_not_even_loaded(tmp_path: Path) -> None:
    stage = SecondStage.open(card(tmp_path, on="false"))
    assert stage.state is StageState.OFF
    before = weighing(AT, Finding.PERSISTED)
    assert stage.consider(before, RULE, crops()) is before


@pytest.mark.skipif(read_stage_card().file == "", reason="no second stage is shipped")
def test_the_shipped_network_is_that_of_its_card_and_answers(tmp_path: Path) -> None:
    shipped = read_stage_card()
    (tmp_path / shipped.file).write_bytes(CARD.with_name(shipped.file).read_bytes())
    stage = SecondStage.open(card(tmp_path, file=f'"{shipped.file}"', sha256=f'"{shipped.sha256}"'))
    assert stage.state is StageState.ON
    told = stage.consider(weighing(AT, Finding.PERSISTED), RULE, crops())
    assert abs(told.log_odds - AT) <= 1.5
    assert told.findings[-1] in SECOND - {Finding.SECOND_ABSENT}
    assert stage.state is StageState.ON


def test_a_view_keeps_crops_once_it_knows_its_usual_picture_and_lets_go_of_them() -> None:
    stage = SecondStage(ON, Says(1.0), StageState.ON)
    watch = ViewWatch(RULE, stage)
    clock = ManualClock(START)
    rng = np.random.default_rng(4)
    picture = rng.integers(0, 255, (90, 160, 3), np.uint8)
    smoke = [Box(Label.SMOKE, 0.9, 300.0, 200.0, 360.0, 250.0)]
    counts = []
    for frame in range(7):
        ((track, told),) = watch.follow(smoke, picture, (640, 360), frame, clock.now())
        history = watch.crops_of(track)
        counts.append(0 if history is None else history.taken)
        clock.advance(60.0)
    assert counts == [0, 0, 0, 0, 1, 2, 3]
    assert told.findings[-1] is Finding.SECOND_AGREES
    clock.advance(RULE.forget_s + 60.0)
    assert watch.follow([], picture, (640, 360), 8, clock.now()) == ()
    assert watch.crops_of(track) is None


def test_the_pipeline_tells_how_the_second_stage_is() -> None:
    clock = ManualClock(START)
    stage = SecondStage(ON, Says(RuntimeError("broken")), StageState.ON)
    pipeline = Pipeline(ScriptedScorer(), AlertList(), RULE, clock, stage=stage)
    assert pipeline.counts.second_stage is StageState.ON
    default = Pipeline(ScriptedScorer(), AlertList(), RULE, clock)
    assert default.counts.second_stage is SecondStage.open().state
