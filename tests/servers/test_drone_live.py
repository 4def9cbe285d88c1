"""Live pictures of an aircraft in the air, sent by real servers over RTSP and RTMP."""

import asyncio
import math
import os
from pathlib import Path

import pytest
from live_rig import FOV_DEG, SIZE_PX, Live, free_port, live, patch_video, pushing
from mavlink_flight import GROUND_M
from pyproj import Geod
from rtmp_rig import PACKAGES, RtmpServer, why_no_rtmp
from rtsp_rig import RtspServer, Wish

from api.drone_live.book import LiveMode, LiveState
from api.imagery.schemas import ImageryAnswer
from drone_jobs.flights.following import Word
from models.crossing import Report
from models.flight import AircraftState, FlightPhase
from models.imagery import ImageryKind, ImageryState

pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("gstreamer")]

PATCH = (420, 200)
GEOD = Geod(ellps="WGS84")
RULE = {"live_fov_deg": FOV_DEG, "live_delay_s": 0.5, "live_delay_sigma_s": 0.5}


def truth_of(state: AircraftState, pixel: tuple[int, int]) -> tuple[float, float]:
    """Where a pinhole's ray meets level ground, by hand."""
    assert state.height is not None
    focal_px = SIZE_PX[0] / 2.0 / math.tan(math.radians(FOV_DEG / 2.0))
    right = (pixel[0] - SIZE_PX[0] / 2.0) / focal_px
    below = (pixel[1] - SIZE_PX[1] / 2.0) / focal_px
    pitch = math.radians(state.gimbal_pitch_deg or 0.0)
    yaw = math.radians(state.gimbal_yaw_deg or 0.0)
    ahead = math.cos(pitch) + below * math.sin(pitch)
    up = math.sin(pitch) - below * math.cos(pitch)
    share = (state.height.value_m - GROUND_M) / -up
    east = share * (ahead * math.sin(yaw) + right * math.cos(yaw))
    north = share * (ahead * math.cos(yaw) - right * math.sin(yaw))
    bearing = math.degrees(math.atan2(east, north))
    lon_deg, lat_deg, _ = GEOD.fwd(state.lon_deg, state.lat_deg, bearing, math.hypot(east, north))
    return lon_deg, lat_deg


async def hovering(made: Live) -> AircraftState:
    """In the air and standing still."""
    run = await made.in_the_air()
    made.office.room.desk.ask(run.run_id, Word.PAUSE, "li")

    def still() -> bool:
        state = made.office.room.states()["quad"]
        speed_ms = 9.0 if state is None or state.ground_speed_ms is None else state.ground_speed_ms
        return state is not None and state.phase is FlightPhase.PAUSED and speed_ms < 0.1

    await made.until(still)
    state = made.office.room.states()["quad"]
    assert state is not None
    return state


def test_what_an_aircraft_in_the_air_shows_becomes_a_fire_where_it_is(tmp_path: Path) -> None:
    async def flight(server: RtspServer) -> None:
        async with live(tmp_path, live_url=server.address(), **RULE) as made:
            await asyncio.sleep(1.0)
            assert made.is_in(LiveState.IDLE), "it stands on the ground"
            state = await hovering(made)
            await made.until(lambda: made.is_in(LiveState.LIVE))
            store = made.context.store
            await made.until(lambda: bool(store.observations.newest(5)))
            number = made.status.imagery_id
            assert number is not None
            kept = store.imagery.get(number)
            assert (kept.draft.kind, kept.state) == (ImageryKind.LIVE, ImageryState.LIVE)
            run_id = kept.draft.run_id
            assert run_id is not None
            truth = truth_of(state, PATCH)
            standing = [one for one in store.observations.newest(9) if one.withdrawn_at is None]
            newest = standing[0]
            witness = newest.draft.witness
            assert isinstance(witness, Report)
            at = witness.position
            off_m = GEOD.inv(at.lon_deg, at.lat_deg, *truth)[2]
            radius_m = witness.sigma_m * math.sqrt(2.0 * math.log(10.0))
            assert off_m < radius_m < 150.0
            fire = store.incidents.get(newest.incident_id or 0)
            assert fire.is_drill, "the aircraft is simulated"
            # It comes home; then the footage is finished, and stays readable.
            made.office.room.desk.ask(run_id, Word.COME_HOME, "li")
            await made.until(lambda: made.is_in(LiveState.IDLE), 90.0)
            await made.until(lambda: store.imagery.get(number).state is ImageryState.SCORED)
            answer = ImageryAnswer.whole(store.imagery.get(number), store.imagery.hits(number))
            assert answer.frames > 5
            assert answer.attitude == "cloud"
            # In a turn too fast to follow; and where it lands, its height is less than its doubt.
            assert set(answer.gaps) <= {"attitude", "height"}
            assert answer.footprint is not None
            told = [hit for hit in answer.hits if hit.observation_id is not None]
            assert len(told) >= 3
            assert len(store.observations.newest(20)) <= 3, "one plume, told once or sharper"

    video = patch_video(tmp_path, PATCH)
    with RtspServer(Wish({"/cam": [video]}, rate_hz=12.5)) as server:
        asyncio.run(flight(server))


def test_a_stream_that_breaks_is_told_and_found_again_and_a_tower_goes_first(
    tmp_path: Path,
) -> None:
    async def flight(server: RtspServer) -> None:
        async with live(tmp_path, live_url=server.address(), **RULE) as made:
            made.order(LiveMode.ON)
            await made.until(lambda: made.status.imagery_id is not None)
            number = made.status.imagery_id
            await asyncio.to_thread(server.kill)
            await made.until(lambda: made.is_in(LiveState.LOST), 20.0)
            assert made.status.code in {"stream_silent", "stream_ended", "connection_refused"}
            assert made.status.message
            await asyncio.to_thread(server.start_again)
            before = made.status.frames
            await made.until(lambda: made.status.frames >= before + 2, 30.0)
            assert made.is_in(LiveState.LIVE)
            assert made.status.imagery_id == number, "one time of looking"
            server.fault("garbage?p=1.0")
            await made.until(lambda: not made.is_in(LiveState.LIVE), 60.0)
            server.fault("clear")
            await made.until(lambda: made.is_in(LiveState.LIVE), 60.0)
            made.backlog[0] = 3
            await asyncio.sleep(1.5)
            asked = made.detector.asked
            await asyncio.sleep(3.0)
            assert made.detector.asked == asked, "towers wait"
            assert made.desk.waits == 1
            made.backlog[0] = 0
            await made.until(lambda: made.detector.asked > asked, 10.0)
            assert made.status.passed_over >= 1
            made.order(LiveMode.OFF)
            await made.until(lambda: made.is_in(LiveState.IDLE), 10.0)
            # On the ground nothing is placed, and nothing becomes a fire.
            (hit, *_) = made.context.store.imagery.hits(number or 0)
            assert hit.draft.gaps
            assert made.context.store.observations.newest(5) == []

    video = patch_video(tmp_path, PATCH)
    with RtspServer(Wish({"/cam": [video]}, rate_hz=12.5, shared=False)) as server:
        asyncio.run(flight(server))


def test_credentials_are_told_from_files_and_a_wrong_one_is_tried_seldom(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("p@ss#w/o:rd?1%\n", encoding="utf-8")
    wrong.write_text("gan-lan\n", encoding="utf-8")

    async def refused(server: RtspServer) -> None:
        (tmp_path / "a").mkdir()
        rule = {"live_url": server.address(), "live_user": "admin"}
        async with live(tmp_path / "a", **rule, live_password_file=str(wrong)) as made:
            made.order(LiveMode.ON)
            await made.until(lambda: made.status.code == "credentials_refused", 20.0)
            status = made.status
            assert status.state is LiveState.LOST
            assert "gan-lan" not in status.message
            assert status.next_attempt_at is not None
            waits_s = (status.next_attempt_at - made.office.clock.now()).total_seconds()
            assert waits_s > 100.0, "no account is locked out"
        (tmp_path / "b").mkdir()
        async with live(tmp_path / "b", **rule, live_password_file=str(right)) as made:
            made.order(LiveMode.ON)
            await made.until(lambda: made.status.frames >= 1, 20.0)

    video = patch_video(tmp_path, PATCH)
    wish = Wish({"/cam": [video]}, user="admin", password="p@ss#w/o:rd?1%", digest=True)
    with RtspServer(wish) as server:
        asyncio.run(refused(server))


def test_who_pushes_by_rtmp_is_heard_whenever_it_comes(tmp_path: Path) -> None:
    address = f"rtmp://127.0.0.1:{free_port()}/live/quad"
    video = patch_video(tmp_path, PATCH)

    async def flight() -> None:
        async with live(tmp_path, live_url=address, live_listen=True, **RULE) as made:
            made.order(LiveMode.ON)
            await asyncio.sleep(1.0)
            assert made.status.frames == 0
            with pushing(address, video, "sound"):
                await made.until(lambda: made.status.frames >= 3, 40.0)
                assert made.is_in(LiveState.LIVE)
            await made.until(lambda: made.is_in(LiveState.LOST), 20.0)
            before = made.status.frames
            with pushing(address, video):
                await made.until(lambda: made.status.frames >= before + 2, 40.0)
            assert made.status.hits >= 1

    asyncio.run(flight())


def test_sound_without_pictures_is_no_stream(tmp_path: Path) -> None:
    address = f"rtmp://127.0.0.1:{free_port()}/live/quad"
    video = patch_video(tmp_path, PATCH)

    async def flight() -> None:
        async with live(tmp_path, live_url=address, live_listen=True, **RULE) as made:
            made.order(LiveMode.ON)
            with pushing(address, video, "sound", "30"):  # pictures for some seconds
                await made.until(lambda: made.status.frames >= 1, 40.0)
                await made.until(lambda: made.is_in(LiveState.LOST), 40.0)
            assert made.status.code in {"stream_ended", "stream_silent"}

    asyncio.run(flight())


def test_a_server_of_rtmp_is_read_with_a_key_from_a_file(tmp_path: Path) -> None:
    trouble = why_no_rtmp()
    if trouble and os.environ.get("CI"):
        pytest.fail(f"CI must install {PACKAGES}: {trouble}")
    if trouble:
        pytest.skip(f"needs an RTMP server (apt-get install {PACKAGES}): {trouble}")
    key, video = tmp_path / "key", patch_video(tmp_path, PATCH)
    key.write_text("geheim-7\n", encoding="utf-8")

    async def flight(server: RtmpServer) -> None:
        address = server.address("")
        async with live(tmp_path, live_url=address, live_key_file=str(key), **RULE) as made:
            made.order(LiveMode.ON)
            await made.until(lambda: made.is_in(LiveState.LOST), 30.0)
            assert made.status.frames == 0, "nobody pushes yet"
            assert "geheim" not in made.status.message
            with pushing(server.address("/geheim-7"), video, "sound"):
                await made.until(lambda: made.status.frames >= 3, 60.0)
                assert made.is_in(LiveState.LIVE)
            await made.until(lambda: made.is_in(LiveState.LOST), 40.0)

    (tmp_path / "server").mkdir()
    with RtmpServer(tmp_path / "server") as server:
        asyncio.run(flight(server))
