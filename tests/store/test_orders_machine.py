"""Any order of calls, answers, set clocks, restarts and boots against a plain count of seconds.

The model counts in whole seconds and knows no database: what passed, what the wall's clock says,
and what the row that outlives a boot says.
"""

import importlib.util
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.alert import AlertDraft
from models.clock import ManualClock
from models.duty import PersonDraft, Post
from models.errors import Conflict
from models.events import EventKind
from models.incident import FIRE_STATES, IncidentState
from models.notice import ChannelDraft, ChannelKind, Secrets
from models.order import (
    Answer,
    ClockKind,
    ClosesAt,
    Limits,
    Order,
    OrderDraft,
    OrderEntryKind,
    OrderState,
    PushState,
    Told,
    readings,
)
from models.store import Store

START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
FIRES = 3
PEOPLE = [None, 1, 2]
CHANNELS = (1, 2)
LINK_S, LEASE_S = 600, 60
LIMITS = {"push": 60, "verify": 180, "leave": 300}
PICK = st.integers(0, 99)
STEPS = ["called", "seen", "answered", "left", "arrived", "closed", "withdrawn"]
TELLINGS = [
    (OrderEntryKind.SEEN, None),
    *((OrderEntryKind.ANSWERED, answer) for answer in Answer),
    (OrderEntryKind.LEFT, None),
    (OrderEntryKind.ARRIVED, None),
    (OrderEntryKind.NOTED, None),
]


def make_draft() -> Callable[..., AlertDraft]:
    spec = importlib.util.spec_from_file_location(
        "helpers", Path(__file__).with_name("conftest.py")
    )
    assert spec is not None
    assert spec.loader is not None
    helpers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helpers)
    return helpers._draft  # type: ignore[no-any-return]


DRAFT = make_draft()


@dataclass
class Paper:
    """An order as somebody with paper and a stop-watch would keep it."""

    fire: int
    place: str
    cause: str
    village: bool
    began: int
    state: str = "called"
    stopped: dict[str, int] = field(default_factory=dict)
    ended: int | None = None
    answer: Answer | None = None
    burns: bool = False
    calls: list[tuple[int | None, ClockKind | None, int]] = field(default_factory=list)
    lines: list[str] = field(default_factory=lambda: ["opened"])
    keys: set[str] = field(default_factory=set)

    @property
    def over(self) -> bool:
        return self.ended is not None

    def stop(self, names: list[str], now: int) -> None:
        for name in names:
            self.stopped.setdefault(name, now)


@dataclass
class Slip:
    """A link, and what was sent for its call."""

    order: int
    person: int | None
    until: int
    phone: str = ""
    revoked: bool = False


@dataclass
class Letter:
    """A call that goes through a channel."""

    slip: int
    channel: int
    state: str = "waiting"
    due: int = 0
    holder: str = ""
    mark: str = ""
    tries: int = 0


T = TypeVar("T")


def outcome(deed: Callable[[], T]) -> tuple[T | None, str]:
    """What a deed gave, or the code by which it was refused."""
    try:
        return deed(), ""
    except Conflict as refusal:
        return None, refusal.code


class OrderDeeds(RuleBasedStateMachine):
    new_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.url = type(self).new_url()
        self.clock = ManualClock(START)
        self.store = Store.open(self.url, clock=self.clock)
        self.papers: dict[int, Paper] = {}
        self.slips: dict[int, Slip] = {}
        self.letters: dict[int, Letter] = {}
        self.arrived: dict[str, set[int]] = {}
        self.holders = 0
        self.root = {number: number for number in range(1, FIRES + 1)}
        self.audited = Counter[str]()
        # The model's three clocks, in seconds since the start.
        self.true = 0  # on the scale that must not jump
        self.wall = 0
        self.row = (0, 0)  # true and wall, as the row says that outlives a boot
        self.told_wall = 0  # what the wall would say, had it not been set since the last look
        self.shifts: list[int] = []

    @initialize()
    def set_up(self) -> None:
        for number in range(FIRES):
            self.store.alerts.open_alert(DRAFT(f"f{number}"), [])
        for person in PEOPLE[1:]:
            draft = PersonDraft(f"p{person}", "13800001234", Post.GRID, "a")
            self.store.duty.add_person(draft, author="li")
        for number in CHANNELS:
            draft_ = ChannelDraft(f"c{number}", ChannelKind.WECOM)
            self.store.channels.add(draft_, Secrets({"key": "k"}), actor="li")
        assert self.store.steady.tick_s() == START.timestamp()

    def teardown(self) -> None:
        found = Counter(one.action for one in self.store.audit.entries(9999, noun="order"))
        assert found == self.audited
        changes = Counter(
            one.subject_id
            for one in self.store.events.after(0, 9999)
            if one.kind is EventKind.ORDER_CHANGED
        )
        assert changes == {number: self.order(number).version for number in self.papers}
        assert [
            round(one.shift_s)
            for one in self.store.steady.shifts(
                START - timedelta(days=99), START + timedelta(days=99)
            )
        ] == self.shifts
        self.store.audit.verify()
        self.store.close()

    def order(self, number: int) -> Order:
        return self.store.orders.get(number)

    def picked(self, pick: int) -> int:
        return sorted(self.papers)[pick % len(self.papers)]

    # --- time

    def passes(self, seconds: int) -> None:
        self.true += seconds
        self.wall += seconds
        self.told_wall += seconds

    @rule(seconds=st.sampled_from([0, 1, 10, 59, 60, 61, 180, 400]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(float(seconds))
        self.passes(seconds)

    @rule(hours=st.sampled_from([-30, -1, 1, 7]))
    def set_the_wall(self, hours: int) -> None:
        self.clock.set_wall(timedelta(hours=hours))
        self.wall += 3600 * hours

    def looked(self) -> int:
        """What a look must find."""
        shift = self.wall - self.told_wall
        if shift:
            self.shifts.append(shift)
            self.told_wall = self.wall
            self.row = (self.true, self.wall)
        return shift

    @rule()
    def look(self) -> None:
        assert self.store.steady.look() == self.looked()

    @rule()
    def keep(self) -> None:
        self.store.steady.keep()
        self.looked()
        self.row = (self.true, self.wall)

    @rule()
    def start_again(self) -> None:
        """The process dies and comes back while the machine runs on."""
        self.store.close()
        self.store = Store.open(self.url, clock=self.clock)
        assert self.store.steady.tick_s() == START.timestamp() + self.true

    @rule(off=st.sampled_from([0, 30, 5000]), kept=st.booleans())
    def boot(self, off: int, kept: bool) -> None:  # noqa: FBT001  # of a drawn case
        """The machine goes down; how long it was, only the wall can say."""
        if kept:
            self.keep()
        self.store.close()
        self.wall += off
        self.clock = ManualClock(START + timedelta(seconds=self.wall))
        self.store = Store.open(self.url, clock=self.clock)
        true, wall = self.row
        self.true = true + max(0, self.wall - wall)
        self.row = (self.true, self.wall)
        self.told_wall = self.wall
        assert self.store.steady.tick_s() == START.timestamp() + self.true

    # --- orders

    def stands(self, fire: int) -> int:
        while self.root[fire] != fire:
            fire = self.root[fire]
        return fire

    @rule(
        fire=st.integers(1, FIRES),
        place=st.sampled_from(["a", "b"]),
        mark=st.integers(1, 4),
        by_hand=st.booleans(),
        village=st.booleans(),
    )
    def open_one(self, fire: int, place: str, mark: int, by_hand: bool, village: bool) -> None:  # noqa: FBT001
        cause = f"{'hand' if by_hand else 'entry'}:{mark}"
        closes_at = ClosesAt.VILLAGE if village else ClosesAt.DISTRICT
        asked = OrderDraft(fire, place, (), None, closes_at, cause)
        same = [
            number
            for number, paper in self.papers.items()
            if (paper.cause, paper.place) == (cause, place)
        ]
        standing = [
            number
            for number, paper in self.papers.items()
            if paper.place == place
            and not paper.over
            and self.stands(paper.fire) == self.stands(fire)
        ]
        found, code = outcome(lambda: self.store.orders.open([asked], author="li")[0])
        if same:
            assert found is not None
            assert [found.order_id] == same
        elif self.root[fire] != fire:
            assert code == "incident_merged"
        elif standing and by_hand:
            assert code == "order_there"
        elif standing:
            assert found is not None
            assert found.order_id == standing[0]
        else:
            assert found is not None
            assert found.order_id == max(self.papers, default=0) + 1
            self.papers[found.order_id] = Paper(fire, place, cause, village, self.true)
            self.audited["order.opened"] += 1

    @precondition(lambda self: self.papers)
    @rule(
        pick=PICK,
        calls=st.lists(
            st.tuples(
                st.sampled_from(PEOPLE),
                st.sampled_from([0, 0, 0, -1, 1]),
                st.none() | st.sampled_from(ClockKind),
                st.sets(st.sampled_from(CHANNELS)),
            ),
            min_size=1,
            max_size=3,
        ),
    )
    def some_call(
        self, pick: int, calls: list[tuple[int | None, int, ClockKind | None, set[int]]]
    ) -> None:
        for one in calls:
            self.call(pick, *one)

    def call(
        self,
        pick: int,
        person: int | None,
        stale: int,
        clock: ClockKind | None,
        channels: set[int],
    ) -> None:
        number = self.picked(pick)
        paper = self.papers[number]
        before = self.order(number)
        after = self.store.orders.call(
            number,
            person,
            expected_calls=len(paper.calls) + stale,
            clock=clock,
            round_=len(paper.calls) // 3,
            author="system",
            link_s=float(LINK_S),
            channels=channels,
        )
        if stale or paper.over:
            assert after == before
            return
        paper.calls.append((person, clock, len(paper.calls) // 3))
        paper.lines.append("called")
        self.audited["order.called"] += 1
        slip = len(self.slips) + 1
        self.slips[slip] = Slip(number, person, self.true + LINK_S)
        for channel in sorted(channels):
            self.letters[len(self.letters) + 1] = Letter(slip, channel, due=self.true)

    @precondition(lambda self: self.papers)
    @rule(
        pick=PICK,
        tellings=st.lists(
            st.tuples(
                st.sampled_from([0, 10, 70, 400]),
                st.sampled_from(TELLINGS),
                st.sampled_from(["", "", "x", "y"]),
                st.sampled_from(PEOPLE),
            ),
            min_size=1,
            max_size=4,
        ),
    )
    def some_tell(
        self,
        pick: int,
        tellings: list[tuple[int, tuple[OrderEntryKind, Answer | None], str, int | None]],
    ) -> None:
        for seconds, telling, key, person in tellings:
            self.wait(seconds)
            self.tell(pick, telling, key, person)

    def tell(
        self,
        pick: int,
        telling: tuple[OrderEntryKind, Answer | None],
        key: str,
        person: int | None,
    ) -> None:
        number, (kind, answer) = self.picked(pick), telling
        paper = self.papers[number]
        told = Told(kind, answer, note="n", key=key)
        before = self.order(number)
        fire = self.store.incidents.get(self.stands(paper.fire))
        after, code = outcome(
            lambda: self.store.orders.tell(number, told, author="li", person_id=person)
        )
        if key and key in paper.keys:
            assert after == before
            return
        if paper.over and kind not in {OrderEntryKind.ANSWERED, OrderEntryKind.NOTED}:
            assert code == "order_over"
            assert self.order(number) == before
            return
        assert not code
        paper.keys |= {key} - {""}
        self.audited["order.told"] += 1
        if paper.over:
            paper.lines.append("noted")
            return
        paper.lines.append(kind.value)
        if kind is OrderEntryKind.NOTED:
            return
        mine = "push" not in paper.stopped
        stops = {
            "seen": ["push"],
            "left": ["push", "leave"],
            "arrived": ["push", "leave"],
            "unsure": ["push"],
            "real": ["push", "verify"],
            "false": ["push", "verify", "leave"],
            "handled": ["push", "verify", "leave"],
        }[kind.value if answer is None else answer.value]
        paper.stop(stops, self.true)
        if STEPS.index(kind.value) > STEPS.index(paper.state):
            paper.state = kind.value
        paper.answer = answer or paper.answer
        if person is not None:
            self.give_up(number, {person})
        elif mine:
            self.give_up(number, set(PEOPLE))
        paper.burns = paper.burns or answer is Answer.REAL
        settled = answer in {Answer.FALSE, Answer.HANDLED} and fire.state not in FIRE_STATES
        if settled and paper.village and not paper.burns:
            self.ended(number, "closed")

    def give_up(self, number: int, people: set[int | None]) -> None:
        for letter in self.letters.values():
            slip = self.slips[letter.slip]
            if slip.order == number and slip.person in people and letter.state != "sent":
                letter.state = "given_up"

    def ended(self, number: int, state: str) -> None:
        paper = self.papers[number]
        paper.state, paper.ended = state, self.true
        paper.lines.append(state)
        self.audited[f"order.{state}"] += 1
        self.give_up(number, set(PEOPLE))
        for slip in self.slips.values():
            slip.revoked = slip.revoked or slip.order == number

    @precondition(lambda self: self.papers)
    @rule(pick=PICK, withdrawn=st.booleans())
    def end(self, pick: int, withdrawn: bool) -> None:  # noqa: FBT001
        number = self.picked(pick)
        deed = self.store.orders.withdraw if withdrawn else self.store.orders.close
        _, code = outcome(lambda: deed(number, author="li"))
        assert code == ("order_over" if self.papers[number].over else "")
        if not code:
            self.ended(number, "withdrawn" if withdrawn else "closed")

    @rule(fire=st.integers(1, FIRES))
    def confirm(self, fire: int) -> None:
        found = self.store.incidents.get(fire)
        if found.state is IncidentState.OPEN and self.root[fire] == fire:
            self.store.verdicts.step(
                fire, expected=found.state, to_state=IncidentState.CONFIRMED, author="li"
            )

    @rule(fire=st.integers(1, FIRES), into=st.integers(1, FIRES))
    def merge(self, fire: int, into: int) -> None:
        _, code = outcome(lambda: self.store.incident_joins.merge(fire, into, author="li"))
        if not code:
            self.root[fire] = into

    @rule(fire=st.integers(1, FIRES))
    def unmerge(self, fire: int) -> None:
        _, code = outcome(lambda: self.store.incident_joins.unmerge(fire, author="li"))
        if not code:
            self.root[fire] = fire

    # --- links and what is sent

    @precondition(lambda self: self.slips)
    @rule(pick=PICK, phone=st.sampled_from(["a" * 64, "b" * 64]))
    def use_link(self, pick: int, phone: str) -> None:
        number = sorted(self.slips)[pick % len(self.slips)]
        slip = self.slips[number]
        _, code = outcome(lambda: self.store.orders.use_link(number, phone))
        if slip.revoked:
            assert code == "link_over"
        elif slip.phone:
            assert code == ("" if slip.phone == phone else "link_used")
        elif self.true > slip.until:
            assert code == "link_expired"
        else:
            assert not code
            slip.phone = phone

    def due(self, channel: int) -> list[int]:
        return [
            number
            for number, letter in self.letters.items()
            if letter.channel == channel
            and letter.state in {"waiting", "sending"}
            and letter.due <= self.true
        ]

    @rule(
        channel=st.sampled_from(CHANNELS),
        fate=st.sampled_from(["sent", "failed", "dies before", "dies after"]),
    )
    def send(self, channel: int, fate: str) -> None:
        due = self.due(channel)
        self.holders += 1
        holder = f"h{self.holders}"
        job = self.store.orders.claim_push(channel, holder=holder, lease_s=float(LEASE_S))
        if not due:
            assert job is None
            return
        assert job is not None
        letter = self.letters[due[0]]
        assert job.push.push_id == due[0]
        assert letter.mark in {"", job.push.message_id}
        assert self.slips[letter.slip].order == job.order.order_id == job.link.order_id
        assert (None if job.person is None else job.person.person_id) == self.slips[
            letter.slip
        ].person
        letter.mark, letter.state, letter.holder = job.push.message_id, "sending", holder
        letter.due = self.true + LEASE_S
        if fate in {"sent", "dies after"}:
            self.arrived.setdefault(letter.mark, set()).add(due[0])
        if fate == "sent":
            assert self.store.orders.push_sent(due[0], "r")
            letter.state = "sent"
        if fate == "failed":
            failed = self.store.orders.push_failed(
                due[0], holder=holder, error="e", detail="", retry_in_s=90.0
            )
            assert failed
            letter.state, letter.due, letter.tries = "waiting", self.true + 90, letter.tries + 1

    @precondition(lambda self: self.letters)
    @rule(pick=PICK, sent=st.booleans())
    def come_late(self, pick: int, sent: bool) -> None:  # noqa: FBT001
        """A sender that was thought to be dead tells how it went."""
        number = sorted(self.letters)[pick % len(self.letters)]
        letter = self.letters[number]
        if not letter.mark:
            return
        if sent:
            assert self.store.orders.push_sent(number, "r") is (letter.state != "sent")
            letter.state = "sent"
        else:
            assert not self.store.orders.push_failed(
                number, holder="nobody", error="e", detail="", retry_in_s=0.0
            )

    # --- what must hold

    @invariant()
    def no_clock_ever_jumps(self) -> None:
        assert self.store.steady.tick_s() == START.timestamp() + self.true
        assert self.clock.now() == START + timedelta(seconds=self.wall)

    @invariant()
    def the_store_says_what_the_paper_says(self) -> None:
        began = START.timestamp()
        pages = self.store.orders.page(limit=999).orders
        assert [one.order_id for one in pages] == sorted(self.papers, reverse=True)
        for found in pages:
            paper = self.papers[found.order_id]
            assert [one.kind.value for one in found.entries] == paper.lines
            assert [
                (one.person_id, one.clock, one.round, one.call_number) for one in found.calls
            ] == [(*call, number) for number, call in enumerate(paper.calls, 1)]
            assert (found.state.value, found.answer) == (paper.state, paper.answer)
            assert found.draft.incident_id == self.stands(paper.fire)
            assert found.state is OrderState(paper.state)
            keys = [one.told.key for one in found.entries if one.told and one.told.key]
            assert sorted(keys) == sorted(paper.keys)
            for reading in readings(
                found.opened_tick_s, found.stops, Limits(), self.store.steady.tick_s()
            ):
                name = reading.kind.value
                end = paper.stopped.get(name, paper.ended if paper.over else self.true)
                assert end is not None
                elapsed = end - paper.began
                late = elapsed > LIMITS[name]
                if name in paper.stopped:
                    word = "missed" if late else "kept"
                elif paper.over:
                    word = "missed" if late else "void"
                else:
                    word = "overdue" if late else "running"
                assert (reading.elapsed_s, reading.state.value) == (elapsed, word)
            assert found.opened_tick_s == began + paper.began
        still = [number for number, paper in self.papers.items() if not paper.over]
        assert [one.order_id for one in self.store.orders.open_ones()] == sorted(still)

    @invariant()
    def what_is_sent_has_one_mark(self) -> None:
        for number in self.papers:
            found = {one.push_id: one for one in self.store.orders.pushes(number)}
            mine = {
                key: letter
                for key, letter in self.letters.items()
                if self.slips[letter.slip].order == number
            }
            assert found.keys() == mine.keys()
            for key, letter in mine.items():
                assert found[key].state is PushState(letter.state)
                assert found[key].attempts == letter.tries
        assert all(len(numbers) == 1 for numbers in self.arrived.values())
        due = [channel for channel in CHANNELS if self.due(channel)]
        assert self.store.orders.due_pushes() == due
        for number, slip in self.slips.items():
            link = self.store.orders.link(number)
            assert (link.device_sha256, link.revoked_at is not None) == (slip.phone, slip.revoked)


@pytest.mark.timeout(300)
def test_any_order_of_deeds_and_clocks(urls: Callable[[], str]) -> None:
    class Here(OrderDeeds):
        pass

    Here.new_url = staticmethod(urls)
    on_file = urls().startswith("sqlite")  # a server needs seconds for each new database
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12 if on_file else 3,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
