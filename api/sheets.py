"""Tables that people hand over, CSV or Excel, as rows below headings; whatever their rows say.

A CSV is UTF-8 or GBK with commas, semicolons or tabs. Of a workbook the first sheet with the needed
columns is read. Headings may stand below a title, in any order, with units in brackets behind them.
"""

import csv
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from api.cells import is_empty
from models.errors import InputRefused

__all__ = ["MOST_ROWS", "Column", "Sheet", "find_sheet"]

MOST_ROWS: Final = 50_000
MOST_UNPACKED_BYTES: Final = 100_000_000
LATEST_HEADINGS: Final = 20
"""Headings are looked for in so many rows from the top."""

_UNIT: Final = re.compile(r"[(\[\u3010].*?[)\]\u3011]|[\s_]")
_BROKEN: Final = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    SyntaxError,
    BadZipFile,
    InvalidFileException,
)


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value stands.

    Attributes:
        index: from 0.
        heading: as it is written there.
    """

    index: int
    heading: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its headings found.

    Attributes:
        rows: all of it.
        start: which of them is the headings', from 0.
        columns: by key.
    """

    rows: Sequence[Sequence[Any]]
    start: int
    columns: dict[str, Column]

    def records(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Rows below the headings in which anything stands: number from 1, and cells by key."""
        for number, row in enumerate(self.rows[self.start + 1 :], self.start + 2):
            cells = {
                key: row[column.index] if column.index < len(row) else None
                for key, column in self.columns.items()
            }
            if not all(is_empty(cell) for cell in cells.values()):
                yield number, cells


def find_sheet(
    data: bytes,
    headings: Mapping[str, Sequence[str]],
    needed: Sequence[Sequence[str]],
    lacking: Callable[[Sequence[str]], InputRefused],
) -> Sheet:
    """The table of a file.

    Args:
        data: the file.
        headings: by key, what a column may be called; compared without case, width, spaces,
            underscores and what stands in brackets. The first of two columns of a key counts.
        needed: keys without which it is no such table; one of these sets is enough.
        lacking: the refusal of a file that has none, from the keys that are missing at least.

    Raises:
        InputRefused: no table (``sheet_file``), or one that is too large (``sheet_rows``); or as
            ``lacking`` says.
    """
    known = {_plain(name): key for key, names in headings.items() for name in names}
    sheets = _workbook(data) if data[:4] == b"PK\x03\x04" else [_table(data)]
    least = list(needed[0])
    for rows in sheets:
        for start, heading in enumerate(rows[:LATEST_HEADINGS]):
            columns = _columns(heading, known)
            for keys in needed:
                missing = [key for key in keys if key not in columns]
                if not missing:
                    return Sheet(rows, start, columns)
                least = min(least, missing, key=len)
    raise lacking(least)


def _table(data: bytes) -> list[Sequence[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = "\0"
    if "\0" in text:
        raise InputRefused(
            "The file is no table of text.",
            remedy="Save it as CSV in UTF-8 or GBK, or as an Excel workbook (.xlsx).",
            code="sheet_file",
        )
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputRefused(f"The file is no table: {error}.", code="sheet_file") from error
    return _few(rows)


def _workbook(data: bytes) -> list[list[Sequence[Any]]]:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED_BYTES:
                raise InputRefused(
                    "The workbook holds more than a hundred megabytes.",
                    remedy="Hand over fewer rows at a time.",
                    code="sheet_rows",
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            try:
                return [
                    _few(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1))
                    for sheet in book.worksheets
                ]
            finally:
                book.close()
    except _BROKEN:  # whose words may hold what stands in a cell: a telephone number, a plate
        raise InputRefused(
            "The workbook is damaged.",
            remedy="Save it again as an Excel workbook (.xlsx).",
            code="sheet_file",
        ) from None


def _few(rows: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    found = list(rows)
    if len(found) > MOST_ROWS:
        raise InputRefused(
            f"The table has more than {MOST_ROWS} rows.",
            remedy="Hand over fewer rows at a time.",
            code="sheet_rows",
        )
    return found


def _columns(heading: Sequence[Any], known: Mapping[str, str]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for index, cell in enumerate(heading):
        text = "" if cell is None else str(cell)
        key = known.get(_plain(text))
        if key is not None and key not in found:
            found[key] = Column(index, text.strip())
    return found


def _plain(heading: str) -> str:
    return _UNIT.sub("", unicodedata.normalize("NFKC", heading)).casefold()
