"""The people who can be on duty.

Somebody who is removed stays by name, as they were on duty once; how they are reached is forgotten.
The audit log has people by their numbers only.
"""

from sqlalchemy import Connection, delete, insert, update

from models.clock import Clock
from models.duty import DutyPerson, PersonDraft, Post, check_person
from models.duty.plan import key_of
from models.errors import Conflict
from models.store import audit
from models.store.database import Database
from models.store.duty_rows import THERE, load_people, one_person, person_there, values_of
from models.store.tables import duty_leave, duty_person, duty_shift

__all__ = ["DutyPeople"]


class DutyPeople:
    """The people of one store's roster.

    Every method that writes takes the user name of its author, and raises InputRefused with code
    ``author_missing`` without one.

    Args:
        database: to work on.
        clock: for the times of changes and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def people(self, township: str | None = None) -> list[DutyPerson]:
        """Those that were not removed, by township, post in the order of calls, and name.

        Args:
            township: code; :data:`models.duty.DISTRICT` for the district's own, None for all.
        """
        wanted = () if township is None else (duty_person.c.township == township,)
        with self._database.read() as connection:
            found = load_people(connection, THERE, *wanted)
        posts = list(Post)
        return sorted(
            found,
            key=lambda one: (
                one.draft.township,
                posts.index(one.draft.post),
                one.draft.name,
                one.person_id,
            ),
        )

    def person(self, person_id: int) -> DutyPerson:
        """One of them, also who was removed.

        Raises:
            NotFound: nobody has this number.
        """
        with self._database.read() as connection:
            return one_person(connection, person_id)

    def add_person(self, draft: PersonDraft, *, author: str) -> DutyPerson:
        """Write somebody down.

        Raises:
            InputRefused: they cannot be called, see :func:`models.duty.check_person`.
            Conflict: somebody of this name has this post there; code ``duty_person_known``.
        """
        check_person(draft)
        with self._database.write() as connection:
            _refuse_known(connection, draft)
            written = insert(duty_person).values(values_of(draft, self._clock.now()))
            query = written.returning(duty_person.c.person_id)
            added = one_person(connection, connection.execute(query).scalar_one())
            self._audited(connection, author, "duty.person_added", added)
            return added

    def change_person(self, person_id: int, draft: PersonDraft, *, author: str) -> DutyPerson:
        """Write something else down of somebody; their shifts go with them.

        Raises:
            NotFound: nobody has this number.
            Conflict: they were removed, code ``duty_person_gone``; somebody else of this name has
                this post there, code ``duty_person_known``.
            InputRefused: they cannot be called, see :func:`models.duty.check_person`.
        """
        check_person(draft)
        with self._database.write() as connection:
            person_there(connection, person_id)
            _refuse_known(connection, draft, but=person_id)
            connection.execute(
                update(duty_person)
                .where(duty_person.c.person_id == person_id)
                .values(values_of(draft, self._clock.now()))
            )
            after = one_person(connection, person_id)
            self._audited(connection, author, "duty.person_changed", after)
            return after

    def remove_person(self, person_id: int, *, author: str) -> DutyPerson:
        """Take somebody off the roster.

        Telephone, note and the reasons of their leave are cleared, and shifts that have not begun
        are struck out; the name stays with the shifts that were.

        Raises:
            NotFound: nobody has this number.
            Conflict: they were removed already; code ``duty_person_gone``.
        """
        with self._database.write() as connection:
            person_there(connection, person_id)
            now = self._clock.now()
            connection.execute(
                update(duty_person)
                .where(duty_person.c.person_id == person_id)
                .values(phone="", note="", changed_at=now, removed_at=now)
            )
            connection.execute(
                update(duty_leave).where(duty_leave.c.person_id == person_id).values(reason="")
            )
            connection.execute(
                delete(duty_shift).where(
                    duty_shift.c.person_id == person_id, duty_shift.c.from_at >= now
                )
            )
            gone = one_person(connection, person_id)
            self._audited(connection, author, "duty.person_removed", gone)
            return gone

    def _audited(self, connection: Connection, actor: str, action: str, person: DutyPerson) -> None:
        draft = person.draft
        audit.append(
            connection,
            self._clock,
            actor=actor,
            action=action,
            subject=str(person.person_id),
            details={"township": draft.township, "village": draft.village, "post": draft.post},
        )


def _refuse_known(connection: Connection, draft: PersonDraft, but: int | None = None) -> None:
    """A sheet has no numbers of people: two of one name would get each other's telephone."""
    for one in load_people(connection, THERE, duty_person.c.township == draft.township):
        if key_of(one.draft) == key_of(draft) and one.person_id != but:
            raise Conflict(
                f"Person {one.person_id} of the roster has this name and post there.",
                remedy="Change what is written of them, or tell the two apart by their names.",
                code="duty_person_known",
            )
