"""The life of an alert: no step that is not drawn, no dismissal without a reason."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.errors import Conflict, InputRefused
from models.incident import OPEN_STATES, DismissReason, IncidentState, check_step

DRAWN = {
    ("open", "acknowledged"),
    ("acknowledged", "confirmed"),
    ("acknowledged", "dismissed"),
    ("confirmed", "closed"),
    ("dismissed", "closed"),
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
        assert conflict.value.code == "alert_step"
        assert conflict.value.remedy


@settings(deadline=None)
@given(st.sampled_from(DismissReason), st.text(max_size=20))
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


class LifeOfAnAlert(RuleBasedStateMachine):
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

    @precondition(lambda self: self.state is not IncidentState.CLOSED)
    @rule()
    def there_is_always_a_way_on(self) -> None:
        """No alert is stuck before it is closed."""
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
            assert not decided <= set(self.past)

    @invariant()
    def a_dismissed_alert_has_its_reason(self) -> None:
        assert (IncidentState.DISMISSED in self.past) == (self.reason is not None)

    @invariant()
    def no_state_comes_twice_and_closed_is_the_end(self) -> None:
        assert len(set(self.past)) == len(self.past)
        if IncidentState.CLOSED in self.past:
            assert self.past[-1] is IncidentState.CLOSED

    @invariant()
    def it_is_listed_until_a_person_dismissed_or_closed_it(self) -> None:
        finished = {IncidentState.DISMISSED, IncidentState.CLOSED}
        assert (self.state in OPEN_STATES) == (self.state not in finished)


TestLifeOfAnAlert = LifeOfAnAlert.TestCase
TestLifeOfAnAlert.settings = settings(deadline=None)
