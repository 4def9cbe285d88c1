"""What was played as JSON and back: the same values, always the same bytes."""

import json
import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.replay.result import canonical, played_as_json, played_from_json
from models.detection import Box, Label
from models.fix import Fix, FixCluster, FixOutcome, NoFixReason, TerrainReference
from models.footage import Conditions, Ignored, Light, Span, TrueBox, TrueFire, Truth
from models.frame import FrameMode
from models.replay import Played, PlayedAlert, PlayedFrame
from models.site import HeightDatum, Position

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
shares = st.floats(0.0, 1.0)
numbers = st.floats(-1e6, 1e6)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
boxes = st.builds(Box, st.sampled_from(Label), shares, *(st.floats(0.0, 5000.0) for _ in range(4)))
moments = st.integers(0, 10**15).map(lambda after: START + timedelta(microseconds=after))
frames = st.builds(
    PlayedFrame,
    numbers,
    moments,
    st.sampled_from(["", "corrupt", "frozen"]),
    shares,
    shares,
    st.none() | numbers,
    st.lists(boxes, max_size=2).map(tuple),
)
places = st.builds(
    Position, st.floats(-180, 180), st.floats(-90, 90), numbers, st.sampled_from(HeightDatum)
)
clusters = st.builds(
    FixCluster, places, shares, numbers, numbers, numbers, numbers, st.just(((1.5, 2.5),))
)
fixes = st.builds(
    Fix,
    st.sampled_from(FixOutcome),
    st.none() | st.sampled_from(NoFixReason),
    places,
    st.none() | numbers,
    st.none() | numbers,
    st.none() | numbers,
    st.lists(clusters, max_size=2).map(tuple),
    shares,
    st.none() | st.builds(TerrainReference, words, numbers, words),
    took_ms=st.floats(0.0, 100.0),
)
alerts = st.builds(
    PlayedAlert,
    st.integers(0, 9),
    numbers,
    moments,
    st.sampled_from(Label),
    shares,
    numbers,
    numbers,
    st.lists(words, max_size=2).map(tuple),
    st.integers(1, 9),
    numbers,
    boxes,
    numbers,
    st.integers(1, 9),
    st.none() | fixes,
)
TRUTH = Truth(
    (
        TrueFire("火", 0.1 + 0.2, -5.0, lon_deg=106.6, lat_deg=29.0),
        TrueFire("b", None, unseen="ridge"),
    ),
    (TrueBox(60.0, Label.FLAME, 0.1, 0.2, 1 / 3, 0.4, "火"),),
    (60.0,),
    (Ignored(Span(0.0), why="mast"),),
)
recordings = st.builds(
    Played,
    words,
    words,
    st.tuples(st.integers(0, 9000), st.integers(0, 9000)),
    st.builds(
        Conditions,
        st.none() | st.sampled_from(Light),
        st.none() | st.sampled_from(FrameMode),
        range_m=st.none() | st.floats(1.0, 9e3),
    ),
    st.sampled_from([None, TRUTH, Truth()]),
    st.booleans(),
    st.lists(frames, max_size=3).map(tuple),
    st.lists(alerts, max_size=2).map(tuple),
)


@settings(max_examples=60)
@given(recordings)
def test_what_was_read_back_is_written_the_same(played: Played) -> None:
    data = canonical(played_as_json(played))
    again = played_from_json(json.loads(data))
    assert canonical(played_as_json(again)) == data
    assert (again.name, again.truth, again.conditions) == (
        played.name,
        played.truth,
        played.conditions,
    )
    for ours, theirs in zip(again.frames, played.frames, strict=True):
        assert ours.captured_at == theirs.captured_at
        assert math.isclose(ours.at_s, theirs.at_s, abs_tol=6e-7)
        assert math.isclose(ours.smoke, theirs.smoke, abs_tol=6e-7)
        assert (ours.log_odds is None) == (theirs.log_odds is None)
    for mine, other in zip(again.alerts, played.alerts, strict=True):
        assert (mine.label, mine.hits, mine.findings) == (other.label, other.hits, other.findings)
        assert math.isclose(mine.log_odds, other.log_odds, abs_tol=6e-5)
        assert (mine.fix is None) == (other.fix is None)
        if mine.fix is not None and other.fix is not None:
            assert mine.fix.outcome is other.fix.outcome
            assert mine.fix.took_ms == 0.0  # how long it took is no part of the answer


def played_with(frame: PlayedFrame) -> Played:
    return Played("a", "a", (0, 0), Conditions(), None, is_dated=True, frames=(frame,), alerts=())


def test_it_is_written_for_people_and_programs() -> None:
    box = Box(Label.SMOKE, 1 / 3, 1.236, 0.0, 2.0, 3.0)
    frame = PlayedFrame(0.1 + 0.2, START + timedelta(microseconds=5), found=(box,), log_odds=-0.0)
    (row,) = played_as_json(played_with(frame))["frames"]
    assert row == {
        "at_s": 0.3,
        "captured_at": "2026-04-05T03:00:00.000005Z",
        "refused": "",
        "smoke": 0.0,
        "flame": 0.0,
        "log_odds": 0.0,
        "found": [
            {"label": "smoke", "score": 0.333333, "x_min": 1.24, "y_min": 0, "x_max": 2, "y_max": 3}
        ],
    }
    assert canonical(row).startswith(b'{"at_s":0.3,"captured_at"')
    assert b"-0.0" not in canonical(row)
    with pytest.raises(ValueError, match="JSON"):
        canonical({"a": math.nan})


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        {"name": "a"},
        played_as_json(played_with(PlayedFrame(0.0, START))) | {"frames": [{"at_s": "x"}]},
        played_as_json(played_with(PlayedFrame(0.0, START))) | {"size_px": [1]},
    ],
)
def test_what_is_no_recording_is_refused(row: object) -> None:
    with pytest.raises(ValueError, match="no played recording"):
        played_from_json(row)
