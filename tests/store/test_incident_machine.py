"""Any order of deeds on fires against a plain model: nothing is lost, and history only grows."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.alert import AlertDraft
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, WatchError
from models.frame import Provenance
from models.incident import (
    DismissReason,
    EntryKind,
    Incident,
    IncidentState,
    Link,
    LinkReason,
    Subject,
    SubjectKind,
)
from models.store import Store

S = IncidentState
ORDER = (S.CONFIRMED, S.DISPATCHED, S.ARRIVED, S.CONTROLLED, S.CLOSED)
SETTLED = {S.CLOSED, S.DISMISSED}
RANK = (S.DISMISSED, S.CLOSED, S.OPEN, S.ACKNOWLEDGED, *ORDER[:-1])


def may(before: S, after: S) -> bool:
    """The steps that people may take, told once more in other words."""
    if after is S.DISMISSED:
        return before in {S.OPEN, S.ACKNOWLEDGED, S.CONFIRMED, S.DISPATCHED, S.ARRIVED}
    if after is S.ACKNOWLEDGED:
        return before is S.OPEN
    if after is S.CONFIRMED:
        return before in {S.OPEN, S.ACKNOWLEDGED}
    return after in ORDER and before in ORDER and ORDER.index(before) < ORDER.index(after)


class Fire:
    """What the plain model knows of one."""

    def __init__(self, *, drill: bool) -> None:
        self.drill = drill
        self.state = S.OPEN
        self.merged_into: int | None = None
        self.alerts: set[int] = set()
        self.gone: set[int] = set()
        self.entries: tuple[int, ...] = ()
        self.version = 0


class Fires(RuleBasedStateMachine):
    """One store and one model of it."""

    make_draft: Callable[..., AlertDraft]
    new_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        clock = ManualClock(datetime(2026, 11, 25, 3, tzinfo=UTC))
        self.store = Store.open(type(self).new_url(), clock=clock)
        self.fires: dict[int, Fire] = {}
        self.taken = 0

    def teardown(self) -> None:
        with closing(self.store):
            self.store.audit.verify()

    def some(self, pick: int) -> int:
        return sorted(self.fires)[pick % len(self.fires)]

    def standing_for(self, number: int) -> int:
        while (into := self.fires[number].merged_into) is not None:
            number = into
        return number

    @rule(pick=st.integers(0, 99), linked=st.booleans(), reopens=st.booleans(), drill=st.booleans())
    def an_alert_comes(self, *, pick: int, linked: bool, reopens: bool, drill: bool) -> None:
        link = None
        if linked and self.fires:
            link = Link(self.some(pick), LinkReason.NEAR, reopens=reopens)
        self.taken += 1
        kind = Provenance.DRILL if drill else Provenance.LIVE
        draft = type(self).make_draft(f"k{self.taken}", provenance=kind)
        alert, is_new = self.store.alerts.open_alert(draft, [], link)
        assert is_new
        wanted = None if link is None else self.standing_for(link.incident_id)
        fits = wanted is not None and self.fires[wanted].drill is drill
        if wanted is not None and fits and self.fires[wanted].state in SETTLED:
            fits = reopens
            self.fires[wanted].state = S.OPEN if reopens else self.fires[wanted].state
        if wanted is None or not fits:
            assert alert.incident_id not in self.fires
            self.fires[alert.incident_id] = Fire(drill=drill)
        else:
            assert alert.incident_id == wanted
        self.fires[alert.incident_id].alerts.add(alert.alert_id)

    @precondition(lambda self: self.fires)
    @rule(pick=st.integers(0, 99), to_state=st.sampled_from(S))
    def somebody_judges(self, pick: int, to_state: S) -> None:
        number = self.some(pick)
        fire = self.fires[number]
        reason = DismissReason.FOG if to_state is S.DISMISSED else None

        def step() -> Incident:
            return self.store.verdicts.step(
                number, expected=fire.state, to_state=to_state, author="li", reason=reason
            )

        if fire.merged_into is None and may(fire.state, to_state):
            step()
            fire.state = to_state
            return
        with pytest.raises(Conflict):
            step()

    @precondition(lambda self: self.fires)
    @rule(pick=st.integers(0, 99))
    def a_verdict_is_given_and_taken_back(self, pick: int) -> None:
        number = self.some(pick)
        fire = self.fires[number]
        if fire.merged_into is not None or not may(fire.state, S.DISMISSED):
            return
        given = self.store.verdicts.step(
            number,
            expected=fire.state,
            to_state=S.DISMISSED,
            author="li",
            reason=DismissReason.FOG,
        )
        back = self.store.verdicts.undo(number, entry_id=given.entries[-1].entry_id, author="li")
        fire.state = S.ACKNOWLEDGED if fire.state is S.OPEN else fire.state
        assert back.state is fire.state

    @precondition(lambda self: self.fires)
    @rule(pick=st.integers(0, 99))
    def somebody_reopens(self, pick: int) -> None:
        number = self.some(pick)
        fire = self.fires[number]
        if fire.merged_into is None and fire.state in {*SETTLED, S.CONTROLLED}:
            self.store.verdicts.reopen(number, author="li", note="烟")
            fire.state = S.OPEN
            return
        with pytest.raises(Conflict):
            self.store.verdicts.reopen(number, author="li", note="烟")

    @precondition(lambda self: len(self.fires) > 1)
    @rule(pick=st.integers(0, 99), other=st.integers(0, 99))
    def two_are_one(self, pick: int, other: int) -> None:
        gone, stays = self.some(pick), self.some(other)
        first, second = self.fires[gone], self.fires[stays]
        fits = gone != stays and first.drill is second.drill
        if not fits or first.merged_into is not None or second.merged_into is not None:
            with pytest.raises(Conflict):
                self.store.incident_joins.merge(gone, stays, author="li")
            return
        self.store.incident_joins.merge(gone, stays, author="li")
        second.state = max(first.state, second.state, key=RANK.index)
        second.alerts |= first.alerts
        first.gone |= first.alerts
        first.alerts, first.merged_into = set(), stays

    @precondition(lambda self: self.fires)
    @rule(pick=st.integers(0, 99))
    def one_is_two_again(self, pick: int) -> None:
        number = self.some(pick)
        fire = self.fires[number]
        holder = None if fire.merged_into is None else self.fires[fire.merged_into]
        back = set() if holder is None else holder.alerts & fire.gone
        if holder is None or not back or back == holder.alerts:
            with pytest.raises(Conflict):
                self.store.incident_joins.unmerge(number, author="li")
            return
        self.store.incident_joins.unmerge(number, author="li")
        holder.alerts -= back
        holder.gone |= back
        fire.alerts, fire.merged_into = back, None

    @precondition(lambda self: self.fires)
    @rule(pick=st.integers(0, 99), share=st.integers(0, 3))
    def a_part_goes(self, pick: int, share: int) -> None:
        number = self.some(pick)
        fire = self.fires[number]
        part = set(sorted(fire.alerts)[:share])
        chosen = [Subject(SubjectKind.ALERT, alert) for alert in sorted(part)]
        if fire.merged_into is not None or not part or part == fire.alerts:
            with pytest.raises((Conflict, InputRefused)):
                self.store.incident_joins.split(number, chosen, author="li")
            return
        new = self.store.incident_joins.split(number, chosen, author="li")
        assert new.incident_id not in self.fires
        self.fires[new.incident_id] = Fire(drill=fire.drill)
        self.fires[new.incident_id].alerts = part
        fire.alerts -= part
        fire.gone |= part

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        held: list[int] = []
        for number, fire in self.fires.items():
            found = self.store.incidents.get(number)
            assert (found.state, found.merged_into) == (fire.state, fire.merged_into)
            assert found.is_drill is fire.drill
            assert {alert.alert_id for alert in found.alerts} == fire.alerts
            assert all((a.draft.provenance is Provenance.DRILL) is fire.drill for a in found.alerts)
            entries = tuple(entry.entry_id for entry in found.entries)
            assert entries[: len(fire.entries)] == fire.entries
            assert found.version > fire.version or entries == fire.entries
            assert found.version >= fire.version
            assert found.entries[0].kind in {EntryKind.OPENED, EntryKind.SPLIT_OFF}
            assert fire.alerts or fire.merged_into is not None
            fire.entries, fire.version = entries, found.version
            held += [alert.alert_id for alert in found.alerts]
        assert sorted(held) == list(range(1, self.taken + 1))
        working = {one.incident_id for one in self.store.incidents.working()}
        assert working == {
            number
            for number, fire in self.fires.items()
            if fire.merged_into is None and fire.state not in SETTLED
        }


def test_any_order_of_deeds(urls: Callable[[], str], make_draft: Callable[..., AlertDraft]) -> None:
    class Here(Fires):
        pass

    Here.new_url = staticmethod(urls)
    Here.make_draft = staticmethod(make_draft)
    on_file = urls().startswith("sqlite")  # a server needs seconds for each new database
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12 if on_file else 3,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_model_can_disagree() -> None:
    assert issubclass(Conflict, WatchError)
    assert not may(S.CONTROLLED, S.DISMISSED)
    assert not may(S.OPEN, S.CLOSED)
