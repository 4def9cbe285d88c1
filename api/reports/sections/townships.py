"""督导考评: how each township answered its orders and staffed its posts."""

from collections import Counter

from api.reports.fires import Became
from api.reports.intervals import median
from api.reports.material import Material
from api.reports.sections.duty import gap_hours, gaps_of, shift_rows
from api.reports.sections.order_clocks import limits_of, order_rows, read_clock
from models.duty import DISTRICT
from models.order import OPEN_ORDER_STATES, Answer, ClockKind
from models.report import Cell, ReportSection, ReportTable, RowRef

__all__ = ["COLUMNS", "townships"]

COLUMNS = (
    "township",
    "name",
    "fires",
    "orders",
    *(f"{kind}_{what}" for kind in ClockKind for what in ("kept", "judged", "median_s")),
    *(f"answered_{answer}" for answer in Answer),
    "escalated",
    "open",
    "duty_gap_hours",
)


def townships(material: Material) -> ReportSection:
    """One line for each township of the land, and for others that had an order or a fire."""
    limits, tick_s = limits_of(material), material.tick_s
    gaps = gaps_of(material)
    places = {
        one.incident.incident_id: material.township_of(one) or DISTRICT
        for one in material.fires
        if one.became is Became.REAL
    }
    codes = dict.fromkeys(material.townships)
    codes |= dict.fromkeys(sorted({one.township for one in material.orders}))
    codes |= dict.fromkeys(sorted(set(places.values())))
    lines: list[tuple[Cell, ...]] = []
    sources: list[tuple[RowRef, ...]] = []
    for code in codes:
        orders = [one for one in material.orders if one.township == code]
        fires = [one for one in material.fires if places.get(one.incident.incident_id) == code]
        counts = [read_clock(kind, orders, limits, tick_s) for kind in ClockKind]
        answers = Counter(one.answer for one in orders)
        hours: float | str | None = None
        if gaps is not None:  # the district itself has no posts to be staffed
            mine = [one for one in gaps if one.township == code]
            hours = gap_hours(mine) if code in material.townships else ""
        clocks = [
            cell
            for one in counts
            for cell in (
                len(one.kept),
                len(one.judged),
                median([each.seconds for each in one.stopped]),
            )
        ]
        lines.append(
            (
                code,
                material.townships.get(code, ""),
                len(fires),
                len(orders),
                *clocks,
                *(answers[answer] for answer in Answer),
                sum(1 for one in orders if one.escalations),
                sum(1 for one in orders if one.state in OPEN_ORDER_STATES),
                hours,
            )
        )
        rows = (*(one.row for one in fires), *order_rows(orders), *shift_rows(material, code))
        sources.append(rows)
    table = ReportTable("townships", COLUMNS, tuple(lines), tuple(sources))
    return ReportSection("townships", (), (table,))
