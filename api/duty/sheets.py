"""A roster in a table, as townships hand it over each month: CSV or Excel, one row a shift.

A row that cannot be read, or says what cannot be, is left out and told with its number, its column
and why; the others are taken. Nothing is guessed: an empty township is not the district's duty.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from api.cells import is_empty, text_of
from api.duty.spans import span_of
from api.duty.units import Units
from api.sheets import Sheet, find_sheet
from models.duty import (
    PersonDraft,
    Post,
    ShiftDraft,
    TeamKind,
    check_person,
    check_shift,
)
from models.duty.plan import PersonKey, PlannedShift, key_of
from models.errors import InputRefused, WatchError

__all__ = ["ReadRow", "RefusedRow", "read_roster"]

Part = TypeVar("Part")

LONGEST_TOLD: Final = 40

_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "day": ("日期", "值班日期", "day", "date"),
    "from_at": ("开始", "开始时间", "起始时间", "上班", "from", "from_at", "start"),
    "until_at": ("结束", "结束时间", "截止时间", "下班", "until", "until_at", "end"),
    "township": ("镇街", "乡镇", "镇", "街镇", "乡镇街道", "township"),
    "village": ("村", "村社", "村社区", "村(社区)", "village"),
    "post": ("岗位", "职责", "post"),
    "team": ("队伍", "队伍类型", "队伍类别", "team"),
    "name": ("姓名", "值班人员", "name"),
    "phone": ("电话", "手机", "联系电话", "手机号", "电话号码", "phone", "telephone"),
    "deputy": ("替班", "备勤", "顺序", "deputy"),
}
_PERSON: Final = ("township", "post", "name", "phone")
_NEEDED: Final = (("day", *_PERSON), ("from_at", "until_at", *_PERSON))

_POSTS: Final[dict[str, Post]] = {
    **{post.value: post for post in Post},
    **dict.fromkeys(
        ("委", "党委", "领导", "带班领导", "带班", "党政领导", "镇领导"), Post.COMMITTEE
    ),
    **dict.fromkeys(("站", "林业站", "应急站", "农业服务中心", "站长", "值班员"), Post.STATION),
    **dict.fromkeys(("队", "扑火队", "消防队", "应急队", "队员", "队长"), Post.TEAM),
    **dict.fromkeys(("专职队", "义务队", "半专业队", "志愿队"), Post.TEAM),
    **dict.fromkeys(("网格员", "护林员", "巡护员", "网格", "村网格员"), Post.GRID),
}
_TEAMS: Final[dict[str, TeamKind]] = {
    **{kind.value: kind for kind in TeamKind},
    **dict.fromkeys(("专职", "专职队", "专业", "专业队"), TeamKind.FULL_TIME),
    **dict.fromkeys(("义务", "义务队", "志愿", "志愿队"), TeamKind.VOLUNTEER),
}
_FIRST: Final = frozenset({"", "否", "无", "主班", "no", "false"})
_DEPUTY: Final = frozenset({"是", "替班", "副班", "备班", "yes", "true"})
_MOST_DIGITS: Final = 1e15


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row that can be taken.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        township_column: heading of where the township stands.
        shift: what it says.
    """

    row: int
    township_column: str
    shift: PlannedShift


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was left out.

    Attributes:
        row: of the sheet, counted from 1, headings included.
        column: heading of what is wrong; never what stands there, which may be a telephone number.
        why: as it would be refused by itself.
    """

    row: int
    column: str
    why: WatchError


class _LeftOut(Exception):  # told, not raised to anybody
    def __init__(self, key: str, why: InputRefused) -> None:
        super().__init__(key)
        self.key = key
        self.why = why


def read_roster(
    data: bytes, *, zone: ZoneInfo, units: Units
) -> tuple[list[ReadRow], list[RefusedRow]]:
    """Read a roster.

    Args:
        data: a CSV or an Excel workbook, see :func:`api.sheets.find_sheet`.
        zone: of the site.
        units: of the land, for names of townships and villages.

    Returns:
        The rows of shifts, each shift once, and the rows that were left out, in their order.

    Raises:
        InputRefused: no table (``sheet_file``), without a needed column (``duty_columns``), or of
            too many rows (``sheet_rows``).
    """
    sheet = find_sheet(data, _HEADINGS, _NEEDED, _lacking)
    township = _heading(sheet, "township")
    planned: dict[PlannedShift, ReadRow] = {}
    telephones: dict[PersonKey, str] = {}
    refused: list[RefusedRow] = []
    for number, cells in sheet.records():
        try:
            shift = _shift(cells, zone, units)
            _check_telephone(telephones, shift.person)
            planned.setdefault(shift, ReadRow(number, township, shift))
        except _LeftOut as left:
            refused.append(RefusedRow(number, _heading(sheet, left.key), left.why))
    return list(planned.values()), refused


def _shift(cells: dict[str, Any], zone: ZoneInfo, units: Units) -> PlannedShift:
    """One row.

    Raises:
        _LeftOut: why not.
    """

    def part(key: str, read: Callable[[], Part]) -> Part:
        try:
            return read()
        except InputRefused as refusal:
            raise _LeftOut(key, refusal) from refusal

    township = part("township", lambda: units.township(text_of(cells["township"])))
    village = part("village", lambda: units.village(text_of(cells.get("village")), township))
    post = part("post", lambda: _post(cells["post"]))
    team = part("team", lambda: _team(cells.get("team"), cells["post"]))
    person = PersonDraft(
        name=unicodedata.normalize("NFKC", text_of(cells["name"])),
        phone=_telephone(cells["phone"]),
        post=post,
        township=township,
        village=village,
        team=team,
    )
    try:
        check_person(person)
    except InputRefused as refusal:
        wrong = refusal.code.removeprefix("duty_")
        raise _LeftOut("village" if wrong == "place" else wrong, refusal) from refusal
    day, begins, ends = (cells.get(key) for key in ("day", "from_at", "until_at"))
    from_at, until_at = part("day", lambda: span_of(day, begins, ends, zone))
    deputy = part("deputy", lambda: _deputy(cells.get("deputy")))
    part("until_at", lambda: check_shift(ShiftDraft(0, from_at, until_at, deputy)))
    return PlannedShift(person, from_at, until_at, deputy)


def _post(cell: object) -> Post:
    told = _plain(cell)
    found = _POSTS.get(told)
    if found is None:
        raise InputRefused(
            f"{text_of(cell)[:LONGEST_TOLD] or 'An empty cell'} is no post.",
            remedy="Write 委, 站, 队 or 网格员.",
            code="duty_post",
        )
    return found


def _team(cell: object, post: object) -> TeamKind | None:
    """The kind of team that is told; a post may be called by it (专职队)."""
    named = _TEAMS.get(_plain(post))
    if is_empty(cell):
        return named
    found = _TEAMS.get(_plain(cell))
    if found is None or named not in (None, found):
        raise InputRefused(
            f"{text_of(cell)[:LONGEST_TOLD]} is no kind of team, or another than the post says.",
            remedy="Write 专职 or 义务, or nothing.",
            code="duty_team_kind",
        )
    return found


def _deputy(cell: object) -> int:
    told = _plain(cell)
    if told in _FIRST:
        return 0
    if told in _DEPUTY:
        return 1
    if re.fullmatch(r"[0-9](\.0)?", told):
        return int(told[0])
    raise InputRefused(
        "Who is called first has nothing, 否 or 0; deputies are counted from 1 to 9.",
        remedy="Write a number from 1 to 9.",
        code="duty_deputy",
    )


def _telephone(cell: object) -> str:
    """As it is dialled; a spreadsheet hands over a number as one."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _MOST_DIGITS:
        cell = int(cell)
    return unicodedata.normalize("NFKC", text_of(cell))


def _plain(cell: object) -> str:
    return "".join(unicodedata.normalize("NFKC", text_of(cell)).split()).casefold()


def _heading(sheet: Sheet, key: str) -> str:
    """Of the column, or of another that is of the same kind where the sheet has no such column."""
    order = (key, "day", "from_at") if key in {"day", "until_at"} else (key, "post")
    return next(sheet.columns[one].heading for one in order if one in sheet.columns)[:LONGEST_TOLD]


def _check_telephone(known: dict[PersonKey, str], person: PersonDraft) -> None:
    """Refuse a second number of somebody: whose it is would be guessed.

    Raises:
        _LeftOut: code ``duty_two_phones``.
    """
    if known.setdefault(key_of(person), person.phone) != person.phone:
        why = InputRefused(
            "Somebody of the same name, place and post has another telephone number above.",
            remedy="Write one number; tell two people of one name apart by their names.",
            code="duty_two_phones",
        )
        raise _LeftOut("phone", why)


def _lacking(columns: Sequence[str]) -> InputRefused:
    return InputRefused(
        f"The table has no column for: {', '.join(columns)}.",
        remedy="Name the columns 日期 (or 开始 and 结束), 镇街, 岗位, 姓名, 电话.",
        code="duty_columns",
    )
