"""What was read of a fire holds until something of it changes, whoever changes it."""

from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.alert import AlertDraft, EvidenceFrame
from models.clock import ManualClock
from models.crossing import Report
from models.errors import NotFound, WatchError
from models.incident import (
    DismissReason,
    Incident,
    IncidentState,
    Link,
    LinkReason,
    Subject,
    SubjectKind,
)
from models.observation import ObservationDraft, ObservationSource
from models.recording import Clearing, ClearingCause, KeptKind
from models.site import HeightDatum, Position
from models.store import Store, incident_shelf
from models.store.incident_rows import load_incidents
from models.store.tables import incident

Draft = Callable[..., AlertDraft]
Frame = Callable[..., EvidenceFrame]
S = IncidentState


def as_written(store: Store) -> dict[int, Incident]:
    """Every fire, read anew from its tables."""
    with store.incidents._database.read() as connection:
        return {one.incident_id: one for one in load_incidents(connection)}


class Deeds:
    """All that may happen to a fire."""

    def __init__(self, store: Store, clock: ManualClock, draft: Draft, frame: Frame) -> None:
        self.store, self.clock, self.draft, self.frame = store, clock, draft, frame
        self.count = 0

    def opens(self, fire: Incident | None) -> None:
        self.count += 1
        link = None if fire is None else Link(fire.incident_id, LinkReason.NEAR, reopens=True)
        draft = self.draft(f"k{self.count}")
        self.store.alerts.open_alert(draft, [self.frame(self.count)], link)

    def sees(self, fire: Incident) -> None:
        one = fire.alerts[0]
        self.count += 1
        frames = [self.frame(self.count)]
        at = one.last_seen_at + timedelta(seconds=self.count)
        self.store.alerts.update(one.alert_id, one.draft, frames, at)

    def sees_late(self, fire: Incident) -> None:
        one = fire.alerts[0]
        self.count += 1
        frames = [self.frame(self.count)]
        at = one.last_seen_at - timedelta(hours=1)
        self.store.alerts.update(one.alert_id, one.draft, frames, at, lost_pictures=1)

    def keeps_a_clip(self, fire: Incident) -> None:
        self.count += 1
        self.store.alerts.set_clip(fire.alerts[-1].alert_id, f"clip-{self.count}.mp4")

    def clears_a_clip(self, fire: Incident) -> None:
        now, number = self.clock.now(), fire.alerts[-1].alert_id
        gone = Clearing(number, KeptKind.CLIP, ClearingCause.RETENTION, now, 1, 1)
        self.store.keeping.clear([gone], actor="t")

    def misses_a_clip(self, fire: Incident) -> None:
        self.store.keeping.reconcile([one.clip_key for one in fire.alerts if one.clip_key])

    def is_told_of(self, fire: Incident) -> None:
        self.count += 1
        report = Report(Position(106.6, 29.0, 0.0, HeightDatum.SEA_LEVEL), 300.0)
        draft = ObservationDraft(
            ObservationSource.CALL, report, self.clock.now(), words="烟", caller="139"
        )
        link = Link(fire.incident_id, LinkReason.NEAR)
        self.store.observations.add(draft, key=f"o{self.count}", author="li", link=link)

    def takes_words_back(self, fire: Incident) -> None:
        for one in fire.observations:
            self.store.observations.withdraw(one.observation_id, author="li")

    def forgets_callers(self, _: Incident) -> None:
        later = self.clock.now() + timedelta(days=1)
        self.store.observations.clear_callers(later, actor="t")

    def notes(self, fire: Incident) -> None:
        self.store.incidents.note(fire.incident_id, author="li", note="近看")

    def judges(self, fire: Incident) -> None:
        self.store.verdicts.step(
            fire.incident_id, expected=fire.state, to_state=S.CONFIRMED, author="li"
        )

    def dismisses(self, fire: Incident) -> None:
        self.store.verdicts.step(
            fire.incident_id,
            expected=fire.state,
            to_state=S.DISMISSED,
            author="li",
            reason=DismissReason.FOG,
        )

    def takes_a_verdict_back(self, fire: Incident) -> None:
        entry = fire.entries[-1].entry_id
        self.store.verdicts.undo(fire.incident_id, entry_id=entry, author="li")

    def joins(self, fire: Incident) -> None:
        other = self.store.incidents.working()[0].incident_id
        self.store.incident_joins.merge(fire.incident_id, other, author="li")

    def parts(self, fire: Incident) -> None:
        first = [Subject(SubjectKind.ALERT, fire.alerts[0].alert_id)]
        self.store.incident_joins.split(fire.incident_id, first, author="li")

    def parts_what_was_joined(self, fire: Incident) -> None:
        self.store.incident_joins.unmerge(fire.incident_id, author="li")

    def fails(self, fire: Incident) -> None:
        """Something is written, and the transaction does not come to its end."""
        gone = sqlalchemy.update(incident).where(incident.c.incident_id == fire.incident_id)
        with (
            suppress(ZeroDivisionError),
            self.store.incidents._database.write() as connection,
        ):
            connection.execute(gone.values(version=incident.c.version + 1, state=S.CLOSED))
            raise ZeroDivisionError


DEEDS = [name for name in vars(Deeds) if not name.startswith("_") and name != "opens"]


def test_any_order_of_deeds_leaves_no_old_fire_on_the_shelf(
    urls: Callable[[], str], make_draft: Draft, make_frame: Frame
) -> None:
    def check(deeds: list[tuple[str, int]]) -> None:
        clock = ManualClock(datetime(2026, 11, 25, 3, tzinfo=UTC))
        with closing(Store.open(urls(), clock=clock)) as store:
            does = Deeds(store, clock, make_draft, make_frame)
            does.opens(None)
            for name, pick in deeds:
                clock.advance(1.0)
                fires = sorted(as_written(store).values(), key=lambda one: one.incident_id)
                with suppress(WatchError, IndexError):  # not on this one, or not now
                    getattr(does, name)(fires[pick % len(fires)])
                written = as_written(store)
                assert {number: store.incidents.get(number) for number in written} == written
                assert {one.incident_id: one for one in store.incidents.page(500).incidents} == {
                    number: one for number, one in written.items() if one.merged_into is None
                }
                assert {one.alert_id: one for one in store.alerts.newest(500)} == {
                    one.alert_id: one for fire in written.values() for one in fire.alerts
                }

    some = st.lists(st.tuples(st.sampled_from(["opens", *DEEDS]), st.integers(0, 9)), max_size=25)
    on_file = urls().startswith("sqlite")  # a server needs seconds for each new database
    settings(
        max_examples=60 if on_file else 3, deadline=None, suppress_health_check=list(HealthCheck)
    )(given(some)(check))()


def test_every_deed_is_done_at_all(
    store: Store, clock: ManualClock, make_draft: Draft, make_frame: Frame
) -> None:
    does = Deeds(store, clock, make_draft, make_frame)
    does.opens(None)
    does.opens(None)
    order = [
        *("sees", "sees_late", "keeps_a_clip", "clears_a_clip", "keeps_a_clip", "misses_a_clip"),
        *("is_told_of", "forgets_callers", "takes_words_back", "notes", "fails"),
        *("judges", "takes_a_verdict_back", "dismisses"),
    ]
    for name in order:
        clock.advance(1.0)
        store.incidents.get(1)
        before = as_written(store)[1]
        getattr(does, name)(before)
        after = as_written(store)[1]
        assert (after != before) is (name != "fails"), name
        assert store.incidents.get(1) == after, name
    clock.advance(1.0)
    does.joins(store.incidents.get(1))
    does.parts_what_was_joined(store.incidents.get(1))
    does.opens(store.incidents.get(2))
    does.parts(store.incidents.get(2))
    assert {one.incident_id for one in store.incidents.page(9).incidents} == {1, 2, 3}
    assert {number: store.incidents.get(number) for number in (1, 2, 3)} == as_written(store)


def test_another_process_writes_and_it_is_seen(
    reopen: Callable[[], Store], make_draft: Draft
) -> None:
    here, there = reopen(), reopen()
    alert, _ = here.alerts.open_alert(make_draft("k"), [], None)
    assert here.incidents.get(1) == there.incidents.get(1)
    there.incidents.note(1, author="li", note="近看")
    assert here.incidents.get(1).entries[-1].note == "近看"
    here.alerts.set_clip(alert.alert_id, "c.mp4")
    assert there.incidents.working()[0].alerts[0].clip_key == "c.mp4"


def test_an_alert_says_whose_it_is(store: Store, make_draft: Draft) -> None:
    alert, _ = store.alerts.open_alert(make_draft("k"), [], None)
    assert store.alerts.incident_of(alert.alert_id) == alert.incident_id
    for number in (0, -1, alert.alert_id + 1, 2**70):
        with pytest.raises(NotFound):
            store.alerts.incident_of(number)
        with pytest.raises(NotFound):
            store.incidents.get(number)


def test_the_shelf_has_an_end(
    store: Store, make_draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incident_shelf, "MOST_KEPT", 3)
    for number in range(7):
        store.alerts.open_alert(make_draft(f"k{number}"), [], None)
    assert len(store.incidents.working()) == 7
    assert len(store.incidents._shelf._kept) == 3
    assert [store.incidents.get(number).incident_id for number in range(1, 8)] == [*range(1, 8)]
