"""Every figure of the reports against an independent count in SQL, on a month that was played."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from report_month import Month, play
from report_sql import LIMITS, Reckoning, binomial, ninety_five

from api.reports.making import made
from models.report import Figure, Report, ReportKind, ReportTable

CALL_TIMES = ("call_seconds_median", "call_seconds_p95")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEYS = {
    "incident": "incident_id",
    "alert": "alert_id",
    "observation": "observation_id",
    "incident_entry": "entry_id",
    "work_order": "order_id",
    "order_entry": "entry_id",
    "order_push": "push_id",
    "delivery": "delivery_id",
    "visit": "visit_id",
    "watch_gap": "gap_id",
    "duty_shift": "shift_id",
    "clock_shift": "shift_id",
    "camera": "camera_id",
}


@pytest.fixture(scope="module", params=[1, 2])
def month(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Month]:
    played = play(tmp_path_factory.mktemp("month"), request.param)
    yield played
    played.store.close()


@pytest.fixture(scope="module")
def monthly(month: Month) -> Report:
    return made(month.sources, ReportKind.MONTHLY, "2026-11")


@pytest.fixture(scope="module")
def yearly(month: Month) -> Report:
    return made(month.sources, ReportKind.YEARLY, "2026")


def reckoning(month: Month, report: Report) -> Reckoning:
    (row,) = sqlite3.connect(month.database).execute(
        "SELECT tick_s, monotonic_s FROM steady_anchor"
    )
    tick_s = row[0] + month.clock.monotonic_s() - row[1]
    span = ((at - EPOCH).total_seconds() for at in (report.from_at, report.until_at))
    from_us, until_us = (round(end * 1e6) for end in span)
    return Reckoning(month.database, from_us, until_us, tick_s)


@pytest.fixture(scope="module")
def sql(month: Month, monthly: Report) -> Reckoning:
    return reckoning(month, monthly)


@pytest.fixture(scope="module")
def sql_year(month: Month, yearly: Report) -> Reckoning:
    return reckoning(month, yearly)


def figures(report: Report) -> dict[str, Figure]:
    found = [figure for section in report.sections for figure in section.figures]
    keys = [one.key for one in found]
    assert len(keys) == len(set(keys))
    return {one.key: one for one in found}


def tables(report: Report) -> dict[str, ReportTable]:
    found = {one.key: one for section in report.sections for one in section.tables}
    for one in found.values():
        assert all(len(row) == len(one.columns) for row in one.rows)
        assert not one.sources or len(one.sources) == len(one.rows)
    return found


def pairs(table: ReportTable) -> dict[Any, Any]:
    """Of a table with two columns."""
    return {row[0]: row[1] for row in table.rows}


def same(figure: Figure, told: object) -> None:
    if isinstance(told, tuple) and len(told) == 5:
        got: Any = (figure.value, figure.low, figure.high, figure.counted, figure.of)
    elif isinstance(told, tuple):
        got = (figure.value, figure.counted, figure.of)
    else:
        got = figure.value
    # The metric plane of the land is true to 1e-4, and so is what is divided by its area.
    relative = 3e-4 if figure.unit in {"hectares", "per_10000_ha"} else 1e-9
    assert near(got, told, relative), figure.key


def near(got: Any, told: object, relative: float = 1e-9) -> bool:  # noqa: ANN401  # cells
    """Whether numbers, or rows of them, agree; None agrees with None only."""
    if isinstance(told, (list, tuple)):
        return len(got) == len(told) and all(map(near, got, told, [relative] * len(told)))
    if got is None or told is None:
        return got is told
    return bool(got == pytest.approx(told, rel=relative, abs=1e-6))


def expected(sql: Reckoning) -> dict[str, Any]:
    """Every figure of a month, by SQL."""
    told = sql.told_first()
    gaps, duty = sql.watch_gaps(), sql.duty()
    found = sql.fire_counts() | sql.sweep() | sql.false_figures() | sql.notices() | sql.calls()
    found |= {
        "watch_gaps": sum(count for count, _ in gaps.values()),
        "watch_gap_hours": sum(hours for _, hours in gaps.values()),
        "told_first": len(told),
        "missed": 0,  # no relief is loaded: nobody can say
        **{f"missed_{one}": 0 for one in ("watched", "none_looked", "could", "nobody_could")},
        "missed_unknown": len(told),
        "duty_gap_hours": sum(hours for _, hours in duty.values()),
        "duty_gaps": sum(count for count, _ in duty.values()),
    }
    return found | clock_figures(sql)


def clock_figures(sql: Reckoning) -> dict[str, Any]:
    found = sql.orders()
    for kind in LIMITS:
        one = sql.clock(kind)
        judged = one["kept"] + one["missed"]
        found[f"{kind}_kept"] = (one["kept"] / judged, *binomial_of(one["kept"], judged))
        found[f"{kind}_seconds_median"] = one["median"]
        found[f"{kind}_seconds_p95"] = one["p95"]
    return found


def binomial_of(count: int, of: int) -> tuple[float, ...]:
    return (*binomial(count, of), count, of)


def test_every_figure_of_a_month_is_what_sql_counts(monthly: Report, sql: Reckoning) -> None:
    got, wanted = figures(monthly), expected(sql)
    assert got.keys() == wanted.keys()  # none is left untested
    for key, told in wanted.items():
        same(got[key], told)
    assert monthly.is_whole


def test_the_month_that_was_played_has_something_of_everything(monthly: Report) -> None:
    got = figures(monthly)
    words = """
        fires_real fires_dismissed fires_pending drill_fires told_first false_alarms orders
        orders_escalated orders_open notices_sent notices_waiting clock_shifts watch_gaps
        duty_gaps camera_days drill_orders calls_sent calls_waiting calls_failing
        calls_never_sent
    """
    for key in words.split():
        assert got[key].value, key
    clocks = {row[0]: row for row in tables(monthly)["clocks"].rows}
    kept, missed, void = (
        sum(int(row[place] or 0) for row in clocks.values()) for place in (2, 3, 4)
    )
    assert kept
    assert missed
    assert void
    assert 0.0 < (got["sweep_verified"].value or 0.0) < (got["sweep_in_time"].value or 0.0) < 1.0
    remarks = {remark for section in monthly.sections for remark in section.remarks}
    assert {"clock_was_set", "no_relief", "area_is_district"} <= remarks


def test_every_table_of_a_month_is_what_sql_counts(monthly: Report, sql: Reckoning) -> None:
    got = tables(monthly)
    for row in got["clocks"].rows:
        one = sql.clock(str(row[0]))
        told = [one[name] for name in ("kept", "missed", "void", "running", "median", "p95")]
        assert near(row[2:], told)
        assert row[1] == LIMITS[str(row[0])]
    gaps = sql.watch_gaps()
    assert {row[0]: row[1] for row in got["watch_gap_causes"].rows} == {
        cause: count for cause, (count, _) in gaps.items()
    }
    for cause, _, hours in got["watch_gap_causes"].rows:
        assert hours == pytest.approx(gaps[str(cause)][1])
    causes = {row[0]: row[1] for row in got["false_alarm_causes"].rows}
    assert causes == dict(sql.false_causes())
    duty = {(row[0], row[2]): (row[3], row[4]) for row in got["duty_gaps"].rows}
    assert duty.keys() == sql.duty().keys()
    for key, hole in sql.duty().items():
        assert near(duty[key], hole)
    for number, row in zip(sorted(sql_channels(sql)), got["channels"].rows, strict=True):
        one = sql.notices(number)
        words = ("notices", "notices_sent", "notices_waiting", "notices_failing", "notices_skipped")
        times = ("notice_seconds_median", "notice_seconds_p95")
        assert near(row[1:], [one[word] for word in (*words, *times)])
    lines = zip(sorted(sql_call_channels(sql)), got["call_channels"].rows, strict=True)
    for number, row in lines:
        one = sql.calls(number)
        words = ("calls", "calls_sent", "calls_waiting", "calls_failing", "calls_never_sent")
        assert near(row[1:], [one[word] for word in (*words, *CALL_TIMES)])
    assert [row[0] for row in got["missed_fires"].rows] == [
        one["incident_id"] for one in sql.told_first()
    ]
    steps = sql.response()
    for row in got["response"].rows:
        seconds = steps[str(row[0])]
        told = (median(seconds), ninety_five(seconds), max(seconds)) if seconds else (None,) * 3
        assert near(row[1:], [len(seconds), *told])
    assert {row[0] for row in got["response"].rows} == steps.keys()
    (sweep,) = got["sweep_cameras"].rows
    told_sweep = sql.sweep()
    assert sweep[1:4] == pytest.approx(
        (
            told_sweep["sweep_in_time"][2],
            told_sweep["sweep_in_time"][0],
            told_sweep["sweep_verified"][0],
        )
    )


def sql_channels(sql: Reckoning) -> set[int]:
    return {
        row[0]
        for row in sql.all(
            "SELECT channel_id FROM delivery WHERE created_at >= :a AND created_at < :b"
        )
    }


def sql_call_channels(sql: Reckoning) -> set[int]:
    return {
        row[0]
        for row in sql.all(
            "SELECT p.channel_id FROM order_push p JOIN order_entry e USING (entry_id)"
            " WHERE e.at >= :a AND e.at < :b"
        )
    }


def test_orders_of_a_fire_that_was_merged_follow_the_one_that_stays(
    month: Month, monthly: Report, sql: Reckoning
) -> None:
    merged = {
        str(row[0]): row[1]
        for row in sql.all(
            "SELECT order_id, merged_into FROM work_order JOIN incident USING (incident_id)"
            " WHERE merged_into IS NOT NULL AND work_order.opened_at >= :a"
            " AND work_order.opened_at < :b"
        )
    }
    assert merged
    got = figures(monthly)
    counted = [row.number for key in ("orders", "drill_orders") for row in got[key].rows]
    assert len(counted) == len(set(counted))  # each once
    assert merged.keys() <= set(counted)
    told = month.store.reports.orders(monthly.from_at, monthly.until_at)
    assert {str(one.order_id): one.incident_id for one in told}.items() >= merged.items()
    drills = {row.number for row in got["drill_fires"].rows}
    drilled = {row.number for row in got["drill_orders"].rows}
    for order, fire in merged.items():
        assert (order in drilled) == (str(fire) in drills)


def test_the_appraisal_of_townships_is_what_sql_counts(monthly: Report, sql: Reckoning) -> None:
    table = tables(monthly)["townships"]
    places = sql.places()
    duty = sql.duty()
    known = [row[0] for row in sql.all("SELECT code FROM land_feature WHERE layer = 'township'")]
    assert {row[0] for row in table.rows} >= set(known)
    seen = 0
    for row in table.rows:
        code = str(row[0])
        assert near(row[3:-1], sql.township(code)), code
        hours = sum(hours for (township, _), (_, hours) in duty.items() if township == code)
        assert row[-1] == (pytest.approx(hours) if code in known else "")
        fires = [
            one
            for one in sql.real
            if (place := places.get(one["incident_id"])) is not None
            and sql.inside("township", place) == code
        ]
        if code:
            assert row[2] == len(fires)
            seen += len(fires)
    assert seen
    assert sum(row[3] for row in table.rows) == figures(monthly)["orders"].value  # type: ignore[misc]


def test_every_figure_of_a_year_is_what_sql_counts(yearly: Report, sql_year: Reckoning) -> None:
    got, places = figures(yearly), sql_year.places()
    real = [one["incident_id"] for one in sql_year.real]
    placed = [number for number in real if number in places]
    noted = {
        row[0]
        for row in sql_year.all(
            "SELECT DISTINCT e.incident_id FROM incident_entry e WHERE e.kind = 'stepped'"
            " AND e.note <> '' AND NOT EXISTS"
            " (SELECT 1 FROM incident_entry u WHERE u.undoes = e.entry_id)"
        )
    }
    wanted = sql_year.fire_counts() | clock_figures(sql_year)
    wanted |= {
        "fires_placed": len(placed),
        "fires_without_place": len(real) - len(placed),
        "fires_with_note": len(noted & set(real)),
        "fires_without_note": len(set(real) - noted),
        "gate_passages": None,  # some of the year are forgotten by now
        **dict.fromkeys(("land_blind", "land_blind_area", "land_unknown_area", "forest_blind")),
        "facilities_missing": None,
    }
    assert got.keys() == wanted.keys()
    for key, told in wanted.items():
        same(got[key], told)
    passages = sql_year.one("SELECT count(*) FROM passage WHERE at >= :a AND at < :b")
    assert got["gate_passages"].counted == passages == 40
    assert placed


def test_every_table_of_a_year_is_what_sql_counts(yearly: Report, sql_year: Reckoning) -> None:
    got, sql = tables(yearly), sql_year
    cells = sql.when(lambda at: (at.month, at.hour))
    for row in got["when_months"].rows:
        assert list(row[1:25]) == [cells[row[0], hour] for hour in range(24)]
        assert row[25] == sum(row[1:25])  # type: ignore[arg-type]
    weekdays = sql.when(lambda at: at.isoweekday())
    assert pairs(got["when_weekdays"]) == {day: weekdays[day] for day in range(1, 8)}
    winter = sql.when(lambda at: at.month in {12, 1, 2})[True]
    autumn = sql.when(lambda at: at.month in {9, 10, 11})[True]
    months = sql.clock_months()
    for row in got["clock_months"].rows:
        assert near(row[1:], months[int(row[0] or 0)])
    assert sum(cells[0] for cells in months.values()) == sql.orders()["orders"] > 0
    seasons = pairs(got["when_seasons"])
    assert (seasons["autumn"], seasons["winter"], seasons["spring"]) == (autumn, winter, 0)
    dangers = sql.dangers()
    assert pairs(got["when_danger"]) == {key: dangers[key] for key in (1, 2, 3, 4, 5, None)}
    assert len([one for one in dangers.values() if one]) > 1
    reasons: dict[str, int] = {}
    for one in sql.fires:
        if one["state"] == "dismissed":
            reasons[one["why"]] = reasons.get(one["why"], 0) + 1
    assert {row[0]: row[1] for row in got["dismissed_causes"].rows} == reasons
    gates = sql.all("SELECT gate, count(*) FROM passage GROUP BY gate ORDER BY gate")
    assert [(row[0], row[2]) for row in got["gates"].rows] == [tuple(row) for row in gates]
    places = sql.places()
    real = [one["incident_id"] for one in sql.real if one["incident_id"] in places]
    burnt: dict[str | None, int] = {}
    villages: dict[str, int] = {}
    for number in real:
        code = sql.inside("township", places[number])
        burnt[code] = burnt.get(code, 0) + 1
        village = sql.nearest("village", places[number])
        villages[village] = villages.get(village, 0) + 1
    for row in got["where_townships"].rows:
        if row[0]:
            assert row[2] == burnt.get(str(row[0]), 0)
    assert {row[0]: row[2] for row in got["where_villages"].rows if row[0]} == villages
    species: dict[str, int] = {}
    for number in real:
        stand = sql.inside("forest_stand", places[number])
        word = "outside" if stand is None else species_of(sql, stand)
        species[word] = species.get(word, 0) + 1
    assert pairs(got["where_land"]) == species
    notes = " ".join(str(row[2]) for row in got["cause_notes"].rows)
    assert "烧田埂" in notes
    assert not re.search(r"\d{8}", notes)  # no telephone


def species_of(sql: Reckoning, code: str) -> str:
    text = sql.one(
        "SELECT json_extract(properties, '$[1].species') FROM land_feature"
        " WHERE layer = 'forest_stand' AND code = :code",
        code=code,
    )
    return str(text or "")


def test_every_row_behind_a_figure_is_there_and_counts_are_their_rows(
    month: Month, monthly: Report, yearly: Report
) -> None:
    db = sqlite3.connect(month.database)
    there = {
        table: {str(row[0]) for row in db.execute(f"SELECT {key} FROM {table}")}  # noqa: S608
        for table, key in KEYS.items()
    }
    there["land_feature"] = {
        f"{row[0]}/{row[1]}" for row in db.execute("SELECT layer, code FROM land_feature")
    }
    there["gate"] = {row[0] for row in db.execute("SELECT gate FROM passage")}
    not_rows = {"duty_gaps", "gate_passages", "facilities_missing"}
    for report in (monthly, yearly):
        for key, figure in figures(report).items():
            for row in figure.rows:
                assert row.number in there[row.table], key
            assert len(set(figure.rows)) == len(figure.rows), key
            if figure.unit == "count" and key not in not_rows:
                assert figure.value == len(figure.rows), key
        for table in tables(report).values():
            for source in table.sources:
                assert all(row.number in there[row.table] for row in source), table.key


def test_drills_count_nowhere_else(monthly: Report) -> None:
    found = figures(monthly)
    drilled = {row.number for row in found["drill_fires"].rows}
    drilled_orders = {row.number for row in found["drill_orders"].rows}
    for key, figure in found.items():
        if not key.startswith("drill_"):
            incidents = {row.number for row in figure.rows if row.table == "incident"}
            orders = {row.number for row in figure.rows if row.table == "work_order"}
            assert not incidents & drilled, key
            assert not orders & drilled_orders, key


def test_no_telephone_and_no_caller_is_in_a_report(monthly: Report, yearly: Report) -> None:
    for report in (monthly, yearly):
        text = repr(report)
        assert "13800001234" not in text
        assert "13900000000" not in text
        assert "看见烟" not in text


def test_the_file_is_read_alone(month: Month, monthly: Report) -> None:
    before = Path(month.database).stat().st_size
    again = made(month.sources, ReportKind.MONTHLY, "2026-11")
    assert again.sections == monthly.sections
    assert Path(month.database).stat().st_size == before
