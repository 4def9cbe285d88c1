"""Why it burnt, as far as anybody wrote it down; and what it was when it did not.

No cause is a field of a fire: what people wrote with their verdicts stands here as they wrote it,
without telephone numbers. Who passed the gates is a count and never a plate.
"""

from collections import Counter
from datetime import timedelta

from api.reports.figures import count, refs
from api.reports.fires import Became, Fire
from api.reports.material import Material
from models.incident import EntryKind
from models.land import Layer
from models.personal import without_numbers
from models.report import Figure, ReportSection, ReportTable, RowRef

__all__ = ["causes"]


def causes(material: Material) -> ReportSection:
    """Notes of real fires, reasons of dismissals, passages of gates."""
    real = [one for one in material.fires if one.became is Became.REAL]
    noted = [one for one in real if _notes(one)]
    dismissed = [one for one in material.fires if one.became is Became.DISMISSED]
    period = material.period
    passages = material.sources.store.reports.passages(period.from_at, period.until_at)
    passed = float(sum(one.passages for one in passages))
    keep = timedelta(days=material.sources.settings.gates.keep_days)
    cleared = period.from_at < material.now - keep  # some are gone: nobody knows how many
    names = {one.code: one.name for one in material.land.features if one.layer is Layer.CHECKPOINT}
    figures = (
        count("fires_with_note", (one.row for one in noted)),
        count("fires_without_note", (one.row for one in real if one not in noted)),
        Figure(
            "gate_passages",
            None if cleared else passed,
            "count",
            counted=passed,
            rows=refs("gate", (one.gate for one in passages)),
        ),
    )
    tables = (
        ReportTable(
            "cause_notes",
            ("fire", "seen_at", "note"),
            tuple(
                (
                    one.incident.incident_id,
                    one.incident.first_seen_at.isoformat(),
                    without_numbers(" / ".join(note for note, _ in _notes(one))),
                )
                for one in noted
            ),
            tuple((one.row, *(row for _, row in _notes(one))) for one in noted),
        ),
        _dismissed(dismissed),
        ReportTable(
            "gates",
            ("gate", "name", "passages"),
            tuple((one.gate, names.get(one.gate, ""), one.passages) for one in passages),
            tuple(refs("gate", [one.gate]) for one in passages),
        ),
    )
    remarks = ("causes_as_noted", "passages_cleared") if cleared else ("causes_as_noted",)
    return ReportSection("causes", figures, tables, remarks)


def _dismissed(fires: list[Fire]) -> ReportTable:
    named = [("" if one.reason is None else one.reason.value, one) for one in fires]
    counts = Counter(reason for reason, _ in named)
    order = sorted(counts, key=lambda reason: (-counts[reason], reason))
    return ReportTable(
        "dismissed_causes",
        ("cause", "fires"),
        tuple((reason, counts[reason]) for reason in order),
        tuple(tuple(one.row for other, one in named if other == reason) for reason in order),
    )


def _notes(fire: Fire) -> list[tuple[str, RowRef]]:
    """What people wrote with verdicts that were not taken back."""
    entries = fire.incident.entries
    undone = {one.undoes for one in entries}
    return [
        (one.note, RowRef("incident_entry", str(one.entry_id)))
        for one in entries
        if one.kind is EntryKind.STEPPED and one.note and one.entry_id not in undone
    ]
