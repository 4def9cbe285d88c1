"""The verdict of the gate: two replays of one frozen set, held against each other rule by rule.

A rule that cannot be judged is not kept: a set without fires shows of no model that it finds them.
Figures are those of :mod:`detector.measures`; nothing is reckoned a second way here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detector.measures import compare
from detector.measures.events import Outcome
from detector.measures.figures import judged_run
from detector.measures.recording import Recording
from detector.release.same import check_decision, check_set
from detector.release.speed import Need, check_speed
from detector.replay.result import played_from_json
from models.detection import ModelReference
from models.errors import InputRefused
from models.release import FrozenSet, GateCheck, GateRule
from models.replay import Played
from models.replay_run import ReplayDraft

__all__ = ["JudgedRun", "judge", "model_in", "played_in"]

_Values = dict[str, float | str | None]
_MOST_NAMES: Final = 200


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A replay as the gate reads it.

    Attributes:
        draft: what was asked for.
        result: its ``result.json``.
        cost: its ``cost.json``.
        is_whole: the result is the one that was kept when it was done.
    """

    draft: ReplayDraft
    result: Mapping[str, Any]
    cost: Mapping[str, Any]
    is_whole: bool = True


def judge(
    candidate: JudgedRun,
    incumbent: JudgedRun,
    frozen: FrozenSet,
    *,
    set_problem: str,
    watch: Mapping[str, Any],
    need: Need,
) -> tuple[GateCheck, ...]:
    """Hold a model against the one in force.

    Args:
        candidate: the replay of the new model.
        incumbent: that of the model in force.
        frozen: the set that both played.
        set_problem: code of why it no longer is what was frozen; empty when it is.
        watch: settings of the watch that shape a decision, as ``result.json`` tells them.
        need: what the watch asks of a model's speed.

    Returns:
        One check a rule, in the order of the rules.

    Raises:
        InputRefused: a result is none; code ``replay_result``.
    """
    new, old = played_in(candidate.result), played_in(incumbent.result)
    try:
        comparison = compare(old, new)
    except InputRefused:
        comparison = None
    return (
        check_set(
            frozen,
            set_problem,
            (candidate.draft, incumbent.draft),
            (candidate.result, incumbent.result),
            is_whole=candidate.is_whole and incumbent.is_whole,
            left_out=None if comparison is None else comparison["left_out"],
        ),
        check_decision(
            (candidate.draft, incumbent.draft), (candidate.result, incumbent.result), watch
        ),
        check_fires(old, new),
        check_false_alarms(comparison),
        check_speed(candidate.cost, incumbent.cost, need),
    )


def check_fires(old: Sequence[Played], new: Sequence[Played]) -> GateCheck:
    """Every fire that the model in force found, the new one finds; of drills too."""
    found, again = _found(judged_run(old)), _found(judged_run(new))
    names = [name for name, outcome in found.items() if outcome is Outcome.FOUND]
    lost = [name for name in names if again.get(name) is not Outcome.FOUND]
    gained = [
        name
        for name, outcome in again.items()
        if outcome is Outcome.FOUND and found.get(name) is not Outcome.FOUND
    ]
    fires = sum(outcome is not Outcome.UNSEEN for outcome in found.values())
    values: _Values = {
        "fires": float(fires),
        "found": float(len(names)),
        "found_by_new": float(sum(one is Outcome.FOUND for one in again.values())),
        "lost": float(len(lost)),
        "gained": float(len(gained)),
    }
    code = "fires_lost" if lost else "fires_none" if fires == 0 else "fires_kept"
    told = tuple(f"{recording} · {fire}" for recording, fire in lost[:_MOST_NAMES])
    return GateCheck(GateRule.LOST_FIRES, code == "fires_kept", code, values, told)


def check_false_alarms(comparison: Mapping[str, Any] | None) -> GateCheck:
    """No more false alarms a camera-day than chance explains, scenes drawn for both together."""
    rule = GateRule.FALSE_ALARMS
    if comparison is None:
        return GateCheck(rule, passes=False, code="not_compared", values={})
    row = next(
        one for one in comparison["measures"] if one["name"] == "false_alarms_per_camera_day"
    )
    gained, lost = (comparison["false_alarms"][one] for one in ("gained", "lost"))
    values: _Values = {
        name: None if row[name] is None else float(row[name])
        for name in ("first", "second", "difference", "low", "high", "p")
    }
    values |= {"gained": float(len(gained)), "lost": float(len(lost))}
    difference, low = row["difference"], row["low"]
    if difference is None:
        code = "false_alarms_unjudged"
    elif difference <= 0.0:
        code = "false_alarms_fewer" if difference < 0.0 else "false_alarms_same"
    elif low is None:
        code = "false_alarms_unsure"  # more of them, and nothing tells how many are chance
    else:
        code = "false_alarms_worse" if low > 0.0 else "false_alarms_chance"
    passes = code in {"false_alarms_fewer", "false_alarms_same", "false_alarms_chance"}
    names = tuple(dict.fromkeys(str(one["sequence"]) for one in gained))[:_MOST_NAMES]
    return GateCheck(rule, passes, code, values, names)


def played_in(result: Mapping[str, Any]) -> list[Played]:
    """The recordings of a result.

    Raises:
        InputRefused: it is none; code ``replay_result``.
    """
    rows = result.get("sequences")
    try:
        return [played_from_json(row) for row in (rows if isinstance(rows, list) else [])]
    except ValueError as error:
        raise _no_result(str(error)) from error


def model_in(result: Mapping[str, Any]) -> ModelReference:
    """The weights of a result.

    Raises:
        InputRefused: it names none; code ``replay_result``.
    """
    run = result.get("run")
    model = run.get("model") if isinstance(run, Mapping) else None
    names = ("name", "version", "sha256")
    words = [model.get(one) for one in names] if isinstance(model, Mapping) else [None]
    if not all(isinstance(one, str) and one for one in words):
        raise _no_result("it names no model")
    return ModelReference(*(str(one) for one in words))


def _found(run: Sequence[Recording]) -> dict[tuple[str, str], Outcome]:
    return {(one.played.name, fire.name): fire.outcome for one in run for fire in one.watched.fires}


def _no_result(why: str) -> InputRefused:
    return InputRefused(
        f"This is no result of a replay: {why}.",
        remedy="Replay the set again.",
        code="replay_result",
    )
