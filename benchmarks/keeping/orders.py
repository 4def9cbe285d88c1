"""Work orders under the kills: a desk at work, people who answer, what must hold afterwards."""

import itertools
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from api.incidents.places import PlaceShelf
from api.orders.assigning import Assigner
from api.orders.desk import OrderDesk
from geo.land import LandBook
from models.clock import Clock
from models.config import OrdersRule
from models.duty import DISTRICT, PersonDraft, Post, ShiftDraft
from models.errors import WatchError
from models.order import Answer, ClosesAt, Limits, Order, OrderDraft, OrderEntryKind, Told
from models.store import Store

__all__ = ["LIMITS", "OrderLoad", "broken_orders", "desk_of", "lost_orders", "staff"]

LIMITS: Final = Limits(push_s=0.3, verify_s=0.7, leave_s=1.2)
"""A thousandth of the usual patience: kills come fast, and so do escalations."""

_TOLD: Final = (
    Told(OrderEntryKind.SEEN),
    Told(OrderEntryKind.ANSWERED, Answer.REAL),
    Told(OrderEntryKind.ANSWERED, Answer.FALSE),
    Told(OrderEntryKind.ANSWERED, Answer.UNSURE),
    Told(OrderEntryKind.LEFT),
    Told(OrderEntryKind.ARRIVED),
    Told(OrderEntryKind.NOTED, note="林下冒烟"),
)
MOST_OPEN: Final = 12
_numbers = itertools.count()


def staff(store: Store, now: datetime) -> None:
    """Four people of the duty room, on for the whole of it."""
    for number, post in enumerate(Post):
        draft = PersonDraft(f"值班{number}", f"1380000000{number}", post, DISTRICT)
        person = store.duty.add_person(draft, author="bench")
        span = now - timedelta(hours=1), now + timedelta(days=6)
        store.duty.add_shifts([ShiftDraft(person.person_id, *span)], author="bench")


def desk_of(store: Store, clock: Clock) -> OrderDesk:
    """A desk in a hurry."""
    rule = OrdersRule()
    desk = OrderDesk(store, clock, rule, Assigner(store, LandBook(store.land), PlaceShelf(), rule))
    desk.limits = LIMITS
    return desk


class OrderLoad:
    """What people do about orders.

    Args:
        store: to write into.
        told: is called with a line after each thing that is on the disk.
        seed: of the choices.
    """

    def __init__(self, store: Store, told: Callable[[str], None], *, seed: int) -> None:
        self._store = store
        self._told = told
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def turn(self) -> None:
        """Somebody sends people, tells something (one time in four twice), or closes an order."""
        try:
            self._turn()
        except WatchError as error:
            if error.code in {"storage_full", "store_damaged"}:
                raise

    def _turn(self) -> None:
        orders = self._store.orders.open_ones()
        with self._lock:
            chance, repeats = self._random.random(), self._random.random() < 0.25
        if len(orders) < MOST_OPEN and chance < 0.4:
            self._open()
        elif orders:
            with self._lock:
                order, told = self._random.choice(orders), self._random.choice(_TOLD)
            if chance > 0.9:
                self._store.orders.close(order.order_id, author="li", note="已处置")
                self._told(f"closed {order.order_id}")
            else:
                self._tell(order, told, times=2 if repeats else 1)

    def _open(self) -> None:
        fires = [one for one in self._store.incidents.working() if one.merged_into is None]
        if not fires:
            return
        with self._lock:
            fire = self._random.choice(fires)
        mark = f"{os.getpid()}-{next(_numbers)}-{time.time_ns():x}"
        draft = OrderDraft(fire.incident_id, DISTRICT, (), None, ClosesAt.VILLAGE, f"hand:{mark}")
        (order,) = self._store.orders.open([draft], author="li")
        self._told(f"sent {order.order_id} hand:{mark}")

    def _tell(self, order: Order, told: Told, *, times: int) -> None:
        key = f"{os.getpid()}-{next(_numbers)}-{time.time_ns():x}"
        keyed = Told(told.kind, told.answer, note=told.note, key=key)
        for _ in range(times):
            self._store.orders.tell(order.order_id, keyed, author="li")
        self._told(f"said {order.order_id} {key}")


def lost_orders(data: Path, promises: list[list[str]]) -> list[str]:
    """Promises of :class:`OrderLoad`, split into words, that were not kept exactly once."""
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:
        keys = connection.execute("SELECT order_id, key FROM order_entry WHERE key IS NOT NULL")
        said = list(keys)
        causes = dict(connection.execute("SELECT order_id, cause FROM work_order"))
        over = {
            row[0]
            for row in connection.execute(
                "SELECT order_id FROM work_order WHERE state IN ('closed', 'withdrawn')"
            )
        }
    lost = []
    for kind, *words in promises:
        if kind == "said" and said.count((int(words[0]), words[1])) != 1:
            lost.append(f"said {words}")
        if kind == "sent" and causes.get(int(words[0])) != words[1]:
            lost.append(f"sent {words}")
        if kind == "closed" and int(words[0]) not in over:
            lost.append(f"closed {words}")
    return lost


_RULES: Final = {
    "a burning fire without an order": "WITH RECURSIVE whole(fire, part) AS (SELECT incident_id,"
    " incident_id FROM incident UNION SELECT fire, incident_id FROM whole JOIN incident ON"
    " merged_into = part) SELECT incident_id FROM incident i WHERE state IN"
    " ('confirmed', 'dispatched', 'arrived', 'controlled') AND merged_into IS NULL AND NOT EXISTS"
    " (SELECT 1 FROM work_order o JOIN whole ON part = o.incident_id WHERE fire = i.incident_id)",
    "one cause, two orders": "SELECT cause, township FROM work_order GROUP BY cause, township"
    " HAVING count(*) > 1",
    "two open orders of a fire in one township": "SELECT incident_id, township FROM work_order"
    " WHERE closed_at IS NULL AND incident_id IN (SELECT incident_id FROM incident WHERE"
    " merged_into IS NULL) AND incident_id NOT IN (SELECT incident_id FROM incident_entry"
    " WHERE kind IN ('absorbed', 'split')) GROUP BY incident_id, township HAVING count(*) > 1",
    "an order that nobody was called for": "SELECT order_id FROM work_order WHERE order_id NOT IN"
    " (SELECT order_id FROM order_entry WHERE kind = 'called') AND closed_at IS NULL",
    "a gap in the calls": "SELECT order_id FROM order_entry WHERE kind = 'called' GROUP BY order_id"
    " HAVING max(call_number) <> count(*)",
    "an order that did not begin": "SELECT order_id FROM work_order WHERE (SELECT count(*) FROM"
    " order_entry e WHERE e.order_id = work_order.order_id AND kind = 'opened') <> 1",
    "a call without its link": "SELECT entry_id FROM order_entry WHERE kind = 'called' AND"
    " entry_id NOT IN (SELECT entry_id FROM order_link)",
    "a call without its push": "SELECT entry_id FROM order_entry WHERE kind = 'called' AND"
    " entry_id NOT IN (SELECT entry_id FROM order_push)",
    # Limits are those of LIMITS, less a millisecond; earlier only when the order's own time is over
    # for the first time since the last call.
    "an escalation before its time": "SELECT b.entry_id FROM order_entry a JOIN order_entry b ON"
    " a.order_id = b.order_id AND b.call_number = a.call_number + 1 JOIN work_order o ON"
    " o.order_id = a.order_id JOIN (SELECT 'push' AS word, 0.299 AS limit_s UNION SELECT 'verify',"
    " 0.699 UNION SELECT 'leave', 1.199) ON word = b.clock WHERE b.tick_s - a.tick_s < limit_s AND"
    " (b.tick_s - o.opened_tick_s < limit_s OR a.tick_s - o.opened_tick_s > limit_s + 0.002)",
    "a time that runs backwards": "SELECT b.entry_id FROM order_entry a JOIN order_entry b ON"
    " a.order_id = b.order_id AND b.entry_id > a.entry_id WHERE b.tick_s < a.tick_s - 0.001",
    "a clock that its history does not stop": "SELECT order_id FROM work_order o WHERE"
    " push_tick_s IS NOT (SELECT min(tick_s) FROM order_entry e WHERE e.order_id = o.order_id AND"
    " kind IN ('seen', 'answered', 'left', 'arrived'))",
    "an order of a settled fire that is open": "SELECT order_id FROM work_order JOIN incident"
    " USING (incident_id) WHERE closed_at IS NULL AND incident.state IN ('closed', 'dismissed')"
    " AND merged_into IS NULL",
    "a push that waits for nothing": "SELECT push_id FROM order_push JOIN work_order USING"
    " (order_id) WHERE order_push.state IN ('waiting', 'sending') AND closed_at IS NOT NULL",
}


def broken_orders(data: Path) -> list[str]:
    """Rules of the record that do not hold, in words."""
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:
        found = {what: connection.execute(query).fetchall() for what, query in _RULES.items()}
    return [f"{what}: {rows[:3]}" for what, rows in found.items() if rows]
