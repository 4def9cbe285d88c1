"""What was seen and did not become an alert; bounded by age and by number.

The oldest leave first. A candidate that became an alert may leave like any other: the alert stays.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from models.candidate import Candidate, CandidateDraft
from models.clock import Clock
from models.errors import InputRefused, NotFound
from models.store import audit
from models.store.database import Database
from models.store.tables import candidate
from models.suppression import Holder

__all__ = ["CandidateRepository"]

KEPT_FOR: Final = timedelta(days=30)
MOST_KEPT: Final = 5000
"""With their pictures about 40 MB."""

LARGEST_PICTURE: Final = 16 * 1024
_LARGEST: Final = 2**63 - 1
_TOLD: Final = (
    candidate.c.candidate_id,
    candidate.c.draft,
    candidate.c.noted_at,
    candidate.c.picture.is_not(None).label("has_picture"),
    candidate.c.alert_id,
    candidate.c.promoted_by,
)


class CandidateRepository:
    """The candidates of one store.

    Args:
        database: to work on.
        clock: for the time of notes and of audit entries, and for what is too old.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, drafts: Sequence[tuple[CandidateDraft, bytes | None]]) -> None:
        """Take candidates, new ones and newer knowledge of known ones, in one transaction.

        Args:
            drafts: each with a small JPEG, or None to keep the one that there is.

        Raises:
            InputRefused: a picture of more than 16 kB; code ``picture_too_large``.
        """
        if any(picture is not None and len(picture) > LARGEST_PICTURE for _, picture in drafts):
            raise InputRefused(
                f"A candidate's picture has at most {LARGEST_PICTURE} bytes.",
                code="picture_too_large",
            )
        with self._database.write() as connection:
            for draft, picture in drafts:
                self._note_one(connection, draft, picture)
            self._clear_away(connection)

    def became(self, key: str, alert_id: int) -> None:
        """Note that a track has become an alert by itself; without a candidate nothing happens."""
        with self._database.write() as connection:
            connection.execute(
                update(candidate).where(candidate.c.key == key).values(alert_id=alert_id)
            )

    def promoted(self, candidate_id: int, alert_id: int, *, author: str) -> Candidate:
        """Note that a person has made an alert of it; the first who does is kept.

        Raises:
            NotFound: no such candidate.
            InputRefused: no author; code ``author_missing``.
        """
        with self._database.write() as connection:
            known = _one(connection, candidate_id)
            if known.alert_id is not None:
                return known
            connection.execute(
                update(candidate)
                .where(candidate.c.candidate_id == candidate_id)
                .values(alert_id=alert_id, promoted_by=author)
            )
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="candidate.promoted",
                subject=str(candidate_id),
                details={"alert": alert_id, "key": known.draft.key},
            )
            return _one(connection, candidate_id)

    def get(self, candidate_id: int) -> Candidate:
        """One candidate.

        Raises:
            NotFound: no such candidate; it may have been cleared away.
        """
        with self._database.read() as connection:
            return _one(connection, candidate_id)

    def picture(self, candidate_id: int) -> bytes:
        """Its small JPEG.

        Raises:
            NotFound: no such candidate, or it has no picture.
        """
        with self._database.read() as connection:
            row = connection.execute(
                select(candidate.c.picture).where(_is(candidate_id))
            ).one_or_none()
        if row is None or row.picture is None:
            raise NotFound(f"Candidate {candidate_id} has no picture.")
        return bytes(row.picture)

    def newest(
        self,
        limit: int,
        before_id: int | None = None,
        held_by: Holder | None = None,
        *,
        with_alerted: bool = False,
    ) -> list[Candidate]:
        """Candidates, newest first.

        Args:
            limit: at most so many, at least 1.
            before_id: only candidates with a smaller number; None for all.
            held_by: only those; None for all.
            with_alerted: also what has become an alert by itself: there is nothing to review.

        Raises:
            InputRefused: a limit below 1.
        """
        if limit < 1:
            raise InputRefused(f"A limit of {limit} candidates is none.", remedy="Ask for more.")
        below = _LARGEST if before_id is None else max(0, min(before_id, _LARGEST))
        query = select(*_TOLD).where(candidate.c.candidate_id < below)
        if not with_alerted:
            query = query.where(or_(candidate.c.alert_id.is_(None), candidate.c.promoted_by != ""))
        if held_by is not None:
            query = query.where(candidate.c.held_by == held_by)
        query = query.order_by(candidate.c.candidate_id.desc()).limit(min(limit, _LARGEST))
        with self._database.read() as connection:
            return [_candidate(row) for row in connection.execute(query)]

    def _note_one(
        self, connection: Connection, draft: CandidateDraft, picture: bytes | None
    ) -> None:
        values: dict[str, Any] = {
            "draft": draft,
            "held_by": draft.held.by,
            "noted_at": self._clock.now(),
        }
        if picture is not None:
            values["picture"] = picture
        known = connection.execute(
            update(candidate).where(candidate.c.key == draft.key).values(**values)
        )
        if known.rowcount == 0:
            connection.execute(
                insert(candidate).values(
                    key=draft.key, camera_id=draft.camera_id, promoted_by="", **values
                )
            )

    def _clear_away(self, connection: Connection) -> None:
        connection.execute(
            delete(candidate).where(candidate.c.noted_at < self._clock.now() - KEPT_FOR)
        )
        oldest_kept = (
            select(candidate.c.candidate_id)
            .order_by(candidate.c.candidate_id.desc())
            .limit(1)
            .offset(MOST_KEPT - 1)
            .scalar_subquery()
        )
        connection.execute(delete(candidate).where(candidate.c.candidate_id < oldest_kept))


def _is(candidate_id: int) -> Any:  # noqa: ANN401  # SQLAlchemy's ColumnElement[bool], or False
    return candidate.c.candidate_id == max(0, min(candidate_id, _LARGEST))


def _one(connection: Connection, candidate_id: int) -> Candidate:
    row = connection.execute(select(*_TOLD).where(_is(candidate_id))).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no candidate {candidate_id}.", remedy="It may have been cleared away."
        )
    return _candidate(row)


def _candidate(row: Row[Any]) -> Candidate:
    return Candidate(
        candidate_id=row.candidate_id,
        draft=row.draft,
        noted_at=row.noted_at,
        has_picture=bool(row.has_picture),
        alert_id=row.alert_id,
        promoted_by=row.promoted_by,
    )
