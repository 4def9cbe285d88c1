"""Every change of the land is kept, nobody's work is lost, and all can be set back."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject
from sqlalchemy import update

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound, StoreDamaged
from models.land import ChangeKind, Fact, LandEdit, LandFeature, Layer, same_feature
from models.store import Store
from models.store.tables import land_edit

BELT = LandFeature(
    Layer.FOREST_BELT,
    "b1",
    "一号带",
    shapely.LineString([(106.1, 29.1, 800.0), (106.2, 29.3, 812.5)]),
    drill=False,
    properties={"width_m": 30.0, "mown": True, "owner": "林场", "year": None, "count": 1},
)
POND = LandFeature(
    Layer.WATER_POINT, "w/1", "塘", shapely.Point(106.6, 29.0), drill=True, properties={}
)
WIDER = replace(BELT, properties={**BELT.properties, "width_m": 45.5})


def edit(store: Store, *edits: LandEdit, author: str = "li") -> int:
    return store.land.apply(edits, kind=ChangeKind.EDITED, author=author).change_id


def test_a_change_is_told_whole(store: Store, clock: ManualClock) -> None:
    assert store.land.version() == 0
    store.land.replace(Layer.FOREST_BELT, [BELT], actor="demo")
    clock.advance(60.0)
    change = store.land.apply(
        [LandEdit(BELT, WIDER), LandEdit(None, POND)],
        kind=ChangeKind.IMPORTED,
        author="li",
        source="阻隔带.zip",
        note="年度",
    )
    assert (change.change_id, change.kind, change.at) == (2, ChangeKind.IMPORTED, clock.now())
    assert (change.author, change.source, change.note) == ("li", "阻隔带.zip", "年度")
    assert change.layers == (Layer.FOREST_BELT, Layer.WATER_POINT)
    assert (change.added, change.changed, change.removed) == (1, 1, 0)
    assert (change.undoes, change.undone_by) == (None, None)
    assert store.land.version() == 2
    assert store.land.changes() == [change, *store.land.changes(before_id=2)]
    assert store.land.changes(limit=1) == [change]
    assert [each.added for each in store.land.changes(before_id=2)] == [1]
    assert store.land.edits(2) == [LandEdit(BELT, WIDER), LandEdit(None, POND)]
    assert store.land.counts() == {Layer.FOREST_BELT: 1, Layer.WATER_POINT: 1}
    version, features = store.land.at_once()
    assert (version, features) == (2, [WIDER, POND])
    assert store.land.get(Layer.WATER_POINT, "w/1") == POND
    assert store.land.get(Layer.POOL, "w/1") is None


def test_the_audit_log_tells_of_it(store: Store) -> None:
    edit(store, LandEdit(None, BELT))
    edit(store, LandEdit(BELT, WIDER), LandEdit(None, POND))
    store.land.undo(2, author="wang", note="错了")
    assert [
        (entry.actor, entry.action, entry.subject, entry.details)
        for entry in store.audit.entries(9)
    ] == [
        (
            "wang",
            "land.undone",
            "forest_belt, water_point",
            {"change": 3, "changed": 1, "removed": 1, "note": "错了", "undoes": 2},
        ),
        ("li", "land.edited", "forest_belt, water_point", {"change": 2, "added": 1, "changed": 1}),
        ("li", "land.edited", "forest_belt/b1", {"change": 1, "added": 1}),
    ]
    store.audit.verify()


def test_an_edit_that_rests_on_an_older_state_is_refused(store: Store) -> None:
    edit(store, LandEdit(None, BELT))
    edit(store, LandEdit(BELT, WIDER), author="wang")
    mine = replace(BELT, name="我的")
    with pytest.raises(
        Conflict, match=r"forest_belt/b1 \(一号带\), last by wang in change 2"
    ) as no:
        edit(store, LandEdit(None, POND), LandEdit(BELT, mine))
    assert no.value.code == "land_changed_since"
    assert store.land.all() == [WIDER]  # the pond neither
    with pytest.raises(Conflict, match=r"forest_belt/b1 \(一号带\)"):
        edit(store, LandEdit(None, mine))  # somebody has drawn one of that code
    edit(store, LandEdit(WIDER, None))
    with pytest.raises(Conflict, match=r"b1 \(not there\), last by li in change 3"):
        edit(store, LandEdit(WIDER, mine))
    with pytest.raises(Conflict, match=r"water_point/w/1 \(not there\)\."):
        edit(store, LandEdit(POND, None))
    assert store.land.version() == 3


def test_a_conflict_of_many_names_five(store: Store) -> None:
    many = [replace(POND, code=f"w{number}") for number in range(7)]
    edit(store, *(LandEdit(None, each) for each in many))
    with pytest.raises(Conflict, match=r"w4.*; and 2 more\."):
        edit(store, *(LandEdit(None, each) for each in many))


def test_what_changes_nothing_is_no_change(store: Store) -> None:
    edit(store, LandEdit(None, BELT))
    for nothing in ([], [LandEdit(BELT, BELT)]):
        with pytest.raises(InputRefused) as refused:
            edit(store, *nothing)
        assert refused.value.code == "land_nothing_changed"
    edit(store, LandEdit(BELT, BELT), LandEdit(None, POND))
    assert store.land.edits(2) == [LandEdit(None, POND)]
    assert store.land.replace(Layer.FOREST_BELT, [BELT]) is None
    assert store.land.version() == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(BELT, drill=True),
        replace(BELT, name="一号带 "),
        replace(BELT, properties={**BELT.properties, "mown": 1}),
        replace(BELT, properties={**BELT.properties, "count": 1.0}),
        replace(BELT, properties={**BELT.properties, "count": True}),
        replace(BELT, properties={**BELT.properties, "width_m": 30}),
        replace(BELT, geometry=shapely.force_2d(BELT.geometry)),
        replace(BELT, geometry=shapely.force_3d(shapely.force_2d(BELT.geometry), 0.0)),
        replace(BELT, geometry=BELT.geometry.reverse()),
    ],
)
def test_the_least_difference_is_one(store: Store, other: LandFeature) -> None:
    edit(store, LandEdit(None, BELT))
    assert not same_feature(BELT, other)
    change = store.land.replace(Layer.FOREST_BELT, [other])
    assert change is not None
    assert change.changed == 1
    assert same_feature(store.land.get(Layer.FOREST_BELT, "b1"), other)
    (done,) = store.land.edits(change.change_id)
    assert same_feature(done.before, BELT)
    assert same_feature(done.after, other)
    store.land.undo(change.change_id, author="li")
    assert same_feature(store.land.get(Layer.FOREST_BELT, "b1"), BELT)


def test_the_order_of_facts_says_nothing(store: Store) -> None:
    edit(store, LandEdit(None, BELT))
    turned = replace(BELT, properties=dict(reversed(BELT.properties.items())))
    assert store.land.replace(Layer.FOREST_BELT, [turned]) is None


def test_another_order_is_kept_and_is_no_change(store: Store) -> None:
    ponds = [replace(POND, code=code) for code in "cab"]
    store.land.replace(Layer.WATER_POINT, ponds)
    assert store.land.replace(Layer.WATER_POINT, ponds[::-1]) is None
    assert store.land.all() == ponds[::-1]


def test_a_replaced_layer_can_be_set_back_with_its_order(store: Store) -> None:
    ponds = [replace(POND, code=code) for code in "cab"]
    store.land.replace(Layer.WATER_POINT, ponds)
    change = store.land.replace(Layer.WATER_POINT, [replace(POND, code="x")], actor="li")
    assert change is not None
    assert (change.kind, change.added, change.removed) == (ChangeKind.REPLACED, 1, 3)
    store.land.undo(change.change_id, author="li")
    assert store.land.all() == ponds


def test_undo_and_undo_of_undo(store: Store) -> None:
    edit(store, LandEdit(None, BELT))
    edit(store, LandEdit(BELT, WIDER))
    undone = store.land.undo(2, author="wang")
    assert (undone.kind, undone.undoes) == (ChangeKind.UNDONE, 2)
    assert store.land.change(2).undone_by == 3
    assert store.land.all() == [BELT]
    with pytest.raises(Conflict, match="was set back by change 3") as no:
        store.land.undo(2, author="wang")
    assert no.value.code == "land_undone_already"
    again = [LandEdit(BELT, WIDER)]
    with pytest.raises(Conflict, match="was set back by change 3"):
        store.land.apply(again, kind=ChangeKind.UNDONE, author="li", undoes=2)
    store.land.undo(3, author="li")
    assert store.land.all() == [WIDER]
    with pytest.raises(NotFound):
        store.land.undo(99, author="li")
    for number in (-1, 0, 2**70):
        with pytest.raises(NotFound):
            store.land.edits(number)


def test_an_undo_that_would_lose_later_work_is_refused(store: Store) -> None:
    edit(store, LandEdit(None, BELT), LandEdit(None, POND))
    edit(store, LandEdit(BELT, WIDER), author="wang")
    with pytest.raises(
        Conflict, match=r"forest_belt/b1 \(一号带\), last by wang in change 2\."
    ) as no:
        store.land.undo(1, author="li")
    assert no.value.code == "land_changed_since"
    assert store.land.all() == [WIDER, POND]
    store.land.undo(2, author="li")
    store.land.undo(1, author="li")  # it is as change 1 left it again
    assert store.land.all() == []


def test_the_history_of_a_feature_goes_back_to_its_birth(store: Store) -> None:
    edit(store, LandEdit(None, BELT), LandEdit(None, POND))
    edit(store, LandEdit(BELT, WIDER))
    edit(store, LandEdit(WIDER, None))
    told = store.land.history(Layer.FOREST_BELT, "b1")
    assert [change.change_id for change, _ in told] == [3, 2, 1]
    assert [each for _, each in told] == [
        LandEdit(WIDER, None),
        LandEdit(BELT, WIDER),
        LandEdit(None, BELT),
    ]
    assert told[0][0] == store.land.change(3)
    assert store.land.history(Layer.POOL, "b1") == []


def test_refusals_change_nothing(store: Store) -> None:
    edit(store, LandEdit(None, BELT))
    for wrong in (
        LandEdit(None, replace(POND, geometry=shapely.Point())),
        LandEdit(None, replace(POND, code=" ")),
        LandEdit(BELT, replace(BELT, code="b2")),
        LandEdit(BELT, replace(BELT, layer=Layer.ROAD)),
        LandEdit(None, replace(POND, geometry=shapely.Point(106.0, 29.0, float("nan")))),
        LandEdit(None, replace(POND, properties={"depth_m": float("nan")})),
        LandEdit(None, replace(POND, name="\ud800")),
    ):
        with pytest.raises(InputRefused):
            edit(store, LandEdit(None, replace(POND, code="x")), wrong)
    with pytest.raises(InputRefused, match="another one has"):
        edit(store, LandEdit(None, POND), LandEdit(None, POND))
    with pytest.raises(InputRefused) as refused:
        edit(store, LandEdit(None, POND), author=" ")
    assert refused.value.code == "author_missing"
    with pytest.raises(InputRefused, match="limit of 0"):
        store.land.changes(limit=0)
    assert (store.land.version(), store.land.all()) == (1, [BELT])
    assert len(store.audit.entries(9)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        '[1,{"position":0,"name":"x","wkb":"AAAA","drill":true,"properties":{}}]',
        '[1,{"position":0,"name":"x","wkb":"§","drill":true,"properties":{}}]',
        '[9,{"position":0,"name":"x","wkb":"","drill":true,"properties":{}}]',
    ],
)
def test_a_corrupt_edit_is_store_damaged(store: Store, text: str) -> None:
    edit(store, LandEdit(None, BELT))
    with store._database.write() as raw:
        raw.execute(update(land_edit).values(after=text))
    for read in (
        lambda: store.land.edits(1),
        lambda: store.land.history(Layer.FOREST_BELT, "b1"),
        lambda: store.land.undo(1, author="li"),
    ):
        with pytest.raises(StoreDamaged):
            read()
    assert store.land.all() == [BELT]


@pytest.mark.parametrize("column", ["geometry", "properties"])
def test_a_corrupt_feature_is_store_damaged(store: Store, column: str) -> None:
    edit(store, LandEdit(None, BELT))
    with store._database.write() as raw:
        raw.exec_driver_sql(f"UPDATE land_feature SET {column} = 'x'")  # noqa: S608  (words of ours)
    for read in (store.land.all, store.land.at_once, lambda: store.land.undo(1, author="li")):
        with pytest.raises(StoreDamaged):
            read()


def test_ten_thousand_features_are_taken_and_set_back_in_seconds(store: Store) -> None:
    many = [
        replace(
            POND,
            code=f"{number}",
            geometry=shapely.Point(106.0 + number / 1e5, 29.0).buffer(1e-3),
            properties={"depth_m": number / 7.0, "capacity_m3": number, "keeper": "张"},
        )
        for number in range(10_000)
    ]
    started = perf_counter()
    edits = [LandEdit(None, each) for each in many]
    change = store.land.apply(edits, kind=ChangeKind.IMPORTED, author="li")
    imported = perf_counter()
    assert change.added == 10_000
    assert store.land.all() == many
    store.land.undo(change.change_id, author="li")
    undone = perf_counter()
    assert store.land.all() == []
    # 1.6 s and 2.0 s on one of two busy cores; ten times that is a fault.
    assert imported - started < 20.0
    assert undone - imported < 25.0


CODES = ("a", "b", "c/d")
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
PLACES = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
GEOMETRIES = st.one_of(
    PLACES.map(shapely.Point),
    st.tuples(PLACES, st.floats(-1e6, 1e6)).map(lambda each: shapely.Point(*each[0], each[1])),
    st.lists(PLACES, min_size=2, max_size=4).map(shapely.LineString),
)
FEATURES = st.builds(
    LandFeature,
    layer=st.sampled_from([Layer.FOREST_BELT, Layer.WATER_POINT]),
    code=st.sampled_from(CODES),
    name=st.sampled_from(["", "带", "名\n"]),
    geometry=GEOMETRIES,
    drill=st.booleans(),
    properties=st.dictionaries(st.sampled_from(["depth_m", "名"]), FACTS, max_size=2),
)
Land = dict[tuple[Layer, str], LandFeature]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_applies_and_undos_are_those_of_a_dict(
    data: DataObject,
    tmp_path_factory: pytest.TempPathFactory,
    clock: ManualClock,
) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('land') / 'firewatch.db'}"
    store = Store.open(url, clock=clock)
    model: Land = {}
    states: list[Land] = [{}]
    undone: set[int] = set()
    for _ in range(data.draw(st.integers(1, 8))):
        deed = data.draw(st.sampled_from(["apply", "apply", "undo", "replace"]))
        if deed == "undo":
            number = data.draw(st.integers(1, len(states)))
            wanted = _set_back(model, states, number, undone)
            if wanted is None:
                with pytest.raises((Conflict, NotFound)):
                    store.land.undo(number, author="li")
                continue
            store.land.undo(number, author="li")
            undone.add(number)
            model = wanted
        elif deed == "replace":
            model = _replaced(store, model, data.draw(st.lists(FEATURES, max_size=3)))
        else:
            model = _applied(store, model, data.draw(st.lists(FEATURES, max_size=3)), data)
        if store.land.version() == len(states):
            states.append(dict(model))
        _assert_same(store, model)
        assert store.land.version() == len(states) - 1
    store.close()
    again = Store.open(url, clock=clock)
    _assert_same(again, model)
    for number, (before, after) in enumerate(pairwise(states), 1):
        _assert_edits(again.land.edits(number), before, after)
    again.audit.verify()
    again.close()


def _set_back(model: Land, states: Sequence[Land], number: int, undone: set[int]) -> Land | None:
    if number >= len(states) or number in undone:
        return None
    before, after = states[number - 1], states[number]
    wanted = dict(model)
    for key in {**before, **after}:
        if same_feature(before.get(key), after.get(key)):
            continue
        if not same_feature(model.get(key), after.get(key)):
            return None
        wanted.pop(key, None)
        if key in before:
            wanted[key] = before[key]
    return wanted


def _applied(store: Store, model: Land, features: list[LandFeature], data: DataObject) -> Land:
    by_key = {(each.layer, each.code): each for each in features}
    edits = []
    for key, feature in by_key.items():
        removes = key in model and data.draw(st.booleans())
        edits.append(LandEdit(model.get(key), None if removes else feature))
    wanted = {**model, **by_key}
    for each in edits:
        if each.after is None:
            del wanted[each.key]
    if all(same_feature(each.before, each.after) for each in edits):
        with pytest.raises(InputRefused):
            edit(store, *edits)
    else:
        edit(store, *edits)
    return wanted


def _replaced(store: Store, model: Land, features: list[LandFeature]) -> Land:
    layer = Layer.FOREST_BELT
    mine = {each.code: each for each in features if each.layer is layer}
    store.land.replace(layer, list(mine.values()))
    kept = {key: each for key, each in model.items() if key[0] is not layer}
    return {**kept, **{(layer, code): each for code, each in mine.items()}}


def _assert_same(store: Store, model: Land) -> None:
    found = {(each.layer, each.code): each for each in store.land.all()}
    assert found.keys() == model.keys()
    assert all(same_feature(each, model[key]) for key, each in found.items())


def _assert_edits(edits: list[LandEdit], before: Land, after: Land) -> None:
    found = {each.key: each for each in edits}
    for key in {**before, **after}:
        if same_feature(before.get(key), after.get(key)):
            assert key not in found
        else:
            assert same_feature(found[key].before, before.get(key))
            assert same_feature(found[key].after, after.get(key))


def test_nothing_is_lost_after_it_is_opened_again(
    store: Store, reopen: Callable[[], Store]
) -> None:
    edit(store, LandEdit(None, BELT))
    edit(store, LandEdit(BELT, WIDER))
    told = store.land.changes(), store.land.history(Layer.FOREST_BELT, "b1")
    store.close()
    again = reopen()
    assert (again.land.changes(), again.land.history(Layer.FOREST_BELT, "b1")) == told
    again.land.undo(2, author="li")
    assert again.land.all() == [BELT]
    again.close()
