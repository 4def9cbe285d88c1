"""Every fire that needs people has a rank: after what happens, and by the hour; none stops it."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import pytest
from fire_rig import alert_of, draft_of, eye, gone, looks, place_told
from urgency_rig import burn, land, village

from detector.incidents.nuisances import nuisances_at
from detector.incidents.placing import IncidentPlace, place_of
from detector.incidents.ranker import ALL_AGAIN_S, AT_ONCE, Ranker
from detector.incidents.surroundings import LandSaid
from geo.joint import JointPlace
from models.alert import Alert, EvidenceFrame
from models.clock import ManualClock
from models.errors import NotFound, StoreDamaged
from models.fix import Fix, FixCluster, FixOutcome
from models.incident import (
    DismissReason,
    Incident,
    IncidentState,
    Level,
    Link,
    LinkReason,
    Urgency,
    UrgencyReason,
)
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.observation import ObservationDraft, ObservationSource
from models.patrol import DangerClass
from models.site import Camera, HeightDatum, Position
from models.store import Store
from models.times import ALWAYS
from models.weather import DangerNow, DangerSource

ZONE = ZoneInfo("Asia/Shanghai")
DAY = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)  # noon
TOWER, OTHER = eye("t1", 106.60), eye("t2", 106.68)
FIRE = (106.64, 29.05)
R = UrgencyReason


class Rig:
    """A store, a ranker on it, and a land that says what it is told."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.store, self.clock = store, clock
        self.asked: list[Sequence[JointPlace]] = []
        self.said: LandSaid | None = land(village(800.0))
        self.danger = DangerNow(DangerSource.ENTERED, DangerClass.LOW)
        self.version = 1
        self.ranker = Ranker(
            store,
            clock,
            ZONE,
            place_of=place_of,
            land_of=self.land_of,
            land_version=lambda: self.version,
            danger=lambda: self.danger,
        )

    def land_of(self, places: Sequence[JointPlace]) -> LandSaid | None:
        self.asked.append(places)
        return self.said

    def seen(
        self,
        camera: Camera = TOWER,
        *,
        link: Link | None = None,
        fix: Fix | None = None,
        **changes: object,
    ) -> Alert:
        count = len(self.store.alerts.newest(1000))
        draft = draft_of(camera, fix or looks(camera, FIRE), at=self.clock.now(), **changes)
        draft = replace(draft, idempotency_key=f"{camera.camera_id}/{count}")
        return self.store.alerts.open_alert(draft, [], link=link)[0]

    def rank_of(self, alert: Alert) -> Urgency:
        urgency = self.store.incidents.get(alert.incident_id).urgency
        assert urgency is not None
        return urgency


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(DAY)


@pytest.fixture
def rig(tmp_path: Path, clock: ManualClock) -> Iterator[Rig]:
    store = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)
    for camera in (TOWER, OTHER):
        store.cameras.put(camera)
    yield Rig(store, clock)
    store.close()


def reasons(urgency: Urgency) -> set[UrgencyReason]:
    return {one.reason for one in urgency.factors}


def located(camera: Camera = TOWER, place: tuple[float, float] = FIRE) -> Fix:
    at = Position(*place, 400.0, HeightDatum.SEA_LEVEL)
    lon_deg, lat_deg = place
    ring = tuple(
        (lon_deg + east, lat_deg + north)
        for east, north in ((-0.001, -0.001), (0.001, -0.001), (0.001, 0.001), (-0.001, -0.001))
    )
    cluster = FixCluster(at, 1.0, 100.0, 5000.0, 4900.0, 5100.0, ring)
    return replace(
        looks(camera, place), outcome=FixOutcome.LOCATED, reason=None, clusters=(cluster,)
    )


def test_what_was_there_before_the_start_is_ranked_first(rig: Rig) -> None:
    alert = rig.seen()
    assert rig.ranker.step() == 1
    urgency = rig.rank_of(alert)
    assert R.UNLOCATED in reasons(urgency)
    assert not {R.NIGHT, R.DRILL} & reasons(urgency)
    assert rig.asked == []
    version = rig.store.incidents.get(alert.incident_id).version
    assert [rig.ranker.step() for _ in range(3)] == [0, 0, 0]
    assert rig.store.incidents.get(alert.incident_id).version == version


def test_a_new_fire_and_new_evidence_of_an_old_one_are_ranked_within_a_step(rig: Rig) -> None:
    rig.ranker.step()
    first = rig.seen()
    assert rig.ranker.step() == 1
    assert rig.rank_of(first).level is Level.SINGLE
    second = rig.seen(OTHER, link=Link(first.incident_id, LinkReason.CROSSING))
    assert second.incident_id == first.incident_id
    rig.ranker.step()
    urgency = rig.rank_of(first)
    assert urgency.level is Level.CORROBORATED
    # Two bearings cross: it has a place now, and the land was asked about it.
    assert R.UNLOCATED not in reasons(urgency)
    assert len(rig.asked) == 1


def test_a_persons_report_makes_it_due_and_so_does_taking_it_back(rig: Rig) -> None:
    rig.ranker.step()
    draft = ObservationDraft(ObservationSource.CALL, place_told(FIRE), rig.clock.now())
    told, _ = rig.store.observations.add(draft, author="wang", key="k1")
    rig.ranker.step()
    assert told.incident_id is not None
    urgency = rig.store.incidents.get(told.incident_id).urgency
    assert urgency is not None
    assert R.PERSON_SAYS in reasons(urgency)
    seen = rig.seen(link=Link(told.incident_id, LinkReason.NEAR))
    rig.ranker.step()
    assert rig.rank_of(seen).level is Level.STRONG
    rig.store.observations.withdraw(told.observation_id, author="wang")
    rig.ranker.step()
    assert R.PERSON_SAYS not in reasons(rig.rank_of(seen))


def test_wind_danger_and_land_make_all_due_at_once_and_the_clock_every_half_minute(
    rig: Rig,
) -> None:
    alert = rig.seen(fix=located())
    rig.ranker.step()
    assert len(rig.asked) == 1
    rig.store.winds.enter(0.0, 10.8, author="wang")
    assert rig.ranker.step() == 1
    assert len(rig.asked) == 2
    rig.danger = DangerNow(DangerSource.COMPUTED, DangerClass.EXTREME)
    assert rig.ranker.step() == 1
    assert len(rig.asked) == 2  # the land does not ask for the danger
    rig.version, rig.said = 2, land(village(350.0))
    assert rig.ranker.step() == 1
    assert len(rig.asked) == 3
    # The wind is told for three hours; then nobody knows it.
    rig.clock.advance(3 * 3600.0 + 1.0)
    rig.ranker.step()
    cases = {one.reason: one.words.get("case") for one in rig.rank_of(alert).factors}
    assert cases[R.WIND] == "unknown"
    # Night falls: half a minute later it is told.
    rig.clock.advance(5 * 3600.0)
    assert rig.ranker.step() == 1
    assert R.NIGHT in reasons(rig.rank_of(alert))


def test_the_land_is_asked_again_only_when_the_place_has_moved(rig: Rig) -> None:
    alert = rig.seen(fix=located())
    rig.ranker.step()
    for metres, asked in ((5.0, 1), (500.0, 2)):
        place = gone(
            replace(TOWER, position=Position(*FIRE, 0.0, HeightDatum.GROUND)), 90.0, metres
        )
        draft = replace(alert.draft, fix=located(place=place), captured_at=rig.clock.now())
        rig.store.alerts.update(alert.alert_id, draft, [], rig.clock.now())
        rig.ranker.step()
        assert len(rig.asked) == asked
    rig.said = None
    rig.version += 1
    rig.ranker.step()
    unknown = [one for one in rig.rank_of(alert).factors if one.words.get("case") == "unknown"]
    assert {one.reason for one in unknown} >= {R.FOREST, R.VILLAGE, R.BELT}


def test_a_registered_burn_lowers_the_fire_in_its_circle(rig: Rig) -> None:
    alert = rig.seen(fix=located())
    rig.store.winds.enter(0.0, 1.0, author="wang")
    rig.ranker.step()
    before = rig.rank_of(alert).points
    now = rig.clock.now()
    rig.said = land(village(800.0), burns=(burn(),))
    rig.store.ledger.add(
        LedgerDraft(
            EntryKind.BURN,
            GroundPlace(*FIRE, 200.0),
            now,
            now + timedelta(hours=3),
            ALWAYS,
            DismissReason.REGISTERED_BURN,
            "李四",
            "",
        ),
        author="wang",
    )
    assert rig.ranker.step() == 1
    assert rig.rank_of(alert).points == pytest.approx(0.6 * before, abs=0.1)


def test_one_fire_that_cannot_be_reckoned_stops_no_other(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = rig.seen(), rig.seen(OTHER)

    def place(incident: Incident, _cameras: object) -> IncidentPlace:
        if incident.incident_id == bad.incident_id:
            raise ArithmeticError("no place")
        return IncidentPlace()

    rig.ranker._place_of = place  # type: ignore[assignment]
    with caplog.at_level(logging.ERROR):
        assert rig.ranker.step() == 1
    assert f"fire {bad.incident_id} could not be ranked" in caplog.text
    assert rig.store.incidents.get(bad.incident_id).urgency is None
    assert rig.rank_of(good).points > 0.0
    rig.ranker._place_of = place_of
    rig.clock.advance(ALL_AGAIN_S)
    rig.ranker.step()
    assert rig.rank_of(bad).points > 0.0


def test_what_is_settled_or_merged_keeps_the_rank_that_it_had(rig: Rig) -> None:
    alert, other = rig.seen(), rig.seen(OTHER)
    rig.ranker.step()
    before = rig.rank_of(alert)
    rig.store.verdicts.step(
        alert.incident_id,
        expected=IncidentState.OPEN,
        to_state=IncidentState.DISMISSED,
        author="wang",
        reason=DismissReason.FOG,
    )
    rig.store.winds.enter(0.0, 30.0, author="wang")
    assert rig.ranker.step() == 1
    assert rig.rank_of(alert) == before
    assert rig.rank_of(other).points > 0.0


def test_a_crowd_of_fires_is_ranked_in_steps_of_bounded_size(rig: Rig) -> None:
    for _ in range(AT_ONCE + 5):
        rig.seen()
    assert [rig.ranker.step(), rig.ranker.step()] == [AT_ONCE, 5]
    assert all(one.urgency is not None for one in rig.store.incidents.working())


def test_small_changes_wait_for_the_half_minute(rig: Rig) -> None:
    alert = rig.seen()
    rig.ranker.step()
    version = rig.store.incidents.get(alert.incident_id).version

    def surer(log_odds: float) -> None:
        decision = replace(alert.draft.decision, log_odds=log_odds)
        draft = replace(alert.draft, decision=decision)
        rig.store.alerts.update(alert.alert_id, draft, [], rig.clock.now())

    surer(3.05)
    assert rig.ranker.step() == 0
    rig.clock.advance(ALL_AGAIN_S)
    assert rig.ranker.step() == 1
    assert rig.store.incidents.get(alert.incident_id).version > version
    surer(6.0)
    assert rig.ranker.step() == 1


def test_a_fire_that_nobody_can_place_or_see_is_taken_for_the_worse(rig: Rig) -> None:
    rig.ranker._place_of = lambda _incident, _cameras: IncidentPlace()
    draft = ObservationDraft(ObservationSource.CALL, place_told(FIRE), rig.clock.now())
    told, _ = rig.store.observations.add(draft, author="wang", key="k1")
    rig.ranker.step()
    assert told.incident_id is not None
    urgency = rig.store.incidents.get(told.incident_id).urgency
    assert urgency is not None
    assert {R.UNLOCATED, R.NIGHT} <= reasons(urgency)


def test_a_store_that_fails_is_told_once_and_asked_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls = 0
    alert = rig.seen()

    def step() -> int:
        nonlocal calls
        calls += 1
        if calls in {1, 2}:
            raise StoreDamaged("the disk is gone", remedy="Look at it.")
        if calls == 4:
            raise asyncio.CancelledError
        return Ranker.step(rig.ranker)

    monkeypatch.setattr(rig.ranker, "step", step)
    with caplog.at_level(logging.ERROR), pytest.raises(asyncio.CancelledError):
        asyncio.run(rig.ranker.run())
    assert caplog.text.count("fires cannot be ranked now") == 1
    assert rig.rank_of(alert).points > 0.0


def nuisance(place: ViewPlace | GroundPlace, note: str = "") -> LedgerDraft:
    reason = DismissReason.CHIMNEY
    return LedgerDraft(
        EntryKind.NUISANCE, place, DAY, DAY + timedelta(days=1), ALWAYS, reason, "", note
    )


def test_nuisances_are_told_by_place_and_by_view(rig: Rig) -> None:
    def found(
        place: ViewPlace | GroundPlace, *, note: str = "", evidence: bool = True
    ) -> tuple[str, ...]:
        entry = rig.store.ledger.add(nuisance(place, note), author="wang")
        alert = alert_of(1, TOWER, located(), at=DAY)
        frame = EvidenceFrame(1, DAY, DAY, "k", "0" * 64, 1920, 1080, ())
        alert = replace(alert, evidence=(frame,) if evidence else ())
        fire = replace(rig.store.incidents.get(rig.seen().incident_id), alerts=(alert,))
        where = place_of(fire, {TOWER.camera_id: TOWER})
        return nuisances_at(fire, where, [entry], DAY, ZONE)

    assert found(GroundPlace(*FIRE, 100.0), note="茶厂烟囱") == ("茶厂烟囱",)
    assert found(GroundPlace(FIRE[0] + 0.1, FIRE[1], 100.0)) == ()
    here = ViewPlace("t1", 0, 900 / 1920, 480 / 1080, 970 / 1920, 550 / 1080)
    assert found(here) == ("chimney",)
    assert found(replace(here, preset=1)) == ()
    assert found(replace(here, x_min=0.0, x_max=0.1)) == ()
    assert found(here, evidence=False) == ()
    nowhere = IncidentPlace()
    entry = rig.store.ledger.add(nuisance(GroundPlace(*FIRE, 100.0)), author="wang")
    fire = rig.store.incidents.get(rig.seen().incident_id)
    assert nuisances_at(fire, nowhere, [entry], DAY, ZONE) == ()
    assert nuisances_at(fire, nowhere, [entry], DAY + timedelta(days=2), ZONE) == ()


def test_what_is_not_there_any_more_is_passed_over(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.ranker.step()
    alert = rig.seen()
    with monkeypatch.context() as patched:
        patched.setattr(rig.store.alerts, "get", _missing)
        patched.setattr(rig.store.incidents, "get", _missing)
        assert rig.ranker.step() == 0
    assert rig.store.incidents.get(alert.incident_id).urgency is None


def _missing(number: int) -> NoReturn:
    raise NotFound(f"There is no {number}.")
