"""How a report travels: its figures with how many rows each has, and those rows when asked for."""

from datetime import datetime

from pydantic import BaseModel

from models.report import Cell, Figure, Report, ReportKind, ReportSection, ReportTable

__all__ = [
    "FigureAnswer",
    "ReportAnswer",
    "RowAnswer",
    "RowsAnswer",
    "SectionAnswer",
    "TableAnswer",
]


class FigureAnswer(BaseModel):
    """One number; see :class:`models.report.Figure`."""

    key: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    counted: float | None
    of: float | None
    limit: float | None
    rows_count: int

    @classmethod
    def of_figure(cls, figure: Figure) -> "FigureAnswer":
        """Without its rows."""
        names = ("key", "value", "unit", "low", "high", "counted", "of", "limit")
        values = {name: getattr(figure, name) for name in names}
        return cls(**values, rows_count=len(figure.rows))


class TableAnswer(BaseModel):
    """A table; ``rows_counts`` says how many rows stand behind each line."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rows_counts: tuple[int, ...]

    @classmethod
    def of_table(cls, table: ReportTable) -> "TableAnswer":
        """Without the rows behind it."""
        return cls(
            key=table.key,
            columns=table.columns,
            rows=table.rows,
            rows_counts=tuple(map(len, table.sources)),
        )


class SectionAnswer(BaseModel):
    """A part of a report."""

    key: str
    figures: tuple[FigureAnswer, ...]
    tables: tuple[TableAnswer, ...]
    remarks: tuple[str, ...]

    @classmethod
    def of_section(cls, section: ReportSection) -> "SectionAnswer":
        """As it travels."""
        return cls(
            key=section.key,
            figures=tuple(map(FigureAnswer.of_figure, section.figures)),
            tables=tuple(map(TableAnswer.of_table, section.tables)),
            remarks=section.remarks,
        )


class ReportAnswer(BaseModel):
    """A report; of a running period ``is_whole`` is false and ``until_at`` is when it was made."""

    kind: ReportKind
    period: str
    from_at: datetime
    until_at: datetime
    made_at: datetime
    site_name: str
    is_whole: bool
    sections: tuple[SectionAnswer, ...]

    @classmethod
    def of_report(cls, report: Report) -> "ReportAnswer":
        """As it travels."""
        return cls(
            kind=report.kind,
            period=report.period,
            from_at=report.from_at,
            until_at=report.until_at,
            made_at=report.made_at,
            site_name=report.site_name,
            is_whole=report.is_whole,
            sections=tuple(map(SectionAnswer.of_section, report.sections)),
        )


class RowAnswer(BaseModel):
    """A row that a figure comes from; ``href`` leads to it in the console, null without a page."""

    table: str
    number: str
    text: str
    href: str | None


class RowsAnswer(BaseModel):
    """Some of the rows, and how many there are."""

    total: int
    rows: tuple[RowAnswer, ...]
