"""The library of footage: each content once, its truth in versions, nothing overwritten."""

from dataclasses import replace
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from models.clock import Clock
from models.errors import Conflict, InputRefused, NotFound
from models.footage import Conditions, FootageKind, Light, Rights, Truth
from models.footage_library import (
    Footage,
    FootageDraft,
    FootageResult,
    FootageState,
    KeptTruth,
)
from models.frame import FrameMode
from models.store import audit
from models.store.columns import number_of
from models.store.database import Database
from models.store.footage_rows import (
    add_truth,
    check_draft,
    footage_of,
    load_footage,
    load_truths,
    values_of,
)
from models.store.tables import footage, footage_truth

__all__ = ["FootageRepository"]

_EMPTY: Final = FootageResult(FootageState.QUEUED)


class FootageRepository:
    """The library of one store; the files themselves lie elsewhere, named by their content.

    Args:
        database: to work on.
        clock: for times of entry and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, draft: FootageDraft, *, author: str) -> tuple[Footage, bool]:
        """Take a recording in; it waits to be looked through.

        The same content is taken once, whatever it is called.

        Returns:
            The recording, and whether it is new.

        Raises:
            InputRefused: no such recording can be (``footage_name``, ``footage_content``,
                ``footage_scene``, ``footage_rights``), or no author (``author_missing``).
        """
        check_draft(draft)
        if not author.strip():
            raise InputRefused("Footage needs somebody who handed it in.", code="author_missing")
        with self._database.write() as connection:
            known = connection.execute(
                select(footage).where(footage.c.key == draft.sha256)
            ).one_or_none()
            if known is not None:
                return footage_of(known), False
            row = connection.execute(
                insert(footage)
                .values(
                    key=draft.sha256,
                    **{name: getattr(draft, name) for name in FootageDraft.__slots__},
                    author=author,
                    entered_at=self._clock.now(),
                    version=1,
                    truth_version=0,
                    removed_by="",
                    **values_of(_EMPTY),
                )
                .returning(footage)
            ).one()
            self._note(
                connection,
                author,
                "footage.added",
                row.footage_id,
                {"file": draft.name, "kind": draft.kind, "key": draft.sha256},
            )
            return footage_of(row), True

    def get(self, footage_id: int) -> Footage:
        """One recording.

        Raises:
            NotFound: no such one, or it was removed; code ``no_such_footage``.
        """
        with self._database.read() as connection:
            return load_footage(connection, footage_id)

    def page(
        self,
        *,
        before: int | None = None,
        limit: int = 50,
        scene: str | None = None,
        kind: FootageKind | None = None,
        state: FootageState | None = None,
        light: Light | None = None,
        mode: FrameMode | None = None,
    ) -> list[Footage]:
        """Recordings, the newest number first.

        Args:
            before: only those with a smaller number; None for all.
            limit: at most so many.
            scene: only those of it; None for all.
            kind: likewise.
            state: likewise.
            light: only those of which somebody says so; None for all.
            mode: likewise.
        """
        wanted: list[ColumnElement[bool]] = [footage.c.removed_at.is_(None)]
        if before is not None:
            wanted.append(footage.c.footage_id < number_of(before))
        if scene is not None:
            wanted.append(footage.c.scene == scene)
        if kind is not None:
            wanted.append(footage.c.kind == kind)
        if state is not None:
            wanted.append(footage.c.state == state)
        query = select(footage).where(*wanted).order_by(footage.c.footage_id.desc())
        if light is None and mode is None:
            query = query.limit(limit)
        with self._database.read() as connection:
            found = map(footage_of, connection.execute(query))
            # Conditions are one text for the database; a library has thousands of recordings.
            fits = (one for one in found if _is_under(one.draft.conditions, light, mode))
            return list(islice(fits, limit))

    def next_queued(self) -> Footage | None:
        """The recording that waits longest; None when none does."""
        query = (
            select(footage)
            .where(footage.c.state == FootageState.QUEUED, footage.c.removed_at.is_(None))
            .order_by(footage.c.footage_id)
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else footage_of(row)

    def finish(self, footage_id: int, result: FootageResult) -> bool:
        """Keep what became of looking through a recording.

        Returns:
            Whether it was kept: of one that is finished or removed since, nothing is.
        """
        mine = (
            footage.c.footage_id == number_of(footage_id),
            footage.c.state == FootageState.QUEUED,
            footage.c.removed_at.is_(None),
        )
        with self._database.write() as connection:
            done = connection.execute(update(footage).where(*mine).values(**values_of(result)))
            return done.rowcount == 1

    def change(
        self,
        footage_id: int,
        *,
        scene: str,
        conditions: Conditions,
        rights: Rights,
        version: int,
        author: str,
    ) -> Footage:
        """Say anew under what it was taken and what may be done with it.

        Args:
            footage_id: of the recording.
            scene: whose pictures look alike.
            conditions: all of them.
            rights: all of them.
            version: that was read.
            author: who says so.

        Raises:
            NotFound: no such recording; code ``no_such_footage``.
            Conflict: it was changed since; code ``footage_changed``.
            InputRefused: as for :meth:`add`.
        """
        with self._database.write() as connection:
            known = load_footage(connection, footage_id)
            if known.version != version:
                raise Conflict(
                    f"Footage {footage_id} was changed since it was read.",
                    remedy="Read it anew, and change that.",
                    code="footage_changed",
                )
            draft = replace(known.draft, scene=scene, conditions=conditions, rights=rights)
            check_draft(draft)
            if draft == known.draft:
                return known
            connection.execute(
                update(footage)
                .where(footage.c.footage_id == known.footage_id)
                .values(scene=scene, conditions=conditions, rights=rights, version=version + 1)
            )
            told: audit.Details = {"file": draft.name, "version": version + 1}
            self._note(connection, author, "footage.changed", known.footage_id, told)
            return load_footage(connection, footage_id)

    def remove(self, footage_id: int, *, author: str) -> Footage:
        """Take a recording out of the library; what was said of it stays in the store.

        Its content may be handed in anew, as another recording.

        Returns:
            The recording as it was: its files may go now.

        Raises:
            NotFound: no such recording; code ``no_such_footage``.
        """
        with self._database.write() as connection:
            known = load_footage(connection, footage_id)
            told: audit.Details = {"file": known.draft.name, "key": known.draft.sha256}
            self._note(connection, author, "footage.removed", known.footage_id, told)
            connection.execute(
                update(footage)
                .where(footage.c.footage_id == known.footage_id)
                .values(
                    key=f"{known.draft.sha256}|{known.footage_id}",
                    removed_by=author,
                    removed_at=self._clock.now(),
                )
            )
            return known

    def is_kept(self, sha256: str) -> bool:
        """Whether a recording of the library has that content."""
        query = select(footage.c.footage_id).where(footage.c.key == sha256)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def truth(self, footage_id: int, version: int | None = None) -> KeptTruth | None:
        """The newest truth of a recording, or one of before; None while there is none.

        Raises:
            NotFound: no such recording (``no_such_footage``), or no such version
                (``no_such_truth``).
        """
        with self._database.read() as connection:
            known = load_footage(connection, footage_id)
            if version is None and known.truth_version == 0:
                return None
            wanted = known.truth_version if version is None else version
            found = load_truths(connection, known.footage_id, footage_truth.c.version == wanted)
        if not found:
            raise NotFound(
                f"Footage {footage_id} has no truth of version {version}.", code="no_such_truth"
            )
        return found[0]

    def truths(self, footage_id: int, *, limit: int = 100) -> list[KeptTruth]:
        """What was said of a recording so far, the newest first; at most so many.

        Raises:
            NotFound: no such recording; code ``no_such_footage``.
        """
        with self._database.read() as connection:
            known = load_footage(connection, footage_id)
            return load_truths(connection, known.footage_id, limit=limit)

    def put_truth(
        self, footage_id: int, truth: Truth, *, base: int, author: str, note: str = ""
    ) -> KeptTruth:
        """Say what is true of a recording; what was said before stays beside it.

        Args:
            footage_id: of the recording.
            truth: all of it.
            base: version that was read; 0 for none.
            author: who says so.
            note: in their words, up to 500 letters.

        Raises:
            NotFound: no such recording; code ``no_such_footage``.
            Conflict: somebody said something since; code ``truth_changed``.
            InputRefused: the note is too long (``footage_note``), there is too much of it
                (``truth_size``), or no author (``author_missing``).
        """
        with self._database.write() as connection:
            known = load_footage(connection, footage_id)
            return add_truth(
                connection, self._clock, known, truth, base=base, author=author, note=note
            )

    def _note(
        self,
        connection: Connection,
        author: str,
        action: str,
        footage_id: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(footage_id),
            details=details,
        )


def _is_under(conditions: Conditions, light: Light | None, mode: FrameMode | None) -> bool:
    return (light is None or conditions.light is light) and (
        mode is None or conditions.mode is mode
    )
