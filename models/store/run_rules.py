"""What a flight must not do, asked inside the transaction in which it would; each with its code."""

from typing import Final

from sqlalchemy import Connection, select

from models.errors import Conflict, InputRefused, NotFound
from models.flight import FINAL, NEXT, Run, RunState
from models.store.run_rows import LARGEST, FlownSweep
from models.store.tables import flight_run, incident, schedule, schedule_version

__all__ = [
    "IN_HAND",
    "LONGEST_KEY",
    "OPEN",
    "check_author",
    "check_follows",
    "check_free",
    "check_incident",
    "check_mission",
    "check_release",
    "check_wish",
    "outside",
    "wrong_state",
]

OPEN: Final = frozenset({RunState.PLANNED, RunState.WAITING})
"""States in which nobody has a flight in hand."""

IN_HAND: Final = frozenset(RunState) - FINAL - OPEN
"""States in which a flight holds its aircraft."""

LONGEST_KEY: Final = 200


def check_author(author: str) -> None:
    """Refuse a deed of nobody; code ``author_missing``."""
    if not author.strip():
        raise InputRefused("A flight needs somebody who says so.", code="author_missing")


def check_follows(run: Run, state: RunState) -> None:
    """Refuse a state that does not follow; code ``run_state``."""
    if state not in NEXT[run.state]:
        raise wrong_state(run, f"made {state}")


def check_mission(run: Run, flown: FlownSweep) -> None:
    """Refuse what there is nothing to fly of, or nothing to fly it with; code ``run_no_mission``.

    Args:
        run: the flight.
        flown: the version of its sweep that it would fly.
    """
    if flown.is_retired or not 1 <= run.sortie <= flown.sorties or not run.aircraft.strip():
        raise Conflict(
            f"There is no flight {run.sortie} of sweep {run.sweep_id}, or no aircraft for it.",
            remedy="Look whether the sweep was retired, and name an aircraft.",
            code="run_no_mission",
        )


def check_free(connection: Connection, run: Run) -> None:
    """Refuse an aircraft that another flight has; code ``run_aircraft_busy``."""
    table = flight_run.c
    query = select(table.run_id).where(
        table.aircraft == run.aircraft, table.state.in_(IN_HAND), table.run_id != run.run_id
    )
    other = connection.execute(query.limit(1)).scalar_one_or_none()
    if other is not None:
        raise Conflict(
            f"{run.aircraft} is in flight {other}.",
            remedy="Wait until that has ended.",
            code="run_aircraft_busy",
        )


def check_release(connection: Connection, run: Run) -> None:
    """Refuse a start that nobody has released; code ``run_not_released``.

    A schedule that needs no release stands for one, as it is now.
    """
    if run.released_at is not None:
        return
    query = (
        select(schedule_version.c.schedule)
        .join(schedule, schedule.c.schedule_id == schedule_version.c.schedule_id)
        .where(
            schedule.c.schedule_id == run.schedule_id,
            schedule.c.version == schedule_version.c.version,
            schedule.c.retired_at.is_(None),
        )
    )
    kept = connection.execute(query).scalar_one_or_none()
    if kept is None or kept.needs_release or not kept.is_enabled:
        raise Conflict(
            f"Nobody has released flight {run.run_id}.",
            remedy="A person looks at it, and releases it.",
            code="run_not_released",
        )


def check_incident(connection: Connection, incident_id: int | None) -> None:
    """Refuse a look at what is not there, with NotFound."""
    if incident_id is None:
        return
    key = incident.c.incident_id == max(0, min(incident_id, LARGEST))
    if connection.execute(select(incident.c.incident_id).where(key)).one_or_none() is None:
        raise NotFound(f"There is no fire {incident_id}.")


def check_wish(known: Run, wish: Run) -> None:
    """Refuse a key under which another flight was asked for; code ``run_key``."""
    asked = ("incident_id", "sweep_id", "sweep_version", "sortie", "aircraft", "due_at", "until_at")
    if any(getattr(known, name) != getattr(wish, name) for name in asked):
        raise Conflict(
            "Another flight was asked for under this key.",
            remedy="Ask under a new key.",
            code="run_key",
        )


def wrong_state(run: Run, deed: str) -> Conflict:
    """That a flight is not in a state for a deed; code ``run_state``."""
    return Conflict(
        f"Flight {run.run_id} is {run.state}, and cannot be {deed}.",
        remedy="Load it again, and look what became of it.",
        code="run_state",
    )


def outside(run: Run) -> Conflict:
    """That it is not the time for a flight; code ``run_window``."""
    return Conflict(
        f"Flight {run.run_id} may start from {run.due_at:%H:%M:%S} to {run.until_at:%H:%M:%S} UTC"
        f" on {run.due_at:%Y-%m-%d}.",
        remedy="Wait for its window, or ask for another flight.",
        code="run_window",
    )
