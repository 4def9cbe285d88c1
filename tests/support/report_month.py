"""A month of a district, played through the store by chance and by one clock; seeded."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from fire_rig import draft_of, looks, place_told

from api.incidents.places import PlaceShelf
from api.reports.material import Sources
from api.site import Site, read_site
from geo.land import LandBook
from models.clock import ManualClock
from models.config import Settings
from models.crossing import Bearing
from models.duty import LeaveDraft, PersonDraft, Post, ShiftDraft
from models.frame import Provenance
from models.incident import DismissReason, Incident, IncidentState, Link, LinkReason
from models.land import Layer
from models.notice import ChannelDraft, ChannelKind, ChannelOptions, Failure, Secrets
from models.observation import ObservationDraft, ObservationSource
from models.order import Answer, ClockKind, ClosesAt, OrderDraft, OrderEntryKind, OrderState, Told
from models.passage import PassageKind, SealedDraft, Way
from models.patrol import DangerClass, Mover, Patrol, PoseTrust, Tour, TourStop
from models.site import Preset
from models.store import Store
from models.times import Times
from models.watching import GapCause, Visit

__all__ = ["MONTH_BEGINS", "Month", "play"]

ROOT = Path(__file__).resolve().parents[2]
MONTH_BEGINS = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
"""November 2026 by the clock of Shanghai."""

REASONS = (
    DismissReason.FOG,
    DismissReason.KITCHEN_SMOKE,
    DismissReason.DUST,
    DismissReason.REGISTERED_BURN,
    DismissReason.DRILL,
)
FIRE = (
    IncidentState.CONFIRMED,
    IncidentState.DISPATCHED,
    IncidentState.ARRIVED,
    IncidentState.CONTROLLED,
    IncidentState.CLOSED,
)
TELLS = (
    OrderEntryKind.SEEN,
    OrderEntryKind.ANSWERED,
    OrderEntryKind.LEFT,
    OrderEntryKind.ARRIVED,
)


@cache
def _district() -> Site:
    return read_site(ROOT / "examples" / "drill")


@dataclass
class Month:
    """What was played.

    Attributes:
        store: that has it.
        clock: that it was played by.
        sources: a report of it can be made of.
        database: file of the store.
    """

    store: Store
    clock: ManualClock
    database: Path
    random: random.Random
    channels: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)

    @property
    def sources(self) -> Sources:
        """Without relief; a test that wants one puts it in."""
        return Sources(
            settings=Settings(data_dir=self.database.parent),
            clock=self.clock,
            store=self.store,
            site_name="演练区",
            land_book=LandBook(self.store.land),
            places=PlaceShelf(),
        )


def play(folder: Path, seed: int, fires: int = 40) -> Month:
    """Play November 2026; the clock stands in the first days of December afterwards."""
    clock = ManualClock(MONTH_BEGINS - timedelta(hours=9))
    database = folder / "firewatch.db"
    store = Store.open(f"sqlite:///{database}", clock=clock)
    month = Month(store, clock, database, random.Random(seed))
    _begin(month)
    for number in range(fires):
        if month.random.random() < 0.6:
            store.patrols.enter_danger(month.random.choice(tuple(DangerClass)), author="wang")
        _fire(month, number)
        if number < fires - 8:  # what comes last waits
            _send(month)
        store.steady.keep()
        if number == fires // 3:
            clock.set_wall(timedelta(minutes=-47))
            store.steady.look()
        if number == fires // 2:
            clock.set_wall(timedelta(minutes=63))
            store.steady.look()
        if number == fires // 4:  # somebody leaves; their shifts until then stay
            store.duty.remove_person(month.people.pop(5), author="t")
        apart_s = 30 * 86400.0 / fires
        clock.advance(month.random.uniform(0.5, 1.4) * apart_s)
    end = datetime(2026, 12, 3, 2, 0, tzinfo=UTC)
    if clock.now() < end:
        clock.advance((end - clock.now()).total_seconds())
    return month


def _begin(month: Month) -> None:
    store, chance = month.store, month.random
    site = _district()
    for camera in site.cameras.values():
        store.cameras.put(camera)
    for layer in Layer:
        store.land.replace(layer, [one for one in site.land if one.layer is layer])
    for name in ("郡县", "镇街"):
        draft = ChannelDraft(
            name, ChannelKind.WEBHOOK, ChannelOptions(address=f"http://127.0.0.1:9/{len(name)}")
        )
        secrets = Secrets({"signing_key": "k", "bearer": "b"})
        month.channels.append(store.channels.add(draft, secrets, actor="t").channel_id)
    _roster(month)
    for day in range(0, 30, 4):
        store.patrols.begin_gap(
            "t1-red",
            chance.choice(tuple(GapCause)),
            MONTH_BEGINS + timedelta(days=day, hours=-2),
            "wang",
        )
        if day < 28:  # the last one lasts
            for cause in GapCause:
                ends = MONTH_BEGINS + timedelta(days=day, hours=chance.uniform(-1.0, 3.0))
                store.patrols.end_gap("t1-red", cause, ends)
    _watch(month)
    store.patrols.enter_danger(DangerClass.HIGH, author="wang")
    store.passages.add(
        (
            SealedDraft(
                f"G{n % 3}", MONTH_BEGINS + timedelta(hours=n), Way.IN, PassageKind.COUNT, "", b""
            )
            for n in range(40)
        ),
        origin="t",
        author="t",
    )


def _roster(month: Month) -> None:
    store, chance = month.store, month.random
    townships = [one.code for one in store.land.all(Layer.TOWNSHIP)]
    for number, code in enumerate(townships):
        for post in (Post.TEAM, Post.STATION, Post.COMMITTEE, Post.GRID):
            village = "V1" if post is Post.GRID else ""
            person = PersonDraft(f"{post} {number}", "13800001234", post, code, village)
            added = store.duty.add_person(person, author="t").person_id
            month.people.append(added)
            shifts = []
            for day in range(-1, 31):
                if chance.random() < 0.85:
                    starts = MONTH_BEGINS + timedelta(days=day, hours=chance.choice((0, 8)))
                    lasts = timedelta(hours=chance.choice((8, 16, 24)))
                    shifts.append(ShiftDraft(added, starts, starts + lasts))
            store.duty.add_shifts(shifts, author="t")
            away = MONTH_BEGINS + timedelta(days=chance.uniform(1, 25))
            store.duty.add_leave(LeaveDraft(added, away, away + timedelta(hours=30)), author="t")


def _watch(month: Month) -> None:
    """One camera goes round two presets, on whole minutes; with holes."""
    store, chance = month.store, month.random
    camera = store.cameras.get("t1-red")
    mover = Mover("http://10.0.0.5/onvif/device_service", tokens=((0, "1"), (1, "2")))
    tour = Tour("day", (TourStop(0, 20.0), TourStop(1, 20.0)), Times(6 * 60, 20 * 60))
    presets = (camera.presets[0], Preset(1, "south", camera.presets[0].pose))
    store.links.put_patrol("t1-red", Patrol(mover, (tour,)), actor="t", presets=presets)
    visits, at = [], MONTH_BEGINS - timedelta(hours=2)
    while at < MONTH_BEGINS + timedelta(days=30, hours=3):
        for preset in (0, 1):
            if chance.random() < 0.8:
                trust = chance.choice((PoseTrust.VERIFIED, PoseTrust.REPORTED))
                until = at + timedelta(minutes=chance.choice((0, 1, 3)))
                visits.append(
                    Visit("t1-red", preset, at, until, trust, presets[preset].pose, 4, at, until)
                )
            at += timedelta(minutes=5)
        if chance.random() < 0.02:
            at += timedelta(hours=chance.choice((1, 2, 30)))
    visits.append(
        Visit(
            "t2-gone",
            0,
            MONTH_BEGINS + timedelta(hours=1),
            MONTH_BEGINS + timedelta(hours=1),
            PoseTrust.REPORTED,
            None,
            1,
        )
    )
    store.patrols.add_visits(visits)


def _fire(month: Month, number: int) -> None:  # noqa: C901, PLR0912  # a life by chance
    chance = month.random
    begun = chance.choice(("camera", "camera", "camera", "told", "told", "both", "drill"))
    if begun == "told":
        fire = _told(month, number)
        if chance.random() < 0.4:
            _pause(month, 60, 1500)
            fire = _seen(month, number, Link(fire, LinkReason.BY_HAND))
    else:
        fire = _seen(month, number, None, drill=begun == "drill")
        if begun == "both":
            _pause(month, 30, 1500)
            _told(month, number, Link(fire, LinkReason.BY_HAND))
    _pause(month, 5, 400)
    ends = chance.choice(("real", "real", "false", "false", "pending", "merged"))
    store = month.store
    if ends == "merged":
        _pause(month, 10, 60)
        other = _seen(month, 1000 + number, None, drill=begun == "drill")
        if chance.random() < 0.7:
            _orders(month, other)  # and they go along with it
        store.incident_joins.merge(other, fire, author="li")
        ends = "false"
    if ends == "pending":
        if chance.random() < 0.5:
            _step(month, fire, IncidentState.ACKNOWLEDGED)
        return
    if ends == "false":
        if chance.random() < 0.3:
            _orders(month, fire)
        _pause(month, 20, 900)
        _step(month, fire, IncidentState.DISMISSED, chance.choice(REASONS))
        return
    _step(month, fire, IncidentState.CONFIRMED)
    if chance.random() < 0.2:
        _pause(month, 5, 100)
        entry = store.incidents.get(fire).entries[-1]
        store.verdicts.undo(fire, entry_id=entry.entry_id, author="li")
        _pause(month, 5, 100)
        _step(month, fire, IncidentState.CONFIRMED)
    _orders(month, fire)
    stop = chance.randrange(1, len(FIRE) + 1)
    for state in FIRE[1:stop]:
        _pause(month, 30, 3000)
        if chance.random() < 0.8:
            _step(month, fire, state)


def _step(
    month: Month, fire: int, to_state: IncidentState, reason: DismissReason | None = None
) -> Incident:
    found = month.store.incidents.get(fire)
    note = month.random.choice(("", "烧田埂", "call 13800001234"))
    return month.store.verdicts.step(
        fire, expected=found.state, to_state=to_state, author="li", reason=reason, note=note
    )


def _seen(month: Month, number: int, link: Link | None, *, drill: bool = False) -> int:
    site, now = _district(), month.clock.now()
    camera = site.cameras["t1-red"]
    at = now - timedelta(seconds=month.random.uniform(5, 90))
    draft = draft_of(
        camera,
        looks(camera, (camera.position.lon_deg + 0.01, camera.position.lat_deg + 0.01)),
        at=at,
        idempotency_key=f"fire-{number}",
        provenance=Provenance.DRILL if drill else Provenance.LIVE,
    )
    alert, _ = month.store.alerts.open_alert(draft, [], link)
    return alert.incident_id


def _told(month: Month, number: int, link: Link | None = None) -> int:
    """Of a place deep inside a township, so that the place alone says which."""
    chance, now = month.random, month.clock.now()
    township = chance.choice(month.store.land.all(Layer.TOWNSHIP))
    inside = township.geometry.representative_point()
    witness = place_told((inside.x, inside.y), sigma_m=30.0)
    if chance.random() < 0.2:  # from the mast of the camera: two directions of one place never meet
        observer = _district().cameras["t1-red"].position
        witness = Bearing(observer, 45.0, 5.0)  # type: ignore[assignment]
    draft = ObservationDraft(
        ObservationSource.FIRE_96119,
        witness,
        now - timedelta(seconds=chance.uniform(20, 900)),
        words="看见烟",
        caller="13900000000",
    )
    found, _ = month.store.observations.add(draft, author="li", key=f"told-{number}", link=link)
    if link is not None and chance.random() < 0.4:
        _pause(month, 5, 30)
        month.store.observations.withdraw(found.observation_id, author="li")
    assert found.incident_id is not None
    return found.incident_id


def _orders(month: Month, fire: int) -> None:
    """One or two townships; people who answer late, never or twice."""
    chance, store = month.random, month.store
    codes = [one.code for one in store.land.all(Layer.TOWNSHIP)]
    entry = store.incidents.get(fire).entries[-1].entry_id
    opened = store.orders.open(
        [
            OrderDraft(fire, code, (), 0.5, chance.choice(tuple(ClosesAt)), f"hand:{fire}-{entry}")
            for code in chance.sample(codes, chance.choice((1, 2)))
        ],
        author="li",
    )
    for one in opened:
        clock: ClockKind | None = None
        most_s = chance.choice((8.0, 40.0, 200.0))
        for _ in range(chance.choice((1, 1, 2, 4))):
            calls = len(store.orders.get(one.order_id).calls)
            store.orders.call(
                one.order_id,
                chance.choice((None, *month.people)),
                expected_calls=calls,
                clock=clock,
                round_=0,
                author="system",
                link_s=3600.0,
                channels=month.channels[: chance.choice((0, 1, 2))],
            )
            if chance.random() < 0.8:
                _push(month)
            _pause(month, 2, most_s)
            clock = chance.choice(tuple(ClockKind))
        if not _is_early(month) and chance.random() < 0.5:
            continue  # nobody has heard of it
        for kind in TELLS[: chance.randrange(0, len(TELLS) + 1)]:
            _pause(month, 1, most_s)
            if store.orders.get(one.order_id).state in {OrderState.CLOSED, OrderState.WITHDRAWN}:
                break
            answer = chance.choice(tuple(Answer)) if kind is OrderEntryKind.ANSWERED else None
            store.orders.tell(
                one.order_id, Told(kind, answer), author="duty:1", person_id=month.people[0]
            )
        _pause(month, 1, 2 * most_s)
        over = chance.choice(("close", "withdraw", "open"))
        still = store.orders.get(one.order_id).closed_at is None
        if over == "close" and still:
            store.orders.close(one.order_id, author="li")
        elif over == "withdraw" and still:
            store.orders.withdraw(one.order_id, author="li")


def _send(month: Month) -> None:
    """Most messages go out, some fail, some channels are left alone."""
    chance, deliveries = month.random, month.store.deliveries
    for channel_id in deliveries.due():
        for _ in range(chance.randrange(0, 12)):
            _pause(month, 0, 20)
            batch = deliveries.claim(
                channel_id, holder="h", lease_s=60.0, zone=ZoneInfo("Asia/Shanghai"), most=3
            )
            if batch is None:
                break
            _pause(month, 0, 5)
            if chance.random() < 0.8:
                deliveries.sent(batch.message_id, "ok")
            else:
                failure = Failure("refused", "no", 3600.0)
                deliveries.failed(batch.message_id, "h", failure)


def _is_early(month: Month) -> bool:
    return month.clock.now() < MONTH_BEGINS + timedelta(days=24)


def _push(month: Month) -> None:
    """Calls go out late, fail, or wait until nobody needs them; those of the last days wait on."""
    chance, orders = month.random, month.store.orders
    for channel_id in orders.due_pushes():
        job = orders.claim_push(channel_id, holder="h", lease_s=60.0)
        if job is None:
            continue
        _pause(month, 0, 4)
        if _is_early(month) and chance.random() < 0.7:
            orders.push_sent(job.push.push_id, "ok")
        elif chance.random() < 0.7:
            orders.push_failed(
                job.push.push_id, holder="h", error="notice_timeout", detail="", retry_in_s=30.0
            )


def _pause(month: Month, least_s: float, most_s: float) -> None:
    month.clock.advance(month.random.uniform(least_s, most_s))
