"""Whatever a head does: no picture carries a wrong pose as verified, and what is broken is told."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from patrol_rig import START, PatrolRig, Seen, setup_of
from ptz_sim import head_of
from ptz_world import Target

from camera_gateway.patrol import PatrolPhase
from models.condition import Condition
from models.patrol import PoseTrust
from models.watching import GapCause

TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, 3.0), 2: Target(75.0, -5.0)}
MOST_DEG = 1.2  # a fiftieth of the field of view, up and down a little less
LEARNING_S = 260.0


def rig_of(**wishes: object) -> PatrolRig:
    return PatrolRig(head_of(TARGETS, **wishes), setup_of(TARGETS))


def gaps_of(rig: PatrolRig, cause: GapCause) -> list[tuple[bool, float]]:
    return [
        (note.begins, (at - START).total_seconds())
        for _camera, note, at in rig.desk._notes
        if note.cause is cause
    ]


def said(seen: list[Seen]) -> frozenset[Condition]:
    return frozenset().union(*(one.judgement.conditions for one in seen))


def stops_since(rig: PatrolRig, since: int) -> int:
    return sum(one.startswith("goto") for one in rig.head.commands[since:])


@pytest.mark.parametrize("says", ["honest", "there"])
@pytest.mark.parametrize("stuck", [{"pan", "tilt"}, {"pan"}, {"tilt"}])
def test_a_mast_that_is_stuck_from_the_first_day_never_yields_a_verified_pose(
    stuck: set[str], says: str
) -> None:
    rig = rig_of(stuck=stuck, says=says, motor=[20.0, 9.0], look=[20.0, 9.0])
    while not rig.course.is_stuck and stops_since(rig, 0) <= 20:
        asyncio.run(rig.play(5.0))
    # Two tours of three stops; a nudge comes back to its stop once more.
    assert rig.course.is_stuck
    assert stops_since(rig, 0) <= 6 + rig.head.commands.count("move")
    seen = asyncio.run(rig.play(120.0))
    assert not any(one.trust is PoseTrust.VERIFIED for one in rig.seen)
    assert all(one.pose is None for one in seen)
    assert Condition.STUCK in said(seen)
    assert sum(one.is_scored for one in seen) > 0.5 * len(seen)
    assert gaps_of(rig, GapCause.STUCK)[-1][0] is True


@pytest.mark.parametrize("says", ["honest", "there"])
@pytest.mark.parametrize("stuck", [{"pan", "tilt"}, {"pan"}, {"tilt"}])
def test_a_mast_that_gets_stuck_is_found_within_two_tours_and_heals_by_itself(
    stuck: set[str], says: str
) -> None:
    rig = rig_of(says=says)
    asyncio.run(rig.play(LEARNING_S))
    assert gaps_of(rig, GapCause.STUCK)[-1][0] is False
    rig.head.stuck, before = stuck, len(rig.head.commands)
    while not rig.course.is_stuck and stops_since(rig, before) <= 12:
        asyncio.run(rig.play(5.0))
    assert rig.course.is_stuck
    assert stops_since(rig, before) <= 6
    seen = asyncio.run(rig.play(80.0))
    assert Condition.STUCK in said(seen[-10:])
    assert sum(one.is_scored for one in seen) > 0.5 * len(seen)
    status = rig.desk.status("north")
    assert status is not None
    assert status.stuck
    rig.head.stuck = set()
    asyncio.run(rig.play(180.0))
    seen = asyncio.run(rig.play(60.0))
    assert {one.trust for one in seen if one.is_scored} == {PoseTrust.VERIFIED}
    assert Condition.STUCK not in said(seen)
    began, ended = gaps_of(rig, GapCause.STUCK)[-2:]
    assert (began[0], ended[0]) == (True, False)
    assert rig.wrong(MOST_DEG) == []


NARROW = TARGETS | {1: Target(30.0, -12.0, 32.0)}


def test_a_zoom_that_never_worked_is_told_and_yields_no_verified_pose() -> None:
    rig = PatrolRig(head_of(NARROW, stuck={"zoom"}), setup_of(NARROW))
    while not rig.course.is_stuck and stops_since(rig, 0) <= 20:
        asyncio.run(rig.play(5.0))
    assert rig.course.is_stuck
    asyncio.run(rig.play(100.0))
    assert not any(one.trust is PoseTrust.VERIFIED for one in rig.seen)


def test_presets_of_different_zoom_are_verified_once_the_zoom_has_followed_too() -> None:
    rig = PatrolRig(head_of(NARROW), setup_of(NARROW))
    asyncio.run(rig.play(420.0))
    later = [one for one in rig.seen[-50:] if one.is_scored]
    assert {one.trust for one in later} == {PoseTrust.VERIFIED}
    assert rig.wrong(MOST_DEG) == []
    rig.head.stuck = {"zoom"}
    asyncio.run(rig.play(200.0))
    assert rig.wrong(MOST_DEG) == []


@pytest.mark.parametrize("blind", [{"fog": 1.0}, {"fog": 1.0, "dirt": 6.0}, {"night": True}])
@pytest.mark.parametrize("says", ["honest", "mute"])
def test_neither_fog_nor_night_is_taken_for_a_stuck_mast(blind: dict[str, Any], says: str) -> None:
    rig = rig_of(says=says)
    asyncio.run(rig.play(LEARNING_S))
    for name, value in blind.items():
        setattr(rig.head, name, value)
    seen = asyncio.run(rig.play(300.0))
    assert not rig.course.is_stuck
    assert Condition.STUCK not in said(seen)
    trusts = {one.trust for one in seen[40:] if one.is_scored}
    wanted = PoseTrust.REPORTED if says == "honest" else PoseTrust.COMMANDED
    assert wanted in trusts
    assert PoseTrust.VERIFIED not in trusts
    rig.head.fog, rig.head.dirt, rig.head.night = 0.0, 0.0, False
    asyncio.run(rig.play(40.0))
    seen = asyncio.run(rig.play(60.0))
    assert {one.trust for one in seen if one.is_scored} == {PoseTrust.VERIFIED}
    assert len(gaps_of(rig, GapCause.STUCK)) == 1  # the end of what might have been open before


def test_a_fog_that_never_lifts_is_not_taken_for_a_stuck_mast_either() -> None:
    rig = rig_of(fog=1.0, says="idle")
    seen = asyncio.run(rig.play(400.0))
    assert not rig.course.is_stuck
    assert {one.trust for one in seen if one.is_scored} == {PoseTrust.COMMANDED}
    status = rig.desk.status("north")
    assert status is not None
    assert status.overdue > 0  # and it is told that nobody saw it come to rest


@pytest.mark.parametrize(("backlash_deg", "trusts"), [
    (0.5, {PoseTrust.VERIFIED}), (5.0, {None}),
])  # fmt: skip
def test_a_worn_gear_is_verified_within_the_tolerance_or_has_no_pose(
    backlash_deg: float, trusts: set[PoseTrust | None]
) -> None:
    rig = rig_of(backlash_deg=backlash_deg)
    asyncio.run(rig.play(600.0))
    later = [one for one in rig.seen[-60:] if one.is_scored]
    assert {one.trust for one in later} == trusts
    assert rig.wrong(MOST_DEG) == []
    assert (Condition.MOVED in said(later)) == (trusts == {None})


def test_a_camera_that_takes_no_commands_is_told_tried_again_and_watched_meanwhile() -> None:
    rig = rig_of()
    asyncio.run(rig.play(LEARNING_S))
    rig.head.refuses = True
    seen = asyncio.run(rig.play(200.0))
    status = rig.desk.status("north")
    assert status is not None
    assert (status.phase, status.unreached) == (PatrolPhase.UNREACHED, "camera_silent")
    assert all(one.is_scored and one.trust is PoseTrust.VERIFIED for one in seen[-20:])
    assert Condition.UNREACHED in seen[-1].judgement.conditions
    assert gaps_of(rig, GapCause.UNREACHED)[-1][0] is True
    rig.head.refuses = False
    asyncio.run(rig.play(90.0))
    assert gaps_of(rig, GapCause.UNREACHED)[-1][0] is False
    assert rig.desk.status("north").unreached == ""  # type: ignore[union-attr]


def test_a_camera_that_does_not_let_us_in_is_asked_seldom() -> None:
    rig = rig_of()
    rig.turner.shut_out = True
    seen = asyncio.run(rig.play(600.0))
    assert rig.turner.asked <= 4  # half an hour of common cameras allows five
    assert Condition.UNREACHED in said(seen[-5:])
    assert gaps_of(rig, GapCause.UNREACHED)[-1][0] is True
    rig.turner.shut_out = False
    asyncio.run(rig.play(700.0))
    assert gaps_of(rig, GapCause.UNREACHED)[-1][0] is False


def test_a_camera_that_never_took_a_command_has_no_pose_and_is_watched() -> None:
    rig = rig_of(refuses=True)
    seen = asyncio.run(rig.play(120.0))
    assert all(one.is_scored and one.pose is None for one in seen[4:])


def test_a_head_that_is_turned_by_somebody_else_loses_its_pose_at_once() -> None:
    rig = rig_of()
    asyncio.run(rig.play(LEARNING_S))
    while rig.course.phase is not PatrolPhase.WATCHING:
        asyncio.run(rig.play(0.5))
    rig.head.turn(0.2, 0.0, 1.0)
    seen = asyncio.run(rig.play(8.0))
    assert all(one.pose is None for one in seen[1:] if one.is_scored)
    asyncio.run(rig.play(40.0))
    assert rig.wrong(MOST_DEG) == []


def test_a_mast_that_sways_about_its_view_is_verified_and_not_waited_for() -> None:
    rig = rig_of()
    asyncio.run(rig.play(LEARNING_S))
    whole, sway = rig.head.advance, iter(range(10_000))

    def swaying(to_s: float) -> None:
        whole(to_s)
        rig.head.look[0] = rig.head.motor[0] + (0.5 if next(sway) % 8 < 4 else -0.5)

    rig.head.advance = swaying  # type: ignore[method-assign]
    seen = asyncio.run(rig.play(120.0))
    assert {one.trust for one in seen[5:] if one.is_scored} == {PoseTrust.VERIFIED}
    assert sum(one.is_scored for one in seen) > 0.6 * len(seen)
    assert Condition.UNSETTLED not in said(seen)


def test_a_head_that_never_rests_is_overdue_and_watched_without_a_pose() -> None:
    rig = rig_of()
    asyncio.run(rig.play(LEARNING_S))
    sway = iter(range(10_000))
    whole = rig.head.advance

    def swaying(to_s: float) -> None:
        whole(to_s)
        rig.head.look[0] = rig.head.motor[0] + (3.0 if next(sway) % 8 < 4 else -3.0)

    rig.head.advance = swaying  # type: ignore[method-assign]
    seen = asyncio.run(rig.play(200.0))
    scored = [one for one in seen[30:] if one.is_scored]
    assert scored
    assert all(one.pose is None for one in scored)
    assert Condition.UNSETTLED in said(scored)
    assert rig.wrong(MOST_DEG) == []


CHANGES = st.one_of(
    st.tuples(
        st.just("stuck"), st.sampled_from([set(), {"pan"}, {"tilt"}, {"zoom"}, {"pan", "tilt"}])
    ),
    st.tuples(st.just("says"), st.sampled_from(["honest", "idle", "there", "mute"])),
    st.tuples(st.just("fog"), st.sampled_from([0.0, 0.7, 0.92, 1.0])),
    st.tuples(st.just("night"), st.booleans()),
    st.tuples(st.just("refuses"), st.booleans()),
    st.tuples(st.just("speed_deg_s"), st.sampled_from([2.0, 20.0, 90.0])),
    st.tuples(st.just("delay_s"), st.sampled_from([0.1, 3.0])),
    st.tuples(st.just("restart"), st.none()),
)


@settings(
    max_examples=8, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(
    st.sampled_from([0.0, 0.6]),
    st.sampled_from([(), ("pan",), ("tilt",), ("zoom",), ("pan", "tilt")]),
    st.sampled_from(["honest", "there", "mute"]),
    st.lists(st.tuples(st.integers(20, 160), CHANGES), min_size=2, max_size=6),
)
def test_no_mixture_of_faults_makes_a_wrong_pose_look_verified(
    backlash_deg: float,
    stuck: tuple[str, ...],
    says: str,
    script: list[tuple[int, tuple[str, Any]]],
) -> None:
    head = head_of(NARROW, backlash_deg=backlash_deg, stuck=set(stuck), says=says)
    rig = PatrolRig(head, setup_of(NARROW))
    for after_s, (name, value) in script:
        asyncio.run(rig.play(float(after_s)))
        if name == "restart":
            rig.start()
        else:
            setattr(rig.head, name, value)
    asyncio.run(rig.play(150.0))
    assert rig.wrong(MOST_DEG) == []
