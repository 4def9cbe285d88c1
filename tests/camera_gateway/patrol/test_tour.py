"""A tour that is well: what is commanded, scored, verified, written down, and what comes next."""

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from patrol_rig import START, PatrolRig, Seen, setup_of
from ptz_sim import head_of
from ptz_world import Target

from camera_gateway.patrol import PatrolPhase
from camera_gateway.truth.judgement import Fault
from models.patrol import DangerClass, PoseTrust, Tour, TourStop
from models.store import Store
from models.times import Times

TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0), 2: Target(75.0, -5.0)}
MOST_DEG = 1.2  # a fiftieth of the field of view


def rig_of(**wishes: object) -> PatrolRig:
    return PatrolRig(head_of(TARGETS), setup_of(TARGETS, **wishes))  # type: ignore[arg-type]


def trusts(seen: list[Seen]) -> set[PoseTrust | None]:
    return {one.trust for one in seen if one.is_scored}


def test_a_tour_is_walked_settled_by_its_pictures_and_verified_once_it_is_proven() -> None:
    rig = rig_of()
    first = asyncio.run(rig.play(240.0))
    later = asyncio.run(rig.play(240.0))
    gone_to = [one.removeprefix("goto P") for one in rig.head.commands if one.startswith("goto")]
    assert gone_to[:6] == ["0", "0", "1", "1", "2", "2"]  # to each, a nudge aside, and back
    assert gone_to[6:12] == ["0", "1", "2", "0", "1", "2"]
    assert PoseTrust.VERIFIED not in trusts(first[:45])
    assert trusts(later) == {PoseTrust.VERIFIED}
    assert {one.preset for one in later if one.is_scored} == {0, 1, 2}
    # Every picture that is scored was made at rest where its label says.
    assert max(one.off_deg for one in rig.seen if one.is_scored) < 0.1
    moving = [one for one in later if one.judgement.fault is Fault.MOVING]
    assert 0 < len(moving) < 0.4 * len(later)
    assert all(one.pose is None and not one.judgement.view_known for one in moving)


def test_what_stands_still_says_where_it_is_and_what_comes_next() -> None:
    rig = rig_of()
    asyncio.run(rig.play(210.0))
    while (status := rig.desk.status("north")) is None or status.phase is not PatrolPhase.WATCHING:
        asyncio.run(rig.play(1.0))
    assert status.tour == "all"
    assert status.preset == status.shown == status.stop
    assert status.next_preset == ((status.preset or 0) + 1) % 3
    assert status.next_at is not None
    assert timedelta(0) <= status.next_at - rig.clock.now() <= timedelta(seconds=20)
    assert status.trust is PoseTrust.VERIFIED
    assert status.reported is not None
    assert (status.lease, status.stuck, status.unreached, status.skipped) == (None, False, "", ())
    assert rig.desk.statuses() == {"north": status}
    assert rig.desk.status("south") is None


@pytest.mark.parametrize("says", ["idle", "there", "mute"])
def test_a_camera_that_says_nothing_or_lies_is_believed_by_its_pictures_alone(says: str) -> None:
    rig = PatrolRig(head_of(TARGETS, says=says), setup_of(TARGETS))
    asyncio.run(rig.play(480.0))
    assert PoseTrust.REPORTED not in trusts(rig.seen)
    assert trusts(rig.seen[-80:]) == {PoseTrust.VERIFIED}
    assert rig.wrong(MOST_DEG) == []


def test_what_views_look_like_outlives_a_restart_and_is_forgotten_when_told(tmp_path: Path) -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS), views=tmp_path)
    asyncio.run(rig.play(300.0))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "north+0.npz", "north+1.npz", "north+2.npz",
    ]  # fmt: skip
    rig.start()
    seen = asyncio.run(rig.play(60.0))
    assert trusts(seen) == {PoseTrust.VERIFIED}
    assert "move" not in rig.head.commands[-4:]
    # Another pose for a preset begins it anew, and it alone.
    camera = rig.setup.camera
    moved = replace(camera.presets[1], pose=replace(camera.presets[1].pose, azimuth_deg=31.0))
    presets = (camera.presets[0], moved, camera.presets[2])
    rig.setup = replace(rig.setup, camera=replace(camera, presets=presets))
    rig.start()
    seen = asyncio.run(rig.play(80.0))
    assert {one.trust for one in seen if one.is_scored and one.preset == 1}.isdisjoint(
        {PoseTrust.VERIFIED}
    )
    assert {one.trust for one in seen if one.is_scored and one.preset == 2} == {PoseTrust.VERIFIED}


def test_a_calibration_is_another_label_of_the_same_views(tmp_path: Path) -> None:
    """What was learned and proven goes on under the new pose, and the pictures carry that one."""
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS), views=tmp_path)
    asyncio.run(rig.play(300.0))
    camera = rig.setup.camera
    before = {preset.number: preset.pose for preset in camera.presets}
    presets = tuple(
        replace(
            each, pose=replace(each.pose, azimuth_deg=each.pose.azimuth_deg + 0.4, roll_deg=0.2)
        )
        for each in camera.presets
    )
    rig.setup = replace(rig.setup, camera=replace(camera, presets=presets))
    rig.view_name = lambda preset: before[preset.number]
    rig.start()
    seen = asyncio.run(rig.play(60.0))
    assert trusts(seen) == {PoseTrust.VERIFIED}
    assert {one.pose for one in seen if one.pose is not None} <= {each.pose for each in presets}


def test_a_preset_that_is_gone_is_skipped_and_told_until_it_is_back() -> None:
    rig = rig_of()
    rig.turner.gone.add("P1")
    asyncio.run(rig.play(200.0))
    assert {one.preset for one in rig.seen if one.is_scored} == {0, 2}
    status = rig.desk.status("north")
    assert status is not None
    assert status.skipped == (1,)
    # All gone: told as not obeying, and tried again.
    rig.turner.gone |= {"P0", "P2"}
    asyncio.run(rig.play(120.0))
    status = rig.desk.status("north")
    assert status is not None
    assert status.unreached == "preset_unknown"
    rig.turner.gone.clear()
    seen = asyncio.run(rig.play(240.0))
    assert {one.preset for one in seen if one.is_scored} == {0, 1, 2}


def test_while_no_tour_holds_the_camera_rests_at_its_first_preset() -> None:
    # 10:00 on the site's clock at the start; the tour holds from 10:05.
    late = Tour("late", (TourStop(1, 20.0), TourStop(2, 20.0)), Times(605, 700))
    rig = rig_of(tours=(late,))
    seen = asyncio.run(rig.play(290.0))
    gone_to = {one for one in rig.head.commands if one.startswith("goto")}
    assert gone_to == {"goto P0"}
    assert {one.preset for one in seen if one.is_scored} == {0}
    status = rig.desk.status("north")
    assert status is not None
    assert (status.tour, status.stop, status.preset) == ("", None, 0)
    seen = asyncio.run(rig.play(120.0))
    assert {one.preset for one in seen[20:] if one.is_scored} == {1, 2}


def test_which_tour_runs_is_asked_at_each_stop(tmp_path: Path) -> None:
    calm = Tour("calm", (TourStop(0, 15.0),), most_danger=DangerClass.MODERATE)
    busy = Tour("busy", (TourStop(1, 15.0), TourStop(2, 15.0)), least_danger=DangerClass.HIGH)
    rig = rig_of(tours=(calm, busy))
    with closing(Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=rig.clock)) as store:
        rig = PatrolRig(rig.head, rig.setup, store=store, clock=rig.clock)
        seen = asyncio.run(rig.play(100.0))  # nobody has entered a class: it counts as high
        assert {one.preset for one in seen if one.is_scored} == {1, 2}
        store.patrols.enter_danger(DangerClass.LOW, author="li")
        asyncio.run(rig.play(60.0))
        seen = asyncio.run(rig.play(60.0))
        assert {one.preset for one in seen if one.is_scored} == {0}
        # One preset after itself: the camera stays, and nothing is lost to turning.
        assert all(one.is_scored for one in seen)


def test_a_patrol_that_is_off_leaves_the_camera_where_it_is(tmp_path: Path) -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS, is_on=False), views=tmp_path)
    seen = asyncio.run(rig.play(60.0))
    assert rig.head.commands == []
    assert all(one.is_scored and one.pose is None for one in seen)
    # A view that is known and proven is recognised, whoever turned the camera there.
    rig.setup = setup_of(TARGETS)
    rig.start()
    asyncio.run(rig.play(300.0))
    rig.setup = setup_of(TARGETS, is_on=False)
    rig.head.goto("P2")
    rig.start()
    seen = asyncio.run(rig.play(60.0))
    assert [(one.preset, one.trust) for one in seen[10:]] == [(2, PoseTrust.VERIFIED)] * len(
        seen[10:]
    )
    status = rig.desk.status("north")
    assert status is not None
    assert status.phase is PatrolPhase.OFF


def test_a_camera_without_tokens_is_watched_where_it_stands() -> None:
    setup = setup_of(TARGETS)
    assert setup.patrol is not None
    mover = replace(setup.patrol.mover, tokens=())
    rig = PatrolRig(head_of(TARGETS), replace(setup, patrol=replace(setup.patrol, mover=mover)))
    seen = asyncio.run(rig.play(60.0))
    assert all(one.is_scored and one.pose is None for one in seen[2:])


def test_presets_that_look_at_one_place_are_one_place() -> None:
    twins = TARGETS | {3: Target(30.3, -3.0)}
    rig = PatrolRig(head_of(twins), setup_of(twins, dwell_s=16.0))
    asyncio.run(rig.play(600.0))
    later = rig.seen[-120:]
    assert trusts(later) == {PoseTrust.VERIFIED}
    assert {one.preset for one in later if one.is_scored} == {0, 1, 2, 3}


def test_visits_are_written_down_as_they_were(tmp_path: Path) -> None:
    rig = rig_of()
    with closing(Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=rig.clock)) as store:
        rig = PatrolRig(rig.head, rig.setup, store=store, clock=rig.clock)
        asyncio.run(rig.play(400.0))
        asyncio.run(rig.desk._write())
        visits = store.patrols.visits(START, rig.clock.now())
        scored = [one for one in rig.seen if one.is_scored]
        assert sum(one.frames for one in visits) + _open_frames(rig) == len(scored)
        for visit in visits:
            made = [one for one in scored
                    if visit.from_at <= one.judgement.captured_at <= visit.until_at]  # fmt: skip
            assert {one.preset for one in made} == {visit.preset}
            assert len(made) == visit.frames
            assert visit.pose == made[0].pose
        assert visits[-1].trust is PoseTrust.VERIFIED


def _open_frames(rig: PatrolRig) -> int:
    return sum(one.frames for one in rig.desk.visits._now.values())
