"""When a post of a township was staffed by nobody."""

from collections.abc import Sequence
from datetime import timedelta

from api.reports.figures import measure, refs
from api.reports.material import Material
from models.duty import DISTRICT, gaps_in
from models.duty.gaps import STAFFED, Gap
from models.report import ReportSection, ReportTable, RowRef

__all__ = ["duty_gaps", "gap_hours", "gaps_of", "shift_rows"]

_HOUR = timedelta(hours=1)


def gaps_of(material: Material) -> list[Gap] | None:
    """Gaps of the period; None where no shift is written down at all: nobody keeps a roster."""
    roster, period = material.roster, material.period
    if not roster.shifts:
        return None
    others = sorted({one.draft.township for one in roster.people} - {DISTRICT})
    asked = list(material.townships) or others
    return gaps_in(roster, asked, period.from_at, period.until_at)


def gap_hours(gaps: Sequence[Gap]) -> float:
    """How long they are, added up over posts."""
    return sum((one.until_at - one.from_at for one in gaps), timedelta()) / _HOUR


def shift_rows(material: Material, township: str | None = None) -> tuple[RowRef, ...]:
    """Shifts of the period; of the people of one township, or of all."""
    whose = {one.person_id: one.draft.township for one in material.roster.people}
    return refs(
        "duty_shift",
        (
            one.shift_id
            for one in material.roster.shifts
            if township is None or whose[one.draft.person_id] == township
        ),
    )


def duty_gaps(material: Material) -> ReportSection:
    """Hours without anybody, by township and post."""
    gaps = gaps_of(material)
    rows = shift_rows(material)
    if gaps is None:
        figures = (
            measure("duty_gap_hours", None, "hours"),
            measure("duty_gaps", None, "count"),
        )
        return ReportSection("duty", figures, (), ("no_roster",))
    figures = (
        measure("duty_gap_hours", gap_hours(gaps), "hours", rows),
        measure("duty_gaps", float(len(gaps)), "count", rows),
    )
    lines, sources = [], []
    for township in dict.fromkeys(one.township for one in gaps):
        for post in STAFFED:
            mine = [one for one in gaps if (one.township, one.post) == (township, post)]
            if mine:
                name = material.townships.get(township, "")
                lines.append((township, name, post.value, len(mine), gap_hours(mine)))
                sources.append(shift_rows(material, township))
    table = ReportTable(
        "duty_gaps", ("township", "name", "post", "gaps", "hours"), tuple(lines), tuple(sources)
    )
    remarks = ("three_posts",) if material.townships else ("three_posts", "no_townships")
    return ReportSection("duty", figures, (table,), remarks)
