"""Sweeps in the store: every version stays, and none is changed by a later one."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select

from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.events import EventKind
from models.height import Height, HeightSystem
from models.mission import (
    Action,
    ActionKind,
    Autopilot,
    FenceCircle,
    Finding,
    Gravity,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    SweepOrigin,
    Turn,
    WpmlCodes,
)
from models.store import Store
from models.store.codec import Codec
from models.store.tables import sweep, sweep_version

Reopen = Callable[[], Store]

POINT = MissionPoint(
    106.65, 29.03, Height(912.3, HeightSystem.EGM96), 10.0, 0.0, Turn.CURVE,
    (Action(ActionKind.GIMBAL, -90.0), Action(ActionKind.PHOTO)),
)  # fmt: skip
MISSION = Mission(
    "北坡 1",
    (POINT, replace(POINT, lat_deg=29.031, speed_ms=None, heading_deg=None)),
    speed_ms=10.0,
    home=MissionPlace(106.64, 29.03, Height(0.0, HeightSystem.TAKE_OFF)),
    climb_to_m=80.0,
    lost_link=LostLink.HOME,
    fence=(((106.6, 29.0), (106.7, 29.0), (106.7, 29.1)),),
    circles=(FenceCircle(106.65, 29.03, 500.0, is_inclusion=True),),
    rally=(MissionPlace(106.64, 29.03),),
    autopilot=Autopilot.DJI,
    wpml=WpmlCodes(99, 1, 89, 0),
    notes=(Finding("x", Gravity.NOTE, "m", facts=(("height_m", 0.0), ("n", 0), ("t", ""))),),
)
PLAN = json.dumps({"kind": "area", "figures": {"covered_share": 1.0}, "sorties": [1]})


def keep(store: Store, name: str = "北坡", **more: object) -> int:
    saved = store.sweeps.save(
        name, '{"height_m": 90}', (MISSION,), PLAN, SweepOrigin.PLANNED, author="li", **more,
    )  # fmt: skip
    return saved.head.sweep_id


def told(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    entries = store.audit.entries(50)
    return [(one.action, one.subject, one.details) for one in entries if "sweep." in one.action]


def test_a_sweep_is_kept_as_it_is(store: Store, clock: ManualClock, reopen: Reopen) -> None:
    number = keep(store)
    kept = reopen().sweeps.get(number)
    assert (kept.missions, kept.plan, kept.request) == ((MISSION,), PLAN, '{"height_m": 90}')
    head = kept.head
    assert (head.version, head.name, head.origin, head.kind, head.sorties) == (
        1, "北坡", SweepOrigin.PLANNED, "area", 1,
    )  # fmt: skip
    assert (head.changed_at, head.changed_by) == (clock.now(), "li")
    assert head.figures is not None
    assert json.loads(head.figures) == {"covered_share": 1.0}
    assert told(store) == [("sweep.saved", str(number), {"version": 1, "missions": 1})]
    changed = [
        one.subject_id for one in store.events.after(0) if one.kind is EventKind.SWEEP_CHANGED
    ]
    assert changed == [number]


def test_the_sum_is_of_the_missions_as_they_are_kept(store: Store) -> None:
    number = keep(store)
    with store._database.read() as connection:
        raw = connection.exec_driver_sql("SELECT missions FROM sweep_version").scalar_one()
    expected = hashlib.sha256(str(raw).encode()).hexdigest()
    assert store.sweeps.get(number).head.sha256 == expected
    other = store.sweeps.save(
        "x", "", (replace(MISSION, speed_ms=9.0),), "", "imported", author="li"
    )
    assert other.head.sha256 != expected


def test_a_further_version_leaves_the_others(store: Store, clock: ManualClock) -> None:
    number = keep(store)
    first = store.sweeps.get(number)
    clock.advance(60.0)
    second = store.sweeps.save(
        "改", "", (MISSION, MISSION), "", SweepOrigin.IMPORTED, author="wang",
        sweep_id=number, version=1,
    )  # fmt: skip
    assert (second.head.version, second.head.kind, second.head.figures) == (2, "", None)
    assert store.sweeps.get(number) == second
    assert store.sweeps.get(number, 1) == first
    assert store.sweeps.versions(number) == [second.head, first.head]
    assert store.sweeps.page() == [second.head]
    assert told(store)[0] == ("sweep.imported", str(number), {"version": 2, "missions": 2})


@pytest.mark.parametrize("version", [None, 1, 3, 0, -1, 2**63])
def test_a_stale_version_is_a_conflict_and_keeps_nothing(store: Store, version: int | None) -> None:
    number = keep(store)
    keep(store, sweep_id=number, version=1)
    with pytest.raises(Conflict, match=r"changed last by li") as why:
        keep(store, sweep_id=number, version=version)
    assert why.value.code == "sweep_changed"
    if version is not None:
        with pytest.raises(Conflict):
            store.sweeps.retire(number, version=version, author="li")
    assert [head.version for head in store.sweeps.versions(number)] == [2, 1]


def test_nothing_is_ever_deleted(store: Store) -> None:
    """Whatever is done to sweeps, no statement of it deletes, and rows only grow."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.lower())

    rows = []
    event.listen(Engine, "before_cursor_execute", note)
    try:
        number = keep(store)
        rows.append(count(store))
        keep(store, sweep_id=number, version=1)
        rows.append(count(store))
        store.sweeps.retire(number, version=2, author="li")
        rows.append(count(store))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert rows == [(1, 1), (1, 2), (1, 2)]
    assert any("insert into sweep_version" in one for one in statements), "it must see them"
    assert not [one for one in statements if one.lstrip().startswith("delete")]
    assert not [one for one in statements if one.lstrip().startswith("update sweep_version")]


def count(store: Store) -> tuple[int, int]:
    with store._database.read() as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (sweep, sweep_version)
        )  # type: ignore[return-value]


def test_a_retired_sweep_is_off_the_list_and_can_be_told_of(store: Store) -> None:
    number = keep(store)
    other = keep(store, "另")
    store.sweeps.retire(number, version=1, author="wang")
    assert [head.sweep_id for head in store.sweeps.page()] == [other]
    assert store.sweeps.get(number).missions == (MISSION,)
    assert told(store)[0] == ("sweep.retired", str(number), {"version": 1})
    for again in (
        lambda: store.sweeps.retire(number, version=1, author="li"),
        lambda: keep(store, sweep_id=number, version=1),
    ):
        with pytest.raises(NotFound) as why:
            again()
        assert why.value.code == "no_such_sweep"


@pytest.mark.parametrize("number", [0, -1, 7, 2**63, 10**30])
def test_what_is_not_there(store: Store, number: int) -> None:
    keep(store)
    for ask in (
        lambda: store.sweeps.get(number),
        lambda: store.sweeps.versions(number),
        lambda: store.sweeps.get(1, number),
        lambda: store.sweeps.retire(number, version=1, author="li"),
        lambda: keep(store, sweep_id=number, version=1),
    ):
        with pytest.raises(NotFound) as why:
            ask()
        assert why.value.code == "no_such_sweep"


def test_pages_show_every_sweep_once(store: Store) -> None:
    numbers = [keep(store, f"n{each}") for each in range(7)]
    keep(store, "newer", sweep_id=numbers[2], version=1)
    seen: list[int] = []
    before = None
    while page := store.sweeps.page(before=before, limit=3):
        seen += [head.sweep_id for head in page]
        before = seen[-1]
    assert seen == numbers[::-1]
    assert len(store.sweeps.page(before=10**30)) == 7


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\0b", "\ud800"])
def test_a_sweep_without_a_name(store: Store, name: str) -> None:
    with pytest.raises(InputRefused) as why:
        keep(store, name)
    assert why.value.code == "sweep_name"
    assert store.sweeps.page() == []


def test_a_sweep_without_a_flight_or_an_author(store: Store) -> None:
    with pytest.raises(InputRefused) as why:
        store.sweeps.save("x", "", (), "", "planned", author="li")
    assert why.value.code == "sweep_no_mission"
    with pytest.raises(InputRefused) as why:
        store.sweeps.save("x", "", (MISSION,), "", "planned", author="")
    assert why.value.code == "author_missing"
    with pytest.raises(InputRefused) as why:
        store.sweeps.retire(1, version=1, author=" ")
    assert why.value.code == "author_missing"


@pytest.mark.parametrize("plan", ["[]", "3", '{"kind": 3, "figures": []}', "null"])
def test_a_plan_that_tells_nothing(store: Store, plan: str) -> None:
    kept = store.sweeps.save("x", "", (MISSION,), plan, "imported", author="li")
    assert (kept.head.kind, kept.head.figures, kept.plan) == ("", None, plan)


places = st.floats(-90.0, 90.0)


@given(
    st.lists(
        st.builds(
            MissionPoint,
            places,
            places,
            st.builds(Height, st.floats(-1e4, 1e4), st.sampled_from(HeightSystem)),
            st.none() | st.floats(0.1, 20.0),
        ),
        max_size=3,
    )
)
def test_a_mission_is_read_back_to_the_last_bit(points: list[MissionPoint]) -> None:
    codec: Codec[Mission] = Codec(Mission, "mission")
    mission = replace(MISSION, points=tuple(points))
    assert codec.decode(codec.encode(mission)) == mission
