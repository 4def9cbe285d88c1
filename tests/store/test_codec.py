"""What is written is what is read, for every value that the domain allows."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from models.alert import Decision, Finding, FrameScore, PlaceChange
from models.detection import Box, Label, ModelReference
from models.dual import HeatVote, VoteWord
from models.errors import StoreDamaged
from models.fix import Fix, FixCluster, FixOutcome, NoFixReason, TerrainReference
from models.heat_event import HeatReason
from models.incident import IncidentState
from models.land import LandAnswer, Layer, NearestAsset, UnitShare
from models.site import HeightDatum, Pose, Position
from models.store.codec import CODEC_VERSION, Codec, canonical_json
from models.store.columns import Choice, NumberedChoice, UtcTime, Wkb
from models.suppression import Holder, Overcome, Release

DIALECT = sqlite.dialect()

numbers = st.floats(allow_nan=False, allow_infinity=False)
counts = st.integers(min_value=0, max_value=2**63 - 1)
words = st.text(max_size=20)
moments = st.datetimes(
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
).filter(lambda moment: 1 < moment.year < 9999)
positions = st.builds(
    Position,
    st.floats(-180, 180),
    st.floats(-90, 90),
    numbers,
    st.sampled_from(HeightDatum),
)
boxes = st.builds(Box, st.sampled_from(Label), numbers, numbers, numbers, numbers, numbers)
poses = st.builds(
    Pose,
    st.floats(0, 360, exclude_max=True),
    st.floats(-90, 90),
    numbers,
    st.floats(0, 180, exclude_min=True, exclude_max=True),
    numbers,
    st.floats(0, 10),
    st.floats(0, 10),
)
changes = st.builds(PlaceChange, numbers, numbers, numbers, numbers, numbers)
scores = st.builds(
    FrameScore,
    counts,
    moments,
    numbers,
    st.none() | boxes,
    st.none() | changes,
    st.none() | boxes,
    numbers,
)
overcomes = st.builds(
    Overcome, st.sampled_from(Holder), words, st.sampled_from(Release), numbers, numbers
)
votes = st.builds(
    HeatVote,
    words,
    st.sampled_from(VoteWord),
    st.none() | moments,
    st.none() | numbers,
    st.none() | numbers,
    st.none() | boxes,
    st.lists(st.tuples(st.sampled_from(HeatReason), numbers), max_size=3).map(tuple),
)
decisions = st.builds(
    Decision,
    moments,
    numbers,
    numbers,
    st.lists(st.sampled_from(Finding), max_size=3).map(tuple),
    st.lists(scores, max_size=3).map(tuple),
    st.builds(ModelReference, words, words, words),
    words,
    st.lists(overcomes, max_size=2).map(tuple),
    st.lists(votes, max_size=2).map(tuple),
)
rings = st.lists(st.tuples(numbers, numbers), max_size=4).map(tuple)
clusters = st.builds(FixCluster, positions, numbers, numbers, numbers, numbers, numbers, rings)
fixes = st.builds(
    Fix,
    st.sampled_from(FixOutcome),
    st.none() | st.sampled_from(NoFixReason),
    positions,
    st.none() | numbers,
    st.none() | numbers,
    st.none() | numbers,
    st.lists(clusters, max_size=2).map(tuple),
    numbers,
    st.none() | st.builds(TerrainReference, words, numbers, words),
)
answers = st.builds(
    LandAnswer,
    st.lists(st.builds(UnitShare, words, words, numbers), max_size=2).map(tuple),
    st.lists(
        st.builds(
            NearestAsset,
            st.sampled_from(Layer),
            words,
            words,
            numbers,
            numbers,
            numbers,
            st.none() | numbers,
            st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)
properties = st.dictionaries(words, words | numbers | st.booleans() | st.none(), max_size=4)


def check(shape: object, value: object) -> None:
    codec: Codec[Any] = Codec(shape, "thing")
    text = codec.encode(value)
    read = codec.decode(text)
    assert read == value
    assert type(read) is type(value)
    assert codec.encode(read) == text


@settings(deadline=None)
@given(poses)
def test_a_pose(value: Pose) -> None:
    check(Pose, value)


@settings(deadline=None)
@given(decisions)
def test_a_decision(value: Decision) -> None:
    check(Decision, value)


def test_a_decision_from_before_votes_were_kept_has_none() -> None:
    codec: Codec[Decision] = Codec(Decision, "decision")
    at = datetime(2026, 4, 5, tzinfo=UTC)
    decision = Decision(at, 2.5, 2.0, (Finding.PERSISTED,), (), ModelReference("a", "1", "0"), "c")
    text = codec.encode(decision)
    assert '"votes":[]' in text
    old = text.replace(',"votes":[]', "").replace(',"overcome":[]', "")
    assert codec.decode(old) == decision


@settings(deadline=None)
@given(fixes)
def test_a_fix(value: Fix) -> None:
    check(Fix, value)


@settings(deadline=None)
@given(answers)
def test_a_land_answer(value: LandAnswer) -> None:
    check(LandAnswer, value)


@settings(deadline=None)
@given(st.lists(boxes, max_size=3).map(tuple))
def test_boxes(value: tuple[Box, ...]) -> None:
    check(tuple[Box, ...], value)


@settings(deadline=None)
@given(properties)
def test_properties_keep_their_types(value: dict[str, Any]) -> None:
    shape = dict[str, str | float | bool | None]
    check(shape, value)
    codec: Codec[Any] = Codec(shape, "thing")
    read = codec.decode(codec.encode(value))
    assert {key: type(item) for key, item in read.items()} == {
        key: type(item) for key, item in value.items()
    }


def test_negative_zero_keeps_its_sign() -> None:
    codec: Codec[float] = Codec(float, "number")
    assert math.copysign(1.0, codec.decode(codec.encode(-0.0))) == -1.0


def test_a_text_of_another_version_or_shape_is_refused() -> None:
    codec: Codec[Pose] = Codec(Pose, "pose")
    text = codec.encode(Pose(0.0, 0.0, 0.0, 60.0))
    with pytest.raises(StoreDamaged, match=f"version {CODEC_VERSION + 1}"):
        codec.decode(text.replace(f"[{CODEC_VERSION},", f"[{CODEC_VERSION + 1},", 1))
    for broken in (text[:-3], "", "null", "[1,{}]", text.replace("0.0", '"0.0"')):
        with pytest.raises(StoreDamaged, match="A stored pose cannot be read"):
            codec.decode(broken)


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="set cannot be stored"):
        Codec(Any, "thing").encode({1})


def test_canonical_json_is_one_text() -> None:
    assert canonical_json({"b": 1, "a": "火"}) == '{"a":"\\u706b","b":1}'


@settings(deadline=None)
@given(moments)
def test_a_moment_keeps_its_microsecond(value: datetime) -> None:
    stored = UtcTime().process_bind_param(value, DIALECT)
    assert isinstance(stored, int)
    read = UtcTime().process_result_value(stored, DIALECT)
    assert read == value
    assert read is not None
    assert read.utcoffset() == timedelta(0)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        UtcTime().process_bind_param(datetime(2026, 1, 1), DIALECT)  # noqa: DTZ001  # the point


@pytest.mark.parametrize("stored", ["soon", 2**62, b"x"])
def test_a_stored_moment_that_is_none_is_damage(stored: object) -> None:
    with pytest.raises(StoreDamaged):
        UtcTime().process_result_value(stored, DIALECT)


coordinates = st.tuples(numbers, numbers)
geometries = st.one_of(
    coordinates.map(shapely.Point),
    st.lists(coordinates, min_size=2, max_size=5).map(shapely.LineString),
    st.lists(coordinates, min_size=4, max_size=6).map(shapely.Polygon),
    st.lists(coordinates, min_size=1, max_size=3).map(shapely.MultiPoint),
    st.tuples(numbers, numbers, numbers).map(shapely.Point),
)


@settings(deadline=None)
@given(geometries)
def test_a_geometry_keeps_every_bit(value: shapely.Geometry) -> None:
    stored = Wkb().process_bind_param(value, DIALECT)
    assert isinstance(stored, bytes)
    read = Wkb().process_result_value(stored, DIALECT)
    assert shapely.equals_identical(read, value)


@pytest.mark.parametrize("stored", [b"", b"\x01\x02", "text"])
def test_a_stored_geometry_that_is_none_is_damage(stored: object) -> None:
    with pytest.raises(StoreDamaged):
        Wkb().process_result_value(stored, DIALECT)


def test_choices_are_members_or_nothing() -> None:
    state = Choice(IncidentState)
    assert state.process_bind_param(IncidentState.OPEN, DIALECT) == "open"
    assert state.process_result_value("closed", DIALECT) is IncidentState.CLOSED
    assert NumberedChoice(Label).process_result_value(0, DIALECT) is Label.SMOKE
    with pytest.raises(ValueError, match="ajar"):
        state.process_bind_param("ajar", DIALECT)
    with pytest.raises(StoreDamaged, match="IncidentState"):
        state.process_result_value("ajar", DIALECT)


@pytest.mark.parametrize("column", [UtcTime(), Wkb(), Choice(IncidentState)])
def test_null_is_none(column: UtcTime | Wkb | Choice) -> None:
    assert column.process_bind_param(None, DIALECT) is None
    assert column.process_result_value(None, DIALECT) is None


def test_a_score_from_before_change_was_measured_still_reads() -> None:
    codec: Codec[FrameScore] = Codec(FrameScore, "score")
    old = (
        '[1,{"frame_sequence":3,"captured_at":"2018-07-28T22:07:00+00:00","score":0.0,"box":null}]'
    )
    read = codec.decode(old)
    assert (read.change, read.reference_box, read.elapsed_s) == (None, None, 0.0)
