"""The verdict of the gate, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_rig import NEW, OLD, cost_of, played_by, told_result
from replayed_rig import RecordingMade, alert_at, three_recordings

from detector.measures import compare
from detector.release.freezing import FrozenRecording, set_sha256
from detector.release.speed import Need, check_speed
from detector.release.verdict import JudgedRun, check_false_alarms, check_fires, judge, model_in
from models.clock import SystemClock
from models.config import Settings
from models.detection import ModelReference
from models.errors import InputRefused
from models.footage import Conditions, Light, Sky, TrueFire, Truth
from models.release import FrozenSet, FrozenSetDraft, GateCheck, GateRule
from models.replay import Played
from models.replay_run import PlayedFootage, ReplayDraft

SETTINGS = Settings()
WATCH = {
    "evidence": SETTINGS.evidence.model_dump(mode="json"),
    "attention": SETTINGS.attention.model_dump(mode="json"),
}
FOOTAGE = (
    PlayedFootage(1, "ridge.zip", "1" * 64, 1),
    PlayedFootage(2, "valley.zip", "2" * 64, 3),
)
SET = FrozenSet(4, FrozenSetDraft("Autumn", FOOTAGE), "f" * 64, "a", SystemClock().now())
NEED = Need(10.0, 0.5)


def run_of(
    model: ModelReference,
    played: list[Played],
    **other: Any,  # noqa: ANN401 -- of a draft, of a result, or of the run
) -> JudgedRun:
    draft = ReplayDraft("r", FOOTAGE, model="m", gate_id=4)
    told = {
        name: other.pop(name)
        for name in ("settings", "code", "refused", "config_version")
        if name in other
    }
    asked = {name: other.pop(name) for name in ReplayDraft.__slots__ if name in other}
    return JudgedRun(
        replace(draft, **asked),
        told_result(model, played, SETTINGS, **told),
        other.pop("cost", cost_of()),
        **other,
    )


def verdict(
    candidate: JudgedRun | None = None,
    incumbent: JudgedRun | None = None,
    *,
    problem: str = "",
    watch: dict[str, Any] = WATCH,
) -> dict[GateRule, GateCheck]:
    checks = judge(
        candidate or run_of(NEW, played_by()),
        incumbent or run_of(OLD, played_by()),
        SET,
        set_problem=problem,
        watch=watch,
        need=NEED,
    )
    assert [one.rule for one in checks] == list(GateRule)
    return {one.rule: one for one in checks}


def test_a_model_that_is_as_good_passes() -> None:
    checks = verdict()
    assert all(one.passes for one in checks.values())
    assert [one.code for one in checks.values()] == [
        "set_same", "decision_same", "fires_kept", "false_alarms_same", "speed_enough",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        ({"gate_id": None}, "set_other", ()),
        ({"gate_id": 5}, "set_other", ()),
        ({"drill_fires": 3}, "set_other", ()),
        ({"footage": FOOTAGE[:1]}, "set_other", ("valley.zip",)),
        ({"footage": (FOOTAGE[0], replace(FOOTAGE[1], truth_version=4))}, "set_other",
         ("valley.zip",)),
        ({"footage": (replace(FOOTAGE[0], sha256="9" * 64), FOOTAGE[1])}, "set_other",
         ("ridge.zip",)),
        ({"is_whole": False}, "set_result_changed", ()),
        ({"refused": [{"name": "fog.zip", "code": "x"}]}, "set_refused", ("fog.zip",)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("side", ["candidate", "incumbent"])
def test_what_is_not_the_set_is_told(
    side: str, change: dict[str, Any], code: str, names: tuple[str, ...]
) -> None:
    model = NEW if side == "candidate" else OLD
    strange = run_of(model, played_by(), **change)
    checks = verdict(strange) if side == "candidate" else verdict(incumbent=strange)
    check = checks[GateRule.SAME_SET]
    assert (check.passes, check.code, check.names) == (False, code, names)


def test_names_that_differ_are_no_other_recordings() -> None:
    other = tuple(replace(one, name=f"{one.name} (2)") for one in FOOTAGE)
    assert verdict(run_of(NEW, played_by(), footage=other))[GateRule.SAME_SET].passes


def test_a_set_that_changed_since_fails_whatever_was_played() -> None:
    assert verdict(problem="set_changed")[GateRule.SAME_SET].code == "set_changed"


def test_recordings_that_are_missing_or_look_different_are_told() -> None:
    short = verdict(run_of(NEW, played_by()[:1]))
    assert short[GateRule.SAME_SET].code == "set_unlike"
    assert short[GateRule.SAME_SET].names == ("valley.zip",)
    strange = [replace(one, name=f"x{one.name}") for one in played_by()]
    checks = verdict(run_of(NEW, strange))
    assert checks[GateRule.SAME_SET].code == "set_unlike"
    assert checks[GateRule.FALSE_ALARMS].code == "not_compared"
    assert checks[GateRule.LOST_FIRES].code == "fires_lost"  # what is not played is not found


@pytest.mark.parametrize(
    ("change", "code", "names"),
    [
        ({"every": 2}, "decision_sampling", ("every",)),
        ({"fps": 0.5}, "decision_sampling", ("fps",)),
        ({"settings": {**WATCH, "x": {"y": 1}}}, "decision_settings", ("x.y",)),
        ({"settings": None}, "decision_settings", None),
        ({"code": None}, "decision_code_unknown", ()),
        ({"code": {"code": "other"}}, "decision_code", None),
        ({"config_version": "c0ffee/8"}, "decision_code", ()),
    ],
)
def test_what_was_decided_otherwise_is_told(
    change: dict[str, Any], code: str, names: tuple[str, ...] | None
) -> None:
    check = verdict(run_of(NEW, played_by(), **change))[GateRule.SAME_DECISION]
    assert (check.passes, check.code) == (False, code)
    if names is not None:
        assert check.names == names


def test_the_hash_of_the_settings_may_differ_by_the_name_of_the_first_model() -> None:
    assert verdict(run_of(NEW, played_by(), config_version="00/7"))[GateRule.SAME_DECISION].passes


def test_settings_of_another_watch_are_told() -> None:
    check = verdict(watch={**WATCH, "evidence": {**WATCH["evidence"], "floor_score": 0.77}})
    assert check[GateRule.SAME_DECISION].code == "decision_not_watch"
    assert check[GateRule.SAME_DECISION].names == ("evidence.floor_score",)


def test_no_fire_is_lost_that_was_found() -> None:
    lost = check_fires(played_by(), played_by(finds=False))
    assert (lost.passes, lost.code, lost.names) == (False, "fires_lost", ("ridge.zip · barn",))
    gained = check_fires(played_by(finds=False), played_by())
    assert (gained.passes, gained.values["gained"], gained.values["found"]) == (True, 1.0, 0.0)
    none = check_fires(played_by()[1:], played_by()[1:])
    assert (none.passes, none.code) == (False, "fires_none")


def quiet(scene: int, alarms: int) -> Played:
    boxes = [(10.0 + 80.0 * n, 10.0, 60.0 + 80.0 * n, 60.0) for n in range(alarms)]
    return RecordingMade(
        f"scene-{scene}",
        truth=Truth(),
        alerts=[alert_at(3 + 2 * n, box=box) for n, box in enumerate(boxes)],
    ).played()


@pytest.mark.parametrize(
    ("before", "after", "passes", "code"),
    [
        ([1] * 8, [0] * 8, True, "false_alarms_fewer"),
        ([1] * 8, [1] * 8, True, "false_alarms_same"),
        ([0] * 8, [0] * 8, True, "false_alarms_same"),
        ([0] * 8, [1, *[0] * 7], True, "false_alarms_chance"),
        ([0] * 8, [3] * 8, False, "false_alarms_worse"),
        ([1] * 12, [2] * 12, False, "false_alarms_worse"),
        ([0], [1], False, "false_alarms_unsure"),
    ],
)
def test_more_false_alarms_than_chance_explains_fail(
    before: list[int],
    after: list[int],
    passes: bool,  # noqa: FBT001 -- of the table
    code: str,
) -> None:
    comparison = compare(
        [quiet(index, alarms) for index, alarms in enumerate(before)],
        [quiet(index, alarms) for index, alarms in enumerate(after)],
    )
    check = check_false_alarms(comparison)
    assert (check.code, check.passes) == (code, passes)


def test_a_set_of_which_nothing_is_known_judges_no_false_alarms() -> None:
    unknown = [replace(one, truth=None) for one in three_recordings()]
    check = check_false_alarms(compare(unknown, unknown))
    assert (check.passes, check.code) == (False, "false_alarms_unjudged")


@pytest.mark.parametrize(
    ("new", "old", "code"),
    [
        (cost_of(40.0), cost_of(40.0), "speed_enough"),
        (cost_of(10.0), cost_of(20.0), "speed_enough"),
        (cost_of(9.9), cost_of(10.0), "speed_too_slow"),
        (cost_of(19.0), cost_of(40.0), "speed_slower"),
        (cost_of(40.0, frames=0), cost_of(), "speed_unknown"),
        (cost_of(), cost_of(40.0, frames=0), "speed_unknown"),
        ({}, cost_of(), "speed_unknown"),
        (cost_of() | {"network_s": None}, cost_of(), "speed_unknown"),
        (cost_of() | {"network_s": "40"}, cost_of(), "speed_unknown"),
        (cost_of() | {"network_s": True}, cost_of(), "speed_unknown"),
        (cost_of(cores=4), cost_of(cores=2), "speed_other_machine"),
        (cost_of() | {"workers": 2}, cost_of(), "speed_other_machine"),
        (cost_of() | {"workers": 0}, cost_of(), "speed_unknown"),
        (cost_of() | {"network_s": 0.0}, cost_of(), "speed_unknown"),
        (cost_of() | {"machine": 3}, cost_of(), "speed_other_machine"),
    ],
    ids=str,
)
def test_speed_is_of_one_machine_and_enough_for_the_cameras(
    new: dict[str, Any], old: dict[str, Any], code: str
) -> None:
    check = check_speed(new, old, NEED)
    assert (check.code, check.passes) == (code, code == "speed_enough")


@pytest.mark.parametrize(
    "result",
    [{}, {"run": 3}, {"run": {"model": {}}}, {"run": {"model": {"name": "a", "version": 1}}}],
)
def test_a_result_without_a_model_is_refused(result: dict[str, Any]) -> None:
    with pytest.raises(InputRefused) as refused:
        model_in(result)
    assert refused.value.code == "replay_result"


@settings(max_examples=60)
@given(
    before=st.lists(st.booleans(), min_size=1, max_size=6),
    after=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_a_candidate_passes_the_fires_exactly_when_it_loses_none(
    before: list[bool], after: list[bool]
) -> None:
    truth = Truth((TrueFire("fire", 300.0, 240.0),))

    def run(found: list[bool]) -> list[Played]:
        return [
            RecordingMade(f"r{at}", truth=truth, alerts=[alert_at(8)] if one else []).played()
            for at, one in enumerate(found)
        ]

    check = check_fires(run(before), run(after[: len(before)]))
    lost = [f"r{at} · fire" for at, one in enumerate(before) if one and not after[at]]
    assert check.passes == (not lost)
    assert list(check.names) == lost


ROW = FrozenRecording(FOOTAGE[0], "ridge", Conditions(light=Light.DAY), Truth())


@pytest.mark.parametrize(
    "other",
    [
        replace(ROW, scene="valley"),
        replace(ROW, conditions=Conditions(light=Light.DAY, sky=Sky.FOG)),
        replace(ROW, truth=Truth((TrueFire("a", 1.0),))),
        replace(ROW, played=replace(FOOTAGE[0], sha256="3" * 64)),
        replace(ROW, played=replace(FOOTAGE[0], footage_id=9)),
    ],
)
def test_the_hash_of_a_set_changes_with_all_that_a_verdict_rests_on(
    other: FrozenRecording,
) -> None:
    def of(row: FrozenRecording, fires: int = 2, seed: int = 1) -> str:
        return set_sha256([row], drill_fires=fires, drill_seed=seed)

    assert of(ROW) == of(replace(ROW, played=replace(FOOTAGE[0], name="x", truth_version=7)))
    assert len({of(ROW), of(other), of(ROW, 3), of(ROW, 2, 2), of(ROW, 0)}) == 5
    assert of(ROW, 0, 1) == of(ROW, 0, 2)  # a seed of nothing draws nothing
