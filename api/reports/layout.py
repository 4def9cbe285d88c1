"""A report in a language as plain blocks: what a page says, before anybody draws it.

Nothing of a drawing library is known here, so that the PDF and the Word file say the same.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from api.languages import Language
from api.reports.blocks import Block, Document, Grid, Heading, Paragraph, Signatures
from api.reports.texts import (
    FIGURE_COLUMNS,
    NOTHING,
    NUMBERED,
    cell_text,
    clean,
    figure_cells,
)
from api.reports.words import ReportWords
from models.report import Cell, Figure, Report, ReportSection, ReportTable

__all__ = ["document_of", "file_name_of"]

MOST_IN_A_NAME: Final = 80
MAY_BE_LEFT_OUT: Final = frozenset({"interval", "basis", "limit", "kept"})
OF_WORDS: Final = frozenset({"figure", "kept"})
OF_KEPT: Final = ("_kept", "_judged")
"""Ends of two columns: what was kept in time, and of how many."""


def document_of(report: Report, language: Language, zone: ZoneInfo, *, drill: bool) -> Document:
    """A report, laid out.

    Args:
        report: any.
        language: of its words; names and what people wrote stay as they are.
        zone: of the site, for times.
        drill: the site's cameras, relief or layers are invented: each page's reader is told.
    """
    words = ReportWords(language)
    period = words.period(report.kind, report.period)
    return Document(
        language=language,
        title=title_of(report, words),
        site_name=clean(report.site_name),
        made_at=report.made_at,
        page_words=words.page("page", page="{page}", pages="{pages}"),
        unprintable=words.page("unprintable"),
        blocks=(
            *_opening(report, words, zone, drill=drill),
            *(
                block
                for number, section in enumerate(report.sections, 1)
                for block in _section(section, number, words, zone)
            ),
            Paragraph(words.page("how_to_read"), is_small=True),
            Paragraph(words.page("where", period=period), is_small=True),
            Signatures((words.page("filled"), words.page("checked"), words.page("dated"))),
        ),
    )


def title_of(report: Report, words: ReportWords) -> str:
    """Of the first page."""
    period = words.period(report.kind, report.period)
    site = clean(report.site_name)
    blank = " " if words.language == "zh" and site[-1:].isascii() else ""
    return words.page(report.kind.value, site=site + blank, period=period)


def file_name_of(report: Report, language: Language, ending: str) -> str:
    """A name that every file system takes, of at most 80 characters before its ending."""
    title = title_of(report, ReportWords(language))
    safe = "".join("_" if char in '\\/:*?"<>|' else char for char in title).strip(" .")
    return f"{safe[:MOST_IN_A_NAME].rstrip()}.{ending}"


def _opening(report: Report, words: ReportWords, zone: ZoneInfo, *, drill: bool) -> Iterator[Block]:
    def at(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    if drill:
        yield Paragraph(words.page("drill"), is_warning=True)
    if not report.is_whole:
        yield Paragraph(words.page("unfinished", at=at(report.until_at)), is_warning=True)
    span = words.page(
        "span", from_at=at(report.from_at), until_at=at(report.until_at), zone=zone.key
    )
    yield Paragraph(span)
    yield Paragraph(words.page("made", at=at(report.made_at)))


def _section(
    section: ReportSection, number: int, words: ReportWords, zone: ZoneInfo
) -> Iterator[Block]:
    yield Heading(words.numbered(number, words.section(section.key)))
    for remark in section.remarks:
        yield Paragraph(clean(words.remark(remark)))
    if section.figures:
        yield _figures(section.figures, words)
    is_alone = len(section.tables) == 1 and not section.figures
    for table in section.tables:
        if not is_alone:
            yield Heading(words.table(table.key), level=2)
        yield _table(table, words, zone) if table.rows else Paragraph(words.page("no_rows"))


def _figures(figures: Sequence[Figure], words: ReportWords) -> Grid:
    """What is nothing for all of them has no column."""
    rows = [(words.figure(one.key), *figure_cells(one, words)) for one in figures]
    said = [
        index
        for index, key in enumerate(FIGURE_COLUMNS)
        if key not in MAY_BE_LEFT_OUT or any(row[index] != NOTHING for row in rows)
    ]
    return Grid(
        headings=tuple(words.heading(FIGURE_COLUMNS[index]) for index in said),
        rows=tuple(tuple(row[index] for index in said) for row in rows),
        right=frozenset(
            place for place, index in enumerate(said) if FIGURE_COLUMNS[index] not in OF_WORDS
        ),
    )


def _table(table: ReportTable, words: ReportWords, zone: ZoneInfo) -> Grid:
    numbers = {
        index
        for index, column in enumerate(table.columns)
        if column not in NUMBERED and _is_of_numbers([row[index] for row in table.rows])
    }
    shown_: list[tuple[str, ...]] = [
        tuple(
            cell_text(cell, (table.key, column), words, zone)
            for cell, column in zip(row, table.columns, strict=True)
        )
        for row in table.rows
    ]
    headings = [words.column(column) for column in table.columns]
    # What was kept and what it is of are one column on paper.
    pairs = {
        index: index + 1
        for index, column in enumerate(table.columns[:-1])
        if column.endswith(OF_KEPT[0])
        and table.columns[index + 1] == column.removesuffix(OF_KEPT[0]) + OF_KEPT[1]
    }
    left = [index for index in range(len(headings)) if index not in pairs.values()]

    def joined(cells: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            f"{cells[index]} / {cells[pairs[index]]}" if index in pairs else cells[index]
            for index in left
        )

    return Grid(
        headings=tuple(
            words.page("kept_of", text=headings[index]) if index in pairs else headings[index]
            for index in left
        ),
        rows=tuple(map(joined, shown_)),
        right=frozenset(place for place, index in enumerate(left) if index in numbers),
    )


def _is_of_numbers(cells: Sequence[Cell]) -> bool:
    """Numbers and what has none; not of words alone."""
    words = [cell for cell in cells if isinstance(cell, str)]
    return not any(words) and (len(words) < len(cells) or not cells)
