"""What takes a settled fire up again, and what is a fire of its own beside it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from burning_rig import HIGH, SEEN, burning
from desk_rig import DeskRig, flame, plume

from camera_gateway.vault import EvidenceVault
from detector.drafting import Drafter
from detector.incidents.reopening import settled_by
from detector.promotion import promote
from geo.land import LandBook
from geo.locate import Locator
from models.audit import SYSTEM
from models.detection import Box
from models.incident import DismissReason, EntryKind, Incident, IncidentState
from models.ledger import EntryKind as LedgerKind
from models.ledger import LedgerDraft, ViewPlace
from models.suppression import Holder, Overcome, Release
from models.times import Times

J1, J2, J3, _ = HIGH
FIRE = SEEN[1]


def close(rig: DeskRig, fire: Incident) -> None:
    for state in (IncidentState.CONFIRMED, IncidentState.CLOSED):
        now = rig.store.incidents.get(fire.incident_id)
        rig.store.verdicts.step(
            fire.incident_id, expected=now.state, to_state=state, author="zhang"
        )


def reopenings(fire: Incident) -> list[IncidentState | None]:
    return [one.from_state for one in fire.entries if one.kind is EntryKind.REOPENED]


def test_growth_takes_a_dismissed_fire_up_again_and_says_so(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    judged = desk_rig.dismiss()
    desk_rig.see_all([plume()] * 3)
    assert desk_rig.fires == []
    desk_rig.see_all([plume(90.0)] * 2)
    (fire,) = desk_rig.fires
    assert fire.incident_id == judged.incident_id
    assert len(fire.alerts) == 2
    assert reopenings(fire) == [IncidentState.DISMISSED]
    told = fire.entries[-1]
    assert (told.author, told.to_state) == (SYSTEM, IncidentState.OPEN)
    assert told.note == "1800 → 4050 px²"
    desk_rig.see_all([plume(90.0)] * 3)  # and goes on feeding the alert that reopened it
    assert len(desk_rig.fires[0].alerts) == 2


def test_a_closed_fire_flares_up_again_also_after_a_restart(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    (fire,) = desk_rig.fires
    close(desk_rig, fire)
    desk_rig.restart()
    desk_rig.see_all([plume(90.0)] * 2, track=7)
    (again,) = desk_rig.fires
    assert again.incident_id == fire.incident_id
    assert reopenings(again) == [IncidentState.CLOSED]


def test_a_fire_of_two_towers_that_was_dismissed_grows_in_one_of_them(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    rig.see(J2, FIRE)
    (fire,) = rig.fires
    rig.desk.dismiss()
    for tower in (J1, J2, J1, J2):
        rig.see(tower, FIRE)
    assert rig.fires == []
    for _ in range(2):
        rig.see(J2, FIRE, width=40.0)
    assert rig.told == [("j1", "j2", "j2")]
    assert rig.fires[0].incident_id == fire.incident_id


@pytest.mark.parametrize("how", ["second", "moved"])
def test_another_plume_beside_a_dismissed_one_is_a_fire_of_its_own(
    desk_rig: DeskRig, how: str
) -> None:
    desk_rig.see(plume())
    judged = desk_rig.dismiss()
    desk_rig.see(plume())
    if how == "second":
        desk_rig.see(plume(), after_s=1.0)
        desk_rig.sequence -= 1  # both in one frame
        desk_rig.see(plume(x_min=362.0), track=1, after_s=0.0)
    else:
        desk_rig.see_all([plume(x_min=362.0), plume(x_min=380.0), plume(x_min=380.0)])
    (fire,) = desk_rig.fires
    assert fire.incident_id != judged.incident_id
    assert desk_rig.store.incidents.get(judged.incident_id).state is IncidentState.DISMISSED
    assert reopenings(fire) == []


def test_what_a_second_mast_sees_takes_the_plume_into_the_fire_that_it_has_told_of(
    desk_rig: DeskRig,
) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    judged = rig.desk.dismiss()
    rig.see(J1, FIRE)
    assert rig.fires == []
    rig.see(J2, FIRE)
    rig.see(J1, FIRE)
    assert rig.told == [("j2", "j1")]
    assert rig.desk.store.incidents.get(judged.incident_id).state is IncidentState.DISMISSED


def test_where_no_other_fire_is_told_a_second_mast_takes_the_old_one_up(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    rig.see(J1, FIRE)
    judged = rig.desk.dismiss()
    rig.see(J1, FIRE)
    rig.see(J2, FIRE, log_odds=1.9)  # sees it, and not well enough for an alert of its own
    rig.see(J1, FIRE)
    (fire,) = rig.fires
    assert fire.incident_id == judged.incident_id
    assert reopenings(fire) == [IncidentState.DISMISSED]
    rig.desk.dismiss()  # whoever judges now knows of both
    for _ in range(3):
        rig.see(J1, FIRE)
        rig.see(J2, FIRE, log_odds=1.9)
    assert rig.fires == []


def test_a_nuisance_that_outgrows_its_entry_is_a_fire_and_opens_nothing_old(
    desk_rig: DeskRig,
) -> None:
    now = desk_rig.clock.now()
    place = ViewPlace("t1", 0, 300 / 640, 220 / 360, 360 / 640, 250 / 360)
    desk_rig.store.ledger.add(
        LedgerDraft(
            LedgerKind.NUISANCE, place, now, now + timedelta(days=7), Times(),
            DismissReason.CHIMNEY, "", "",
        ),
        author="zhang",
    )  # fmt: skip
    desk_rig.see_all([plume()] * 4)
    assert desk_rig.fires == []
    desk_rig.see_all([plume(90.0)] * 2)
    (fire,) = desk_rig.fires
    assert [one.kind for one in fire.entries] == [EntryKind.OPENED]


@pytest.mark.parametrize("behind_h", [0, 8])
def test_a_fire_under_control_that_grows_is_open_again(desk_rig: DeskRig, behind_h: int) -> None:
    """Also where the camera's clock is hours behind."""

    def see(*boxes: Box) -> None:
        for box in boxes:
            at = desk_rig.clock.now() + timedelta(minutes=1) - timedelta(hours=behind_h)
            desk_rig.see(box, captured_at=at)

    see(*[plume()] * 3)
    (fire,) = desk_rig.fires
    for state in (IncidentState.CONFIRMED, IncidentState.CONTROLLED):
        now = desk_rig.fires[0].state
        desk_rig.store.verdicts.step(fire.incident_id, expected=now, to_state=state, author="zhang")
    see(*[plume()] * 3, plume(90.0))
    assert desk_rig.fires[0].state is IncidentState.CONTROLLED  # one wide box may be an accident
    see(plume(90.0))
    (again,) = desk_rig.fires
    assert again.incident_id == fire.incident_id
    assert again.state is IncidentState.OPEN
    told = again.entries[-1]
    assert (told.kind, told.author) == (EntryKind.REOPENED, SYSTEM)
    assert (told.from_state, told.note) == (IncidentState.CONTROLLED, "1800 → 4050 px²")
    see(*[plume(90.0)] * 3)
    assert [one.kind for one in desk_rig.fires[0].entries].count(EntryKind.REOPENED) == 1


def test_another_verdict_keeps_the_number_and_leaves_no_orphan(desk_rig: DeskRig) -> None:
    """Judged, taken back, judged anew, reopened: the alert stays in the fire of that number."""
    desk_rig.see(plume())
    (fire,) = desk_rig.fires
    for reason in (DismissReason.FOG, DismissReason.CHIMNEY):
        desk_rig.dismiss(reason)
        judged = desk_rig.store.incidents.get(fire.incident_id)
        desk_rig.store.verdicts.undo(
            fire.incident_id, entry_id=judged.entries[-1].entry_id, author="zhang"
        )
        desk_rig.store.incidents.get(fire.incident_id)
    desk_rig.dismiss(DismissReason.STEAM)
    desk_rig.store.verdicts.reopen(fire.incident_id, author="li", note="又冒烟")
    desk_rig.see(plume())
    (again,) = desk_rig.fires
    assert again.incident_id == fire.incident_id
    assert [one.alert_id for one in again.alerts] == [one.alert_id for one in fire.alerts]
    assert desk_rig.store.incidents.page(10).incidents == (again,)


def test_a_verdict_that_has_run_out_reopens_nothing(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    judged = desk_rig.dismiss()
    desk_rig.see(plume(), after_s=5 * 3600.0)
    (fire,) = desk_rig.fires
    assert fire.incident_id != judged.incident_id


def test_a_lamp_that_flares_in_the_dark_goes_on_in_its_own_fire(desk_rig: DeskRig) -> None:
    desk_rig.see(flame(), kind="night")
    judged = desk_rig.dismiss(DismissReason.LIGHT)
    desk_rig.see_all([flame(45.0)] * 2, kind="night")
    assert [one.incident_id for one in desk_rig.fires] == [judged.incident_id]


def test_a_merged_fire_is_taken_up_where_it_stands(desk_rig: DeskRig) -> None:
    desk_rig.see(plume())
    desk_rig.see(plume(x_min=20.0), track=1)
    second, first = desk_rig.fires
    desk_rig.store.incident_joins.merge(first.incident_id, second.incident_id, author="zhang")
    desk_rig.dismiss()
    desk_rig.see_all([plume(90.0)] * 2)
    assert [one.incident_id for one in desk_rig.fires] == [second.incident_id]


def test_an_alert_that_nobody_has_any_more_reopens_nothing(desk_rig: DeskRig) -> None:
    lost = Overcome(Holder.COOL_DOWN, "77", Release.GREW, 1.0, 2.0)
    assert settled_by([lost], desk_rig.store) is None
    assert settled_by([replace(lost, by=Holder.MASK)], desk_rig.store) is None


def promoted(rig: DeskRig) -> Incident:
    """A person makes an alert of the newest candidate; its fire."""
    drafter = Drafter(rig.book, Locator(rig.terrain), LandBook(), rig.settings, rig.clock)
    alert = promote(
        rig.candidates[0],
        store=rig.store,
        vault=EvidenceVault(rig.folder / "evidence"),
        drafter=drafter,
        author="zhang",
    )
    return rig.store.incidents.get(alert.incident_id)


def test_a_person_who_sees_more_in_what_a_verdict_holds_takes_the_fire_up_again(
    desk_rig: DeskRig,
) -> None:
    desk_rig.see(plume())
    judged = desk_rig.dismiss()
    desk_rig.see_all([plume()] * 3)
    fire = promoted(desk_rig)
    assert fire.incident_id == judged.incident_id
    assert fire.state is IncidentState.OPEN


def test_a_candidate_that_a_person_promotes_finds_its_fire(desk_rig: DeskRig) -> None:
    rig = burning(desk_rig, HIGH)
    for camera in HIGH:
        rig.desk.store.cameras.put(camera)
    for _ in range(3):
        rig.see(J1, FIRE, log_odds=0.5)
    rig.see(J2, FIRE)
    assert promoted(rig.desk).incident_id == rig.fires[0].incident_id
    assert rig.told == [("j2", "j1")]
