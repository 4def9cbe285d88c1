"""Tracks in the store: what an aircraft told comes back as it was, whatever it said."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from run_rig import keep_sweep

from models.clock import ManualClock
from models.errors import NotFound
from models.flight import AircraftState, AircraftWarning, FlightPhase, Run
from models.height import Height, HeightSystem
from models.mission import AirWind
from models.store import Store

START = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("tracks") / "firewatch.db"
    store = Store.open(f"sqlite:///{path}", clock=ManualClock(START))
    yield store
    store.close()


@pytest.fixture(scope="module")
def hostile(kept: Store) -> Run:
    """A flight of an aircraft that says anything."""
    return flown(kept, "hostile")


def flown(store: Store, key: str) -> Run:
    """A flight by hand."""
    return store.runs.add_by_hand(
        keep_sweep(store), 1, 1, "队-01",
        due_at=START, until_at=START + timedelta(hours=1), key=key, author="li",
    )  # fmt: skip


def state(second: float, **told: object) -> AircraftState:
    return AircraftState(START + timedelta(seconds=second), FlightPhase.MISSION, **told)  # type: ignore[arg-type]


def test_a_track_comes_back_whole_and_in_order(kept: Store) -> None:
    one, other = flown(kept, "one"), flown(kept, "other")
    told = [
        state(
            number,
            lon_deg=106.65 + number * 1e-5,
            lat_deg=0.0,
            height=Height(612.25, HeightSystem.EGM96),
            above_take_off_m=0.0,
            battery_share=0.1 + 0.2,
            wind=AirWind(350.0, 3.5),
            mission_point=0,
            warnings=(AircraftWarning("0x16100083", 1, "罗盘受干扰"),),
        )
        for number in range(25)
    ]
    kept.tracks.append(one.run_id, told[:10])
    kept.tracks.append(other.run_id, [state(3)])
    kept.tracks.append(one.run_id, told[10:])
    kept.tracks.append(one.run_id, [])
    assert kept.tracks.of(one.run_id) == told
    assert kept.tracks.of(other.run_id) == [state(3)]
    assert kept.tracks.of(10**30) == []


def test_nothing_is_kept_of_no_flight(kept: Store) -> None:
    for number in (-1, 10**6, 10**30):
        with pytest.raises(NotFound) as refused:
            kept.tracks.append(number, [state(0)])
        assert refused.value.code == "no_such_run"


@given(
    numbers=st.lists(st.floats(), min_size=4, max_size=4),
    words=st.text(st.characters(), max_size=400),
)
@settings(max_examples=40, deadline=None)
def test_whatever_an_aircraft_says_can_be_kept(
    kept: Store, hostile: Run, numbers: list[float], words: str
) -> None:
    lon_deg, battery_share, from_deg, speed_ms = numbers
    said = state(
        0,
        lon_deg=lon_deg,
        battery_share=battery_share,
        wind=AirWind(from_deg, speed_ms),
        warnings=(AircraftWarning(words, 2, words),),
    )
    before = len(kept.tracks.of(hostile.run_id))
    kept.tracks.append(hostile.run_id, [said])
    *_, found = kept.tracks.of(hostile.run_id)
    assert len(kept.tracks.of(hostile.run_id)) == before + 1
    assert found.lon_deg == (lon_deg if math.isfinite(lon_deg) else None)
    assert found.battery_share == (battery_share if math.isfinite(battery_share) else None)
    assert (found.wind is None) == (not (math.isfinite(from_deg) and math.isfinite(speed_ms)))
    assert found.warnings[0].message.isprintable()
