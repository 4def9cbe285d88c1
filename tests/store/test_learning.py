"""What stands of people's verdicts, read from histories as the store writes them."""

from collections.abc import Callable
from datetime import timedelta

from models.alert import Alert, AlertDraft
from models.clock import ManualClock
from models.frame import Provenance
from models.incident import DismissReason, IncidentState, Link, LinkReason
from models.judgement import Judgement, judgement_of
from models.store import Store

Drafts = Callable[..., AlertDraft]

OPEN, LOOKED = IncidentState.OPEN, IncidentState.ACKNOWLEDGED
CONFIRMED, DISMISSED = IncidentState.CONFIRMED, IncidentState.DISMISSED
FOG = DismissReason.FOG


def raised(store: Store, make_draft: Drafts, key: str = "a", **changes: object) -> Alert:
    return store.alerts.open_alert(make_draft(key, **changes), [])[0]


def judged(store: Store, number: int) -> Judgement | None:
    return judgement_of(store.incidents.get(number))


def test_nobody_has_said_anything_of_a_new_fire(store: Store, make_draft: Drafts) -> None:
    fire = raised(store, make_draft).incident_id
    assert judged(store, fire) is None
    store.verdicts.step(fire, expected=OPEN, to_state=LOOKED, author="zhang")
    assert judged(store, fire) is None


def test_a_fire_stays_the_word_of_who_confirmed_it(
    store: Store, clock: ManualClock, make_draft: Drafts
) -> None:
    fire = raised(store, make_draft).incident_id
    store.verdicts.step(fire, expected=OPEN, to_state=CONFIRMED, author="zhang", note="烟")
    said = Judgement(is_fire=True, reason=None, note="烟", author="zhang", at=clock.now())
    assert judged(store, fire) == said
    clock.advance(60.0)
    store.verdicts.step(fire, expected=CONFIRMED, to_state=IncidentState.CLOSED, author="li")
    assert judged(store, fire) == said


def test_a_dismissal_has_its_reason_and_a_verdict_taken_back_is_none(
    store: Store, clock: ManualClock, make_draft: Drafts
) -> None:
    fire = raised(store, make_draft).incident_id
    store.verdicts.step(fire, expected=OPEN, to_state=DISMISSED, author="zhang", reason=FOG)
    assert judged(store, fire) == Judgement(
        is_fire=False, reason=FOG, note="", author="zhang", at=clock.now()
    )
    last = store.incidents.get(fire).entries[-1].entry_id
    store.verdicts.undo(fire, entry_id=last, author="zhang")
    assert judged(store, fire) is None
    store.verdicts.step(fire, expected=LOOKED, to_state=DISMISSED, author="zhang", reason=FOG)
    store.verdicts.reopen(fire, author="li", note="又冒烟")
    assert judged(store, fire) is None


def test_who_goes_there_may_find_that_it_is_none(store: Store, make_draft: Drafts) -> None:
    fire = raised(store, make_draft).incident_id
    store.verdicts.step(fire, expected=OPEN, to_state=CONFIRMED, author="zhang")
    store.verdicts.step(fire, expected=CONFIRMED, to_state=DISMISSED, author="li", reason=FOG)
    found = judged(store, fire)
    assert found is not None
    assert (found.is_fire, found.author) == (False, "li")


def test_a_second_person_is_told_and_a_verdict_that_waits_is_none(
    store: Store, make_draft: Drafts
) -> None:
    fire = raised(store, make_draft).incident_id

    def propose() -> int:
        store.verdicts.step(
            fire,
            expected=store.incidents.get(fire).state,
            to_state=DISMISSED,
            author="zhang",
            reason=FOG,
            checked={DISMISSED},
        )
        return store.incidents.get(fire).entries[-1].entry_id

    entry_id = propose()
    assert judged(store, fire) is None
    store.verdicts.decline(fire, entry_id=entry_id, author="li")
    assert judged(store, fire) is None
    store.verdicts.agree(fire, entry_id=propose(), author="wang")
    found = judged(store, fire)
    assert found is not None
    assert (found.is_fire, found.author, found.second) == (False, "zhang", "wang")


def test_one_verdict_takes_the_place_of_another_that_waits(
    store: Store, make_draft: Drafts
) -> None:
    fire = raised(store, make_draft).incident_id
    store.verdicts.step(
        fire, expected=OPEN, to_state=DISMISSED, author="zhang", reason=FOG, checked={DISMISSED}
    )
    store.verdicts.step(fire, expected=LOOKED, to_state=CONFIRMED, author="li")
    found = judged(store, fire)
    assert found is not None
    assert (found.is_fire, found.author, found.second) == (True, "li", "")


def test_what_was_merged_is_judged_where_its_alerts_are(store: Store, make_draft: Drafts) -> None:
    first = raised(store, make_draft).incident_id
    second = raised(store, make_draft, "b").incident_id
    store.verdicts.step(first, expected=OPEN, to_state=CONFIRMED, author="zhang")
    store.incident_joins.merge(first, second, author="li")
    assert judged(store, first) is None
    found = judged(store, second)
    assert found is not None
    assert (found.is_fire, found.author) == (True, "li")


def test_fires_of_a_span_come_in_pages_without_drills(
    store: Store, clock: ManualClock, make_draft: Drafts
) -> None:
    begins = clock.now()
    first = raised(store, make_draft, "a")
    raised(store, make_draft, "drill", provenance=Provenance.DRILL)
    clock.advance(3600.0)
    middle = clock.now()
    second = raised(store, make_draft, "b")
    again = store.alerts.open_alert(
        make_draft("c"), [], Link(first.incident_id, LinkReason.BY_HAND)
    )[0]
    clock.advance(1.0)
    ends = clock.now()

    def numbers(*span: object, **more: object) -> list[int]:
        found = store.learning.fires(*span, **more)  # type: ignore[arg-type]
        return [one.incident_id for one in found]

    assert again.incident_id == first.incident_id
    assert numbers(begins, ends) == [second.incident_id, first.incident_id]
    assert numbers(begins, middle) == [first.incident_id]
    assert numbers(middle, ends) == [second.incident_id, first.incident_id], "its second alert"
    assert numbers(ends, ends + timedelta(days=1)) == []
    assert numbers(begins, ends, limit=1) == [second.incident_id]
    assert numbers(begins, ends, before=second.incident_id) == [first.incident_id]


def test_what_nobody_dismissed_may_burn(
    store: Store, clock: ManualClock, make_draft: Drafts
) -> None:
    burning = raised(store, make_draft, "a")
    false = raised(store, make_draft, "b")
    raised(store, make_draft, "c", camera_id="cam-2")
    raised(store, make_draft, "drill", provenance=Provenance.DRILL)
    store.verdicts.step(
        false.incident_id, expected=OPEN, to_state=DISMISSED, author="zhang", reason=FOG
    )

    def numbers(cameras: set[str], **span: object) -> list[int]:
        found = store.learning.not_dismissed(cameras, **span)  # type: ignore[arg-type]
        return [one.alert_id for one in found]

    assert numbers({"cam-1"}) == [burning.alert_id]
    assert numbers(set()) == []
    now, hour = clock.now(), timedelta(hours=1)
    assert numbers({"cam-1"}, from_at=now - hour, until_at=now) == [burning.alert_id]
    assert numbers({"cam-1"}, from_at=now + hour) == []
    assert numbers({"cam-1"}, until_at=now - hour) == []
