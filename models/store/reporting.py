"""What reports are reckoned from, read row by row; nothing is written here.

Only what figures need is read: no telephone, no plate, no words of callers.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from models.clock import Clock
from models.duty import Roster, Shift
from models.incident import Incident
from models.order import ClockKind, OrderEntryKind, Stops
from models.steady import Anchor, tick_s
from models.store.database import Database
from models.store.duty_rows import load_leaves, load_people, load_shifts, touching
from models.store.incident_rows import load_incidents
from models.store.order_rows import roots_of
from models.store.report_rows import RowFact, facts_of
from models.store.report_shapes import (
    CameraDay,
    DeliveryRow,
    GatePassages,
    OrderRow,
    PushRow,
    ShiftedClock,
)
from models.store.tables import (
    channel,
    clock_shift,
    delivery,
    duty_leave,
    duty_shift,
    incident,
    order_entry,
    order_push,
    passage,
    steady_anchor,
    visit,
    watch_gap,
    work_order,
)
from models.watching import WatchGap

__all__ = ["ReportReads"]


class ReportReads:
    """Reads of one store; spans are UTC, from included, until not.

    Args:
        database: to read.
        clock: the installation's.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def fires(self, from_at: datetime, until_at: datetime) -> list[Incident]:
        """Fires that were opened in a span and stand for themselves, by number."""
        with self._database.read() as connection:
            found = load_incidents(
                connection,
                incident.c.opened_at >= from_at,
                incident.c.opened_at < until_at,
                incident.c.merged_into.is_(None),
            )
        return found[::-1]

    def fires_of(self, numbers: Collection[int]) -> list[Incident]:
        """Fires by number, whenever they were opened; those that are not there are left out."""
        if not numbers:
            return []
        with self._database.read() as connection:
            return load_incidents(connection, incident.c.incident_id.in_(sorted(numbers)))

    def orders(self, from_at: datetime, until_at: datetime) -> list[OrderRow]:
        """Work orders that were opened in a span, by number."""
        inside = (work_order.c.opened_at >= from_at) & (work_order.c.opened_at < until_at)
        called = (
            select(order_entry.c.order_id, order_entry.c.entry_id, order_entry.c.clock)
            .join(work_order, work_order.c.order_id == order_entry.c.order_id)
            .where(inside, order_entry.c.kind == OrderEntryKind.CALLED)
            .order_by(order_entry.c.call_number)
        )
        orders = select(work_order).where(inside).order_by(work_order.c.order_id)
        calls: dict[int, list[tuple[int, ClockKind | None]]] = {}
        with self._database.read() as connection:
            for row in connection.execute(called):
                calls.setdefault(row.order_id, []).append((row.entry_id, row.clock))
            rows = connection.execute(orders).all()
            roots = roots_of(connection, {row.incident_id for row in rows})
            return [
                OrderRow(
                    order_id=row.order_id,
                    incident_id=roots[row.incident_id],
                    township=row.township,
                    state=row.state,
                    is_drill=row.is_drill,
                    opened_at=row.opened_at,
                    opened_tick_s=row.opened_tick_s,
                    stops=Stops(
                        row.push_tick_s, row.verify_tick_s, row.leave_tick_s, row.over_tick_s
                    ),
                    answer=row.answer,
                    calls=tuple(entry for entry, _ in calls.get(row.order_id, ())),
                    escalations=tuple(
                        (entry, clock)
                        for entry, clock in calls.get(row.order_id, ())
                        if clock is not None
                    ),
                )
                for row in rows
            ]

    def tick_s(self) -> float:
        """Now, on the scale that never jumps; no anchor is written."""
        with self._database.read() as connection:
            row = connection.execute(select(steady_anchor)).one_or_none()
        known = None if row is None else Anchor(row.scale, row.monotonic_s, row.tick_s, row.wall_at)
        return tick_s(self._clock, known)

    def deliveries(self, from_at: datetime, until_at: datetime) -> list[DeliveryRow]:
        """Notices that were written in a span, by number."""
        query = (
            select(delivery, channel.c.draft, incident.c.is_drill)
            .join(channel, channel.c.channel_id == delivery.c.channel_id)
            .join(incident, incident.c.incident_id == delivery.c.incident_id)
            .where(delivery.c.created_at >= from_at, delivery.c.created_at < until_at)
            .order_by(delivery.c.delivery_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            roots = roots_of(connection, {row.incident_id for row in rows})
            return [
                DeliveryRow(
                    delivery_id=row.delivery_id,
                    channel_id=row.channel_id,
                    channel=row.draft.name,
                    incident_id=roots[row.incident_id],
                    is_drill=row.is_drill,
                    state=row.state,
                    created_at=row.created_at,
                    sent_at=row.sent_at,
                    failed=row.error != "",
                )
                for row in rows
            ]

    def pushes(self, from_at: datetime, until_at: datetime) -> list[PushRow]:
        """Calls of orders that were made in a span, once for each channel, by number."""
        query = (
            select(
                order_push,
                order_entry.c.at,
                channel.c.draft,
                work_order.c.incident_id,
                work_order.c.is_drill,
            )
            .join(order_entry, order_entry.c.entry_id == order_push.c.entry_id)
            .join(work_order, work_order.c.order_id == order_push.c.order_id)
            .join(channel, channel.c.channel_id == order_push.c.channel_id)
            .where(order_entry.c.at >= from_at, order_entry.c.at < until_at)
            .order_by(order_push.c.push_id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            roots = roots_of(connection, {row.incident_id for row in rows})
            return [
                PushRow(
                    push_id=row.push_id,
                    channel_id=row.channel_id,
                    channel=row.draft.name,
                    incident_id=roots[row.incident_id],
                    is_drill=row.is_drill,
                    state=row.state,
                    called_at=row.at,
                    sent_at=row.sent_at,
                    failed=row.error != "",
                )
                for row in rows
            ]

    def camera_days(self, from_at: datetime, until_at: datetime, zone: ZoneInfo) -> list[CameraDay]:
        """Days of the site's clock on which a visit of a camera began, by day and camera."""
        found: list[CameraDay] = []
        with self._database.read() as connection:
            for day, start, end in _days(from_at, until_at, zone):
                query = (
                    select(visit.c.camera_id, func.min(visit.c.visit_id).label("first"))
                    .where(visit.c.from_at >= start, visit.c.from_at < end)
                    .group_by(visit.c.camera_id)
                    .order_by(visit.c.camera_id)
                )
                found += [
                    CameraDay(row.camera_id, day, row.first) for row in connection.execute(query)
                ]
        return found

    def watch_gaps(self, from_at: datetime, until_at: datetime) -> list[WatchGap]:
        """Times in which a camera's tour did not run and that share time with a span."""
        ends_later = watch_gap.c.until_at.is_(None) | (watch_gap.c.until_at > from_at)
        query = select(watch_gap).where(watch_gap.c.from_at < until_at, ends_later)
        with self._database.read() as connection:
            return [
                WatchGap(row.gap_id, row.camera_id, row.cause, row.who, row.from_at, row.until_at)
                for row in connection.execute(query.order_by(watch_gap.c.gap_id))
            ]

    def clock_shifts(self, from_at: datetime, until_at: datetime) -> list[ShiftedClock]:
        """When the server's clock was set, in a span or within a day of it."""
        near = timedelta(days=1)
        query = select(clock_shift).where(
            clock_shift.c.at >= from_at - near, clock_shift.c.at < until_at + near
        )
        with self._database.read() as connection:
            return [
                ShiftedClock(row.shift_id, row.at, row.shift_s)
                for row in connection.execute(query.order_by(clock_shift.c.shift_id))
            ]

    def roster(self, from_at: datetime, until_at: datetime) -> Roster:
        """The roster as it was: who was removed since stands until they were."""
        with self._database.read() as connection:
            people = load_people(connection)
            shifts = load_shifts(connection, touching(duty_shift, from_at, until_at))
            leaves = load_leaves(connection, touching(duty_leave, from_at, until_at))
        removed = {one.person_id: one.removed_at for one in people}
        kept: list[Shift] = []
        for one in shifts:
            draft, gone_at = one.draft, removed.get(one.draft.person_id)
            # Shifts that had not begun then were struck out.
            until_at = draft.until_at if gone_at is None else min(gone_at, draft.until_at)
            kept.append(replace(one, draft=replace(draft, until_at=until_at)))
        return Roster(tuple(people), tuple(kept), tuple(leaves))

    def rows(self, table: str, numbers: Collection[int]) -> dict[int, RowFact]:
        """Some rows of a table by number, see :func:`models.store.report_rows.facts_of`."""
        return facts_of(self._database, table, numbers)

    def passages(self, from_at: datetime, until_at: datetime) -> list[GatePassages]:
        """How many passed each gate, by gate."""
        query = (
            select(passage.c.gate, func.count().label("passages"))
            .where(passage.c.at >= from_at, passage.c.at < until_at)
            .group_by(passage.c.gate)
            .order_by(passage.c.gate)
        )
        with self._database.read() as connection:
            return [GatePassages(row.gate, row.passages) for row in connection.execute(query)]


def _days(
    from_at: datetime, until_at: datetime, zone: ZoneInfo
) -> Iterator[tuple[str, datetime, datetime]]:
    """Days of a clock with the moments (UTC) between which they lie in a span."""
    start = from_at
    while start < until_at:
        local = start.astimezone(zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        after = (midnight + timedelta(hours=36)).replace(hour=0).astimezone(from_at.tzinfo)
        end = min(until_at, after)
        yield f"{local:%Y-%m-%d}", start, end
        start = end
