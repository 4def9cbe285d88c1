"""Replays that people asked the watch for, and how far each is.

::

    QUEUED -> RUNNING -> DONE
       |         |-----> REFUSED    -> QUEUED, when a person has it go on
       |---------|-----> CANCELLED  -> QUEUED, likewise

One that is RUNNING when the watch dies is still RUNNING when it starts, and goes on before any
other.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from models.clock import Clock
from models.detection import ModelReference
from models.errors import Conflict, InputRefused
from models.events import EventKind
from models.replay_run import (
    ReplayDraft,
    ReplayHeadline,
    ReplayProgress,
    ReplayRun,
    ReplayState,
)
from models.store import audit, events
from models.store.columns import number_of
from models.store.database import Database
from models.store.replay_rows import (
    check_draft,
    check_footage,
    is_open,
    load_replay,
    replay_of,
)
from models.store.tables import replay

__all__ = ["MOST_WAITING", "ReplayRepository"]

MOST_WAITING: Final = 50
"""Replays that wait or are played."""
_PLAYED: Final = (ReplayState.RUNNING,)
_OPEN: Final = (ReplayState.QUEUED, ReplayState.RUNNING)
_LONGEST: Final = 2_000
"""Of a message: what a library says of a file may be long."""


class ReplayRepository:
    """The replays of one store; what came of them lies in files elsewhere.

    Args:
        database: to work on.
        clock: for times of asking, beginning and ending, and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ask(self, draft: ReplayDraft, *, author: str) -> ReplayRun:
        """Have something played, in its turn.

        Raises:
            InputRefused: no such replay can be (``replay_name``, ``replay_model``,
                ``replay_footage``, ``replay_empty``, ``replay_drill``, ``replay_sampling``), or no
                author (``author_missing``).
            NotFound: a recording is not in the library; code ``no_such_footage``.
            Conflict: one is not ready (``footage_not_ready``), or too much waits already
                (``replays_busy``).
        """
        check_draft(draft)
        if not author.strip():
            raise InputRefused("A replay needs somebody who asked.", code="author_missing")
        with self._database.write() as connection:
            self._check_room(connection)
            check_footage(connection, draft.footage)
            row = connection.execute(
                insert(replay)
                .values(
                    **{name: getattr(draft, name) for name in ReplayDraft.__slots__},
                    author=author,
                    asked_at=self._clock.now(),
                    state=ReplayState.QUEUED,
                    progress=ReplayProgress(recordings=len(draft.footage) + draft.drill_fires),
                    code="",
                    message="",
                    remedy="",
                    ended_by="",
                    removed_by="",
                )
                .returning(replay)
            ).one()
            told: audit.Details = {
                "name": draft.name,
                "model": draft.model,
                "count": len(draft.footage) + draft.drill_fires,
            }
            self._note(connection, author, "replay.asked", row.run_id, told)
            self._tell(connection, row.run_id)
            return replay_of(row)

    def get(self, run_id: int) -> ReplayRun:
        """One replay.

        Raises:
            NotFound: no such one, or it was removed; code ``no_such_replay``.
        """
        with self._database.read() as connection:
            return load_replay(connection, run_id)

    def page(
        self, *, before: int | None = None, limit: int = 50, gate_id: int | None = None
    ) -> list[ReplayRun]:
        """Replays, the newest number first.

        Args:
            before: only those with a smaller number; None for all.
            limit: at most so many.
            gate_id: only those that were played for this set; None for all.
        """
        wanted: list[ColumnElement[bool]] = [replay.c.removed_at.is_(None)]
        if before is not None:
            wanted.append(replay.c.run_id < number_of(before))
        if gate_id is not None:
            wanted.append(replay.c.gate_id == number_of(gate_id))
        query = select(replay).where(*wanted).order_by(replay.c.run_id.desc()).limit(limit)
        with self._database.read() as connection:
            return [replay_of(row) for row in connection.execute(query)]

    def next_open(self) -> ReplayRun | None:
        """What is to be played: one that was begun, else the one that waits longest, else None."""
        query = (
            select(replay)
            .where(replay.c.state.in_(_OPEN))
            .order_by(case((replay.c.state == ReplayState.RUNNING, 0), else_=1), replay.c.run_id)
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else replay_of(row)

    def begin(self, run_id: int, model: ModelReference) -> bool:
        """It is played from now on, or goes on.

        Args:
            run_id: of it.
            model: its weights.

        Returns:
            Whether it is; one that has ended meanwhile is not.

        Raises:
            NotFound: it was removed; code ``no_such_replay``.
        """
        with self._database.write() as connection:
            first_at = load_replay(connection, run_id).started_at
            return self._step(
                connection,
                run_id,
                _OPEN,
                state=ReplayState.RUNNING,
                weights=model,
                started_at=self._clock.now() if first_at is None else first_at,
            )

    def further(self, run_id: int, progress: ReplayProgress) -> bool:
        """Keep how far it is.

        Returns:
            Whether it is still to be played; one that was cancelled meanwhile is not.
        """
        with self._database.write() as connection:
            return self._step(connection, run_id, _PLAYED, progress=progress)

    def finish(self, run_id: int, headline: ReplayHeadline) -> bool:
        """Its files are there.

        Returns:
            Whether that was kept: of one that has ended, nothing is.
        """
        with self._database.write() as connection:
            return self._end(connection, run_id, ReplayState.DONE, _PLAYED, headline=headline)

    def refuse(self, run_id: int, *, code: str, message: str, remedy: str = "") -> bool:
        """Keep why nothing came of it; see :meth:`finish`."""
        with self._database.write() as connection:
            return self._end(
                connection,
                run_id,
                ReplayState.REFUSED,
                _OPEN,
                code=code,
                message=message[:_LONGEST],
                remedy=remedy[:_LONGEST],
            )

    def cancel(self, run_id: int, *, author: str) -> ReplayRun:
        """A person does not want it any more; what is finished of it stays on the disk.

        Raises:
            NotFound: no such replay; code ``no_such_replay``.
            Conflict: it has ended; code ``replay_ended``.
        """
        with self._database.write() as connection:
            known = load_replay(connection, run_id)
            if not self._end(connection, run_id, ReplayState.CANCELLED, _OPEN, ended_by=author):
                raise _ended(known)
            told: audit.Details = {"name": known.draft.name}
            self._note(connection, author, "replay.cancelled", known.run_id, told)
            return load_replay(connection, run_id)

    def resume(self, run_id: int, *, author: str) -> ReplayRun:
        """A person has it go on: one that was refused or cancelled waits again.

        Raises:
            NotFound: no such replay; code ``no_such_replay``.
            Conflict: it is done or has not ended (``replay_state``), or too much waits already
                (``replays_busy``).
        """
        with self._database.write() as connection:
            known = load_replay(connection, run_id)
            if known.state not in {ReplayState.REFUSED, ReplayState.CANCELLED}:
                raise Conflict(
                    f"Replay {run_id} is {known.state}.",
                    remedy="One that was refused or cancelled can go on.",
                    code="replay_state",
                )
            self._check_room(connection)
            connection.execute(
                update(replay)
                .where(replay.c.run_id == known.run_id)
                .values(
                    state=ReplayState.QUEUED,
                    ended_at=None,
                    code="",
                    message="",
                    remedy="",
                    ended_by="",
                )
            )
            told: audit.Details = {"name": known.draft.name}
            self._note(connection, author, "replay.resumed", known.run_id, told)
            self._tell(connection, known.run_id)
            return load_replay(connection, run_id)

    def remove(self, run_id: int, *, author: str) -> ReplayRun:
        """Take a replay out of the list; that it was is kept in the log of deeds.

        Returns:
            The replay as it was: its files may go now.

        Raises:
            NotFound: no such replay; code ``no_such_replay``.
            Conflict: it waits or is played (``replay_active``), or a frozen set was played for a
                release (``replay_of_gate``).
        """
        with self._database.write() as connection:
            known = load_replay(connection, run_id)
            if is_open(known.state):
                raise Conflict(
                    f"Replay {run_id} is {known.state}.",
                    remedy="Cancel it first.",
                    code="replay_active",
                )
            if known.draft.gate_id is not None and known.state is ReplayState.DONE:
                raise Conflict(
                    f"Replay {run_id} was played for a release, which is judged by it.",
                    remedy="Leave it: what a signature rests on is kept.",
                    code="replay_of_gate",
                )
            told: audit.Details = {"name": known.draft.name}
            self._note(connection, author, "replay.removed", known.run_id, told)
            connection.execute(
                update(replay)
                .where(replay.c.run_id == known.run_id)
                .values(removed_by=author, removed_at=self._clock.now())
            )
            self._tell(connection, known.run_id)
            return known

    def _end(
        self,
        connection: Connection,
        run_id: int,
        state: ReplayState,
        among: Collection[ReplayState],
        **values: object,
    ) -> bool:
        known = load_replay(connection, run_id)
        progress = replace(known.progress, left_s=None)
        if state is ReplayState.DONE:
            progress = replace(progress, finished=progress.recordings)
        ended_at = self._clock.now()
        return self._step(
            connection, run_id, among, state=state, ended_at=ended_at, progress=progress, **values
        )

    def _step(
        self,
        connection: Connection,
        run_id: int,
        among: Collection[ReplayState],
        **values: object,
    ) -> bool:
        mine = (replay.c.run_id == number_of(run_id), replay.c.state.in_(among))
        done = connection.execute(update(replay).where(*mine).values(**values)).rowcount == 1
        if done:
            self._tell(connection, run_id)
        return done

    def _check_room(self, connection: Connection) -> None:
        waiting = connection.execute(
            select(func.count()).select_from(replay).where(replay.c.state.in_(_OPEN))
        ).scalar_one()
        if waiting >= MOST_WAITING:
            raise Conflict(
                f"{waiting} replays wait already.",
                remedy="Ask again when some of them are done, or cancel one.",
                code="replays_busy",
            )

    def _tell(self, connection: Connection, run_id: int) -> None:
        events.append(connection, self._clock, EventKind.REPLAY_CHANGED, run_id)

    def _note(
        self,
        connection: Connection,
        author: str,
        action: str,
        run_id: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(run_id),
            details=details,
        )


def _ended(known: ReplayRun) -> Conflict:
    return Conflict(
        f"Replay {known.run_id} is {known.state}.",
        remedy="It has ended; there is nothing to cancel.",
        code="replay_ended",
    )
