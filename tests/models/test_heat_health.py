"""How a node does, folded frame by frame."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.config.nodes import NodesRule
from models.heat_health import (
    NodeFacts,
    as_captured,
    clock_error_s,
    follow_detail,
    follow_forgery,
    follow_frame,
    interval_s,
    troubles_of,
)
from models.heat_intake import FrameDraft, KeptNode
from models.heat_node import HeatNode, NodeReading, NodeTrouble
from models.patrol import DangerClass
from models.site import HeightDatum, Position
from models.thermal import ThermalEncoding

NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NODE = HeatNode(
    "n1",
    "一号",
    Position(106.5, 29.5, 3.0, HeightDatum.GROUND),
    None,
    50.0,
    ThermalEncoding.CENTIKELVIN,
)
KEPT = KeptNode(1, NODE, 1, NOON - timedelta(days=30))
RULE = NodesRule()


def frame(
    received_at: datetime, delay_s: float = 2.0, *, told_s: int = 300, **reading: float
) -> FrameDraft:
    return FrameDraft(
        *("n1", 1, received_at - timedelta(seconds=delay_s), received_at, "0" * 64, 9, "png"),
        NodeReading(**reading),  # type: ignore[arg-type]  # by name
        told_s,
    )


def after(*frames: FrameDraft, facts: NodeFacts | None = None, latest: bool = True) -> NodeFacts:
    found = facts or NodeFacts()
    for one in frames:
        found = follow_frame(found, NODE, one, is_latest=latest)
    return found


def troubles(
    facts: NodeFacts,
    reading: NodeReading | None = None,
    *,
    at: datetime = NOON,
    received_at: datetime | None = NOON,
    danger: DangerClass = DangerClass.HIGH,
    before: tuple[NodeTrouble, ...] = (),
    kept: KeptNode = KEPT,
    rule: NodesRule = RULE,
) -> tuple[NodeTrouble, ...]:
    return troubles_of(
        kept,
        facts,
        reading or NodeReading(),
        last_received_at=received_at,
        danger=danger,
        now=at,
        rule=rule,
        before=before,
    )


def test_an_interval_follows_the_class_of_the_day() -> None:
    assert [interval_s(NODE, one) for one in DangerClass] == list(NODE.intervals_s)


@settings(max_examples=60)
@given(
    error_s=st.floats(-7200.0, 7200.0),
    waits_s=st.lists(st.floats(0.0, 40.0), min_size=5, max_size=12),
)
def test_the_error_of_a_clock_is_found_behind_the_way_through_the_air(
    error_s: float, waits_s: list[float]
) -> None:
    facts = after(*(frame(NOON, wait_s - error_s, kept_frames=0) for wait_s in waits_s))
    found = clock_error_s(facts)
    assert found is not None
    assert error_s - 40.0 - 1e-3 <= found <= error_s + 1e-3
    captured = as_captured(facts, NOON - timedelta(seconds=waits_s[-1] - error_s), NOON)
    assert timedelta() <= NOON - captured <= timedelta(seconds=60.0 + 40.0 + 1e-3)


def test_a_backlog_is_no_clock_that_is_behind() -> None:
    drained = after(*(frame(NOON, 86_400.0 - 60.0 * n, kept_frames=99 - n) for n in range(50)))
    assert clock_error_s(drained) is None
    assert as_captured(drained, NOON - timedelta(days=1), NOON) == NOON - timedelta(days=1)
    live = after(frame(NOON, 3.0, kept_frames=99), facts=drained)
    assert clock_error_s(live) == -3.0
    assert NodeTrouble.CLOCK not in troubles(drained)


def test_one_frame_that_an_outage_held_back_is_no_clock_that_is_behind() -> None:
    facts = after(*(frame(NOON, delay_s, kept_frames=0) for delay_s in (2.0, 3.0, 90_000.0)))
    assert clock_error_s(facts) == -2.0
    old = replace(facts, delays_s=(90_000.0, 80_000.0))
    assert clock_error_s(old) == -2.0, "what was live says more than what waited"


def test_nothing_is_known_of_a_clock_before_a_frame() -> None:
    assert clock_error_s(NodeFacts()) is None
    assert as_captured(NodeFacts(), NOON + timedelta(seconds=5), NOON) == NOON


def test_a_clock_that_is_ahead_moves_only_what_comes_from_the_future() -> None:
    facts = after(*(frame(NOON, -3600.0) for _ in range(3)))
    assert as_captured(facts, NOON + timedelta(seconds=3590.0), NOON) == NOON - timedelta(
        seconds=10
    )
    assert as_captured(facts, NOON - timedelta(hours=5), NOON) == NOON - timedelta(hours=5)
    assert troubles(facts) == (NodeTrouble.CLOCK,)


@pytest.mark.parametrize(
    ("told_s", "danger", "silent_after_s"),
    [
        (300, DangerClass.HIGH, 3 * 300 + 120),
        (1800, DangerClass.EXTREME, 3 * 1800 + 120),
        (60, DangerClass.LOW, 3 * 1800 + 120),
    ],
)
def test_a_node_is_silent_after_three_of_the_intervals_that_it_may_know(
    told_s: int, danger: DangerClass, silent_after_s: int
) -> None:
    facts = after(frame(NOON, told_s=told_s))
    for beyond_s, found in ((0.0, ()), (0.001, (NodeTrouble.SILENT,))):
        at = NOON + timedelta(seconds=silent_after_s + beyond_s)
        assert troubles(facts, at=at, danger=danger) == found
    assert troubles(NodeFacts(), received_at=None) == (NodeTrouble.SILENT,), "since it was set up"
    retired = replace(KEPT, node=replace(NODE, is_retired=True))
    assert troubles(NodeFacts(), received_at=None, kept=retired) == ()


def test_a_node_that_is_carried_away_or_tilts_is_told_after_three_readings() -> None:
    far = {"lon_deg": 106.5 + 0.0007, "lat_deg": 29.5}  # 68 m
    near = {"lon_deg": 106.5 + 0.0006, "lat_deg": 29.5}  # 58 m
    facts = after(*[frame(NOON, **far)] * 2, frame(NOON))
    assert NodeTrouble.MOVED not in troubles(facts)
    facts = after(frame(NOON, **far), facts=facts)
    assert NodeTrouble.MOVED in troubles(facts)
    assert NodeTrouble.MOVED not in troubles(facts.moved_anew())
    assert NodeTrouble.MOVED not in troubles(after(frame(NOON, **near), facts=facts))
    tilted = after(*[frame(NOON, tilt_deg=-5.1)] * 3)
    assert NodeTrouble.MOVED in troubles(tilted)
    assert NodeTrouble.MOVED not in troubles(after(*[frame(NOON, tilt_deg=5.0)] * 3))
    old = after(*[frame(NOON, **far)] * 9, latest=False)
    assert NodeTrouble.MOVED not in troubles(old), "a backlog tells where it was"


def test_a_sensor_that_reads_its_shutter_otherwise_than_before_drifts() -> None:
    learnt = after(*(frame(NOON, board_c=20.0 + n % 3, shutter_c=21.5 + n % 3) for n in range(24)))
    assert learnt.usual_gap_c == pytest.approx(1.5)
    four = after(*[frame(NOON, board_c=20.0, shutter_c=25.6)] * 4, facts=learnt)
    assert NodeTrouble.DRIFT not in troubles(four)
    five = after(frame(NOON, board_c=-5.0, shutter_c=0.6), facts=four)
    assert NodeTrouble.DRIFT in troubles(five)
    back = after(frame(NOON, board_c=20.0, shutter_c=21.0), frame(NOON, board_c=3.0), facts=five)
    assert NodeTrouble.DRIFT not in troubles(back)


def detailed(*days: float) -> NodeFacts:
    facts = NodeFacts()
    for back, figure in enumerate(reversed(days), start=1):
        for spread in (-0.2, 0.0, 0.1, -1.0):
            facts = follow_detail(facts, NOON - timedelta(days=back), figure * (1.0 + spread / 10))
    return facts


def test_a_lens_that_loses_its_detail_for_three_days_is_dirty() -> None:
    assert NodeTrouble.DIRTY in troubles(detailed(4.0, 4.2, 3.9, 4.1, 1.0, 1.2, 0.9))
    assert NodeTrouble.DIRTY not in troubles(detailed(4.0, 4.2, 3.9, 4.1, 1.0, 3.0, 0.9)), "fog"
    assert NodeTrouble.DIRTY not in troubles(detailed(4.0, 4.2, 4.1, 1.0, 1.2, 0.9)), "too young"
    cleaned = detailed(4.0, 4.2, 3.9, 4.1, 1.0, 1.2, 0.9, 4.0)
    assert NodeTrouble.DIRTY not in troubles(cleaned)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.floats(allow_nan=True, allow_infinity=True)), max_size=120
    )
)
def test_detail_in_any_order_is_remembered_in_bounds(seen: list[tuple[int, float]]) -> None:
    facts = NodeFacts()
    for back, figure in seen:
        facts = follow_detail(facts, NOON - timedelta(days=back), figure)
    days = [one.day for one in facts.days]
    assert days == sorted(set(days))
    assert len(days) <= 60
    assert all(1 <= len(one.best) <= 3 for one in facts.days)
    assert all(list(one.best) == sorted(one.best, reverse=True) for one in facts.days)
    troubles(facts)


def test_thresholds_do_not_flicker() -> None:
    rule = NodesRule(battery_v=3.5)
    empty = (NodeTrouble.BATTERY,)
    for reading, before, found in (
        (NodeReading(battery_share=0.19), (), empty),
        (NodeReading(battery_share=0.2), (), ()),
        (NodeReading(battery_share=0.24), empty, empty),
        (NodeReading(battery_share=0.25), empty, ()),
        (NodeReading(battery_v=3.49), (), empty),
        (NodeReading(battery_v=3.55), empty, empty),
        (NodeReading(battery_v=3.6), empty, ()),
        (NodeReading(battery_share=0.0, battery_v=4.0), (), empty),
        (NodeReading(signal_dbm=-111.0), (), (NodeTrouble.SIGNAL,)),
        (NodeReading(signal_dbm=-108.0), (NodeTrouble.SIGNAL,), (NodeTrouble.SIGNAL,)),
        (NodeReading(signal_dbm=-107.0), (NodeTrouble.SIGNAL,), ()),
        (NodeReading(kept_frames=10), (), (NodeTrouble.BACKLOG,)),
        (NodeReading(kept_frames=9), (), ()),
    ):
        assert troubles(NodeFacts(), reading, before=before, rule=rule) == found, reading
    assert troubles(NodeFacts(), NodeReading(battery_v=0.5)) == (), "volts tell nothing by default"


def test_forged_pushes_are_told_for_a_day() -> None:
    facts = follow_forgery(NodeFacts(), 2, NOON - timedelta(hours=1))
    assert troubles(facts) == ()
    facts = follow_forgery(facts, 1, NOON)
    assert troubles(facts) == (NodeTrouble.FORGED,)
    assert (
        troubles(facts, received_at=NOON + timedelta(hours=24), at=NOON + timedelta(hours=24)) == ()
    )
    many = follow_forgery(NodeFacts(), 10**9, NOON)
    assert len(many.forged_at) == 3


def test_the_gravest_comes_first() -> None:
    facts = after(*[frame(NOON, -400.0, tilt_deg=30.0)] * 3)
    reading = NodeReading(battery_share=0.0, signal_dbm=-130.0, kept_frames=99)
    found = troubles(facts, reading, received_at=None)
    assert list(found) == [one for one in NodeTrouble if one in found]
    assert found[0] is NodeTrouble.MOVED
    assert found[-1] is NodeTrouble.BACKLOG
