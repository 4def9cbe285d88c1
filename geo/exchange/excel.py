"""Excel workbooks (.xlsx): every visible sheet with columns of places is a layer."""

import io
import warnings
from datetime import date, datetime, time
from typing import Any, Final
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from geo.exchange.archive import Archive
from geo.exchange.delimited import table_layer
from geo.exchange.refusals import refused
from geo.exchange.table import Limits, Note, NoteCode, RawLayer
from models.errors import InputRefused
from models.land import Fact

__all__ = ["read_excel"]

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
_TYPED: Final = tuple(
    word.encode(code)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for code in ("utf-8", "utf-16-le", "utf-16-be")
)
_HEADINGS: Final = 20


def read_excel(content: bytes, archive: Archive, limits: Limits) -> list[RawLayer]:
    """Read the sheets of a workbook.

    Args:
        content: of the file.
        archive: the same, looked at.
        limits: what it may hold.

    Raises:
        InputRefused: damaged, too large, or no sheet says where its rows are.
    """
    for name in archive.names:
        if name.endswith((".xml", ".rels")) and any(mark in archive.read(name) for mark in _TYPED):
            raise refused("file_entities", f"{archive.name} has a document type or entities.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read anyway
            return _sheets(content, archive.name, limits)
    except _BROKEN as error:
        raise refused("file_damaged", f"{archive.name} is damaged: {error}.") from error


def _sheets(content: bytes, name: str, limits: Limits) -> list[RawLayer]:
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=True, keep_links=False
    )
    layers: list[RawLayer] = []
    without: InputRefused | None = None
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets[: limits.layers]:
        sheet.reset_dimensions()  # what a file says of its size is not believed
        rows, notes = _rows(sheet, limits, name)
        if not rows:
            continue
        title = (
            sheet.title
            if len(sheets) > 1 or not sheet.title.lower().startswith("sheet")
            else name.rsplit(".", 1)[0]
        )
        try:
            layers.append(
                table_layer(title, rows, limits, encoding=None, as_text=False, notes=notes)
            )
        except InputRefused as error:
            if error.code != "file_no_places":
                raise
            without = error
    if not layers and without is not None:
        raise without
    return layers


def _rows(sheet: Any, limits: Limits, name: str) -> tuple[list[list[Fact]], list[Note]]:  # noqa: ANN401 -- openpyxl has no types
    rows: list[list[Fact]] = []
    notes: list[Note] = []
    for cells in sheet.iter_rows(max_col=limits.columns + 1):
        if len(rows) > limits.rows + _HEADINGS:
            raise refused("file_rows", f"{name} has more than {limits.rows} rows.")
        row = [_value(cell, notes) for cell in cells]
        while row and row[-1] is None:
            row.pop()
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows, notes


def _value(cell: Any, notes: list[Note]) -> Fact:  # noqa: ANN401 -- openpyxl has no types
    value = cell.value
    if cell.data_type == "e":
        notes.append(Note(NoteCode.ERROR_CELL, None, {"cell": cell.coordinate, "text": str(value)}))
        return None
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return value.strip() or None
    return value if value is None or isinstance(value, bool | int | float) else str(value)
