"""The wind of the day, as monitors entered it; nothing of it is ever deleted."""

from sqlalchemy import insert, select

from models.clock import Clock
from models.errors import InputRefused
from models.store import audit
from models.store.database import Database
from models.store.tables import wind_entry
from models.wind import Wind, check_wind

__all__ = ["WindRepository"]


class WindRepository:
    """The winds of one store.

    Args:
        database: to work on.
        clock: for the times of entries and of the audit log.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def enter(self, from_deg: float, speed_m_s: float, *, author: str) -> Wind:
        """Say where the wind comes from now.

        Args:
            from_deg: clockwise from true north, [0, 360).
            speed_m_s: [0, 60]; a calm has 0.
            author: user name.

        Raises:
            InputRefused: a wind that cannot be, code ``wind_refused``; no author, code
                ``author_missing``.
        """
        check_wind(from_deg, speed_m_s)
        if not author.strip():
            raise InputRefused("An entry needs its author.", code="author_missing")
        with self._database.write() as connection:
            wind = Wind(from_deg, speed_m_s, self._clock.now(), author)
            connection.execute(
                insert(wind_entry).values(
                    from_deg=from_deg, speed_m_s=speed_m_s, author=author, at=wind.at
                )
            )
            audit.append(
                connection,
                self._clock,
                actor=author,
                action="wind.entered",
                subject=f"{from_deg:g}",
                details={"speed_m_s": f"{speed_m_s:g}"},
            )
            return wind

    def last(self) -> Wind | None:
        """The newest entry, however old; None where nobody has made one."""
        query = select(wind_entry).order_by(wind_entry.c.entry_id.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Wind(row.from_deg, row.speed_m_s, row.at, row.author)
