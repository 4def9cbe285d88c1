"""At the desk: masks, ledger, verdicts and the mast's other cameras hold alerts back, and yield."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest
from desk_rig import FAR, NORTH, SAME_MAST, DeskRig, flame, plume

from geo.crs import LocalFrame
from geo.relief import drill_relief
from models.alert import Finding
from models.condition import Condition
from models.config import Settings, SuppressionRule
from models.errors import StoreDamaged
from models.fix import FixOutcome, NoFixReason
from models.frame import FrameMode, Provenance
from models.incident import DismissReason, IncidentState, LinkReason
from models.incident import EntryKind as FireEntryKind
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.mask import MaskKind, ViewMask
from models.site import Camera, Position
from models.suppression import Holder, Release
from models.times import Times


def entry(rig: DeskRig, **changes: object) -> LedgerDraft:
    """A nuisance where :func:`plume` stands, for a week."""
    draft = LedgerDraft(
        kind=EntryKind.NUISANCE,
        place=ViewPlace("t1", 0, 300 / 640, 220 / 360, 360 / 640, 250 / 360),
        from_at=rig.clock.now(),
        until_at=rig.clock.now() + timedelta(days=7),
        times=Times(),
        reason=DismissReason.CHIMNEY,
        reported_by="",
        note="",
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def held_by(rig: DeskRig) -> list[Holder]:
    return [candidate.draft.held.by for candidate in rig.candidates if candidate.alert_id is None]


def first_words(rig: DeskRig) -> list[Finding]:
    return [alert.draft.decision.findings[0] for alert in rig.working]


def test_a_nuisance_is_held_kept_for_review_and_released_by_growth(desk_rig: DeskRig) -> None:
    known = desk_rig.store.ledger.add(entry(desk_rig), author="zhang")
    desk_rig.see_all([plume()] * 4)
    assert desk_rig.working == []
    (candidate,) = desk_rig.candidates
    held = candidate.draft.held
    assert (held.by, held.reference) == (Holder.NUISANCE, str(known.entry_id))
    assert held.until == known.draft.until_at
    assert held.grows_at_px == pytest.approx(2 * 60 * 30)
    assert candidate.draft.frames_seen == 4
    assert candidate.has_picture
    desk_rig.see_all([plume(90.0)] * 2)
    (alert,) = desk_rig.working
    assert first_words(desk_rig) == [Finding.REGREW]
    (overcome,) = alert.draft.decision.overcome
    assert (overcome.by, overcome.release) == (Holder.NUISANCE, Release.GREW)
    assert (overcome.area_px, overcome.now_px) == (pytest.approx(1800.0), pytest.approx(4050.0))
    (candidate,) = desk_rig.candidates
    assert candidate.alert_id == alert.alert_id


def test_an_alert_goes_on_telling_what_it_overcame(desk_rig: DeskRig) -> None:
    desk_rig.store.ledger.add(entry(desk_rig), author="zhang")
    desk_rig.see_all([plume(), *[plume(90.0)] * 5])
    (alert,) = desk_rig.working
    assert alert.draft.decision.findings == (Finding.REGREW, Finding.PERSISTED)
    assert alert.draft.decision.overcome[0].release is Release.GREW
    assert len(alert.draft.decision.scores) == 6


@pytest.mark.parametrize(
    ("changes", "is_held"),
    [
        ({}, True),
        ({"times": Times(10 * 60, 12 * 60)}, True),  # it is eleven o'clock in Shanghai
        ({"times": Times(12 * 60, 10 * 60)}, False),
        ({"times": Times(weekdays=(7,))}, True),  # a Sunday
        ({"times": Times(weekdays=(1, 2))}, False),
        ({"place": ViewPlace("t1", 1, 0.4, 0.5, 0.6, 0.7)}, False),
        ({"place": ViewPlace("t2", 0, 0.4, 0.5, 0.6, 0.7)}, False),
        ({"place": ViewPlace("t1", 0, 0.0, 0.0, 0.1, 0.1)}, False),
        ({"from_at": "later"}, False),
    ],
)
def test_an_entry_holds_at_its_place_and_in_its_hours(
    desk_rig: DeskRig, *, changes: dict[str, object], is_held: bool
) -> None:
    if "from_at" in changes:
        changes = {"from_at": desk_rig.clock.now() + timedelta(hours=1)}
    desk_rig.store.ledger.add(entry(desk_rig, **changes), author="zhang")
    desk_rig.see_all([plume()] * 2)
    assert (desk_rig.working == []) is is_held


def test_an_entry_that_was_ended_holds_no_more(desk_rig: DeskRig) -> None:
    known = desk_rig.store.ledger.add(entry(desk_rig), author="zhang")
    desk_rig.see(plume())
    desk_rig.store.ledger.end(known.entry_id, author="li")
    desk_rig.see(plume())
    assert len(desk_rig.working) == 1


def test_an_entry_of_another_hour_holds_no_backlog_and_no_camera_with_a_wrong_clock(
    desk_rig: DeskRig,
) -> None:
    """Both times of a live frame must lie inside; a recording's hours are those of its pictures."""
    mornings = Times(10 * 60, 12 * 60)
    started = {"from_at": desk_rig.clock.now() - timedelta(days=2)}
    desk_rig.store.ledger.add(entry(desk_rig, times=mornings, **started), author="zhang")
    early = desk_rig.clock.now() - timedelta(hours=8)
    desk_rig.see(plume(), captured_at=early)
    assert Finding.LATE in desk_rig.working[0].draft.decision.findings
    desk_rig.dismiss()
    beside = ViewPlace("t2", 0, 300 / 640, 220 / 360, 360 / 640, 250 / 360)
    desk_rig.store.ledger.add(entry(desk_rig, times=mornings, place=beside), author="zhang")
    recorded = desk_rig.clock.now() - timedelta(days=3000)
    desk_rig.see(plume(), of=FAR, provenance=Provenance.RECORDED, captured_at=recorded)
    assert desk_rig.working == []
    recorded -= timedelta(hours=8)
    desk_rig.see(plume(), of=FAR, track=1, provenance=Provenance.RECORDED, captured_at=recorded)
    assert len(desk_rig.working) == 1
    assert Finding.LATE not in desk_rig.working[0].draft.decision.findings


def test_a_registered_burn_holds_what_stands_in_it_and_yields_beyond_its_size(
    desk_rig: DeskRig,
) -> None:
    rig = on_relief(desk_rig)
    rig.see(plume())
    (alert,) = rig.working
    (place, *_) = alert.draft.fix.clusters
    rig.dismiss(DismissReason.REGISTERED_BURN)
    burn = entry(
        rig,
        kind=EntryKind.BURN,
        place=GroundPlace(place.position.lon_deg, place.position.lat_deg, 500.0),
        reason=DismissReason.REGISTERED_BURN,
        reported_by="石角镇",
    )
    rig.clock.advance(5 * 3600.0)  # the verdict's own hold is over
    known = rig.store.ledger.add(burn, author="zhang")
    rig.restart()
    rig.see_all([plume(), plume(80.0), plume(110.0)], track=1)  # burns catch on
    assert rig.working == []
    held = rig.candidates[0].draft.held
    assert (held.by, held.reference) == (Holder.BURN, str(known.entry_id))
    rig.see_all([plume(125.0)] * 2, track=1)
    (alert,) = rig.working
    assert alert.draft.decision.overcome[0].by is Holder.BURN
    # It is wide enough for more than one, and holds one of them.
    rig.see_all([plume(x_min=20.0)] * 2, track=2)
    assert len(rig.working) == 2


def test_a_mask_holds_what_stands_on_it(desk_rig: DeskRig) -> None:
    corners = ((0.4, 0.6), (0.6, 0.6), (0.6, 0.8), (0.4, 0.8))
    mask = ViewMask("t1", 0, MaskKind.NUISANCE, corners, "zhang", desk_rig.clock.now())
    desk_rig.masks_of = lambda camera_id, preset: (
        (mask,) if (camera_id, preset) == ("t1", 0) else ()
    )
    desk_rig.restart()
    desk_rig.see_all([plume()] * 3)
    desk_rig.see_all([plume(x_min=20.0)], track=1)  # its foot is outside
    desk_rig.see_all([plume()], of=FAR)
    assert [alert.draft.camera_id for alert in desk_rig.working] == ["t2", "t1"]
    assert held_by(desk_rig) == [Holder.MASK]
    assert desk_rig.candidates[0].draft.held.reference.startswith("nuisance/")
    desk_rig.see_all([plume(90.0)] * 2, pose=None)
    assert len(desk_rig.working) == 3


def test_a_camera_that_was_turned_is_held_by_nothing_that_was_drawn_into_its_picture(
    desk_rig: DeskRig,
) -> None:
    corners = ((0.4, 0.6), (0.6, 0.6), (0.6, 0.8), (0.4, 0.8))
    mask = ViewMask("t1", 0, MaskKind.NUISANCE, corners, "zhang", desk_rig.clock.now())
    desk_rig.masks_of = lambda _camera_id, _preset: (mask,)
    desk_rig.store.ledger.add(entry(desk_rig), author="zhang")
    desk_rig.restart()
    desk_rig.see_all([plume()] * 3)
    assert desk_rig.working == []
    moved = frozenset({Condition.MOVED})
    desk_rig.see_all([plume(x_min=302.0)] * 2, track=1, pose=None, conditions=moved)
    (alert,) = desk_rig.working
    # Its pose is of another view: neither a place nor a bearing is told, and why.
    fix = alert.draft.fix
    assert (fix.outcome, fix.reason) == (FixOutcome.UNKNOWN, NoFixReason.MOVED)
    assert fix.bearing_deg is None


def test_after_a_verdict_the_same_plume_stays_quiet_for_hours_also_after_a_restart(
    desk_rig: DeskRig,
) -> None:
    desk_rig.see_all([plume()] * 3)
    alert = desk_rig.dismiss()
    desk_rig.see_all([plume()] * 3)
    desk_rig.restart()
    desk_rig.see_all([plume()] * 3, track=5)
    assert desk_rig.working == []
    assert {one.draft.held.reference for one in desk_rig.candidates} == {str(alert.alert_id)}
    desk_rig.clock.advance(4 * 3600.0)
    desk_rig.see(plume(), track=5)
    assert len(desk_rig.working) == 1
    assert desk_rig.working[0].draft.decision.overcome == ()


def test_a_closed_fire_that_flares_up_alerts_again(desk_rig: DeskRig) -> None:
    desk_rig.see_all([plume()] * 3)
    (alert,) = desk_rig.working
    for before, after in (("open", "confirmed"), ("confirmed", "closed")):
        desk_rig.store.verdicts.step(
            alert.incident_id,
            expected=IncidentState(before),
            to_state=IncidentState(after),
            author="zhang",
            reason=None,
            note="",
        )
    desk_rig.see_all([plume(50.0)] * 3)
    assert desk_rig.working == []
    desk_rig.see_all([plume(90.0)] * 2)
    assert first_words(desk_rig) == [Finding.REGREW, Finding.PERSISTED]
    (fire,) = desk_rig.fires
    assert fire.incident_id == alert.incident_id
    assert (fire.entries[-1].kind, fire.entries[-1].from_state) == (
        FireEntryKind.REOPENED,
        IncidentState.CLOSED,
    )


def test_flame_where_smoke_was_dismissed_is_news(desk_rig: DeskRig) -> None:
    desk_rig.see_all([plume()] * 3)
    desk_rig.dismiss()
    desk_rig.see(flame(), track=1)
    assert len(desk_rig.working) == 1


@pytest.mark.parametrize(
    ("how", "held"),
    [
        ({}, True),
        ({"kind": "night"}, False),
        ({"kind": "infrared"}, False),
        ({"mode": FrameMode.THERMAL}, False),
    ],
)
def test_flame_in_the_dark_is_held_by_no_ledger(
    desk_rig: DeskRig, *, how: dict[str, object], held: bool
) -> None:
    desk_rig.store.ledger.add(entry(desk_rig, reason=DismissReason.LIGHT), author="zhang")
    desk_rig.see(flame(), **how)
    assert (desk_rig.working == []) is held
    if not held:
        assert first_words(desk_rig) == [Finding.NIGHT_FLAME]


def test_smoke_in_the_dark_is_no_flame(desk_rig: DeskRig) -> None:
    desk_rig.store.ledger.add(entry(desk_rig), author="zhang")
    desk_rig.see(plume(), kind="night")
    assert desk_rig.working == []


def test_a_lamp_costs_a_few_alerts_a_night_and_a_fire_behind_it_none(desk_rig: DeskRig) -> None:
    """Half an hour of quiet after the first verdict, an hour after the second, two, four."""
    alerts = []
    for minute in range(9 * 60):
        desk_rig.see(flame(), kind="night")
        if desk_rig.working:
            alerts.append(minute)
            desk_rig.dismiss(DismissReason.LIGHT)
    assert alerts == [0, 30, 90, 210, 450]
    desk_rig.see_all([flame(45.0)] * 2, kind="night")
    assert first_words(desk_rig)[0] is Finding.REGREW


def test_the_time_that_a_verdict_holds_can_be_set(desk_rig: DeskRig) -> None:
    desk_rig.settings = Settings(suppression=SuppressionRule(cool_down_s=0.0))
    desk_rig.restart()
    desk_rig.see_all([plume()] * 3)
    desk_rig.dismiss()
    desk_rig.see(plume())
    assert len(desk_rig.working) == 1


def fires(rig: DeskRig) -> list[list[str]]:
    """Cameras of the alerts of each fire that is worked on, newest first."""
    return [[alert.draft.camera_id for alert in fire.alerts] for fire in rig.fires]


def test_two_cameras_of_one_mast_and_one_direction_are_one_fire(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    desk_rig.see_all([plume()] * 5, of=SAME_MAST, after_s=1.0)
    assert fires(desk_rig) == [["t1", "t1-thermal"]]
    assert held_by(desk_rig) == []
    assert desk_rig.fires[0].entries[-1].link == LinkReason.SAME_MAST
    desk_rig.see(plume(x_min=20.0), of=SAME_MAST, track=1)  # another direction
    assert fires(desk_rig) == [["t1-thermal"], ["t1", "t1-thermal"]]


def moved(one: Camera, lon_deg: float) -> Camera:
    return replace(one, position=replace(one.position, lon_deg=lon_deg))


def test_a_camera_that_is_added_to_a_mast_while_the_watch_runs_belongs_to_it_at_once(
    desk_rig: DeskRig,
) -> None:
    desk_rig.configure(NORTH, FAR)
    desk_rig.see(plume(x_min=20.0))
    desk_rig.configure(NORTH, FAR, SAME_MAST)
    desk_rig.see(plume(), of=SAME_MAST)
    desk_rig.see(plume(), track=1, after_s=1.0)
    assert fires(desk_rig) == [["t1-thermal", "t1"], ["t1"]]


def test_a_camera_that_is_moved_to_a_mast_belongs_to_it_and_no_longer_to_the_old_one(
    desk_rig: DeskRig,
) -> None:
    desk_rig.see(plume(), of=FAR)  # nothing is cached of the masts as they were
    desk_rig.see(plume(), of=SAME_MAST)
    there = moved(SAME_MAST, FAR.position.lon_deg)
    desk_rig.configure(NORTH, FAR, there)
    desk_rig.see(plume(), of=NORTH, after_s=1.0)  # its neighbour's alert is no neighbour's any more
    assert [alert.draft.camera_id for alert in desk_rig.working] == ["t1", "t1-thermal", "t2"]
    desk_rig.see(plume(), of=there, track=1, after_s=1.0)
    assert fires(desk_rig)[-1] == ["t2", "t1-thermal"]  # of the camera that it now stands beside


def test_a_camera_that_was_moved_takes_neither_verdicts_nor_alerts_of_the_old_place_along(
    desk_rig: DeskRig,
) -> None:
    desk_rig.configure(NORTH)
    desk_rig.see(plume())
    desk_rig.dismiss()
    there = moved(NORTH, 107.0)
    desk_rig.configure(there)
    desk_rig.see(plume(), of=there, track=1)
    assert len(desk_rig.working) == 1  # the same pixels show another mountain
    desk_rig.configure(moved(NORTH, 107.3))
    desk_rig.see(plume(), track=2)
    assert len(desk_rig.working) == 2
    desk_rig.configure(there)
    desk_rig.see(plume(), of=there, track=3)
    assert len(desk_rig.working) == 2  # and back: its own alert is still worked on


def test_a_camera_that_is_removed_leaves_its_mast_and_its_last_picture_finds_its_own_alert(
    desk_rig: DeskRig,
) -> None:
    desk_rig.see(plume(x_min=20.0))
    desk_rig.see(plume(), of=SAME_MAST)
    desk_rig.configure(NORTH, FAR)
    desk_rig.see(plume(), of=SAME_MAST, track=1, after_s=1.0)
    assert [alert.draft.camera_id for alert in desk_rig.working] == ["t1-thermal", "t1"]
    desk_rig.see(plume(), track=1, after_s=1.0)  # nobody feeds that alert any more
    assert [alert.draft.camera_id for alert in desk_rig.working] == ["t1", "t1-thermal", "t1"]
    assert held_by(desk_rig) == []


def test_two_masts_are_two_witnesses_as_soon_as_the_second_one_is_there(desk_rig: DeskRig) -> None:
    rig = on_relief(desk_rig)
    rig.see(plume(), log_odds=1.2)
    fix = rig.desk._drafter.fix(rig.sighting(plume(), log_odds=1.2))
    other = looking_at(fix.clusters[0].position)
    beside = replace(other, position=rig.cameras[0].position)
    rig.configure(*rig.cameras, beside)  # on the same mast it is no second sensor
    rig.see(plume(x_min=290.0), of=beside, log_odds=1.2, track=1)
    assert rig.working == []
    rig.configure(rig.cameras[0], other)
    rig.see(plume(), log_odds=1.2, track=2)
    rig.see(plume(x_min=290.0), of=other, log_odds=1.2, track=2)
    (alert,) = rig.working
    assert first_words(rig) == [Finding.SECOND_SENSOR]
    assert alert.draft.camera_id == "t2"


def test_what_people_dismissed_in_one_camera_is_quiet_in_its_neighbour(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    desk_rig.dismiss()
    desk_rig.see_all([plume()] * 3, of=SAME_MAST)
    assert desk_rig.working == []
    assert held_by(desk_rig) == [Holder.COOL_DOWN]
    desk_rig.see_all([plume(90.0)] * 2, of=SAME_MAST)
    assert first_words(desk_rig) == [Finding.REGREW, Finding.PERSISTED]
    assert fires(desk_rig) == [["t1", "t1-thermal"]]


def test_a_second_mast_that_sees_the_place_releases_it(desk_rig: DeskRig) -> None:
    rig = on_relief(desk_rig)  # narrow smoke: a wide one's direction is too unsure to be one fire
    rig.see(plume(34.0))
    rig.dismiss()
    other = looking_at(rig.store.alerts.get(1).draft.fix.clusters[0].position)
    rig.cameras = (*rig.cameras, other)
    rig.restart()
    rig.see_all([plume(34.0)] * 2, track=1)
    assert rig.working == []
    rig.see(plume(34.0, x_min=303.0), of=other)
    assert [alert.draft.camera_id for alert in rig.working] == ["t2"]
    rig.see(plume(34.0), track=1)
    assert first_words(rig) == [Finding.SECOND_SENSOR, Finding.PERSISTED]  # the newest first


def test_the_evidence_of_two_masts_adds_up_to_an_alert(desk_rig: DeskRig) -> None:
    rig = on_relief(desk_rig)
    rig.see(plume(), log_odds=1.2)
    assert (rig.working, held_by(rig)) == ([], [Holder.DECLINED])
    fix = rig.desk._drafter.fix(rig.sighting(plume(), log_odds=1.2))
    rig.cameras = (*rig.cameras, looking_at(fix.clusters[0].position))
    rig.restart()
    rig.see(plume(), log_odds=1.2, track=1)
    rig.see(plume(x_min=100.0), of=rig.cameras[1], log_odds=1.2)  # another direction
    assert rig.working == []
    rig.see(plume(x_min=290.0), of=rig.cameras[1], log_odds=0.9, track=1)  # too weak to say much
    assert rig.working == []
    rig.see(plume(x_min=290.0), of=rig.cameras[1], log_odds=1.0, track=1)
    (alert,) = rig.working
    assert first_words(rig) == [Finding.SECOND_SENSOR]
    assert alert.draft.decision.overcome[0].by is Holder.DECLINED
    assert alert.draft.decision.log_odds == 1.0


def test_flame_in_the_dark_that_was_seen_twice_is_never_declined(desk_rig: DeskRig) -> None:
    desk_rig.see_all([flame(score=0.5)] * 2, log_odds=-1.0)
    desk_rig.see_all([flame(score=0.4)] * 2, log_odds=-1.0, kind="night", track=1)
    desk_rig.see_all([plume()] * 2, log_odds=-1.0, kind="night", track=2)
    assert desk_rig.working == []
    desk_rig.see_all([flame(score=0.5, x_min=20.0)] * 2, log_odds=-1.0, kind="night", track=3)
    assert first_words(desk_rig) == [Finding.NIGHT_FLAME]


def test_what_is_declined_while_its_alert_is_worked_on_is_no_candidate(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    desk_rig.see_all([plume()] * 3, log_odds=1.0)
    assert desk_rig.candidates == []


def test_a_store_that_fails_leaves_nothing_behind_and_the_next_sighting_tries_again(
    desk_rig: DeskRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_args: object) -> None:
        raise StoreDamaged("Locked.")

    with monkeypatch.context() as broken:
        broken.setattr(desk_rig.store.ledger, "unended", damaged)
        with pytest.raises(StoreDamaged):
            desk_rig.see(plume())
    desk_rig.see(plume())
    assert len(desk_rig.working) == 1


def on_relief(rig: DeskRig) -> DeskRig:
    """One camera on a relief, so that what it sees has a place."""
    pose = replace(NORTH.presets[0].pose, azimuth_deg=28.0)
    position = replace(NORTH.position, lon_deg=-84.2308333, lat_deg=36.19833)
    tower = replace(NORTH, position=position, presets=(replace(NORTH.presets[0], pose=pose),))
    return DeskRig(rig.store, rig.clock, rig.folder, cameras=(tower,), terrain=drill_relief())


def looking_at(place: Position) -> Camera:
    """A camera 5 km off, high up, whose picture's centre lies in the direction of the place."""
    position = replace(
        FAR.position, lon_deg=place.lon_deg + 0.055, lat_deg=place.lat_deg, height_m=2000.0
    )
    east_m, north_m = LocalFrame(position.lon_deg, position.lat_deg).to_metric(
        place.lon_deg, place.lat_deg
    )
    pose = replace(
        FAR.presets[0].pose,
        azimuth_deg=math.degrees(math.atan2(east_m, north_m)) % 360.0,
        tilt_deg=20.0,
    )
    return replace(FAR, position=position, presets=(replace(FAR.presets[0], pose=pose),))
