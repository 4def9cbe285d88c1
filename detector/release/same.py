"""Whether two replays may be held against each other: one set, one way of deciding, one code."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from models.release import FrozenSet, GateCheck, GateRule
from models.replay_run import PlayedFootage, ReplayDraft

__all__ = ["check_decision", "check_set"]

_MOST_NAMES: Final = 200
_Pair = tuple[Mapping[str, Any], Mapping[str, Any]]


def check_set(
    frozen: FrozenSet,
    problem: str,
    drafts: tuple[ReplayDraft, ReplayDraft],
    results: _Pair,
    *,
    is_whole: bool,
    left_out: Sequence[str] | None,
) -> GateCheck:
    """Both played the frozen set, all of it, as it was frozen.

    Args:
        frozen: the set.
        problem: code of why it no longer is what was frozen; empty when it is.
        drafts: of the new model's replay and of the other's.
        results: of both.
        is_whole: both results are those that were kept.
        left_out: recordings that the two have not seen alike; None when there is none in common.
    """
    wanted = frozen.draft
    strange = [one.name for draft in drafts for one in _unlike(wanted.footage, draft.footage)]
    is_asked = all(
        draft.gate_id == frozen.gate_id
        and (draft.drill_fires, draft.drill_seed if draft.drill_fires > 0 else 0)
        == (wanted.drill_fires, wanted.drill_seed if wanted.drill_fires > 0 else 0)
        for draft in drafts
    )
    refused = sorted({name for result in results for name in _refused(result)})
    counts = [len(result.get("sequences") or ()) for result in results]
    due = len(wanted.footage) + wanted.drill_fires
    names: Sequence[str] = ()
    if problem:
        code = problem
    elif strange or not is_asked:
        code, names = "set_other", strange
    elif not is_whole:
        code = "set_result_changed"
    elif refused:
        code, names = "set_refused", refused
    elif left_out is None or left_out or any(count < due for count in counts):
        code, names = "set_unlike", left_out or ()
    else:
        code = "set_same"
    values: dict[str, float | str | None] = {
        "recordings": float(len(wanted.footage)),
        "drills": float(wanted.drill_fires),
        "sha256": frozen.sha256,
    }
    told = tuple(dict.fromkeys(names))[:_MOST_NAMES]
    return GateCheck(GateRule.SAME_SET, code == "set_same", code, values, told)


def check_decision(
    drafts: tuple[ReplayDraft, ReplayDraft], results: _Pair, watch: Mapping[str, Any]
) -> GateCheck:
    """Both were decided with the settings of this watch, by one code, over the same frames.

    Args:
        drafts: of the new model's replay and of the other's.
        results: of both.
        watch: settings of the watch that shape a decision, as ``result.json`` tells them.
    """
    one, other = (_run(result) for result in results)
    settings = [_flat(run.get("settings")) for run in (one, other)]
    versions = [str(run.get("config_version", "")).partition("/")[2] for run in (one, other)]
    sampling = [name for name in ("every", "fps") if _differs(drafts, name)]
    differing = _unequal(*settings)
    strange = _unequal(settings[1], _flat(watch))
    codes = [_flat(run.get("code")) for run in (one, other)]
    code, names = "decision_same", list[str]()
    if sampling:
        code, names = "decision_sampling", sampling
    elif differing:
        code, names = "decision_settings", differing
    elif strange:
        code, names = "decision_not_watch", strange
    elif not codes[0] or not codes[1]:
        code = "decision_code_unknown"
    elif codes[0] != codes[1] or versions[0] != versions[1]:
        code, names = "decision_code", _unequal(*codes)
    values: dict[str, float | str | None] = {"version": str(other.get("config_version", ""))}
    passes = code == "decision_same"
    return GateCheck(GateRule.SAME_DECISION, passes, code, values, tuple(names[:_MOST_NAMES]))


def _differs(drafts: tuple[ReplayDraft, ReplayDraft], name: str) -> bool:
    return bool(getattr(drafts[0], name) != getattr(drafts[1], name))


def _unlike(
    wanted: Sequence[PlayedFootage], played: Sequence[PlayedFootage]
) -> list[PlayedFootage]:
    """Recordings that one of both has and the other has not, whatever they are called."""
    sides = [
        {(one.footage_id, one.sha256, one.truth_version): one for one in side}
        for side in (wanted, played)
    ]
    keys = Counter(key for side in sides for key in side)
    return [side[key] for side in sides for key in side if keys[key] == 1]


def _refused(result: Mapping[str, Any]) -> list[str]:
    rows = _run(result).get("refused")
    return [
        str(row.get("name", ""))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
    ]


def _run(result: Mapping[str, Any]) -> Mapping[str, Any]:
    run = result.get("run")
    return run if isinstance(run, Mapping) else {}


def _flat(value: object, prefix: str = "") -> dict[str, str]:
    """Every entry by its full name."""
    if not isinstance(value, Mapping):
        return {} if not prefix else {prefix: repr(value)}
    flat: dict[str, str] = {}
    for key in sorted(value, key=str):
        flat |= _flat(value[key], f"{prefix}.{key}" if prefix else str(key))
    return flat


def _unequal(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
