"""Heat that opens a fire by itself: by the rule of its pair, by night, not where it is known."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from api_rig import ApiRig
from crossing_rig import alert_of, fix_of, tower
from desk_rig import NORTH, DeskRig, plume
from heat_rig import LOOKS_NORTH, NODE, PLUME, HeatRig, picture
from votes_rig import registration

from api.heat import alone
from api.heat.alone import NOTE, opened_alone
from detector.dual.board import HeatBoard
from geo.locate import Locator
from models.audit import SYSTEM
from models.detection import Box, Label
from models.dual import AgreementRule, DualPair, VoteWord
from models.errors import Conflict, InputRefused
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.heat_event import HeatReason
from models.heat_look import HeatLook, LookState
from models.heat_node import HeatNode, key_of_view
from models.incident import DismissReason, IncidentState
from models.ledger import EntryKind, GroundPlace, LedgerDraft, ViewPlace
from models.observation import ObservationSource
from models.suppression import Holder, Release
from models.thermal import ThermalEncoding
from models.times import Times
from models.user import Role

VISIBLE, THERMAL = "t3-drill", "t3-heat"
VIEW = replace(
    NODE,
    node_id=key_of_view(THERMAL, 0),
    name="三号塔热像",
    pose=LOOKS_NORTH,
    view=(THERMAL, 0),
    intervals_s=(60, 60, 60, 60, 20),
)
MIDNIGHT_H = 5  # UTC, where the drill's district lies
LANDSCAPE = np.add.outer(np.sin(np.arange(120) / 7.0), np.sin(np.arange(160) / 9.0)).astype("f4")


class AloneRig(HeatRig):
    """A view of a pair by heat first; its frames show a landscape."""

    def __init__(self, api: ApiRig, rule: AgreementRule = AgreementRule.HEAT_FIRST) -> None:
        pairs = [DualPair(VISIBLE, THERMAL, rule)]
        self.board = HeatBoard(lambda: pairs, registration, api.clock)
        object.__setattr__(api.context, "heat_board", self.board)
        super().__init__(api, VIEW)

    def add(self, node: HeatNode) -> None:
        self.store.nodes.put_view(node, author=SYSTEM)

    def at_hour(self, hour: int) -> None:
        """Go on to that hour, UTC."""
        now = self.clock.now()
        then = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        self.clock.advance(((then - now) % timedelta(days=1)).total_seconds())

    def burn(
        self, frames: int = 14, *, celsius: float = 320.0, node: HeatNode | None = None
    ) -> None:
        """For long enough to be due by any patience."""
        super().burn(frames, celsius=celsius, node=node)

    def glow(self, frames: int, celsius: float) -> None:
        """Heat that neither grows nor flickers."""
        for minute in range(frames):
            self.push(picture([(70, 60, 5, celsius)], seed=minute))
            self.settle()
            self.clock.advance(60.0)

    def look(self) -> HeatLook:
        return self.store.heat_looks.page()[0]

    def dismiss(self) -> None:
        (fire,) = self.store.incidents.working()
        self.store.verdicts.step(
            fire.incident_id,
            expected=fire.state,
            to_state=IncidentState.DISMISSED,
            author="m",
            reason=DismissReason.CHIMNEY,
        )

    def show(self, grey: int, *, colour: bool, age: timedelta = timedelta(0)) -> None:
        """The visible camera's latest picture."""
        level = max(grey, 0)
        image = np.full((240, 320, 3), level, np.uint8)
        if colour:
            image[:120] = (level, level // 2, level // 4)
            image[120:, :160] = (level // 4, level, level // 2)
        at = self.clock.now() - age
        jpeg = cv2.imencode(".jpg", image)[1].tobytes() if grey >= 0 else b"broken"
        self.context.ring.add(
            Frame(
                VISIBLE,
                0,
                1,
                at,
                at,
                TimeSource.RECEIPT,
                jpeg,
                FrameMode.VISIBLE,
                Provenance.LIVE,
                LOOKS_NORTH,
            )
        )


@pytest.fixture
def rig(api: ApiRig) -> AloneRig:
    made = AloneRig(api)
    made.at_hour(MIDNIGHT_H)
    return made


def test_by_night_heat_is_a_fire_by_itself_and_everybody_is_told(rig: AloneRig) -> None:
    rig.burn()
    (look,) = rig.store.heat_looks.page()
    assert (look.state, look.decided_by, look.note) == (LookState.FIRE, SYSTEM, NOTE)
    (fire,) = rig.store.incidents.working()
    assert fire.incident_id == look.incident_id
    assert fire.state is IncidentState.OPEN
    (told,) = fire.observations
    assert (told.draft.source, told.draft.told) == (ObservationSource.NODE, VIEW.node_id)
    rig.burn(4)
    assert len(rig.store.incidents.working()) == 1
    assert len(rig.store.heat_looks.page()) == 1


def test_by_day_it_is_a_look_and_at_dusk_a_fire(rig: AloneRig) -> None:
    rig.at_hour(22)
    rig.clock.advance(30 * 60.0)  # the sun stands two degrees below the horizon
    rig.burn()
    assert rig.look().state is LookState.OPEN
    assert rig.store.incidents.working() == []
    rig.burn(20)
    assert rig.look().state is LookState.FIRE
    assert len(rig.store.heat_looks.page()) == 1


@pytest.mark.parametrize("rule", [AgreementRule.ANY, AgreementRule.BOTH])
def test_by_another_rule_it_is_a_look(api: ApiRig, rule: AgreementRule) -> None:
    rig = AloneRig(api, rule)
    rig.at_hour(MIDNIGHT_H)
    rig.burn()
    assert rig.look().state is LookState.OPEN


def test_a_node_that_pushes_opens_none_whatever_it_is_called(api: ApiRig) -> None:
    AloneRig(api)
    rig = HeatRig(api, replace(NODE, node_id="t3-heat-0"))
    rig.clock.advance(12 * 3600.0)
    rig.burn(14)
    assert rig.store.heat_looks.page()[0].state is LookState.OPEN


@pytest.mark.parametrize(
    ("grey", "colour", "age_min", "opens"),
    [
        (120, False, 0, True),  # its filter is out
        (20, True, 0, True),
        (160, True, 0, False),
        (120, False, 16, False),  # too old to say anything
        (-1, True, 0, False),
    ],
)
def test_before_dusk_the_picture_itself_says_that_it_is_dark(
    rig: AloneRig, *, grey: int, colour: bool, age_min: int, opens: bool
) -> None:
    rig.at_hour(22)  # the sun stands three degrees high there, late in November
    for minute in range(14):
        rig.show(grey, colour=colour, age=timedelta(minutes=age_min))
        rig.push(picture([(70, 60, 4 + minute // 3, 320.0)], seed=minute))
        rig.settle()
        rig.clock.advance(60.0)
    assert rig.look().state is (LookState.FIRE if opens else LookState.OPEN)


@pytest.mark.parametrize("kind", ["ground", "view", "elsewhere", "other_hours", "other_view"])
def test_what_the_ledger_names_stays_a_look(rig: AloneRig, kind: str) -> None:
    now = rig.clock.now()
    place: GroundPlace | ViewPlace = GroundPlace(*PLUME, 200.0)
    times = Times()
    if kind == "view":
        place = ViewPlace(VISIBLE, 0, 0.40, 0.45, 0.50, 0.60)
    elif kind == "elsewhere":
        place = GroundPlace(PLUME[0] + 0.1, PLUME[1], 200.0)
    elif kind == "other_view":
        place = ViewPlace(VISIBLE, 1, 0.40, 0.45, 0.50, 0.60)
    elif kind == "other_hours":
        local = now + timedelta(hours=8)
        begins = (local.hour * 60 + 720) % 1440
        times = Times(begins, (begins + 60) % 1440)
    draft = LedgerDraft(
        EntryKind.NUISANCE,
        place,
        now - timedelta(hours=1),
        now + timedelta(days=7),
        times,
        DismissReason.CHIMNEY,
        "",
        "",
    )
    rig.store.ledger.add(draft, author="m")
    rig.burn()
    holds = kind in {"ground", "view"}
    assert rig.look().state is (LookState.OPEN if holds else LookState.FIRE)


def test_a_place_that_people_dismissed_opens_none_again_until_it_is_hotter(rig: AloneRig) -> None:
    rig.glow(14, 320.0)
    rig.dismiss()
    past = rig.look()
    assert past.state is LookState.FIRE
    rig.clock.advance(26 * 3600.0)
    steady = replace(past.event, last_at=rig.clock.now(), reasons=())
    hotter = replace(steady, peak_c=past.event.peak_c + 31.0)  # type: ignore[operator]
    grows = replace(steady, reasons=((HeatReason.GROWS, 1.2),))
    beside = replace(steady, spot=replace(steady.spot, x_min=10, x_max=16))
    for event, stays in ((steady, True), (hotter, False), (grows, False), (beside, False)):
        look = replace(past, look_id=99, state=LookState.OPEN, event=event)
        assert alone._was_dismissed(rig.context, look) is stays
    unmeasured = replace(past, event=replace(steady, peak_c=None))
    assert alone._was_dismissed(rig.context, unmeasured), "levels are told apart by growth alone"
    rig.clock.advance(14 * 86_400.0)
    assert not alone._was_dismissed(rig.context, replace(past, event=steady)), "long ago"


def test_a_look_that_was_dismissed_as_a_fire_stays_one_the_next_night(rig: AloneRig) -> None:
    rig.glow(14, 320.0)
    rig.dismiss()
    rig.clock.advance(26 * 3600.0)
    rig.at_hour(MIDNIGHT_H)
    rig.glow(14, 330.0)
    assert rig.store.incidents.working() == []


def test_heat_of_a_backlog_and_of_one_frame_rings_no_bell(rig: AloneRig) -> None:
    then = rig.clock.now()
    rig.clock.advance(2 * 3600.0)
    for minute in range(14):
        spot = (70, 60, 4 + minute // 3, 320.0)
        rig.push(picture([spot], seed=minute), then + timedelta(minutes=minute))
        rig.settle()
    assert rig.look().state is LookState.OPEN
    rig.clock.advance(60.0)
    one = rig.look()
    once = replace(one, event=replace(one.event, frames=1, last_at=rig.clock.now()))
    assert opened_alone(rig.context, rig.board, VIEW, once, (160, 120)) is None


def test_who_was_faster_has_decided(rig: AloneRig, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(*_: object, **__: object) -> None:
        raise Conflict("Decided.", code="look_decided")

    monkeypatch.setattr(alone, "became_fire", taken)
    rig.burn()
    assert rig.look().state is LookState.OPEN


def test_a_store_that_fails_is_asked_again(rig: AloneRig, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise InputRefused("Locked.")

    with monkeypatch.context() as broken:
        broken.setattr(alone, "became_fire", fails)
        with pytest.raises(InputRefused):
            rig.burn()
    rig.clock.advance(60.0)
    rig.burn(2)
    assert rig.look().state is LookState.FIRE


def test_smoke_of_its_own_pair_is_the_same_fire(rig: AloneRig) -> None:
    camera = tower(VISIBLE, -84.3725, 36.2225)
    now = rig.clock.now()
    fix = fix_of(camera, PLUME, locator=Locator(rig.context.terrain))
    seen = (now - timedelta(minutes=2), now)
    alert = alert_of(rig.api, camera, fix, seen=seen, provenance=Provenance.LIVE)
    rig.burn()
    look = rig.look()
    assert (look.state, look.incident_id) == (LookState.FIRE, alert.incident_id)
    assert len(rig.store.incidents.working()) == 1


def test_the_board_is_told_of_every_frame_of_a_view(rig: AloneRig) -> None:
    box = Box(Label.SMOKE, 0.7, 60.0, 40.0, 90.0, 66.0)

    def says() -> VoteWord:
        vote = rig.board.vote(VISIBLE, 0, box, (160, 120), rig.clock.now())
        assert vote is not None
        return vote.says

    assert says() is VoteWord.BLIND
    rig.push(picture())
    rig.settle()
    assert says() is VoteWord.BLIND, "noise and nothing else"
    numbers = np.rint((18.0 + 3.0 * LANDSCAPE + 273.15) * 100.0).astype(np.uint16)
    rig.clock.advance(60.0)
    rig.push(cv2.imencode(".png", numbers)[1].tobytes())
    rig.settle()
    assert says() is VoteWord.NOTHING
    assert VIEW.encoding is ThermalEncoding.CENTIKELVIN
    rig.clock.advance(60.0)
    rig.push(picture([(70, 60, 6, 320.0)]))
    rig.settle()
    assert says() is VoteWord.WARM
    rig.burn()
    assert says() is VoteWord.FIRE


def test_frames_of_a_pair_hold_cold_steam_and_tell_the_same_with_heat(
    api: ApiRig, tmp_path: Path
) -> None:
    """The whole way: files of heat, the heat desk, the board, the alert desk, the answer."""
    rig = AloneRig(api, AgreementRule.BOTH)
    camera = replace(NORTH, camera_id=VISIBLE)
    desk = DeskRig(rig.store, rig.clock, tmp_path / "desk", cameras=(camera,), heat=rig.board)
    land_c = 18.0 + 3.0 * LANDSCAPE

    def minute(number: int, *, celsius: float | None) -> None:
        levels = land_c + np.random.default_rng(number).normal(0.0, 0.1, land_c.shape)
        if celsius is not None:
            levels[76:81, 80:86] = celsius
        numbers = np.rint((levels + 273.15) * 100.0).astype(np.uint16)
        rig.push(cv2.imencode(".png", numbers)[1].tobytes())
        rig.settle()
        desk.see(plume(), 0.0, of=camera)
        rig.clock.advance(60.0)

    for number in range(4):
        minute(number, celsius=None)
    assert rig.store.alerts.working() == []
    (candidate,) = desk.candidates
    assert candidate.draft.held.by is Holder.DUAL
    minute(4, celsius=240.0)
    (alert,) = rig.store.alerts.working()
    assert alert.draft.decision.overcome[0].release is Release.HEAT_THERE
    for number in range(5, 18):
        minute(number, celsius=240.0 + 5.0 * number)
    told = api.client(Role.VIEWER).get(f"/api/alerts/{alert.alert_id}").json()
    decision = told["decision"]
    (vote,) = decision["votes"]
    assert (vote["camera_id"], vote["says"]) == (THERMAL, "fire")
    assert vote["peak_c"] == pytest.approx(325.0, abs=1.0)
    assert vote["box"]["x_min"] == pytest.approx(320.0, abs=8.0)
    assert vote["reasons"][0].keys() == {"code", "log_odds"}
    assert vote["log_odds"] > 1.0
    assert decision["findings"][0] == "heat_there"
    assert decision["overcome"][0]["by"] == "dual"
