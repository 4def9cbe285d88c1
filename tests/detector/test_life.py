"""Lives of plumes from ``tests/fixtures/life``, played through the whole of a decision."""

from datetime import timedelta
from pathlib import Path

import pytest
from life_rig import Life, life

from detector.incidents import place_of
from models.alert import Finding
from models.events import EventKind
from models.fix import FixOutcome
from models.incident import DismissReason, LinkReason
from models.ledger import EntryKind, LedgerDraft, ViewPlace
from models.suppression import Holder
from models.times import Times


def nuisance(one: Life, box: list[float]) -> LedgerDraft:
    now = one.rig.clock.now()
    left, top, right, bottom = box
    place = ViewPlace("t1", 0, left / 640, top / 360, right / 640, bottom / 360)
    return LedgerDraft(
        EntryKind.NUISANCE, place, now, now + timedelta(days=1), Times(),
        DismissReason.CHIMNEY, "", "",
    )  # fmt: skip


def test_two_on_one_mast_are_one_fire_that_has_a_direction_only(tmp_path: Path) -> None:
    with life("two_on_one_mast", tmp_path) as one:
        one.play()
        (fire,) = one.rig.fires
        assert sorted(alert.draft.camera_id for alert in fire.alerts) == ["t1", "t1-thermal"]
        assert {alert.draft.fix.outcome for alert in fire.alerts} == {FixOutcome.DIRECTION_ONLY}
        assert [entry.link for entry in fire.entries] == [LinkReason.FIRST, LinkReason.SAME_MAST]
        place = place_of(fire, one.rig.book)
        assert place.direction_only
        assert place.places == ()
        kinds = [event.kind for event in one.rig.store.events.after(0)]
        assert kinds.count(EventKind.INCIDENT_OPENED) == 1  # nobody is called twice


def test_azimuth_zero_is_a_bearing_and_wraps(tmp_path: Path) -> None:
    with life("azimuth_zero", tmp_path) as one:
        one.play()
        fixes = [alert.draft.fix for alert in one.rig.working]
        bearings = sorted(fix.bearing_deg for fix in fixes if fix.bearing_deg is not None)
        assert bearings == [pytest.approx(24.97, abs=0.05), pytest.approx(335.03, abs=0.05)]


def test_a_clock_that_jumps_back_costs_no_alert_and_no_frame(tmp_path: Path) -> None:
    with life("clock_jump", tmp_path) as one:
        one.play(last=5)
        assert len(one.rig.working) == 1
        one.play(first=5)
        (alert,) = one.rig.working
        assert len(one.rig.fires) == 1
        assert one.pipeline.counts.frames_scored == 35
        assert one.pipeline.counts.frames_failed == 0
        assert alert.last_seen_at == one.began_at + timedelta(seconds=60.0 * 34)
        assert len(alert.evidence) >= 12


def test_a_clock_that_is_hours_behind_is_told_as_late(tmp_path: Path) -> None:
    with life("clock_jump", tmp_path) as one:
        one.play(first=0, last=0)
        one.play(first=5, last=25)
        (alert,) = one.rig.working
        assert Finding.LATE in alert.draft.decision.findings


def test_the_cool_down_begins_with_what_was_sent(tmp_path: Path) -> None:
    """What the ledger held was never sent: the real plume beside it is, at once."""
    with life("cooldown_unsent", tmp_path) as one:
        one.rig.store.ledger.add(nuisance(one, one.told["held"]), author="zhang")
        one.play(last=4)
        assert one.rig.working == []
        one.play(first=4)
        (alert,) = one.rig.working
        assert alert.draft.decision.scores[0].box is not None
        assert alert.draft.decision.scores[0].box.x_min == 430.0
        left = [kept.draft.held.by for kept in one.rig.candidates if kept.alert_id is None]
        assert left == [Holder.NUISANCE]


def test_a_box_of_no_width_takes_nothing_with_it(tmp_path: Path) -> None:
    with life("zero_width_box", tmp_path) as one:
        one.play()
        (alert,) = one.rig.working
        assert one.pipeline.counts.frames_failed == 0
        assert sum(score.box is not None for score in alert.draft.decision.scores) >= 10
        assert len(one.rig.fires) == 1
