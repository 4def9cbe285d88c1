"""Pictures of an aircraft that tells where it is: kept, placed, told of fires."""

import math
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from api_rig import START, ApiRig
from imagery_rig import picture
from pyproj import Geod

from api.drone_live.blurring import Blur, blur_of, blurred
from api.drone_live.history import StateHistory
from api.drone_live.session import LiveSession, SeenPicture
from api.imagery.finding import Placer, report_of
from api.imagery.service import shelf_of
from camera_gateway.pictures import encode_jpeg
from drone_jobs.imagery.telemetry_times import TelemetryTimes
from geo.locate import Locator
from models.config.drone_links import DroneLinkRule
from models.crossing import Report
from models.detection import Box, Label
from models.errors import StorageFull
from models.flight import AircraftState, FlightPhase, Look
from models.height import Height, HeightSystem
from models.imagery import HitGap, ImageryState
from models.observation import Observation

GEOD = Geod(ellps="WGS84")
LON, LAT = -84.25, 36.30
SIZE_PX = (640, 480)
FOV_DEG = 60.0
RULE = DroneLinkRule.model_validate(
    {
        "aircraft": "quad",
        "kind": "simulated",
        "live_url": "rtsp://10.0.0.5/1",
        "live_fov_deg": FOV_DEG,
    }
)
JPEG = encode_jpeg(picture(size_px=SIZE_PX))


@pytest.fixture
def rig(api: ApiRig) -> ApiRig:
    return replace(api, context=replace(api.context, locator=Locator(api.context.terrain)))


def lens_m(rig: ApiRig) -> float:
    terrain = rig.context.terrain
    assert terrain is not None
    return float(terrain.height_at(LON, LAT)) + 150.0


def told(
    rig: ApiRig, at: datetime, *, yaw_deg: float = 40.0, pitch_deg: float | None = -60.0
) -> AircraftState:
    return AircraftState(
        at,
        FlightPhase.MISSION,
        lon_deg=LON,
        lat_deg=LAT,
        height=Height(lens_m(rig), HeightSystem.EGM96),
        gimbal_pitch_deg=pitch_deg,
        gimbal_yaw_deg=yaw_deg,
        gimbal_roll_deg=0.0,
    )


def hovering(rig: ApiRig, **look: float | None) -> StateHistory:
    history = StateHistory()
    for second in range(-30, 130):
        history.hear(told(rig, START + timedelta(seconds=second), **look))  # type: ignore[arg-type]
    return history


def session_of(rig: ApiRig, history: StateHistory, *, is_drill: bool = False) -> LiveSession:
    shelf = shelf_of(rig.context.settings.data_dir)
    return LiveSession(rig.context, RULE, None, history=history, shelf=shelf, is_drill=is_drill)


def seen(rig: ApiRig, *boxes: Box, sigma_s: float = 1.0) -> SeenPicture:
    now = rig.clock.now()
    return SeenPicture(
        now, now - timedelta(seconds=2), sigma_s, SIZE_PX, boxes, JPEG if boxes else b""
    )


def report_in(observation: Observation) -> Report:
    assert isinstance(observation.draft.witness, Report)
    return observation.draft.witness


def smoke(x: float = 400.0, y: float = 260.0, score: float = 0.8) -> Box:
    return Box(Label.SMOKE, score, x - 12, y - 12, x + 12, y + 12)


def ground(
    rig: ApiRig,
    place: tuple[float, float],
    yaw_deg: float,
    pitch_deg: float,
    pixel: tuple[float, float],
) -> tuple[float, float]:
    """Where a pinhole's ray meets the relief: step by step, with rotations by hand."""
    terrain = rig.context.terrain
    assert terrain is not None
    focal_px = SIZE_PX[0] / 2.0 / math.tan(math.radians(FOV_DEG / 2.0))
    right = (pixel[0] - SIZE_PX[0] / 2.0) / focal_px
    below = (pixel[1] - SIZE_PX[1] / 2.0) / focal_px
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    ahead = math.cos(pitch) + below * math.sin(pitch)
    up = math.sin(pitch) - below * math.cos(pitch)
    bearing = math.degrees(yaw + math.atan2(right, ahead))
    flat, from_m = math.hypot(ahead, right), lens_m(rig)

    def at(far_m: float) -> tuple[float, float]:
        lon_deg, lat_deg, _ = GEOD.fwd(*place, bearing, far_m * flat)
        return float(lon_deg), float(lat_deg)

    far_m, step_m = 0.0, 40.0
    while step_m > 0.5:
        far_m += step_m
        if from_m + far_m * up <= terrain.height_at(*at(far_m)):
            far_m, step_m = far_m - step_m, step_m / 4.0
        assert far_m < 5000.0, "the ray meets no ground"
    return at(far_m)


def test_what_is_seen_again_becomes_a_fire_and_once_only(rig: ApiRig) -> None:
    session, store = session_of(rig, hovering(rig)), rig.context.store
    for _ in range(60):
        session.take(seen(rig, smoke()))
        rig.clock.advance(1.0)
    session.end()
    (observation,) = store.observations.newest(9)
    report = report_in(observation)
    at, sigma_m = report.position, report.sigma_m
    truth = ground(rig, (LON, LAT), 40.0, -60.0, (400.0, 260.0))
    off_m = GEOD.inv(at.lon_deg, at.lat_deg, *truth)[2]
    assert off_m < sigma_m * math.sqrt(2.0 * math.log(10.0)) < 120.0
    assert (observation.author, observation.draft.source.value) == ("system", "drone")
    kept = store.imagery.get(session.imagery_id).result
    assert kept is not None
    assert (kept.state, kept.frames, kept.gaps) == (ImageryState.SCORED, 60, ())
    assert kept.taken_at == START - timedelta(seconds=2)
    assert kept.footprint is not None
    hits = store.imagery.hits(session.imagery_id)
    assert {hit.draft.observation_id for hit in hits} == {observation.observation_id}
    assert 3 <= len(hits) <= 12, "a picture of the same every ten seconds"
    shelf = shelf_of(rig.context.settings.data_dir)
    assert shelf.picture(session.imagery_id, 1, hits[0].draft.frame) == JPEG


def test_a_find_of_one_picture_and_weak_ones_tell_of_nothing(rig: ApiRig) -> None:
    session, store = session_of(rig, hovering(rig)), rig.context.store
    for number in range(40):
        boxes = [smoke(score=0.4)] if number % 3 == 0 else []
        session.take(seen(rig, *boxes, *([smoke(100.0, 100.0)] if number == 20 else [])))
        rig.clock.advance(1.0)
    session.write()
    assert store.observations.newest(9) == []
    hits = store.imagery.hits(session.imagery_id)
    assert hits
    assert {hit.draft.gaps for hit in hits} == {(HitGap.WEAK,)}
    assert all(hit.draft.fix is not None for hit in hits)


def test_without_an_attitude_it_is_scored_and_not_placed_and_says_so(rig: ApiRig) -> None:
    session = session_of(rig, hovering(rig, pitch_deg=None))
    for _ in range(5):
        session.take(seen(rig, smoke()))
        rig.clock.advance(1.0)
    assert session.gaps == (HitGap.ATTITUDE,)
    (hit,) = rig.context.store.imagery.hits(session.imagery_id)
    assert (hit.draft.fix, hit.draft.gaps) == (None, (HitGap.ATTITUDE,))
    assert rig.context.store.observations.newest(9) == []


def test_without_telemetry_of_that_moment_nothing_is_placed(rig: ApiRig) -> None:
    session = session_of(rig, StateHistory())
    session.take(seen(rig, smoke()))
    assert HitGap.TIME in session.gaps
    assert rig.context.store.observations.newest(9) == []


def test_a_simulated_aircraft_tells_of_a_drill(rig: ApiRig) -> None:
    session, store = session_of(rig, hovering(rig), is_drill=True), rig.context.store
    for _ in range(3):
        session.take(seen(rig, smoke()))
        rig.clock.advance(1.0)
    (observation,) = store.observations.newest(9)
    assert store.incidents.get(observation.incident_id or 0).is_drill


def test_what_is_seen_much_better_later_takes_the_place_of_the_first(rig: ApiRig) -> None:
    history, store = StateHistory(), rig.context.store
    for second in range(-10, 60):  # it looks to and fro, and then stands still
        yaw_deg = 75.0 if second < 8 and second % 2 else 40.0
        history.hear(told(rig, START + timedelta(seconds=second), yaw_deg=yaw_deg))
    session = session_of(rig, history)
    for _ in range(3):
        session.take(seen(rig, smoke()))
        rig.clock.advance(2.0)
    (first,) = store.observations.newest(9)
    rig.clock.advance(14.0)
    session.take(seen(rig, smoke()))
    newer, before = store.observations.newest(9)
    assert before.observation_id == first.observation_id
    assert before.withdrawn_by == "system"
    assert report_in(newer).sigma_m <= 0.5 * report_in(before).sigma_m
    assert newer.incident_id == first.incident_id, "the same fire"
    assert store.incidents.get(newer.incident_id or 0).observations


def test_one_flight_is_one_witness_however_often_it_is_looked_at(rig: ApiRig) -> None:
    history, store = hovering(rig), rig.context.store
    for _ in range(3):
        session = session_of(rig, history)
        for _ in range(4):
            session.take(seen(rig, smoke()))
            rig.clock.advance(1.0)
        session.end()
    (observation,) = store.observations.newest(9)
    told_hits = [
        hit.draft.observation_id
        for number in range(1, session.imagery_id + 1)
        for hit in store.imagery.hits(number)
    ]
    assert len(told_hits) >= 9
    assert set(told_hits) == {observation.observation_id}


def test_what_people_have_settled_is_not_told_of_again(rig: ApiRig) -> None:
    history, store = StateHistory(), rig.context.store
    for second in range(-10, 60):
        yaw_deg = 75.0 if second < 8 and second % 2 else 40.0
        history.hear(told(rig, START + timedelta(seconds=second), yaw_deg=yaw_deg))
    session = session_of(rig, history)
    for _ in range(3):
        session.take(seen(rig, smoke()))
        rig.clock.advance(2.0)
    (first,) = store.observations.newest(9)
    store.observations.withdraw(first.observation_id, author="li")
    rig.clock.advance(14.0)
    for _ in range(4):  # now much sharper
        session.take(seen(rig, smoke(score=0.95)))
        rig.clock.advance(10.0)
    (only,) = store.observations.newest(9)
    assert (only.observation_id, only.withdrawn_by) == (first.observation_id, "li")


def test_pictures_of_another_year_are_placed_and_tell_of_nothing(rig: ApiRig) -> None:
    history, store, ago = StateHistory(), rig.context.store, timedelta(days=400)
    for second in range(-10, 30):
        history.hear(told(rig, START - ago + timedelta(seconds=second)))
    session = session_of(rig, history)
    for _ in range(4):
        late = seen(rig, smoke())
        session.take(replace(late, at=late.at - ago))
        rig.clock.advance(1.0)
    assert store.observations.newest(9) == []
    assert all(hit.draft.fix for hit in store.imagery.hits(session.imagery_id))


def test_when_the_store_fails_a_picture_is_tried_again_and_kept_once(
    rig: ApiRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, store = session_of(rig, hovering(rig)), rig.context.store
    for _ in range(2):
        session.take(seen(rig, smoke()))
        rig.clock.advance(1.0)

    def full(*_: object, **__: object) -> None:
        raise StorageFull("The disk is full.")

    third = seen(rig, smoke())
    with monkeypatch.context() as broken:
        broken.setattr(store.observations, "add", full)
        with pytest.raises(StorageFull):
            session.take(third)
    session.take(third)
    assert len(store.observations.newest(9)) == 1
    assert len(store.imagery.hits(session.imagery_id)) == 3


def test_an_hour_is_enough(rig: ApiRig) -> None:
    session = session_of(rig, StateHistory())
    assert not session.is_full
    rig.clock.advance(3600.0)
    assert session.is_full


def test_where_nothing_is_known_around_it_a_brisk_flight_is_assumed() -> None:
    def nothing(at: datetime) -> Look:
        return Look(at=at)

    assert blur_of(nothing, START, 2.0) == Blur(20.0, 6.0, 40.0, 0.0)


def test_regions_hold_the_truth_in_a_turn_with_a_delay_that_is_half_known(rig: ApiRig) -> None:
    """A circle of 45 m at 8 m/s: each second is 8 m and 10 degrees."""
    dice, delay_sigma_s = random.Random(11), 1.0
    radius_m, turn_deg_s = 45.0, 10.2

    def truly(second: float) -> tuple[tuple[float, float], float]:
        bearing = turn_deg_s * second
        lon_deg, lat_deg, _ = GEOD.fwd(LON, LAT, bearing, radius_m)
        return (float(lon_deg), float(lat_deg)), (bearing + 90.0) % 360.0

    states = []
    for number in range(60):
        (lon_deg, lat_deg), yaw_deg = truly(number)
        state = told(rig, START + timedelta(seconds=number), yaw_deg=yaw_deg)
        states.append(replace(state, lon_deg=lon_deg, lat_deg=lat_deg))
    telemetry = TelemetryTimes(states, horizontal_fov_deg=FOV_DEG)
    placer, near, tries = Placer(rig.context.locator, None, FOV_DEG), 0, 40
    for _ in range(tries):
        second = dice.uniform(8.0, 50.0)
        at = START + timedelta(seconds=second)
        view, gaps = placer.view(telemetry.look_at(at), SIZE_PX)
        assert view is not None, gaps
        view = blurred(view, blur_of(telemetry.look_at, at, delay_sigma_s))
        x, y = dice.uniform(80.0, 560.0), dice.uniform(60.0, 420.0)
        fix, gaps = placer.fix(view, smoke(x, y))
        assert fix is not None
        assert gaps == ()
        (lon_deg, lat_deg), yaw_deg = truly(second + dice.gauss(0.0, delay_sigma_s))
        lon_deg, lat_deg, _ = GEOD.fwd(lon_deg, lat_deg, 90.0, dice.gauss(0.0, 10.0))
        lon_deg, lat_deg, _ = GEOD.fwd(lon_deg, lat_deg, 0.0, dice.gauss(0.0, 10.0))
        yaw_deg += dice.gauss(0.0, 5.0)
        truth = ground(rig, (lon_deg, lat_deg), yaw_deg, -60.0 + dice.gauss(0.0, 2.0), (x, y))
        report = report_of(fix)
        off_m = GEOD.inv(report.position.lon_deg, report.position.lat_deg, *truth)[2]
        near += off_m <= report.sigma_m * math.sqrt(2.0 * math.log(10.0))
    assert near >= 0.85 * tries
