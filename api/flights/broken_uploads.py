"""Whether an aircraft may hold the rest of an upload that was broken off, by what the runs tell."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from models.flight import Run, RunState

__all__ = ["LOOKED_BACK", "was_broken_off"]

LOOKED_BACK: Final = timedelta(days=1)
"""What lies longer back is not looked at: somebody has had a hand on the aircraft since."""
_KNOWN: Final = frozenset({RunState.READY, RunState.FAILED})
"""After an upload: held and read back, or refused and put right."""


def was_broken_off(runs: Iterable[Run], aircraft: str) -> bool:
    """Whether the newest upload to an aircraft has no end that is known.

    Its process died, or its line; an ArduPilot then holds a mixture of two missions, and does not
    tell.

    Args:
        runs: flights of the last day, of whatever aircraft.
        aircraft: name.
    """
    newest, is_known = None, True
    for run in runs:
        if run.aircraft != aircraft:
            continue
        for at, step in enumerate(run.steps):
            if step.state is not RunState.UPLOADING or (newest is not None and step.at < newest):
                continue
            newest = step.at
            after = next(
                (one for one in run.steps[at:] if one.state is not RunState.UPLOADING), None
            )
            is_known = after is not None and after.state in _KNOWN
    return not is_known
