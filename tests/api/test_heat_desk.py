"""Frames of nodes as they wait: followed, proposed as looks, joined with fires, and forgotten."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from api_rig import ApiRig
from crossing_rig import alert_of, fix_of, tower
from heat_rig import LOOKS_NORTH, NODE, PLUME, HeatRig, picture
from node_rig import KEY, Sender

from api.heat import desk as desk_module
from api.heat.desk import HeatDesk
from api.nodes.files import path_of
from api.observations.telling import told
from camera_gateway.thermal.scene import HeatScene, encode_frame
from detector.incidents.evidence_factors import level_of, sensors_of
from geo.crs import geodesic
from geo.locate import Locator
from geo.meeting import LEAST_NODE_SIGMA_M
from models.audit import SYSTEM
from models.crossing import Report
from models.frame import Provenance
from models.heat_look import LookState, NoFireReason
from models.heat_node import FrameState
from models.incident import Level, LinkReason
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.store.heat_look_rows import KeptWatch
from models.user import Role
from models.weather import Reading

TOWER = tower("t3-drill", -84.3725, 36.2225)
FIRE = (70, 60, 6, 320.0)


@pytest.fixture
def rig(api: ApiRig) -> HeatRig:
    return HeatRig(api)


def test_a_fire_that_stays_is_proposed_once_and_followed(rig: HeatRig) -> None:
    rig.burn()
    (look,) = rig.store.heat_looks.page()
    assert (look.state, look.node_id, look.is_drill) == (LookState.OPEN, "n1", False)
    assert (look.event.frames, look.event.peak_c) == (8, 350.0)
    assert look.sigma_m == NODE.reach_m / 2.0, "nobody said where the node looks"
    assert [view.camera_id for view in look.towers] == ["t3-drill", "t1-red", "t2-fog"]
    assert [view.is_visible for view in look.towers] == [True, True, False]
    frames = rig.store.nodes.frames("n1")
    assert {one.state for one in frames} == {FrameState.SEEN}
    assert look.frame_id == frames[0].frame_id, "the latest shows it"
    assert {one.spots for one in frames} == {1}
    assert max(one.hottest_c or 0.0 for one in frames) == pytest.approx(350.0, abs=0.1)
    late = rig.clock.now() + timedelta(days=400)
    assert rig.store.nodes.clearable(late, 99) == [], "files of a look and before it are kept"


def test_nothing_is_proposed_of_ground_that_is_merely_warm(rig: HeatRig) -> None:
    for minute in range(8):
        rig.push(picture([(70, 60, 6, 26.0)], seed=minute))
        rig.settle()
        rig.clock.advance(60.0)
    assert rig.store.heat_looks.page() == []


def test_air_and_sun_are_those_of_the_frames_own_time(rig: HeatRig) -> None:
    reading = Reading("", rig.clock.now(), 31.5, 40.0, 1.0, 0.0)
    rig.store.weather.add([reading], author="m")
    shelf = rig.desk._air
    assert shelf.at(rig.store, rig.clock.now() + timedelta(hours=2)) == 31.5
    assert shelf.at(rig.store, rig.clock.now() + timedelta(hours=4)) is None
    nearer = replace(reading, at=rig.clock.now() - timedelta(hours=2), temperature_c=22.0)
    rig.store.weather.add([nearer], author="m")
    assert shelf.at(rig.store, rig.clock.now() - timedelta(hours=1, minutes=30)) == 22.0
    assert shelf.at(rig.store, rig.clock.now() - timedelta(minutes=30)) == 31.5


def test_heat_does_not_wait_for_ever_behind_cameras(
    rig: HeatRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "GIVES_WAY_S", 0.2)
    frame = rig.push(picture())
    busy = HeatDesk(rig.context, None, lambda: 1)
    assert busy.work_once()
    assert rig.store.nodes.frame(frame.frame_id).state is FrameState.SEEN
    busy.behind.stop()
    rig.push(picture())
    assert not busy.work_once(), "the watch ends"
    assert len(rig.store.nodes.waiting(9)) == 1


def test_a_fault_of_ours_holds_nothing_up(rig: HeatRig, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(desk_module, "read_thermal", fails)
    frame = rig.push(picture())
    rig.settle()
    assert rig.store.nodes.frame(frame.frame_id).code == "node_frame_failed"


def test_what_cannot_be_read_is_marked_and_holds_nothing_up(rig: HeatRig) -> None:
    broken = rig.push(b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    gone = rig.push(picture([FIRE]))
    path_of(rig.context.settings.data_dir, gone).unlink()
    good = rig.push(picture())
    rig.settle()
    codes = [rig.store.nodes.frame(one.frame_id).code for one in (broken, gone, good)]
    assert codes == ["thermal_damaged", "node_file_gone", ""]


def test_the_same_frames_after_a_kill_propose_nothing_twice(rig: HeatRig) -> None:
    """A look is on the disk before its frame is marked as seen."""
    for minute in range(8):
        rig.push(picture([FIRE], seed=minute), rig.clock.now() - timedelta(minutes=8 - minute))

    class KilledError(Exception):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    nodes = rig.store.nodes
    nodes.seen_many = killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KilledError):
        rig.desk.work_once()
    del nodes.seen_many
    (before,) = rig.store.heat_looks.page()
    assert len(nodes.waiting(99)) == 8, "nothing was marked"
    rig.desk = rig.new_desk()
    rig.settle()
    (after,) = rig.store.heat_looks.page()
    assert after.look_id == before.look_id
    assert nodes.waiting(99) == []


def test_a_node_is_known_again_after_a_restart(rig: HeatRig) -> None:
    rig.burn(3)
    assert rig.store.heat_looks.page() == []
    rig.desk = rig.new_desk()
    rig.burn(3)
    (look,) = rig.store.heat_looks.page()
    assert look.event.frames == 6, "what was seen since it was kept is followed again"


def test_a_damaged_memory_is_begun_anew(rig: HeatRig) -> None:
    rig.burn(3)
    rig.store.heat_looks.keep_watch("n1", KeptWatch(rig.clock.now(), b"nonsense"))
    rig.desk = rig.new_desk()
    rig.burn(3)
    (look,) = rig.store.heat_looks.page()
    assert look.event.frames == 6


def test_a_frame_that_comes_late_is_looked_at_by_itself(rig: HeatRig) -> None:
    began = rig.clock.now()
    rig.burn()
    (look,) = rig.store.heat_looks.page()
    late = rig.push(picture([(20, 20, 5, 250.0)]), began + timedelta(seconds=90))
    rig.settle()
    assert rig.store.nodes.frame(late.frame_id).state is FrameState.SEEN
    looks = rig.store.heat_looks.page()
    assert look in looks, "how it is by now is known"
    same = rig.push(picture([FIRE]), began + timedelta(seconds=30))
    rig.settle()
    assert rig.store.heat_looks.page() == looks
    assert rig.store.nodes.frame(same.frame_id).state is FrameState.SEEN


def test_what_is_live_goes_before_a_backlog(rig: HeatRig) -> None:
    rig.pass_by(timedelta(days=2))
    for minute in range(65):
        rig.push(picture(seed=minute), rig.clock.now() - timedelta(days=1, minutes=minute))
    live = rig.push(picture())
    assert rig.desk.work_once()
    assert rig.store.nodes.frame(live.frame_id).state is FrameState.SEEN
    rig.settle()
    assert rig.store.nodes.waiting(99) == []


def test_a_pose_says_where_the_heat_is(api: ApiRig) -> None:
    rig = HeatRig(api, replace(NODE, pose=LOOKS_NORTH))
    rig.burn()
    (look,) = rig.store.heat_looks.page()
    at = look.position
    azimuth_deg, _, range_m = geodesic(*PLUME, at.lon_deg, at.lat_deg)
    assert abs(azimuth_deg) < 10.0
    assert 10.0 < range_m < 20.0, "3 m high, by 11 degrees down"
    assert look.sigma_m == LEAST_NODE_SIGMA_M


def test_a_tower_that_sees_it_makes_one_fire_of_it(rig: HeatRig) -> None:
    """The whole way: pushed frames, a look, smoke over the trees, one fire of two kinds."""
    rig.burn()
    now = rig.clock.now()
    alert = alert_of(
        rig.api,
        TOWER,
        fix_of(TOWER, PLUME, locator=Locator(rig.context.terrain)),
        seen=(now - timedelta(minutes=2), now),
        provenance=Provenance.LIVE,
    )
    rig.settle()
    (look,) = rig.store.heat_looks.page()
    assert (look.state, look.incident_id) == (LookState.FIRE, alert.incident_id)
    assert look.decided_by == SYSTEM
    (fire,) = rig.store.incidents.working()
    (told,) = fire.observations
    assert (told.draft.source, told.draft.told) == (ObservationSource.NODE, "n1")
    assert LinkReason.HEAT in {entry.link for entry in fire.entries}
    rig.burn(3)
    assert len(rig.store.heat_looks.page()) == 1, "it is that fire's"
    assert len(rig.store.incidents.working()) == 1


def test_a_tower_that_saw_it_first_is_joined_at_once(rig: HeatRig) -> None:
    now = rig.clock.now()
    fix = fix_of(TOWER, PLUME, locator=Locator(rig.context.terrain))
    seen = (now - timedelta(minutes=9), now - timedelta(minutes=5))
    alert = alert_of(rig.api, TOWER, fix, seen=seen, provenance=Provenance.LIVE)
    rig.burn()
    (look,) = rig.store.heat_looks.page()
    assert (look.state, look.incident_id) == (LookState.FIRE, alert.incident_id)


def test_what_a_drone_shows_there_is_the_same_fire_of_another_kind(rig: HeatRig) -> None:
    rig.burn()
    witness = Report(Position(*PLUME, 0.0, HeightDatum.GROUND), 15.0)
    draft = ObservationDraft(ObservationSource.DRONE, witness, rig.clock.now(), "a.mp4: smoke 0.8")
    found, _ = told(rig.context, draft, author="m", key="drone-0001")
    rig.settle()
    (look,) = rig.store.heat_looks.page()
    assert (look.state, look.incident_id) == (LookState.FIRE, found.incident_id)
    (fire,) = rig.store.incidents.working()
    sensors = sensors_of(fire, rig.store.cameras.standpoints())
    assert level_of(sensors) is Level.STRONG


def test_a_drill_and_a_fire_are_never_one(api: ApiRig) -> None:
    rig = HeatRig(api, replace(NODE, is_drill=True))
    now = rig.clock.now()
    fix = fix_of(TOWER, PLUME, locator=Locator(rig.context.terrain))
    seen = (now - timedelta(minutes=4), now)
    alert_of(rig.api, TOWER, fix, seen=seen, provenance=Provenance.LIVE)
    rig.burn()
    (look,) = rig.store.heat_looks.page()
    assert (look.state, look.is_drill) == (LookState.OPEN, True)


def test_a_tower_that_looks_elsewhere_joins_nothing(rig: HeatRig) -> None:
    rig.burn()
    now = rig.clock.now()
    elsewhere = (-84.33, 36.26)
    fix = fix_of(TOWER, elsewhere, locator=Locator(rig.context.terrain))
    seen = (now - timedelta(minutes=4), now)
    alert_of(rig.api, TOWER, fix, seen=seen, provenance=Provenance.LIVE)
    rig.settle()
    (look,) = rig.store.heat_looks.page()
    assert look.state is LookState.OPEN


def test_heat_that_goes_fades_and_what_comes_anew_is_told_anew(rig: HeatRig) -> None:
    rig.burn()
    rig.pass_by(timedelta(hours=5))
    rig.settle()
    assert rig.store.heat_looks.page()[0].state is LookState.OPEN
    rig.pass_by(timedelta(hours=2))
    rig.settle()
    (faded,) = rig.store.heat_looks.page()
    assert (faded.state, faded.decided_by) == (LookState.FADED, SYSTEM)
    rig.burn()
    states = [one.state for one in rig.store.heat_looks.page()]
    assert states == [LookState.OPEN, LookState.FADED]


def test_what_people_say_is_no_fire_is_not_proposed_again_until_it_is_hotter(
    rig: HeatRig,
) -> None:
    rig.burn(celsius=150.0)
    (look,) = rig.store.heat_looks.page()
    rig.store.heat_looks.dismiss(look.look_id, NoFireReason.STOVE, author="m")
    rig.burn(celsius=150.0)
    assert len(rig.store.heat_looks.page()) == 1
    assert rig.store.heat_looks.untaught("n1") == []
    rig.desk = rig.new_desk()
    rig.pass_by(timedelta(days=3))
    rig.burn(celsius=150.0)
    assert len(rig.store.heat_looks.page()) == 1, "known over a restart, for days"
    rig.burn(celsius=350.0)
    assert len(rig.store.heat_looks.page()) == 2


def test_two_places_of_a_view_are_two_looks(rig: HeatRig) -> None:
    for minute in range(8):
        spots = [FIRE, (130, 20, 5, 290.0)]
        rig.push(picture(spots, seed=minute))
        rig.settle()
        rig.clock.advance(60.0)
    assert len(rig.store.heat_looks.page()) == 2


def test_from_a_push_to_one_fire_on_a_simulated_stand(api: ApiRig) -> None:
    """Signed pushes of a smouldering start: a look within ten minutes, and a tower's fire."""
    begins_at = datetime(2026, 11, 25, tzinfo=timezone(timedelta(hours=8)))
    scene = HeatScene(4, begins_at=begins_at, days=4)
    seen_from = scene.in_view_at()
    assert seen_from is not None
    api.clock.advance((seen_from - timedelta(minutes=6) - api.clock.now()).total_seconds())
    store = api.context.store
    node = replace(NODE, node_id="ridge-1")
    store.nodes.add(node, KEY, author="t")
    sender, desk = Sender(api, "ridge-1"), HeatDesk.of(api.context, lambda: 0)
    for sequence in range(16):
        now = api.clock.now()
        answer = sender.push(sequence, encode_frame(scene.frame(now)), at=now)
        assert answer.status_code == 201
        desk.work_once()
        api.clock.advance(60.0)
    looks = store.heat_looks.page(state=LookState.OPEN)
    assert looks, "found within ten minutes of 0.1 m2 in view"
    truth = scene.truth(looks[0].event.last_at)
    assert truth.box_px is not None
    hot = [
        look
        for look in looks
        if look.event.spot.x_min <= truth.box_px[2] + 2
        and look.event.spot.x_max >= truth.box_px[0] - 2
    ]
    assert hot, "it is the start, and nothing else"
    now = api.clock.now()
    fix = fix_of(TOWER, PLUME, locator=Locator(api.context.terrain))
    seen = (now - timedelta(minutes=3), now)
    alert = alert_of(api, TOWER, fix, seen=seen, provenance=Provenance.LIVE)
    desk.work_once()
    done = api.client(Role.VIEWER).get(f"/api/looks/{hot[0].look_id}").json()
    assert (done["state"], done["incident_id"]) == ("fire", alert.incident_id)
