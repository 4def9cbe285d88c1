"""Aircraft in CSV: a row each, a column for each field, ``cameras.1.name`` for those with parts."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from drone_jobs.fleet_fields import PARTS
from models.mission import Aircraft

__all__ = ["aircraft_csv", "csv_tables"]

_FORMULA: Final = ("=", "+", "-", "@", "'")
"""A spreadsheet takes a cell that begins so for a formula; an apostrophe before it stops that."""
_YES_NO: Final = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
_LISTED: Final = re.compile(r"(cameras|battery)\.([1-9][0-9]?)\.([a-z_0-9]+)")
_SINGLE: Final = frozenset({"wpml", "registration"})
_TEXTS: Final = frozenset({"name", "lens", "model", "autopilot", "home_name", "note"})
_PAPERS: Final = frozenset({"number", "product_id", "operator_certificate", "insurance", "pilot"})


def csv_tables(data: bytes) -> list[object]:
    """The rows as tables; an empty cell is a field that is not told.

    Raises:
        ValueError: no CSV, a heading that is empty or there twice, or a row longer than the head.
    """
    try:
        rows = list(csv.reader(io.StringIO(_decoded(data), newline=""), strict=True))
    except csv.Error as error:
        raise ValueError(error) from error
    head = [cell.strip() for cell in rows[0]] if rows else []
    if len(set(head)) < len(head) or not all(head):
        msg = "a heading is empty, or there twice"
        raise ValueError(msg)
    filled = [row for row in rows[1:] if any(cell.strip() for cell in row)]
    if any(len(row) > len(head) for row in filled):
        msg = "a row has more cells than the head"
        raise ValueError(msg)
    return [_table(dict(zip(head, row, strict=False))) for row in filled]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _table(cells: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    lists: dict[str, dict[int, dict[str, Any]]] = {}
    for heading, cell in cells.items():
        if not cell.strip():
            continue
        value = _value(heading, cell.strip())
        listed = _LISTED.fullmatch(heading)
        kind, _, name = heading.partition(".")
        if listed is not None:
            rows = lists.setdefault(listed[1], {})
            rows.setdefault(int(listed[2]), {})[listed[3]] = value
        elif kind in _SINGLE and name:
            told.setdefault(kind, {})[name] = value
        else:
            told[heading] = value
    return {**told, **{kind: [rows[each] for each in sorted(rows)] for kind, rows in lists.items()}}


def _value(heading: str, cell: str) -> object:
    """As a text, a number, or yes and no; what is none of them stays a text and is refused."""
    *kind, name = heading.split(".")
    if name in _TEXTS or (kind == ["registration"] and name in _PAPERS):
        return cell[1:] if cell[0] == "'" and cell[1:2] in _FORMULA else cell
    if name.startswith("is_"):
        return _YES_NO.get(cell.casefold(), cell)
    try:
        return float(cell)
    except ValueError:
        return cell


def aircraft_csv(tables: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8 with a mark, as Excel wants it."""
    rows = [dict(_cells(table)) for table in tables]
    told = {heading for row in rows for heading in row}
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, [each for each in _headings() if each in told] or ["name"])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def _headings() -> Iterator[str]:
    for field in fields(Aircraft):
        part = PARTS.get(field.name)
        if part is None:
            yield field.name
            continue
        numbers = [f"{each}." for each in range(1, 100)] if part in _LISTS else [""]
        yield from (
            f"{field.name}.{number}{inner.name}" for number in numbers for inner in fields(part)
        )


_LISTS: Final = (PARTS["cameras"], PARTS["battery"])


def _cells(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, list):
            for number, each in enumerate(value, 1):
                yield from ((f"{key}.{number}.{name}", _cell(cell)) for name, cell in each.items())
        elif isinstance(value, dict):
            yield from ((f"{key}.{name}", _cell(cell)) for name, cell in value.items())
        else:
            yield key, _cell(value)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return repr(value)
