"""The weather over HTTP: entered, imported, taken back, and the danger that follows from it."""

from datetime import UTC, datetime, timedelta

from api_rig import START, ApiRig

from api.land.around import land_around
from geo.land import round_place
from models.land import Layer
from models.user import Role

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # the day before, 13:00 by the site's clock
DRY = {"temperature_c": 31.0, "humidity_percent": 18.0, "wind_m_s": 6.0, "rain_24h_mm": 0.0}


def test_nobody_has_entered_anything(api: ApiRig) -> None:
    answer = api.client(Role.VIEWER).get("/api/weather").json()
    assert answer["stations"] == answer["entries"] == []
    assert answer["danger"] == {
        "danger": None,
        "signal": None,
        "source": "unknown",
        "stale": False,
        "author": "",
        "at": None,
        "computed": None,
    }


def test_a_monitor_enters_a_reading_and_the_class_of_the_day_follows(api: ApiRig) -> None:
    monitor, viewer = api.client(Role.MONITOR), api.client(Role.VIEWER)
    body = DRY | {"at": NOON.isoformat(), "station": " 万隆 "}
    assert viewer.post("/api/weather", json=body).status_code == 403
    answer = monitor.post("/api/weather", json=body)
    assert answer.status_code == 201
    entry = answer.json()
    assert (entry["station"], entry["rain_24h_mm"], entry["author"]) == ("万隆", 0.0, "monitor")
    danger = viewer.get("/api/danger").json()
    assert (danger["source"], danger["author"]) == ("computed", "")
    computed = danger["computed"]
    assert (computed["station"], computed["days"], computed["missing"]) == ("万隆", 1, [])
    assert danger["danger"] == computed["danger"] >= 3
    assert danger["signal"] == computed["signal"]
    whole = viewer.get("/api/weather").json()
    assert whole["danger"] == danger
    assert whole["entries"] == [entry]
    assert whole["stations"] == [{"station": "万隆", "days": [computed]}]
    known = monitor.post("/api/weather", json=body)
    assert (known.status_code, known.json()["code"]) == (422, "weather_known")


def test_a_persons_class_goes_before_the_weather_which_is_told_beside(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    monitor.post("/api/weather", json=DRY | {"at": NOON.isoformat()})
    danger = monitor.put("/api/danger", json={"danger": 2}).json()
    assert (danger["danger"], danger["source"], danger["signal"]) == (2, "entered", "blue")
    assert danger["computed"]["danger"] >= 3
    assert not danger["stale"]
    api.clock.advance(3 * 86_400.0)
    old = api.client(Role.VIEWER).get("/api/danger").json()
    assert (old["danger"], old["stale"], old["computed"]) == (2, True, None)


def test_without_a_time_it_is_of_now(api: ApiRig) -> None:
    entry = api.client(Role.MONITOR).post("/api/weather", json=DRY).json()
    assert datetime.fromisoformat(entry["at"]) == START


def test_what_is_taken_back_counts_no_more(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    entry = monitor.post("/api/weather", json=DRY | {"at": NOON.isoformat()}).json()
    address = f"/api/weather/{entry['entry_id']}"
    assert api.client(Role.VIEWER).delete(address).status_code == 403
    gone = monitor.delete(address).json()
    assert gone["withdrawn_by"] == "monitor"
    assert monitor.get("/api/danger").json()["source"] == "unknown"
    again = monitor.delete(address)
    assert (again.status_code, again.json()["code"]) == (409, "weather_withdrawn")
    assert monitor.delete("/api/weather/99").status_code == 404


def test_a_reading_that_cannot_be_is_refused(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    for changes, code in (
        ({"humidity_percent": 101.0}, "weather_value"),
        ({"station": "a\u0007"}, "weather_station"),
        ({"at": (START + timedelta(days=1)).isoformat()}, "weather_time"),
        ({"at": "2026-11-24T05:00:00"}, "input_refused"),
        ({"wind_m_s": None}, "input_refused"),
    ):
        answer = monitor.post("/api/weather", json=DRY | changes)
        assert (answer.status_code, answer.json()["code"]) == (422, code), changes


def test_a_file_is_taken_row_by_row_and_says_what_was_left_out(api: ApiRig) -> None:
    monitor = api.client(Role.MONITOR)
    rows = [f"2026-11-{day:02d} 13:00,25,30,4,0" for day in range(10, 25)]
    table = "\n".join(
        ["时间,气温,湿度,风速,日降水量", *rows, "2026-11-26 13:00,25,30,4,0", "x,,,,"]
    )
    sent = table.encode("gb18030")
    assert api.client(Role.VIEWER).post("/api/weather/import", content=sent).status_code == 403
    answer = monitor.post("/api/weather/import?name=十一月.csv", content=sent).json()
    counts = {key: answer[key] for key in ("added", "corrected", "known", "refused")}
    assert counts == {"added": 15, "corrected": 0, "known": 0, "refused": 2}
    assert [one["code"] for one in answer["faults"]][:2] == ["weather_time", "weather_moment"]
    assert answer["danger"]["source"] == "computed"
    assert answer["danger"]["computed"]["days"] == 15
    again = monitor.post("/api/weather/import", content=sent).json()
    assert (again["added"], again["known"]) == (0, 15)
    entries = monitor.get("/api/weather?limit=3").json()["entries"]
    assert [one["origin"] for one in entries] == ["十一月.csv"] * 3
    refused = monitor.post("/api/weather/import", content=b"nothing")
    assert (refused.status_code, refused.json()["code"]) == (422, "weather_columns")


def test_the_land_around_a_fire_names_its_stands_with_their_trees(api: ApiRig) -> None:
    stand = next(one for one in api.context.land_book.features if one.layer is Layer.FOREST_STAND)
    at = stand.geometry.representative_point()
    said = land_around(api.context, [round_place(at.x, at.y, 50.0)])
    assert said is not None
    assert stand.code in said.stands
    assert said.stands[stand.code] == stand.properties
    assert set(said.stands) == {one.code for one in said.report.units[Layer.FOREST_STAND]}
    assert land_around(api.context, []) is None
