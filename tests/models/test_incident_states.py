"""The life of a fire: no step that is not drawn, no dismissal without a reason."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.errors import Conflict, InputRefused
from models.incident import (
    FIRE_STATES,
    OPEN_STATES,
    RETIRED_REASONS,
    DismissReason,
    IncidentState,
    check_step,
    merged_state,
)

DRAWN = {
    ("open", "acknowledged"),
    ("acknowledged", "confirmed"),
    ("acknowledged", "dismissed"),
    ("confirmed", "dispatched"),
    ("confirmed", "arrived"),
    ("confirmed", "controlled"),
    ("confirmed", "closed"),
    ("confirmed", "dismissed"),
    ("dispatched", "arrived"),
    ("dispatched", "controlled"),
    ("dispatched", "closed"),
    ("dispatched", "dismissed"),
    ("arrived", "controlled"),
    ("arrived", "closed"),
    ("arrived", "dismissed"),
    ("controlled", "closed"),
}
"""The picture in the module's docstring, written down a second time."""


@pytest.mark.parametrize(
    ("current", "wanted"), list(itertools.product(IncidentState, IncidentState)), ids=str
)
def test_only_the_drawn_steps_exist(current: IncidentState, wanted: IncidentState) -> None:
    reason = DismissReason.FOG if wanted is IncidentState.DISMISSED else None
    if (current.value, wanted.value) in DRAWN:
        check_step(current, wanted, reason, "")
    else:
        with pytest.raises(Conflict) as conflict:
            check_step(current, wanted, reason, "")
        assert conflict.value.code == "incident_step"
        assert conflict.value.remedy


@settings(deadline=None)
@given(st.sampled_from(sorted(set(DismissReason) - RETIRED_REASONS)), st.text(max_size=20))
def test_a_dismissal_has_a_reason_and_other_a_note(reason: DismissReason, note: str) -> None:
    needs_note = reason is DismissReason.OTHER and not note.strip()
    if needs_note:
        with pytest.raises(InputRefused) as refused:
            check_step(IncidentState.ACKNOWLEDGED, IncidentState.DISMISSED, reason, note)
        assert refused.value.code == "note_missing"
    else:
        check_step(IncidentState.ACKNOWLEDGED, IncidentState.DISMISSED, reason, note)
    with pytest.raises(InputRefused) as refused:
        check_step(IncidentState.ACKNOWLEDGED, IncidentState.DISMISSED, None, note)
    assert refused.value.code == "reason_missing"
    with pytest.raises(InputRefused) as refused:
        check_step(IncidentState.ACKNOWLEDGED, IncidentState.CONFIRMED, reason, note)
    assert refused.value.code == "reason_unexpected"


@pytest.mark.parametrize("reason", sorted(RETIRED_REASONS))
def test_a_retired_reason_is_read_and_never_given_again(reason: DismissReason) -> None:
    with pytest.raises(InputRefused) as refused:
        check_step(IncidentState.ACKNOWLEDGED, IncidentState.DISMISSED, reason, "")
    assert refused.value.code == "reason_retired"


@given(st.sampled_from(IncidentState), st.sampled_from(IncidentState))
def test_two_fires_that_are_one_need_people_if_either_did(
    first: IncidentState, second: IncidentState
) -> None:
    one = merged_state(first, second)
    assert one in {first, second}
    assert one is merged_state(second, first)
    assert (one in OPEN_STATES) == bool({first, second} & OPEN_STATES)
    if {first, second} & FIRE_STATES:
        assert one in FIRE_STATES


class LifeOfAFire(RuleBasedStateMachine):
    """Steps tried in any order, with anything."""

    def __init__(self) -> None:
        super().__init__()
        self.state = IncidentState.OPEN
        self.past = [IncidentState.OPEN]
        self.reason: DismissReason | None = None

    @rule(
        wanted=st.sampled_from(IncidentState),
        reason=st.none() | st.sampled_from(DismissReason),
        note=st.sampled_from(["", " ", "炊烟"]),
    )
    def try_a_step(self, wanted: IncidentState, reason: DismissReason | None, note: str) -> None:
        try:
            check_step(self.state, wanted, reason, note)
        except (Conflict, InputRefused):
            return
        self.state = wanted
        self.past.append(wanted)
        self.reason = reason if wanted is IncidentState.DISMISSED else self.reason

    @precondition(lambda self: self.state in OPEN_STATES)
    @rule()
    def there_is_always_a_way_on(self) -> None:
        """No fire is stuck before it is settled."""
        steps = [wanted for wanted in IncidentState if (self.state.value, wanted.value) in DRAWN]
        assert steps
        for wanted in steps:
            reason = DismissReason.RAIN if wanted is IncidentState.DISMISSED else None
            check_step(self.state, wanted, reason, "")

    @invariant()
    def nobody_decides_without_acknowledging(self) -> None:
        decided = {IncidentState.CONFIRMED, IncidentState.DISMISSED}
        if decided & set(self.past):
            assert self.past[:2] == [IncidentState.OPEN, IncidentState.ACKNOWLEDGED]

    @invariant()
    def a_dismissed_fire_has_its_reason(self) -> None:
        assert (IncidentState.DISMISSED in self.past) == (self.reason is not None)

    @invariant()
    def no_state_comes_twice_and_a_settled_one_is_the_end(self) -> None:
        assert len(set(self.past)) == len(self.past)
        assert not set(self.past[:-1]) - OPEN_STATES

    @invariant()
    def it_is_listed_until_a_person_dismissed_or_closed_it(self) -> None:
        finished = {IncidentState.DISMISSED, IncidentState.CLOSED}
        assert (self.state in OPEN_STATES) == (self.state not in finished)


TestLifeOfAFire = LifeOfAFire.TestCase
TestLifeOfAFire.settings = settings(deadline=None)
