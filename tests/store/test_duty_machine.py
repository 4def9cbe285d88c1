"""Any order of edits and imports of the roster against a plain model, told in other words."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from models.clock import ManualClock
from models.duty import (
    DutyTaken,
    LeaveDraft,
    PersonDraft,
    PlannedShift,
    Post,
    ShiftDraft,
    TeamKind,
)
from models.errors import Conflict, NotFound
from models.store import Store

DAY = datetime(2026, 4, 5, 0, 0, tzinfo=UTC)
PHONES = st.sampled_from(["13800001234", "13900001234", "023-48660000"])
PLACES = st.sampled_from([("", ""), ("a", ""), ("a", "a1"), ("b", "")])
NUMBERS = st.integers(0, 6)


def hour(number: int) -> datetime:
    return DAY + timedelta(hours=number)


@st.composite
def people(draw: st.DrawFn) -> PersonDraft:
    post = draw(st.sampled_from([Post.TEAM, Post.GRID]))
    return PersonDraft(
        draw(st.sampled_from(["甲", "乙"])),
        draw(PHONES),
        post,
        *draw(PLACES),
        team=draw(st.sampled_from([None, *TeamKind])) if post is Post.TEAM else None,
        note=draw(st.sampled_from(["", "note"])),
    )


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    start = draw(st.integers(0, 20))
    return hour(start), hour(start + draw(st.integers(1, 6)))


@dataclass
class Human:
    """What the plain model knows of somebody."""

    draft: PersonDraft
    gone: bool = False

    def stands(self) -> tuple[str, str, str]:
        return self.draft.township, self.draft.village, self.draft.post


OneShift = tuple[int, datetime, datetime, int]


class RosterDeeds(RuleBasedStateMachine):
    new_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock(DAY)
        self.store = Store.open(type(self).new_url(), clock=self.clock)
        self.humans: dict[int, Human] = {}
        self.on: dict[int, OneShift] = {}
        self.away: dict[int, tuple[int, datetime, datetime, str]] = {}

    def teardown(self) -> None:
        with closing(self.store):
            self.store.audit.verify()

    def audited(self) -> int:
        """How many entries the log has."""
        return max((one.number for one in self.store.audit.entries(limit=1)), default=0)

    def like(self, draft: PersonDraft) -> int | None:
        """The number of who would be taken for this one."""
        for number, human in self.humans.items():
            same = human.draft.name == draft.name and human.stands() == Human(draft).stands()
            if same and not human.gone:
                return number
        return None

    def tried(self, number: int, deed: Callable[[], object]) -> bool:
        """Whether a deed on somebody is done; refused it must be for what the model says."""
        refusal: NotFound | Conflict | None = None
        try:
            deed()
        except (NotFound, Conflict) as caught:
            refusal = caught
        human = self.humans.get(number)
        if isinstance(refusal, Conflict):
            assert refusal.code in {"duty_person_gone", "duty_person_known"}
            assert human is not None
            assert human.gone is (refusal.code == "duty_person_gone")
        else:
            assert (human is None) is isinstance(refusal, NotFound)
            assert human is None or not human.gone
        return refusal is None

    @rule(draft=people())
    def add_person(self, draft: PersonDraft) -> None:
        try:
            added = self.store.duty.add_person(draft, author="li")
        except Conflict:
            assert self.like(draft) is not None
            return
        assert self.like(draft) is None
        assert added.person_id not in self.humans
        self.humans[added.person_id] = Human(draft)

    @rule(number=NUMBERS, draft=people())
    def change_person(self, number: int, draft: PersonDraft) -> None:
        if self.tried(number, lambda: self.store.duty.change_person(number, draft, author="li")):
            assert self.like(draft) in {None, number}
            self.humans[number].draft = draft
        elif number in self.humans and not self.humans[number].gone:
            assert self.like(draft) not in {None, number}

    @rule(number=NUMBERS)
    def remove_person(self, number: int) -> None:
        if self.tried(number, lambda: self.store.duty.remove_person(number, author="li")):
            self.humans[number].gone = True
            now = self.clock.now()
            self.on = {key: one for key, one in self.on.items() if one[0] != number or one[1] < now}
            for key, (whose, start, end, reason) in self.away.items():
                self.away[key] = whose, start, end, "" if whose == number else reason

    @rule(number=NUMBERS, span=spans(), deputy=st.integers(0, 1))
    def add_shift(self, number: int, span: tuple[datetime, datetime], deputy: int) -> None:
        draft = ShiftDraft(number, *span, deputy)
        if self.tried(number, lambda: self.store.duty.add_shifts([draft], author="li")):
            new = {one.shift_id for one in self.store.duty.shifts(*span)} - set(self.on)
            assert len(new) == 1
            self.on[new.pop()] = (number, *span, deputy)

    @rule(number=NUMBERS, span=spans(), reason=st.sampled_from(["", "病"]))
    def add_leave(self, number: int, span: tuple[datetime, datetime], reason: str) -> None:
        draft = LeaveDraft(number, *span, reason)
        if self.tried(number, lambda: self.store.duty.add_leave(draft, author="li")):
            new = {one.leave_id for one in self.store.duty.leaves(*span)} - set(self.away)
            assert len(new) == 1
            self.away[new.pop()] = (number, *span, reason)

    @rule(data=st.data())
    def strike_out(self, data: st.DataObject) -> None:
        if self.on:
            number = data.draw(st.sampled_from(sorted(self.on)))
            self.store.duty.remove_shift(number, author="li")
            del self.on[number]
        if self.away:
            number = data.draw(st.sampled_from(sorted(self.away)))
            self.store.duty.remove_leave(number, author="li")
            del self.away[number]

    @rule(
        plan=st.lists(
            st.builds(
                lambda person, span, deputy: PlannedShift(person, *span, deputy),
                people(),
                spans(),
                st.integers(0, 1),
            ),
            min_size=1,
            max_size=5,
        )
    )
    def take(self, plan: list[PlannedShift]) -> None:
        before, audited = dict(self.on), self.audited()
        taken = self.store.duty.take(plan, author="li", origin="四月.xlsx")
        told = self.told_of_people(plan)
        wanted = {(self.like(row.person), row.from_at, row.until_at, row.deputy): 0 for row in plan}
        for stands in {Human(row.person).stands() for row in plan}:
            mine = [row for row in plan if Human(row.person).stands() == stands]
            first, last = min(row.from_at for row in mine), max(row.until_at for row in mine)
            for key, one in before.items():
                if self.humans[one[0]].stands() == stands and first <= one[1] < last:
                    del self.on[key]
                    if wanted.get(one) == 0:  # the first of several that are alike stays
                        self.on[key] = one
                        wanted[one] = key
        kept = sum(key > 0 for key in wanted.values())
        struck = len(before) - len(self.on)
        assert taken == DutyTaken(*told, len(wanted) - kept, struck, kept)
        changed = any((*told, len(wanted) - kept, struck))
        assert self.audited() == audited + changed
        found = {
            one.shift_id: (
                one.draft.person_id,
                one.draft.from_at,
                one.draft.until_at,
                one.draft.deputy,
            )
            for one in self.store.duty.shifts(hour(-9), hour(99))
        }
        new = {key: one for key, one in found.items() if key not in before}
        assert Counter(new.values()) == Counter(one for one, key in wanted.items() if key == 0)
        self.on.update(new)
        again = self.store.duty.take(plan, author="li", origin="四月.xlsx")
        assert again == DutyTaken(0, 0, 0, 0, len(wanted))
        assert self.audited() == audited + changed

    def told_of_people(self, plan: list[PlannedShift]) -> tuple[int, int]:
        """Learn what a roster says of people: how many are new, of how many something changed."""
        numbers = count(max(self.humans, default=0) + 1)
        before = {number: human.draft for number, human in self.humans.items()}
        for row in plan:
            number = self.like(row.person)
            if number is None:
                self.humans[next(numbers)] = Human(row.person)
                continue
            old, new = self.humans[number].draft, row.person
            self.humans[number].draft = PersonDraft(
                old.name,
                new.phone,
                old.post,
                old.township,
                old.village,
                new.team or old.team,
                old.note,
            )
        changed = sum(self.humans[number].draft != draft for number, draft in before.items())
        return len(self.humans) - len(before), changed

    @rule(hours=st.integers(0, 5))
    def wait(self, hours: int) -> None:
        self.clock.advance(3600.0 * hours)

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        duty = self.store.duty
        there = {number: one.draft for number, one in self.humans.items() if not one.gone}
        assert {one.person_id: one.draft for one in duty.people()} == there
        for number, human in self.humans.items():
            known = duty.person(number)
            assert (known.draft.name, known.removed_at is not None) == (
                human.draft.name,
                human.gone,
            )
            assert known.draft.phone == ("" if human.gone else human.draft.phone)
        from_at, until_at = hour(-9), hour(99)
        shifts, leaves = duty.shifts(from_at, until_at), duty.leaves(from_at, until_at)
        assert {
            one.shift_id: (
                one.draft.person_id,
                one.draft.from_at,
                one.draft.until_at,
                one.draft.deputy,
            )
            for one in shifts
        } == self.on
        assert {
            one.leave_id: (
                one.draft.person_id,
                one.draft.from_at,
                one.draft.until_at,
                one.draft.reason,
            )
            for one in leaves
        } == self.away
        for township in ("", "a", "b"):
            mine = [one.shift_id for one in duty.shifts(from_at, until_at, township)]
            assert sorted(mine) == sorted(
                key
                for key, one in self.on.items()
                if self.humans[one[0]].draft.township == township
            )
        roster = duty.roster(from_at, until_at)
        assert (list(roster.shifts), list(roster.leaves)) == (shifts, leaves)
        assert [one.person_id for one in roster.people] == sorted(there)


def test_any_order_of_edits_and_imports(urls: Callable[[], str]) -> None:
    class Here(RosterDeeds):
        pass

    Here.new_url = staticmethod(urls)
    on_file = urls().startswith("sqlite")  # a server needs seconds for each new database
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=15 if on_file else 3,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
