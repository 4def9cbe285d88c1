"""What becomes of a run that was under way when the watch went down.

The step "starting" is on the disk before the word goes out. So a run before it was never told to
start and may be tried again within its window; one at or after it may have flown, and never flies
again, whatever is found.
"""

from datetime import datetime
from typing import Final

from drone_jobs.flights.following import Deed
from models.flight import FINAL, IN_THE_AIR, AircraftState, Run, RunReason, RunState

__all__ = ["after_restart"]

_NEVER_TOLD: Final = frozenset({RunState.CLAIMED, RunState.UPLOADING, RunState.READY})


def after_restart(run: Run, told: AircraftState | None, now: datetime) -> Deed | None:
    """The step that a run takes when a watch finds it.

    Args:
        run: as the store has it.
        told: what its aircraft tells now; None while it is not heard.
        now: UTC.

    Returns:
        None where it is followed (or waited for) as it is.
    """
    if run.state in FINAL:
        return None
    if run.state in IN_THE_AIR:
        return _under_way(run.state, told)
    return _not_begun(run.state, is_open=now < run.until_at)


def _not_begun(state: RunState, *, is_open: bool) -> Deed | None:
    if is_open and state not in _NEVER_TOLD:
        return None
    if is_open:
        note = "The watch went down before the word to start; it is tried anew."
        return Deed(RunState.WAITING, RunReason.RESTARTED, note)
    if state is RunState.WAITING:
        note = "Its window ended while the watch was down."
        return Deed(RunState.SKIPPED, RunReason.DOWN, note)
    return Deed(RunState.MISSED, RunReason.DOWN, "The watch was down in its window.")


def _under_way(state: RunState, told: AircraftState | None) -> Deed | None:
    if told is None or told.is_in_the_air is not False:
        return None
    if state is RunState.STARTING:
        note = (
            "It stands on the ground. The watch went down with the word to start: whether it flew "
            "is not known. Look at the aircraft."
        )
        return Deed(RunState.FAILED, RunReason.RESTARTED, note)
    note = "It landed while the watch was down; whether it flew to its end is not known."
    return Deed(RunState.ABORTED, RunReason.RESTARTED, note)
