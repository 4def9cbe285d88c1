"""The parts of a patrol by themselves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from patrol_rig import PANORAMA, PatrolRig, setup_of
from ptz_sim import head_of
from ptz_world import Target

from camera_gateway.patrol import PatrolPhase, turner_of
from camera_gateway.patrol.gap_notes import GapNote, GapNotes
from camera_gateway.patrol.honesty import StatusSense
from camera_gateway.patrol.leg import Leg
from camera_gateway.patrol.motion import Step, StepWatch, step_between, texture_of
from camera_gateway.patrol.proving import AGAIN_AFTER_S, DEAD_AGAIN_S, MOST_TRIES, Proving
from camera_gateway.patrol.route import Route, Stop
from camera_gateway.patrol.sights import LEARNED, STRIKES, Sights, same_place
from camera_gateway.patrol.stuck import StuckWatch, axis_stayed
from camera_gateway.source import RawFrame
from camera_gateway.truth.edges import Edges, Shift, edges_of, shift_between
from camera_gateway.truth.judgement import Fault
from camera_gateway.truth.thumb import Thumb
from camera_gateway.truth.view_memory import ViewMemory
from camera_gateway.turner import Position3, TurnerStatus
from models.clock import SystemClock
from models.errors import SourceRefused
from models.frame import FrameMode, Provenance, TimeSource
from models.light import Light
from models.patrol import Mover, Tour, TourStop
from models.site import Pose
from models.watching import GapCause

TARGETS = {0: Target(350.0, -3.0), 1: Target(30.0, -3.0), 2: Target(75.0, -5.0)}
POSES = {number: Pose(one.azimuth_deg, one.tilt_deg, 0.0, 60.0) for number, one in TARGETS.items()}
SAME = Shift(0.0, 0.0, 0.9, 0.95)
BOTH = Shift(0.08, 0.1, 0.5, 0.9)
ONE_AXIS = Shift(0.15, 0.001, 0.5, 0.9)
LITTLE = Shift(0.01, 0.01, 0.8, 0.9)
LOST = Shift(0.3, 0.3, 0.05, 0.1)
RANDOM = np.random.default_rng(3)


def edges(azimuth_deg: float, tilt_deg: float = -3.0) -> Edges:
    seen = PANORAMA.view(azimuth_deg, tilt_deg, 60.0, (240, 135)).astype(np.float32)
    noisy = seen + RANDOM.normal(0.0, 1.5, seen.shape[:2])[..., None]
    return edges_of(Thumb.of(np.clip(noisy, 0, 255).astype(np.uint8)))


# --- edges -------------------------------------------------------------------------------


def test_comparing_two_pictures_changes_neither() -> None:
    one, other = edges(20.0), edges(24.0)
    before = one.copy(), other.copy()
    shift = shift_between(one, other)
    assert np.array_equal(one, before[0])
    assert np.array_equal(other, before[1])
    assert shift.x_share == pytest.approx(-4.0 / 60.0, abs=0.005)
    assert shift.is_other
    assert not shift.is_same


@pytest.mark.parametrize("azimuth_deg", [80.0, 140.0, 200.0, 260.0])
def test_other_places_under_the_same_horizon_are_not_the_same(azimuth_deg: float) -> None:
    assert not shift_between(edges(20.0), edges(azimuth_deg)).is_same


def test_pictures_of_nothing_are_alike_in_nothing() -> None:
    nothing = np.zeros((72, 128), np.float32)
    assert shift_between(nothing, nothing).alike == 0.0
    assert texture_of(nothing) == 0.0
    assert step_between(nothing, edges(20.0)) == Step(known=True)
    assert step_between(None, edges(20.0)) == Step()


def test_a_step_is_told_from_a_picture_at_least_a_second_before() -> None:
    watch = StepWatch()
    assert not watch.look(edges(20.0), 0.0).known
    assert not watch.look(edges(20.0), 0.5).known
    assert watch.look(edges(20.0), 1.0).is_still
    assert watch.look(edges(25.0), 2.0).is_turn
    watch.clear()
    assert not watch.look(edges(25.0), 3.0).known


# --- views -------------------------------------------------------------------------------


def learned(sights: Sights, number: int, azimuth_deg: float, *, proven: bool = True) -> None:
    for _ in range(LEARNED):
        sights.learn(number, edges(azimuth_deg), Light.DAY)
    if proven:
        sights.prove(number, Light.DAY, holds=True)


def test_nothing_is_verified_before_two_views_are_known_to_differ() -> None:
    sights = Sights(POSES)
    learned(sights, 0, 350.0)
    sight = sights.look(edges(350.0), Light.DAY, 0)
    assert (sight.shown, sight.is_proven, sight.verified) == (0, True, False)
    learned(sights, 1, 30.0, proven=False)
    assert sights.look(edges(350.0), Light.DAY, 0).verified
    assert not sights.look(edges(30.0), Light.DAY, 1).verified
    # One that shows the same as another says nothing of either.
    learned(sights, 2, 350.0)
    sight = sights.look(edges(350.0), Light.DAY, 0)
    assert (sight.shown, sight.verified) == (None, False)
    # By another light nothing is known.
    assert not sights.look(edges(350.0), Light.INFRARED, 0).is_learned


def test_a_slipping_mast_is_not_followed() -> None:
    sights = Sights(POSES)
    learned(sights, 0, 350.0)
    learned(sights, 1, 30.0)
    for tenth in range(40):
        off_deg = 0.1 * tenth
        sight = sights.look(edges(350.0 + off_deg), Light.DAY, 0)
        if sight.verified:
            sights.learn(0, edges(350.0 + off_deg), Light.DAY)
            assert off_deg <= 1.3
    assert sights.look(edges(354.0), Light.DAY, 0).against


def test_a_view_that_was_never_proven_is_learned_anew_and_a_proven_one_stays() -> None:
    sights = Sights(POSES)
    learned(sights, 0, 350.0, proven=False)
    learned(sights, 1, 30.0)
    for _ in range(STRIKES):
        sights.learn(0, edges(300.0), Light.DAY)
        sights.learn(1, edges(80.0), Light.DAY)
    assert not sights.look(edges(300.0), Light.DAY, 0).is_learned
    assert sights.look(edges(80.0), Light.DAY, 1).against
    assert sights.look(edges(30.0), Light.DAY, 1).is_proven


def test_a_gear_that_does_not_come_back_is_told_until_it_does() -> None:
    sights = Sights(POSES)
    learned(sights, 0, 350.0, proven=False)
    for _ in range(2):
        assert not sights.look(edges(350.0), Light.DAY, 0).unrepeatable
        sights.prove(0, Light.DAY, holds=False)
    assert sights.look(edges(350.0), Light.DAY, 0).unrepeatable
    sights.prove(0, Light.DAY, holds=True)
    assert not sights.look(edges(350.0), Light.DAY, 0).unrepeatable
    sights.prove(2, Light.DAY, holds=True)  # of a view that was never learned: nothing


def test_a_picture_that_fits_badly_is_taken_in_and_kept(tmp_path: Path) -> None:
    memory = ViewMemory(tmp_path / "north+0.npz", "k")
    sights = Sights(POSES, {0: memory})
    learned(sights, 0, 350.0)
    before = sights._views[0].references[Light.DAY].edges.copy()
    sights._match(0, sights._views[0].references[Light.DAY], edges(350.0), replace(SAME, peak=0.2))
    after = sights._views[0].references[Light.DAY].edges
    assert not np.array_equal(before, after)
    again = Sights(POSES, {0: ViewMemory(tmp_path / "north+0.npz", "k")})
    assert again.look(edges(350.0), Light.DAY, 0).is_proven
    # Whoever removes the file says that what it shows now is its view.
    (tmp_path / "north+0.npz").unlink()
    assert not sights.look(edges(350.0), Light.DAY, 0).is_learned


def test_places_are_told_apart_as_far_as_pictures_can() -> None:
    here = Pose(359.7, 0.0, 0.0, 60.0)
    assert same_place(here, Pose(0.3, 0.5, 0.0, 60.0))
    assert not same_place(here, Pose(2.0, 0.0, 0.0, 60.0))
    assert not same_place(here, Pose(359.7, 0.0, 0.0, 30.0))


# --- proving -----------------------------------------------------------------------------


def test_a_nudge_grows_and_shrinks_until_both_axes_are_seen_to_follow() -> None:
    proving = Proving()
    first = proving.nudge(1, Light.DAY, 30.0, 0.0)
    assert (first.pan > 0, first.tilt > 0) == (True, True)
    proving.begin(Leg(Stop(1, "P1", 9.0), None))
    assert not proving.is_over(1.0)
    assert proving.is_over(60.0)
    proving.seen(LITTLE)
    assert proving.is_over(1.0)
    second = proving.nudge(1, Light.DAY, -30.0, 0.0)
    assert second.for_s > first.for_s
    assert second.pan < 0
    for _ in range(8):
        proving.begin(Leg(Stop(1, "P1", 9.0), None))
        proving.seen(LOST)
    assert proving.nudge(1, Light.DAY, 0.0, 0.0).for_s < first.for_s
    proving.begin(Leg(Stop(1, "P1", 9.0), None))
    proving.seen(None)
    assert proving.back(None, late=False) is None


@pytest.mark.parametrize(("out", "home", "late", "holds"), [
    (BOTH, SAME, False, True), (BOTH, BOTH, False, False), (LITTLE, SAME, False, None),
    (BOTH, SAME, True, None), (BOTH, replace(SAME, alike=0.4), False, None),
])  # fmt: skip
def test_what_a_return_shows(out: Shift, home: Shift, late: bool, holds: bool | None) -> None:  # noqa: FBT001
    proving = Proving()
    proving.begin(Leg(Stop(1, "P1", 9.0), None))
    proving.seen(out)
    assert proving.back(home, late=late) is holds
    assert proving.leg is None


def test_one_axis_that_never_follows_is_dead_until_it_does() -> None:
    proving = Proving()
    tilts = []
    for number in range(3):
        tilts.append(proving.nudge(number, Light.DAY, 1.0, 100.0).tilt > 0)
        proving.begin(Leg(Stop(number, "P", 9.0), None))
        proving.seen(ONE_AXIS)
    assert tilts == [True, False, True]  # it may have been at its end
    assert proving.is_dead
    assert not proving.is_due(0, Light.DAY, 101.0)
    assert proving.is_due(0, Light.DAY, 100.0 + DEAD_AGAIN_S)
    proving.begin(Leg(Stop(0, "P", 9.0), None))
    proving.seen(BOTH)
    assert not proving.is_dead


def test_a_preset_is_not_tried_for_ever() -> None:
    proving = Proving()
    for _ in range(MOST_TRIES):
        assert proving.is_due(1, Light.DAY, 5.0)
        proving.nudge(1, Light.DAY, 0.0, 5.0)
    assert not proving.is_due(1, Light.DAY, 5.0)
    assert proving.is_due(1, Light.NIGHT, 5.0)
    assert proving.is_due(1, Light.DAY, 6.0 + AGAIN_AFTER_S)
    proving.refused(10.0)
    assert not proving.is_due(2, Light.DAY, 11.0)
    assert proving.is_due(2, Light.DAY, 11.0 + AGAIN_AFTER_S)


# --- stuck -------------------------------------------------------------------------------


@given(st.integers(2, 12), st.lists(st.sampled_from([True, False, None]), max_size=40))
def test_a_mast_that_never_obeys_is_found_within_a_tour_whatever_was_before(
    places: int, before: list[bool | None]
) -> None:
    watch = StuckWatch()
    for failed in before:
        watch.journey(failed=failed, places=places)
    for _ in range(max(places, 2)):
        watch.journey(failed=True, places=places)
    assert watch.is_stuck
    for _ in range(max(places, 3)):
        watch.journey(failed=None, places=places)  # fog says nothing
    assert watch.is_stuck
    for _ in range(max(places, 3)):
        watch.journey(failed=False, places=places)
    assert not watch.is_stuck


def test_an_axis_that_stays_is_told_where_views_overlap() -> None:
    here = Pose(30.0, -3.0, 0.0, 60.0)
    assert axis_stayed(Shift(0.0, 0.2, 0.5, 0.9), here, Pose(100.0, 3.0, 0.0, 60.0))
    assert axis_stayed(Shift(-0.3, 0.0, 0.5, 0.9), here, Pose(48.0, 5.0, 0.0, 60.0))
    assert not axis_stayed(Shift(-0.3, -0.24, 0.5, 0.9), here, Pose(48.0, 5.0, 0.0, 60.0))
    assert not axis_stayed(Shift(-0.3, 0.0, 0.5, 0.9), here, Pose(48.0, -3.0, 0.0, 60.0))
    assert not axis_stayed(LOST, here, Pose(100.0, 3.0, 0.0, 60.0))
    assert not axis_stayed(None, here, here)


# --- what a camera says ------------------------------------------------------------------


def test_a_word_counts_of_a_camera_that_was_heard_to_move_and_not_caught_lying() -> None:
    senses = StatusSense()
    senses.heard(TurnerStatus(None, False), 0.0)  # noqa: FBT003
    assert not senses.says_still()
    senses.heard(TurnerStatus(None, True), 1.0)  # noqa: FBT003
    assert senses.says_moving()
    senses.heard(TurnerStatus(None, False), 2.0)  # noqa: FBT003
    assert senses.says_still()
    senses.turned(3.0)  # the picture may be from before
    assert senses.is_honest
    senses.turned(7.0)
    assert not senses.is_honest
    for _ in range(5):
        senses.arrived()
    assert senses.is_honest
    senses.under_way()
    assert not senses.says_still()


def test_a_position_counts_against_a_view_and_never_for_it_alone() -> None:
    senses = StatusSense()
    assert senses.agrees(1) is None
    senses.told(1, Position3(0.999, 0.1, 0.0))
    senses.told(2, None)
    senses.heard(TurnerStatus(Position3(-0.9995, 0.1, 0.0)), 0.0)
    assert senses.agrees(1) is None  # near, round the circle; but it is all that was ever told
    senses.told(2, Position3(0.2, 0.1, None))
    assert senses.agrees(1) is True
    assert senses.agrees(2) is False
    senses.found(3)
    assert senses.agrees(3) is True
    senses.forget(3)
    assert senses.agrees(3) is None
    degrees = StatusSense()
    degrees.told(1, Position3(359.0, 0.0, None))
    degrees.told(2, Position3(100.0, 0.0, None))
    degrees.heard(TurnerStatus(Position3(1.0, 0.0, None)), 0.0)
    assert degrees.agrees(1) is True


# --- notes and routes --------------------------------------------------------------------


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([*GapCause]))))
def test_gaps_begin_and_end_in_turns(script: list[tuple[bool, GapCause]]) -> None:
    notes = GapNotes()
    for begins, cause in script:
        (notes.begin if begins else notes.end)(cause)
    taken = notes.taken()
    for cause in GapCause:
        told = [note.begins for note in taken if note.cause is cause]
        assert all(one is not other for one, other in pairwise(told))
    notes.begin(GapCause.STUCK, "li")
    assert notes.taken() in ([GapNote(GapCause.STUCK, begins=True, who="li")], [])


def test_a_route_goes_round_skips_and_comes_again() -> None:
    tour = Tour("t", (TourStop(0, 5.0), TourStop(1, 6.0), TourStop(7, 5.0), TourStop(2, 5.0)))
    held: list[Tour | None] = [tour]
    mover = Mover("http://h", "", ((0, "a"), (1, "b"), (2, "c"), (7, "gone")))
    route = Route(mover, (0, 1, 2), lambda: held[0])

    def go() -> int | None:
        stop = route.next()
        return None if stop is None else stop.preset

    assert [go() for _ in range(4)] == [0, 1, 2, 0]
    route.again()
    assert route.peek() == 0
    assert (go(), route.places()) == (0, 3)
    route.skipped.add(1)
    assert go() == 2
    held[0] = None
    assert (go(), route.places()) == (0, 1)
    assert Route(mover, (), lambda: None).next() is None


# --- judge and round ---------------------------------------------------------------------


def raw(rig: PatrolRig, small: object, number: int) -> RawFrame:
    return RawFrame(
        b"x%d" % number, rig.clock.now(), TimeSource.RECEIPT, FrameMode.VISIBLE, Provenance.LIVE,
        small=small,  # type: ignore[arg-type]
    )  # fmt: skip


def look(rig: PatrolRig, small: object, number: int) -> Fault | None:
    judged = rig.parts.judge.look(raw(rig, small, number), rig.clock.now(), rig.now_s)
    return asyncio.run(judged).fault  # type: ignore[arg-type]


def test_a_picture_that_shows_nothing_or_comes_again_is_told_as_that() -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS))
    asyncio.run(rig.play(12.0))
    assert rig.course.phase is PatrolPhase.WATCHING
    assert look(rig, np.zeros((135, 240, 3), np.uint8), 1) is Fault.BLACK
    assert look(rig, np.zeros((9, 9, 3), np.uint8), 2) is None
    assert look(rig, rig.head.picture(), 3) is None
    assert look(rig, rig.head.picture(), 3) is Fault.DUPLICATE
    dark = np.full((135, 240, 3), 12, np.uint8)
    dark[::7, ::5] = 30
    rig.clock.advance(1.0)
    assert look(rig, dark, 4) is Fault.COVERED


def test_a_picture_that_is_overtaken_by_a_command_is_of_no_known_view() -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS))
    asyncio.run(rig.play(12.0))
    course, judge = rig.course, rig.parts.judge
    measure = judge._measure

    def overtaken(*arguments: object) -> object:
        course.steered("li", rig.now_s)
        return measure(*arguments)  # type: ignore[arg-type]

    judge._measure = overtaken  # type: ignore[assignment, method-assign]
    with ThreadPoolExecutor(1) as pool:
        judge._pool = pool
        assert look(rig, rig.head.picture(), 9) is Fault.STEERED


def test_a_round_survives_whatever_its_turner_does(caplog: pytest.LogCaptureFixture) -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS))

    async def broken(token: str) -> None:
        raise RuntimeError(token)

    rig.turner.goto = broken  # type: ignore[method-assign]

    async def run() -> None:
        task = asyncio.create_task(rig.parts.round.run())
        for _ in range(30):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())
    assert "its round failed" in caplog.text
    assert rig.course.refused_code == "reader_failed"


def test_a_camera_that_cannot_say_where_it_is_is_not_asked_for_ever() -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS))
    asked = []
    status = rig.turner.status

    async def mute() -> TurnerStatus:
        asked.append(rig.now_s)
        rig.head.refuses = True
        try:
            return await status()
        finally:
            rig.head.refuses = False

    rig.turner.status = mute  # type: ignore[method-assign]
    asyncio.run(rig.play(200.0))
    assert len(asked) == 3


def test_a_camera_that_does_not_turn_by_speed_is_never_verified() -> None:
    rig = PatrolRig(head_of(TARGETS), setup_of(TARGETS))
    rig.turner.moves = False
    asyncio.run(rig.play(200.0))
    assert rig.told(Fault.MOVING) < 60
    assert not any(one.trust is not None and one.trust.value == "verified" for one in rig.seen)
    assert rig.course.refused_code == ""


def test_a_turner_is_made_of_what_is_configured() -> None:
    turner = turner_of(Mover("http://192.0.2.1/onvif", "P"), None, SystemClock())
    asyncio.run(turner.close())
    with pytest.raises(SourceRefused):
        turner_of(Mover("rtsp://192.0.2.1/1"), None, SystemClock())
