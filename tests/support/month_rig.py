"""A month of work orders, played, and counted by somebody who shares nothing with the product.

The referee knows the true time (seconds since the month began, whatever the server's clock says),
who is called by its own reading of the roster, and when the next call is due by its own sums. It is
asked after every step whether the product did the same.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime

from api_rig import ApiRig
from starlette.testclient import TestClient

__all__ = ["Deed", "Person", "Record", "Referee", "Staff", "squares"]

LIMIT_S = {"push": 60.0, "verify": 180.0, "leave": 300.0}
LONGEST_S = 900.0
POSTS = ("grid", "team", "station", "committee")


def squares(
    count: int, west_deg: float, south_deg: float, side_deg: float
) -> dict[str, list[float]]:
    """Townships as a chessboard: west, south, east and north of each by its code."""
    columns = 6
    return {
        f"5001100{number:02d}": [
            west_deg + side_deg * (number % columns),
            south_deg + side_deg * (number // columns),
            west_deg + side_deg * (number % columns + 1),
            south_deg + side_deg * (number // columns + 1),
        ]
        for number in range(count)
    }


@dataclass(frozen=True)
class Person:
    """Somebody of the roster, as the referee knows them."""

    number: int
    post: str
    township: str
    village: str
    spans: tuple[tuple[datetime, datetime, int], ...]
    """When they are on (UTC), and as which deputy."""


@dataclass
class Record:
    """An order as the referee counts it; true seconds."""

    opened_s: float
    township: str
    villages: tuple[str, ...]
    calls: list[tuple[float, int | None, str | None, int]] = field(default_factory=list)
    """When, whom, for which clock, how often before."""
    stops: dict[str, float] = field(default_factory=dict)
    over_s: float | None = None
    burns: bool = False
    """Somebody on the ground has said so."""

    def due(self) -> tuple[float, str] | None:
        """When the next call must be, and for which clock."""
        running = [name for name in LIMIT_S if name not in self.stops]
        if self.over_s is not None or not running:
            return None
        at_s, _, _, before = self.calls[-1]
        waits = []
        for order, name in enumerate(LIMIT_S):
            if name in running:
                wait_s = LIMIT_S[name]
                for _ in range(before):
                    wait_s = min(2.0 * wait_s, LONGEST_S)
                waits.append((at_s + wait_s, order, name))
                if self.opened_s + LIMIT_S[name] > at_s:
                    waits.append((self.opened_s + LIMIT_S[name], order, name))
        due_s, _, name = min(waits)
        return due_s, name

    def clock(self, name: str) -> str:
        """How a clock of an order that is over went."""
        assert self.over_s is not None
        stopped = self.stops.get(name)
        if stopped is None:
            return "void" if self.over_s - self.opened_s <= LIMIT_S[name] else "missed"
        return "kept" if stopped - self.opened_s <= LIMIT_S[name] else "missed"


class Referee:
    """Counts.

    Args:
        people: everybody.
    """

    def __init__(self, people: list[Person]) -> None:
        self.people = people
        self.records: dict[int, Record] = {}

    def next_person(self, record: Record, wall: datetime) -> tuple[int | None, int]:
        """Whom to call now, and how often they were called before."""
        ranked = []
        for one in self.people:
            if one.township not in {record.township, ""}:
                continue
            if one.village and one.village not in record.villages:
                continue
            reach = 2 if not one.township else 0 if one.village else 1
            for begins, ends, deputy in one.spans:
                if begins <= wall < ends:
                    ranked.append((reach, POSTS.index(one.post), deputy, begins, one.number))
        line: list[int | None] = []
        for *_, number in sorted(ranked):
            if number not in line:
                line.append(number)
        line.append(None)
        called = [person for _, person, _, _ in record.calls]
        if called and called[-1] in line and len(line) > 1:
            line.remove(called[-1])  # nobody twice running
        fewest = min(called.count(one) for one in line)
        chosen = next(one for one in line if called.count(one) == fewest)
        return chosen, fewest

    def opened(self, order_id: int, now_s: float, township: str, villages: list[str]) -> Record:
        """An order is there."""
        record = Record(now_s, township, tuple(villages))
        self.records[order_id] = record
        return record

    def told(self, order_id: int, now_s: float, kind: str, answer: str | None) -> None:
        """Somebody told something of an order that is open."""
        record = self.records[order_id]
        stopped = {"push"}
        if kind == "answered":
            record.burns = record.burns or answer == "real"
            if answer != "unsure":
                stopped |= {"verify"}
            if answer in {"false", "handled"}:
                stopped |= {"leave"}
        elif kind in {"left", "arrived"}:
            stopped |= {"leave"}
        elif kind == "noted":
            stopped = set()
        for name in stopped:
            record.stops.setdefault(name, now_s)


@dataclass
class Deed:
    """Something that somebody will do."""

    at_s: float
    order_id: int
    person: int | None
    body: dict[str, object]
    times: int


class Staff:
    """People with telephones: they answer in time, late, never or twice.

    Args:
        api: of the watch.
        chance: of all their choices.
    """

    def __init__(self, api: ApiRig, chance: random.Random) -> None:
        self._phone = api.client()
        self._chance = chance
        self._tokens: dict[tuple[int, int], str] = {}
        self._cookies: dict[tuple[int, int], str] = {}
        self.deeds: list[Deed] = []
        self.counts = dict.fromkeys(("in_time", "late", "never", "twice", "link_failed"), 0)

    def called(self, client: TestClient, order_id: int, person: int | None, now_s: float) -> None:
        """Somebody's telephone rings."""
        chance = self._chance
        if person is not None:
            url = client.get(f"/api/orders/{order_id}/link").json()["url"]
            self._tokens[order_id, person] = url.partition("#t=")[2]
        kind = chance.choices(
            ("in_time", "late", "never", "twice", "link_failed"), (30, 25, 20, 10, 15)
        )[0]
        self.counts[kind] += 1
        if kind in {"never", "link_failed"}:
            return
        slow = chance.uniform(2.0, 9.0) if kind == "late" else 1.0
        times = 2 if kind == "twice" else 1
        at_s = now_s + slow * chance.uniform(8.0, 50.0)
        answer = chance.choices(("real", "false", "handled", "unsure"), (5, 2, 1, 2))[0]
        told: list[dict[str, object]] = [{"kind": "seen"}]
        told.append({"kind": "answered", "answer": answer})
        if answer == "real":
            told += [{"kind": "left"}, {"kind": "arrived"}]
        if chance.random() < 0.15:
            told = told[:1]  # they have seen it, and nothing comes of it
        for number, one in enumerate(told):
            body = one | {"key": f"{order_id}-{person}-{now_s:.3f}-{number}"}
            self.deeds.append(Deed(at_s, order_id, person, body, times))
            at_s += slow * chance.uniform(15.0, 110.0)

    def _open(self, order_id: int, person: int) -> None:
        """Use the link, once."""
        self._phone.cookies.clear()
        body = {"token": self._tokens[order_id, person]}
        answer = self._phone.post("/api/field/open", json=body)
        assert answer.status_code == 200, answer.text
        self._cookies[order_id, person] = self._phone.cookies["firewatch_field"]

    def tell(self, deed: Deed) -> int:
        """Tell it from the phone; the status of the last answer."""
        assert deed.person is not None
        if (deed.order_id, deed.person) not in self._cookies:
            self._open(deed.order_id, deed.person)
        self._phone.cookies.clear()
        cookie = self._cookies[deed.order_id, deed.person]
        status = 0
        for _ in range(deed.times):
            headers = {"cookie": f"firewatch_field={cookie}"}
            answer = self._phone.post("/api/field/tell", json=deed.body, headers=headers)
            status = answer.status_code
        return status
