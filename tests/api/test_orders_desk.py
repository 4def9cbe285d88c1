"""The desk of work orders on a real store and the drill district's land: opens, calls, closes."""

import asyncio
import itertools
import logging
import random
import sqlite3
import threading
from contextlib import closing, suppress
from datetime import timedelta

import pytest
import shapely
from api_rig import ApiRig
from crossing_rig import GEOD, alert_of, fix_of, tower
from order_rig import (
    AT_RIDGE,
    BESIDE,
    FAR,
    RIDGE,
    border,
    calls_channel,
    confirm,
    direction,
    on_duty,
    report,
    step,
    village_place,
)

from api.orders.assigning import Assigner
from api.orders.desk import OrderDesk
from models.audit import SYSTEM
from models.clock import ManualClock
from models.duty import DISTRICT, Post
from models.frame import Provenance
from models.incident import DismissReason, IncidentState
from models.land import Layer
from models.notice import Occasion
from models.order import (
    Answer,
    ClockKind,
    ClosesAt,
    Limits,
    Order,
    OrderEntryKind,
    OrderState,
    Told,
    readings,
)
from models.site import HeightDatum, Position
from models.store import Store


def desk_of(api: ApiRig, **rule: object) -> OrderDesk:
    """A desk of the same store with other settings."""
    context = api.context
    orders = context.settings.orders.model_copy(update=rule)
    assigner = Assigner(context.store, context.land_book, context.places, orders)
    return OrderDesk(context.store, api.clock, orders, assigner)


def orders_of(api: ApiRig, incident_id: int) -> list[Order]:
    return api.context.store.orders.of_fires([incident_id])[incident_id]


def whom(order: Order) -> list[int | None]:
    return [one.person_id for one in order.calls]


def test_a_confirmed_fire_gets_its_order_and_who_is_first_is_called(api: ApiRig) -> None:
    desk = api.context.orders
    first = on_duty(api, "网格员", Post.GRID, village=AT_RIDGE)
    on_duty(api, "别村", Post.GRID, village="999001006204")
    fire = report(api, village_place(api))
    desk.step()
    assert orders_of(api, fire) == [], "nobody has confirmed it"
    confirm(api, fire)
    desk.step()
    (order,) = orders_of(api, fire)
    entry = next(
        one
        for one in api.context.store.incidents.get(fire).entries
        if one.to_state is IncidentState.CONFIRMED
    )
    draft = order.draft
    assert (draft.township, draft.cause) == (RIDGE, f"entry:{entry.entry_id}")
    assert draft.villages[0] == AT_RIDGE
    assert draft.probability == pytest.approx(1.0, abs=0.05)
    assert draft.closes_at is ClosesAt.DISTRICT, "it burns: that is not for the village to close"
    assert whom(order) == [first]
    assert (order.calls[0].clock, order.calls[0].author) == (None, SYSTEM)
    for _ in range(3):
        desk.step()
    assert orders_of(api, fire) == [order], "nothing is opened or called twice"
    assert not desk.faults().any


def test_villages_of_an_order_are_the_townships_own_and_the_nearest_first(api: ApiRig) -> None:
    fire = report(api, village_place(api), sigma_m=900.0)
    (first, *_) = api.context.orders.assigner.of(api.context.store.incidents.get(fire))
    villages = {
        one.code: one.geometry
        for one in api.context.land_book.features
        if one.layer is Layer.VILLAGE
    }
    at = village_place(api)

    def apart_m(code: str) -> float:
        there = villages[code]
        return float(GEOD.inv(at.lon_deg, at.lat_deg, there.x, there.y)[2])

    codes = [one.code for one in first.villages]
    assert len(codes) >= 3
    assert all(code.startswith(RIDGE) for code in codes)
    assert codes == sorted(codes, key=apart_m)


def test_a_fire_on_a_border_is_both_townships_with_the_shares_of_its_region(api: ApiRig) -> None:
    fire = report(api, border(api), sigma_m=400.0)
    confirm(api, fire)
    api.context.orders.step()
    given = {one.draft.township: one.draft.probability for one in orders_of(api, fire)}
    # An independent count: by area, in degrees, for shares do not mind the unit.
    incident, cameras = (
        api.context.store.incidents.get(fire),
        api.context.store.cameras.standpoints(),
    )
    (place,) = api.context.places.of(incident, cameras).places
    region = shapely.Polygon(place.outline_lonlat)
    shares = {
        one.code: region.intersection(one.geometry).area / region.area
        for one in api.context.land_book.features
        if one.layer is Layer.TOWNSHIP
    }
    least = api.context.settings.orders.least_probability
    wanted = {code: share for code, share in shares.items() if share >= least}
    assert {RIDGE, BESIDE} <= wanted.keys()
    assert given.keys() == wanted.keys()
    for code, share in wanted.items():
        assert given[code] == pytest.approx(share, abs=0.01)


def test_the_likeliest_township_gets_one_however_little_it_is(api: ApiRig) -> None:
    fire = report(api, border(api), sigma_m=400.0)
    incident = api.context.store.incidents.get(fire)
    desk = desk_of(api, least_probability=1.0)
    assert len(desk.assigner.of(incident)) == 1
    assert len(desk_of(api, least_probability=0.001).assigner.of(incident)) >= 2


def test_what_lies_outside_all_townships_is_the_duty_rooms(api: ApiRig) -> None:
    shapes = [one.geometry for one in api.context.land_book.features if one.layer is Layer.TOWNSHIP]
    edge = shapely.union_all(shapes).exterior.interpolate(0.3, normalized=True)
    on_edge = Position(edge.x, edge.y, 0.0, HeightDatum.GROUND)
    fire = report(api, on_edge, sigma_m=300.0)
    chosen = api.context.orders.assigner.of(api.context.store.incidents.get(fire))
    assert chosen[-1].township == DISTRICT
    assert len(chosen) >= 2
    assert sum(one.probability or 0.0 for one in chosen) == pytest.approx(1.0, abs=0.02)
    away = report(api, Position(edge.x, edge.y + 3.0, 0.0, HeightDatum.GROUND), key="told-0002")
    assert [
        (one.township, one.probability)
        for one in api.context.orders.assigner.of(api.context.store.incidents.get(away))
    ] == [(DISTRICT, 1.0)]


def test_a_direction_is_the_duty_rooms_until_its_place_is_known(api: ApiRig) -> None:
    desk, store = api.context.orders, api.context.store
    room = on_duty(api, "区值班", Post.COMMITTEE, DISTRICT)
    team = on_duty(api, "队")
    smoke = direction(api, village_place(api))
    confirm(api, smoke)
    desk.step()
    (order,) = orders_of(api, smoke)
    assert (order.draft.township, order.draft.probability) == (DISTRICT, 1.0)
    assert whom(order) == [room]
    seen = report(api, village_place(api), key="told-0002")
    store.incident_joins.merge(seen, smoke, author="monitor")
    desk.step()
    both = orders_of(api, smoke)
    assert [one.draft.township for one in both] == [DISTRICT, RIDGE]
    assert len({one.draft.cause for one in both}) == 1, "for the same reason"
    assert whom(both[1]) == [team]


def test_drills_are_opened_by_hand_only(api: ApiRig) -> None:
    eye = tower("t3-drill", -84.3725, 36.2225)
    for provenance, count in ((Provenance.DRILL, 0), (Provenance.LIVE, 1)):
        fire = alert_of(api, eye, fix_of(eye, (-84.30, 36.25)), provenance=provenance).incident_id
        assert api.context.store.incidents.get(fire).is_drill is (count == 0)
        confirm(api, fire)
        api.context.orders.step()
        assert len(orders_of(api, fire)) == count


@pytest.mark.parametrize(
    ("open_when", "opened"),
    [
        ("open", ["open", "acknowledged", "confirmed", "dispatched"]),
        ("acknowledged", ["acknowledged", "confirmed", "dispatched"]),
        ("confirmed", ["confirmed", "dispatched"]),
        ("by_hand", []),
    ],
)
def test_when_orders_are_opened_by_themselves(
    api: ApiRig, open_when: str, opened: list[str]
) -> None:
    desk = desk_of(api, open_when=open_when)
    fire = report(api, village_place(api))
    there = []
    for state in ("open", "acknowledged", "confirmed", "dispatched"):
        if state != "open":
            step(api, fire, IncidentState(state))
        desk.step()
        if orders_of(api, fire):
            there.append(state)
    assert there == opened
    assert len(orders_of(api, fire)) == (1 if opened else 0)
    assert all(one.draft.closes_at is ClosesAt.VILLAGE for one in orders_of(api, fire)) is (
        open_when != "confirmed"
    )


def test_an_order_that_is_over_comes_back_by_another_verdict_only(api: ApiRig) -> None:
    desk, store = api.context.orders, api.context.store
    fire = report(api, village_place(api))
    confirm(api, fire)
    desk.step()
    (first,) = orders_of(api, fire)
    store.orders.close(first.order_id, author="monitor")
    step(api, fire, IncidentState.DISPATCHED)
    api.clock.advance(120.0)
    desk.step()
    assert len(orders_of(api, fire)) == 1
    step(api, fire, IncidentState.CONTROLLED)
    store.verdicts.reopen(fire, author="monitor", note="smoke again")
    desk.step()
    assert len(orders_of(api, fire)) == 1
    confirm(api, fire)
    desk.step()
    first, second = orders_of(api, fire)
    assert first.draft.cause != second.draft.cause
    entry = store.incidents.get(fire).entries[-1]
    store.verdicts.undo(fire, entry_id=entry.entry_id, author="monitor")
    confirm(api, fire)
    desk.step()
    assert len(orders_of(api, fire)) == 2, "the one that is open serves"


def test_a_merge_brings_no_second_order_for_a_township(api: ApiRig) -> None:
    desk, store = api.context.orders, api.context.store
    confirmed = report(api, village_place(api))
    confirm(api, confirmed)
    desk.step()
    (order,) = orders_of(api, confirmed)
    store.orders.close(order.order_id, author="monitor")
    other = report(api, village_place(api), sigma_m=60.0, key="told-0002")
    store.incident_joins.merge(confirmed, other, author="monitor")
    assert store.incidents.get(other).state is IncidentState.CONFIRMED
    desk.step()
    assert [one.order_id for one in orders_of(api, other)] == [order.order_id]


@pytest.mark.parametrize("over", [IncidentState.CLOSED, IncidentState.DISMISSED])
def test_orders_of_a_settled_fire_are_closed(api: ApiRig, over: IncidentState) -> None:
    desk = api.context.orders
    fire = report(api, village_place(api))
    confirm(api, fire)
    desk.step()
    if over is IncidentState.DISMISSED:
        step(api, fire, over, reason=DismissReason.FOG)
    else:
        step(api, fire, over)
    desk.step()
    (order,) = orders_of(api, fire)
    assert order.state is OrderState.CLOSED
    assert order.entries[-1].author == SYSTEM
    link = api.context.store.orders.link_of_call(order.calls[-1].entry_id)
    assert link is not None
    assert link.revoked_at is not None
    api.clock.advance(3600.0)
    desk.step()
    assert orders_of(api, fire) == [order], "nobody is called for it any more"


def test_with_nobody_on_duty_the_duty_room_is_called_with_growing_patience(api: ApiRig) -> None:
    desk = api.context.orders
    fire = report(api, village_place(api))
    confirm(api, fire)
    for _ in range(301 + 481 + 901 + 901 + 1):
        desk.step()
        api.clock.advance(1.0)
    (order,) = orders_of(api, fire)
    at_s = [round(one.tick_s - order.opened_tick_s) for one in order.calls]
    apart = [later - earlier for earlier, later in itertools.pairwise(at_s)]
    assert at_s[0] == 0
    # At one, three and five minutes, as promised; then the doubled minute of the fourth time, and
    # a quarter of an hour. A second more, for a minute is a minute.
    assert at_s[:4] == [0, 61, 181, 301]
    assert apart[3:] == [481, 901, 901]
    assert set(whom(order)) == {None}
    assert [one.round for one in order.calls] == list(range(7))
    assert [one.clock and one.clock.value for one in order.calls][:4] == [None, *LIMITS_S]


LIMITS_S = {"push": 60, "verify": 180, "leave": 300}


class Reference:
    """Who is called when, reckoned a second time and in another way: by counting down."""

    def __init__(self, ladder: list[int]) -> None:
        self.ladder: list[int | None] = [*ladder, None]
        self.calls: list[tuple[float, int | None, str | None]] = []
        self.stopped: dict[str, float] = {}
        self.waiting: dict[str, float] = {}

    def tell(self, at_s: float, *stopped: str) -> None:
        for kind in stopped:
            self.stopped.setdefault(kind, at_s)

    def tick(self, at_s: float) -> None:
        """One look, at a whole number of seconds."""
        if not self.calls:
            self._call(at_s, None)
            return
        late = [kind for kind in LIMITS_S if kind not in self.stopped]
        called_s = self.calls[-1][0]
        own = {kind: called_s + self.waiting[kind] for kind in late}
        # Of the order, from its opening at 0 on: each once.
        whole = {kind: LIMITS_S[kind] for kind in late if called_s < LIMITS_S[kind]}
        over = {kind: min(own[kind], whole.get(kind, own[kind])) for kind in late}
        over = {kind: due_s for kind, due_s in over.items() if at_s > due_s}
        if over:
            self._call(at_s, min(over, key=lambda kind: over[kind]))

    def _call(self, at_s: float, kind: str | None) -> None:
        counts = [sum(who == one for _, who, _ in self.calls) for one in self.ladder]
        if self.calls and len(self.ladder) > 1:  # nobody twice running
            counts[self.ladder.index(self.calls[-1][1])] += 99
        place = counts.index(min(counts))
        self.calls.append((at_s, self.ladder[place], kind))
        for name, limit_s in LIMITS_S.items():
            self.waiting[name] = min(limit_s * 2 ** min(counts), max(900, limit_s))


@pytest.mark.parametrize("seed", range(4))
def test_calls_and_clocks_are_those_of_an_independent_count(api: ApiRig, seed: int) -> None:
    chance = random.Random(seed)
    desk, store = api.context.orders, api.context.store
    people = [on_duty(api, f"队{number}", deputy=number) for number in range(3)]
    fire = report(api, village_place(api))
    confirm(api, fire)
    reference = Reference(people)
    told = {
        OrderEntryKind.SEEN: ("push",),
        OrderEntryKind.ANSWERED: ("push", "verify"),
        OrderEntryKind.LEFT: ("push", "leave"),
    }
    script = {chance.randrange(1, 900): kind for kind in chance.sample(list(told), seed % 4)}
    set_by = {chance.randrange(900): chance.uniform(-90000, 90000) for _ in range(3)}
    for second in range(900):
        desk.step()
        reference.tick(second)
        if second in set_by:  # somebody sets the server's clock: a minute stays a minute
            api.clock.set_wall(timedelta(seconds=set_by[second] / 100))
        api.clock.advance(0.5)
        if second in script:
            kind = script[second]
            answer = Answer.REAL if kind is OrderEntryKind.ANSWERED else None
            order_id = orders_of(api, fire)[0].order_id
            store.orders.tell(order_id, Told(kind, answer), author="monitor")
            reference.tell(second + 0.5, *told[kind])
        api.clock.advance(0.5)
    (order,) = orders_of(api, fire)
    begun_s = order.opened_tick_s
    calls = [
        (one.tick_s - begun_s, one.person_id, None if one.clock is None else one.clock.value)
        for one in order.calls
    ]
    assert [one[1:] for one in calls] == [one[1:] for one in reference.calls]
    assert [one[0] for one in calls] == pytest.approx([one[0] for one in reference.calls], abs=1e-3)
    clocks = readings(begun_s, order.stops, Limits(), store.steady.tick_s())
    for clock in clocks:
        elapsed_s = reference.stopped.get(clock.kind.value, 900.0)
        assert clock.elapsed_s == pytest.approx(elapsed_s, abs=1e-3)
    assert len(store.steady.shifts(*_all_time(api))) >= 1


def _all_time(api: ApiRig) -> tuple:  # type: ignore[type-arg]
    now = api.clock.now()
    return now - timedelta(days=9), now + timedelta(days=9)


def test_a_restart_and_a_reboot_lose_no_minute(api: ApiRig) -> None:
    fire = report(api, village_place(api))
    confirm(api, fire)
    api.context.orders.step()
    api.clock.advance(40.0)
    api.context.store.steady.keep()
    url = f"sqlite:///{api.context.settings.data_dir / 'firewatch.db'}"

    def next_calls(clock: ManualClock, seconds: int) -> int:
        with closing(Store.open(url, clock=clock)) as store:
            context = api.context
            assigner = Assigner(store, context.land_book, context.places, context.settings.orders)
            desk = OrderDesk(store, clock, context.settings.orders, assigner)
            for _ in range(seconds):
                desk.step()
                clock.advance(1.0)
            return len(store.orders.of_fires([fire])[fire][0].calls)

    rebooted = ManualClock(api.clock.now() + timedelta(seconds=10))
    assert rebooted.scale != api.clock.scale
    assert next_calls(rebooted, 5) == 1, "54 seconds since the call"
    assert next_calls(rebooted, 10) == 2


def test_two_desks_at_the_same_time_call_once(api: ApiRig) -> None:
    fires = [report(api, village_place(api), key=f"told-000{number}") for number in range(4)]
    fires = sorted({api.context.store.incidents.get(one).incident_id for one in fires})
    for fire in fires:
        confirm(api, fire)
    desks = [desk_of(api) for _ in range(3)]
    for _ in range(6):
        threads = [threading.Thread(target=desk.step) for desk in desks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        api.clock.advance(61.0)
    for fire in fires:
        (order,) = orders_of(api, fire)
        ticks = [one.tick_s for one in order.calls]
        assert len(ticks) >= 3
        assert all(later - earlier > 60.0 for earlier, later in itertools.pairwise(ticks))
        assert [one.call_number for one in order.calls] == list(range(1, len(ticks) + 1))


def test_what_fails_for_one_order_stops_no_other_and_is_told_once(
    api: ApiRig, caplog: pytest.LogCaptureFixture
) -> None:
    desk, file = api.context.orders, api.context.settings.data_dir / "firewatch.db"
    first = report(api, village_place(api))
    other = report(api, border(api, FAR, _beside(api, FAR)), key="told-0002")
    for fire in (first, other):
        confirm(api, fire)
    broken = (
        "CREATE TRIGGER broken BEFORE INSERT ON order_entry "
        "WHEN NEW.kind = 'called' AND NEW.order_id = 1 "
        "BEGIN SELECT RAISE(ABORT, 'the phone is 13800001234'); END"
    )
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(broken)
        connection.commit()
    with caplog.at_level(logging.ERROR, "api.orders.desk"):
        for _ in range(3):
            desk.step()
            api.clock.advance(1.0)
    assert len(caplog.records) == 1
    assert "order 1" in caplog.text
    assert "13800001234" not in caplog.text
    assert orders_of(api, first)[0].calls == ()
    assert all(len(one.calls) == 1 for one in orders_of(api, other))
    faults = desk.faults()
    assert (faults.orders, faults.fires, faults.others, faults.any) == (1, 0, 0, True)
    assert faults.since == api.clock.now() - timedelta(seconds=3)
    health = api.client().get("/api/health").json()
    assert health["status"] == "degraded"
    assert health["orders"]["faults"] == 1
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER broken")
        connection.commit()
    desk.step()
    assert len(orders_of(api, first)[0].calls) == 1, "it is tried again"
    assert not desk.faults().any
    assert api.client().get("/api/health").json()["orders"]["faults"] == 0


def test_a_fire_that_cannot_be_opened_for_is_tried_again(api: ApiRig) -> None:
    desk, file = api.context.orders, api.context.settings.data_dir / "firewatch.db"
    fire = report(api, village_place(api))
    confirm(api, fire)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON work_order BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        connection.commit()
    desk.step()
    assert (desk.faults().fires, orders_of(api, fire)) == (1, [])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TRIGGER broken")
        connection.commit()
    desk.step()  # without any event in between
    assert len(orders_of(api, fire)) == 1


def _beside(api: ApiRig, township: str) -> str:
    shapes = {
        one.code: one.geometry
        for one in api.context.land_book.features
        if one.layer is Layer.TOWNSHIP
    }
    mine = shapes.pop(township)
    return next(code for code, shape in shapes.items() if shape.intersection(mine).length > 0)


def test_calls_go_through_the_channels_that_take_them(api: ApiRig) -> None:
    everywhere = calls_channel(api, "everywhere")
    here = calls_channel(api, "here", townships=(RIDGE,))
    calls_channel(api, "elsewhere", townships=(FAR,))
    calls_channel(api, "no calls", occasions=(Occasion.CONFIRMED,))
    fire = report(api, village_place(api))
    confirm(api, fire)
    api.context.orders.step()
    store = api.context.store
    (order,) = orders_of(api, fire)
    assert {one.channel_id for one in store.orders.pushes(order.order_id)} == {everywhere, here}
    smoke = direction(api, village_place(api), "told-0002")
    confirm(api, smoke)
    api.context.orders.step()
    (order,) = orders_of(api, smoke)
    told = {one.channel_id for one in store.orders.pushes(order.order_id)}
    assert {everywhere, here} < told, "where nobody knows the township, all are told"


def test_who_answers_late_is_not_called_again_and_the_next_clock_runs_on(api: ApiRig) -> None:
    desk, store = api.context.orders, api.context.store
    first, second = on_duty(api, "甲"), on_duty(api, "乙", deputy=1)
    fire = report(api, village_place(api))
    confirm(api, fire)
    desk.step()
    api.clock.advance(61.0)
    desk.step()
    (order,) = orders_of(api, fire)
    assert whom(order) == [first, second]
    assert order.calls[1].clock is ClockKind.PUSH
    store.orders.tell(
        order.order_id, Told(OrderEntryKind.SEEN), author=f"duty:{first}", person_id=first
    )
    api.clock.advance(119.0)
    desk.step()
    assert len(orders_of(api, fire)[0].calls) == 2
    api.clock.advance(1.0)
    desk.step()
    (order,) = orders_of(api, fire)
    assert (len(order.calls), order.calls[2].clock) == (3, ClockKind.VERIFY)
    everything = (Told(OrderEntryKind.ANSWERED, Answer.REAL), Told(OrderEntryKind.LEFT))
    for told in everything:
        store.orders.tell(order.order_id, told, author="monitor")
    api.clock.advance(36000.0)
    desk.step()
    assert len(orders_of(api, fire)[0].calls) == 3


def test_after_a_standstill_one_call_goes_out_at_once(api: ApiRig) -> None:
    desk = api.context.orders
    on_duty(api, "甲")
    fire = report(api, village_place(api))
    confirm(api, fire)
    desk.step()
    api.clock.advance(7200.0)
    assert desk.faults().stands_still
    assert api.client().get("/api/health").json()["orders"]["stands_still"] is True
    desk.step()
    desk.step()
    assert len(orders_of(api, fire)[0].calls) == 2
    assert not desk.faults().any


def test_it_runs_until_it_is_stopped(api: ApiRig) -> None:
    fire = report(api, village_place(api))
    confirm(api, fire)

    async def play() -> None:
        task = asyncio.create_task(api.context.orders.run())
        for _ in range(500):
            await asyncio.sleep(0.01)
            found = orders_of(api, fire)
            if found and len(found[0].calls) >= 2:
                break
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(play())
    assert len(orders_of(api, fire)[0].calls) >= 2, "a clock that sleeps by moving on"
