"""Rows of flights, read and written inside a transaction; see :mod:`models.store.runs`."""

import json
import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    insert,
    select,
    update,
)

from models.clock import Clock
from models.errors import NotFound
from models.events import EventKind
from models.flight import NEXT, GateCheck, Run, RunState, RunStep
from models.store import events
from models.store.tables import flight_check, flight_run, flight_step, sweep, sweep_version

__all__ = [
    "LARGEST",
    "LONGEST_NOTE",
    "UNSTARTED",
    "FlownSweep",
    "add_run",
    "clean_check",
    "flown_sweep",
    "one_run",
    "runs",
    "write_step",
]

LARGEST: Final = 2**31 - 1
LONGEST_NOTE: Final = 1000
UNSTARTED: Final = frozenset(
    state for state, following in NEXT.items() if RunState.CANCELLED in following
)
"""States in which the aircraft has not been told to start."""

_AT_ONCE: Final = 500
_OF_RUN: Final = tuple(name for name in Run.__slots__ if name not in {"steps", "checks"})
_OF_STEP: Final = tuple(RunStep.__slots__)


@dataclass(frozen=True, slots=True)
class FlownSweep:
    """What a run has to know of its sweep.

    Attributes:
        version: of it.
        sorties: number of its flights.
        aircraft: of each flight by its plan; empty where the plan does not tell.
        is_retired: whether it was.
    """

    version: int
    sorties: int
    aircraft: tuple[str, ...]
    is_retired: bool


def flown_sweep(connection: Connection, sweep_id: int, version: int | None) -> FlownSweep:
    """A version of a sweep; None for the newest.

    Raises:
        NotFound: there is none; code ``no_such_sweep``.
    """
    newest = sweep.c.version if version is None else max(0, min(version, LARGEST))
    query = (
        select(
            sweep_version.c.version, sweep_version.c.sorties, sweep_version.c.plan,
            sweep.c.retired_at,
        )
        .join(sweep, sweep.c.sweep_id == sweep_version.c.sweep_id)
        .where(
            sweep.c.sweep_id == max(0, min(sweep_id, LARGEST)),
            sweep_version.c.version == newest,
        )
    )  # fmt: skip
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no such version of sweep {sweep_id}.", code="no_such_sweep")
    named = _aircraft_of(row.plan)
    aircraft = tuple(named[at] if at < len(named) else "" for at in range(row.sorties))
    return FlownSweep(row.version, row.sorties, aircraft, row.retired_at is not None)


def _aircraft_of(plan: str) -> list[str]:
    told = json.loads(plan) if plan else None
    sorties = told.get("sorties") if isinstance(told, dict) else None
    named = [
        one.get("aircraft") if isinstance(one, dict) else None
        for one in (sorties if isinstance(sorties, list) else [])
    ]
    return [name if isinstance(name, str) else "" for name in named]


def runs(
    connection: Connection, *wanted: ColumnElement[bool], newest: int | None = None
) -> list[Run]:
    """Runs with their steps and checks.

    Args:
        connection: a transaction.
        wanted: all of these hold.
        newest: only so many, the one with the largest number first; None for all, by window.
    """
    table = flight_run.c
    query = select(flight_run).where(*wanted)
    if newest is None:
        query = query.order_by(table.due_at, table.sortie, table.run_id)
    else:
        query = query.order_by(table.run_id.desc()).limit(newest)
    found = [_run(row) for row in connection.execute(query)]
    steps: dict[int, list[RunStep]] = {run.run_id: [] for run in found}
    checks: dict[int, list[GateCheck]] = {run.run_id: [] for run in found}
    for first in range(0, len(found), _AT_ONCE):
        numbers = [run.run_id for run in found[first : first + _AT_ONCE]]
        for row in connection.execute(_in_order(flight_step, flight_step.c.step_id, numbers)):
            steps[row.run_id].append(RunStep(**{name: getattr(row, name) for name in _OF_STEP}))
        for row in connection.execute(_in_order(flight_check, flight_check.c.check_id, numbers)):
            checks[row.run_id].append(row.gates)
    return [
        replace(run, steps=tuple(steps[run.run_id]), checks=tuple(checks[run.run_id]))
        for run in found
    ]


def one_run(connection: Connection, run_id: int) -> Run:
    """A run.

    Raises:
        NotFound: there is none; code ``no_such_run``.
    """
    found = runs(connection, flight_run.c.run_id == max(0, min(run_id, LARGEST)))
    if not found:
        raise NotFound(f"There is no flight {run_id}.", code="no_such_run")
    return found[0]


def add_run(
    connection: Connection, clock: Clock, run: Run, author: str, *, key: str | None = None
) -> int:
    """Keep a new run with its first step.

    Args:
        connection: a writing transaction.
        clock: for the time of the step.
        run: as it begins; its number, steps and checks are not looked at.
        author: of the step.
        key: under which it comes once; None where something else sees to that.

    Returns:
        Its number.
    """
    values = {name: getattr(run, name) for name in _OF_RUN if name != "run_id"}
    new = insert(flight_run).values(**values, key=key).returning(flight_run.c.run_id)
    run_id = int(connection.execute(new).scalar_one())
    _add_step(connection, run_id, RunStep(clock.now(), run.state, run.reason, author))
    return run_id


def write_step(
    connection: Connection,
    clock: Clock,
    run_id: int,
    step: RunStep,
    **values: object,
) -> None:
    """Bring a run to the state of a step, keep the step, and tell of it.

    Args:
        connection: a writing transaction.
        clock: for the event.
        run_id: of the run.
        step: whether it may follow is for the caller to know.
        values: of further columns of the run.
    """
    connection.execute(
        update(flight_run)
        .where(flight_run.c.run_id == run_id)
        .values(state=step.state, reason=step.reason, **values)
    )
    _add_step(connection, run_id, step)
    events.append(connection, clock, EventKind.FLIGHT_CHANGED, run_id)


def _add_step(connection: Connection, run_id: int, step: RunStep) -> None:
    """Keep a step; its note is made one that every store takes."""
    values = {name: getattr(step, name) for name in _OF_STEP} | {"note": _clean(step.note)}
    connection.execute(insert(flight_step).values(run_id=run_id, **values))


def clean_check(check: GateCheck) -> GateCheck:
    """A check without what no store takes: an aircraft or a dock may have said anything."""
    return replace(
        check,
        readings=tuple(
            replace(
                reading,
                value=_finite(reading.value),
                limit=_finite(reading.limit),
                unit=_clean(reading.unit),
                message=_clean(reading.message),
                remedy=_clean(reading.remedy),
            )
            for reading in check.readings
        ),
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _clean(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text[:LONGEST_NOTE])


def _in_order(table: Table, key: ColumnElement[int], numbers: Collection[int]) -> Select[Any]:
    return select(table).where(table.c.run_id.in_(numbers)).order_by(key)


def _run(row: Row[Any]) -> Run:
    return Run(**{name: getattr(row, name) for name in _OF_RUN})
