import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av
import pytest
import shapely
from api_rig import PASSWORDS, ApiRig
from imagery_rig import WhiteDetector, desk_of, ground_at, photo, picture
from mission_rig import sample
from pyproj import Geod
from starlette.testclient import TestClient

from api.imagery.scoring import tiles_of
from api.imagery.service import keep, shelf_of
from drone_jobs.fleet import find_aircraft
from geo.locate import Locator
from models.crossing import Report
from models.detection import Detections
from models.errors import InputRefused
from models.flight import AircraftState, FlightPhase
from models.height import Height, HeightSystem
from models.imagery import ImageryKind, ImageryState
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.user import Role, User

GEOD = Geod(ellps="WGS84")


@pytest.fixture
def rig(api: ApiRig) -> ApiRig:
    locator = Locator(api.context.terrain)
    return replace(api, context=replace(api.context, locator=locator))


def lens_m(rig: ApiRig, above_m: float = 300.0) -> float:
    terrain = rig.context.terrain
    assert terrain is not None
    return round(float(terrain.height_at(-84.25, 36.30)) + above_m, 2)


def ground_at_of(rig: ApiRig) -> tuple[float, float]:
    terrain = rig.context.terrain
    assert terrain is not None
    return ground_at(terrain, lens_m(rig), (1000.0, 400.0), 40.0, -50.0)


def send(client: TestClient, name: str, data: bytes, **query: object) -> dict[str, Any]:
    said = "".join(f"&{key}={value}" for key, value in query.items())
    answer = client.post(f"/api/imagery?name={name}{said}", content=data)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def worked(rig: ApiRig, detector: WhiteDetector | None = None) -> None:
    desk = desk_of(rig, detector or WhiteDetector())
    while desk.work_once():
        pass


def test_a_still_with_smoke_becomes_a_placed_hit_an_observation_and_a_fire(rig: ApiRig) -> None:
    height_m, client = lens_m(rig), rig.client(Role.MONITOR)
    terrain = rig.context.terrain
    assert terrain is not None
    data = photo(picture((1000, 400)), height_m)
    sent = send(client, "DJI_0001.JPG", data)
    assert sent["state"] == "queued"
    worked(rig)
    got = client.get(f"/api/imagery/{sent['imagery_id']}").json()
    assert (got["state"], got["frames"], got["attitude"]) == ("scored", 1, "xmp")
    assert got["gaps"] == []
    assert got["taken_at"] == "2026-11-25T02:30:00Z"
    (hit,) = got["hits"]
    truth = ground_at(terrain, height_m, (1000.0, 400.0), 40.0, -50.0)
    assert shapely.geometry.shape(hit["region"]).covers(shapely.Point(truth))
    off_m = GEOD.inv(hit["lon_deg"], hit["lat_deg"], *truth)[2]
    assert off_m < hit["radius_m"] < 150.0
    assert shapely.geometry.shape(got["footprint"]).covers(shapely.Point(truth))
    assert hit["bbox"] == pytest.approx([985, 385, 30, 30], abs=3)
    observation = client.get("/api/observations").json()["observations"][0]
    assert observation["observation_id"] == hit["observation_id"]
    assert observation["source"] == "drone"
    assert observation["radius_m"] == pytest.approx(hit["radius_m"])
    fire = rig.context.store.incidents.get(hit["incident_id"])
    assert [one.observation_id for one in fire.observations] == [hit["observation_id"]]
    shown = client.get(f"/api/imagery/{sent['imagery_id']}/hits/{hit['hit_id']}/picture")
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.content[:2] == b"\xff\xd8"
    listed = client.get(f"/api/imagery?incident_id={hit['incident_id']}").json()["imagery"]
    assert [one["imagery_id"] for one in listed] == [sent["imagery_id"]]


def test_a_still_without_attitude_is_scored_and_not_placed_and_says_so(rig: ApiRig) -> None:
    client = rig.client(Role.MONITOR)
    data = photo(picture((1000, 400)), lens_m(rig), GimbalYawDegree=None, GimbalPitchDegree=None)
    sent = send(client, "a.jpg", data)
    worked(rig)
    got = client.get(f"/api/imagery/{sent['imagery_id']}").json()
    assert got["state"] == "scored"
    assert got["gaps"] == ["attitude"]
    (hit,) = got["hits"]
    assert (hit["placed"], hit["observation_id"], hit["gaps"]) == (False, None, ["attitude"])
    assert client.get("/api/observations").json()["observations"] == []


def test_what_was_taken_long_ago_is_placed_and_tells_of_no_fire(rig: ApiRig) -> None:
    client = rig.client(Role.MONITOR)
    data = photo(picture((1000, 400)), lens_m(rig), written="2021:01:01 10:00:00")
    sent = send(client, "a.jpg", data)
    worked(rig)
    (hit,) = client.get(f"/api/imagery/{sent['imagery_id']}").json()["hits"]
    assert (hit["placed"], hit["observation_id"], hit["gaps"]) == (True, None, ["old"])


def test_the_same_file_is_taken_once_and_scored_once(rig: ApiRig) -> None:
    client, detector = rig.client(Role.MONITOR), WhiteDetector()
    data = photo(picture((1000, 400)), lens_m(rig))
    first = send(client, "a.jpg", data)
    worked(rig, detector)
    asked = detector.asked
    again = send(client, "b.jpg", data)
    worked(rig, detector)
    assert again["imagery_id"] == first["imagery_id"]
    assert detector.asked == asked
    assert len(client.get("/api/imagery").json()["imagery"]) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "footage_empty"),
        (b"PK\x03\x04" + bytes(60), "footage_mission"),
        (b"hello", "footage_unknown"),
        (b"II*\0" + bytes(60), "footage_tiff"),
    ],
)
def test_what_is_no_footage_is_refused_at_the_door(rig: ApiRig, data: bytes, code: str) -> None:
    answer = rig.client(Role.MONITOR).post("/api/imagery?name=a.jpg", content=data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not list((rig.context.settings.data_dir / "imagery" / "coming").iterdir())
    assert rig.context.store.imagery.next_queued() is None


def test_names_zones_and_flights_that_are_none_are_refused(rig: ApiRig) -> None:
    client, data = rig.client(Role.MONITOR), photo(picture(), lens_m(rig))
    for query, status, code in (
        ("name=a%2Fb.jpg", 422, "imagery_name"),
        ("name=a.jpg&zone=Moon/Base", 422, "imagery_zone"),
        ("name=a.jpg&run_id=77", 404, "no_such_run"),
    ):
        answer = client.post(f"/api/imagery?{query}", content=data)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_thermal_picture_is_scored_and_what_is_found_waits_for_a_person(rig: ApiRig) -> None:
    """A hot rock shines like a flame; 640 x 480 readings lie in segments as DJI writes them."""
    client, data = rig.client(Role.MONITOR), photo(picture((1000, 400)), lens_m(rig))
    raw = bytes(640 * 480 * 2)
    pieces = [raw[at : at + 60_000] for at in range(0, len(raw), 60_000)]
    segments = b"".join(b"\xff\xe3" + (len(one) + 2).to_bytes(2) + one for one in pieces)
    sent = send(client, "DJI_0001_T.JPG", data[:2] + segments + data[2:])
    worked(rig)
    got = client.get(f"/api/imagery/{sent['imagery_id']}").json()
    assert (got["state"], got["code"]) == ("scored", "imagery_thermal")
    assert "640 x 480 readings" in got["message"]
    (hit,) = got["hits"]
    assert (hit["placed"], hit["observation_id"], hit["gaps"]) == (True, None, ["weak"])
    assert client.get("/api/observations").json()["observations"] == []


def test_a_damaged_still_is_refused_with_the_reason(rig: ApiRig) -> None:
    client = rig.client(Role.MONITOR)
    sent = send(client, "a.jpg", photo(picture((1000, 400)), lens_m(rig))[:-9000])
    worked(rig)
    got = client.get(f"/api/imagery/{sent['imagery_id']}").json()
    assert (got["state"], got["code"]) == ("refused", "picture_damaged")
    assert got["message"].startswith("a.jpg is a damaged picture")


SRT = """{number}
00:00:{second:02},000 --> 00:00:{second:02},990
<font size="28">FrameCnt: {number}, DiffTime: 1000ms
2026-11-25 10:30:{second:02}.000
[iso: 100] [shutter: 1/500] [fnum: 1.7] [ev: 0] [ct: 5400] [color_md: default] [focal_len: 24.00] \
[latitude: 36.300000] [longitude: -84.250000] [rel_alt: 300.000 abs_alt: {height:.3f}] \
[gb_yaw: 40.0 gb_pitch: -50.0 gb_roll: 0.0]</font>

"""


def video(path: Path, seconds: int) -> bytes:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=2)
        stream.width, stream.height, stream.pix_fmt = 800, 600, "yuv420p"
        stream.bit_rate = 4_000_000
        for _ in range(2 * seconds):
            image = picture((500, 200), size_px=(800, 600))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode())
    return path.read_bytes()


def subtitles(rig: ApiRig, seconds: int) -> bytes:
    height = lens_m(rig)
    entries = [SRT.format(number=at + 1, second=at, height=height) for at in range(seconds)]
    return "".join(entries).encode()


@pytest.mark.parametrize("srt_first", [True, False])
def test_subtitles_join_their_video_and_its_plume_is_told_once(
    rig: ApiRig, tmp_path: Path, *, srt_first: bool
) -> None:
    client, zone = rig.client(Role.MONITOR), {"zone": "Asia/Shanghai", "stated_fov_deg": 67.38}
    files = [("DJI_7.SRT", subtitles(rig, 4)), ("DJI_7.MP4", video(tmp_path / "v.mp4", 4))]
    sent = {}
    for name, data in files if srt_first else files[::-1]:
        sent[name] = send(client, name, data, **zone)
        worked(rig)
    got = client.get(f"/api/imagery/{sent['DJI_7.MP4']['imagery_id']}").json()
    assert (got["state"], got["frames"], got["gaps"]) == ("scored", 4, [])
    assert got["attitude"] == "subtitles"
    assert [hit["time_s"] for hit in got["hits"]] == [0.0, 1.0, 2.0, 3.0]
    assert all(hit["placed"] for hit in got["hits"])
    assert len({hit["observation_id"] for hit in got["hits"]} - {None}) == 1
    assert len(client.get("/api/observations").json()["observations"]) == 1


def test_a_video_alone_is_scored_and_not_placed(rig: ApiRig, tmp_path: Path) -> None:
    client = rig.client(Role.MONITOR)
    sent = send(client, "a.mp4", video(tmp_path / "v.mp4", 2))
    worked(rig)
    got = client.get(f"/api/imagery/{sent['imagery_id']}").json()
    assert (got["state"], got["frames"]) == ("scored", 2)
    assert "attitude" in got["gaps"]
    assert not any(hit["placed"] for hit in got["hits"])
    assert got["hits"]


def test_while_live_frames_wait_nothing_is_scored_and_the_end_leaves_it_queued(
    rig: ApiRig,
) -> None:
    send(rig.client(Role.MONITOR), "a.jpg", photo(picture((800, 600)), lens_m(rig)))
    detector = WhiteDetector()
    desk = desk_of(rig, detector, backlog=3)
    thread = threading.Thread(target=desk.work_once)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive()
    desk.behind.stop()
    thread.join(5.0)
    assert detector.asked == 0
    assert rig.context.store.imagery.next_queued() is not None
    worked(rig, detector)
    assert detector.asked > 0


def test_a_file_under_which_the_watch_died_three_times_is_refused(rig: ApiRig) -> None:
    sent = send(rig.client(Role.MONITOR), "a.jpg", photo(picture((800, 600)), lens_m(rig)))
    shelf = shelf_of(rig.context.settings.data_dir)
    for _ in range(3):
        shelf.attempt(sent["imagery_id"], 1)
    detector = WhiteDetector()
    worked(rig, detector)
    kept = rig.context.store.imagery.get(sent["imagery_id"])
    assert kept.result is not None
    assert (kept.state, kept.result.code) == (ImageryState.REFUSED, "imagery_crashed")
    assert detector.asked == 0


def test_a_fault_of_the_detector_costs_one_file(rig: ApiRig) -> None:
    class Faulty(WhiteDetector):
        def detect(self, *_args: object, **_more: object) -> list[Detections]:
            raise ZeroDivisionError

    client = rig.client(Role.MONITOR)
    sent = send(client, "a.jpg", photo(picture((800, 600)), lens_m(rig)))
    worked(rig, Faulty())
    assert client.get(f"/api/imagery/{sent['imagery_id']}").json()["code"] == "imagery_failed"


def test_a_file_that_is_gone_from_the_disk_is_refused(rig: ApiRig) -> None:
    sent = send(rig.client(Role.MONITOR), "a.jpg", photo(picture((800, 600)), lens_m(rig)))
    kept = rig.context.store.imagery.get(sent["imagery_id"])
    shelf_of(rig.context.settings.data_dir).path_of(kept.draft.sha256).unlink()
    worked(rig)
    result = rig.context.store.imagery.get(sent["imagery_id"]).result
    assert result is not None
    assert result.code == "imagery_gone"


@pytest.mark.parametrize(
    ("width", "height"), [(4000, 3000), (5472, 3648), (9000, 1000), (640, 480)]
)
def test_tiles_cover_a_picture_and_overlap(width: int, height: int) -> None:
    tiles = tiles_of(width, height)
    boxes = [shapely.box(one.x_min, one.y_min, one.x_max, one.y_max) for one in tiles]
    if (width, height) == (640, 480):
        assert boxes == []
        return
    assert shapely.union_all(boxes).equals(shapely.box(0, 0, width, height))
    for one in tiles:
        assert one.x_max - one.x_min <= 2100
        assert one.y_max - one.y_min <= 2000


def test_viewers_read_and_do_not_send_and_pages_end(rig: ApiRig) -> None:
    monitor, viewer = rig.client(Role.MONITOR), rig.client(Role.VIEWER)
    for number in range(3):
        send(monitor, f"{number}.jpg", photo(picture((800, 500 + number)), lens_m(rig)))
    assert viewer.post("/api/imagery?name=a.jpg", content=b"x").status_code == 403
    first = viewer.get("/api/imagery?limit=2").json()
    rest = viewer.get(f"/api/imagery?limit=2&before={first['next_before']}").json()
    assert [one["name"] for one in first["imagery"] + rest["imagery"]] == [
        "2.jpg",
        "1.jpg",
        "0.jpg",
    ]
    assert rest["next_before"] is None
    assert viewer.get("/api/imagery/99").json()["code"] == "no_such_imagery"
    assert viewer.get("/api/imagery/1/hits/1/picture").json()["code"] == "no_such_imagery"


def test_what_cannot_be_kept_is_refused(rig: ApiRig) -> None:
    store = rig.context.store
    for received in (("x", 1, ImageryKind.STILL), ("0" * 64, 0, ImageryKind.STILL)):
        with pytest.raises(InputRefused) as refused:
            keep(store, "a.jpg", received, author="m")
        assert refused.value.code == "imagery_content"
    with pytest.raises(InputRefused) as refused:
        keep(store, "a.jpg", ("0" * 64, 1, ImageryKind.STILL), author=" ")
    assert refused.value.code == "author_missing"
    with pytest.raises(InputRefused) as refused:
        keep(store, "a.jpg", ("0" * 64, 1, ImageryKind.STILL), author="m", stated_fov_deg=180.0)
    assert refused.value.code == "drone_lens"


def flown(rig: ApiRig, fire: int | None) -> int:
    """A flight, by hand, with what its aircraft told at the time of the photos."""
    store, at = rig.context.store, datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    kept = store.sweeps.save("a", "", (sample(),), "", "planned", author="m")
    store.aircraft.put(replace(find_aircraft("Matrice 4T"), name="one"), version=None, author="m")
    run = store.runs.add_by_hand(
        kept.head.sweep_id,
        1,
        1,
        "one",
        due_at=rig.clock.now(),
        until_at=rig.clock.now() + timedelta(minutes=30),
        author="m",
        key="run-00000001",
        incident_id=fire,
    )
    states = [
        AircraftState(
            at=at + timedelta(seconds=second),
            phase=FlightPhase.MISSION,
            lon_deg=-84.25,
            lat_deg=36.30,
            height=Height(lens_m(rig), HeightSystem.EGM96),
            gimbal_yaw_deg=40.0,
            gimbal_pitch_deg=-50.0,
        )
        for second in range(-3, 4)
    ]
    store.tracks.append(run.run_id, states)
    return run.run_id


@pytest.mark.parametrize("far_deg", [0.0, 0.05])
def test_of_a_verification_the_find_joins_its_fire_only_where_that_may_be(
    rig: ApiRig, far_deg: float
) -> None:
    """The photo tells no attitude: the track of its flight does."""
    terrain, store = rig.context.terrain, rig.context.store
    assert terrain is not None
    truth = ground_at(terrain, lens_m(rig), (1000.0, 400.0), 40.0, -50.0)
    place = Position(truth[0] + 0.001, truth[1] + far_deg, 0.0, HeightDatum.GROUND)
    told = ObservationDraft(ObservationSource.CALL, Report(place, 200.0), rig.clock.now())
    observation, _ = store.observations.add(told, author="m", key="told-00000001")
    fire = observation.incident_id
    assert fire is not None
    run_id, client = flown(rig, fire), rig.client(Role.MONITOR)
    data = photo(picture((1000, 400)), lens_m(rig), GimbalYawDegree=None, GimbalPitchDegree=None)
    sent = send(client, "a.jpg", data, run_id=run_id)
    worked(rig)
    got = client.get(f"/api/imagery/{sent['imagery_id']}").json()
    assert (got["attitude"], got["gaps"]) == ("cloud", [])
    (hit,) = got["hits"]
    assert shapely.geometry.shape(hit["region"]).covers(shapely.Point(truth))
    assert (hit["incident_id"] == fire) is (far_deg == 0.0)
    of_run = client.get(f"/api/imagery?run_id={run_id}&incident_id={fire}").json()["imagery"]
    assert [one["imagery_id"] for one in of_run] == [sent["imagery_id"]]


def away(rig: ApiRig, role: Role, township: str) -> TestClient:
    """Somebody of one township."""
    known = rig.context.store.users.get(role.value)
    assert known is not None
    limited = User(
        "away", role, known.password_hash, must_change_password=False, townships=(township,)
    )
    rig.context.store.users.add(limited, actor="t")
    client = rig.client()
    body = {"name": "away", "password": PASSWORDS[role]}
    assert client.post("/api/session", json=body).is_success
    return client


def test_somebody_of_another_township_sees_nothing_of_it(rig: ApiRig) -> None:
    truth = ground_at_of(rig)
    place = Position(*truth, 0.0, HeightDatum.GROUND)
    told = ObservationDraft(ObservationSource.CALL, Report(place, 200.0), rig.clock.now())
    fire = rig.context.store.observations.add(told, author="m", key="told-00000001")[0].incident_id
    run_id, data = flown(rig, fire), photo(picture((1000, 400)), lens_m(rig))
    sent = send(rig.client(Role.MONITOR), "a.jpg", data, run_id=run_id)
    worked(rig)
    number = sent["imagery_id"]
    (hit,) = rig.client(Role.VIEWER).get(f"/api/imagery/{number}").json()["hits"]
    assert hit["incident_id"] == fire
    client = away(rig, Role.MONITOR, "999001001")
    assert client.get("/api/imagery").json()["imagery"] == []
    assert client.get(f"/api/imagery?incident_id={fire}").json()["imagery"] == []
    for refused in (
        client.get(f"/api/imagery/{number}"),
        client.get(f"/api/imagery/{number}/hits/{hit['hit_id']}/picture"),
        client.post(f"/api/imagery?name=b.jpg&run_id={run_id}", content=data),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "outside_townships")


def test_of_a_file_that_shows_two_fires_somebody_sees_their_own(rig: ApiRig) -> None:
    """To the west: one 190 m off, and one 880 m off and so near to the third township."""
    two = picture((800, 1100), (800, 150))
    data = photo(two, lens_m(rig), yaw_deg=264.8, pitch_deg=-30.0)
    number = send(rig.client(Role.MONITOR), "a.jpg", data)["imagery_id"]
    worked(rig)
    both = rig.client(Role.VIEWER).get(f"/api/imagery/{number}").json()["hits"]
    mine, other = sorted(both, key=lambda hit: hit["bbox"][1])
    assert mine["incident_id"] != other["incident_id"]
    client = away(rig, Role.VIEWER, "999001003")
    assert client.get(f"/api/imagery/{number}").json()["hits"] == [mine]
    picture_of = f"/api/imagery/{number}/hits/{{}}/picture"
    assert client.get(picture_of.format(mine["hit_id"])).status_code == 200
    assert client.get(picture_of.format(other["hit_id"])).json()["code"] == "outside_townships"
