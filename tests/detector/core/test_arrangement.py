from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.core import Arrangement, Detector
from detector.core import trial as trial_module
from detector.core.arrangement import BETTER_BY, LEAST_ROUNDS, best, candidates
from detector.core.arrangement_memory import MOST_BYTES, MOST_ENTRIES, Place, recall, remember
from detector.core.machine import processor_name, usable_cores
from detector.core.session import Network
from detector.core.trial import take_turns
from models.zoo import ModelCard

USUAL, WIDE = candidates(2)
PLACE = Place("AMD EPYC", 2, 2, "CPUExecutionProvider", "1.32.0", "0" * 64)


@given(threads=st.integers(1, 256))
def test_candidates_use_no_more_threads_than_there_are(threads: int) -> None:
    ways = candidates(threads)
    assert ways[0] == Arrangement.usual(threads)
    assert len(set(ways)) == len(ways) <= 4
    for way in ways:
        assert 1 <= way.workers * way.threads_each <= threads


TIMES = st.lists(st.floats(0.01, 10.0), min_size=LEAST_ROUNDS, max_size=12)


@given(usual=TIMES, other=TIMES)
def test_only_a_clear_and_regular_win_replaces_the_usual(
    usual: list[float], other: list[float]
) -> None:
    rounds = min(len(usual), len(other))
    if best({USUAL: usual, WIDE: other}) != USUAL:
        assert min(other) < BETTER_BY * min(usual)
        assert 3 * sum(b < a for a, b in zip(usual, other, strict=False)) >= 2 * rounds
    # Whoever is faster by a tenth in every round wins, whatever the neighbours do to both.
    assert best({USUAL: usual, WIDE: [0.9 * each for each in usual]}) == WIDE
    assert best({USUAL: usual, WIDE: [0.97 * each for each in usual]}) == USUAL


def test_a_disturbance_decides_nothing() -> None:
    # One quiet moment of the other, or one bad moment of the usual one.
    assert best({USUAL: [1.0, 1.0, 1.0, 1.0], WIDE: [0.5, 1.2, 1.2, 1.2]}) == USUAL
    assert best({USUAL: [9.0, 9.0, 1.0, 9.0], WIDE: [0.99, 0.99, 0.99, 0.99]}) == USUAL
    assert best({USUAL: [1.0] * (LEAST_ROUNDS - 1), WIDE: [0.1] * LEAST_ROUNDS}) is None


def test_the_best_of_several_wins() -> None:
    ways = candidates(8)
    assert best({way: [1.0 - 0.1 * number] * 3 for number, way in enumerate(ways)}) == ways[-1]
    assert best({way: [0.7 + 0.1 * number] * 3 for number, way in enumerate(ways)}) == ways[0]


class Turns:
    """A clock that only work moves on."""

    def __init__(self, takes_s: float) -> None:
        self.now_s = 0.0
        self.takes_s = takes_s
        self.order: list[str] = []

    def run(self, arrangement: Arrangement) -> float:
        self.order.append(arrangement.name)
        self.now_s += self.takes_s
        return self.takes_s


def test_turns_go_forwards_and_backwards_and_the_first_round_does_not_count() -> None:
    turns = Turns(1.0)
    seconds = take_turns([USUAL, WIDE], turns.run, lambda: turns.now_s, 7.5)
    assert turns.order == ["1 x 2", "2 x 1", "2 x 1", "1 x 2", "1 x 2", "2 x 1", "2 x 1", "1 x 2"]
    assert {way: len(each) for way, each in seconds.items()} == {USUAL: 3, WIDE: 3}


@pytest.mark.parametrize(("takes_s", "turns_taken"), [(0.0, 26), (0.1, 25), (1.0, 3), (60.0, 1)])
def test_no_turn_begins_after_the_end_nor_when_enough_is_known(
    takes_s: float, turns_taken: int
) -> None:
    turns = Turns(takes_s)
    take_turns([USUAL, WIDE], turns.run, lambda: turns.now_s, 2.45)
    assert len(turns.order) == turns_taken


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Trials that take no time: 1 x 2 is twice as fast; the names of who ran."""
    ran: list[str] = []

    def turn(_network: Network, arrangement: Arrangement, *_rest: object) -> tuple[float, float]:
        ran.append(arrangement.name)
        return float(arrangement.workers), 1.0

    monkeypatch.setattr(trial_module, "_turn", turn)
    monkeypatch.setattr(trial_module, "TRIAL_S", 60.0)
    return ran


def test_what_was_measured_once_is_remembered(
    card: ModelCard, tmp_path: Path, runs: list[str]
) -> None:
    memory = tmp_path / "new" / "arrangements.json"
    first = Detector.open(card, device="cpu", threads=2, width_px=64, memory=memory)
    assert (first.arrangement, first.arrangement.origin) == (Arrangement(1, 2), "measured")
    assert first._network._beside is first._network._alone
    runs.clear()
    second = Detector.open(card, device="cpu", threads=2, width_px=64, memory=memory)
    assert (second.arrangement, second.arrangement.origin) == (Arrangement(1, 2), "remembered")
    assert runs == []
    # Other threads are another question; one thread is none.
    wider = Detector.open(card, device="cpu", threads=4, width_px=64, memory=memory)
    assert wider.arrangement.origin == "measured"
    assert wider.arrangement == Arrangement(1, 4)
    runs.clear()
    single = Detector.open(card, device="cpu", threads=1, width_px=64, memory=memory)
    assert (single.arrangement, runs) == (Arrangement(1, 1), [])


def test_without_a_memory_or_time_the_usual_arrangement_stands(
    card: ModelCard, tmp_path: Path, runs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = Detector.open(card, device="cpu", threads=2, width_px=64)
    assert (plain.arrangement, plain.arrangement.origin, runs) == (USUAL, "usual", [])
    monkeypatch.setattr(trial_module, "TRIAL_S", 0.0)
    memory = tmp_path / "arrangements.json"
    hasty = Detector.open(card, device="cpu", threads=2, width_px=64, memory=memory)
    assert (hasty.arrangement, hasty.arrangement.origin) == (USUAL, "usual")
    assert not memory.exists()  # the next start tries again


@pytest.mark.parametrize(("share", "origin"), [(0.84, "usual"), (0.86, "measured")])
def test_on_a_busy_machine_nothing_is_decided(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, origin: str
) -> None:
    monkeypatch.setattr(trial_module, "TRIAL_S", 60.0)
    monkeypatch.setattr(
        trial_module, "_turn", lambda _network, one, *_rest: (float(one.workers), share)
    )
    memory = tmp_path / "arrangements.json"
    detector = Detector.open(card, device="cpu", threads=2, width_px=64, memory=memory)
    assert detector.arrangement.origin == origin
    assert memory.exists() == (origin == "measured")


def test_a_real_trial_ends_and_finds_something(card: ModelCard, tmp_path: Path) -> None:
    memory = tmp_path / "arrangements.json"
    detector = Detector.open(card, device="cpu", threads=2, width_px=64, memory=memory)
    assert detector.arrangement in candidates(2)
    if detector.arrangement.origin == "measured":  # otherwise this machine had no time to spare
        assert "pictures_per_s" in memory.read_text(encoding="utf-8")


@settings(deadline=None, max_examples=30)  # files are written
@given(
    place=st.builds(
        Place, st.text(), st.integers(1, 512), st.integers(1, 64), st.text(), st.text(), st.text()
    ),
    number=st.integers(0, 3),
)
def test_a_memory_speaks_of_its_own_place_only(
    tmp_path_factory: pytest.TempPathFactory, place: Place, number: int
) -> None:
    path = tmp_path_factory.mktemp("memory") / "arrangements.json"
    ways = candidates(place.threads)
    chosen = ways[number % len(ways)]
    remember(path, place, chosen, {chosen: 12.34})
    found = recall(path, place)
    assert (found, found and found.origin) == (chosen, "remembered")
    for other in (
        replace(place, processor=place.processor + "x"),
        replace(place, cores=place.cores + 1),
        replace(place, threads=place.threads + 1),
        replace(place, provider=place.provider + "x"),
        replace(place, runtime=place.runtime + "x"),
        replace(place, weights=place.weights + "x"),
    ):
        assert recall(path, other) is None
        remember(path, other, candidates(other.threads)[0], {})
    assert recall(path, place) == chosen


def swapped(old: str, new: str) -> Callable[[Path], object]:
    return lambda path: path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\xff\xfe\x00"),
        lambda path: path.write_text("[" * 100_000),
        lambda path: path.write_text("[1, 2]"),
        lambda path: path.write_text(
            '{"format": "firewatch-arrangements-1", "entries": [7, null]}'
        ),
        lambda path: path.write_text('{"format": "firewatch-arrangements-1", "entries": 7}'),
        lambda path: path.write_text(path.read_text() + " " * MOST_BYTES),
        swapped("arrangements-1", "arrangements-2"),
        swapped('"workers_threads": [\n    1,\n    2', '"workers_threads": [\n    64,\n    64'),
        swapped('"workers_threads": [\n    1,\n    2', '"workers_threads": [\n    "1",\n    null'),
        swapped('"workers_threads"', '"other"'),
        lambda path: (path.unlink(), path.mkdir()),
    ],
)
def test_a_spoilt_memory_is_ignored(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    path = tmp_path / "arrangements.json"
    remember(path, PLACE, WIDE, {WIDE: 40.0, USUAL: 30.0})
    assert recall(path, PLACE) == WIDE
    before = path.read_bytes()
    spoil(path)
    assert path.is_dir() or path.read_bytes() != before  # it is spoilt indeed
    assert recall(path, PLACE) is None
    remember(path, PLACE, USUAL, {})  # written anew, or given up without an error
    assert recall(path, PLACE) == (None if path.is_dir() else USUAL)
    assert [left.name for left in tmp_path.iterdir()] == ["arrangements.json"]


def test_a_memory_does_not_grow_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "arrangements.json"
    for cores in range(MOST_ENTRIES + 9):
        remember(path, replace(PLACE, cores=cores), USUAL, {})
    assert recall(path, replace(PLACE, cores=0)) is None
    assert recall(path, replace(PLACE, cores=MOST_ENTRIES + 8)) == USUAL
    assert path.stat().st_size < MOST_BYTES


def test_a_place_that_takes_no_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    remember(tmp_path / "file" / "arrangements.json", PLACE, USUAL, {})
    assert (tmp_path / "file").read_text() == "mine"


def test_the_machine_has_a_name_and_a_core() -> None:
    assert usable_cores() >= 1
    assert processor_name() != ""
