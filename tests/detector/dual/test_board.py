"""The board of heat: what is fresh, what is there, and when it says that it cannot tell."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from votes_rig import AS_IT_IS, THERMAL_PX, PairRig, heat, registration

from detector.dual import board as board_module
from models.clock import ManualClock
from models.detection import Box, Label
from models.dual import (
    DualPair,
    HeatVote,
    RegistrationSource,
    RegistrationState,
    VoteWord,
)
from models.errors import StoreDamaged

NOW = datetime(2026, 4, 5, 16, 0, tzinfo=UTC)
SIZE_PX = (1000, 800)
PLUME = Box(Label.SMOKE, 0.7, 400.0, 300.0, 500.0, 500.0)


@pytest.fixture
def rig() -> PairRig:
    return PairRig(ManualClock(NOW))


def ask(rig: PairRig, at: datetime = NOW, box: Box = PLUME) -> HeatVote:
    vote = rig.board.vote("t1", 0, box, SIZE_PX, at)
    assert vote is not None
    return vote


def says(rig: PairRig, at: datetime = NOW, box: Box = PLUME) -> VoteWord:
    return ask(rig, at, box).says


def test_a_camera_of_no_pair_has_no_vote(rig: PairRig) -> None:
    rig.see(NOW)
    assert rig.board.vote("t2", 0, PLUME, SIZE_PX, NOW) is None
    assert rig.board.pair_of("t2") is None
    assert rig.board.pair_of_heat("t1") is None
    pair = rig.board.pair_of("t1")
    assert pair is not None
    assert rig.board.pair_of_heat("t1-thermal") == pair


def test_it_is_blind_until_a_frame_is_there_and_after_it_has_grown_old(rig: PairRig) -> None:
    assert ask(rig) == HeatVote("t1-thermal", VoteWord.BLIND)
    rig.see(NOW)
    assert ask(rig) == HeatVote("t1-thermal", VoteWord.NOTHING, NOW)
    assert says(rig, NOW + timedelta(seconds=180)) is VoteWord.NOTHING
    assert says(rig, NOW + timedelta(seconds=181)) is VoteWord.BLIND
    assert says(rig, NOW - timedelta(seconds=181)) is VoteWord.BLIND, "a backlog of the other one"


def test_another_presets_frame_says_nothing_of_this_view(rig: PairRig) -> None:
    rig.board.tell("t1-thermal", 1, (), THERMAL_PX, NOW)
    assert says(rig) is VoteWord.BLIND


def test_a_view_that_is_seen_seldom_is_fresh_for_longer_but_not_for_ever(rig: PairRig) -> None:
    for minute in (-12, -8, -4, 0):
        rig.see(NOW + timedelta(minutes=minute))
    assert says(rig, NOW + timedelta(minutes=9)) is VoteWord.NOTHING
    assert says(rig, NOW + timedelta(minutes=11)) is VoteWord.BLIND, "three times four minutes"


def test_heat_at_the_foot_is_told_with_all_that_is_known(rig: PairRig) -> None:
    event = heat(NOW, (0.45, 0.625), is_due=True)
    rig.see(NOW, event)
    vote = ask(rig)
    assert (vote.says, vote.captured_at) == (VoteWord.FIRE, NOW)
    assert (vote.log_odds, vote.peak_c, vote.reasons) == (2.5, 180.0, event.reasons)
    assert vote.box is not None
    assert vote.box.label is Label.FLAME
    assert vote.box.score == pytest.approx(0.924, abs=0.001)
    assert vote.box.x_min == pytest.approx(440.6, abs=0.1)
    assert vote.box.x_max == pytest.approx(459.4, abs=0.1)
    assert vote.box.y_min < 500.0 < vote.box.y_max


@pytest.mark.parametrize(
    ("place", "is_there"),
    [
        ((0.45, 0.45), True),  # in the plume
        ((0.32, 0.60), True),  # to the left of its foot, by less than it is wide
        ((0.58, 0.60), True),
        ((0.45, 0.85), True),  # below it, behind crowns
        ((0.32, 0.40), False),  # beside its top
        ((0.25, 0.60), False),
        ((0.45, 0.30), False),  # above it: smoke does not fall
        ((0.45, 0.92), False),
    ],
)
def test_heat_counts_in_the_plume_and_around_its_foot(
    rig: PairRig, *, place: tuple[float, float], is_there: bool
) -> None:
    rig.see(NOW, heat(NOW, place))
    assert says(rig) is (VoteWord.WARM if is_there else VoteWord.NOTHING)


def test_a_doubtful_registration_widens_the_place(rig: PairRig) -> None:
    rig.see(NOW, heat(NOW, (0.25, 0.60)))
    assert says(rig) is VoteWord.NOTHING
    rig.known["t1", 0] = registration(doubt_share=0.03)
    rig.clock.advance(1.0)  # type: ignore[attr-defined]
    assert says(rig) is VoteWord.WARM


def test_heat_of_a_minute_ago_counts_and_the_weightiest_is_told(rig: PairRig) -> None:
    early = NOW - timedelta(seconds=90)
    rig.see(early, heat(early, (0.45, 0.6), log_odds=-1.0))
    rig.see(NOW - timedelta(seconds=60), heat(NOW, (0.44, 0.6), log_odds=3.0))
    rig.see(NOW)
    vote = ask(rig)
    assert (vote.says, vote.log_odds) == (VoteWord.WARM, 3.0)
    assert vote.captured_at == NOW - timedelta(seconds=60)
    rig.see(early, heat(early, (0.45, 0.6), log_odds=1.0, is_due=True))  # told again, otherwise
    assert ask(rig).says is VoteWord.FIRE, "what is due goes before what is merely warmer"


def test_who_sees_nothing_at_all_is_blind(rig: PairRig) -> None:
    rig.see(NOW, sees=False)
    assert says(rig) is VoteWord.BLIND
    rig.see(NOW, heat(NOW, (0.1, 0.1)), sees=False)
    assert says(rig) is VoteWord.NOTHING, "a picture with heat in it shows something"


def test_what_the_picture_of_heat_does_not_hold_is_not_said_to_be_cold(rig: PairRig) -> None:
    narrow = (0.5, 0.0, 0.25, 0.0, 0.5, 0.25, 0.0, 0.0, 1.0)  # the middle half of the visible one
    rig.known["t1", 0] = registration(matrix=narrow)
    rig.see(NOW)
    small = replace(PLUME, x_min=470.0, x_max=500.0, y_min=420.0, y_max=460.0)
    assert says(rig, box=small) is VoteWord.NOTHING
    assert says(rig, box=replace(small, x_min=260.0, x_max=290.0)) is VoteWord.BLIND
    assert says(rig, box=replace(small, y_min=560.0, y_max=590.0)) is VoteWord.BLIND
    rig.see(NOW, heat(NOW, (0.02, 0.65)))
    assert says(rig, box=replace(small, x_min=260.0, x_max=290.0)) is VoteWord.WARM


def test_a_plume_at_the_pictures_edge_is_looked_for_inside_of_it(rig: PairRig) -> None:
    rig.see(NOW)
    low = replace(PLUME, x_min=0.0, x_max=90.0, y_min=700.0, y_max=800.0)
    assert says(rig, box=low) is VoteWord.NOTHING


@pytest.mark.parametrize(
    ("changes", "cold", "warm"),
    [
        ({}, VoteWord.NOTHING, VoteWord.WARM),
        ({"state": RegistrationState.UNCHECKED}, VoteWord.NOTHING, VoteWord.WARM),
        ({"state": RegistrationState.DRIFTED}, VoteWord.UNREGISTERED, VoteWord.UNREGISTERED),
        ({"source": RegistrationSource.LENSES}, VoteWord.UNREGISTERED, VoteWord.WARM),
        (
            {"source": RegistrationSource.LENSES, "checked_at": NOW},
            VoteWord.NOTHING,
            VoteWord.WARM,
        ),
        ({"matrix": (0.0,) * 9}, VoteWord.BLIND, VoteWord.BLIND),
        ({"matrix": (1.0, 0, 0, 0, 1.0, 0, 0, -2.0, 1.0)}, VoteWord.BLIND, VoteWord.BLIND),
        ({"matrix": (1.0, 1.0, 0, 1.0, 1.0, 0, 0, 0, 1.0)}, VoteWord.BLIND, None),
    ],
)
def test_what_is_not_registered_never_says_that_there_is_nothing(
    rig: PairRig, *, changes: dict[str, object], cold: VoteWord, warm: VoteWord | None
) -> None:
    rig.known["t1", 0] = registration(**changes)  # type: ignore[arg-type]
    rig.see(NOW)
    assert says(rig) is cold
    rig.see(NOW, heat(NOW, (0.45, 0.6)))
    if warm is not None:
        assert says(rig) is warm


def test_without_a_registration_it_says_so_with_the_time_of_its_frame(rig: PairRig) -> None:
    rig.known.clear()
    assert ask(rig) == HeatVote("t1-thermal", VoteWord.UNREGISTERED)
    rig.see(NOW)
    assert ask(rig) == HeatVote("t1-thermal", VoteWord.UNREGISTERED, NOW)
    event = heat(NOW, (0.5, 0.5))
    assert rig.board.where("t1", 0, event, THERMAL_PX, (1, 1)) is None


def test_where_heat_lies_is_told_in_shares_as_well(rig: PairRig) -> None:
    box = rig.board.where("t1", 0, heat(NOW, (0.5, 0.5)), THERMAL_PX, (1, 1))
    assert box is not None
    assert (box.x_min + box.x_max) / 2.0 == pytest.approx(0.5)
    rig.known["t1", 0] = registration(matrix=(1.0, 0, 2.0, 0, 1.0, 0, 0, 0, 1.0))
    rig.clock.advance(1.0)  # type: ignore[attr-defined]
    assert rig.board.where("t1", 0, heat(NOW, (0.5, 0.5)), THERMAL_PX, (1, 1)) is None


def test_the_store_is_asked_once_a_second_and_may_fail(rig: PairRig) -> None:
    asked = []

    def pairs() -> list[DualPair]:
        asked.append("pairs")
        if len(asked) > 1:
            raise StoreDamaged("Locked.")
        return rig.pairs

    def found(*_view: object) -> object:
        if len(asked) > 1:
            raise StoreDamaged("Locked.")
        return registration()

    clock = ManualClock(NOW)
    board = board_module.HeatBoard(pairs, found, clock)  # type: ignore[arg-type]
    board.tell("t1-thermal", 0, (), THERMAL_PX, NOW)
    for _ in range(5):
        vote = board.vote("t1", 0, PLUME, SIZE_PX, NOW)
        assert vote is not None
        assert vote.says is VoteWord.NOTHING
    assert asked == ["pairs"]
    clock.advance(1.0)
    vote = board.vote("t1", 0, PLUME, SIZE_PX, NOW)
    assert vote is not None, "what was known is known"
    assert vote.says is VoteWord.NOTHING
    assert asked == ["pairs", "pairs"]


def test_a_pair_that_was_parted_votes_no_more(rig: PairRig) -> None:
    rig.see(NOW)
    assert says(rig) is VoteWord.NOTHING
    rig.pairs.clear()
    rig.clock.advance(1.0)  # type: ignore[attr-defined]
    assert rig.board.vote("t1", 0, PLUME, SIZE_PX, NOW) is None


def test_it_forgets_the_oldest_frames_views_and_registrations(
    rig: PairRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board_module, "MOST_VIEWS", 2)
    monkeypatch.setattr(board_module, "MOST_REGISTRATIONS", 1)
    for number in range(100):
        rig.see(NOW + timedelta(seconds=number))
    frames = rig.board._frames["t1-thermal", 0]
    assert len(frames) == board_module.MOST_FRAMES
    assert frames[-1].captured_at == NOW + timedelta(seconds=99)
    rig.board.tell("other", 0, (), THERMAL_PX, NOW)
    rig.board.tell("third", 0, (), THERMAL_PX, NOW)
    assert list(rig.board._frames) == [("other", 0), ("third", 0)]
    for preset in range(3):
        rig.board.vote("t1", preset, PLUME, SIZE_PX, NOW)
    assert len(rig.board._known) == 1


def test_many_threads_tell_and_ask(rig: PairRig) -> None:
    def work(start: int) -> int:
        seen = 0
        for step in range(60):
            at = NOW + timedelta(seconds=start + step)
            rig.see(at, heat(at, (0.45, 0.6)))
            seen += says(rig, at) is VoteWord.WARM
        return seen

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [60] * 4


shares = st.floats(0.0, 1.0)


@settings(deadline=None, max_examples=300)
@given(
    place=st.tuples(shares, shares),
    size=st.tuples(st.floats(0.0, 0.5), st.floats(0.0, 0.5)),
    matrix=st.lists(st.floats(-3.0, 3.0), min_size=9, max_size=9).map(tuple),
    is_as_it_is=st.booleans(),
    seconds=st.integers(-2000, 2000),
)
def test_any_box_and_any_matrix_have_an_answer_that_fits_a_decision(
    *,
    place: tuple[float, float],
    size: tuple[float, float],
    matrix: tuple[float, ...],
    is_as_it_is: bool,
    seconds: int,
) -> None:
    rig = PairRig(ManualClock(NOW))
    rig.known["t1", 0] = registration(matrix=AS_IT_IS if is_as_it_is else matrix)
    at = NOW + timedelta(seconds=seconds)
    rig.see(at, heat(at, place))
    x_min, y_min = place[0] * SIZE_PX[0], place[1] * SIZE_PX[1]
    x_max, y_max = x_min + size[0] * SIZE_PX[0], y_min + size[1] * SIZE_PX[1]
    box = Box(Label.SMOKE, 0.5, x_min, y_min, x_max, y_max)
    vote = ask(rig, box=box)
    if abs(seconds) > 180:
        assert vote.says in {VoteWord.BLIND, VoteWord.UNREGISTERED}
    elif is_as_it_is:
        assert vote.says is VoteWord.WARM
    assert (vote.log_odds is None) == (vote.says not in {VoteWord.WARM, VoteWord.FIRE})
    assert (vote.box is None) == (vote.log_odds is None)
