"""The release gate: sets that nobody changes, verdicts that nobody overrules, what is in force."""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select, update

from models.audit import SYSTEM
from models.clock import Clock
from models.detection import ModelReference
from models.errors import Conflict, InputRefused
from models.events import EventKind
from models.release import (
    Activation,
    FrozenSet,
    FrozenSetDraft,
    GateCheck,
    GateRule,
    Release,
    ReleaseDraft,
    ReleaseState,
)
from models.store import audit, events
from models.store.database import Database
from models.store.release_rows import (
    activation_of,
    check_in_force,
    check_note,
    check_set,
    check_state,
    load_activation,
    load_release,
    load_set,
    newest,
    release_of,
    set_of,
)
from models.store.tables import frozen_set, model_activation, model_release

__all__ = ["ReleaseRepository"]


_DEED: Final = {
    ReleaseState.SIGNED: "model.release_signed",
    ReleaseState.DECLINED: "model.release_declined",
}


class ReleaseRepository:
    """Frozen sets, releases and activations of one store; none is ever changed or removed.

    Args:
        database: to work on.
        clock: for times of entry and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def freeze(self, draft: FrozenSetDraft, *, sha256: str, author: str) -> FrozenSet:
        """Freeze a set.

        Args:
            draft: what it holds.
            sha256: of all that, 64 hexadecimal digits.
            author: who freezes it.

        Raises:
            InputRefused: no such set can be (``set_name``, ``set_footage``, ``set_unlabelled``,
                ``set_drills``, ``model_note``), or no author (``author_missing``).
            Conflict: the same is frozen already and in use; code ``set_known``.
        """
        check_set(draft, sha256)
        _check_author(author)
        with self._database.write() as connection:
            same = select(frozen_set.c.gate_id).where(
                frozen_set.c.sha256 == sha256, frozen_set.c.retired_at.is_(None)
            )
            known = connection.execute(same.limit(1)).scalar()
            if known is not None:
                raise Conflict(
                    f"The set {known} holds the same already.",
                    remedy="Use that one.",
                    code="set_known",
                )
            values = {name: getattr(draft, name) for name in FrozenSetDraft.__slots__}
            row = connection.execute(
                insert(frozen_set)
                .values(
                    **values,
                    sha256=sha256,
                    author=author,
                    frozen_at=self._clock.now(),
                    retired_by="",
                )
                .returning(frozen_set)
            ).one()
            told: audit.Details = {"name": draft.name, "key": sha256, "count": len(draft.footage)}
            self._note(connection, author, "model.set_frozen", row.gate_id, told)
            return set_of(row)

    def retire(self, gate_id: int, *, author: str) -> FrozenSet:
        """Judge by a set no more; one that is retired stays as it is.

        Raises:
            NotFound: no such set; code ``no_such_set``.
            InputRefused: no author; code ``author_missing``.
        """
        _check_author(author)
        with self._database.write() as connection:
            known = load_set(connection, gate_id)
            if known.retired_at is not None:
                return known
            now = self._clock.now()
            connection.execute(
                update(frozen_set)
                .where(frozen_set.c.gate_id == known.gate_id)
                .values(retired_by=author, retired_at=now)
            )
            told: audit.Details = {"name": known.draft.name}
            self._note(connection, author, "model.set_retired", known.gate_id, told)
            return replace(known, retired_by=author, retired_at=now)

    def get_set(self, gate_id: int) -> FrozenSet:
        """One set.

        Raises:
            NotFound: no such one; code ``no_such_set``.
        """
        with self._database.read() as connection:
            return load_set(connection, gate_id)

    def sets(self, *, limit: int = 100) -> list[FrozenSet]:
        """Sets, the newest first, retired ones included; at most so many."""
        return [set_of(row) for row in self._newest(frozen_set, limit)]

    def propose(
        self,
        draft: ReleaseDraft,
        *,
        candidate: ModelReference,
        incumbent: ModelReference,
        checks: tuple[GateCheck, ...],
        author: str,
    ) -> Release:
        """Keep a release with its verdict: it passes when every rule was checked and is kept.

        Args:
            draft: as it was asked for.
            candidate: the new weights.
            incumbent: those that they were held against.
            checks: one a rule.
            author: who asks.

        Raises:
            NotFound: no such set; code ``no_such_set``.
            Conflict: the set is retired; code ``set_retired``.
            InputRefused: a rule was not checked, or more than once (``release_unchecked``), the
                note is too long (``model_note``), or no author (``author_missing``).
        """
        check_note(draft.note)
        _check_author(author)
        if sorted(one.rule for one in checks) != sorted(GateRule):
            raise InputRefused("A verdict has one word of every rule.", code="release_unchecked")
        passes = all(one.passes for one in checks)
        with self._database.write() as connection:
            known = load_set(connection, draft.gate_id)
            if known.retired_at is not None:
                raise Conflict(
                    f"The set {known.gate_id} is retired.",
                    remedy="Replay both models on a set that is in use.",
                    code="set_retired",
                )
            row = connection.execute(
                insert(model_release)
                .values(
                    **{name: getattr(draft, name) for name in ReleaseDraft.__slots__},
                    candidate=candidate,
                    incumbent=incumbent,
                    checks=checks,
                    state=ReleaseState.PASSED if passes else ReleaseState.FAILED,
                    author=author,
                    asked_at=self._clock.now(),
                    decided_by="",
                    decision_note="",
                )
                .returning(model_release)
            ).one()
            told = _told(candidate) | {"state": row.state.value}
            self._note(connection, author, "model.release_proposed", row.release_id, told)
            return release_of(row)

    def decide(self, release_id: int, *, signs: bool, author: str, note: str = "") -> Release:
        """Sign or decline a release that has passed; one that is decided so stays as it is.

        Args:
            release_id: of it.
            signs: False declines.
            author: who decides.
            note: in their words, up to 500 letters.

        Raises:
            NotFound: no such release; code ``no_such_release``.
            Conflict: the gate holds it back (``release_failed``), or it was decided otherwise
                (``release_not_passed``).
            InputRefused: the note is too long (``model_note``), or no author (``author_missing``).
        """
        check_note(note)
        _check_author(author)
        state = ReleaseState.SIGNED if signs else ReleaseState.DECLINED
        with self._database.write() as connection:
            known = load_release(connection, release_id)
            if known.state is state:
                return known
            check_state(known, ReleaseState.PASSED)
            now = self._clock.now()
            connection.execute(
                update(model_release)
                .where(model_release.c.release_id == known.release_id)
                .values(state=state, decided_by=author, decided_at=now, decision_note=note)
            )
            deed = _DEED[state]
            told = _told(known.candidate) | {"note": note}
            self._note(connection, author, deed, known.release_id, told)
            return replace(
                known, state=state, decided_by=author, decided_at=now, decision_note=note
            )

    def get_release(self, release_id: int) -> Release:
        """One release.

        Raises:
            NotFound: no such one; code ``no_such_release``.
        """
        with self._database.read() as connection:
            return load_release(connection, release_id)

    def releases(self, *, limit: int = 50) -> list[Release]:
        """Releases, the newest first; at most so many."""
        return [release_of(row) for row in self._newest(model_release, limit)]

    def activate(self, release_id: int, *, in_force: ModelReference, author: str) -> Activation:
        """Put a signed release into force.

        Before the first one, what the settings name is in force: it is written down too, so that
        there is something to go back to.

        Args:
            release_id: of it.
            in_force: the settings' model; asked for while nothing was activated.
            author: who does it.

        Raises:
            NotFound: no such release; code ``no_such_release``.
            Conflict: it is not signed (``release_not_signed``, ``release_failed``), or was judged
                against another model than the one in force (``release_outdated``).
            InputRefused: no author; code ``author_missing``.
        """
        _check_author(author)
        with self._database.write() as connection:
            known = load_release(connection, release_id)
            check_state(known, ReleaseState.SIGNED)
            before = newest(connection)
            check_in_force(in_force if before is None else before.model, known)
            if before is None:
                self._enter(connection, known.incumbent, None, SYSTEM, "")
            return self._enter(connection, known.candidate, known.release_id, author, "")

    def go_back(self, activation_id: int, *, note: str, author: str) -> Activation:
        """Put a model into force that was so before.

        Args:
            activation_id: of when it went into force.
            note: why, 1 to 500 letters.
            author: who does it.

        Raises:
            NotFound: no such activation; code ``no_such_activation``.
            Conflict: its model is in force; code ``model_in_force``.
            InputRefused: no note (``model_note``), or no author (``author_missing``).
        """
        check_note(note, needed=True)
        _check_author(author)
        with self._database.write() as connection:
            known = load_activation(connection, activation_id)
            now_in_force = newest(connection) or known
            if now_in_force.model == known.model:
                raise Conflict(
                    f"{known.model.name} {known.model.version} is in force.",
                    remedy="Choose another one to go back to.",
                    code="model_in_force",
                )
            return self._enter(connection, known.model, None, author, note)

    def get_activation(self, activation_id: int) -> Activation:
        """One activation.

        Raises:
            NotFound: no such one; code ``no_such_activation``.
        """
        with self._database.read() as connection:
            return load_activation(connection, activation_id)

    def activations(self, *, limit: int = 50) -> list[Activation]:
        """What went into force, the newest first; at most so many. The first of all is in force."""
        return [activation_of(row) for row in self._newest(model_activation, limit)]

    def _enter(
        self,
        connection: Connection,
        model: ModelReference,
        release_id: int | None,
        author: str,
        note: str,
    ) -> Activation:
        row = connection.execute(
            insert(model_activation)
            .values(
                model=model, release_id=release_id, author=author, at=self._clock.now(), note=note
            )
            .returning(model_activation)
        ).one()
        if author != SYSTEM:
            deed = "model.activated" if release_id is not None else "model.rolled_back"
            self._note(connection, author, deed, row.activation_id, _told(model) | {"note": note})
        return activation_of(row)

    def _newest(self, table: Table, limit: int) -> list[Any]:
        (key,) = table.primary_key.columns
        with self._database.read() as connection:
            return list(connection.execute(select(table).order_by(key.desc()).limit(limit)))

    def _note(
        self,
        connection: Connection,
        author: str,
        action: str,
        number: int,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=str(number),
            details=details,
        )
        events.append(connection, self._clock, EventKind.MODEL_CHANGED, number)


def _told(model: ModelReference) -> audit.Details:
    return {"name": f"{model.name} {model.version}", "key": model.sha256}


def _check_author(author: str) -> None:
    if not author.strip():
        raise InputRefused("This needs somebody who does it.", code="author_missing")
