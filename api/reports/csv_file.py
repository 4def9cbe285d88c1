"""A report as CSV that Excel opens: UTF-8 with its mark, numbers as they were reckoned.

Figures are one table with their own headings, and below it stands each table of the report under
its name. Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are
numbers, also those below zero.

Source: OWASP, CSV Injection.
"""

import csv
import io
import math
from datetime import datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from api.languages import Language
from api.reports.judging import kept
from api.reports.layout import title_of
from api.reports.texts import NUMBERED, cell_text, clean
from api.reports.words import ReportWords
from models.report import Cell, Figure, Report, ReportTable

__all__ = ["csv_of"]

FORMULA: Final = ("=", "+", "-", "@", "'", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Also the wide forms, which Excel takes for the same in Chinese."""
FIGURE_COLUMNS: Final = ("raw_value", "unit", "low", "high", "counted", "of", "limit")

Row: TypeAlias = list[str | int | float]


def csv_of(report: Report, language: Language, zone: ZoneInfo, *, drill: bool) -> bytes:
    """The file.

    Args:
        report: any.
        language: of its headings.
        zone: of the site, for times.
        drill: the site's cameras, relief or layers are invented.
    """
    words = ReportWords(language)
    rows: list[Row] = [[title_of(report, words)]]
    if drill:
        rows.append([words.page("drill")])
    rows += [
        [words.page("from"), _at(report.from_at, zone)],
        [words.page("until"), _at(report.until_at, zone)],
        [words.page("made_when"), _at(report.made_at, zone)],
    ]
    if not report.is_whole:
        rows.append([words.page("unfinished", at=rows[-2][1])])
    for section in report.sections:
        rows += [[], [words.section(section.key)]]
        rows += [[words.remark(remark)] for remark in section.remarks]
        if section.figures:
            rows.append(_figure_headings(words))
            rows += [_figure(one, words) for one in section.figures]
        for table in section.tables:
            rows += _table(table, words, zone)
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([_defused(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _figure_headings(words: ReportWords) -> Row:
    return [
        words.page("item"),
        *(words.page(key) for key in FIGURE_COLUMNS),
        words.page("kept"),
        words.page("rows_count"),
    ]


def _figure(figure: Figure, words: ReportWords) -> Row:
    value = words.page("unknown") if figure.value is None else figure.value
    ends = (figure.low, figure.high, figure.counted, figure.of, figure.limit)
    unit = "" if figure.unit in {"count", "share"} else words.units().get(figure.unit, figure.unit)
    answer = "" if figure.limit is None else words.heading(f"kept_{kept(figure)}")
    return [
        words.figure(figure.key),
        value,
        unit,
        *("" if end is None else end for end in ends),
        answer,
        len(figure.rows),
    ]


def _table(table: ReportTable, words: ReportWords, zone: ZoneInfo) -> list[Row]:
    headings: Row = [_heading(column, words) for column in table.columns]
    body: list[Row] = [
        [
            _cell(cell, (table.key, column), words, zone)
            for cell, column in zip(row, table.columns, strict=True)
        ]
        for row in table.rows
    ]
    return [[], [words.table(table.key)], headings, *(body or [[words.page("no_rows")]])]


def _heading(column: str, words: ReportWords) -> str:
    """Of a column; numbers of a file stand without their unit."""
    said = words.column(column)
    if not column.endswith("_s"):
        return said
    return words.page("in_unit", text=said, unit=words.units().get("seconds", "s"))


def _cell(
    cell: Cell, place: tuple[str, str], words: ReportWords, zone: ZoneInfo
) -> str | int | float:
    """Numbers as they are, but for those that have names."""
    if isinstance(cell, int | float) and math.isfinite(cell) and place[1] not in NUMBERED:
        return cell
    return cell_text(cell, place, words, zone)


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _defused(cell: str | float) -> str | float:
    text = clean(cell) if isinstance(cell, str) else cell
    return f"'{text}" if isinstance(text, str) and text.startswith(FORMULA) else text
