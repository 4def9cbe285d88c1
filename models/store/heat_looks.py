"""Looks that heat proposes: opened once, decided once; and what is remembered of each view.

Every change writes its event in the same transaction, and every decision its audit entry.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    func,
    insert,
    select,
    update,
)

from models.clock import Clock
from models.errors import InputRefused
from models.events import EventKind
from models.heat_look import HeatLook, LookState, NoFireReason
from models.incident import Link
from models.observation import ObservationDraft
from models.store import audit, events
from models.store.columns import number_of
from models.store.database import Database
from models.store.heat_look_rows import (
    UNDECIDED,
    KeptWatch,
    LookDraft,
    check_author,
    check_note,
    load_look,
    load_looks,
    load_undecided,
    values_of,
)
from models.store.observations import ObservationRepository
from models.store.tables import heat_look, heat_watch

__all__ = ["HeatLookRepository"]


class HeatLookRepository:
    """The looks of one store.

    Every method that takes the number of a look raises NotFound with code ``no_such_look``; every
    one that takes an author raises InputRefused with code ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for times, events and the audit log.
        observations: where heat becomes evidence.
    """

    def __init__(
        self, database: Database, clock: Clock, observations: ObservationRepository
    ) -> None:
        self._database = database
        self._clock = clock
        self._observations = observations

    def get(self, look_id: int) -> HeatLook:
        """One look."""
        with self._database.read() as connection:
            return load_look(connection, look_id)

    def page(
        self,
        *,
        state: LookState | None = None,
        node_id: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[HeatLook]:
        """Looks, the newest number first.

        Args:
            state: only those; None for all.
            node_id: only those of it; None for all.
            before: only those with a smaller number; None for all.
            limit: at most so many.
        """
        wanted: list[ColumnElement[bool]] = []
        if state is not None:
            wanted.append(heat_look.c.state == state)
        if node_id is not None:
            wanted.append(heat_look.c.node_id == node_id)
        if before is not None:
            wanted.append(heat_look.c.look_id < number_of(before))
        with self._database.read() as connection:
            return load_looks(connection, *wanted, limit=limit)

    def undecided(self) -> list[HeatLook]:
        """Every look that waits for somebody, the newest first."""
        with self._database.read() as connection:
            return load_looks(connection, heat_look.c.state.in_(UNDECIDED))

    def recent(self, node_id: str, since: datetime) -> list[HeatLook]:
        """Looks of a node that wait for somebody, and those that were decided since (UTC)."""
        table = heat_look.c
        with self._database.read() as connection:
            return load_looks(
                connection,
                table.node_id == node_id,
                table.state.in_(UNDECIDED) | (table.decided_at >= since),
            )

    def untaught(self, node_id: str) -> list[HeatLook]:
        """Looks of a node that were no fire, of which its watch does not know yet; oldest first."""
        table = heat_look.c
        wanted = (table.node_id == node_id, table.state == LookState.NO_FIRE)
        with self._database.read() as connection:
            return load_looks(connection, *wanted, table.is_taught.is_(False))[::-1]

    def waiting(self) -> int:
        """How many are open: nobody has decided, and nobody looks."""
        query = select(func.count()).where(heat_look.c.state == LookState.OPEN)
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def open(self, draft: LookDraft) -> tuple[HeatLook, bool]:
        """Propose a look; the same heat of the same frame proposes once.

        Returns:
            The look, as it is by now, and whether it is new.
        """
        with self._database.write() as connection:
            known = load_looks(connection, heat_look.c.key == draft.key)
            if known:
                return known[0], False
            look_id = connection.execute(
                insert(heat_look)
                .values(
                    key=draft.key,
                    node_id=draft.node_id,
                    **values_of(draft),
                    opened_at=self._clock.now(),
                    state=LookState.OPEN,
                    decided_by="",
                    note="",
                    is_drill=draft.is_drill,
                    is_taught=False,
                )
                .returning(heat_look.c.look_id)
            ).scalar_one()
            self._tell(connection, look_id)
            return load_look(connection, look_id), True

    def see(self, look_id: int, draft: LookDraft) -> HeatLook:
        """Keep how the heat of a look is by now; one that is decided stays decided."""
        with self._database.write() as connection:
            known = load_look(connection, look_id)
            if (known.event, known.frame_id) == (draft.event, draft.frame_id):
                return known
            return self._change(connection, look_id, **values_of(draft))

    def send(self, look_id: int, *, author: str, what: str) -> HeatLook:
        """Somebody has a camera or a drone look.

        Args:
            look_id: of the look.
            author: user name.
            what: looks: a camera's key or an aircraft's name.

        Raises:
            Conflict: it is decided; code ``look_decided``.
        """
        check_author(author)
        with self._database.write() as connection:
            known = load_undecided(connection, look_id)
            self._note(connection, author, "look.ordered", known, {"name": what})
            if known.state is LookState.LOOKING:
                return known
            return self._change(connection, look_id, state=LookState.LOOKING)

    def confirm(
        self,
        look_id: int,
        draft: ObservationDraft,
        *,
        author: str,
        note: str = "",
        link: Link | None = None,
    ) -> HeatLook:
        """The heat is evidence of a fire: it is told as an observation, in the same transaction.

        Args:
            look_id: of the look.
            draft: of the observation.
            author: user name, or ``system``.
            note: in their words.
            link: the fire that it belongs to; one of its own when left out.

        Raises:
            Conflict: it is decided; code ``look_decided``.
            InputRefused: the note is too long (``look_note``), or no such observation can be.
        """
        check_note(note)
        check_author(author)
        with self._database.write() as connection:
            known = load_undecided(connection, look_id)
            told, _ = self._observations.add_within(
                connection,
                draft,
                author=author,
                key=f"look-{known.look_id}",
                link=link,
                is_drill=known.is_drill,
            )
            self._note(
                connection,
                author,
                "look.confirmed",
                known,
                {"of": told.incident_id, "note": note},
            )
            return self._decide(
                connection,
                known.look_id,
                LookState.FIRE,
                author,
                note,
                observation_id=told.observation_id,
            )

    def dismiss(
        self, look_id: int, reason: NoFireReason, *, author: str, note: str = ""
    ) -> HeatLook:
        """Somebody has looked, or knows: it is no fire.

        Raises:
            Conflict: it is decided; code ``look_decided``.
            InputRefused: the note is too long, or is missing for another reason (``look_note``).
        """
        check_note(note)
        check_author(author)
        if reason is NoFireReason.OTHER and not note.strip():
            raise InputRefused(
                "Another reason needs a note.", remedy="Say what it was.", code="look_note"
            )
        with self._database.write() as connection:
            known = load_undecided(connection, look_id)
            details: audit.Details = {"reason": reason, "note": note}
            self._note(connection, author, "look.dismissed", known, details)
            return self._decide(
                connection, known.look_id, LookState.NO_FIRE, author, note, reason=reason
            )

    def fade(self, look_id: int, *, author: str) -> HeatLook:
        """The heat went without anybody looking; one that is not open stays as it is."""
        check_author(author)
        with self._database.write() as connection:
            known = load_look(connection, look_id)
            if known.state is not LookState.OPEN:
                return known
            return self._decide(connection, known.look_id, LookState.FADED, author, "")

    def watch(self, node_id: str) -> KeptWatch | None:
        """What is remembered of a node's view; None of one that was never looked at."""
        query = select(heat_watch).where(heat_watch.c.node_id == node_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else KeptWatch(row.followed_at, row.memory)

    def keep_watch(self, node_id: str, kept: KeptWatch, *, taught: Collection[int] = ()) -> None:
        """Remember a node's view, instead of what was remembered before.

        Args:
            node_id: of the node.
            kept: by now.
            taught: numbers of looks that it was told of since.
        """
        with self._database.write() as connection:
            if taught:
                connection.execute(
                    update(heat_look)
                    .where(heat_look.c.look_id.in_(sorted(taught)))
                    .values(is_taught=True)
                )
            connection.execute(delete(heat_watch).where(heat_watch.c.node_id == node_id))
            connection.execute(
                insert(heat_watch).values(
                    node_id=node_id, followed_at=kept.followed_at, memory=kept.state
                )
            )

    def _decide(
        self,
        connection: Connection,
        look_id: int,
        state: LookState,
        author: str,
        note: str,
        **more: object,
    ) -> HeatLook:
        return self._change(
            connection,
            look_id,
            state=state,
            decided_by=author,
            decided_at=self._clock.now(),
            note=note,
            **more,
        )

    def _change(self, connection: Connection, look_id: int, **values: object) -> HeatLook:
        connection.execute(update(heat_look).where(heat_look.c.look_id == look_id).values(**values))
        self._tell(connection, look_id)
        return load_look(connection, look_id)

    def _tell(self, connection: Connection, look_id: int) -> None:
        events.append(connection, self._clock, EventKind.LOOK_CHANGED, look_id)

    def _note(
        self,
        connection: Connection,
        author: str,
        action: str,
        look: HeatLook,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(look.look_id),
            details={"key": look.node_id, **details},
        )
