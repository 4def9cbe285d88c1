"""The exchange in the store: each report once, each change told, none twice."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from models.alert import AlertDraft, EvidenceFrame
from models.clock import ManualClock
from models.crossing import Report
from models.errors import Conflict, InputRefused, NotFound, WatchError
from models.incident import EntryKind, IncidentState, Link, LinkReason
from models.observation import ObservationDraft, ObservationSource
from models.order import Answer, ClosesAt, OrderDraft, OrderEntryKind
from models.order import Told as TellOrder
from models.site import HeightDatum, Position
from models.store import Store
from models.store.exchange import Changes, Told
from models.store.tables import observation

START = datetime(2026, 11, 25, 3, 0, 0, 123457, tzinfo=UTC)  # of the clock
PLACE = Position(106.65, 28.85, 0.0, HeightDatum.GROUND)
SAID = ObservationDraft(
    ObservationSource.GRID_PLATFORM, Report(PLACE, 200.0), START, "told", "烟", "王 13800001234"
)
CITY = "api:city"


def take(store: Store, number: str = "A-1", sha256: str = "a" * 64, **more: object) -> int:
    draft = replace(SAID, **more.pop("said", {}))  # type: ignore[arg-type]
    given: dict[str, object] = {"source": CITY, "external_id": number, "sha256": sha256, **more}
    kept, _ = store.exchange.take(draft, **given)  # type: ignore[arg-type]
    return kept.observation_id


def refused(
    kind: type[WatchError], act: Callable[..., object], *what: object, **more: object
) -> str:
    with pytest.raises(kind) as caught:
        act(*what, **more)
    return caught.value.code


def test_a_report_comes_once_and_outlives_the_process(
    store: Store, reopen: Callable[[], Store], clock: ManualClock
) -> None:
    assert store.exchange.known(CITY, "A-1") is None
    kept, is_new = store.exchange.take(SAID, source=CITY, external_id="A-1", sha256="a" * 64)
    assert (kept.draft, kept.author, is_new) == (SAID, CITY, True)
    store.close()
    again = reopen()
    clock.advance(60.0)
    same, is_new = again.exchange.take(SAID, source=CITY, external_id="A-1", sha256="a" * 64)
    assert (same, is_new) == (kept, False)
    known = again.exchange.known(CITY, "A-1")
    assert known is not None
    assert (known.sha256, known.observation_id) == ("a" * 64, kept.observation_id)
    assert known.received_at == START
    assert len(again.observations.newest(9)) == 1
    assert [one.action for one in again.audit.entries(99, noun="observation")] == [
        "observation.added"
    ]
    assert "13800001234" not in str(again.audit.entries(100))


def test_the_same_number_with_other_content_is_refused_and_the_first_stands(store: Store) -> None:
    number = take(store)
    for more in ({"sha256": "b" * 64}, {"said": {"caller": "李 13900001234"}}):
        assert refused(Conflict, take, store, **more) == "exchange_changed"
    assert [one.observation_id for one in store.observations.newest(9)] == [number]
    assert store.observations.get(number).draft == SAID


def test_who_told_it_is_not_compared_once_it_is_forgotten(store: Store, clock: ManualClock) -> None:
    number = take(store)
    clock.advance(10.0)
    store.observations.clear_callers(clock.now(), actor="t")
    assert take(store, said={"caller": "李"}) == number
    assert take(store, said={"caller": ""}) == number


def test_numbers_are_of_their_source(store: Store) -> None:
    assert take(store) != take(store, source="api:other", sha256="c" * 64)
    assert store.exchange.known("api:third", "A-1") is None


def test_what_cannot_be_leaves_nothing(store: Store, clock: ManualClock) -> None:
    assert refused(InputRefused, take, store, source=" ") == "exchange_row"
    assert refused(InputRefused, take, store, " ") == "exchange_row"
    clock.advance(31 * 86_400.0)
    assert refused(InputRefused, take, store) == "observation_time"
    assert refused(NotFound, take, store, corrects="A-0") == "exchange_unknown"
    assert store.exchange.known(CITY, "A-1") is None
    assert store.observations.newest(9) == []
    assert store.events.latest() == 0


def test_a_correction_stays_with_the_fire_and_takes_the_first_back(store: Store) -> None:
    first = store.observations.get(take(store))
    assert first.incident_id is not None
    store.verdicts.step(
        first.incident_id,
        expected=IncidentState.OPEN,
        to_state=IncidentState.CONFIRMED,
        author="li",
    )
    second = store.observations.get(take(store, "A-2", corrects="A-1"))
    assert second.incident_id == first.incident_id
    fire = store.incidents.get(first.incident_id)
    assert fire.state is IncidentState.CONFIRMED, "it is never left without a witness"
    assert store.observations.get(first.observation_id).withdrawn_by == CITY
    joined = [one for one in fire.entries if one.kind is EntryKind.JOINED]
    assert [one.link for one in joined] == [LinkReason.BY_HAND]
    third = take(store, "A-3", corrects="A-1")  # what was taken back already
    assert store.observations.get(third).incident_id == first.incident_id
    assert store.observations.get(second.observation_id).withdrawn_at is None


def test_a_correction_of_what_is_settled_is_a_fire_of_its_own(store: Store) -> None:
    first = store.observations.get(take(store))
    assert first.incident_id is not None
    store.observations.withdraw(first.observation_id, author="li")  # which dismisses the fire
    second = store.observations.get(take(store, "A-2", corrects="A-1"))
    assert second.incident_id not in {None, first.incident_id}
    with store._database.write() as connection:  # as of before fires were kept
        nowhere = update(observation).where(observation.c.observation_id == first.observation_id)
        connection.execute(nowhere.values(incident_id=None))
    third = take(store, "A-3", corrects="A-1")
    assert store.observations.get(third).incident_id not in {None, first.incident_id}


def test_it_goes_where_a_look_said(store: Store) -> None:
    first = store.observations.get(take(store))
    assert first.incident_id is not None
    link = Link(first.incident_id, LinkReason.NEAR)
    assert store.observations.get(take(store, "A-2", link=link)).incident_id == first.incident_id


def open_order(store: Store, incident_id: int, township: str, cause: str) -> int:
    draft = OrderDraft(incident_id, township, (), 0.9, ClosesAt.DISTRICT, cause)
    return store.orders.open([draft], author="li")[0].order_id


def test_one_change_of_a_fire_is_one_of_all_its_orders_on_pages_of_any_size(store: Store) -> None:
    fire = store.observations.get(take(store)).incident_id
    assert fire is not None
    numbers = [open_order(store, fire, f"t{number}", "hand:1") for number in range(5)]
    begun = walk(store.exchange.orders, Told(), 2)[1]
    store.incidents.note(fire, author="li", note="wind turns")
    found, told = walk(store.exchange.orders, begun, 2)
    assert [one.order_id for one in found] == numbers, "all of one change, over three pages"
    assert walk(store.exchange.orders, told, 2)[0] == [], "also when that change is the newest"
    store.orders.close(numbers[0], author="li")
    store.incidents.note(fire, author="li", note="and back")
    found, _ = walk(store.exchange.orders, told, 2)
    assert [one.order_id for one in found] == numbers, "the closed one for its own change"
    assert len(store.exchange.orders(Told(), 500).rows) == 5


def test_an_order_follows_the_fire_that_its_own_was_merged_into(store: Store) -> None:
    first, second = (store.observations.get(take(store, one)).incident_id for one in ("1", "2"))
    assert first is not None
    assert second is not None
    number = open_order(store, first, "t", "hand:1")
    store.incident_joins.merge(first, second, author="li")
    told = walk(store.exchange.orders, Told(), 9)[1]
    assert walk(store.exchange.orders, told, 9)[0] == []
    store.incidents.note(second, author="li", note="seen")
    found, told = walk(store.exchange.orders, told, 9)
    assert [(one.order_id, one.draft.incident_id) for one in found] == [(number, second)]
    assert {one.merged_into for one in store.exchange.incidents(Told(), 9).rows} == {None, second}


def test_what_a_camera_sees_more_is_a_change_of_its_fire_and_of_open_orders(
    store: Store,
    make_draft: Callable[..., AlertDraft],
    make_frame: Callable[..., EvidenceFrame],
) -> None:
    alert = store.alerts.open_alert(make_draft(), [make_frame(1)])[0]
    number = open_order(store, alert.incident_id, "t", "hand:1")
    fires = walk(store.exchange.incidents, Told(), 9)[1]
    orders = walk(store.exchange.orders, Told(), 9)[1]
    later = START + timedelta(seconds=30)
    store.alerts.update(alert.alert_id, replace(make_draft(), score=0.9), [make_frame(2)], later)
    assert [one.incident_id for one in walk(store.exchange.incidents, fires, 9)[0]] == [
        alert.incident_id
    ]
    assert [one.order_id for one in walk(store.exchange.orders, orders, 9)[0]] == [number]


@pytest.mark.parametrize("far", [Told(2**63, 2**63), Told(2**70, -5)])
def test_a_place_beyond_everything_is_asked_on_from(store: Store, far: Told) -> None:
    take(store)
    assert store.exchange.incidents(far, 5) == Changes((), far, more=False)
    assert len(store.exchange.incidents(Told(-(2**70), -(2**70)), 5).rows) == 1


Read = Callable[[Told, int], Changes]


def walk(read: Read, told: Told, limit: int) -> tuple[list, Told]:
    """Everything from there on."""
    found: list = []
    while True:
        page = read(told, limit)
        assert len(page.rows) <= limit
        found += page.rows
        told = page.told
        if not page.more:
            return found, told


class Writer:
    """Changes fires and orders as people and cameras do, and remembers which there are."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.marks = count()
        self.fires: list[int] = []
        self.orders: list[int] = []

    def act(self, deed: int, one: int, other: int) -> None:
        """A deed that may be refused, as it is to people."""
        self.clock.advance(1.0)
        with suppress(Conflict, InputRefused, ZeroDivisionError):  # the last: there is none yet
            self._act(deed, one, other)

    def _act(self, deed: int, one: int, other: int) -> None:
        store, mark = self.store, next(self.marks)
        if deed == 0:
            kept = store.observations.get(take(store, f"N-{mark}"))
            assert kept.incident_id is not None
            self.fires.append(kept.incident_id)
            return
        fire = self.fires[one % len(self.fires)]
        if deed == 1:
            self.orders.append(open_order(store, fire, f"t{other % 3}", f"hand:{mark}"))
        elif deed == 2:
            store.incidents.note(fire, author="li", note=str(mark))
        elif deed == 3:
            store.incident_joins.merge(fire, self.fires[other % len(self.fires)], author="li")
        elif deed == 4:
            store.incident_joins.unmerge(fire, author="li")
        else:
            self._on_order(deed, self.orders[one % len(self.orders)], other, str(mark))

    def _on_order(self, deed: int, order: int, other: int, mark: str) -> None:
        if deed == 5:
            self.store.orders.close(order, author="li")
            return
        answer = list(Answer)[other % len(Answer)] if deed == 6 else None
        kind = OrderEntryKind.SEEN if answer is None else OrderEntryKind.ANSWERED
        told = TellOrder(kind, answer, key=f"key-{mark}")
        self.store.orders.tell(order, told, author="li")


DEEDS = st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 7))


@pytest.mark.timeout(600)  # a server on a busy machine
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    before=st.lists(DEEDS, max_size=12),
    during=st.lists(st.tuples(st.integers(1, 3), st.lists(DEEDS, max_size=4)), max_size=8),
)
def test_whoever_walks_while_all_changes_misses_nothing_and_is_told_nothing_twice(
    urls: Callable[[], str],
    before: list[tuple[int, int, int]],
    during: list[tuple[int, list[tuple[int, int, int]]]],
) -> None:
    clock = ManualClock(START)
    store = Store.open(urls(), clock=clock)
    writer = Writer(store, clock)
    for deed in before:
        writer.act(*deed)
    fires: dict[int, object] = {}
    orders: dict[int, tuple[object, object]] = {}
    at_fires = at_orders = Told()

    def see(limit: int) -> bool:
        nonlocal at_fires, at_orders
        page = store.exchange.incidents(at_fires, limit)
        for fire in page.rows:
            assert fires.get(fire.incident_id) != fire, "told twice as it was"
            fires[fire.incident_id] = fire
        told = store.exchange.orders(at_orders, limit)
        for order in told.rows:
            # Its fire belongs to what is told of it.
            now = order, store.incidents.get(order.draft.incident_id)
            assert orders.get(order.order_id) != now, "told twice as it was"
            orders[order.order_id] = now
        at_fires, at_orders = page.told, told.told
        return page.more or told.more

    for limit, deeds in during:
        see(limit)
        for deed in deeds:
            writer.act(*deed)
    while see(2):
        pass
    assert fires == {number: store.incidents.get(number) for number in set(writer.fires)}
    assert {number: one[0] for number, one in orders.items()} == {
        number: store.orders.get(number) for number in set(writer.orders)
    }
    assert not see(500)
    store.close()


def test_whoever_walks_beside_a_writer_ends_with_what_is_there(
    store: Store, clock: ManualClock
) -> None:
    writer = Writer(store, clock)
    for step in range(6):
        writer.act(0, step, 0)
        writer.act(1, step, 0)

    def write() -> None:
        for step in range(90):
            writer.act(2 + step % 6, step * 7, step * 5)

    thread = threading.Thread(target=write)
    thread.start()
    told, versions = Told(), dict[int, int]()
    while True:
        is_last = not thread.is_alive()
        found, told = walk(store.exchange.incidents, told, 3)
        for fire in found:
            assert fire.version > versions.get(fire.incident_id, -1)
            versions[fire.incident_id] = fire.version
        if is_last:
            break
    thread.join()
    assert versions == {one: store.incidents.get(one).version for one in writer.fires}
