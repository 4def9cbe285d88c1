"""A suppression holds one plume, and yields to growth, a new position, a second plume, a second
sensor and flame at night."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from detector.suppression import Ruling, Seen, Suppression, SuppressionMemory
from models.detection import Box, Label
from models.suppression import Holder, Release

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
AREA_KINDS = (Holder.MASK, Holder.NUISANCE, Holder.BURN)
PLACE_KINDS = (Holder.NUISANCE, Holder.COOL_DOWN)


def plume(width: float = 40.0, x_min: float = 300.0, y_max: float = 250.0) -> Box:
    return Box(Label.SMOKE, 0.7, x_min, y_max - width, x_min + width, y_max)


def seen(frame: int, *boxes: Box, track: int = 0, **changes: object) -> Seen:
    sighting = Seen(
        camera_id="t1",
        preset=0,
        track=track,
        frame_sequence=frame,
        at=START + timedelta(minutes=frame),
        boxes=boxes or (plume(),),
        smallest_px=100.0,
    )
    return replace(sighting, **changes)  # type: ignore[arg-type]


def over_an_area(by: Holder = Holder.MASK, growth: float = 2.0) -> Suppression:
    return Suppression(by, "1", None, growth=growth)


def of_a_plume(by: Holder = Holder.COOL_DOWN, box: Box | None = None) -> Suppression:
    anchor = box or plume()
    return Suppression(by, "1", None, anchor=anchor, area_px=anchor.area_px)


def last(memory: SuppressionMemory, touching: Suppression, *history: Seen) -> Ruling:
    *before, now = [memory.rule(sighting, [touching]) for sighting in history]
    assert all(ruling.held is not None for ruling in before), before
    return now


def released_by(ruling: Ruling) -> list[Release]:
    assert ruling.held is None
    return [overcome.release for overcome in ruling.overcome]


def test_what_nothing_touches_may_alert() -> None:
    assert SuppressionMemory().rule(seen(0), []) == Ruling(None)


@pytest.mark.parametrize("by", AREA_KINDS)
def test_an_area_holds_the_plume_that_is_first_seen_under_it(by: Holder) -> None:
    ruling = last(SuppressionMemory(), over_an_area(by), *(seen(frame) for frame in range(5)))
    assert ruling.held is not None
    assert (ruling.held.by, ruling.held.reference) == (by, "1")
    assert ruling.held.since == START
    assert (ruling.held.area_px, ruling.held.grows_at_px) == (1600.0, 3200.0)


def grown(frames: int, width: float, was: float = 40.0) -> list[Seen]:
    boxes: list[Box] = [plume(was)] * 3 + [plume(width)] * frames
    return [seen(at, *boxes[max(0, at - 2) : at + 1]) for at in range(len(boxes))]


@pytest.mark.parametrize("touching", [over_an_area(), of_a_plume(), over_an_area(Holder.BURN)])
def test_growth_is_released_in_the_second_frame_that_shows_it(touching: Suppression) -> None:
    ruling = last(SuppressionMemory(), touching, *grown(2, 57.0))
    assert released_by(ruling) == [Release.GREW]
    (overcome,) = ruling.overcome
    assert (overcome.area_px, overcome.now_px) == (1600.0, 57.0**2)


@pytest.mark.parametrize("touching", [over_an_area(), of_a_plume()])
def test_less_than_twice_the_area_is_no_growth(touching: Suppression) -> None:
    assert last(SuppressionMemory(), touching, *grown(5, 56.0)).held is not None


def test_one_wide_box_is_no_growth() -> None:
    sizes = [40.0, 40.0, 90.0, 40.0, 40.0]
    boxes = [plume(width) for width in sizes]
    history = [seen(at, *boxes[max(0, at - 2) : at + 1]) for at in range(len(boxes))]
    assert last(SuppressionMemory(), over_an_area(), *history).held is not None


def test_what_came_before_an_area_held_it_is_no_growth_under_it() -> None:
    history = [
        seen(0, plume(90.0), plume(90.0), plume(40.0)),
        seen(1, plume(90.0), plume(40.0), plume(40.0)),
    ]
    assert last(SuppressionMemory(), over_an_area(), *history).held is not None


def test_a_box_of_a_few_pixels_does_not_grow_by_rounding() -> None:
    history = grown(3, 9.0, was=5.0)
    assert last(SuppressionMemory(), over_an_area(), *history).held is not None


def test_growth_is_measured_against_what_people_saw_also_after_a_restart() -> None:
    ruling = last(SuppressionMemory(), of_a_plume(), seen(9, plume(60.0), plume(60.0), track=7))
    assert released_by(ruling) == [Release.GREW]


def test_a_new_track_in_the_old_place_is_measured_against_the_old_plume() -> None:
    first = [seen(at, plume(), plume(), track=1) for at in range(3)]
    again = seen(40, plume(60.0), plume(60.0), track=2)
    after = seen(41, plume(60.0), plume(60.0), plume(60.0), track=2)
    ruling = last(SuppressionMemory(), over_an_area(), *first, again)
    assert ruling.held is None
    assert SuppressionMemory().rule(after, [over_an_area()]).held is not None


@pytest.mark.parametrize("touching", [over_an_area(), of_a_plume(), of_a_plume(Holder.NUISANCE)])
def test_a_foot_that_moved_beyond_its_own_size_is_released(touching: Suppression) -> None:
    boxes = [plume(), plume(), plume(x_min=345.0), plume(x_min=345.0)]
    history = [seen(at, *boxes[max(0, at - 2) : at + 1]) for at in range(len(boxes))]
    ruling = last(SuppressionMemory(), touching, *history)
    assert released_by(ruling) == [Release.NEW_POSITION]


def test_a_plume_that_leans_over_with_one_corner_fixed_has_not_moved() -> None:
    boxes = [plume(), Box(Label.SMOKE, 0.7, 300.0, 235.0, 380.0, 250.0)]
    history = [seen(at, *boxes[: at + 1]) for at in range(2)]
    assert last(SuppressionMemory(), of_a_plume(), *history).held is not None


def test_a_second_plume_beside_the_first_is_released_and_the_first_stays_held() -> None:
    memory, mask = SuppressionMemory(), over_an_area()
    beside = plume(x_min=380.0)
    for frame in range(3):
        assert memory.rule(seen(frame, track=0), [mask]).held is not None
        ruling = memory.rule(seen(frame, beside, beside, track=1), [mask])
        assert released_by(ruling) == [Release.SECOND_PLUME]


def test_a_plume_in_two_overlapping_tracks_is_one() -> None:
    memory, mask = SuppressionMemory(), over_an_area()
    memory.rule(seen(0, track=0), [mask])
    assert memory.rule(seen(0, plume(x_min=320.0), track=1), [mask]).held is not None


@pytest.mark.parametrize("by", sorted(set(Holder) - {Holder.DUPLICATE, Holder.DECLINED}))
def test_a_second_sensor_and_flame_at_night_release_at_once(by: Holder) -> None:
    touching = of_a_plume(by)
    told = SuppressionMemory().rule(seen(0, other_sensor=True), [touching])
    assert released_by(told) == [Release.SECOND_SENSOR]
    known = replace(touching, knows_others=True)
    assert SuppressionMemory().rule(seen(0, other_sensor=True), [known]).held is not None
    burns = SuppressionMemory().rule(seen(0, flame_at_night=True), [touching])
    assert released_by(burns) == [Release.NIGHT_FLAME]


def test_only_people_who_judged_this_flame_hold_it_at_night_and_not_its_growth() -> None:
    judged = replace(of_a_plume(), holds_night_flame=True, until=START + timedelta(minutes=30))
    memory = SuppressionMemory()
    assert memory.rule(seen(0, flame_at_night=True), [judged]).held is not None
    grew = seen(1, plume(60.0), plume(60.0), flame_at_night=True)
    assert released_by(memory.rule(grew, [judged])) == [Release.GREW]
    assert memory.rule(seen(30, flame_at_night=True), [judged]).held is None


def test_a_suppression_ends_when_it_says_so() -> None:
    touching = replace(of_a_plume(), until=START + timedelta(minutes=5))
    memory = SuppressionMemory()
    held = memory.rule(seen(4), [touching]).held
    assert held is not None
    assert held.until == touching.until
    assert memory.rule(seen(5), [touching]) == Ruling(None)


def test_it_stays_held_while_one_of_several_holds() -> None:
    judged = of_a_plume(box=plume(60.0))
    mask = over_an_area()
    memory = SuppressionMemory()
    memory.rule(seen(0), [mask])
    memory.rule(seen(1), [mask])
    ruling = memory.rule(seen(2, plume(60.0), plume(60.0)), [mask, judged])
    assert ruling.held is not None
    assert ruling.held.by is Holder.COOL_DOWN
    assert [overcome.release for overcome in ruling.overcome] == [Release.GREW]


def test_a_full_memory_holds_nothing_more_until_something_is_old() -> None:
    memory, mask = SuppressionMemory(max_plumes=2), over_an_area()
    for number in range(2):
        memory.rule(seen(0, camera_id=f"t{number}"), [mask])
    assert memory.rule(seen(0, camera_id="t9"), [mask]).held is None
    assert memory.rule(seen(1, camera_id="t1"), [mask]).held is not None
    assert len(memory) == 2
    day = 24 * 60
    assert memory.rule(seen(day + 1, camera_id="t9"), [mask]).held is not None
    assert len(memory) == 2  # t0 was forgotten, t1 is a minute younger


@pytest.mark.parametrize(("minutes", "held"), [(24 * 60, False), (24 * 60 + 1, True)])
def test_a_plume_unseen_for_more_than_a_day_is_a_new_one(*, minutes: int, held: bool) -> None:
    memory, mask = SuppressionMemory(), over_an_area()
    memory.rule(seen(0), [mask])
    ruling = memory.rule(seen(minutes, plume(90.0), plume(90.0)), [mask])
    assert (ruling.held is not None) is held


def test_a_plume_that_was_released_and_is_still_seen_is_not_forgotten() -> None:
    memory, mask = SuppressionMemory(), over_an_area()
    memory.rule(seen(0), [mask])
    for hour in range(1, 40):
        ruling = memory.rule(seen(60 * hour, plume(90.0), plume(90.0)), [mask])
        assert released_by(ruling) == [Release.GREW]


def test_views_do_not_share_a_memory() -> None:
    memory, mask = SuppressionMemory(), over_an_area()
    memory.rule(seen(0, plume(10.0)), [mask])
    elsewhere = [seen(1, preset=1), seen(1, camera_id="t2")]
    for sighting in elsewhere:
        held = memory.rule(sighting, [mask]).held
        assert held is not None
        assert held.area_px == 1600.0
