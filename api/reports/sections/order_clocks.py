"""Whether people were told, looked and left in time: the three clocks of work orders.

A clock that was stopped within its time is kept; one that was stopped later, or whose time ran out,
is missed. One of an order that ended before its time, and one that still runs, is neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.reports.figures import Timed, count, refs, share, spread
from api.reports.intervals import median, p95
from api.reports.material import Material
from models.order import OPEN_ORDER_STATES, ClockKind, ClockState, Limits, readings
from models.report import Cell, Figure, ReportSection, ReportTable, RowRef
from models.store.report_shapes import OrderRow

__all__ = ["ClockCount", "clocks", "clocks_of_year", "limits_of", "order_rows", "read_clock"]

_MISSED = {ClockState.MISSED, ClockState.OVERDUE}


@dataclass(frozen=True, slots=True)
class ClockCount:
    """How one clock fared over some orders.

    Attributes:
        kind: which.
        limit_s: its time.
        kept: orders.
        missed: orders, also those whose time is over and that nobody has stopped.
        void: orders that ended before its time.
        running: orders whose time is not over.
        stopped: how long each took that was stopped.
    """

    kind: ClockKind
    limit_s: float
    kept: tuple[OrderRow, ...]
    missed: tuple[OrderRow, ...]
    void: tuple[OrderRow, ...]
    running: tuple[OrderRow, ...]
    stopped: tuple[Timed, ...]

    @property
    def judged(self) -> tuple[OrderRow, ...]:
        """Orders of which it is known whether they kept it."""
        return self.kept + self.missed


def limits_of(material: Material) -> Limits:
    """Times in force when the report is made."""
    rule = material.sources.settings.orders
    return Limits(rule.push_s, rule.verify_s, rule.leave_s)


def order_rows(orders: Sequence[OrderRow]) -> tuple[RowRef, ...]:
    """Their rows."""
    return refs("work_order", (one.order_id for one in orders))


def read_clock(
    kind: ClockKind, orders: Sequence[OrderRow], limits: Limits, tick_s: float
) -> ClockCount:
    """Read one clock of some orders.

    Args:
        kind: which.
        orders: to read.
        limits: in force.
        tick_s: now, on the scale that never jumps.
    """
    states: dict[int, ClockState] = {}
    stopped: list[Timed] = []
    for one in orders:
        reading = next(
            each
            for each in readings(one.opened_tick_s, one.stops, limits, tick_s)
            if each.kind is kind
        )
        states[one.order_id] = reading.state
        if one.stops.of(kind) is not None:
            stopped.append(Timed(reading.elapsed_s, order_rows([one])))

    def of(*wanted: ClockState) -> tuple[OrderRow, ...]:
        return tuple(one for one in orders if states[one.order_id] in wanted)

    return ClockCount(
        kind=kind,
        limit_s=limits.of(kind),
        kept=of(ClockState.KEPT),
        missed=of(*_MISSED),
        void=of(ClockState.VOID),
        running=of(ClockState.RUNNING),
        stopped=tuple(stopped),
    )


def clocks(material: Material) -> ReportSection:
    """The clocks of orders that were opened in the period, and who had to be called again."""
    orders = material.orders
    limits = limits_of(material)
    counts = [read_clock(kind, orders, limits, material.tick_s) for kind in ClockKind]
    figures: list[Figure] = [count("orders", order_rows(orders))]
    for one in counts:
        figures.append(share(f"{one.kind}_kept", order_rows(one.kept), order_rows(one.judged)))
        middle, late = spread(f"{one.kind}_seconds", one.stopped)
        figures += [replace(middle, limit=one.limit_s), replace(late, limit=one.limit_s)]
    escalated = [one for one in orders if one.escalations]
    entries = [entry for one in orders for entry, _ in one.escalations]
    period = material.period
    shifts = [one for one in material.doubt.shifts if period.from_at <= one.at < period.until_at]
    figures += [
        count("orders_escalated", order_rows(escalated)),
        count("escalations", refs("order_entry", entries)),
        count("orders_open", order_rows([one for one in orders if one.state in OPEN_ORDER_STATES])),
        count("clock_shifts", refs("clock_shift", (one.shift_id for one in shifts))),
    ]
    table = ReportTable(
        "clocks",
        ("clock", "limit_s", "kept", "missed", "void", "running", "median_s", "p95_s"),
        tuple(
            (
                one.kind.value,
                one.limit_s,
                len(one.kept),
                len(one.missed),
                len(one.void),
                len(one.running),
                median([each.seconds for each in one.stopped]),
                p95([each.seconds for each in one.stopped]),
            )
            for one in counts
        ),
        tuple(order_rows(orders) for _ in counts),
    )
    remarks = ("clock_was_set",) if shifts else ()
    return ReportSection("clocks", tuple(figures), (table,), remarks)


def clocks_of_year(material: Material) -> ReportSection:
    """The same, and month by month of the site's clock."""
    whole, limits = clocks(material), limits_of(material)
    months: list[list[OrderRow]] = [[] for _ in range(12)]
    for one in material.orders:
        months[one.opened_at.astimezone(material.zone).month - 1].append(one)
    lines: list[tuple[Cell, ...]] = []
    for number, orders in enumerate(months, 1):
        counts = [read_clock(kind, orders, limits, material.tick_s) for kind in ClockKind]
        cells = [
            cell
            for one in counts
            for cell in (
                len(one.kept),
                len(one.judged),
                median([each.seconds for each in one.stopped]),
            )
        ]
        lines.append((number, len(orders), *cells))
    table = ReportTable(
        "clock_months",
        (
            "month",
            "orders",
            *(f"{kind}_{what}" for kind in ClockKind for what in ("kept", "judged", "median_s")),
        ),
        tuple(lines),
        tuple(order_rows(orders) for orders in months),
    )
    return replace(whole, tables=(*whole.tables, table))
