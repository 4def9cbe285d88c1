"""Tables of weather as stations hand them over, and hostile ones: every row is taken or told."""

import io
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import sheets
from api.weather.sheets import LeftOut, read_sheet
from models.errors import InputRefused
from models.weather import Reading

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 4, 6, 0, 0, tzinfo=UTC)
NOON = datetime(2026, 4, 5, 5, 0, tzinfo=UTC)
HEADINGS = "站点,时间,气温(℃),相对湿度\uff08%\uff09,风速(m/s),24小时降水量[mm]"


def read(data: bytes | str) -> tuple[list[Reading], list[LeftOut]]:
    content = data.encode() if isinstance(data, str) else data
    return read_sheet(content, zone=ZONE, noon_hour=13.0, now=NOW)


def code_of(data: bytes | str) -> str:
    with pytest.raises(InputRefused) as caught:
        read(data)
    return caught.value.code


def test_a_station_list_in_gbk_with_zeros_and_trace_rain() -> None:
    table = (
        f"{HEADINGS}\r\n万隆,2026/4/5 13:00,0,0,0,0\r\n万隆,2026-04-04 13:00,21.5,35,3.2,微量\r\n"
    )
    readings, faults = read(table.encode("gb18030"))
    assert faults == []
    assert readings == [
        Reading("万隆", NOON, 0.0, 0.0, 0.0, 0.0),
        Reading("万隆", NOON - timedelta(days=1), 21.5, 35.0, 3.2, 0.0),
    ]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-04-05 13:00",
        "2026-04-05T13:00:00",
        "2026-04-05T05:00:00Z",
        "2026-04-05T13:00:00+08:00",
        "2026/4/5 13:00:00",
        "2026年4月5日13时",
        "2026年4月5日 13时00分",
        "2026.4.5",
        "20260405",
        "20260405 13",
        "2026-04-05 13\uff1a00",
    ],
)
def test_the_ways_in_which_moments_are_written(moment: str) -> None:
    readings, faults = read(f"时间;气温;湿度;风速;日降雨量\n{moment};20;40;3;0\n")
    assert faults == []
    assert [(one.station, one.at) for one in readings] == [("", NOON)]


def test_wind_in_kilometres_an_hour_where_the_heading_says_so_and_units_in_cells() -> None:
    readings, _ = read("time\ttemp\trh\twind (km/h)\train\n2026-04-05 13:00\t20℃\t40%\t36\t1.5mm\n")
    assert readings == [Reading("", NOON, 20.0, 40.0, 10.0, 1.5)]


def test_headings_may_stand_below_a_title_and_columns_in_any_order() -> None:
    readings, faults = read(
        "綦江区气象站\n\n风速,备注,时间,24h降水量,湿度,气温\n2,x,2026-04-05,0,50,18\n,,,,,\n"
    )
    assert (readings, faults) == ([Reading("", NOON, 18.0, 50.0, 2.0, 0.0)], [])


def test_every_row_that_cannot_be_is_told_and_the_others_are_taken() -> None:
    table = "\n".join(
        (
            HEADINGS,
            "万隆,2026-04-05 13:00,20,40,3,0",
            "万隆,2026-04-31 13:00,20,40,3,0",  # no such day
            "万隆,2026-04-05 25:00,20,40,3,0",
            "万隆,下午,20,40,3,0",
            "万隆,,20,40,3,0",
            "万隆,2026-04-05 14:00,,/,nan,x",
            "万隆,2026-04-05 15:00,293.1,40,3,0",  # kelvin
            "万隆,2027-04-05 13:00,20,40,3,0",
            "万隆,2026-04-05 16:00,20,999999,3,0",
            "万隆,2026-04-05 17:00",
            f"{'站' * 90},2026-04-05 13:00,20,40,3,0",
            "万隆,9999-12-31 23:59,20,40,3,0",
            "万隆,0001-01-01T00:00:00+14:00,20,40,3,0",
        )
    )
    readings, faults = read(table)
    assert len(readings) == 1
    assert [(one.row, one.code) for one in faults] == [
        (3, "weather_moment"),
        (4, "weather_moment"),
        (5, "weather_moment"),
        (6, "weather_moment"),
        (7, "weather_missing"),
        (7, "weather_missing"),
        (7, "weather_number"),
        (7, "weather_number"),
        (8, "weather_value"),
        (9, "weather_time"),
        (10, "weather_value"),
        (11, "weather_missing"),
        (11, "weather_missing"),
        (11, "weather_missing"),
        (11, "weather_missing"),
        (12, "weather_station"),
        (13, "weather_moment"),
        (14, "weather_moment"),
    ]
    assert (faults[2].column, faults[2].value) == ("时间", "下午")
    assert (faults[8].column, faults[8].value) == ("气温(℃)", "293.1")
    assert (faults[9].column, faults[9].value) == ("时间", "2027-04-05 13:00")
    assert (faults[10].column, faults[10].value) == ("相对湿度\uff08%\uff09", "999999")
    assert (faults[15].column, faults[15].value) == ("站点", "站" * 40)


def workbook(*rows: tuple[Any, ...], title: bool = True) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if title:
        sheet.append(("说明",))
        sheet = book.create_sheet("数据")
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_workbook_is_read_from_the_sheet_that_has_the_columns() -> None:
    data = workbook(
        ("站名", "日期", "气温", "相对湿度", "风速", "日降水量"),
        ("万隆", datetime(2026, 4, 5, 0, 0), 20, 40.5, 3, 0),  # noqa: DTZ001 -- as Excel has it
        ("万隆", date(2026, 4, 4), 20, 40, 3, "微量"),
        ("万隆", time(13, 0), 20, 40, 3, 0),
        ("万隆", "2026-04-03", True, None, 3, 0),
        (None, None, None, None, None, None),
    )
    readings, faults = read(data)
    assert [(one.at, one.humidity_percent) for one in readings] == [
        (NOON, 40.5),
        (NOON - timedelta(days=1), 40.0),
    ]
    assert [(one.row, one.code) for one in faults] == [
        (4, "weather_moment"),
        (5, "weather_missing"),
        (5, "weather_missing"),
    ]


def test_a_column_of_days_means_noon_and_one_of_hours_means_what_it_says() -> None:
    def hours(*moments: str) -> list[int]:
        rows = "".join(f"{moment},20,40,3,0\n" for moment in moments)
        readings, _ = read(f"时间,气温,湿度,风速,日降雨量\n{rows}")
        return [one.at.astimezone(ZONE).hour for one in readings]

    assert hours("2026/4/4 0:00", "2026/4/5 0:00") == [13, 13]
    assert hours("2026/4/4 0:00", "2026/4/4 13:00") == [0, 13]


def test_what_is_no_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code_of(b"\x00\x01\x02") == "sheet_file"
    assert code_of(b"\xff\xfe\x00a") == "sheet_file"
    assert code_of(b"") == "weather_columns"
    assert code_of("a,b\n1,2\n") == "weather_columns"
    assert code_of("时间,气温\n2026-04-05,1\n") == "weather_columns"
    assert code_of(b"PK\x03\x04 and no more") == "sheet_file"
    assert code_of('a,"' + "x" * 200_000 + '"\n') == "sheet_file"
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    assert code_of("\n".join(["a,b"] * 4)) == "sheet_rows"
    assert code_of(workbook(*[("a",)] * 4, title=False)) == "sheet_rows"


def test_a_bomb_of_an_archive_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = io.BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 1_000_000)
    monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 500_000)
    assert code_of(bomb.getvalue()) == "sheet_rows"
    monkeypatch.undo()
    assert code_of(bomb.getvalue()) == "sheet_file"


def test_the_message_names_what_is_missing() -> None:
    with pytest.raises(InputRefused, match="rain_24h_mm"):
        read("时间,气温,湿度,风速\n2026-04-05,1,1,1\n")


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read_and_nothing_else(data: bytes) -> None:
    with suppress(InputRefused):
        read(data)


@given(st.lists(st.lists(st.text(max_size=12), min_size=6, max_size=6), max_size=5))
def test_any_cells_are_taken_or_told(rows: list[list[str]]) -> None:
    clean = [[cell.translate(str.maketrans("", "", ',\n\r"\0')) for cell in row] for row in rows]
    text = "\n".join([HEADINGS, *(",".join(row) for row in clean)])
    readings, faults = read(text.encode("utf-8", "replace"))
    told = {one.row for one in faults}
    assert len(readings) + len(told) <= len(rows)
