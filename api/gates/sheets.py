"""Passages in tables, as gates and the people at them hand them over: one row a passage.

A row that cannot be read, or says what cannot be, is left out and told with its number, its column
and why; the others are taken. What stands in a cell is never told: it may be a plate.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from api.cells import is_empty, moment_of, text_of
from api.sheets import find_sheet
from models.errors import InputRefused
from models.passage import PassageDraft, PassageKind, Way, check_passage

__all__ = ["LeftOut", "read_sheet"]

_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "gate": ("gate", "卡口", "卡点", "检查站", "检查站名称", "卡口名称", "卡口编号", "检查站编号"),
    "at": (
        *("at", "time", "datetime", "时间", "日期时间", "通过时间", "经过时间", "过车时间"),
        *("抓拍时间", "登记时间"),
    ),
    "day": ("day", "date", "日期", "通过日期", "登记日期"),
    "way": ("way", "direction", "方向", "进出", "进/出", "出入"),
    "kind": ("kind", "type", "类型", "类别"),
    "who": ("who", "车牌或码", "车牌/码", "车牌或编码", "plateorcode"),
    "plate": ("plate", "车牌", "车牌号", "车牌号码", "号牌", "号牌号码"),
    "code": ("code", "码", "登记码", "入山码", "二维码"),
    "key": ("key", "编号", "记录编号", "流水号", "记录号"),
}
_WAYS: Final[dict[str, Way]] = {
    **dict.fromkeys(("in", "进", "入", "进山", "入山", "驶入", "进入"), Way.IN),
    **dict.fromkeys(("out", "出", "出山", "驶出", "离开"), Way.OUT),
    **dict.fromkeys(("", "unknown", "未知", "不明"), Way.UNKNOWN),
}
_KINDS: Final[dict[str, PassageKind]] = {
    **dict.fromkeys(("plate", "车牌", "车辆", "号牌"), PassageKind.PLATE),
    **dict.fromkeys(("code", "码", "登记码", "入山码", "二维码", "扫码"), PassageKind.CODE),
    **dict.fromkeys(("count", "人数", "计数", "行人"), PassageKind.COUNT),
}
_BY_COLUMN: Final = {"plate": PassageKind.PLATE, "code": PassageKind.CODE}
_BRACKET: Final = re.compile(r"[(\uff08\[\uff3b\u3010]")
_CLOCK: Final = re.compile(r"\d{1,2}\s*(?::|时|点)")
_CULPRIT: Final = {"gate_name": "gate", "gate_time": "at", "gate_who": "who"}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Why a row was left out.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        column: heading; empty where the table has no such column.
        code: ``gate_moment``, ``gate_way``, ``gate_kind`` or one of
            :func:`models.passage.check_passage`.
    """

    row: int
    column: str
    code: str


def read_sheet(
    data: bytes, *, zone: ZoneInfo, now: datetime
) -> tuple[list[PassageDraft], list[LeftOut]]:
    """Read a table.

    Args:
        data: a CSV or an Excel workbook, see :func:`api.sheets.find_sheet`.
        zone: of times that state none.
        now: UTC, for what lies in the future.

    Returns:
        The passages, and the rows that were left out, in their order.

    Raises:
        InputRefused: no table (``sheet_file``), of too many rows (``sheet_rows``), or without a
            needed column (``gate_columns``).
    """
    sheet = find_sheet(data, _HEADINGS, [("gate", "at")], _lacking)
    drafts: list[PassageDraft] = []
    left_out: list[LeftOut] = []
    for number, cells in sheet.records():
        found = _passage(cells, zone, now)
        if isinstance(found, PassageDraft):
            drafts.append(found)
        else:
            key, code = found
            column = sheet.columns.get(key)
            # Without its brackets, so that nothing of the file is told but what we know.
            heading = "" if column is None else _BRACKET.split(column.heading)[0].strip()
            left_out.append(LeftOut(number, heading, code))
    return drafts, left_out


def _lacking(_columns: Sequence[str]) -> InputRefused:
    return InputRefused(
        "The table lacks a column of gates or of times.",
        remedy="Name the columns 卡口, 时间, 方向, 类型, 车牌或码, 编号.",
        code="gate_columns",
    )


def _passage(
    cells: dict[str, Any], zone: ZoneInfo, now: datetime
) -> PassageDraft | tuple[str, str]:
    """A passage, or the column and the code of why there is none."""
    at = _moment(cells["at"], cells.get("day"), zone)
    way = _WAYS.get(_plain(cells.get("way")))
    column, who = _who(cells)
    kind = _kind(cells.get("kind"), column, who)
    if at is None:
        return "at", "gate_moment"
    if way is None:
        return "way", "gate_way"
    if kind is None:
        return "kind", "gate_kind"
    draft = PassageDraft(
        _written(cells["gate"]), at, way, kind, who=who, key=_written(cells.get("key"))
    )
    try:
        check_passage(draft, now)
    except InputRefused as refusal:
        culprit = _CULPRIT[refusal.code]
        return column if culprit == "who" else culprit, refusal.code
    return draft


def _who(cells: dict[str, Any]) -> tuple[str, str]:
    """In which column somebody is named, and the plate or the code."""
    for column in ("who", "plate", "code"):
        if not is_empty(cells.get(column)):
            return column, _written(cells[column])
    return "who", ""


def _kind(cell: object, column: str, who: str) -> PassageKind | None:
    """By what somebody was noted: as the row says, else as the heading of the column does."""
    word = _plain(cell)
    if word:
        return _KINDS.get(word)
    return PassageKind.COUNT if not who else _BY_COLUMN.get(column)


def _moment(cell: object, day: object, zone: ZoneInfo) -> datetime | None:
    """The moment, UTC; None for what is none, and for a day alone: nobody passes at a day."""
    if isinstance(cell, time) or (isinstance(cell, str) and not is_empty(day)):
        date = day.date().isoformat() if isinstance(day, datetime) else text_of(day)
        joined = moment_of(f"{date} {text_of(cell)}", zone)
        if joined is not None:
            return joined.astimezone(UTC)
    if not isinstance(cell, datetime) and not _CLOCK.search(_normal(cell)):
        return None
    at = moment_of(cell, zone)
    return None if at is None else at.astimezone(UTC)


def _written(cell: object) -> str:
    """As it was written: a spreadsheet makes 12345 of a number that looks like one, or 12345.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return text_of(cell)


def _plain(cell: object) -> str:
    return _normal(_written(cell)).casefold()


def _normal(cell: object) -> str:
    return unicodedata.normalize("NFKC", text_of(cell))
