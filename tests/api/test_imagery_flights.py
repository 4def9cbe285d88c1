"""What many pictures of one flight say together, and whence each knows where it looked."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from api_rig import ApiRig
from command_line import run_firewatch
from imagery_rig import LENS, WhiteDetector, desk_of, ground_at, photo, picture
from klv_rig import FLIGHT_ITEMS, mapped, packet, transport_stream
from mission_rig import sample
from pyproj import Geod
from starlette.testclient import TestClient

from api.imagery.service import shelf_of
from detector.incidents.placing import place_of
from drone_jobs.fleet import find_aircraft
from geo.locate import Locator
from models.crossing import Report
from models.detection import Detections
from models.flight import AircraftState, FlightPhase
from models.height import Height, HeightSystem
from models.imagery import ImageryState
from models.mission import Action, ActionKind, Mission, MissionPoint
from models.observation import ObservationDraft, ObservationSource
from models.site import HeightDatum, Position
from models.units import ImageBGR
from models.user import Role

GEOD = Geod(ellps="WGS84")
AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
PIXEL = (1000, 400)


@pytest.fixture
def rig(api: ApiRig) -> ApiRig:
    return replace(api, context=replace(api.context, locator=Locator(api.context.terrain)))


def lens_m(rig: ApiRig) -> float:
    terrain = rig.context.terrain
    assert terrain is not None
    return round(float(terrain.height_at(*LENS)) + 300.0, 2)


def truth_of(rig: ApiRig, yaw_deg: float = 40.0) -> tuple[float, float]:
    terrain = rig.context.terrain
    assert terrain is not None
    return ground_at(terrain, lens_m(rig), PIXEL, yaw_deg, -50.0)


def send(client: TestClient, name: str, data: bytes, **query: object) -> int:
    said = "".join(f"&{key}={value}" for key, value in query.items())
    answer = client.post(f"/api/imagery?name={name}{said}", content=data)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["imagery_id"])


def worked(rig: ApiRig, detector: WhiteDetector | None = None) -> None:
    desk = desk_of(rig, detector or WhiteDetector())
    while desk.work_once():
        pass


def got(client: TestClient, number: int) -> dict[str, Any]:
    return dict(client.get(f"/api/imagery/{number}").json())


def told(client: TestClient) -> list[dict[str, Any]]:
    answer = client.get("/api/observations").json()["observations"]
    return sorted(answer, key=lambda one: one["observation_id"])


def flown(
    rig: ApiRig,
    *,
    mission: Mission | None = None,
    states: Sequence[AircraftState] = (),
    fire: int | None = None,
) -> int:
    """A flight by hand."""
    store = rig.context.store
    kept = store.sweeps.save("a", "", (mission or sample(),), "", "planned", author="m")
    craft = replace(find_aircraft("Matrice 4T"), name="one")
    camera = replace(craft.cameras[0], horizontal_fov_deg=67.38)
    if store.runs.page(limit=1) == []:
        store.aircraft.put(replace(craft, cameras=(camera,)), version=None, author="m")
    now = rig.clock.now()
    run = store.runs.add_by_hand(
        kept.head.sweep_id, 1, 1, "one", due_at=now, until_at=now + timedelta(minutes=30),
        author="m", key=f"run-{kept.head.sweep_id:08d}", incident_id=fire,
    )  # fmt: skip
    store.tracks.append(run.run_id, list(states))
    return run.run_id


def shot(rig: ApiRig, number: int, *, size: int = 30, has_gimbal: bool = True) -> bytes:
    """A photo of the plume; no two are the same file."""
    image = picture()
    x, y = PIXEL
    image[y - size // 2 : y + size // 2, x - size // 2 : x + size // 2] = 255
    image[number % 1000, 0] = 80
    written = f"2026:11:25 10:{30 + number // 60}:{number % 60:02d}"
    if has_gimbal:
        return photo(image, lens_m(rig), written=written)
    none = {"GimbalYawDegree": None, "GimbalPitchDegree": None}
    return photo(image, lens_m(rig), written=written, **none)  # type: ignore[arg-type]  # facts


def test_twenty_pictures_of_one_flight_are_one_witness_and_know_no_more_than_one(
    rig: ApiRig,
) -> None:
    """All are off by the same 4.5 degrees: twenty witnesses would swear to a wrong place."""
    run_id, client = flown(rig), rig.client(Role.MONITOR)
    numbers = [send(client, f"{at}.jpg", shot(rig, at), run_id=run_id) for at in range(20)]
    worked(rig)
    (observation,) = told(client)
    hits = [got(client, number)["hits"] for number in numbers]
    assert {one["observation_id"] for each in hits for one in each} == {
        observation["observation_id"]
    }
    fire = rig.context.store.incidents.get(hits[0][0]["incident_id"])
    place = place_of(fire, {}).best
    assert place is not None
    assert place.r90_m == pytest.approx(hits[0][0]["radius_m"])
    truth = truth_of(rig, yaw_deg=44.5)
    off_m = GEOD.inv(place.lon_deg, place.lat_deg, *truth)[2]
    assert place.r90_m / np.sqrt(20.0) < off_m < place.r90_m
    assert len({each[0]["incident_id"] for each in hits}) == 1


def test_two_flights_are_two_witnesses_of_one_fire(rig: ApiRig) -> None:
    client = rig.client(Role.MONITOR)
    numbers = [send(client, f"{at}.jpg", shot(rig, at), run_id=flown(rig)) for at in range(2)]
    worked(rig)
    hits = [got(client, number)["hits"][0] for number in numbers]
    assert len({hit["observation_id"] for hit in hits}) == 2
    assert len({hit["incident_id"] for hit in hits}) == 1


@pytest.mark.parametrize(("minutes", "witnesses"), [(20, 1), (200, 2)])
def test_without_a_flight_pictures_of_one_time_are_of_one(
    rig: ApiRig, minutes: int, witnesses: int
) -> None:
    client = rig.client(Role.MONITOR)
    send(client, "a.jpg", shot(rig, 0))
    at = AT - timedelta(minutes=minutes) + timedelta(hours=8)
    send(client, "b.jpg", photo(picture(PIXEL), lens_m(rig), written=f"{at:%Y:%m:%d %H:%M:%S}"))
    worked(rig)
    assert len(told(client)) == witnesses


def test_a_picture_twice_as_sharp_takes_back_what_was_told_before(rig: ApiRig) -> None:
    run_id, client = flown(rig), rig.client(Role.MONITOR)
    wide = send(client, "wide.jpg", shot(rig, 0, size=420), run_id=run_id)
    worked(rig)
    (before,) = told(client)
    close = send(client, "close.jpg", shot(rig, 1), run_id=run_id)
    worked(rig)
    old, new = told(client)
    assert old["observation_id"] == before["observation_id"]
    assert old["withdrawn_by"] == "system"
    assert new["radius_m"] < 0.5 * old["radius_m"]
    assert new["withdrawn_by"] == ""
    fires = {got(client, one)["hits"][0]["incident_id"] for one in (wide, close)}
    assert len(fires) == 1
    (fire,) = fires
    assert rig.context.store.incidents.get(fire).state == "open"


def test_what_a_person_took_back_is_not_told_again_by_the_next_picture(rig: ApiRig) -> None:
    run_id, client = flown(rig), rig.client(Role.MONITOR)
    send(client, "a.jpg", shot(rig, 0, size=420), run_id=run_id)
    worked(rig)
    (fog,) = told(client)
    rig.context.store.observations.withdraw(fog["observation_id"], author="monitor")
    number = send(client, "b.jpg", shot(rig, 1), run_id=run_id)
    worked(rig)
    assert len(told(client)) == 1
    (hit,) = got(client, number)["hits"]
    assert hit["observation_id"] == fog["observation_id"]


@pytest.mark.parametrize("far_deg", [0.0, 0.05])
def test_finds_of_a_drill_make_drill_fires_only(rig: ApiRig, far_deg: float) -> None:
    store, client, truth = rig.context.store, rig.client(Role.MONITOR), truth_of(rig)
    real, _ = store.observations.add(_call(rig, truth, 0.0), author="m", key="told-real")
    drill, _ = store.observations.add(
        _call(rig, truth, far_deg), author="m", key="told-drill", is_drill=True
    )
    run_id = flown(rig, fire=drill.incident_id)
    numbers = [send(client, f"{at}.jpg", shot(rig, at), run_id=run_id) for at in range(2)]
    worked(rig)
    (found,) = {got(client, number)["hits"][0]["incident_id"] for number in numbers}
    assert found != real.incident_id
    assert store.incidents.get(found).is_drill
    assert (found == drill.incident_id) is (far_deg == 0.0)


def test_a_drill_find_joins_the_drill_fire_that_others_saw(rig: ApiRig) -> None:
    """Its flight looked at another one."""
    store, client, truth = rig.context.store, rig.client(Role.MONITOR), truth_of(rig)
    drills = [
        store.observations.add(
            _call(rig, truth, far_deg), author="m", key=f"told-{far_deg}", is_drill=True
        )[0].incident_id
        for far_deg in (0.05, 0.0)
    ]
    number = send(client, "a.jpg", shot(rig, 0), run_id=flown(rig, fire=drills[0]))
    worked(rig)
    assert got(client, number)["hits"][0]["incident_id"] == drills[1]


def _call(rig: ApiRig, at: tuple[float, float], far_deg: float) -> ObservationDraft:
    place = Position(at[0] + 0.0005, at[1] + far_deg, 0.0, HeightDatum.GROUND)
    return ObservationDraft(ObservationSource.CALL, Report(place, 100.0), rig.clock.now())


class AllWhite(WhiteDetector):
    """Sees smoke in the middle of every picture."""

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        assert floor_score <= 0.5
        self.asked += len(images)
        height, width = images[0].shape[:2]
        box = np.array([[0.45 * width, 0.45 * height, 0.55 * width, 0.55 * height]], np.float32)
        return [Detections(box, np.full(1, 0.8, np.float32), np.zeros(1, np.int64)) for _ in images]


def klv_file(rig: ApiRig, path: Path) -> Path:
    """Four seconds by its own clock, that hang over the lens and look 40, -50."""
    items = FLIGHT_ITEMS | {
        5: mapped(40.0, 0, 360, "H"),
        6: bytes(2),
        7: bytes(2),
        13: mapped(LENS[1], -90, 90, "i"),
        14: mapped(LENS[0], -180, 180, "i"),
        15: mapped(lens_m(rig), -900, 19_000, "H"),
        18: bytes(4),
        19: mapped(-50.0, -180, 180, "i"),
        20: bytes(4),
    }
    packets = [
        (at / 5, packet(items | {2: int(AT.timestamp() * 1e6 + at * 200_000).to_bytes(8)}))
        for at in range(20)
    ]
    return transport_stream(path, packets, seconds=4.0)


def test_a_video_with_packets_inside_is_placed_by_them(rig: ApiRig, tmp_path: Path) -> None:
    client = rig.client(Role.MONITOR)
    number = send(client, "a.ts", klv_file(rig, tmp_path / "a.ts").read_bytes())
    worked(rig, AllWhite())
    answer = got(client, number)
    assert (answer["state"], answer["attitude"], answer["gaps"]) == ("scored", "misb", [])
    assert answer["taken_at"] == AT.isoformat().replace("+00:00", "Z")
    terrain = rig.context.terrain
    assert terrain is not None
    truth = ground_at(terrain, lens_m(rig), (800.0, 600.0), 40.0, -50.0)
    assert len(answer["hits"]) == answer["frames"] == 4
    for hit in answer["hits"]:
        assert shapely.geometry.shape(hit["region"]).covers(shapely.Point(truth))
    (observation,) = told(client)
    assert {hit["observation_id"] for hit in answer["hits"]} == {observation["observation_id"]}


def test_where_nobody_tells_the_gimbal_the_order_of_the_mission_does(rig: ApiRig) -> None:
    """East over the lens: the nose tells the yaw, the order the pitch, and the region is wide."""
    terrain, client = rig.context.terrain, rig.client(Role.MONITOR)
    assert terrain is not None
    height = Height(lens_m(rig), HeightSystem.EGM96)
    order = Action(ActionKind.GIMBAL, -50.0)
    points = (
        MissionPoint(LENS[0] - 0.01, LENS[1], height, actions=(order,)),
        MissionPoint(LENS[0] + 0.01, LENS[1], height),
    )
    states = [
        AircraftState(
            at=AT + timedelta(seconds=second),
            phase=FlightPhase.MISSION,
            lon_deg=LENS[0],
            lat_deg=LENS[1],
            height=height,
            heading_deg=90.0,
            mission_point=1,
        )
        for second in range(-3, 4)
    ]
    run_id = flown(rig, mission=Mission("a", points), states=states)
    bare = shot(rig, 0, has_gimbal=False)
    number = send(client, "a.jpg", bare, run_id=run_id)
    worked(rig)
    answer = got(client, number)
    assert (answer["attitude"], answer["gaps"]) == ("mission", [])
    (hit,) = answer["hits"]
    truth = ground_at(terrain, lens_m(rig), PIXEL, 90.0, -50.0)
    assert shapely.geometry.shape(hit["region"]).covers(shapely.Point(truth))
    sharp = send(client, "b.jpg", shot(rig, 1))
    worked(rig)
    assert hit["radius_m"] > 1.5 * got(client, sharp)["hits"][0]["radius_m"]


class Stalling(AllWhite):
    """Never comes back from its third picture, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.free = threading.Event(), threading.Event()

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        if self.asked == 2:
            self.reached.set()
            assert self.free.wait(20.0)
        return super().detect(images, floor_score=floor_score)


def test_a_restart_in_the_middle_begins_anew_and_tells_once(rig: ApiRig, tmp_path: Path) -> None:
    client, store = rig.client(Role.MONITOR), rig.context.store
    number = send(client, "a.ts", klv_file(rig, tmp_path / "a.ts").read_bytes())
    stalling = Stalling()
    desk = desk_of(rig, stalling)
    thread = threading.Thread(target=desk.work_once)
    thread.start()
    assert stalling.reached.wait(20.0)
    desk.behind.stop()  # as the end of the watch does
    stalling.free.set()
    thread.join(20.0)
    assert store.imagery.get(number).state is ImageryState.QUEUED
    assert (got(client, number)["hits"], told(client)) == ([], [])
    worked(rig, AllWhite())
    answer = got(client, number)
    assert (answer["state"], len(answer["hits"])) == ("scored", 4)
    assert len(told(client)) == 1


def test_a_death_after_the_telling_tells_nothing_twice(rig: ApiRig, tmp_path: Path) -> None:
    """The observation was written, and the process died before the file was finished."""
    client, store = rig.client(Role.MONITOR), rig.context.store
    number = send(client, "a.ts", klv_file(rig, tmp_path / "a.ts").read_bytes())
    desk = desk_of(rig, AllWhite())
    desk._score(store.imagery.get(number))
    assert len(told(client)) == 1
    assert store.imagery.get(number).state is ImageryState.QUEUED
    worked(rig, AllWhite())
    assert len(told(client)) == 1
    assert got(client, number)["hits"][0]["observation_id"] == told(client)[0]["observation_id"]


def test_the_command_hands_a_card_in_and_names_what_is_none(
    rig: ApiRig,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(rig.context.settings.data_dir))
    card = tmp_path / "DCIM" / "100"
    card.mkdir(parents=True)
    (card / "DJI_1.JPG").write_bytes(shot(rig, 0))
    (card / "DJI_2.SRT").write_text("1\n00:00:00,000 --> 00:00:00,033\nx\n")
    klv_file(rig, card / "DJI_2.ts")
    (card / "plan.kmz").write_bytes(b"PK\x03\x04" + bytes(60))
    (card / ".hidden").write_bytes(b"x")
    code = run_firewatch(
        monkeypatch, "imagery", "import", tmp_path / "DCIM", "--zone", "Asia/Shanghai"
    )
    out, err = capsys.readouterr()
    assert code == 1
    assert [line.split()[1:] for line in out.splitlines()] == [
        ["DJI_1.JPG", "still"],
        ["DJI_2.SRT", "subtitles"],
        ["DJI_2.ts", "video"],
    ]
    assert "plan.kmz is a mission and no footage" in err
    assert "hidden" not in err
    for arguments, said in (
        (("--run", 7), "no flight 7"),
        (("--zone", "Moon/Base"), "Moon/Base is no time zone"),
    ):
        assert run_firewatch(monkeypatch, "imagery", "import", card, *arguments) == 1
        assert said in capsys.readouterr().err
    assert run_firewatch(monkeypatch, "imagery", "import", tmp_path / "none") == 1
    assert "none cannot be read" in capsys.readouterr().err
    shelf = shelf_of(rig.context.settings.data_dir)
    kept = rig.context.store.imagery.page(limit=10)
    assert [one.draft.zone for one in kept] == ["Asia/Shanghai"] * 3
    assert all(shelf.path_of(one.draft.sha256).is_file() for one in kept)
