"""``/api/reports`` and ``firewatch report`` as people use them."""

import re
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from api_rig import START, ApiRig
from command_line import run_firewatch
from fire_rig import place_told
from report_month import play

from api.commands.user import open_store
from api.coverage.desk import REACH_M
from api.reports.making import made, monthly, yearly
from api.reports.material import Sources
from api.reports.periods import period_of
from api.reports.shelf import ReportShelf
from api.reports.steady_times import Doubt
from api.reports.telling import rows_of, told
from geo.coverage import see_place
from models.alert import Alert
from models.errors import InputRefused
from models.incident import DismissReason, IncidentState
from models.observation import ObservationDraft, ObservationSource
from models.patrol import PoseTrust
from models.report import Report, ReportKind, RowRef
from models.site import Camera, CameraKind
from models.store.report_shapes import ShiftedClock
from models.user import Role
from models.watching import Visit

MONTHLY = "/api/reports/monthly/2026-11"
YEARLY = "/api/reports/yearly/2026"


def figure(body: dict[str, Any], key: str) -> dict[str, Any]:
    (found,) = [one for part in body["sections"] for one in part["figures"] if one["key"] == key]
    return dict(found)


def values(report: Report) -> dict[str, float | None]:
    return {one.key: one.value for part in report.sections for one in part.figures}


def test_a_false_alarm_is_counted_and_led_back_to(api: ApiRig, burn: Callable[[], Alert]) -> None:
    alert = burn()
    api.context.store.verdicts.step(
        alert.incident_id,
        expected=IncidentState.OPEN,
        to_state=IncidentState.DISMISSED,
        author="monitor",
        reason=DismissReason.KITCHEN_SMOKE,
    )
    api.clock.advance(120.0)
    monitor = api.client(Role.MONITOR)
    body = monitor.get(MONTHLY).json()
    assert (body["kind"], body["period"], body["is_whole"]) == ("monthly", "2026-11", False)
    assert datetime.fromisoformat(body["until_at"]) == api.clock.now()
    assert body["site_name"] == api.context.site.name
    found = figure(body, "fires_dismissed")
    assert (found["value"], found["rows_count"]) == (1.0, 1)
    rows = monitor.get(f"{MONTHLY}/rows", params={"figure": "fires_dismissed"}).json()
    for language, word in (("zh", "已排除"), ("en", "Dismissed")):
        asked = {"figure": "fires_dismissed", "lang": language}
        told_in = monitor.get(f"{MONTHLY}/rows", params=asked).json()["rows"]
        assert told_in[0]["text"].endswith(word)
        accepted = {"Accept-Language": language}
        told_so = monitor.get(
            f"{MONTHLY}/rows", params={"figure": "fires_dismissed"}, headers=accepted
        )
        assert told_so.json()["rows"] == told_in
    (row,) = rows["rows"]
    assert rows["total"] == 1
    assert (row["table"], row["href"]) == ("incident", f"#fire-{alert.incident_id}")
    assert row["text"].startswith("2026-11-25 11:")  # of the site's clock
    assert row["text"].endswith("Dismissed")


@pytest.mark.parametrize("path", [MONTHLY, YEARLY, f"{MONTHLY}/rows?figure=fires"])
def test_reports_are_for_people_of_the_whole_district(api: ApiRig, path: str) -> None:
    assert api.client().get(path).status_code == 401
    assert api.client(Role.VIEWER).get(path).json()["code"] == "not_permitted"
    assert api.client(Role.MONITOR).get(path).status_code == 200
    store = api.context.store
    store.users.set_rights("monitor", Role.MONITOR, ("999001001",), actor="t")
    told = api.client(Role.MONITOR).get(path)
    assert (told.status_code, told.json()["code"]) == (403, "whole_district")


@pytest.mark.parametrize(
    "path",
    [
        "monthly/2026-12",  # to come
        "monthly/2026-13",
        "monthly/2026",
        "monthly/1999-12",
        "monthly/２０２６-11",  # noqa: RUF001
        "yearly/2027",
        "yearly/2026-11",
        "yearly/99999",
        "yearly/last",
    ],
)
def test_what_is_no_period_or_is_to_come_is_refused(api: ApiRig, path: str) -> None:
    told = api.client(Role.MONITOR).get(f"/api/reports/{path}")
    assert (told.status_code, told.json()["code"]) == (422, "report_period")


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"figure": "nothing"},
        {"table": "townships"},
        {"table": "townships", "row": 9999},
        {"table": "nothing", "row": 0},
    ],
)
def test_rows_of_nothing_are_not_found(api: ApiRig, asked: dict[str, Any]) -> None:
    told = api.client(Role.MONITOR).get(f"{MONTHLY}/rows", params=asked)
    assert (told.status_code, told.json()["code"]) == (404, "report_row")


def test_months_are_of_the_clock_of_the_site(api: ApiRig) -> None:
    assert api.clock.now() == START
    zone = Sources.of(api.context).settings.time_zone
    assert zone == "Asia/Shanghai"
    report = monthly(api.context, "2026-10")
    assert report.is_whole
    assert report.from_at == datetime(2026, 9, 30, 16, 0, tzinfo=UTC)
    assert report.until_at == datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
    assert yearly(api.context, "2025").until_at == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)


def test_a_day_of_an_hour_more_belongs_to_its_month_whole() -> None:
    zone, now = ZoneInfo("America/New_York"), datetime(2027, 1, 1, tzinfo=UTC)
    period = period_of(ReportKind.MONTHLY, "2026-11", zone, now)
    assert period.until_at - period.from_at == timedelta(days=30, hours=1)
    with pytest.raises(InputRefused) as refused:
        period_of(ReportKind.MONTHLY, "2027-01", zone, now)  # it is New Year's Eve there
    assert refused.value.code == "report_period"


def test_a_report_is_kept_for_a_minute_and_made_again_when_something_happens(
    api: ApiRig, burn: Callable[[], Alert]
) -> None:
    first = monthly(api.context, "2026-11")
    assert monthly(api.context, "2026-11") is first
    burn()
    second = monthly(api.context, "2026-11")
    assert second is not first
    assert values(first)["fires"] == 0.0
    api.clock.advance(1.0)
    third = monthly(api.context, "2026-11")
    assert values(third)["fires"] in {0.0, 1.0}
    api.clock.advance(61.0)
    assert monthly(api.context, "2026-11") is not third


def test_two_who_ask_at_once_have_one_made() -> None:
    shelf, made_by = ReportShelf(), []
    now = datetime(2026, 11, 25, tzinfo=UTC)
    report = Report(ReportKind.MONTHLY, "2026-11", now, now, now, "", is_whole=False)

    def make() -> Report:
        made_by.append(threading.get_ident())
        return report

    def ask() -> None:
        assert shelf.get(ReportKind.MONTHLY, "2026-11", stamp=(1, 1), now=now, make=make) is report

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for one in askers:
        one.start()
    for one in askers:
        one.join()
    assert len(made_by) == 1
    shelf.get(ReportKind.MONTHLY, "2026-11", stamp=(2, 1), now=now, make=make)
    assert len(made_by) == 2


@pytest.mark.parametrize(
    ("shift_s", "first", "second", "known"),
    [
        (-600.0, -700, -650, True),  # both before, whatever the clock was set to
        (-600.0, 700, 800, True),
        (-600.0, -700, 700, False),
        (-600.0, 10, 20, False),  # the hour that the clock showed twice
        (3600.0, -3700, -3650, True),
        (3600.0, -3650, 5, False),
        (3600.0, 5, 9, True),
        (3600.0, 9, 5, False),  # the second before the first
    ],
)
def test_no_time_is_told_across_a_change_of_the_clock(
    shift_s: float, first: float, second: float, *, known: bool
) -> None:
    at = datetime(2026, 11, 5, tzinfo=UTC)
    moments = [at + timedelta(seconds=one) for one in (first, second)]
    told = Doubt([ShiftedClock(1, at, shift_s)]).seconds(*moments)
    assert told == (second - first if known else None)


def test_a_fire_that_people_told_of_is_missed_only_where_a_tower_could_see_it(
    api: ApiRig,
) -> None:
    store = api.context.store
    watched, unwatched, hidden = places_in_and_out_of_sight(api)
    for number, place in enumerate((watched[0], unwatched[0], hidden)):
        draft = ObservationDraft(
            ObservationSource.CALL, place_told(place, 20.0), api.clock.now() - timedelta(minutes=3)
        )
        seen, _ = store.observations.add(draft, author="li", key=str(number))
        assert seen.incident_id is not None
        store.verdicts.step(
            seen.incident_id,
            expected=IncidentState.OPEN,
            to_state=IncidentState.CONFIRMED,
            author="li",
        )
    camera, preset = watched[1]
    since = api.clock.now() - timedelta(minutes=20)
    pose = next(one.pose for one in camera.presets if one.number == preset)
    trust = PoseTrust.VERIFIED
    looked = Visit(camera.camera_id, preset, since, since, trust, pose, 1, since, since)
    store.patrols.add_visits([looked])
    api.clock.advance(60.0)
    found = values(made(Sources.of(api.context), ReportKind.MONTHLY, "2026-11"))
    verdicts = ("watched", "none_looked", "could", "nobody_could", "unknown")
    assert found["told_first"] == 3.0
    assert [found[f"missed_{one}"] for one in verdicts] == [1.0, 1.0, 0.0, 1.0, 0.0]
    assert found["missed"] == 2.0
    api.clock.advance(70 * 86400.0)  # whether anybody was looking is not kept for so long
    found = values(made(Sources.of(api.context), ReportKind.MONTHLY, "2026-11"))
    assert [found[f"missed_{one}"] for one in verdicts] == [1.0, 0.0, 1.0, 1.0, 0.0]


Place = tuple[float, float]


def places_in_and_out_of_sight(
    api: ApiRig,
) -> tuple[tuple[Place, tuple[Camera, int]], tuple[Place, tuple[Camera, int]], Place]:
    """Two places of which each is in the picture of one tower alone, and one in nobody's sight."""
    terrain = api.context.terrain
    assert terrain is not None
    towers = [one for one in api.context.store.cameras.all() if one.kind is CameraKind.TOWER]
    west, south, east, north = terrain.bounds_deg
    inside: dict[str, tuple[Place, tuple[Camera, int]]] = {}
    hidden: Place | None = None
    for column in range(2, 39):
        for row in range(2, 39):
            place = west + (east - west) * column / 40, south + (north - south) * row / 40
            sight = see_place(terrain, towers, place, smoke_m=30.0, reach_m=REACH_M)
            if sight.could is False:
                hidden = place
            if len(sight.seeing) == 1 and sight.seeing[0].presets:
                one = sight.seeing[0]
                inside.setdefault(
                    one.camera.camera_id, (place, (one.camera, one.presets[0].number))
                )
            if len(inside) > 1 and hidden is not None:
                first, second = list(inside.values())[:2]
                return first, second, hidden
    raise AssertionError(len(inside))


def test_without_visits_no_rate_is_told_and_zero_is_a_value(api: ApiRig) -> None:
    found = values(monthly(api.context, "2026-11"))
    assert found["false_alarms"] == 0.0
    assert found["false_alarms_per_camera_day"] is None
    assert found["false_alarms_per_10000_ha"] is None
    since = START - timedelta(hours=5)
    store = api.context.store
    store.patrols.add_visits([Visit("t1-red", 0, since, since, PoseTrust.REPORTED, None, 1)])
    found = values(made(Sources.of(api.context), ReportKind.MONTHLY, "2026-11"))
    assert found["camera_days"] == 1.0
    assert found["false_alarms_per_camera_day"] == 0.0
    api.clock.advance(70 * 86400.0)  # visits are forgotten by then, and so is what they say
    found = values(made(Sources.of(api.context), ReportKind.MONTHLY, "2026-11"))
    assert found["camera_days"] is None
    assert found["false_alarms_per_camera_day"] is None
    assert found["sweep_in_time"] is None


def test_rows_of_every_kind_can_be_told(tmp_path: Path) -> None:
    month = play(tmp_path, 1, fires=12)
    try:
        sources = month.sources
        report = made(sources, ReportKind.MONTHLY, "2026-11")
        rows = {
            row.table: row for part in report.sections for one in part.figures for row in one.rows
        }
        asked = [*rows.values(), RowRef("visit", "999999999"), RowRef("camera", "gone")]
        answers = told(sources, asked, "en")
        assert len(answers) == len(asked)
        for row, answer in zip(asked[:-2], answers, strict=False):
            assert answer.text, row
            assert "13800001234" not in answer.text
        assert [one.text for one in answers[-2:]] == ["", ""]
        stored = re.compile(
            r"\b(dismissed|opened|stepped|given_up|pending|verified|t1-red|9990\d+)\b"
        )
        for language in ("zh", "en"):  # in words, none as it is stored, and names for keys
            for answer in told(sources, asked, language):
                assert not stored.search(answer.text), answer
        hrefs = {one.table: one.href for one in answers}
        assert (hrefs["incident"] or "").startswith("#fire-")
        assert (hrefs["work_order"] or "").startswith("#order-")
        assert hrefs["visit"] is None
        line = rows_of(report, None, "townships", 0)
        assert {one.table for one in line} <= {"incident", "work_order", "duty_shift"}
    finally:
        month.store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    file = tmp_path / "firewatch.toml"
    file.write_text(f'data_dir = "{tmp_path / "data"}"\n', encoding="utf-8")
    with closing(open_store(file)):
        pass
    return file


def test_the_command_prints_figures_and_their_rows(
    settings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = datetime.now(UTC)
    with closing(open_store(settings)) as store:
        draft = ObservationDraft(ObservationSource.CALL, place_told((106.5, 29.0)), now)
        store.observations.add(draft, author="li", key="k")
    at = now.astimezone(ZoneInfo("Asia/Shanghai"))
    arguments = ("report", "monthly", f"{at:%Y-%m}", "--settings", settings)
    assert run_firewatch(monkeypatch, *arguments) == 0
    told = capsys.readouterr().out
    assert "monthly" in told
    assert "fires_pending" in told
    assert "unknown" in told  # what nobody can know is no nought
    assert "#" not in told
    assert run_firewatch(monkeypatch, *arguments, "--rows") == 0
    assert "incident 1  " in capsys.readouterr().out
    assert run_firewatch(monkeypatch, "report", "yearly", f"{at:%Y}", "--settings", settings) == 0
    assert "when_months" in capsys.readouterr().out
    wrong = ("report", "monthly", "November", "--settings", settings)
    assert run_firewatch(monkeypatch, *wrong) == 1
    assert "no month" in capsys.readouterr().err
