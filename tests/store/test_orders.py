"""Work orders: opened once, called once for each number, told of once, closed for good."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.alert import AlertDraft
from models.audit import SYSTEM
from models.clock import ManualClock
from models.duty import PersonDraft, Post
from models.errors import Conflict, InputRefused, NotFound, WatchError
from models.events import EventKind
from models.frame import Provenance
from models.incident import DismissReason, EntryKind, IncidentState, Photo, Subject, SubjectKind
from models.notice import ChannelDraft, ChannelKind, Secrets
from models.order import (
    Answer,
    ClockKind,
    ClosesAt,
    Order,
    OrderDraft,
    OrderEntryKind,
    OrderState,
    Place,
    PushState,
    Stops,
    Told,
)
from models.site import HeightDatum, Position
from models.store import Store
from models.store.moving import move

Drafts = Callable[..., AlertDraft]
Fires = Callable[..., int]
K = OrderEntryKind
PHONE = "13800001234"
LINK_S = 3600.0
DEVICE, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def fire(store: Store, make_draft: Drafts) -> Fires:
    made = iter(range(1000))

    def light(*states: IncidentState, **changes: object) -> int:
        found = store.alerts.open_alert(make_draft(f"k{next(made)}", **changes), [])[0]
        go(store, found.incident_id, *states)
        return found.incident_id

    return light


def go(store: Store, number: int, *states: IncidentState) -> None:
    for state in states:
        now = store.incidents.get(number).state
        reason = DismissReason.FOG if state is IncidentState.DISMISSED else None
        store.verdicts.step(number, expected=now, to_state=state, author="li", reason=reason)


def draft(incident_id: int = 1, **changes: Any) -> OrderDraft:  # noqa: ANN401
    usual = OrderDraft(incident_id, "a", ("a1", "a2"), 0.75, ClosesAt.VILLAGE, "entry:1", "去看")
    return replace(usual, **changes)


def opened(store: Store, **changes: Any) -> Order:  # noqa: ANN401
    return store.orders.open([draft(**changes)], author="li")[0]


def people(store: Store, number: int = 2) -> list[int]:
    return [
        store.duty.add_person(
            PersonDraft(f"甲{one}", PHONE, Post.GRID, "a", "a1"), author="li"
        ).person_id
        for one in range(number)
    ]


def robots(store: Store, number: int = 1) -> list[int]:
    there = len(store.channels.all())
    return [
        store.channels.add(
            ChannelDraft(f"群{there + one}", ChannelKind.WECOM),
            Secrets({"key": "hush-hush-7788"}),
            actor="li",
        ).channel_id
        for one in range(number)
    ]


def call(store: Store, order_id: int, person_id: int | None, **changes: Any) -> Order:  # noqa: ANN401
    usual = {
        "expected_calls": len(store.orders.get(order_id).calls),
        "clock": None,
        "round_": 0,
        "author": SYSTEM,
        "link_s": LINK_S,
    }
    return store.orders.call(order_id, person_id, **{**usual, **changes})


def tell(store: Store, order_id: int, kind: K, **changes: Any) -> Order:  # noqa: ANN401
    who = {
        "author": "li",
        **{name: changes.pop(name) for name in ("author", "person_id") if name in changes},
    }
    return store.orders.tell(order_id, Told(kind, **changes), **who)


def kinds(order: Order) -> list[K]:
    return [one.kind for one in order.entries]


def refused(kind: type[WatchError], code: str, deed: Callable[[], object]) -> None:
    with pytest.raises(kind) as error:
        deed()
    assert error.value.code == code


def deeds(store: Store, noun: str = "order") -> list[tuple[str, str, str]]:
    return [(one.action, one.actor, one.subject) for one in store.audit.entries(99, noun=noun)][
        ::-1
    ]


def test_an_order_from_its_opening_to_its_end(
    store: Store, fire: Fires, clock: ManualClock
) -> None:
    fire()
    (person, _) = people(store)
    order = opened(store)
    began = order.opened_tick_s
    assert order == Order(
        order_id=1,
        draft=draft(),
        state=OrderState.CALLED,
        is_drill=False,
        opened_at=clock.now(),
        opened_tick_s=clock.now().timestamp(),
        stops=Stops(),
        answer=None,
        closed_at=None,
        version=1,
        entries=order.entries,
    )
    assert kinds(order) == [K.OPENED]
    assert order.entries[0].note == "去看"
    clock.advance(5.0)
    order = call(store, 1, person)
    (called,) = order.calls
    assert (called.person_id, called.call_number, called.round, called.clock, called.author) == (
        person,
        1,
        0,
        None,
        SYSTEM,
    )
    assert called.tick_s == pytest.approx(began + 5.0, abs=1e-5)
    clock.advance(10.0)
    order = tell(store, 1, K.SEEN, author=f"duty:{person}", person_id=person, key="s")
    assert order.state is OrderState.SEEN
    assert order.stops == Stops(push_tick_s=order.entries[-1].tick_s)
    clock.advance(10.0)
    order = tell(store, 1, K.ANSWERED, answer=Answer.REAL, person_id=person)
    assert (order.state, order.answer) == (OrderState.ANSWERED, Answer.REAL)
    clock.advance(10.0)
    assert tell(store, 1, K.LEFT).state is OrderState.LEFT
    order = tell(store, 1, K.ARRIVED)
    assert order.state is OrderState.ARRIVED
    clock.advance(100.0)
    order = store.orders.close(1, author="wang", note="  灭了 ")
    seconds = [
        None if one is None else round(one - began, 3)
        for one in (
            order.stops.push_tick_s,
            order.stops.verify_tick_s,
            order.stops.leave_tick_s,
            order.stops.over_tick_s,
        )
    ]
    assert seconds == [15.0, 25.0, 35.0, 135.0]
    assert (order.state, order.closed_at) == (OrderState.CLOSED, clock.now())
    assert order.entries[-1].note == "灭了"
    assert kinds(order) == [*(K.OPENED, K.CALLED, K.SEEN, K.ANSWERED, K.LEFT, K.ARRIVED, K.CLOSED)]
    assert order == store.orders.get(1)
    assert deeds(store) == [
        ("order.opened", "li", "1"),
        ("order.called", SYSTEM, "1"),
        ("order.told", f"duty:{person}", "1"),
        *[("order.told", "li", "1")] * 3,
        ("order.closed", "wang", "1"),
    ]
    told = [one.kind for one in store.events.after(0) if one.subject_id == 1]
    assert told.count(EventKind.ORDER_CHANGED) == order.version == 7
    store.audit.verify()


def test_no_word_and_no_telephone_goes_into_the_log(store: Store, fire: Fires) -> None:
    fire()
    (person,) = people(store, 1)
    opened(store, note="找王五 13911112222")
    call(store, 1, person, channels=robots(store))
    tell(store, 1, K.NOTED, note=f"甲 {PHONE}", key="身份证")
    store.orders.close(1, author="li", note=f"甲 {PHONE}")
    log = "\n".join(store.audit.lines())
    for secret in (PHONE, "13911112222", "甲0", "王五", "去看", "身份证", "hush"):
        assert secret not in log.encode().decode("unicode_escape")
    log_of_call = store.audit.entries(9, noun="order")[2]
    assert log_of_call.details == {"person": person, "call": 1}


def test_one_cause_opens_one_order_in_a_township(store: Store, fire: Fires) -> None:
    number = fire()
    first, second, again = store.orders.open(
        [draft(), draft(township="b"), draft(note="anders")], author=SYSTEM
    )
    assert (first.order_id, second.order_id) == (1, 2)
    assert again == first
    assert store.orders.open([draft()], author=SYSTEM) == [first]
    # Another verdict of the same fire gives the one that is open, somebody's hand is told of it.
    assert store.orders.open([draft(cause="entry:9")], author=SYSTEM) == [first]
    refused(Conflict, "order_there", lambda: opened(store, cause="hand:x"))
    assert opened(store, cause="hand:x", township="c").order_id == 3
    store.orders.withdraw(1, author="li")
    assert opened(store, cause="hand:y").order_id == 4
    # What a cause opened it has opened, also when it is over and its fire is none any more.
    store.orders.close(4, author="li")
    go(store, number, IncidentState.DISMISSED)
    assert opened(store).state is OrderState.WITHDRAWN
    assert opened(store, cause="hand:y").state is OrderState.CLOSED
    assert [one.order_id for one in store.orders.open_ones()] == [2, 3]
    assert store.orders.open([], author="li") == []


def test_all_orders_of_one_asking_or_none(store: Store, fire: Fires) -> None:
    fire()
    refused(
        NotFound,
        "not_found",
        lambda: store.orders.open([draft(), draft(2, township="b")], author="li"),
    )
    assert store.orders.open_ones() == []
    assert store.audit.entries(9, noun="order") == []


def test_a_fire_that_needs_nobody_gets_no_order(store: Store, fire: Fires) -> None:
    fire(), fire(), fire(IncidentState.DISMISSED)
    store.incident_joins.merge(1, 2, author="li")
    refused(Conflict, "incident_merged", lambda: opened(store))
    refused(Conflict, "order_fire_settled", lambda: opened(store, incident_id=3))
    for nobody in (4, 0, -1, 2**63):
        refused(NotFound, "not_found", lambda n=nobody: opened(store, incident_id=n))  # type: ignore[misc]
    assert opened(store, incident_id=2).draft.incident_id == 2


def test_an_order_of_a_drill_is_one(store: Store, fire: Fires) -> None:
    fire(provenance=Provenance.DRILL)
    assert opened(store).is_drill


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cause": ""}, "order_draft"),
        ({"cause": "x" * 201}, "order_draft"),
        ({"township": "\0"}, "order_draft"),
        ({"villages": ("a", "b" * 201)}, "order_draft"),
        ({"villages": ("a",) * 1001}, "order_draft"),
        ({"probability": 1.1}, "order_draft"),
        ({"probability": float("nan")}, "order_draft"),
        ({"note": "\0"}, "order_note"),
        ({"note": "x" * 4001}, "order_note"),
    ],
)
def test_what_is_no_order_is_refused(
    store: Store, fire: Fires, changes: dict[str, Any], code: str
) -> None:
    fire()
    refused(InputRefused, code, lambda: opened(store, **changes))
    assert opened(store, probability=None, villages=(), township="").draft.probability is None


def test_without_an_author_nothing_is_done(store: Store, fire: Fires) -> None:
    fire()
    refused(InputRefused, "author_missing", lambda: store.orders.open([draft()], author=" "))
    number = opened(store).order_id  # what was refused may have used up one
    for deed in (
        lambda: call(store, number, None, author=" "),
        lambda: tell(store, number, K.SEEN, author=" "),
        lambda: store.orders.close(number, author=" "),
        lambda: store.orders.withdraw(number, author=" "),
    ):
        refused(InputRefused, "author_missing", deed)
    order = store.orders.get(number)
    assert (order.version, len(order.entries)) == (1, 1)


def test_a_call_that_somebody_else_made_is_not_made_again(store: Store, fire: Fires) -> None:
    fire()
    first, second = people(store)
    opened(store)
    order = call(store, 1, first)
    assert call(store, 1, second, expected_calls=0) == order
    assert call(store, 1, second, expected_calls=2) == order
    order = call(store, 1, second, clock=ClockKind.PUSH, round_=3)
    assert [(one.person_id, one.call_number, one.clock, one.round) for one in order.calls] == [
        (first, 1, None, 0),
        (second, 2, ClockKind.PUSH, 3),
    ]
    over = store.orders.close(1, author="li")
    assert call(store, 1, first) == over
    refused(
        NotFound,
        "not_found",
        lambda: call(store, 2, first, expected_calls=0),
    )


def test_nobody_is_called_who_is_not_there(store: Store, fire: Fires) -> None:
    fire()
    gone, _ = people(store)
    store.duty.remove_person(gone, author="li")
    opened(store)
    refused(Conflict, "duty_person_gone", lambda: call(store, 1, gone))
    refused(NotFound, "not_found", lambda: call(store, 1, 99))
    assert call(store, 1, None).calls[0].person_id is None  # the duty room


def test_eight_who_call_at_once_call_once(
    url: str, reopen: Callable[[], Store], make_draft: Drafts
) -> None:
    stores = [reopen(), reopen()]  # two processes
    stores[0].alerts.open_alert(make_draft(), [])
    persons = people(stores[0], 8)
    channels = robots(stores[0], 2)
    opened(stores[0])
    gate = threading.Barrier(8)

    def escalate(number: int) -> Order:
        gate.wait()
        return stores[number % 2].orders.call(
            1,
            persons[number],
            expected_calls=0,
            clock=None,
            round_=0,
            author=SYSTEM,
            link_s=LINK_S,
            channels=channels,
        )

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(escalate, range(8)))
    assert all(len(one.calls) == 1 for one in found)
    order = stores[0].orders.get(1)
    assert len({one.calls for one in (*found, order)}) == 1
    assert [one.entry_id for one in stores[1].orders.pushes(1)] == [order.calls[0].entry_id] * 2
    assert deeds(stores[1]).count(("order.called", SYSTEM, "1")) == 1
    assert url


@pytest.mark.parametrize(
    "case",
    [
        (K.SEEN, None, "p", OrderState.SEEN),
        (K.ANSWERED, Answer.UNSURE, "p", OrderState.ANSWERED),
        (K.ANSWERED, Answer.REAL, "pv", OrderState.ANSWERED),
        (K.ANSWERED, Answer.FALSE, "pvl", OrderState.ANSWERED),
        (K.ANSWERED, Answer.HANDLED, "pvl", OrderState.ANSWERED),
        (K.LEFT, None, "pl", OrderState.LEFT),
        (K.ARRIVED, None, "pl", OrderState.ARRIVED),
        (K.NOTED, None, "", OrderState.CALLED),
    ],
)
def test_what_stops_which_clock_once(
    store: Store,
    fire: Fires,
    clock: ManualClock,
    case: tuple[K, Answer | None, str, OrderState],
) -> None:
    kind, answer, stopped, state = case
    fire()
    opened(store, closes_at=ClosesAt.DISTRICT)
    clock.advance(30.0)
    order = tell(store, 1, kind, answer=answer, note="n")
    stops = order.stops
    now_s = order.entries[-1].tick_s
    assert stops == Stops(
        *(now_s if letter in stopped else None for letter in "pvl"),
    )
    assert (order.state, order.answer) == (state, answer)
    clock.advance(30.0)
    for again, other in ((K.SEEN, None), (K.ANSWERED, Answer.FALSE), (K.ARRIVED, None)):
        order = tell(store, 1, again, answer=other)
    for name in ("push_tick_s", "verify_tick_s", "leave_tick_s"):
        before, after = getattr(stops, name), getattr(order.stops, name)
        assert after == (before if before is not None else order.entries[-1].tick_s)
    assert (order.state, order.answer) == (OrderState.ARRIVED, Answer.FALSE)


def test_the_same_key_tells_once(store: Store, fire: Fires) -> None:
    fire()
    opened(store), opened(store, township="b")
    order = tell(store, 1, K.SEEN, key="x")
    assert tell(store, 1, K.ARRIVED, key="x") == order
    assert tell(store, 2, K.SEEN, key="x").state is OrderState.SEEN  # another order's
    assert len(tell(store, 1, K.SEEN).entries) == len(tell(store, 1, K.SEEN).entries) - 1
    over = store.orders.close(1, author="li")
    assert tell(store, 1, K.SEEN, key="x") == over


def test_a_village_closes_what_does_not_burn(store: Store, fire: Fires, clock: ManualClock) -> None:
    fire()
    (person,) = people(store, 1)
    for township in "abcd":
        opened(store, township=township)
    clock.advance(20.0)
    order = tell(
        store,
        1,
        K.ANSWERED,
        answer=Answer.FALSE,
        reason=DismissReason.KITCHEN_SMOKE,
        author=f"duty:{person}",
        person_id=person,
    )
    assert (order.state, order.closed_at) == (OrderState.CLOSED, clock.now())
    assert kinds(order) == [K.OPENED, K.ANSWERED, K.CLOSED]
    assert {one.author for one in order.entries[1:]} == {f"duty:{person}"}
    assert len({*(getattr(order.stops, name) for name in Stops.__dataclass_fields__)}) == 1
    assert deeds(store)[-1] == ("order.closed", f"duty:{person}", "1")
    assert tell(store, 2, K.ANSWERED, answer=Answer.REAL).state is OrderState.ANSWERED
    # Somebody says that it burns: it leaves the grid.
    go(store, 1, IncidentState.CONFIRMED)
    order = tell(store, 3, K.ANSWERED, answer=Answer.HANDLED)
    assert (order.state, order.closed_at) == (OrderState.ANSWERED, None)
    go(store, 1, IncidentState.DISMISSED)
    assert tell(store, 4, K.ANSWERED, answer=Answer.HANDLED).state is OrderState.CLOSED


def test_where_one_says_that_it_burns_no_other_closes_it(store: Store, fire: Fires) -> None:
    fire()
    opened(store, township="a")
    tell(store, 1, K.ANSWERED, answer=Answer.REAL)
    order = tell(store, 1, K.ANSWERED, answer=Answer.FALSE)
    assert (order.state, order.answer, order.closed_at) == (OrderState.ANSWERED, Answer.FALSE, None)


def test_the_fire_that_counts_is_what_it_stands_for(store: Store, fire: Fires) -> None:
    fire(), fire(IncidentState.CONFIRMED)
    opened(store)
    store.incident_joins.merge(1, 2, author="li")
    assert tell(store, 1, K.ANSWERED, answer=Answer.FALSE).state is OrderState.ANSWERED


@pytest.mark.parametrize("end", ["close", "withdraw"])
def test_after_the_end_only_notes_are_taken(store: Store, fire: Fires, end: str) -> None:
    fire()
    opened(store)
    over = getattr(store.orders, end)(1, author="li")
    assert over.state in {OrderState.CLOSED, OrderState.WITHDRAWN}
    for deed in (
        lambda: store.orders.close(1, author="li"),
        lambda: store.orders.withdraw(1, author="li"),
        lambda: tell(store, 1, K.SEEN),
        lambda: tell(store, 1, K.LEFT, key="k"),
        lambda: tell(store, 1, K.ARRIVED),
    ):
        refused(Conflict, "order_over", deed)
    # An answer that waited on a phone is not lost, and changes nothing else.
    order = tell(store, 1, K.ANSWERED, answer=Answer.REAL, key="late", note="晚了")
    assert order.entries[-1].kind is K.NOTED
    assert order.entries[-1].told == Told(K.ANSWERED, Answer.REAL, key="late", note="晚了")
    assert (order.state, order.stops, order.answer, order.closed_at) == (
        over.state,
        over.stops,
        None,
        over.closed_at,
    )
    assert order.version == over.version + 1
    assert tell(store, 1, K.ANSWERED, answer=Answer.REAL, key="late") == order
    assert tell(store, 1, K.NOTED, note="n").entries[-1].told == Told(K.NOTED, note="n")


def test_what_is_told_is_kept_whole(store: Store, fire: Fires, clock: ManualClock) -> None:
    fire()
    opened(store, closes_at=ClosesAt.DISTRICT)
    photo = Photo(
        "photos/1.jpg", "c" * 64, 1200, 900, clock.now(),
        Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL), 12.5,
    )  # fmt: skip
    told = Told(
        K.ANSWERED,
        Answer.FALSE,
        DismissReason.FIELD_BURN,
        "烧秸秆",
        photo,
        Place(106.65, 29.03, 12.0),
        clock.now() - timedelta(minutes=9),
        "key-1",
    )
    order = store.orders.tell(1, replace(told, note=" 烧秸秆\n"), author="li")
    assert order.entries[-1].told == told
    assert store.audit.entries(1, noun="order")[0].details == {
        "kind": "answered",
        "answer": "false",
        "person": None,
        "photo": "c" * 64,
    }


def test_the_fire_keeps_photos_and_answers_and_nothing_else(
    store: Store, fire: Fires, clock: ManualClock
) -> None:
    number = fire()
    opened(store, closes_at=ClosesAt.DISTRICT)
    photo = Photo("photos/1.jpg", "c" * 64, 1200, 900, None, None, None)
    tell(store, 1, K.SEEN)
    tell(store, 1, K.NOTED, note="路断了")
    begun = store.incidents.get(number).version
    clock.advance(9.0)
    tell(store, 1, K.ARRIVED, photo=photo, note="到了")
    tell(store, 1, K.ANSWERED, answer=Answer.UNSURE)
    found = store.incidents.get(number)
    noted = [one for one in found.entries if one.kind is EntryKind.NOTED]
    assert [(one.note, one.photo, one.author) for one in noted] == [
        ("工单 1 order\n到了", photo, "li"),
        ("工单 1 order: 看不清或到不了 unsure", None, "li"),
    ]
    assert noted[0].at == clock.now()
    assert found.version == begun + 2


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Told(K.OPENED), "order_told"),
        (Told(K.CALLED), "order_told"),
        (Told(K.CLOSED), "order_told"),
        (Told(K.ANSWERED), "order_told"),
        (Told(K.SEEN, Answer.REAL), "order_told"),
        (Told(K.ANSWERED, Answer.REAL, DismissReason.FOG), "order_told"),
        (Told(K.LEFT, reason=DismissReason.FOG), "order_told"),
        (Told(K.NOTED, note=" "), "order_told"),
        (Told(K.SEEN, key="k" * 201), "order_told"),
        (Told(K.SEEN, key="\0"), "order_told"),
        (Told(K.NOTED, note="n" * 4001), "order_note"),
        (Told(K.SEEN, place=Place(181.0, 0.0, 1.0)), "order_place"),
        (Told(K.SEEN, place=Place(0.0, float("nan"), 1.0)), "order_place"),
        (Told(K.SEEN, place=Place(0.0, 0.0, -1.0)), "order_place"),
        (Told(K.SEEN, place=Place(0.0, 0.0, float("inf"))), "order_place"),
    ],
)
def test_what_nobody_can_tell_is_refused(store: Store, fire: Fires, told: Told, code: str) -> None:
    fire()
    order = opened(store)
    refused(InputRefused, code, lambda: store.orders.tell(1, told, author="li"))
    assert store.orders.get(1) == order


def test_orders_are_found(store: Store, fire: Fires, clock: ManualClock) -> None:
    fire(), fire()
    moments: list[datetime] = []
    for number, (of, township) in enumerate([(1, "a"), (1, "b"), (2, "a"), (2, "c")]):
        moments.append(clock.now())
        opened(store, incident_id=of, township=township, cause=f"entry:{number}")
        clock.advance(60.0)
    store.orders.close(2, author="li")
    store.orders.withdraw(3, author="li")

    def numbers(**asked: Any) -> list[int]:  # noqa: ANN401
        return [one.order_id for one in store.orders.page(**asked).orders]

    assert numbers() == [4, 3, 2, 1]
    assert numbers(state="open") == [4, 1]
    assert numbers(state="over") == [3, 2]
    assert numbers(state=OrderState.CLOSED) == [2]
    assert numbers(township="a") == [3, 1]
    assert numbers(township={"b", "c"}) == [4, 2]
    assert numbers(township=[]) == []
    assert numbers(incident_id=2) == [4, 3]
    assert [numbers(incident_id=none) for none in (0, 9, -1, 2**63)] == [[]] * 4
    assert numbers(from_at=moments[1], until_at=moments[3]) == [3, 2]
    first = store.orders.page(limit=3)
    assert ([one.order_id for one in first.orders], first.next_before) == ([4, 3, 2], 2)
    last = store.orders.page(before=first.next_before, limit=3)
    assert ([one.order_id for one in last.orders], last.next_before) == ([1], None)
    assert store.orders.page(limit=4).next_before is None
    assert numbers(before=2**70, limit=2**70) == [4, 3, 2, 1]
    assert numbers(before=-5) == []
    refused(InputRefused, "input_refused", lambda: store.orders.page(limit=0))
    found = store.orders.of_fires([2, 1, 9, 0])
    assert {number: [one.order_id for one in of] for number, of in found.items()} == {
        2: [3, 4],
        1: [1, 2],
        9: [],
        0: [],
    }
    for nobody in (0, 5, -1, 2**63):
        refused(NotFound, "not_found", lambda n=nobody: store.orders.get(n))  # type: ignore[misc]
    assert store.orders.get(4) == store.orders.page(limit=1).orders[0]


def test_a_long_list_of_orders_is_whole(store: Store, fire: Fires) -> None:
    fire()
    store.orders.open([draft(township=f"t{one}") for one in range(250)], author="li")
    found = store.orders.page(limit=300).orders
    assert [one.order_id for one in found] == list(range(250, 0, -1))
    assert all(kinds(one) == [K.OPENED] for one in found)


def test_orders_go_along_with_a_merged_fire_and_come_back(store: Store, fire: Fires) -> None:
    for _ in range(3):
        fire()
    for number in (1, 2, 3):
        opened(store, incident_id=number, cause=f"entry:{number}")
    store.orders.close(3, author="li")
    before = store.events.latest()

    def standing() -> list[int]:
        return [store.orders.get(number).draft.incident_id for number in (1, 2, 3)]

    store.incident_joins.merge(1, 2, author="li")
    assert standing() == [2, 2, 3]
    told = [one for one in store.events.after(before) if one.kind is EventKind.ORDER_CHANGED]
    assert [one.subject_id for one in told] == [1]
    assert store.orders.get(1).version == 2
    store.incident_joins.merge(2, 3, author="li")
    assert standing() == [3, 3, 3]
    found = store.orders.of_fires([1, 2, 3])
    assert [[one.order_id for one in found[number]] for number in (1, 2, 3)] == [[1, 2, 3]] * 3
    for number in (1, 2, 3):
        page = store.orders.page(incident_id=number).orders
        assert [one.order_id for one in page] == [3, 2, 1]
    # What is open for the fires that are one by now is open for this one.
    assert opened(store, incident_id=3, cause="entry:9").order_id == 1
    refused(Conflict, "order_there", lambda: opened(store, incident_id=3, cause="hand:9"))
    store.incident_joins.unmerge(2, author="li")
    assert standing() == [2, 2, 3]
    assert [one.order_id for one in store.orders.of_fires([3])[3]] == [3]
    assert opened(store, incident_id=3, cause="entry:10").order_id == 4
    store.incident_joins.unmerge(1, author="li")
    assert standing() == [1, 2, 3]
    assert store.orders.get(1).version == 5


def test_orders_stay_with_a_fire_that_is_split(store: Store, fire: Fires) -> None:
    fire(), fire()
    opened(store)
    store.incident_joins.merge(2, 1, author="li")
    part = store.incident_joins.split(1, [Subject(SubjectKind.ALERT, 2)], author="li")
    assert store.orders.of_fires([part.incident_id]) == {part.incident_id: []}
    assert store.orders.get(1).draft.incident_id == 1


def test_a_link_opens_one_order_on_one_phone(store: Store, fire: Fires, clock: ManualClock) -> None:
    fire()
    first, second = people(store)
    opened(store)
    call(store, 1, first), call(store, 1, second), call(store, 1, None)
    entries = [one.entry_id for one in store.orders.get(1).calls]
    links = [store.orders.link_of_call(one) for one in entries]
    assert [one.person_id for one in links if one is not None] == [first, second, None]
    assert [store.orders.link_of_call(one) for one in (1, 0, 99, 2**63)] == [None] * 4
    link = store.orders.link(1)
    assert link == links[0]
    assert (link.made_at, link.device_sha256, link.opened_at) == (clock.now(), "", None)
    assert link.expires_tick_s == pytest.approx(store.steady.tick_s() + LINK_S)
    before = store.orders.get(1).version
    clock.advance(LINK_S)  # it is just not over
    used = store.orders.use_link(1, DEVICE)
    assert used == replace(link, device_sha256=DEVICE, opened_at=clock.now())
    assert store.orders.get(1).version == before + 1
    clock.advance(1.0)
    assert store.orders.use_link(1, DEVICE) == used  # who has it may come again, also later
    refused(Conflict, "link_used", lambda: store.orders.use_link(1, OTHER))
    refused(Conflict, "link_expired", lambda: store.orders.use_link(2, OTHER))
    for nobody in (0, 9, -1, 2**63):
        refused(NotFound, "not_found", lambda n=nobody: store.orders.link(n))  # type: ignore[misc]
        refused(NotFound, "not_found", lambda n=nobody: store.orders.use_link(n, DEVICE))  # type: ignore[misc]
    assert store.orders.link_of_device(DEVICE) == used
    assert [store.orders.link_of_device(one) for one in (OTHER, "", "x")] == [None] * 3
    for bad in ("", "A" * 64, "a" * 63):
        with pytest.raises(ValueError, match="64 hexadecimal"):
            store.orders.use_link(2, bad)
    assert deeds(store, "link") == [("link.opened", f"duty:{first}", "1")]
    store.audit.verify()


def test_a_set_clock_makes_no_link_last_longer_or_shorter(
    store: Store, fire: Fires, clock: ManualClock
) -> None:
    fire()
    opened(store)
    call(store, 1, None), call(store, 1, None)
    clock.set_wall(timedelta(days=2))
    assert store.orders.use_link(1, DEVICE).device_sha256 == DEVICE
    assert deeds(store, "link") == [("link.opened", SYSTEM, "1")]
    clock.set_wall(timedelta(days=-4))
    clock.advance(LINK_S + 0.001)
    refused(Conflict, "link_expired", lambda: store.orders.use_link(2, OTHER))


def test_the_newest_link_of_a_phone_counts(store: Store, fire: Fires) -> None:
    fire()
    opened(store), opened(store, township="b")
    call(store, 1, None), call(store, 2, None)
    store.orders.use_link(1, DEVICE), store.orders.use_link(2, DEVICE)
    found = store.orders.link_of_device(DEVICE)
    assert found is not None
    assert found.link_id == 2


@pytest.mark.parametrize("end", ["close", "withdraw", "answer"])
def test_of_an_order_that_is_over_no_link_opens_anything(
    store: Store, fire: Fires, clock: ManualClock, end: str
) -> None:
    fire()
    opened(store)
    call(store, 1, None), call(store, 1, None)
    store.orders.use_link(1, DEVICE)
    if end == "answer":
        tell(store, 1, K.ANSWERED, answer=Answer.HANDLED)
    else:
        getattr(store.orders, end)(1, author="li")
    assert [store.orders.link(one).revoked_at for one in (1, 2)] == [clock.now()] * 2
    for device in (DEVICE, OTHER):
        refused(Conflict, "link_over", lambda d=device: store.orders.use_link(1, d))  # type: ignore[misc]
    refused(Conflict, "link_over", lambda: store.orders.use_link(2, OTHER))
    # The phone that has it is still known: what waits on it is taken as a note.
    found = store.orders.link_of_device(DEVICE)
    assert found is not None
    assert found.revoked_at is not None


def test_eight_phones_that_open_one_link_at_once(store: Store, fire: Fires) -> None:
    fire()
    opened(store)
    call(store, 1, None)
    gate = threading.Barrier(8)

    def use(number: int) -> str:
        gate.wait()
        try:
            return store.orders.use_link(1, f"{number:064x}").device_sha256
        except Conflict as refusal:
            return refusal.code

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(use, range(1, 9)), key=len)
    assert found[:-1] == ["link_used"] * 7
    assert store.orders.link(1).device_sha256 == found[-1]


def test_a_refused_link_is_written_down(store: Store) -> None:
    store.orders.refused_link(None, why="link_unknown", address="10.0.0.9")
    store.orders.refused_link(7, why="link_used", address="10.0.0.9")
    second, first = store.audit.entries(9, noun="link")
    assert (first.actor, first.subject, first.details) == (
        SYSTEM,
        "",
        {"why": "link_unknown", "address": "10.0.0.9"},
    )
    assert (second.action, second.subject) == ("link.refused", "7")
    store.audit.verify()


def test_a_call_goes_out_once_through_each_channel(
    store: Store, fire: Fires, clock: ManualClock
) -> None:
    fire()
    (person,) = people(store, 1)
    first, second = robots(store, 2)
    opened(store)
    assert store.orders.due_pushes() == []
    call(store, 1, person, channels=[second, first, first])
    assert store.orders.due_pushes() == [first, second]
    waiting = store.orders.pushes(1)
    assert [(one.channel_id, one.state, one.attempts) for one in waiting] == [
        (first, PushState.WAITING, 0),
        (second, PushState.WAITING, 0),
    ]
    assert len({one.message_id for one in waiting}) == 2
    job = store.orders.claim_push(first, holder="p", lease_s=60.0)
    assert job is not None
    assert job.push == replace(waiting[0], state=PushState.SENDING)
    assert job.order == store.orders.get(1)
    assert job.person is not None
    assert (job.person.draft.phone, job.channel.channel_id) == (PHONE, first)
    assert job.secrets.values == {"key": "hush-hush-7788"}
    assert job.link == store.orders.link(1)
    assert store.orders.claim_push(first, holder="q", lease_s=60.0) is None
    assert store.orders.due_pushes() == [second]
    before = job.order.version
    assert store.orders.push_sent(job.push.push_id, "r" * 500)
    assert not store.orders.push_sent(job.push.push_id, "")
    assert not store.orders.push_sent(99, "")
    sent = store.orders.pushes(1)[0]
    assert (sent.state, sent.sent_at, sent.message_id) == (
        PushState.SENT,
        clock.now(),
        waiting[0].message_id,
    )
    assert store.orders.get(1).version == before + 1
    assert [one.last_success_at for one in store.channels.health()] == [None, None]  # no cool-down
    assert store.orders.pushes(2) == []


def test_a_sender_that_dies_is_followed_by_another_under_the_same_mark(
    store: Store, fire: Fires, clock: ManualClock
) -> None:
    fire()
    robots(store)
    opened(store)
    call(store, 1, None, channels=[1])
    first = store.orders.claim_push(1, holder="p", lease_s=60.0)
    clock.set_wall(timedelta(hours=5))
    clock.advance(59.0)
    assert store.orders.due_pushes() == []
    clock.advance(1.5)
    assert store.orders.due_pushes() == [1]
    second = store.orders.claim_push(1, holder="q", lease_s=60.0)
    assert first is not None
    assert second is not None
    assert second.person is None
    assert first.push == second.push
    failed: dict[str, Any] = {"error": "notice_refused", "detail": "x" * 500, "retry_in_s": 30.0}
    assert not store.orders.push_failed(1, holder="p", **failed)
    before = store.orders.get(1).version
    assert store.orders.push_failed(1, holder="q", **failed)
    assert not store.orders.push_failed(1, holder="q", **failed)
    (push,) = store.orders.pushes(1)
    assert (push.state, push.attempts, push.error, len(push.detail)) == (
        PushState.WAITING,
        1,
        "notice_refused",
        400,
    )
    assert store.orders.get(1).version == before + 1
    (health,) = store.channels.health()
    assert (health.failures, health.error) == (1, "notice_refused")
    clock.advance(29.0)
    assert store.orders.claim_push(1, holder="r", lease_s=60.0) is None
    clock.advance(1.5)
    assert store.orders.claim_push(1, holder="r", lease_s=60.0) is not None
    assert store.orders.push_failed(1, holder="r", **failed)
    assert store.orders.get(1).version == before + 1  # the same failure again is no news
    # What the first one had sent after all is sent, whoever has it.
    assert store.orders.push_sent(1, "late")
    assert store.orders.pushes(1)[0].error == ""
    assert store.channels.health()[0].failures == 0


def test_a_channel_that_is_off_calls_nobody(store: Store, fire: Fires) -> None:
    fire()
    robots(store)
    opened(store)
    call(store, 1, None, channels=[1])
    off = replace(store.channels.get(1).draft, enabled=False)
    store.channels.change(1, off, None, actor="li")
    assert store.orders.due_pushes() == []
    assert store.orders.claim_push(1, holder="p", lease_s=60.0) is None
    store.channels.change(1, replace(off, enabled=True), None, actor="li")
    assert store.orders.due_pushes() == [1]
    store.channels.remove(1, actor="li")
    assert store.orders.due_pushes() == []
    assert store.orders.claim_push(1, holder="p", lease_s=60.0) is None


def test_who_has_it_is_not_told_again(store: Store, fire: Fires) -> None:
    fire()
    first, second = people(store)
    robots(store)
    opened(store)
    call(store, 1, first, channels=[1])
    call(store, 1, second, channels=[1])
    assert store.orders.claim_push(1, holder="p", lease_s=60.0) is not None
    tell(store, 1, K.SEEN, person_id=first)
    states = [one.state for one in store.orders.pushes(1)]
    assert states == [PushState.GIVEN_UP, PushState.WAITING]  # the other is still to be told
    failed = {"error": "e", "detail": "", "retry_in_s": 0.0}
    assert not store.orders.push_failed(1, holder="p", **failed)  # type: ignore[arg-type]
    assert store.orders.push_sent(1, "it had gone out")
    tell(store, 1, K.NOTED, note="n", person_id=second)
    assert store.orders.pushes(1)[1].state is PushState.WAITING  # a note says nothing of that
    tell(store, 1, K.SEEN)  # of nobody in particular: the clock has been stopped before
    assert store.orders.pushes(1)[1].state is PushState.WAITING
    tell(store, 1, K.LEFT, person_id=second)
    assert store.orders.pushes(1)[1].state is PushState.GIVEN_UP
    call(store, 1, None, channels=[1])
    store.orders.close(1, author="li")
    assert [one.state for one in store.orders.pushes(1)] == [
        PushState.SENT,
        PushState.GIVEN_UP,
        PushState.GIVEN_UP,
    ]
    assert store.orders.due_pushes() == []


def test_a_monitor_who_was_told_gives_up_all_calls(store: Store, fire: Fires) -> None:
    fire()
    robots(store)
    opened(store)
    call(store, 1, None, channels=[1]), call(store, 1, None, channels=[1])
    tell(store, 1, K.SEEN)
    assert {one.state for one in store.orders.pushes(1)} == {PushState.GIVEN_UP}


def test_all_of_it_goes_to_another_place(
    urls: Callable[[], str], clock: ManualClock, make_draft: Drafts, tmp_path: Path
) -> None:
    here, there = urls(), f"sqlite:///{tmp_path / 'moved.db'}"
    with closing(Store.open(here, clock=clock)) as store:
        store.alerts.open_alert(make_draft(), [])
        store.steady.look()
        clock.set_wall(timedelta(hours=1))
        store.steady.look()
        (person,) = people(store, 1)
        robots(store)
        opened(store)
        call(store, 1, person, channels=[1])
        store.orders.use_link(1, DEVICE)
        tell(store, 1, K.ANSWERED, answer=Answer.REAL, key="k", person_id=person)
        kept = store.orders.get(1), store.orders.pushes(1), store.orders.link(1)
        moment = store.steady.tick_s()
    copied = move(here, there, clock=clock)
    names = ("work_order", "order_entry", "order_link", "order_push", "clock_shift")
    assert [copied[name] for name in names] == [1, 3, 1, 1, 1]
    assert copied["steady_anchor"] == 1
    with closing(Store.open(there, clock=clock)) as moved:
        found = moved.orders.get(1), moved.orders.pushes(1), moved.orders.link(1)
        assert found == kept
        assert moved.steady.tick_s() == pytest.approx(moment, abs=1e-5)
        assert opened(moved, township="b").order_id == 2
        assert call(moved, 2, None).calls[0].entry_id == 5
        moved.audit.verify()
