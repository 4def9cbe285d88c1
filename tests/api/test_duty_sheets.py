"""Rosters as townships hand them over, and hostile ones: every row is taken or told."""

import io
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from api.duty.sheets import ReadRow, RefusedRow, read_roster
from api.duty.spans import span_of
from api.duty.units import Unit, Units
from models.duty import DISTRICT, PersonDraft, PlannedShift, Post, TeamKind
from models.errors import InputRefused
from models.land import LandFeature, Layer

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")  # its clock changes twice a year
MIDNIGHT = datetime(2026, 4, 4, 16, 0, tzinfo=UTC)  # of 5 April in Shanghai
HOUR = timedelta(hours=1)
UNITS = Units(
    {"T1": "万隆镇", "T2": "金山镇", "T3": "石角街道", "T4": "石角镇"},
    (
        Unit("V1", "红星村", "T1"),
        Unit("V2", "红星村", "T2"),
        Unit("V3", "滨河社区", "T1"),
        Unit("V4", "滨河村", "T1"),
    ),
)
HEADINGS = "日期,开始,结束,镇街(名称或代码),村,岗位,队伍,姓名,电话,替班"
ZHANG = PersonDraft("张三", "13800001234", Post.TEAM, "T1", "", TeamKind.FULL_TIME)


def read(
    data: bytes | str, units: Units = UNITS, zone: ZoneInfo = SHANGHAI
) -> tuple[list[ReadRow], list[RefusedRow]]:
    content = data.encode() if isinstance(data, str) else data
    return read_roster(content, zone=zone, units=units)


def shifts(*rows: str) -> list[PlannedShift]:
    found, refused = read("\n".join((HEADINGS, *rows)))
    assert [(one.row, one.why.code) for one in refused] == []
    return [one.shift for one in found]


def told(*rows: str) -> list[tuple[int, str, str]]:
    found, refused = read("\n".join((HEADINGS, *rows)))
    assert len(found) + len(refused) == len(rows)
    return [(one.row, one.column, one.why.code) for one in refused]


def code_of(data: bytes | str) -> str:
    with pytest.raises(InputRefused) as caught:
        read(data)
    return caught.value.code


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("万隆镇2026年4月值班表",))
    for row in rows:
        sheet.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_roster_in_gbk_with_a_day_a_night_and_the_districts_own() -> None:
    rows = (
        "2026/4/5,,,万隆镇,,队,专职,张三,13800001234,否",
        "2026-04-05,8:00,8:00,T2,红星,网格员,,李四,023-48660000,1",
        "2026年4月5日,20:00,次日9:30,全区,,委,,王五,13900001234,",
    )
    table = "\r\n".join((HEADINGS, *rows))
    found, refused = read(table.encode("gb18030"))
    assert refused == []
    li = PersonDraft("李四", "023-48660000", Post.GRID, "T2", "V2")
    wang = PersonDraft("王五", "13900001234", Post.COMMITTEE, DISTRICT)
    eight = MIDNIGHT + 8 * HOUR
    assert found == [
        ReadRow(2, "镇街(名称或代码)", PlannedShift(ZHANG, MIDNIGHT, MIDNIGHT + 24 * HOUR)),
        ReadRow(3, "镇街(名称或代码)", PlannedShift(li, eight, eight + 24 * HOUR, 1)),
        ReadRow(
            4,
            "镇街(名称或代码)",
            PlannedShift(wang, MIDNIGHT + 20 * HOUR, MIDNIGHT + 33.5 * HOUR),
        ),
    ]


def test_a_workbook_as_a_spreadsheet_writes_it() -> None:
    day = datetime(2026, 4, 5)  # noqa: DTZ001  # as Excel has it
    data = workbook(
        ("日期", "开始", "结束", "镇街", "岗位", "姓名", "电话", "替班"),
        (day, time(8, 0), time(20, 0), "万隆", "专职队", "张三", 13800001234, 0),
        (date(2026, 4, 5), None, None, "万隆", "专职队", "张三", 13800001234.0, 2),
        (None, day + 8 * HOUR, day + 32 * HOUR, "万隆", "专职队", "张三", "13800001234", None),
        (day, time(12, 30), timedelta(days=1), "万隆", "专职队", "张三", "13800001234", "是"),
        (None, None, None, None, None, None, None, None),
        (day, time(8, 0), None, "万隆", "专职队", "张三", "13800001234", None),
    )
    found, refused = read(data)
    assert [(one.row, one.column, one.why.code) for one in refused] == [
        (8, "日期", "duty_moment_missing")
    ]
    assert [one.shift for one in found] == [
        PlannedShift(ZHANG, MIDNIGHT + 8 * HOUR, MIDNIGHT + 20 * HOUR, 0),
        PlannedShift(ZHANG, MIDNIGHT, MIDNIGHT + 24 * HOUR, 2),
        PlannedShift(ZHANG, MIDNIGHT + 8 * HOUR, MIDNIGHT + 32 * HOUR, 0),
        PlannedShift(ZHANG, MIDNIGHT + 12.5 * HOUR, MIDNIGHT + 24 * HOUR, 1),
    ]
    assert [one.row for one in found] == [3, 4, 5, 6]


def test_midnight_at_the_end_of_a_day_as_a_spreadsheet_hands_it_over() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("日期", "开始", "结束", "镇街", "岗位", "姓名", "电话"))
    sheet.append(("2026-04-05", 0.5, 1.0, "T1", "队", "张三", "13800001234"))
    sheet["B2"].number_format = sheet["C2"].number_format = "h:mm"
    written = io.BytesIO()
    book.save(written)
    found, refused = read(written.getvalue())
    assert refused == []
    assert found[0].shift.from_at == MIDNIGHT + 12 * HOUR
    assert found[0].shift.until_at == MIDNIGHT + 24 * HOUR


@pytest.mark.parametrize(
    ("day", "begins", "ends", "hours"),
    [
        ("2026-04-05", "", "", (0, 24)),
        ("20260405", "00:00", "24:00", (0, 24)),
        ("2026-04-05", "8时", "20点30分", (8, 20.5)),
        ("2026-04-05", "8:00", "8:00", (8, 32)),
        ("2026-04-05", "20:00", "8:00", (20, 32)),
        ("2026-04-05", "0:00", "0:00", (0, 24)),
        ("2026-04-05", "8:00", "次日 8:00", (8, 32)),
        ("2026-04-05", "8:00", "翌日9:00", (8, 33)),
        ("2026-04-05", "8\uff1a00", "18\uff1a00", (8, 18)),
        ("", "2026-04-05 08:00", "2026-04-06 08:00", (8, 32)),
        ("", "2026-04-05T08:00:00+08:00", "2026-04-05T08:00:00Z", (8, 16)),
        ("", "2026-04-05 20:00", "6:00", (20, 30)),
        ("2026-04-05", "2026-04-05 08:00", "2026-04-07 08:00", (8, 56)),
        ("2026-04-05", "8:00", "2026-04-06 12:00", (8, 36)),
        ("", "2026-04-05", "2026-04-07", (0, 48)),
    ],
)
def test_the_ways_in_which_a_shift_is_written(
    day: str, begins: str, ends: str, hours: tuple[float, float]
) -> None:
    (one,) = shifts(f"{day},{begins},{ends},T1,,队,专职,张三,13800001234,")
    assert one == PlannedShift(ZHANG, MIDNIGHT + hours[0] * HOUR, MIDNIGHT + hours[1] * HOUR)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",,,T1,,队,,甲,13800001234,", "日期", "duty_moment_missing"),
        (",8:00,9:00,T1,,队,,甲,13800001234,", "日期", "duty_moment_missing"),
        ("2026-04-05,8:00,,T1,,队,,甲,13800001234,", "日期", "duty_moment_missing"),
        ("2026-04-31,,,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("4月5日,,,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("2026-04-05 08:00,,,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("1926-04-05,,,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("2026-04-05,8,20,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("2026-04-05,8:60,20:00,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("2026-04-05,24:00,6:00,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("2026-04-05,8:00,25:00,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        ("2026-04-05,2026-04-06 08:00,9:00,T1,,队,,甲,13800001234,", "日期", "duty_moment"),
        (",2026-04-05 08:00,2026-04-05 08:00,T1,,队,,甲,13800001234,", "结束", "duty_span"),
        (",2026-04-05 08:00,2026-05-05 08:00,T1,,队,,甲,13800001234,", "结束", "duty_span"),
        ("2026-04-05,,,,,队,,甲,13800001234,", "镇街(名称或代码)", "duty_township"),
        ("2026-04-05,,,天山,,队,,甲,13800001234,", "镇街(名称或代码)", "duty_township"),
        ("2026-04-05,,,石角,,队,,甲,13800001234,", "镇街(名称或代码)", "duty_township"),
        ("2026-04-05,,,T2,V1,网格员,,甲,13800001234,", "村", "duty_village"),
        ("2026-04-05,,,T1,青山,网格员,,甲,13800001234,", "村", "duty_village"),
        ("2026-04-05,,,T1,滨河,网格员,,甲,13800001234,", "村", "duty_village"),
        ("2026-04-05,,,T1,,厨师,,甲,13800001234,", "岗位", "duty_post"),
        ("2026-04-05,,,T1,,,,甲,13800001234,", "岗位", "duty_post"),
        ("2026-04-05,,,T1,,队,业余,甲,13800001234,", "队伍", "duty_team_kind"),
        ("2026-04-05,,,T1,,专职队,义务,甲,13800001234,", "队伍", "duty_team_kind"),
        ("2026-04-05,,,T1,,站,专职,甲,13800001234,", "队伍", "duty_team"),
        ("2026-04-05,,,T1,,队,,,13800001234,", "姓名", "duty_name"),
        (f"2026-04-05,,,T1,,队,,{'甲' * 41},13800001234,", "姓名", "duty_name"),
        ("2026-04-05,,,T1,,队,,甲,,", "电话", "duty_phone"),
        ("2026-04-05,,,T1,,队,,甲,138/139,", "电话", "duty_phone"),
        ("2026-04-05,,,T1,,队,,甲,13800001234,10", "替班", "duty_deputy"),
        ("2026-04-05,,,T1,,队,,甲,13800001234,-1", "替班", "duty_deputy"),
        ("2026-04-05,,,全区,红星,队,,甲,13800001234,", "村", "duty_village"),
    ],
)
def test_a_row_that_cannot_be_is_told_and_the_others_are_taken(
    row: str, column: str, code: str
) -> None:
    good = "2026-04-05,,,T1,,队,专职,张三,13800001234,"
    assert told(good, row) == [(3, column, code)]


def test_what_is_refused_never_tells_what_stands_where_telephones_stand() -> None:
    _, refused = read(f"{HEADINGS}\n2026-04-05,,,T1,,队,,甲,17711112222或18822223333,")
    assert refused[0].why.code == "duty_phone"
    said = f"{refused[0].why}{refused[0].column}"
    assert "1771" not in said
    assert "1882" not in said


def test_somebody_with_two_telephones_is_not_guessed_at() -> None:
    assert told(
        "2026-04-05,,,T1,,队,,甲,13800001234,",
        "2026-04-06,,,T1,,队,,甲,13800001235,",
        "2026-04-07,,,T1,,站,,甲,13800001235,",  # another post is another row of the list
        "2026-04-08,,,T1,,队,,甲,13800001234,",
    ) == [(3, "电话", "duty_two_phones")]


def test_the_same_row_twice_is_one_shift() -> None:
    row = "2026-04-05,,,T1,,队,专职,张三,13800001234,"
    assert shifts(row, row) == [PlannedShift(ZHANG, MIDNIGHT, MIDNIGHT + 24 * HOUR)]


def test_columns_that_a_table_lacks_are_named_by_the_nearest_kind_of_table() -> None:
    assert code_of("") == code_of("a,b\n1,2\n") == "duty_columns"
    with pytest.raises(InputRefused, match="for: phone"):
        read("日期,镇街,岗位,姓名\n")
    with pytest.raises(InputRefused, match="for: day"):  # one column less than both ends
        read("开始,镇街,岗位,姓名,电话\n")
    assert code_of(b"\x00\x01") == "sheet_file"


def test_without_a_column_of_villages_a_wrong_place_is_told_of_another_column() -> None:
    _, refused = read("日期,镇街,岗位,姓名,电话,队伍\n2026-04-05,T1,站,甲,13800001234,专职\n")
    assert [(one.column, one.why.code) for one in refused] == [("队伍", "duty_team")]
    _, refused = read("开始,结束,镇街,岗位,姓名,电话\n8:00,9:00,T1,站,甲,13800001234\n")
    assert [(one.column, one.why.code) for one in refused] == [("开始", "duty_moment_missing")]


def test_where_the_land_knows_no_townships_codes_are_taken_as_they_come() -> None:
    table = f"{HEADINGS}\n2026-04-05,,,500110001,500110001201,网格员,,甲,13800001234,"
    found, refused = read(table, Units({}, ()))
    assert refused == []
    assert found[0].shift.person.township == "500110001"
    assert found[0].shift.person.village == "500110001201"
    _, refused = read(f"{HEADINGS}\n2026-04-05,,,,,队,,甲,13800001234,", Units({}, ()))
    assert [one.why.code for one in refused] == ["duty_township"]


def feature(layer: Layer, code: str, name: str, shape: BaseGeometry, **facts: str) -> LandFeature:
    return LandFeature(layer, code, name, shape, drill=True, properties={**facts})


def test_villages_belong_to_the_township_that_they_name_or_lie_in() -> None:
    found = Units.of(
        [
            feature(Layer.TOWNSHIP, "W", "西镇", shapely.box(0.0, 0.0, 1.0, 1.0)),
            feature(Layer.TOWNSHIP, "E", "东镇", shapely.box(1.0, 0.0, 2.0, 1.0)),
            feature(Layer.VILLAGE, "1", "甲村", shapely.Point(0.5, 0.5)),
            feature(Layer.VILLAGE, "2", "乙村", shapely.Point(0.5, 0.5), township_code="东镇"),
            feature(Layer.VILLAGE, "3", "丙村", shapely.Point(0.5, 0.5), township_code="E"),
            feature(
                Layer.VILLAGE, "4", "丁村", shapely.box(1.2, 0.2, 1.4, 0.4), township_code="北镇"
            ),
            feature(Layer.VILLAGE, "5", "戊村", shapely.Point(5.0, 5.0)),
            feature(Layer.TOWER, "6", "塔", shapely.Point(0.5, 0.5)),
        ]
    )
    assert found.townships == {"W": "西镇", "E": "东镇"}
    assert {one.code: one.township for one in found.villages} == {
        "1": "W",
        "2": "E",
        "3": "E",
        "4": "E",
        "5": "",
    }
    assert found.village("戊", "W") == found.village("戊村", "E") == "5"


WALLS = st.integers(0, 24 * 60 - 1)
DAYS = st.dates(date(2001, 1, 1), date(2190, 1, 1))


def written(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"


@given(day=DAYS, begins=WALLS, ends=WALLS, zone=st.sampled_from([SHANGHAI, BERLIN]))
@example(day=date(2026, 3, 29), begins=60, ends=240, zone=BERLIN)  # 2:00 to 3:00 is left out
@example(day=date(2026, 10, 25), begins=60, ends=240, zone=BERLIN)  # 2:00 to 3:00 comes twice
def test_a_shift_is_what_the_clock_on_the_wall_says(
    day: date, begins: int, ends: int, zone: ZoneInfo
) -> None:
    from_at, until_at = span_of(day.isoformat(), written(begins), written(ends), zone)
    later = day if ends > begins else day + timedelta(days=1)
    for at, on, minute in ((from_at, day, begins), (until_at, later, ends)):
        assert at.tzinfo is UTC
        wall = datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=zone)
        assert at.timestamp() == wall.timestamp()
    # The same as whole moments, and as a spreadsheet has it.
    whole = [datetime(*one.timetuple()[:5]) for one in (day, later)]  # noqa: DTZ001
    cells = [whole[0] + begins * HOUR / 60, whole[1] + ends * HOUR / 60]
    assert span_of(None, *cells, zone) == (from_at, until_at)
    times = [time(minute // 60, minute % 60) for minute in (begins, ends)]
    assert span_of(whole[0], *times, zone) == (from_at, until_at)


@given(day=DAYS, zone=st.sampled_from([SHANGHAI, BERLIN]))
def test_a_day_alone_is_that_whole_day_of_the_sites_clock(day: date, zone: ZoneInfo) -> None:
    from_at, until_at = span_of(day, "", None, zone)
    assert from_at.astimezone(zone).date() == day
    assert from_at.astimezone(zone).time() == until_at.astimezone(zone).time() == time()
    assert until_at.astimezone(zone).date() == day + timedelta(days=1)
    assert timedelta(hours=23) <= until_at - from_at <= timedelta(hours=25)


@given(st.lists(st.one_of(st.text(max_size=12), st.none()), min_size=3, max_size=3))
def test_any_cells_of_time_are_understood_or_refused(cells: list[str | None]) -> None:
    with suppress(InputRefused):
        from_at, until_at = span_of(*cells, SHANGHAI)
        assert from_at.tzinfo is until_at.tzinfo is UTC


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read_and_nothing_else(data: bytes) -> None:
    with suppress(InputRefused):
        read(data)


@given(st.lists(st.lists(st.text(max_size=12), min_size=10, max_size=10), max_size=5))
def test_any_cells_are_taken_or_told(rows: list[list[str]]) -> None:
    clean = [[cell.translate(str.maketrans("", "", ',\n\r"\0')) for cell in row] for row in rows]
    text = "\n".join([HEADINGS, *(",".join(row) for row in clean)])
    found, refused = read(text.encode("utf-8", "replace"))
    assert len(found) + len({one.row for one in refused}) <= len(rows)
