"""Aircraft in the store: kept without their limits, changed by versions, taken from lists."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drone_jobs.fleet import catalogue
from models.clock import ManualClock
from models.errors import Conflict, InputRefused, NotFound
from models.mission import Aircraft, Autopilot, BatteryPoint, Camera, Registration, check_aircraft
from models.store import Store
from models.store.codec import Codec

Reopen = Callable[[], Store]

BARE = Aircraft(
    "队-01", "Matrice 4T", Autopilot.DJI, 10.0, (Camera("wide", 69.6, 55.1, 4032, 3024),)
)


def deeds(store: Store) -> list[tuple[str, str, str, dict[str, object]]]:
    told = [(one.actor, one.action, one.subject, one.details) for one in store.audit.entries(50)]
    return [one for one in told if one[1].startswith("aircraft.")]


def test_an_aircraft_without_a_limit_is_kept_and_names_what_is_missing(
    store: Store, clock: ManualClock, reopen: Reopen
) -> None:
    kept = store.aircraft.put(BARE, version=None, author="li")
    assert (kept.aircraft, kept.version, kept.changed_at, kept.changed_by) == (
        BARE, 1, clock.now(), "li",
    )  # fmt: skip
    assert kept.aircraft.missing_limits == (
        "most_airspeed_ms", "most_wind_ms", "climb_ms", "descent_ms", "battery", "ceiling_m",
    )  # fmt: skip
    assert reopen().aircraft.get("队-01") == kept
    assert deeds(store) == [("li", "aircraft.added", "队-01", {"version": 1})]


def test_a_stale_version_is_a_conflict_and_changes_nothing(
    store: Store, clock: ManualClock
) -> None:
    store.aircraft.put(BARE, version=None, author="li")
    clock.advance(1.0)
    better = replace(BARE, climb_ms=4.0, battery=(BatteryPoint(0.0, 1800.0),))
    kept = store.aircraft.put(better, version=1, author="wang")
    assert (kept.version, kept.changed_by, kept.changed_at) == (2, "wang", clock.now())
    for version in (None, 1, 3, 0, -1):
        with pytest.raises(Conflict, match=r"队-01 was changed last by wang") as told:
            store.aircraft.put(replace(BARE, speed_ms=3.0), version=version, author="li")
        assert told.value.code == "aircraft_changed"
        if version is not None:
            with pytest.raises(Conflict):
                store.aircraft.retire("队-01", version=version, author="li")
    assert store.aircraft.all() == [kept]
    assert [deed[1] for deed in deeds(store)] == ["aircraft.changed", "aircraft.added"]


def test_the_same_again_is_no_change(store: Store) -> None:
    first = store.aircraft.put(BARE, version=None, author="li")
    assert store.aircraft.put(BARE, version=1, author="wang") == first
    assert len(deeds(store)) == 1


def test_a_retired_aircraft_is_off_the_list_and_comes_back_with_a_further_version(
    store: Store,
) -> None:
    store.aircraft.put(BARE, version=None, author="li")
    store.aircraft.retire("队-01", version=1, author="li")
    assert store.aircraft.all() == []
    for ask in (
        lambda: store.aircraft.get("队-01"),
        lambda: store.aircraft.put(BARE, version=2, author="li"),
        lambda: store.aircraft.retire("队-01", version=2, author="li"),
        lambda: store.aircraft.get("nobody"),
        lambda: store.aircraft.get("a\0b"),
    ):
        with pytest.raises(NotFound) as told:
            ask()
        assert told.value.code == "no_such_aircraft"
    back = store.aircraft.put(BARE, version=None, author="li")
    assert (back.aircraft, back.version) == (BARE, 3)
    store.aircraft.retire("队-01", version=3, author="li")
    assert store.aircraft.import_all([BARE], author="li").taken == ("队-01",)
    assert store.aircraft.get("队-01").version == 5
    assert deeds(store)[1] == ("li", "aircraft.retired", "队-01", {"version": 4})


def test_an_import_changes_only_what_it_names(store: Store, clock: ManualClock) -> None:
    models = catalogue()
    store.aircraft.import_all(models[:3], author="li")
    before = {kept.aircraft.name: kept for kept in store.aircraft.all()}
    clock.advance(1.0)
    renewed = replace(models[0], speed_ms=9.0)
    taken = store.aircraft.import_all([renewed, models[1], models[4]], author="wang")
    assert (taken.taken, taken.changed) == ((models[4].name,), (models[0].name,))
    after = {kept.aircraft.name: kept for kept in store.aircraft.all()}
    assert after[models[0].name].aircraft == renewed
    assert after[models[0].name].version == 2
    assert {name: after[name] for name in before if name != models[0].name} == {
        name: kept for name, kept in before.items() if name != models[0].name
    }
    assert deeds(store)[0] == (
        "wang", "aircraft.imported", models[4].name, {"added": 1, "changed": 1},
    )  # fmt: skip
    again = store.aircraft.import_all([renewed, models[1], models[4]], author="wang")
    assert (again.taken, again.changed) == ((), ())
    assert len(deeds(store)) == 2
    assert store.aircraft.import_all([], author="li").taken == ()


def test_a_list_is_taken_whole_or_not_at_all(store: Store) -> None:
    bad = replace(BARE, name="bad", speed_ms=float("nan"))
    with pytest.raises(InputRefused) as told:
        store.aircraft.import_all([BARE, bad], author="li")
    assert told.value.code == "aircraft_number"
    with pytest.raises(InputRefused) as told:
        store.aircraft.import_all([BARE, replace(BARE, speed_ms=5.0)], author="li")
    assert told.value.code == "aircraft_twice"
    assert store.aircraft.all() == []
    assert deeds(store) == []


def test_nobody_is_no_author(store: Store) -> None:
    for write in (
        lambda: store.aircraft.put(BARE, version=None, author=" "),
        lambda: store.aircraft.import_all([BARE], author=""),
        lambda: store.aircraft.retire("队-01", version=1, author=""),
    ):
        with pytest.raises(InputRefused) as told:
            write()
        assert told.value.code == "author_missing"


def test_an_aircraft_that_cannot_be_is_not_kept(store: Store) -> None:
    with pytest.raises(InputRefused):
        store.aircraft.put(replace(BARE, cameras=()), version=None, author="li")
    assert store.aircraft.all() == []


numbers = st.floats(0.1, 0.9)
built = st.builds(
    Aircraft,
    name=st.text("abc队-01 ", min_size=1, max_size=20).map(str.strip).filter(bool),
    model=st.just("x"),
    autopilot=st.sampled_from(Autopilot),
    speed_ms=numbers,
    cameras=st.just(BARE.cameras),
    climb_ms=st.none() | numbers,
    battery=st.just(()) | st.builds(lambda s: (BatteryPoint(0.0, s),), numbers),
    registration=st.builds(Registration, number=st.just("UOM'1"), is_activated=st.booleans()),
    note=st.sampled_from(["", "=1+1", "“引号”"]),
)


@given(built)
def test_what_is_kept_is_read_back_to_the_last_bit(aircraft: Aircraft) -> None:
    check_aircraft(aircraft)
    codec: Codec[Aircraft] = Codec(Aircraft, "aircraft")
    assert codec.decode(codec.encode(aircraft)) == aircraft
