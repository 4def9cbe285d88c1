"""Whatever dies whenever: what a channel wants arrives, and what arrives twice has one mark."""

import importlib.util
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from models.alert import AlertDraft
from models.clock import ManualClock
from models.incident import DismissReason, IncidentState, Level, Urgency
from models.notice import (
    Batch,
    ChannelDraft,
    ChannelKind,
    Failure,
    Occasion,
    Rules,
    Secrets,
    occasion_of,
)
from models.store import Store

ZONE = ZoneInfo("Asia/Shanghai")
LEASE_S = 60.0
START = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
NEXT = {
    IncidentState.OPEN: IncidentState.CONFIRMED,
    IncidentState.CONFIRMED: IncidentState.DISPATCHED,
    IncidentState.DISPATCHED: IncidentState.CLOSED,
}


def make_draft() -> Callable[..., AlertDraft]:
    spec = importlib.util.spec_from_file_location(
        "helpers", Path(__file__).with_name("conftest.py")
    )
    assert spec is not None
    assert spec.loader is not None
    helpers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(helpers)
    return helpers._draft  # type: ignore[no-any-return]


def empty_store() -> bytes:
    """A store of which the tables are made once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        Store.open(f"sqlite:///{path}", clock=ManualClock(START)).close()
        return path.read_bytes()


DRAFT = make_draft()
EMPTY = empty_store()


class Outbox(RuleBasedStateMachine):
    """Two senders on one outbox; each may die before or after the message has left the house.

    The plain model: a receiver that notes the mark under which each entry of a history arrived.
    """

    in_hand = Bundle("in_hand")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock(START)
        path = Path(self.folder.name) / "firewatch.db"
        path.write_bytes(EMPTY)
        self.url = f"sqlite:///{path}"
        self.stores = [Store.open(self.url, clock=self.clock) for _ in range(2)]
        self.arrived: dict[int, set[str]] = {}
        self.under: dict[str, frozenset[int]] = {}
        self.fires = 0

    @property
    def store(self) -> Store:
        return self.stores[0]

    @initialize(rules=st.sampled_from([Rules(), Rules(cool_down_s=0.0), Rules(least_points=40.0)]))
    def set_up(self, rules: Rules) -> None:
        draft = ChannelDraft("c", ChannelKind.WECOM, rules=rules)
        self.store.channels.add(draft, Secrets({"key": "k"}), actor="a")
        self.light(70.0)

    @rule(points=st.sampled_from([0.0, 39.0, 70.0, None]))
    def light(self, points: float | None) -> None:
        self.fires += 1
        draft = replace(DRAFT(f"f{self.fires}"))
        self.store.alerts.open_alert(draft, [])
        if points is not None:
            urgency = Urgency(points, Level.SINGLE, (), START)
            self.store.incidents.rank(self.fires, urgency)

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        if not self.fires:
            return
        number = data.draw(st.integers(1, self.fires))
        state = self.store.incidents.get(number).state
        if state in NEXT:
            self.store.verdicts.step(number, expected=state, to_state=NEXT[state], author="li")
        elif state is IncidentState.CLOSED:
            self.store.verdicts.reopen(number, author="li", note="it smokes again")

    @rule(data=st.data())
    def dismiss(self, data: st.DataObject) -> None:
        if not self.fires:
            return
        number = data.draw(st.integers(1, self.fires))
        if self.store.incidents.get(number).state is IncidentState.OPEN:
            self.store.verdicts.step(
                number,
                expected=IncidentState.OPEN,
                to_state=IncidentState.DISMISSED,
                reason=DismissReason.FOG,
                author="li",
            )

    @rule(seconds=st.sampled_from([0.5, 3.0, 10.0, 61.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(target=in_hand, who=st.integers(0, 1), most=st.integers(1, 4))
    def claim(self, who: int, most: int) -> object:
        batch = self.stores[who].deliveries.claim(
            1, holder=str(who), lease_s=LEASE_S, zone=ZONE, most=most
        )
        if batch is None:
            return multiple()
        told = frozenset(one.entry.entry_id for one in batch.waiting)
        known = self.under.setdefault(batch.message_id, told)
        assert told <= known, "nothing new slips under a mark that is out"
        return who, batch

    @rule(hand=consumes(in_hand))
    def sent(self, hand: tuple[int, Batch]) -> None:
        self.receive(hand[1])
        self.stores[hand[0]].deliveries.sent(hand[1].message_id, "ok")

    @rule(hand=consumes(in_hand))
    def killed_after_it_left(self, hand: tuple[int, Batch]) -> None:
        self.receive(hand[1])

    @rule(hand=consumes(in_hand))
    def killed_before_it_left(self, hand: tuple[int, Batch]) -> None:
        del hand

    @rule(hand=consumes(in_hand), arrives=st.booleans(), alone=st.booleans())
    def failed(self, hand: tuple[int, Batch], *, arrives: bool, alone: bool) -> None:
        if arrives:
            self.receive(hand[1])
        failure = Failure("notice_timeout", "", 5.0, maybe_sent=arrives, alone=alone)
        self.stores[hand[0]].deliveries.failed(hand[1].message_id, str(hand[0]), failure)

    def receive(self, batch: Batch) -> None:
        for one in batch.waiting:
            self.arrived.setdefault(one.entry.entry_id, set()).add(batch.message_id)

    @invariant()
    def what_arrives_twice_has_one_mark(self) -> None:
        assert all(len(marks) == 1 for marks in self.arrived.values())

    def teardown(self) -> None:
        """Nobody dies any more: everything that was wanted arrives."""
        try:
            for _round in range(12):
                self.clock.advance(600.0)
                while (batch := self.claim_quietly()) is not None:
                    self.receive(batch)
                    self.store.deliveries.sent(batch.message_id, "ok")
            self.what_arrives_twice_has_one_mark()
            self.everything_wanted_has_arrived()
        finally:
            for store in self.stores:
                store.close()
            self.folder.cleanup()

    def claim_quietly(self) -> Batch | None:
        return self.store.deliveries.claim(1, holder="end", lease_s=LEASE_S, zone=ZONE, most=5)

    def everything_wanted_has_arrived(self) -> None:
        channels = self.store.channels.all()
        if not channels:
            return
        rules = channels[0].draft.rules
        for number in range(1, self.fires + 1):
            fire = self.store.incidents.get(number)
            wanted = {
                one.entry_id
                for one in fire.entries
                if (occasion := occasion_of(one)) is not None and occasion in rules.occasions
            }
            arrived = wanted & set(self.arrived)
            if arrived == wanted:
                continue
            # Only a fire that stayed below what the channel wants, and that nobody confirmed.
            assert not arrived
            assert fire.urgency is not None
            assert fire.urgency.points < rules.least_points
            assert Occasion.CONFIRMED not in {occasion_of(one) for one in fire.entries}


Outbox.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestOutbox = Outbox.TestCase
