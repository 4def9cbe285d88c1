"""Pairs of cameras of one head, and where the picture of heat of each lies in the visible one.

A pair goes with either of its cameras, and its registrations with the pair: those of another camera
would say that heat stands where it does not.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from models.clock import Clock
from models.dual import DualPair, PairRegistration
from models.errors import NotFound
from models.events import EventKind
from models.store import audit, events
from models.store.database import Database
from models.store.dual_rows import (
    check_pair,
    check_registration,
    fov_deg,
    load_pair,
    load_registrations,
    pair_of,
    preset_numbers,
)
from models.store.tables import dual_pair, dual_registration

__all__ = ["DualRepository"]

_KEPT: Final = ("preset", "matrix", "doubt_share", "score", "source", "state", "made_at")


class DualRepository:
    """The pairs of one store; any thread may use it.

    Args:
        database: to work on.
        clock: for the times of events and of the log of deeds.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def pairs(self) -> Sequence[DualPair]:
        """Every pair, by its visible camera."""
        query = select(dual_pair).order_by(dual_pair.c.visible_id)
        with self._database.read() as connection:
            return [pair_of(row) for row in connection.execute(query)]

    def pair(self, visible_id: str) -> DualPair:
        """The pair of a visible camera.

        Raises:
            NotFound: it is the visible one of no pair; code ``no_such_pair``.
        """
        with self._database.read() as connection:
            return pair_of(load_pair(connection, visible_id))

    def put(self, pair: DualPair, author: str) -> DualPair:
        """Make two cameras a pair, or change it; the same again changes nothing.

        With another camera of heat the registrations go; with another rule they stay.

        Args:
            pair: of two cameras that are there.
            author: who says so, for the log of deeds.

        Raises:
            NotFound: no such camera.
            InputRefused: they cannot be one, see :func:`models.store.dual_rows.check_pair`; or no
                author (``author_missing``).
        """
        with self._database.write() as connection:
            mine = dual_pair.c.visible_id == pair.visible_id
            known = connection.execute(select(dual_pair).where(mine)).one_or_none()
            if known is not None and pair_of(known) == pair:
                return pair
            check_pair(connection, pair)
            values = {"thermal_id": pair.thermal_id, "rule": pair.rule}
            if known is None:
                number = connection.execute(
                    insert(dual_pair)
                    .values(visible_id=pair.visible_id, **values)
                    .returning(dual_pair.c.number)
                ).scalar_one()
            else:
                number = known.number
                connection.execute(update(dual_pair).where(mine).values(**values))
                if known.thermal_id != pair.thermal_id:
                    of_pair = dual_registration.c.number == number
                    connection.execute(delete(dual_registration).where(of_pair))
            told: audit.Details = {"thermal": pair.thermal_id, "rule": pair.rule.value}
            self._note(connection, author, "dual.paired", pair.visible_id, told)
            events.append(connection, self._clock, EventKind.CAMERA_CHANGED, number)
            return pair

    def remove(self, visible_id: str, author: str) -> None:
        """Part a pair; its registrations go.

        Args:
            visible_id: of its visible camera.
            author: who says so.

        Raises:
            NotFound: it is the visible one of no pair; code ``no_such_pair``.
            InputRefused: no author; code ``author_missing``.
        """
        with self._database.write() as connection:
            known = load_pair(connection, visible_id)
            connection.execute(delete(dual_pair).where(dual_pair.c.number == known.number))
            told: audit.Details = {"thermal": known.thermal_id}
            self._note(connection, author, "dual.unpaired", visible_id, told)
            events.append(connection, self._clock, EventKind.CAMERA_CHANGED, known.number)

    def registrations(self, visible_id: str) -> Sequence[PairRegistration]:
        """Of a pair, by preset; none of a camera that is the visible one of no pair.

        One whose preset was zoomed since it was confirmed last reads ``drifted``.
        """
        with self._database.read() as connection:
            return load_registrations(connection, visible_id)

    def registration(self, visible_id: str, preset: int) -> PairRegistration | None:
        """Of one preset, as of :meth:`registrations`; None where there is none."""
        with self._database.read() as connection:
            found = load_registrations(connection, visible_id, preset)
        return found[0] if found else None

    def keep(
        self,
        registration: PairRegistration,
        author: str,
        *,
        instead_of: PairRegistration | None = None,
    ) -> bool:
        """Keep a registration, or what a check said of the one that there is.

        What changes it, its source or its state is a deed; that it was found to be the same once
        more is none.

        Args:
            registration: of a preset that is there.
            author: who found it: a user, or ``system``.
            instead_of: that the caller has judged by; None for whatever there is. Whoever computes
                for seconds must not write over what a person has shown meanwhile.

        Returns:
            Whether it was kept: instead of another one than the caller's, nothing is.

        Raises:
            NotFound: no such pair (``no_such_pair``) or preset (``no_such_preset``).
            InputRefused: it is none, code ``dual_matrix``; or no author (``author_missing``).
        """
        check_registration(registration)
        with self._database.write() as connection:
            pair = load_pair(connection, registration.visible_id)
            preset = registration.preset
            if preset not in preset_numbers(connection, registration.visible_id):
                raise NotFound(
                    f"Camera {registration.visible_id} has no preset {preset}.",
                    code="no_such_preset",
                )
            known = load_registrations(connection, registration.visible_id, preset)
            if instead_of is not None and known != [instead_of]:
                return False
            self._write(connection, pair, registration)
            if known and _judged(known[0]) == _judged(registration):
                return True
            is_check = bool(known) and _place(known[0]) == _place(registration)
            deed = "dual.checked" if is_check else "dual.registered"
            told: audit.Details = {
                "preset": preset,
                "method": registration.source.value,
                "state": registration.state.value,
            }
            self._note(connection, author, deed, registration.visible_id, told)
            events.append(connection, self._clock, EventKind.CAMERA_CHANGED, pair.number)
            return True

    @staticmethod
    def _write(connection: Connection, pair: Row[Any], found: PairRegistration) -> None:
        mine = (
            dual_registration.c.number == pair.number,
            dual_registration.c.preset == found.preset,
        )
        connection.execute(delete(dual_registration).where(*mine))
        connection.execute(
            insert(dual_registration).values(
                number=pair.number,
                checked_at=found.checked_at,
                visible_fov_deg=fov_deg(connection, pair.visible_id, found.preset),
                thermal_fov_deg=fov_deg(connection, pair.thermal_id, found.preset),
                **{name: getattr(found, name) for name in _KEPT},
            )
        )

    def _note(
        self,
        connection: Connection,
        author: str,
        action: str,
        visible_id: str,
        details: audit.Details,
    ) -> None:
        audit.append(
            connection,
            self._clock,
            actor=author,
            action=action,
            subject=visible_id,
            details=details,
        )


def _place(found: PairRegistration) -> tuple[object, ...]:
    return found.matrix, found.source


def _judged(found: PairRegistration) -> tuple[object, ...]:
    return *_place(found), found.state
