"""How fast people answered: from the first sign of a fire to its control, step by step."""

from typing import Final

from api.reports.figures import Timed
from api.reports.fires import Became, Fire, Milestone
from api.reports.intervals import median, p95
from api.reports.material import Material
from models.incident import IncidentState
from models.report import ReportSection, ReportTable, RowRef

__all__ = ["STEPS", "response"]

STEPS: Final = (
    ("seen", "opened"),
    ("opened", "acknowledged"),
    ("acknowledged", "confirmed"),
    ("confirmed", "dispatched"),
    ("dispatched", "arrived"),
    ("arrived", "controlled"),
    ("seen", "controlled"),
)
"""From what to what; the last is the whole way."""


def response(material: Material) -> ReportSection:
    """Of fires that somebody has said burn; a step that was not told of is left out."""
    real = [one for one in material.fires if one.became is Became.REAL]
    lines = []
    sources: list[tuple[RowRef, ...]] = []
    left_out = 0
    for start, end in STEPS:
        times: list[Timed] = []
        for fire in real:
            marks = _marks(fire)
            first, second = marks.get(start), marks.get(end)
            if first is None or second is None:
                continue
            seconds = material.doubt.seconds(first.at, second.at)
            if seconds is None:
                left_out += 1
                continue
            rows = tuple(dict.fromkeys((*first.rows, *second.rows)))
            times.append(Timed(seconds, rows))
        each = [one.seconds for one in times]
        lines.append(
            (f"{start}_{end}", len(times), median(each), p95(each), max(each, default=None))
        )
        sources.append(tuple(dict.fromkeys(row for one in times for row in one.rows)))
    table = ReportTable(
        "response",
        ("step", "fires", "median_s", "p95_s", "longest_s"),
        tuple(lines),
        tuple(sources),
    )
    remarks = ("clock_was_set",) if left_out else ()
    return ReportSection("response", (), (table,), remarks)


def _marks(fire: Fire) -> dict[str, Milestone]:
    marks = {
        "seen": Milestone(fire.incident.first_seen_at, (fire.row,)),
        "opened": Milestone(fire.incident.opened_at, (fire.row,)),
    }
    for state in (
        IncidentState.ACKNOWLEDGED,
        IncidentState.CONFIRMED,
        IncidentState.DISPATCHED,
        IncidentState.ARRIVED,
        IncidentState.CONTROLLED,
    ):
        if state in fire.steps:
            marks[state.value] = fire.steps[state]
    return marks
