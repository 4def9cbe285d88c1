"""A report as files are made from it, with every kind of block; nothing of it is reckoned."""

from datetime import UTC, datetime

from models.report import (
    Cell,
    Figure,
    Report,
    ReportKind,
    ReportSection,
    ReportTable,
    RowRef,
)

__all__ = ["made_report", "report_with_cells"]


def rows(count: int) -> tuple[RowRef, ...]:
    return tuple(RowRef("incident", str(number)) for number in range(1, count + 1))


FIGURES = (
    Figure("longest_unseen", 41.5, "minutes", limit=30.0, rows=rows(7)),
    Figure("false_alarms", 0.0421, "per_camera_day", 0.0301, 0.0577, 13, 309.0, 0.05, rows(13)),
    Figure("kept_push", 0.875, "share", 0.71, 0.953, 35, 40, 0.95, rows(40)),
    Figure("time_to_verdict", None, "seconds", limit=180.0),
    Figure("fires", 0.0, "count"),
)


def made_report(**changes: object) -> Report:
    """A month with known, unknown and zero figures, an empty table and one of many rows."""
    townships: tuple[tuple[Cell, ...], ...] = tuple(
        (f"5001100{number:02d}", f"綦江区第{number}镇", number, None if number % 5 else 0.5)
        for number in range(1, 32)
    )
    whole = {
        "kind": ReportKind.MONTHLY,
        "period": "2026-11",
        "from_at": datetime(2026, 10, 31, 16, tzinfo=UTC),
        "until_at": datetime(2026, 11, 30, 16, tzinfo=UTC),
        "made_at": datetime(2026, 12, 2, 1, 30, tzinfo=UTC),
        "site_name": "重庆市綦江区",
        "is_whole": True,
        "sections": (
            ReportSection("sweep", FIGURES[:2], remarks=("no_sweep_recorded",)),
            ReportSection(
                "clocks",
                FIGURES[2:],
                (
                    ReportTable("townships", ("code", "name", "fires", "kept_share"), townships),
                    ReportTable("gaps", ("camera", "from_at"), ()),
                ),
            ),
        ),
    }
    return Report(**(whole | changes))  # type: ignore[arg-type]


def report_with_cells(*cells: Cell) -> Report:
    """One table of one row."""
    columns = tuple(f"column_{number}" for number in range(len(cells)))
    table = ReportTable("odd", columns, (cells,))
    return made_report(sections=(ReportSection("odd", tables=(table,)),))
