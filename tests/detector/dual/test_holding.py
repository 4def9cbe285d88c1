"""Smoke that waits for heat: four thousand random histories, and the book of its places.

Each history is a pair by the rule of both whose sensor of heat comes and goes, drifts and sees;
plumes that stay, pause, jump and change their track; and a clock that is set back. Whatever came
before: growth releases in the second frame that shows it, heat in the frame in which it is seen,
time after half an hour, and a sensor that cannot see never holds at all.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from votes_rig import PairRig, heat, registration

from detector.dual.agreement import waits
from detector.dual.holding import FORGET, LONGEST, PAUSE, HeldPlaces
from detector.suppression import Ruling, Seen, Suppression, SuppressionMemory
from models.clock import ManualClock
from models.detection import Box, Label
from models.dual import AgreementRule, RegistrationState, VoteWord
from models.suppression import Holder, Release

START = datetime(2026, 4, 5, 3, 0, tzinfo=UTC)
HISTORIES, AT_A_TIME = 4_000, 50
SIZE_PX = (1000, 800)
SMALLEST_PX = 320.0


def box_of(area_px: float, x: float = 500.0) -> Box:
    width = (2.0 * area_px) ** 0.5
    return Box(Label.SMOKE, 0.7, x, 500.0 - width / 2.0, x + width, 500.0)


@dataclass
class Waits:
    """What :class:`detector.suppression.judge.Judge` does with a vote, and nothing else."""

    pair: PairRig = field(default_factory=lambda: PairRig(ManualClock(START)))
    memory: SuppressionMemory = field(default_factory=SuppressionMemory)
    places: HeldPlaces = field(default_factory=HeldPlaces)
    at: datetime = START
    boxes: list[Box] = field(default_factory=list)
    track: int = 0
    frame: int = 0
    said: VoteWord = VoteWord.BLIND

    def see(self, box: Box) -> Ruling:
        self.frame += 1
        self.boxes = [*self.boxes[-2:], box]
        vote = self.pair.board.vote("t1", 0, box, SIZE_PX, self.at)
        assert vote is not None
        self.said = vote.says
        touching = []
        if waits(AgreementRule.BOTH, vote):
            place = self.places.wait(("t1", 0), "t1-thermal", self.track, box, self.at)
            if place is not None and not place.is_over:
                touching = [Suppression(Holder.DUAL, place.reference, place.until)]
        seen = Seen("t1", 0, self.track, self.frame, self.at, tuple(self.boxes), SMALLEST_PX)
        return self.memory.rule(seen, touching)

    def cold(self) -> None:
        self.pair.see(self.at)

    def hot(self) -> None:
        self.pair.see(self.at, heat(self.at, (0.52, 0.62), log_odds=-3.0))

    def drift(self, state: RegistrationState) -> None:
        self.pair.known["t1", 0] = registration(state=state)
        self.pair.clock.advance(1.0)  # type: ignore[attr-defined]


def begun(seed: int) -> tuple[Waits, random.Random, float]:
    """Something that has happened to a view."""
    chance = random.Random(seed)
    view, base_px = Waits(), chance.choice([300.0, 2000.0, 9000.0])
    for _ in range(chance.randrange(1, 20)):
        view.at += timedelta(seconds=chance.choice([5.0, 60.0, 60.0, 300.0, 3000.0, 90_000.0]))
        if chance.random() < 0.05:
            view.at -= timedelta(hours=8)
        doing = chance.random()
        if doing < 0.5:
            view.cold()
        elif doing < 0.6:
            view.hot()
        elif doing < 0.7:
            view.drift(chance.choice(list(RegistrationState)))
        if chance.random() < 0.2:
            view.track, view.boxes = view.track + 1, []
        if chance.random() < 0.8:
            ruling = view.see(box_of(base_px * chance.uniform(0.6, 1.4)))
            assert ruling.held is None or view.said is VoteWord.NOTHING
    view.drift(RegistrationState.GOOD)
    return view, chance, base_px


def live(seed: int) -> None:
    view, chance, base_px = begun(seed)
    view.at += timedelta(hours=chance.choice([0, 1, 30]))
    view.cold()
    first = view.see(box_of(base_px))
    doing = chance.choice(["grow", "heat", "blind", "drift", "wait"])
    if doing == "grow":
        for step in range(2):
            view.at += timedelta(seconds=60)
            view.cold()
            ruling = view.see(box_of(3.0 * base_px * 1.05**step))
        # What was not held before it grew begins to wait at its size then.
        assert ruling.held is None or first.held is None, seed
        return
    if doing == "heat":
        view.at += timedelta(seconds=60)
        view.hot()
    elif doing == "blind":
        view.at += timedelta(seconds=700)
    elif doing == "drift":
        view.drift(RegistrationState.DRIFTED)
    else:
        minutes = 0
        while view.see(box_of(base_px)).held is not None:
            minutes += 1
            view.at += timedelta(seconds=60)
            view.cold()
        assert minutes <= LONGEST.total_seconds() / 60.0, seed
        return
    ruling = view.see(box_of(base_px))
    # A clock that was set back may have left frames behind that look fresh now.
    is_stale = doing != "blind" or view.said is not VoteWord.NOTHING
    assert ruling.held is None or not is_stale, seed


@settings(max_examples=HISTORIES // AT_A_TIME, deadline=None)
@given(st.integers(0, 2**48))
def test_whatever_came_before_smoke_gets_out_by_growth_by_heat_and_by_time(seed: int) -> None:
    for step in range(AT_A_TIME):
        live(seed * AT_A_TIME + step)


def test_the_histories_do_hold_things() -> None:
    held = 0
    for seed in range(300):
        view, _, base_px = begun(seed)
        view.at += timedelta(hours=30)
        view.cold()
        held += view.see(box_of(base_px)).held is not None
    assert held > 280


@pytest.mark.parametrize("apart", [0.0, 120.0])
def test_a_second_plume_beside_it_is_released(apart: float) -> None:
    view = Waits()
    view.cold()
    assert view.see(box_of(2000.0)).held is not None
    view.frame -= 1
    view.track, view.boxes = 1, []
    ruling = view.see(box_of(2000.0, 500.0 + apart))
    if apart == 0.0:
        assert ruling.held is not None, "the same one, of a broken track"
    else:
        assert [told.release for told in ruling.overcome] == [Release.SECOND_PLUME]


def test_each_place_of_a_view_waits_by_itself_and_far_steam_releases_none() -> None:
    view = Waits()
    for step in range(6):
        view.at += timedelta(seconds=60)
        view.cold()
        for track, x in ((0, 100.0), (1, 800.0)):
            view.track, view.boxes = track, []
            view.frame = step
            assert view.see(box_of(900.0, x)).held is not None
    assert len(view.places) == 2


def test_one_that_moves_away_is_released_and_begins_no_new_wait() -> None:
    view = Waits()
    view.cold()
    view.see(box_of(900.0))
    for step in (1, 2):
        view.at += timedelta(seconds=60)
        view.cold()
        ruling = view.see(box_of(900.0, 500.0 - 300.0 * step))
    assert [told.release for told in ruling.overcome] == [Release.NEW_POSITION]
    assert len(view.places) == 1


def test_a_pause_begins_the_wait_anew_and_growth_is_still_measured_from_before() -> None:
    view = Waits()
    view.cold()
    view.see(box_of(900.0))
    view.at += PAUSE + timedelta(seconds=1)
    view.cold()
    held = view.see(box_of(900.0)).held
    assert held is not None
    assert held.until == view.at + LONGEST
    view.at += PAUSE + timedelta(seconds=1)
    view.track, view.boxes = 7, []
    for _ in range(2):
        view.at += timedelta(seconds=60)
        view.cold()
        ruling = view.see(box_of(1900.0))
    assert [told.release for told in ruling.overcome] == [Release.GREW]


def test_when_too_much_is_remembered_nothing_more_is_held_until_it_is_forgotten() -> None:
    places = HeldPlaces(2)
    view = ("t1", 0)
    for number in range(2):
        box = box_of(100.0, 300.0 * number)
        assert places.wait(view, "h", number, box, START) is not None
    assert places.wait(view, "h", 2, box_of(100.0, 900.0), START) is None
    assert places.wait(("t2", 0), "h", 0, box_of(100.0), START) is None
    later = START + FORGET + timedelta(seconds=1)
    assert places.wait(("t2", 0), "h", 0, box_of(100.0), later) is not None
    assert len(places) == 1
    assert places.waited(view, 0, box_of(100.0, 0.0), later) is None
    assert places.waited(("t2", 0), 0, box_of(100.0), later + PAUSE * 2) is None


def test_forgetting_keeps_what_was_seen_of_late() -> None:
    places = HeldPlaces(2)
    view = ("t1", 0)
    places.wait(view, "h", 0, box_of(100.0, 0.0), START)
    later = START + FORGET + timedelta(seconds=1)
    places.wait(view, "h", 1, box_of(100.0, 400.0), later)
    waiting = places.wait(view, "h", 2, box_of(100.0, 800.0), later)
    assert waiting is not None
    assert len(places) == 2
    again = places.waited(view, 1, box_of(100.0, 400.0), later)
    assert again is not None
    assert again.reference == "h/2"


def test_a_place_knows_so_many_tracks_only() -> None:
    places = HeldPlaces()
    for track in range(100):
        places.wait(("t1", 0), "h", track, box_of(100.0), START)
    assert len(places) == 1
    assert len(places._places["t1", 0][0].tracks) == 32
