"""At the desk: what the camera of heat says, lets go, holds back, and adds to what smoke says."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk_rig import FAR, NORTH, START, DeskRig, flame, plume
from votes_rig import PairRig, heat, registration

from camera_gateway.vault import EvidenceVault
from detector.promotion import promote
from models.alert import Finding
from models.clock import ManualClock
from models.condition import Condition
from models.dual import AgreementRule, DualPair, RegistrationState, VoteWord
from models.store import Store
from models.suppression import Holder, Release

FOOT = (330 / 640, 245 / 360)
ELSEWHERE = (0.1, 0.7)


class Dual(DeskRig):
    """A desk with a pair, whose camera of heat takes a frame whenever the visible one does."""

    pair: PairRig
    hot: tuple[tuple[float, float], ...] = ()
    log_odds: float = 2.5
    is_due: bool = False
    is_silent: bool = False
    sees: bool = True

    def step(self, count: int = 1, **how: object) -> None:
        after_s, box = how.pop("after_s", 60.0), how.pop("box", plume())
        for _ in range(count):
            self.clock.advance(after_s)  # type: ignore[arg-type]
            self.warm()
            self.see(box, 0.0, **how)  # type: ignore[arg-type]

    def warm(self) -> None:
        if self.is_silent:
            return
        now = self.clock.now()
        events = [
            heat(now, place, log_odds=self.log_odds, is_due=self.is_due) for place in self.hot
        ]
        self.pair.see(now, *events, sees=self.sees)


def made(store: Store, clock: ManualClock, folder: Path, rule: AgreementRule) -> Dual:
    pair = PairRig(clock, [DualPair("t1", "t1-thermal", rule)])
    rig = Dual(store, clock, folder, cameras=(NORTH, FAR), heat=pair.board)
    rig.pair = pair
    return rig


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def store(clock: ManualClock, tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def both(store: Store, clock: ManualClock, tmp_path: Path) -> Dual:
    return made(store, clock, tmp_path, AgreementRule.BOTH)


@pytest.fixture
def either(store: Store, clock: ManualClock, tmp_path: Path) -> Dual:
    return made(store, clock, tmp_path, AgreementRule.ANY)


def held(rig: Dual) -> list[Holder]:
    return [one.draft.held.by for one in rig.candidates if one.alert_id is None]


def votes(rig: Dual) -> list[VoteWord]:
    (alert,) = rig.working
    return [vote.says for vote in alert.draft.decision.votes]


def releases(rig: Dual) -> list[tuple[Holder, Release]]:
    alert = rig.working[0]  # the newest
    return [(one.by, one.release) for one in alert.draft.decision.overcome]


def test_steam_without_heat_is_held_kept_for_review_and_passes_when_heat_shows(both: Dual) -> None:
    """The whole rule of both: a chimney's steam waits; the same place with heat is told at once."""
    both.step(5)
    assert both.working == []
    (candidate,) = both.candidates
    told = candidate.draft.held
    assert (told.by, told.reference) == (Holder.DUAL, "t1-thermal/1")
    assert told.until == told.since + timedelta(minutes=30)
    assert told.grows_at_px == pytest.approx(2.0 * told.area_px)
    assert candidate.has_picture
    both.hot = (ELSEWHERE,)
    both.step()
    assert both.working == []
    both.hot = (FOOT,)
    both.step()
    (alert,) = both.working
    assert alert.draft.decision.findings[:2] == (Finding.HEAT_THERE, Finding.PERSISTED)
    assert releases(both) == [(Holder.DUAL, Release.HEAT_THERE)]
    (vote,) = alert.draft.decision.votes
    assert (vote.camera_id, vote.says, vote.log_odds) == ("t1-thermal", VoteWord.WARM, 2.5)
    assert vote.box is not None
    assert vote.box.x_min < 330.0 < vote.box.x_max
    assert both.candidates[0].alert_id == alert.alert_id


@pytest.mark.parametrize("log_odds", [-9.0, 4.0])
def test_any_heat_lets_it_pass_whatever_is_thought_of_it(both: Dual, log_odds: float) -> None:
    both.hot, both.log_odds = (FOOT,), log_odds
    both.step(2)
    assert votes(both) == [VoteWord.WARM]
    assert releases(both) == []


@pytest.mark.parametrize("why", ["silent", "blank", "unknown", "drifted", "turned", "outside"])
def test_a_sensor_that_cannot_see_never_holds(both: Dual, why: str) -> None:
    how: dict[str, object] = {}
    said = VoteWord.BLIND
    if why == "silent":
        both.is_silent = True
    elif why == "blank":
        both.sees = False
    elif why == "unknown":
        both.pair.known.clear()
        said = VoteWord.UNREGISTERED
    elif why == "drifted":
        both.pair.known["t1", 0] = registration(state=RegistrationState.DRIFTED)
        said = VoteWord.UNREGISTERED
    elif why == "turned":
        how = {"conditions": frozenset({Condition.MOVED}), "pose": None}
        said = VoteWord.UNREGISTERED
    else:
        narrow = (0.3, 0.0, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0, 1.0)
        both.pair.known["t1", 0] = registration(matrix=narrow)
    both.step(**how)  # type: ignore[arg-type]
    assert votes(both) == [said]
    assert held(both) == []


def test_growth_and_another_place_release_what_waits(both: Dual) -> None:
    both.step(3)
    both.step(box=plume(90.0))
    assert both.working == []
    both.step(box=plume(90.0))
    assert releases(both) == [(Holder.DUAL, Release.GREW)]
    assert votes(both) == [VoteWord.NOTHING], "that none was seen is told with it"


def test_what_has_waited_for_half_an_hour_is_told(both: Dual) -> None:
    both.step(30)
    assert both.working == []
    both.step()
    assert releases(both) == [(Holder.DUAL, Release.OUTLASTED)]
    (alert,) = both.working
    assert alert.draft.decision.findings[0] is Finding.OUTLASTED
    both.step()
    assert both.working[0].draft.decision.findings[0] is Finding.OUTLASTED, "as long as it is"


def test_another_mast_that_waits_too_is_a_witness(both: Dual) -> None:
    """What no person holds back witnesses: else two towers could wait for each other."""
    both.step(2)
    witnesses = both.desk._judge._witnesses
    assert [key[0] for key in witnesses._latest] == ["t1"]


def test_flame_in_the_dark_waits_for_nothing(both: Dual) -> None:
    both.step(2, box=flame(), kind="night")
    assert releases(both) == [(Holder.DUAL, Release.NIGHT_FLAME)]


@pytest.mark.parametrize("rule", [AgreementRule.ANY, AgreementRule.HEAT_FIRST])
def test_by_any_nothing_waits_and_the_vote_is_told(
    store: Store, clock: ManualClock, tmp_path: Path, rule: AgreementRule
) -> None:
    rig = made(store, clock, tmp_path, rule)
    rig.step()
    assert votes(rig) == [VoteWord.NOTHING]
    assert rig.working[0].draft.decision.findings == (Finding.PERSISTED,)


@pytest.mark.parametrize(
    ("smoke", "warmth", "alerts"),
    [
        (1.2, 0.9, True),
        (1.2, 0.7, False),
        (0.2, 1.8, True),
        (0.0, 9.0, False),  # that would be heat alone
        (1.9, 0.0, False),
    ],
)
@pytest.mark.parametrize("rule", list(AgreementRule))
def test_what_both_see_a_little_adds_up(
    store: Store,
    clock: ManualClock,
    tmp_path: Path,
    *,
    rule: AgreementRule,
    smoke: float,
    warmth: float,
    alerts: bool,
) -> None:
    rig = made(store, clock, tmp_path, rule)
    rig.hot, rig.log_odds = (FOOT,), warmth
    rig.step(2, log_odds=smoke)
    assert [one.draft.decision.findings[0] for one in rig.working] == (
        [Finding.HEAT_THERE] if alerts else []
    )
    assert held(rig) == ([] if alerts else [Holder.DECLINED])
    if alerts:
        assert releases(rig) == [(Holder.DECLINED, Release.HEAT_THERE)]


def test_heat_elsewhere_in_the_view_adds_nothing(either: Dual) -> None:
    either.hot = (ELSEWHERE,)
    either.step(3, log_odds=1.9)
    assert held(either) == [Holder.DECLINED]


def test_people_who_have_judged_it_are_asked_by_heat_only_once_it_is_worse(either: Dual) -> None:
    either.hot = (FOOT,)
    either.step(log_odds=1.0)
    either.dismiss()
    either.step(3, log_odds=1.0)
    assert either.working == []
    either.step(2, log_odds=1.0, box=plume(90.0))
    assert (Holder.COOL_DOWN, Release.GREW) in releases(either)


def test_a_vote_follows_its_alert_and_a_blind_sensor_takes_nothing_back(either: Dual) -> None:
    either.step()
    assert votes(either) == [VoteWord.NOTHING]
    either.hot, either.is_due = (FOOT,), True
    either.step()
    assert votes(either) == [VoteWord.FIRE]
    assert Finding.HEAT_THERE in either.working[0].draft.decision.findings
    at = either.clock.now()
    either.is_silent = True
    either.step(after_s=400.0)
    (vote,) = either.working[0].draft.decision.votes
    assert (vote.says, vote.captured_at) == (VoteWord.FIRE, at)
    either.is_silent, either.hot = False, ()
    either.step()
    assert votes(either) == [VoteWord.NOTHING], "by now it is gone"
    assert Finding.HEAT_THERE in either.working[0].draft.decision.findings


def test_a_camera_of_no_pair_is_as_before(both: Dual) -> None:
    both.step(of=FAR)
    assert votes(both) == []


def test_votes_are_the_same_from_the_store(both: Dual, tmp_path: Path) -> None:
    both.hot = (FOOT,)
    both.step(2)
    (alert,) = both.working
    again = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=both.clock)
    assert again.alerts.get(alert.alert_id).draft.decision == alert.draft.decision
    again.close()


def test_a_candidate_that_waited_can_be_made_an_alert_by_hand(both: Dual, tmp_path: Path) -> None:
    both.step(2)
    (candidate,) = both.candidates
    alert = promote(
        candidate,
        store=both.store,
        vault=EvidenceVault(tmp_path / "evidence"),
        drafter=both.desk._drafter,
        author="zhang",
    )
    assert alert.draft.decision.findings[0] is Finding.PROMOTED
