"""Live pictures of a drone: a row of footage for each time that they are looked at, as it grows."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, insert, select, update

from models.audit import SYSTEM
from models.clock import Clock
from models.errors import InputRefused
from models.imagery import ImageryHitDraft, ImageryKind, ImageryResult, ImageryState
from models.store import audit
from models.store.database import Database
from models.store.tables import flight_run, imagery, imagery_hit

__all__ = ["LIVE_CUT", "LiveImageryRepository"]

LIVE_CUT: Final = "live_cut"
_LONGEST_NAME: Final = 80
_LARGEST: Final = 2**63 - 1


class LiveImageryRepository:
    """What is seen live, of one store; :class:`.ImageryRepository` reads it.

    Args:
        database: to work on.
        clock: for times of entry and the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(
        self, aircraft: str, run_id: int | None = None, *, stated_fov_deg: float | None = None
    ) -> int:
        """Begin to look.

        Args:
            aircraft: whose pictures.
            run_id: of the flight; None where it is none of the calendar's, or of no known flight.
            stated_fov_deg: full horizontal field of view by a person, (0, 180); None otherwise.

        Returns:
            The number of the footage, in the state ``live``.

        Raises:
            InputRefused: an aircraft without a name; code ``imagery_name``.
        """
        name = "".join(each for each in aircraft if each.isprintable() and each not in "/\\")
        name = name.strip()[:_LONGEST_NAME].strip()
        if not name:
            raise InputRefused("An aircraft has a name.", code="imagery_name")
        now = self._clock.now()
        with self._database.write() as connection:
            if run_id is not None:
                key = flight_run.c.run_id == max(0, min(run_id, _LARGEST))
                is_kept = connection.execute(select(flight_run.c.run_id).where(key)).one_or_none()
                run_id = None if is_kept is None else run_id
            newest = select(imagery.c.imagery_id).order_by(imagery.c.imagery_id.desc()).limit(1)
            before = connection.execute(newest).scalar() or 0
            (imagery_id,) = connection.execute(
                insert(imagery)
                .values(
                    key=f"live|{before}|{now.isoformat()}|{name}",
                    name=name,
                    sha256="",
                    size_bytes=0,
                    kind=ImageryKind.LIVE,
                    run_id=run_id,
                    zone="",
                    stated_fov_deg=stated_fov_deg,
                    author=SYSTEM,
                    entered_at=now,
                    round=1,
                    **_values(ImageryResult(ImageryState.LIVE)),
                )
                .returning(imagery.c.imagery_id)
            ).one()
            audit.append(
                connection,
                self._clock,
                actor=SYSTEM,
                action="imagery.added",
                subject=str(imagery_id),
                details={"file": name, "kind": ImageryKind.LIVE.value},
            )
        return int(imagery_id)

    def add_hits(self, imagery_id: int, hits: Sequence[ImageryHitDraft]) -> list[int]:
        """Keep what was found in a picture, at once.

        Returns:
            The numbers of the finds, in their order; none of footage that is live no more.
        """
        with self._database.write() as connection:
            live = select(imagery.c.imagery_id).where(*_live(imagery_id))
            if connection.execute(live).one_or_none() is None:
                return []
            numbers = []
            for hit in hits:
                values = {name: getattr(hit, name) for name in ImageryHitDraft.__slots__}
                (number,) = connection.execute(
                    insert(imagery_hit)
                    .values(imagery_id=imagery_id, **values)
                    .returning(imagery_hit.c.hit_id)
                ).one()
                numbers.append(int(number))
            return numbers

    def tell(self, hit_ids: Collection[int], observation_id: int) -> None:
        """Finds are part of an observation from now on, and lack nothing."""
        with self._database.write() as connection:
            connection.execute(
                update(imagery_hit)
                .where(imagery_hit.c.hit_id.in_(list(hit_ids)))
                .values(observation_id=observation_id, gaps=())
            )

    def keep(self, imagery_id: int, result: ImageryResult) -> bool:
        """Keep how far it is.

        Args:
            imagery_id: of it.
            result: ``live`` while it goes on, ``scored`` as its last.

        Returns:
            Whether it was kept: what has ended stays as it is.
        """
        with self._database.write() as connection:
            changed = connection.execute(
                update(imagery).where(*_live(imagery_id)).values(**_values(result))
            )
            return changed.rowcount == 1

    def end_left(self, but: Collection[int] = ()) -> int:
        """End what a process that is no more has left live.

        Args:
            but: numbers of those that go on.

        Returns:
            How many there were.
        """
        with self._database.write() as connection:
            changed = connection.execute(
                update(imagery)
                .where(
                    imagery.c.kind == ImageryKind.LIVE,
                    imagery.c.state == ImageryState.LIVE,
                    imagery.c.imagery_id.not_in(list(but)),
                )
                .values(
                    state=ImageryState.SCORED,
                    code=LIVE_CUT,
                    message="The watch ended while it looked.",
                    remedy="",
                )
            )
            return changed.rowcount


def _live(imagery_id: int) -> tuple[ColumnElement[bool], ...]:
    number = max(0, min(imagery_id, _LARGEST))
    return (imagery.c.imagery_id == number, imagery.c.state == ImageryState.LIVE)


def _values(result: ImageryResult) -> dict[str, object]:
    return {name: getattr(result, name) for name in ImageryResult.__slots__}
