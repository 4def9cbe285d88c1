"""What is left of a watch that was killed: promises kept, rules that hold, notices that came."""

import hashlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.keeping.orders import broken_orders, lost_orders
from camera_gateway.vault import EvidenceVault
from models.notice import DeliveryState, occasion_of
from models.store import Store

__all__ = ["Left", "Told", "what_is_left"]

Told = tuple[str, tuple[int, ...]]
"""A message that came: its mark, and the sorted numbers of the entries that it told."""


@dataclass
class Left:
    """What is left after all kills.

    Attributes:
        kills: of processes that were at work.
        promised: things that were told, by kind.
        lost: promises that were not kept, in words.
        broken: rules of the record that do not hold, in words.
        notices: deliveries in the outbox.
        twice: messages that came more than once, under their mark.
        unmarked: notices that came under more than one mark.
        unsent: notices that never came.
        calls: that were to be pushed.
        calls_unsent: that never came, though nobody had answered them.
        calls_twice: messages of calls that came more than once, under their mark.
    """

    kills: int = 0
    promised: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    notices: int = 0
    twice: int = 0
    unmarked: int = 0
    unsent: int = 0
    calls: int = 0
    calls_unsent: int = 0
    calls_twice: int = 0


def what_is_left(
    store: Store,
    data: Path,
    *,
    kills: int,
    promises: Sequence[str],
    told: Sequence[Told],
    calls: Sequence[str],
) -> Left:
    """Look for every promise, at the rules of the record, and at what came of the notices.

    Args:
        store: opened after the last kill, its outbox sent.
        data: the folder of the watch.
        kills: that there were.
        promises: lines that :class:`benchmarks.keeping.load.Load` told.
        told: messages that the receiver took.
        calls: marks of the calls that it took.
    """
    left = Left(kills=kills)
    _look_for_promises(store, data, promises, left)
    _look_at_the_record(store, data, left)
    _look_at_notices(store, told, left)
    left.lost += lost_orders(data, [line.split() for line in promises])
    left.broken += broken_orders(data)
    _look_at_calls(data, calls, left)
    return left


def _look_for_promises(store: Store, data: Path, promises: Sequence[str], left: Left) -> None:
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:
        alerts = dict(connection.execute("SELECT alert_id, idempotency_key FROM alert"))
        seen = dict(connection.execute("SELECT alert_id, last_seen_at FROM alert"))
        reports = dict(connection.execute("SELECT observation_id, key FROM observation"))
        entries = dict(connection.execute("SELECT entry_id, incident_id FROM incident_entry"))
    for line in promises:
        kind, *words = line.split()
        left.promised[kind] += 1
        if kind in {"sent", "said", "closed"}:
            continue  # of orders
        if kind == "alert":
            kept = alerts.get(int(words[0])) == words[1]
        elif kind == "update":
            at_us = round(datetime.fromisoformat(words[1]).timestamp() * 1e6)
            kept = seen.get(int(words[0]), 0) >= at_us - 1
        elif kind == "report":
            kept = reports.get(int(words[0])) == words[1]
        else:
            kept = entries.get(int(words[1])) == int(words[0])
        if not kept:
            left.lost.append(line)
    vault = EvidenceVault(data / "evidence")
    for file in store.keeping.files():
        if hashlib.sha256(vault.get(file.key)).hexdigest() != file.sha256:
            left.lost.append(f"picture {file.key}")


def _look_at_the_record(store: Store, data: Path, left: Left) -> None:
    store.audit.verify()
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:

        def rows(query: str) -> list[Any]:
            return connection.execute(query).fetchall()

        rules = {
            "the file is damaged": "SELECT * FROM pragma_integrity_check"
            " WHERE integrity_check <> 'ok'",
            "a row belongs to nothing": "SELECT * FROM pragma_foreign_key_check",
            "an alert of a fire that was merged": "SELECT alert_id FROM alert JOIN incident"
            " USING (incident_id) WHERE merged_into IS NOT NULL",
            "a standing fire without evidence": "SELECT incident_id FROM incident WHERE merged_into"
            " IS NULL AND incident_id NOT IN (SELECT incident_id FROM alert) AND incident_id NOT IN"
            " (SELECT incident_id FROM observation WHERE incident_id IS NOT NULL)",
            "an alert without its pictures": "SELECT alert_id FROM alert WHERE (SELECT count(*)"
            " FROM evidence WHERE evidence.alert_id = alert.alert_id) <> 3",
            "an alert without its event": "SELECT alert_id FROM alert WHERE alert_id NOT IN"
            " (SELECT subject_id FROM event WHERE kind = 'alert.opened')",
            "a gap in the events": "SELECT max(sequence), count(*) FROM event"
            " HAVING max(sequence) <> count(*)",
            "a fire that did not begin": "SELECT incident_id FROM incident WHERE incident_id NOT IN"
            " (SELECT incident_id FROM incident_entry WHERE kind IN ('opened', 'split_off'))",
            "a state that its history does not tell": "SELECT i.incident_id FROM incident i WHERE"
            " merged_into IS NULL AND state <> (SELECT to_state FROM incident_entry e WHERE"
            " e.incident_id = i.incident_id AND to_state IS NOT NULL ORDER BY entry_id DESC"
            " LIMIT 1)",
        }
        for what, query in rules.items():
            found = rows(query)
            if found:
                left.broken.append(f"{what}: {found[:3]}")


def _look_at_notices(store: Store, told: Sequence[Told], left: Left) -> None:
    wanted = set()
    for fire in _all_fires(store):
        wanted |= {one.entry_id for one in fire.entries if occasion_of(one) is not None}
    kept = store.deliveries.newest(10**6)
    left.notices = len(kept)
    if {one.entry_id for one in kept} != wanted or len(kept) != len(wanted):
        left.broken.append(f"{len(wanted)} things to be told, {len(kept)} notices")
    marks = defaultdict[int, set[str]](set)
    bodies = defaultdict[str, set[tuple[int, ...]]](set)
    for mark, news in told:
        bodies[mark].add(news)
        for entry_id in news:
            marks[entry_id].add(mark)
    left.twice = len(told) - len(bodies)
    left.unmarked = sum(len(one) > 1 for one in marks.values())
    skipped = {one.entry_id for one in kept if one.state is DeliveryState.SKIPPED}
    left.unsent = len(wanted - marks.keys() - skipped)
    if any(len(one) > 1 for one in bodies.values()):
        left.broken.append("one mark, and another message")


def _look_at_calls(data: Path, calls: Sequence[str], left: Left) -> None:
    with closing(sqlite3.connect(data / "firewatch.db")) as connection:
        pushes = dict(connection.execute("SELECT message_id, state FROM order_push"))
    left.calls = len(pushes)
    left.calls_unsent = sum(
        mark not in calls for mark, state in pushes.items() if state != "given_up"
    )
    left.calls_twice = len(calls) - len(set(calls))
    if set(calls) - pushes.keys():
        left.broken.append("a call came under a mark that nobody knows")


def _all_fires(store: Store) -> Iterator[Any]:
    with closing(sqlite3.connect(store._database._name)) as connection:  # noqa: SLF001
        numbers = [row[0] for row in connection.execute("SELECT incident_id FROM incident")]
    for number in numbers:
        yield store.incidents.get(number)
