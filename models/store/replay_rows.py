"""Rows of replays: what may stand in them, and how they are read."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, select

from models.errors import Conflict, InputRefused, NotFound
from models.footage_library import FootageState
from models.replay_run import PlayedFootage, ReplayDraft, ReplayRun, ReplayState
from models.store.columns import number_of
from models.store.tables import footage, replay

__all__ = [
    "MOST_DRILLS",
    "MOST_FOOTAGE",
    "MOST_NAME",
    "MOST_SEED",
    "check_draft",
    "check_footage",
    "is_open",
    "load_replay",
    "replay_of",
]

MOST_NAME: Final = 120
MOST_FOOTAGE: Final = 1_000
"""Recordings of one replay."""
MOST_DRILLS: Final = 1_000
MOST_SEED: Final = 2**53 - 1
"""The largest whole number that every JSON reader keeps."""
MOST_EVERY: Final = 100_000
MOST_FPS: Final = 1_000.0
_OPEN: Final = frozenset({ReplayState.QUEUED, ReplayState.RUNNING})


def is_open(state: ReplayState) -> bool:
    """Whether it waits or is played."""
    return state in _OPEN


def check_draft(draft: ReplayDraft) -> None:
    """Refuse what no replay can be.

    Raises:
        InputRefused: code ``replay_name``, ``replay_model``, ``replay_footage``, ``replay_empty``,
            ``replay_drill`` or ``replay_sampling``.
    """
    if not _is_name(draft.name):
        raise _refused(f"A replay's name has 1 to {MOST_NAME} letters.", "replay_name")
    if not _is_name(draft.model):
        raise _refused("It is not said with which model it is played.", "replay_model")
    numbers = {one.footage_id for one in draft.footage}
    names = {one.name for one in draft.footage}
    if not len(numbers) == len(names) == len(draft.footage) <= MOST_FOOTAGE:
        raise _refused(
            f"A replay plays up to {MOST_FOOTAGE} recordings, each once and by a name of its own.",
            "replay_footage",
        )
    if not (0 <= draft.drill_fires <= MOST_DRILLS and 0 <= draft.drill_seed <= MOST_SEED):
        raise _refused(f"A replay has 0 to {MOST_DRILLS} drill fires.", "replay_drill")
    if not draft.footage and draft.drill_fires == 0:
        raise _refused("There is nothing to play.", "replay_empty")
    fps = draft.fps
    if not 1 <= draft.every <= MOST_EVERY or not (fps is None or 0.0 < fps <= MOST_FPS):
        raise _refused(
            f"Each so manieth frame is 1 to {MOST_EVERY}, frames a second are above 0 and up to "
            f"{MOST_FPS:.0f}.",
            "replay_sampling",
        )


def check_footage(connection: Connection, played: tuple[PlayedFootage, ...]) -> None:
    """Refuse recordings that cannot be played, within the transaction that keeps the replay.

    Raises:
        NotFound: one is not in the library; code ``no_such_footage``.
        Conflict: one was not looked through (``footage_not_ready``).
        InputRefused: one has no such truth (``replay_footage``).
    """
    wanted = {one.footage_id: one for one in played}
    rows = connection.execute(
        select(footage.c.footage_id, footage.c.state, footage.c.truth_version).where(
            footage.c.footage_id.in_(map(number_of, wanted)), footage.c.removed_at.is_(None)
        )
    )
    known = {row.footage_id: row for row in rows}
    for number, one in wanted.items():
        row = known.get(number)
        if row is None:
            raise NotFound(f"There is no footage {number}.", code="no_such_footage")
        if row.state is not FootageState.READY:
            raise Conflict(
                f"Footage {number} is not ready.",
                remedy="Wait until it was looked through, or leave it out.",
                code="footage_not_ready",
            )
        if not 0 <= one.truth_version <= row.truth_version:
            raise _refused(
                f"Footage {number} has no truth of version {one.truth_version}.", "replay_footage"
            )


def load_replay(connection: Connection, run_id: int) -> ReplayRun:
    """One replay, within a transaction.

    Raises:
        NotFound: no such one, or it was removed; code ``no_such_replay``.
    """
    query = select(replay).where(replay.c.run_id == number_of(run_id), _is_there())
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no replay {run_id}.", code="no_such_replay")
    return replay_of(row)


def replay_of(row: Row[Any]) -> ReplayRun:
    """The replay of a row."""
    draft = ReplayDraft(**{name: getattr(row, name) for name in ReplayDraft.__slots__})
    return ReplayRun(
        row.run_id,
        draft,
        row.author,
        row.asked_at,
        row.state,
        row.progress,
        row.weights,
        row.started_at,
        row.ended_at,
        row.headline,
        row.code,
        row.message,
        row.remedy,
        row.ended_by,
    )


def _is_there() -> ColumnElement[bool]:
    return replay.c.removed_at.is_(None)


def _is_name(text: str) -> bool:
    return 1 <= len(text) <= MOST_NAME and text.isprintable() and text.strip() == text


def _refused(message: str, code: str) -> InputRefused:
    return InputRefused(message, remedy="Correct what is to be played.", code=code)
