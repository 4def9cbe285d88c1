"""Tables of text: commas, semicolons, tabs or bars; UTF-8, UTF-16 or GBK."""

import csv
import io
from collections.abc import Sequence

from geo.exchange.headings import place_columns
from geo.exchange.placing import placed
from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from geo.exchange.text import decoded
from models.land import Fact

__all__ = ["read_delimited", "table_layer", "unique"]

LONGEST_CELL = 10_000_000
_DEEPEST_HEADING = 20


def read_delimited(
    content: bytes, name: str, limits: Limits, encoding: str | None = None
) -> RawLayer:
    """Read a table of text.

    Raises:
        InputRefused: it is no text, has no columns of places, or too many rows or columns.
    """
    text, encoding = decoded(content, name, encoding)
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[list[Fact]] = []
    try:
        for row in reader:
            if len(rows) > limits.rows + _DEEPEST_HEADING:
                raise refused("file_rows", f"{name} has more than {limits.rows} rows.")
            rows.append([cell.strip() or None for cell in row[: limits.columns + 1]])
    except csv.Error as error:
        raise refused("file_damaged", f"{name} is no table: {error}.") from error
    return table_layer(name, rows, limits, encoding=encoding, as_text=True)


def table_layer(
    name: str,
    rows: Sequence[Sequence[Fact]],
    limits: Limits,
    *,
    encoding: str | None,
    as_text: bool,
    notes: Sequence[Note] = (),
) -> RawLayer:
    """A layer of a table whose headings stand in one of its first rows.

    Raises:
        InputRefused: no row of headings names a place (``file_no_places``), or too much of it.
    """
    found = next(
        (
            (number, columns)
            for number, row in enumerate(rows[:_DEEPEST_HEADING])
            if (columns := place_columns([_heading(cell) for cell in row])) is not None
        ),
        None,
    )
    if found is None:
        raise refused("file_no_places", f"No column of {name} says where its rows are.")
    start, columns = found
    headings = unique([_heading(cell) for cell in rows[start]])
    if len(headings) > limits.columns:
        raise refused("file_rows", f"{name} has more than {limits.columns} columns.")
    width = len(headings)
    body = [
        [*row[:width], *([None] * (width - len(row)))]
        for row in rows[start + 1 :]
        if any(cell is not None and cell != "" for cell in row)
    ]
    if len(body) > limits.rows:
        raise refused("file_rows", f"{name} has more than {limits.rows} rows.")
    geometries, found_notes = placed(body, columns)
    kept = [
        index
        for index in range(width)
        if index not in columns.used
        and (rows[start][index] is not None or any(row[index] is not None for row in body))
    ]
    told = list(notes)
    if start > 0:
        told.append(Note(NoteCode.HEADINGS_ROW, None, {"row": start + 1}))
    if encoding is not None:
        told.append(Note(NoteCode.ENCODING, None, {"encoding": encoding}))
    if columns.system is None:
        told.append(Note(NoteCode.SYSTEM_MISSING))
    return RawLayer(
        name,
        tuple(headings[index] for index in kept),
        tuple(tuple(row[index] for index in kept) for row in body),
        tuple(geometries),
        columns.system,
        encoding,
        (*told, *found_notes),
        as_text=as_text,
    )


def unique(names: Sequence[str]) -> list[str]:
    """Names of columns, each once and none empty."""
    taken: set[str] = set()
    result = []
    for number, name in enumerate(names, 1):
        wanted = base = name or f"column {number}"
        again = 1
        while wanted in taken:
            again += 1
            wanted = f"{base} {again}"
        taken.add(wanted)
        result.append(wanted)
    return result


def _heading(cell: Fact) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _delimiter(text: str) -> str:
    """What separates the cells: the sign that most of the first lines have equally often."""
    lines = [line for line in text[:100_000].splitlines()[:10] if line.strip()]
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        return lines[0][4]
    return max(
        ",;\t|",
        key=lambda sign: (
            sum(_outside_quotes(line, sign) > 0 for line in lines) * 1000
            + sum(_outside_quotes(line, sign) for line in lines)
        ),
    )


def _outside_quotes(line: str, sign: str) -> int:
    return sum(part.count(sign) for part in line.split('"')[::2])
