"""Whether a model is fast enough, by what its replay took on this machine."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.release import GateCheck, GateRule

__all__ = ["Need", "check_speed"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a watch asks of a model's speed.

    Attributes:
        frames_per_s: of all its cameras together, spare included.
        least_speed: so fast beside the model in force, as a share.
    """

    frames_per_s: float
    least_speed: float


def check_speed(
    candidate: Mapping[str, Any], incumbent: Mapping[str, Any], need: Need
) -> GateCheck:
    """Frames a second of the new model, against the cameras and against the model in force.

    Frames are counted against the seconds that the network took, times the processes that looked
    side by side: drawing a drill, reading a disk and loading weights say nothing of a model, and
    were half of a short replay. Both are of one machine with as many processes. A replay
    that was taken from what was finished before has looked at nothing, and tells nothing.

    Args:
        candidate: ``cost.json`` of the new model's replay.
        incumbent: that of the other's.
        need: what is asked.
    """
    new, old = _speed(candidate), _speed(incumbent)
    if new is None or old is None:
        code = "speed_unknown"
    elif _place(candidate) != _place(incumbent):
        code = "speed_other_machine"
    elif new < need.frames_per_s:
        code = "speed_too_slow"
    elif new < need.least_speed * old:
        code = "speed_slower"
    else:
        code = "speed_enough"
    values: dict[str, float | str | None] = {
        "first": old,
        "second": new,
        "need": need.frames_per_s,
        "least": need.least_speed,
        "machine": _place(candidate)[0],
    }
    return GateCheck(GateRule.SPEED, code == "speed_enough", code, values)


def _speed(cost: Mapping[str, Any]) -> float | None:
    frames, network_s = _number(cost.get("frames")), _number(cost.get("network_s"))
    workers = _number(cost.get("workers"))
    if frames <= 0.0 or network_s <= 0.0 or workers <= 0.0:
        return None
    return frames / network_s * workers


def _place(cost: Mapping[str, Any]) -> tuple[str, str, str, str]:
    machine = cost.get("machine")
    known = machine if isinstance(machine, Mapping) else {}
    return (
        str(known.get("processor", ""))[:200],
        str(known.get("cores", "")),
        str(cost.get("workers", "")),
        str(cost.get("hands", "")),
    )


def _number(value: object) -> float:
    """Of a file; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0.0
    return float(value)
