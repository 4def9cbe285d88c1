"""Tables of passages as people and gates make them, and what is left out of them with why."""

import csv
import io
import zipfile
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.gates.sheets import LeftOut, read_sheet
from models.errors import InputRefused
from models.passage import PassageDraft, PassageKind, Way

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HEADINGS = ("卡口", "时间", "方向(进/出)", "类型(车牌/码/人数)", "车牌或码", "编号")
Read = tuple[list[PassageDraft], list[LeftOut]]


def written(*rows: tuple[str, ...], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def book(*rows: tuple[Any, ...]) -> bytes:
    made, sheets = io.BytesIO(), openpyxl.Workbook()
    sheets.active.append(("说明",))
    sheet = sheets.create_sheet("通行")
    sheet.append(("某林场卡口通行记录",))
    for row in rows:
        sheet.append(row)
    sheets.save(made)
    return made.getvalue()


def read(data: bytes) -> Read:
    return read_sheet(data, zone=ZONE, now=NOW)


def one(*row: str) -> PassageDraft | LeftOut:
    drafts, left_out = read(written(HEADINGS, row))
    assert len(drafts) + len(left_out) == 1
    return (*drafts, *left_out)[0]


def local(hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Of 25 November by the site's clock, counted by hand: eight hours before."""
    return datetime(2026, 11, 24, 16, tzinfo=UTC) + timedelta(
        hours=hour, minutes=minute, seconds=second
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_text(encoding: str, delimiter: str) -> None:
    rows = [
        ("DRILL-CHECK-04", "2026-11-25 09:30:15", "进", "车牌", "渝A·12345", "1"),
        ("DRILL-CHECK-04", "2026年11月25日 09时31分", "出", "码", "gz 77", "2"),
        ("石门", "2026-11-25T01:32:00Z", "", "人数", "", ""),
    ]
    drafts, left_out = read(written(HEADINGS, *rows, encoding=encoding, delimiter=delimiter))
    assert left_out == []
    assert drafts == [
        PassageDraft(
            "DRILL-CHECK-04",
            local(9, 30, 15),
            Way.IN,
            PassageKind.PLATE,
            who="渝A·12345",
            key="1",
        ),
        PassageDraft(
            "DRILL-CHECK-04", local(9, 31), Way.OUT, PassageKind.CODE, who="gz 77", key="2"
        ),
        PassageDraft("石门", local(9, 32), Way.UNKNOWN, PassageKind.COUNT),
    ]
    assert all(draft.at.tzinfo is UTC for draft in drafts)


def test_a_workbook_with_days_and_times_in_their_own_columns() -> None:
    drafts, left_out = read(
        book(
            ("日期", "时间", "检查站名称", "车牌号码", "流水号", "备注"),
            (datetime(2026, 11, 25), time(9, 30), "石门", "渝A12345", 17.0, "x"),  # noqa: DTZ001
            ("2026/11/25", "9:31:05", "石门", "渝A12345", 18, None),
            (None, datetime(2026, 11, 25, 9, 32), "石门", None, None, None),  # noqa: DTZ001
            (None, None, None, None, None, None),
            (datetime(2026, 11, 25), None, "石门", "渝A12345", 19, None),  # noqa: DTZ001
        )
    )
    assert [(draft.at, draft.kind, draft.key) for draft in drafts] == [
        (local(9, 30), PassageKind.PLATE, "17"),
        (local(9, 31, 5), PassageKind.PLATE, "18"),
        (local(9, 32), PassageKind.COUNT, ""),
    ]
    assert left_out == [LeftOut(7, "时间", "gate_moment")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (("", "2026-11-25 09:30", "进", "车牌", "渝A12345"), "卡口", "gate_name"),
        (("x" * 81, "2026-11-25 09:30", "进", "车牌", "渝A12345"), "卡口", "gate_name"),
        (("石门", "2026-11-25", "进", "车牌", "渝A12345"), "时间", "gate_moment"),
        (("石门", "渝A12345", "进", "车牌", "渝A12345"), "时间", "gate_moment"),
        (("石门", "2026-11-25 11:05:01", "进", "车牌", "渝A12345"), "时间", "gate_time"),
        (("石门", "2020-11-25 09:30", "进", "车牌", "渝A12345"), "时间", "gate_time"),
        (("石门", "2026-11-25 09:30", "上", "车牌", "渝A12345"), "方向", "gate_way"),
        (("石门", "2026-11-25 09:30", "进", "马", "渝A12345"), "类型", "gate_kind"),
        (("石门", "2026-11-25 09:30", "进", "", "渝A12345"), "类型", "gate_kind"),
        (("石门", "2026-11-25 09:30", "进", "车牌", ""), "车牌或码", "gate_who"),
        (("石门", "2026-11-25 09:30", "进", "车牌", "·-"), "车牌或码", "gate_who"),
        (("石门", "2026-11-25 09:30", "进", "人数", "3"), "车牌或码", "gate_who"),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_column(
    row: tuple[str, ...], column: str, code: str
) -> None:
    assert one(*row) == LeftOut(2, column, code)


def test_five_minutes_ahead_is_the_clock_of_the_gate() -> None:
    assert isinstance(one("石门", "2026-11-25 11:05:00", "进", "车牌", "渝A12345"), PassageDraft)


def test_a_table_without_gates_or_times_is_refused() -> None:
    for heading in (("卡口", "车牌"), ("时间", "车牌"), ()):
        with pytest.raises(InputRefused) as refused:
            read(written(heading, ("石门", "渝A12345")))
        assert refused.value.code == "gate_columns"
        assert "渝A12345" not in str(refused.value)


def test_a_damaged_workbook_is_refused_without_what_stands_in_it() -> None:
    whole = book(HEADINGS, ("石门", 46351.5, "进", "车牌", "渝A12345", 1))
    damaged, made = zipfile.ZipFile(io.BytesIO(whole)), io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in damaged.namelist():
            archive.writestr(name, damaged.read(name).replace(b"46351.5", "渝A12345".encode()))
    with pytest.raises(InputRefused) as refused:
        read(made.getvalue())
    assert refused.value.code == "sheet_file"
    told = refused.value
    assert "渝A12345" not in f"{told} {told.__cause__!r}"
    assert told.__suppress_context__, "a log with its trace would have it"


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=90)


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL, CELL), max_size=8))
def test_whatever_stands_in_a_table_every_row_is_taken_or_told(
    rows: list[tuple[str, ...]],
) -> None:
    drafts, left_out = read(written(HEADINGS, *rows))
    full = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(drafts) + len(left_out) == len(full)
    assert len({fault.row for fault in left_out}) == len(left_out)
    assert {fault.column for fault in left_out} <= {one.split("(")[0] for one in HEADINGS}


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 11, 25)),  # noqa: DTZ001
    st.sampled_from([("进", Way.IN), ("OUT", Way.OUT), ("", Way.UNKNOWN), ("驶出", Way.OUT)]),
    st.from_regex(r"[0-9A-Z]{1,16}", fullmatch=True),
)
def test_what_is_written_is_read(at: datetime, way: tuple[str, Way], who: str) -> None:
    at = at.replace(microsecond=0)
    found = one("石门", at.isoformat(" "), way[0], "车牌", who, "")
    assert isinstance(found, PassageDraft)
    assert found.at == at.replace(tzinfo=ZONE)
    assert (found.way, found.who) == (way[1], who)
