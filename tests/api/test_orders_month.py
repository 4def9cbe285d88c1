"""A month of work orders, every clock of it against an independent count.

31 townships, 40 fires, people who answer late, never or twice, links that fail, a server whose
clock is set and a watch that is started again in the middle of orders.
"""
# ruff: noqa: S608 - the words and numbers in the queries are the test's own

import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from api_rig import ApiRig, build_api
from month_rig import LIMIT_S, POSTS, Person, Referee, Staff, squares

from api.incidents.places import PlaceShelf
from api.orders.assigning import Assigner
from api.orders.desk import OrderDesk
from geo.land import LandBook
from models.duty import PersonDraft, Post, ShiftDraft, TeamKind
from models.land import LandFeature, Layer
from models.store import Store
from models.user import Role

BEGINS = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # December begins in Chongqing
WEST, SOUTH, SIDE = -84.50, 36.05, 0.08
FIRES = 40
EDGE_S = 0.02
"""So close to its moment an escalation has not come yet, and has come."""

SETTINGS_OF_THE_CLOCK = {
    5: timedelta(hours=2),
    11: timedelta(minutes=-50),
    17: timedelta(seconds=45),
    23: timedelta(hours=-3),
    31: timedelta(seconds=-170),
}
"""The fire during whose orders somebody sets the server's clock, and by how much."""

STARTED_AGAIN = {8, 17, 26, 33}
"""Fires during whose orders the watch is started again."""

pytestmark = pytest.mark.timeout(600)


def roster(api: ApiRig, codes: list[str]) -> list[Person]:
    """Six people in each township and two in the district's duty room, a week at a time."""
    people = []
    weeks = [BEGINS + timedelta(days=7 * week) for week in range(-1, 6)]
    places: list[tuple[str, str, Post, int]] = [
        ("", "", Post.STATION, 0),
        ("", "", Post.STATION, 1),
    ]
    for code in codes:
        places += [(code, f"{code}201", Post.GRID, 0), (code, f"{code}202", Post.GRID, 0)]
        places += [(code, "", Post.TEAM, 0), (code, "", Post.TEAM, 1)]
        places += [(code, "", Post.STATION, 0), (code, "", Post.COMMITTEE, 0)]
    for number, (township, village, post, deputy) in enumerate(places):
        draft = PersonDraft(
            f"值班{number}",
            f"138{number:08d}",
            post,
            township,
            village,
            team=TeamKind.FULL_TIME if post is Post.TEAM else None,
        )
        person = api.context.store.duty.add_person(draft, author="t")
        spans = []
        for week, begins in enumerate(weeks):
            if (number + week) % 7 == 3:
                continue  # a hole in the roster
            ends = begins + timedelta(days=7)
            shift = ShiftDraft(person.person_id, begins, ends, deputy)
            api.context.store.duty.add_shifts([shift], author="t")
            spans.append((begins, ends, deputy))
        people.append(Person(person.person_id, post.value, township, village, tuple(spans)))
    assert {one.post for one in people} == set(POSTS)
    return people


def land(api: ApiRig) -> list[str]:
    """31 square townships, each with two villages."""
    corners = squares(31, WEST, SOUTH, SIDE)
    townships, villages = [], []
    for code, (west, south, east, north) in corners.items():
        name = f"第{int(code[-2:]) + 1}镇"
        box = shapely.box(west, south, east, north)
        townships.append(LandFeature(Layer.TOWNSHIP, code, name, box, drill=False, properties={}))
        for number, share in ((201, 0.3), (202, 0.7)):
            point = shapely.Point(west + share * SIDE, south + share * SIDE)
            named = f"{name}{number}村"
            villages.append(
                LandFeature(
                    Layer.VILLAGE, f"{code}{number}", named, point, drill=False, properties={}
                )
            )
    api.context.store.land.replace(Layer.TOWNSHIP, townships)
    api.context.store.land.replace(Layer.VILLAGE, villages)
    return list(corners)


class Month:
    """The month as it goes on."""

    def __init__(self, api: ApiRig, people: list[Person]) -> None:
        self.api = api
        self.chance = random.Random(20261201)
        self.client = api.client(Role.MONITOR)
        self.referee = Referee(people)
        self.staff = Staff(api, self.chance)
        self.desk = api.context.orders
        self.escalations: Counter[str] = Counter()

    @property
    def now_s(self) -> float:
        return self.api.clock.monotonic_s()

    def wait_until(self, at_s: float) -> None:
        self.api.clock.advance(at_s - self.now_s)

    def sign_in(self) -> None:
        self.client = self.api.client(Role.MONITOR)

    def start_again(self) -> None:
        """Another process works on: of what the one before had in memory nothing is left."""
        context = self.api.context
        store = Store.open(context.settings.store_url, clock=self.api.clock)
        rule, land_book = context.settings.orders, LandBook(store.land)
        self.desk = OrderDesk(
            store, self.api.clock, rule, Assigner(store, land_book, PlaceShelf(), rule)
        )

    def report_fire(self, number: int) -> int:
        """Somebody calls; near a border one time in three."""
        chance = self.chance
        lon = WEST + SIDE * chance.uniform(0.2, 5.8)
        lat = SOUTH + SIDE * chance.uniform(0.2, 4.8)
        if chance.random() < 0.35:
            lon = WEST + SIDE * (chance.randrange(1, 6) + chance.uniform(-0.02, 0.02))
        spot = {"kind": "coordinates", "system": "wgs84", "first": lon, "second": lat}
        body = {
            "key": f"month-{number:04d}",
            "source": "call",
            "sighting": {"kind": "place", "spot": spot, "radius_m": chance.uniform(200.0, 900.0)},
            "seen_at": self.api.clock.now().isoformat(),
        }
        answer = self.client.post("/api/observations", json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["incident_id"])

    def step_fire(self, fire: int, *states: str, reason: str | None = None) -> None:
        for state in states:
            before = self.client.get(f"/api/incidents/{fire}").json()["state"]
            body = {"expected_state": before, "to_state": state, "reason": reason}
            answer = self.client.post(f"/api/incidents/{fire}/steps", json=body)
            assert answer.status_code == 200, answer.text

    def orders(self, fire: int) -> list[dict[str, Any]]:
        answer = self.client.get(f"/api/incidents/{fire}/orders")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["orders"]
        return found

    def look(self, fire: int) -> list[dict[str, Any]]:
        """The desk works; what is new must be what the referee says is due, and nothing else."""
        self.desk.step()
        assert not self.desk.faults().any, self.desk.faults()
        found = self.orders(fire)
        wall = self.api.clock.now()
        for one in found:
            number = one["order_id"]
            record = self.referee.records.get(number)
            if record is None:
                villages = [each["code"] for each in one["villages"]]
                record = self.referee.opened(number, self.now_s, one["township"], villages)
                wanted: tuple[float, str | None] | None = (self.now_s, None)
            else:
                wanted = record.due()
            if wanted is not None and wanted[0] <= self.now_s:
                person, before = self.referee.next_person(record, wall)
                record.calls.append((self.now_s, person, wanted[1], before))
                if wanted[1] is not None:
                    self.escalations[wanted[1]] += 1
                self.staff.called(self.client, number, person, self.now_s)
            calls = [each for each in one["entries"] if each["kind"] == "called"]
            told = [(each["person_id"], each["clock"], each["round"]) for each in calls]
            assert told == [each[1:] for each in record.calls], (number, one["state"])
        return found

    def work(self, fire: int, until_s: float, *, at_s: float | None, by: timedelta) -> None:
        """Go on from one thing that happens to the next."""
        restart_s = self.now_s + 400.0 if fire in STARTED_AGAIN else None
        while True:
            dues = [
                due[0]
                for record in self.referee.records.values()
                if record.over_s is None and (due := record.due()) is not None
            ]
            deeds = [one.at_s for one in self.staff.deeds]
            moments = [*dues, *deeds, until_s, *(one for one in (at_s, restart_s) if one)]
            following_s = min(moments)
            if following_s in dues:
                self.wait_until(max(self.now_s, following_s - EDGE_S))
                self.look(fire)
                self.wait_until(following_s + EDGE_S)
            else:
                self.wait_until(following_s)
            if following_s == at_s:
                self.api.clock.set_wall(by)
                self.sign_in()
                at_s = None
            if following_s == restart_s:
                self.start_again()
                restart_s = None
            for deed in [one for one in self.staff.deeds if one.at_s <= self.now_s]:
                self.staff.deeds.remove(deed)
                self.tell(deed.order_id, deed.person, deed)
            self.look(fire)
            if following_s == until_s:
                return

    def tell(self, order_id: int, person: int | None, deed: Any) -> None:  # noqa: ANN401
        record = self.referee.records[order_id]
        kind, answer = deed.body["kind"], deed.body.get("answer")
        if record.over_s is not None:
            return
        if person is None:
            told = self.client.post(f"/api/orders/{order_id}/tell", json=deed.body)
            assert told.status_code == 200, told.text
        else:
            assert self.staff.tell(deed) == 200
        self.referee.told(order_id, self.now_s, kind, answer)
        after = self.client.get(f"/api/orders/{order_id}").json()
        settled = answer in {"false", "handled"} and after["closes_at"] == "village"
        settled = settled and not record.burns  # two who do not agree: the district decides
        assert (after["state"] == "closed") == settled, (after["state"], deed.body)
        if settled:
            record.over_s = self.now_s

    def end(self, fire: int, number: int) -> None:
        """Nobody leaves an order open: it is closed, withdrawn, or its fire is settled."""
        left = [one for one in self.orders(fire) if one["closed_at"] is None]
        state = self.client.get(f"/api/incidents/{fire}").json()["state"]
        for one in left[: number % 2]:
            way = "withdraw" if number % 3 == 0 else "close"
            path = f"/api/orders/{one['order_id']}/{way}"
            assert self.client.post(path, json={"note": "演练"}).status_code == 200
            self.referee.records[one["order_id"]].over_s = self.now_s
        if state == "open":
            self.step_fire(fire, "dismissed", reason="field_burn")
        else:
            self.step_fire(fire, "controlled", "closed")
        self.desk.step()
        for one in self.orders(fire):
            assert one["closed_at"] is not None
            record = self.referee.records[one["order_id"]]
            if record.over_s is None:
                record.over_s = self.now_s
        self.staff.deeds.clear()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    folder = tmp_path_factory.mktemp("month")
    api = build_api(folder)
    api.clock.advance((BEGINS - api.clock.now()).total_seconds() + 3600.0)
    codes = land(api)
    played = Month(api, roster(api, codes))
    for number in range(FIRES):
        played.api.clock.advance(played.chance.uniform(8.0, 17.0) * 3600.0)
        played.sign_in()
        fire = played.report_fire(number)
        if number % 3 == 0:
            opened = played.client.post("/api/orders", json={"incident_id": fire})
            assert opened.status_code == 201, opened.text
        else:
            played.step_fire(fire, "confirmed")
        played.look(fire)
        by = SETTINGS_OF_THE_CLOCK.get(number, timedelta())
        at_s = played.now_s + played.chance.uniform(20.0, 250.0) if by else None
        lasts_s = played.chance.uniform(900.0, 4200.0)
        played.work(fire, played.now_s + lasts_s, at_s=at_s, by=by)
        played.end(fire, number)
    return played


def test_every_call_came_when_the_referee_says_and_nothing_is_open(month: Month) -> None:
    records = month.referee.records
    assert len(records) >= FIRES * 1.1, "some lie across a border"
    assert month.api.context.store.orders.open_ones() == []
    assert set(month.escalations) == set(LIMIT_S), "every clock ran out somewhere"
    assert min(month.staff.counts.values()) >= 5, month.staff.counts
    assert max(before for one in records.values() for *_, before in one.calls) >= 1
    assert any(person is None for one in records.values() for _, person, *_ in one.calls)
    shifts = month.api.context.store.steady.shifts(BEGINS, BEGINS + timedelta(days=60))
    assert [round(one.shift_s) for one in shifts] == [
        round(by.total_seconds()) for by in SETTINGS_OF_THE_CLOCK.values()
    ]


def test_every_clock_equals_the_count(month: Month) -> None:
    for number, record in month.referee.records.items():
        order = month.client.get(f"/api/orders/{number}").json()
        for clock in order["clocks"]:
            name = clock["kind"]
            assert clock["state"] == record.clock(name), (number, name)
            ended_s = record.stops.get(name, record.over_s)
            assert clock["elapsed_s"] == pytest.approx(ended_s - record.opened_s, abs=0.01)


def query(month: Month, text: str) -> list[Any]:
    path = Path(month.api.context.settings.data_dir) / "firewatch.db"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(text).fetchall()


def test_the_report_says_what_the_rows_and_the_referee_say(month: Month) -> None:
    month.sign_in()
    report = month.client.get("/api/reports/monthly/2026-12").json()
    figures = {one["key"]: one for part in report["sections"] for one in part["figures"]}
    begins_us = int(BEGINS.timestamp() * 1e6)
    ends_us = int((BEGINS + timedelta(days=31)).timestamp() * 1e6)
    mine = f"opened_at >= {begins_us} AND opened_at < {ends_us}"
    ((orders,),) = query(month, f"SELECT count(*) FROM work_order WHERE {mine}")
    assert figures["orders"]["value"] == orders
    inside = {row[0] for row in query(month, f"SELECT order_id FROM work_order WHERE {mine}")}
    for name, limit_s in LIMIT_S.items():
        ((kept, judged),) = query(
            month,
            f"SELECT sum({name}_tick_s - opened_tick_s <= {limit_s}), "
            f"sum({name}_tick_s IS NOT NULL OR over_tick_s - opened_tick_s > {limit_s}) "
            f"FROM work_order WHERE {mine}",
        )
        counted = Counter(month.referee.records[number].clock(name) for number in inside)
        assert (kept, judged) == (counted["kept"], counted["kept"] + counted["missed"])
        figure = figures[f"{name}_kept"]
        assert (figure["counted"], figure["of"]) == (kept, judged)
        assert figure["value"] == pytest.approx(kept / judged)
        assert figure["low"] < figure["value"] < figure["high"]
    ((escalated,),) = query(
        month,
        "SELECT count(*) FROM order_entry JOIN work_order USING (order_id) WHERE kind = 'called'"
        f" AND clock IS NOT NULL AND {mine}",
    )
    assert figures["escalations"]["value"] == escalated
    assert figures["clock_shifts"]["value"] == len(SETTINGS_OF_THE_CLOCK)
    table = next(
        one for part in report["sections"] for one in part["tables"] if one["key"] == "townships"
    )
    columns = table["columns"]
    by_code = {row[columns.index("township")]: row for row in table["rows"]}
    assert len([code for code in by_code if code]) == 31
    for code, row in by_code.items():
        ((count,),) = query(
            month,
            f"SELECT count(*) FROM work_order WHERE township = '{code}' AND {mine}",
        )
        assert row[columns.index("orders")] == count


def test_nothing_is_told_twice_and_nothing_is_lost(month: Month) -> None:
    twice = query(
        month,
        "SELECT order_id, key FROM order_entry WHERE key IS NOT NULL"
        " GROUP BY order_id, key HAVING count(*) > 1",
    )
    assert twice == []
    gaps = query(
        month,
        "SELECT order_id FROM order_entry WHERE kind = 'called' GROUP BY order_id"
        " HAVING max(call_number) <> count(*)",
    )
    assert gaps == []
    month.api.context.store.audit.verify()
