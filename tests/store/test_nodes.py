"""Nodes and their frames, on both databases."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.heat_intake import FrameDraft, SeenFrame
from models.heat_node import (
    FrameRefusal,
    FrameState,
    HeatNode,
    NodeReading,
    NodeTrouble,
)
from models.site import HeightDatum, Pose, Position
from models.store import Store
from models.store import nodes as nodes_module
from models.thermal import ThermalEncoding
from models.warm_place import WarmPlace

KEY = "k" * 64
WARM = WarmPlace(0.1, 0.2, 0.2, 0.3, "灶房烟囱")
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
NODE = HeatNode(
    "n1",
    "一号",
    Position(106.5, 29.5, 0.0, HeightDatum.GROUND),
    Pose(0.0, 0.0, 0.0, 56.0),
    50.0,
    ThermalEncoding.CENTIKELVIN,
    (1800, 900, 300, 120, 60),
    is_drill=True,
    warm_places=(WARM, WarmPlace(0.0, 0.0, 0.05, 1.0)),
)
READING = NodeReading(0.0, 0.5, 0.0, -90.0, -1.5, 0.0, 106.5, 29.5, 0.0, 0, "1.2")


def draft(
    sequence: int, *, minutes: float = 0.0, node_id: str = "n1", content: str = "", **more: object
) -> FrameDraft:
    told = FrameDraft(
        node_id,
        sequence,
        NOON - timedelta(minutes=minutes),
        NOON,
        (content or f"{sequence:x}").rjust(64, "0"),
        10,
        "png",
        READING,
        300,
    )
    return replace(told, **more)


@pytest.fixture
def filled(store: Store) -> Store:
    store.nodes.add(NODE, KEY, author="li")
    return store


def test_a_node_comes_back_as_it_was_set_up(filled: Store, clock: ManualClock) -> None:
    kept = filled.nodes.kept("n1")
    assert (kept.node, kept.version, kept.entered_at) == (NODE, 1, clock.now())
    assert filled.nodes.get("n1") == NODE
    bare = replace(NODE, node_id="a0", pose=None, is_drill=False)
    filled.nodes.add(bare, KEY, author="li")
    assert [one.node for one in filled.nodes.all_kept()] == [bare, NODE]
    with pytest.raises(Conflict) as refused:
        filled.nodes.add(NODE, KEY, author="li")
    assert refused.value.code == "node_exists"
    with pytest.raises(NotFound) as missing:
        filled.nodes.get("n2")
    assert missing.value.code == "no_such_node"


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("node_key", {"node_id": "N1"}),
        ("node_key", {"node_id": "n" * 41}),
        ("node_name", {"name": " "}),
        ("node_name", {"name": "x" * 101}),
        ("node_name", {"name": "a\nb"}),
        ("node_reach", {"reach_m": 0.0}),
        ("node_reach", {"reach_m": float("nan")}),
        ("node_reach", {"reach_m": 5000.5}),
        ("node_intervals", {"intervals_s": (60, 60, 60, 60)}),
        ("node_intervals", {"intervals_s": (60, 60, 60, 60, 4)}),
        ("node_intervals", {"intervals_s": (86_401, 60, 60, 60, 60)}),
        ("node_warm", {"warm_places": (WARM,) * 9}),
        ("node_warm", {"warm_places": (replace(WARM, x_max=0.104),)}),
        ("node_warm", {"warm_places": (replace(WARM, x_max=0.9, y_max=0.9),)}),
        ("node_warm", {"warm_places": (replace(WARM, x_min=-0.01),)}),
        ("node_warm", {"warm_places": (replace(WARM, y_max=float("nan")),)}),
        ("node_warm", {"warm_places": (replace(WARM, note="烟" * 41),)}),
        ("node_warm", {"warm_places": (replace(WARM, note="a\nb"),)}),
    ],
)
def test_what_cannot_be_a_node_is_refused(
    filled: Store, code: str, change: dict[str, object]
) -> None:
    node = replace(NODE, **{"node_id": "n2", **change})
    for act in (
        lambda: filled.nodes.add(node, KEY, author="li"),
        lambda: filled.nodes.change(node, author="li"),
    ):
        with pytest.raises(InputRefused) as refused:
            act()
        assert refused.value.code == code


@pytest.mark.parametrize("key", ["k" * 31, "k" * 129, "钥" * 40, "k" * 40 + "\n"])
def test_a_key_that_is_none_is_refused(filled: Store, key: str) -> None:
    for act in (
        lambda: filled.nodes.add(replace(NODE, node_id="n2"), key, author="li"),
        lambda: filled.nodes.renew_key("n1", key, author="li"),
    ):
        with pytest.raises(InputRefused) as refused:
            act()
        assert refused.value.code == "node_secret"


def test_there_are_not_more_nodes_than_fit(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nodes_module, "MOST_NODES", 1)
    with pytest.raises(InputRefused) as refused:
        filled.nodes.add(replace(NODE, node_id="n2"), KEY, author="li")
    assert refused.value.code == "node_count"


def test_changes_have_versions_events_and_deeds(filled: Store) -> None:
    before = filled.events.latest()
    nodes = filled.nodes
    assert nodes.change(NODE, author="li").version == 1, "the same again changes nothing"
    moved = replace(NODE, pose=None)
    assert nodes.change(moved, author="li", version=1).version == 2
    renamed = replace(moved, name="二号")
    with pytest.raises(Conflict) as refused:
        nodes.change(renamed, author="li", version=1)
    assert refused.value.code == "node_changed"
    assert nodes.change(renamed, author="li").version == 3
    assert nodes.retire("n1", author="li").node.is_retired
    assert nodes.retire("n1", author="li").version == 4
    told = filled.events.after(before)
    assert {one.kind for one in told} == {EventKind.NODE_CHANGED}
    assert {one.subject_id for one in told} == {nodes.kept("n1").number}
    assert [one.action for one in filled.audit.entries(9, noun="node")] == [
        *("node.retired", "node.changed", "node.changed", "node.added")
    ]
    filled.audit.verify()


def test_a_key_is_had_in_full_and_is_gone_with_its_node(filled: Store, tmp_path: Path) -> None:
    nodes = filled.nodes
    sender = nodes.sender("n1")
    assert sender is not None
    assert (sender.key, sender.kept.node) == (KEY, NODE)
    assert KEY not in repr(sender)
    nodes.renew_key("n1", "x" * 32, author="li")
    assert getattr(nodes.sender("n1"), "key", None) == "x" * 32
    assert "x" * 32 not in "".join(filled.audit.lines())
    for with_credentials in (True, False):
        copy = tmp_path / f"copy-{with_credentials}.db"
        filled.backup_to(copy, with_credentials=with_credentials)
        opened = Store.open(f"sqlite:///{copy}", clock=ManualClock(NOON))
        found = opened.nodes.sender("n1")
        opened.close()
        assert found is not None
        assert (found.key == "x" * 32) is with_credentials
    nodes.retire("n1", author="li")
    assert getattr(nodes.sender("n1"), "key", "") is None
    assert nodes.sender("n2") is None
    with pytest.raises(Conflict) as refused:
        nodes.renew_key("n1", KEY, author="li")
    assert refused.value.code == "node_retired"


def test_a_frame_is_taken_once_and_another_of_its_number_never(filled: Store) -> None:
    frame, is_new = filled.nodes.take(draft(7, minutes=90))
    assert is_new
    assert (frame.captured_at, frame.received_at) == (NOON - timedelta(minutes=90), NOON)
    assert (frame.reading, frame.state, frame.has_file) == (READING, FrameState.WAITING, True)
    assert (frame.told_at, frame.suffix) == (frame.captured_at, "png")
    again, is_new = filled.nodes.take(draft(7, minutes=90, received_at=NOON + timedelta(hours=1)))
    assert (again, is_new) == (frame, False)
    with pytest.raises(Conflict) as refused:
        filled.nodes.take(draft(7, content="f"))
    assert refused.value.code == "node_sequence"
    assert filled.nodes.frame(frame.frame_id) == frame
    assert filled.nodes.sequence_of("n1", 7) == frame
    assert filled.nodes.sequence_of("n1", 8) is None
    for missing in (frame.frame_id + 1, 10**40):
        with pytest.raises(NotFound) as absent:
            filled.nodes.frame(missing)
        assert absent.value.code == "no_such_frame"
    standing = filled.nodes.standing("n1")
    assert (standing.frames, standing.waiting, standing.repeated) == (1, 1, 1)


def test_several_are_taken_together_and_each_is_told_its_own(filled: Store) -> None:
    filled.nodes.add(replace(NODE, node_id="old"), KEY, author="li")
    filled.nodes.retire("old", author="li")
    taken = filled.nodes.take_many(
        [
            draft(1),
            draft(1),
            draft(1, content="e"),
            draft(2, node_id="nobody"),
            draft(3, node_id="old"),
            draft(4),
        ]
    )
    kinds = [one[1] if isinstance(one, tuple) else one.code for one in taken]
    assert kinds == [True, False, "node_sequence", "no_such_node", "no_such_node", True]
    with pytest.raises(NotFound):
        filled.nodes.take(draft(5, node_id="nobody"))
    assert filled.nodes.take_many([]) == []


def test_what_a_late_frame_says_of_its_node_is_over(filled: Store) -> None:
    live = replace(READING, battery_share=0.9, kept_frames=99)
    filled.nodes.take(draft(2, reading=live))
    filled.nodes.take(draft(1, minutes=600, received_at=NOON + timedelta(seconds=5)))
    standing = filled.nodes.standing("n1")
    assert standing.last_reading == live
    assert standing.last_captured_at == NOON
    assert standing.last_received_at == NOON + timedelta(seconds=5)


def test_a_known_error_of_the_clock_corrects_when_a_frame_was_taken(filled: Store) -> None:
    for sequence in range(4):
        frame, _ = filled.nodes.take(draft(sequence, minutes=60))
    assert frame.captured_at == NOON, "an hour late, and nothing waited: its clock is behind"
    assert frame.told_at == NOON - timedelta(hours=1)
    assert filled.nodes.standing("n1").clock_error_s == -3600.0


def test_frames_wait_in_the_order_of_capture_and_are_seen_once(filled: Store) -> None:
    nodes = filled.nodes
    for sequence, minutes in ((0, 5.0), (1, 500.0), (2, 1.0)):
        nodes.take(draft(sequence, minutes=minutes, reading=NodeReading()))
    assert [one.sequence for one in nodes.waiting(9)] == [1, 0, 2]
    assert [one.sequence for one in nodes.waiting(1)] == [1]
    since = NOON - timedelta(minutes=10)
    assert [one.sequence for one in nodes.waiting(9, since=since)] == [0, 2]
    nodes.seen(1, hottest_c=0.0, spots=0, detail=2.5)
    nodes.seen(1, hottest_c=99.0, spots=9)
    nodes.seen_many(
        [
            SeenFrame(2, None, None, code="thermal_damaged"),
            SeenFrame(3, None, 1, needed=True),
            SeenFrame(10**30, None, None),
        ]
    )
    first, second, third = (nodes.frame(number) for number in (1, 2, 3))
    assert (first.state, first.hottest_c, first.spots) == (FrameState.SEEN, 0.0, 0)
    assert (second.state, second.code) == (FrameState.UNREADABLE, "thermal_damaged")
    assert (third.hottest_c, third.spots) == (None, 1)
    assert nodes.standing("n1").waiting == 0
    (member,) = nodes.fleet()
    assert [one.best for one in member.facts.days] == [(2.5,)]
    assert nodes.waiting(9) == []
    assert [one.frame_id for one in nodes.frames("n1", limit=2)] == [3, 2]
    assert [one.frame_id for one in nodes.frames("n1", before=2)] == [1]
    with pytest.raises(NotFound):
        nodes.frames("nobody")


def test_files_that_are_needed_stay_and_the_others_are_forgotten(filled: Store) -> None:
    nodes = filled.nodes
    for sequence in range(5):
        nodes.take(draft(sequence, minutes=10.0 * sequence, reading=NodeReading()))
    later = NOON + timedelta(seconds=1)
    assert nodes.clearable(later, 9) == [], "nobody has looked at them"
    for number in range(1, 6):
        nodes.seen(number, hottest_c=None, spots=0)
    nodes.need([1, 10**30])
    nodes.need([])
    span = (NOON - timedelta(minutes=30), NOON - timedelta(minutes=20))
    assert nodes.need_between("n1", *span) == 2
    assert [one.frame_id for one in nodes.clearable(later, 9)] == [2, 5]
    assert [one.frame_id for one in nodes.clearable(later, 1)] == [2]
    assert nodes.clearable(NOON, 9) == []
    assert nodes.file_bytes() == 50
    nodes.cleared([2, 5])
    nodes.cleared([])
    assert nodes.file_bytes() == 30
    assert nodes.pictures_of("n1") == {f"{n}-{'0' * 16}" for n in (0, 2, 3)}
    assert nodes.forget(NOON) == 0
    assert nodes.forget(later, limit=1) == 1
    assert nodes.forget(later) == 1
    assert [one.frame_id for one in nodes.frames("n1")] == [4, 3, 1]
    assert nodes.file_bytes() == 30
    assert nodes.standing("n1").frames == 5, "that it took"


def test_refusals_are_counted_by_node_and_reason(filled: Store) -> None:
    nodes = filled.nodes
    nodes.add(replace(NODE, node_id="n2"), KEY, author="li")
    counted = Counter(
        {
            ("n1", FrameRefusal.STALE): 2,
            ("n1", FrameRefusal.FORGED): 4,
            ("nobody", FrameRefusal.UNKNOWN): 9,
        }
    )
    assert nodes.count_refusals(counted, NOON) == {"n1"}
    nodes.count_refusal("n1", FrameRefusal.STALE)
    nodes.count_refusal("n2", FrameRefusal.FLOOD, 3, NOON)
    standings = nodes.standings()
    assert standings["n1"].refused == {FrameRefusal.STALE: 3, FrameRefusal.FORGED: 4}
    assert standings["n2"].refused == {FrameRefusal.FLOOD: 3}
    assert [len(one.facts.forged_at) for one in nodes.fleet()] == [3, 0]


def test_everybody_is_told_of_those_that_do_otherwise(filled: Store) -> None:
    nodes = filled.nodes
    nodes.add(replace(NODE, node_id="n2"), KEY, author="li")
    before = filled.events.latest()
    silent = (NodeTrouble.SILENT,)
    assert nodes.tell_troubles({"n1": silent, "nobody": silent}) == ["n1"]
    assert nodes.tell_troubles({"n1": silent, "n2": ()}) == []
    assert nodes.standing("n1").troubles == silent
    assert [one.subject_id for one in filled.events.after(before)] == [nodes.kept("n1").number]
    with pytest.raises(NotFound):
        nodes.standing("nobody")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 3000)),
        min_size=1,
        max_size=25,
    )
)
def test_whatever_comes_in_whatever_order_is_counted_once(
    filled: Store, pushes: list[tuple[int, int, int]]
) -> None:
    """A model of it: the first content of a number stays, every other push is told apart."""
    node_id = f"m{len(filled.nodes.all_kept())}"
    filled.nodes.add(replace(NODE, node_id=node_id), KEY, author="li")
    model: dict[int, str] = {}
    new = repeated = 0
    for sequence, content, minutes in pushes:
        one = draft(sequence, minutes=minutes, node_id=node_id, content=f"{content:x}")
        known = model.setdefault(sequence, one.sha256)
        if known != one.sha256:
            with pytest.raises(Conflict):
                filled.nodes.take(one)
            continue
        _, is_new = filled.nodes.take(one)
        new += is_new
        repeated += not is_new
    standing = filled.nodes.standing(node_id)
    assert new == len(model) == standing.frames == standing.waiting
    assert standing.repeated == repeated
    frames = filled.nodes.frames(node_id)
    assert {one.sequence: one.sha256 for one in frames} == model
    own = [one for one in filled.nodes.waiting(1000) if one.node_id == node_id]
    assert [one.captured_at for one in own] == sorted(one.captured_at for one in frames)
