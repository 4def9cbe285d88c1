"""The figures of the reports once more: from the file of the store, by SQL and plain arithmetic.

Nothing of the program is used here. Times are microseconds since 1970, as they are stored.
"""

import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from pyproj import Geod
from scipy.stats import beta, chi2
from shapely.geometry.base import BaseGeometry

__all__ = ["Reckoning", "binomial", "ninety_five"]

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = 3_600_000_000
MINUTE = 60_000_000
BURNS = ("confirmed", "dispatched", "arrived", "controlled", "closed")
LIMITS = {"push": 60.0, "verify": 180.0, "leave": 300.0}
POSTS = ("team", "station", "committee")
WAYS = (
    ("seen", "opened"),
    ("opened", "acknowledged"),
    ("acknowledged", "confirmed"),
    ("confirmed", "dispatched"),
    ("dispatched", "arrived"),
    ("arrived", "controlled"),
    ("seen", "controlled"),
)

_FIRES = """
SELECT i.*,
  (SELECT min(a.opened_at) FROM alert a WHERE a.incident_id = i.incident_id) AS alerted,
  (SELECT min(o.entered_at) FROM observation o
     WHERE o.incident_id = i.incident_id AND o.withdrawn_at IS NULL) AS told,
  CASE WHEN i.state = 'dismissed' THEN
    (SELECT e.reason FROM incident_entry e
       WHERE e.incident_id = i.incident_id AND e.to_state = 'dismissed' AND e.kind = 'stepped'
         AND e.reason IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM incident_entry u WHERE u.undoes = e.entry_id)
       ORDER BY e.entry_id DESC LIMIT 1) END AS why
FROM incident i
WHERE i.merged_into IS NULL AND i.opened_at >= :a AND i.opened_at < :b
ORDER BY i.incident_id
"""
_IN_EARNEST = "NOT is_drill AND incident_id NOT IN (SELECT incident_id FROM temp.drilled)"
_STEPS = """
SELECT e.to_state, min(e.at) AS at FROM incident_entry e
WHERE e.incident_id = ? AND e.kind = 'stepped'
  AND NOT EXISTS (SELECT 1 FROM incident_entry u WHERE u.undoes = e.entry_id)
GROUP BY e.to_state
"""


def poisson(count: int) -> tuple[float, float]:
    low = 0.0 if count == 0 else float(chi2.ppf(0.025, 2 * count)) / 2.0
    return low, float(chi2.ppf(0.975, 2 * count + 2)) / 2.0


def binomial(count: int, of: int) -> tuple[float, float]:
    low = 0.0 if count == 0 else float(beta.ppf(0.025, count, of - count + 1))
    high = 1.0 if count == of else float(beta.ppf(0.975, count + 1, of - count))
    return low, high


def ninety_five(values: list[float]) -> float | None:
    ordered = sorted(values)
    for place, value in enumerate(ordered, 1):
        if place * 100 >= 95 * len(ordered):
            return value
    return None


class Reckoning:
    """Of one file and one period.

    Args:
        database: of SQLite.
        from_us: period, included.
        until_us: not included.
        tick_s: when the report was made, on the steady scale.
    """

    def __init__(self, database: Path, from_us: int, until_us: int, tick_s: float) -> None:
        self.db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row
        self.a, self.b, self.tick_s = from_us, until_us, tick_s
        everything = self.all(_FIRES)
        self.drills = [one for one in everything if one["is_drill"] or one["why"] == "drill"]
        numbers = {one["incident_id"] for one in self.drills}
        self.fires = [one for one in everything if one["incident_id"] not in numbers]
        self.real = [one for one in self.fires if one["state"] in BURNS]
        self.shifts = self.all("SELECT * FROM clock_shift")
        self._write_drills()

    def all(self, query: str, **more: object) -> list[sqlite3.Row]:
        return self.db.execute(query, {"a": self.a, "b": self.b, **more}).fetchall()

    def one(self, query: str, **more: object) -> Any:  # noqa: ANN401  # one cell
        return self.all(query, **more)[0][0]

    def _write_drills(self) -> None:
        """Numbers of all fires whose evidence is invented or that were dismissed as a drill.

        One that was merged is what the fire is that it was merged into, and so on.
        """
        every = _FIRES.replace(" i.opened_at >= :a AND i.opened_at < :b", " true").replace(
            "i.merged_into IS NULL AND", ""
        )
        rows = {row["incident_id"]: row for row in self.all(every)}
        self.db.execute("CREATE TEMP TABLE drilled (incident_id INTEGER PRIMARY KEY)")
        for number in rows:
            stays = number
            while rows[stays]["merged_into"] is not None:
                stays = rows[stays]["merged_into"]
            if rows[stays]["is_drill"] or rows[stays]["why"] == "drill":
                self.db.execute("INSERT INTO drilled VALUES (?)", (number,))

    # counts ------------------------------------------------------------------------------------

    def fire_counts(self) -> dict[str, Any]:
        states = Counter(one["state"] for one in self.fires)
        return {
            "fires": len(self.fires),
            "fires_real": len(self.real),
            "fires_dismissed": states["dismissed"],
            "fires_pending": states["open"] + states["acknowledged"],
            "drill_fires": len(self.drills),
            "drill_orders": self.one(
                f"SELECT count(*) FROM work_order WHERE NOT ({_IN_EARNEST})"  # noqa: S608
                " AND opened_at >= :a AND opened_at < :b"
            ),
        }

    def by_camera(self) -> list[sqlite3.Row]:
        return [
            one
            for one in self.fires
            if one["alerted"] is not None and (one["told"] is None or one["alerted"] <= one["told"])
        ]

    def false_alarms(self) -> list[sqlite3.Row]:
        return [one for one in self.by_camera() if one["state"] == "dismissed"]

    def false_figures(self) -> dict[str, Any]:
        count = len(self.false_alarms())
        judged = [one for one in self.by_camera() if one["state"] not in {"open", "acknowledged"}]
        days = {
            (row["camera_id"], local(row["from_at"]).date())
            for row in self.all("SELECT * FROM visit WHERE from_at >= :a AND from_at < :b")
        }
        geod = Geod(ellps="WGS84")
        hectares = sum(
            abs(geod.geometry_area_perimeter(shapely.from_wkb(row["geometry"]))[0]) / 1e4
            for row in self.all("SELECT geometry FROM land_feature WHERE layer = 'township'")
        )
        low, high = poisson(count)
        parts = binomial(count, len(judged))
        return {
            "false_alarms": count,
            "false_alarm_share": (count / len(judged), *parts, count, len(judged)),
            "camera_days": len(days),
            "false_alarms_per_camera_day": (
                count / len(days),
                low / len(days),
                high / len(days),
                count,
                len(days),
            ),
            "area_watched": hectares,
            "false_alarms_per_10000_ha": (
                count / hectares * 1e4,
                low / hectares * 1e4,
                high / hectares * 1e4,
                count,
                hectares / 1e4,
            ),
        }

    def false_causes(self) -> Counter[str]:
        return Counter(one["why"] for one in self.false_alarms())

    def told_first(self) -> list[sqlite3.Row]:
        return [
            one
            for one in self.real
            if one["told"] is not None and not (one["alerted"] or 2**62) <= one["told"]
        ]

    # sweep -------------------------------------------------------------------------------------

    @cache  # noqa: B019  # of one test's file
    def sweep(self, presets: Iterable[int] = (0, 1)) -> dict[str, Any]:
        """Minute by minute; everything that was played begins and ends on a whole one."""
        visits: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        query = "SELECT * FROM visit WHERE camera_id = 't1-red' ORDER BY from_at"
        for row in self.all(query):
            visits[row["preset"]].append((row["from_at"], row["until_at"], row["trust"]))
        wanted = tuple(presets)
        fresh = {preset: _minutes(visits[preset]) for preset in wanted}
        sure = {
            preset: _minutes([one for one in visits[preset] if one[2] == "verified"])
            for preset in wanted
        }
        due = [
            at
            for at in range(self.a, self.b, MINUTE)
            if 6 <= local(at).hour < 20  # the tour
        ]
        late, unsure, longest = 0, 0, 0
        for at in due:
            if (local(at).hour, local(at).minute) >= (6, 30):  # half an hour for the first round
                late += not all(at in fresh[preset] for preset in wanted)
                unsure += not all(at in sure[preset] for preset in wanted)
        for day in {local(at).date() for at in due}:
            opens = int(datetime(day.year, day.month, day.day, 6, tzinfo=ZONE).timestamp())
            start, end = opens * 1_000_000, (opens + 14 * 3600) * 1_000_000
            for preset in wanted:
                edge = start
                for begins, until, _ in visits[preset]:
                    if begins >= end or until < start:
                        continue
                    longest = max(longest, begins - edge)
                    edge = max(edge, until)
                longest = max(longest, end - edge)
        return {
            "sweep_in_time": (1 - late / len(due), (len(due) - late) / 60, len(due) / 60),
            "sweep_verified": (1 - unsure / len(due), (len(due) - unsure) / 60, len(due) / 60),
            "sweep_longest": longest / MINUTE,
            "sweep_cameras": 1,
            "sweep_cameras_always": int(late == 0),
            "sweep_judged": (self.b - self.a) / 24 / HOUR,
        }

    def watch_gaps(self) -> dict[str, tuple[int, float]]:
        rows = self.all(
            "SELECT cause, count(*) AS gaps,"
            " sum(min(coalesce(until_at, :b), :b) - max(from_at, :a)) AS us FROM watch_gap"
            " WHERE from_at < :b AND (until_at IS NULL OR until_at > :a) GROUP BY cause"
        )
        return {row["cause"]: (row["gaps"], row["us"] / HOUR) for row in rows}

    # orders ------------------------------------------------------------------------------------

    def clock(self, kind: str, township: str | None = None) -> dict[str, Any]:
        limit = LIMITS[kind]
        counts: Counter[str] = Counter()
        took: list[float] = []
        rows = self.all(
            f"SELECT {kind}_tick_s - opened_tick_s AS took, over_tick_s - opened_tick_s AS over_s,"  # noqa: S608
            " :now - opened_tick_s AS age FROM work_order"
            f" WHERE {_IN_EARNEST} AND opened_at >= :a AND opened_at < :b"
            " AND (:township IS NULL OR township = :township) ORDER BY order_id",
            now=self.tick_s,
            township=township,
        )
        for row in rows:
            if row["took"] is not None:
                took.append(row["took"])
                counts["kept" if row["took"] <= limit else "missed"] += 1
            elif row["over_s"] is not None:
                counts["void" if row["over_s"] <= limit else "missed"] += 1
            else:
                counts["running" if row["age"] <= limit else "missed"] += 1
        return {
            **{name: counts[name] for name in ("kept", "missed", "void", "running")},
            "median": median(took) if took else None,
            "p95": ninety_five(took),
            "stopped": len(took),
        }

    def orders(self) -> dict[str, Any]:
        mine = f"{_IN_EARNEST} AND w.opened_at >= :a AND w.opened_at < :b"
        called = (
            "FROM order_entry e JOIN work_order w USING (order_id)"
            f" WHERE {mine} AND e.kind = 'called' AND e.clock IS NOT NULL"
        )
        return {
            "orders": self.one(f"SELECT count(*) FROM work_order w WHERE {mine}"),  # noqa: S608
            "orders_open": self.one(
                f"SELECT count(*) FROM work_order w WHERE {mine} AND closed_at IS NULL"  # noqa: S608
            ),
            "escalations": self.one(f"SELECT count(*) {called}"),
            "orders_escalated": self.one(f"SELECT count(DISTINCT e.order_id) {called}"),
            "clock_shifts": sum(self.a <= row["at"] < self.b for row in self.shifts),
        }

    def township(self, code: str) -> tuple[Any, ...]:
        cells: list[Any] = []
        for kind in LIMITS:
            one = self.clock(kind, code)
            cells += [one["kept"], one["kept"] + one["missed"], one["median"]]
        mine = f"{_IN_EARNEST} AND opened_at >= :a AND opened_at < :b AND township = :code"
        answers = Counter(
            row[0]
            for row in self.all(f"SELECT answer FROM work_order WHERE {mine}", code=code)  # noqa: S608
        )
        count = self.one(f"SELECT count(*) FROM work_order WHERE {mine}", code=code)  # noqa: S608
        escalated = self.one(
            f"SELECT count(DISTINCT e.order_id) FROM order_entry e JOIN work_order"  # noqa: S608
            f" USING (order_id) WHERE {mine} AND e.kind = 'called' AND clock IS NOT NULL",
            code=code,
        )
        still = self.one(
            f"SELECT count(*) FROM work_order WHERE {mine} AND over_tick_s IS NULL",  # noqa: S608
            code=code,
        )
        told = [answers[word] for word in ("real", "false", "handled", "unsure")]
        return (count, *cells, *told, escalated, still)

    # notices -----------------------------------------------------------------------------------

    def notices(self, channel: int | None = None) -> dict[str, Any]:
        rows = self.all(
            "SELECT d.* FROM delivery d"
            " WHERE d.incident_id NOT IN (SELECT incident_id FROM temp.drilled)"
            " AND d.created_at >= :a AND d.created_at < :b"
            " AND (:channel IS NULL OR d.channel_id = :channel)",
            channel=channel,
        )
        states = Counter(row["state"] for row in rows)
        sent = states["sent"]
        waiting = states["pending"] + states["sending"]
        took = [
            (row["sent_at"] - row["created_at"]) / 1e6
            for row in rows
            if row["state"] == "sent" and self.known(row["created_at"], row["sent_at"])
        ]
        share = None
        if sent + waiting:
            share = (sent / (sent + waiting), *binomial(sent, sent + waiting), sent, sent + waiting)
        return {
            "notices": len(rows),
            "notices_sent": sent,
            "notices_waiting": waiting,
            "notices_failing": sum(
                row["state"] in {"pending", "sending"} and row["error"] != "" for row in rows
            ),
            "notices_skipped": states["skipped"],
            "notices_sent_share": share,
            "notice_seconds_median": median(took) if took else None,
            "notice_seconds_p95": ninety_five(took),
        }

    def calls(self, channel: int | None = None) -> dict[str, Any]:
        """Of orders, once for each channel that they were to go through."""
        rows = self.all(
            "SELECT p.state, p.error, p.sent_at, e.at FROM order_push p"  # noqa: S608
            " JOIN order_entry e USING (entry_id)"
            " JOIN work_order w ON w.order_id = p.order_id"
            f" WHERE {_IN_EARNEST} AND e.at >= :a AND e.at < :b"
            " AND (:channel IS NULL OR p.channel_id = :channel)",
            channel=channel,
        )
        states = Counter(row["state"] for row in rows)
        took = [
            (row["sent_at"] - row["at"]) / 1e6
            for row in rows
            if row["sent_at"] is not None and self.known(row["at"], row["sent_at"])
        ]
        parts = binomial(states["sent"], len(rows)) if rows else ()
        share = (states["sent"] / len(rows), *parts, states["sent"], len(rows)) if rows else None
        return {
            "calls": len(rows),
            "calls_sent": sum(row["sent_at"] is not None for row in rows),
            "calls_waiting": states["waiting"] + states["sending"],
            "calls_failing": sum(
                row["error"] != "" and row["state"] in {"waiting", "sending"} for row in rows
            ),
            "calls_never_sent": states["given_up"],
            "calls_sent_share": share,
            "call_seconds_median": median(took) if took else None,
            "call_seconds_p95": ninety_five(took),
        }

    def clock_months(self) -> dict[int, tuple[Any, ...]]:
        """Orders and clocks by the month in which they were opened, by the site's clock."""
        whole, found = (self.a, self.b), {}
        for month in range(1, 13):
            year = local(whole[0]).year
            starts = datetime(year, month, 1, tzinfo=ZONE).timestamp()
            ends = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=ZONE).timestamp()
            self.a = max(whole[0], round(starts * 1e6))
            self.b = min(whole[1], round(ends * 1e6))
            cells: list[Any] = [self.orders()["orders"]]
            for kind in LIMITS:
                one = self.clock(kind)
                cells += [one["kept"], one["kept"] + one["missed"], one["median"]]
            found[month] = tuple(cells)
        self.a, self.b = whole
        return found

    def known(self, first: int, second: int) -> bool:
        """Whether the clock ran through from one to the other."""
        if second < first:
            return False
        for row in self.shifts:
            low, high = sorted((row["at"], row["at"] - round(row["shift_s"] * 1e6)))
            if not (second < low or first > high):
                return False
        return True

    # response ----------------------------------------------------------------------------------

    def response(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {f"{one}_{other}": [] for one, other in WAYS}
        for fire in self.real:
            marks = {"seen": fire["first_seen_at"], "opened": fire["opened_at"]}
            marks |= {
                row["to_state"]: row["at"]
                for row in self.db.execute(_STEPS, (fire["incident_id"],))
            }
            for one, other in WAYS:
                if one in marks and other in marks and self.known(marks[one], marks[other]):
                    found[f"{one}_{other}"].append((marks[other] - marks[one]) / 1e6)
        return found

    # duty --------------------------------------------------------------------------------------

    def duty(self) -> dict[tuple[str, str], tuple[int, float]]:
        """Gaps and hours by township and post, moment by moment."""
        found: dict[tuple[str, str], tuple[int, float]] = {}
        rows = self.all(
            "SELECT s.*, p.township, p.post, min(s.until_at, coalesce(p.removed_at, s.until_at))"
            " AS ends FROM duty_shift s JOIN duty_person p USING (person_id)"
            " WHERE p.village = ''"
        )
        leaves = self.all("SELECT * FROM duty_leave")
        townships = self.all("SELECT code FROM land_feature WHERE layer = 'township'")
        for code in (row["code"] for row in townships):
            for post in POSTS:
                mine = [row for row in rows if (row["township"], row["post"]) == (code, post)]
                away = [
                    row for row in leaves if row["person_id"] in {one["person_id"] for one in mine}
                ]
                edges = {self.a, self.b}
                for row in (*mine, *away):
                    ends = row["ends"] if "ends" in row.keys() else row["until_at"]  # noqa: SIM118
                    edges |= {row["from_at"], ends}
                ordered = sorted(edge for edge in edges if self.a <= edge <= self.b)
                empty = [
                    (start, end)
                    for start, end in pairwise(ordered)
                    if not any(
                        row["from_at"] <= start < row["ends"]
                        and not any(
                            gone["person_id"] == row["person_id"]
                            and gone["from_at"] <= start < gone["until_at"]
                            for gone in away
                        )
                        for row in mine
                    )
                ]
                runs = sum(
                    place == 0 or empty[place - 1][1] != one[0] for place, one in enumerate(empty)
                )
                if runs:
                    found[code, post] = runs, sum(end - start for start, end in empty) / HOUR
        return found

    # a year ------------------------------------------------------------------------------------

    def when(self, word: Callable[[datetime], Any]) -> Counter[Any]:
        return Counter(word(local(one["first_seen_at"])) for one in self.real)

    def dangers(self) -> Counter[int | None]:
        found: Counter[int | None] = Counter()
        entries = self.all("SELECT * FROM danger_entry")
        for fire in self.real:
            at = fire["first_seen_at"]
            before = [(row["at"], row["danger"]) for row in entries if row["at"] <= at]
            newest = max(before, default=None)
            fresh = newest is not None and (local(at).date() - local(newest[0]).date()).days <= 1
            found[newest[1] if newest is not None and fresh else None] += 1
        return found

    def places(self) -> dict[int, shapely.Point]:
        """Where somebody told that real fires are."""
        found: dict[int, shapely.Point] = {}
        for fire in (*self.real, *self.false_alarms()):
            for row in self.all(
                "SELECT witness FROM observation WHERE incident_id = :number"
                " AND withdrawn_at IS NULL",
                number=fire["incident_id"],
            ):
                witness = json.loads(row["witness"])[1]
                if "position" in witness:
                    at = witness["position"]
                    found[fire["incident_id"]] = shapely.Point(at["lon_deg"], at["lat_deg"])
        return found

    def inside(self, layer: str, place: shapely.Point) -> str | None:
        for row in self.all("SELECT * FROM land_feature WHERE layer = :layer", layer=layer):
            if shapely.from_wkb(row["geometry"]).contains(place):
                return str(row["code"])
        return None

    def nearest(self, layer: str, place: shapely.Point) -> str:
        """By plain degrees, east and west shortened: enough to tell villages apart."""
        squeeze = math.cos(math.radians(place.y))

        def plain(shape: BaseGeometry) -> BaseGeometry:
            return shapely.transform(shape, lambda xy: xy * [squeeze, 1.0])

        rows = self.all("SELECT * FROM land_feature WHERE layer = :layer", layer=layer)
        shapes = [(plain(shapely.from_wkb(row["geometry"])), row["code"]) for row in rows]
        return str(min(shapes, key=lambda one: one[0].distance(plain(place)))[1])


def local(us: int) -> datetime:
    return datetime.fromtimestamp(us // 1_000_000, tz=UTC).astimezone(ZONE)


def _minutes(visits: list[tuple[int, int, str]]) -> set[int]:
    """Minutes within half an hour of a visit."""
    return {
        at
        for begins, until, _ in visits
        for at in range(begins, max(until, begins) + 30 * MINUTE, MINUTE)
    }
