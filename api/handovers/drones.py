"""Drones that are out, wait to be, or did not come back, as the calendar of flights knows it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from api.context import Context
from models.flight import Run, RunCause, RunReason, RunState
from models.handover import HandoverItem, HandoverSection

__all__ = ["drones_out"]

AHEAD: Final = timedelta(hours=12)
LOST_WITHIN: Final = timedelta(days=2)
"""A window is a day at most, and what is lost is told of hours after its start."""


def drones_out(context: Context, from_at: datetime, now: datetime) -> Iterator[HandoverItem]:
    """First those that nobody knows where they are, then those in hand, then those that wait.

    Args:
        context: of the application.
        from_at: UTC, when the shift began that ends: what was lost in it is told.
        now: UTC.
    """
    runs = context.store.runs
    for run in runs.between(from_at - LOST_WITHIN, now):
        is_lost = run.state is RunState.FAILED and run.reason is RunReason.LINK_LOST
        if is_lost and run.ended_at is not None and run.ended_at >= from_at:
            yield _item(context, run, since=run.ended_at)
    for run in runs.in_hand():
        yield _item(context, run, since=run.started_at or run.due_at)
    for run in runs.waiting(now):
        yield _item(context, run, since=run.due_at, until_at=run.until_at)
    for run in runs.between(now, now + AHEAD):
        # A look that waits for its aircraft to be free is somebody's word that still stands.
        is_look = run.cause is RunCause.VERIFICATION and run.state is RunState.PLANNED
        if is_look and run.due_at > now:
            yield _item(context, run, since=run.due_at, until_at=run.until_at)


def _item(
    context: Context, run: Run, *, since: datetime | None, until_at: datetime | None = None
) -> HandoverItem:
    sweep = context.store.sweeps.get(run.sweep_id, run.sweep_version).head.name
    return HandoverItem(
        HandoverSection.DRONES,
        str(run.run_id),
        since=since,
        until_at=until_at,
        state=run.state.value,
        text=f"{run.aircraft} · {sweep}",
        is_drill=context.flights is not None and run.aircraft in context.flights.drills,
        incident_id=run.incident_id,
    )
