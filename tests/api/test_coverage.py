"""What the towers see, computed aside, and who looked, as the console asks for it."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from api_rig import ApiRig
from starlette.testclient import TestClient

from api.coverage import desk as desk_module
from api.coverage import looks as looks_module
from api.coverage.asking import Question
from api.coverage.desk import CoverageState, grid_of
from api.coverage.room import Aspects, CoverageRoom
from camera_gateway.patrol.visits import VisitLog
from camera_gateway.ring import FrameRing
from geo.coverage import USUAL_ASPECT
from geo.locate import Locator
from geo.relief import drill_relief
from models.errors import InputRefused, NotFound, StoreDamaged
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.land import Layer
from models.patrol import PoseTrust
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.user import Role
from models.watching import Visit

SIGHT = (-84.205, 36.235)  # in the valley before the red ridge, in its preset's picture
MINUTE = timedelta(minutes=1)


class Covered:
    """An application whose towers are computed by hand."""

    def __init__(self, api: ApiRig, folder: Path) -> None:
        self.api = api
        self.log = VisitLog()
        self.ring = FrameRing(10**6, 4)
        terrain = replace(drill_relief(), fingerprint="heights-0123456789ab")
        self.locator = Locator(terrain, folder=folder / "horizons")
        self.folder = folder / "coverage"
        self.room = self.furnish()

    def furnish(self) -> CoverageRoom:
        context = self.api.context
        room = CoverageRoom.of(
            context.store,
            context.clock,
            locator=self.locator,
            ring=self.ring,
            folder=self.folder,
            running=self.log.running,
        )
        patrols = replace_visits(context.patrols, self.log)
        self.api.context = replace(
            context, coverage=room, patrols=patrols, terrain=self.locator.terrain
        )
        self.room = room
        return room

    def compute(self) -> int:
        steps = 1
        while self.room.desk.step():
            steps += 1
        return steps

    def client(self) -> TestClient:
        return self.api.client(Role.VIEWER)

    def visit(self, camera_id: str, minutes: float, pose: Pose | None = None) -> None:
        camera = self.api.context.store.cameras.get(camera_id)
        at = self.api.clock.now() - minutes * MINUTE
        begin = at - MINUTE
        held = camera.presets[0].pose if pose is None else pose
        visit = Visit(camera_id, 0, begin, at, PoseTrust.VERIFIED, held, 9, begin, at)
        self.api.context.store.patrols.add_visits([visit])


def replace_visits(patrols: object, log: VisitLog) -> object:
    patrols.visits = log  # type: ignore[attr-defined]
    return patrols


@pytest.fixture
def covered(api: ApiRig, tmp_path: Path) -> Covered:
    return Covered(api, tmp_path)


def test_the_towers_are_computed_one_after_another_and_kept(
    covered: Covered, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, desk = covered.client(), covered.room.desk
    assert client.get("/api/coverage").json()["state"] == "computing"
    pending = client.get("/api/coverage/seen.png")
    assert (pending.status_code, pending.json()["code"]) == (409, "coverage_pending")
    assert desk.step()
    halfway = client.get("/api/coverage").json()
    assert (halfway["done"], halfway["total"], halfway["bounds"]) == (1, 3, None)
    assert covered.compute() == 3
    told = client.get("/api/coverage").json()
    assert told["state"] == "ready"
    assert (told["done"], told["total"], told["towers"]) == (3, 3, 3)
    assert told["without_ground"] == []
    west, south, east, north = told["bounds"]
    assert -84.5 < west < east < -84.0
    assert 36.1 < south < north < 36.5
    assert told["cell_m"] == pytest.approx(92.7, abs=0.1)
    assert sum(each["share"] for each in told["seen"]) == pytest.approx(1.0)
    assert {each["key"] for each in told["seen"]} == {"ground", "smoke", "blind", "unknown"}
    assert not desk.step()
    # Another start reads what was kept.
    kept = list(covered.folder.iterdir())
    assert len(kept) == 3
    before = covered.room.desk.network.coverage.smoke_m
    covered.furnish()
    monkeypatch.delattr(desk_module, "view_from")
    covered.compute()
    np.testing.assert_array_equal(covered.room.desk.network.coverage.smoke_m, before)
    assert covered.room.desk.network.version == told["version"]
    assert sorted(covered.folder.iterdir()) == sorted(kept)


def test_a_new_tower_is_added_while_the_old_picture_stands(covered: Covered) -> None:
    covered.compute()
    client, store = covered.client(), covered.api.context.store
    first = client.get("/api/coverage").json()
    new = Camera(
        "t9",
        "新塔",
        CameraKind.TOWER,
        Position(-84.30, 36.28, 30.0, HeightDatum.GROUND),
        (Preset(0, "n", Pose(0.0, 0.0, 0.0, 60.0)),),
    )
    off = replace(new, camera_id="t8", position=Position(-80.0, 36.28, 30.0, HeightDatum.GROUND))
    odd = replace(
        new, camera_id="t7", position=Position(-84.31, 36.28, 930.0, HeightDatum.ELLIPSOID)
    )
    for camera in (new, off, odd):
        store.cameras.put(camera)
    assert covered.room.desk.step()
    assert client.get("/api/coverage").json()["version"] == first["version"]
    assert client.get("/api/coverage/seen.png").status_code == 200
    covered.compute()
    second = client.get("/api/coverage").json()
    assert second["version"] != first["version"]
    assert sorted(second["without_ground"]) == ["t7", "t8"]
    assert second["seen"][0]["hectares"] > first["seen"][0]["hectares"]
    store.cameras.put(replace(new, camera_id="t6"))  # where another one stands already
    covered.compute()
    assert covered.room.desk.network.coverage.towers == 7
    store.links.remove("t6", actor="t")
    store.cameras.put(replace(new, camera_id="t5", position=replace(new.position, height_m=9.0)))
    assert covered.room.desk.step()
    covered.room.desk.step()
    store.links.remove("t5", actor="t")
    store.cameras.put(replace(new, name="新塔二"))
    covered.compute()
    assert covered.room.desk.network.version == second["version"]
    assert covered.room.desk.state is CoverageState.READY
    store.cameras.put(replace(new, name="新塔三"))
    assert not covered.room.desk.step()
    assert "新塔三" in {camera.name for camera in covered.room.desk.network.cameras}
    assert covered.room.desk.network.version == second["version"]


def test_a_tower_that_reaches_none_of_the_land_sees_none(
    covered: Covered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "view_from", lambda *_arguments: None)
    covered.compute()
    assert len(covered.room.desk.network.without_ground) == 3
    assert list(covered.folder.glob("*")) == []


def test_pictures_are_told_by_their_tag(covered: Covered) -> None:
    covered.compute()
    client = covered.client()
    for path in ("seen.png", "watched.png"):
        first = client.get(f"/api/coverage/{path}")
        assert first.status_code == 200
        assert first.headers["content-type"] == "image/png"
        image = cv2.imdecode(np.frombuffer(first.content, np.uint8), cv2.IMREAD_UNCHANGED)
        assert image.shape[2] == 4
        assert image[..., 3].max() > 0
        again = client.get(
            f"/api/coverage/{path}", headers={"If-None-Match": first.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert len(first.content) < 200_000


def hectares(client: TestClient, smoke: float = 30.0) -> dict[str, float]:
    told = client.get("/api/coverage/watched", params={"smoke": smoke}).json()
    return {f"{each['key']}{each['upto'] or ''}": each["hectares"] for each in told["classes"]}


def test_what_was_watched_is_read_anew_each_minute(covered: Covered) -> None:
    covered.compute()
    client = covered.client()
    nothing = hectares(client)
    assert sum(value for key, value in nothing.items() if key.startswith("minutes")) == 0.0
    covered.visit("t1-red", 5.0)
    assert hectares(client) == nothing  # as of a minute ago
    covered.api.clock.advance(60.0)
    fresh = hectares(client)
    assert fresh["minutes10.0"] > 100.0
    assert fresh["unwatched"] < nothing["unwatched"]
    assert fresh["blind"] == nothing["blind"]
    assert hectares(client, 100.0)["minutes10.0"] > fresh["minutes10.0"]
    covered.api.clock.advance(25 * 60.0)
    assert hectares(client)["minutes60.0"] == pytest.approx(fresh["minutes10.0"])
    # A visit that lasts counts before it is written.
    pose = covered.api.context.store.cameras.get("t2-fog").presets[0].pose
    covered.log.note("t2-fog", 0, covered.api.clock.now(), pose, PoseTrust.REPORTED)
    covered.log.note("t1-red", 0, covered.api.clock.now(), pose, PoseTrust.REPORTED, shows=False)
    covered.log.note("gone", 0, covered.api.clock.now(), pose, PoseTrust.REPORTED)
    covered.api.clock.advance(60.0)
    assert hectares(client)["minutes10.0"] > 100.0
    covered.api.clock.advance(25 * 3600.0)
    assert hectares(covered.client()) == nothing


def test_footprints_are_kept_up_to_a_bound(
    covered: Covered, monkeypatch: pytest.MonkeyPatch
) -> None:
    covered.compute()
    made: list[int] = []
    true = looks_module.footprints
    monkeypatch.setattr(
        looks_module,
        "footprints",
        lambda *arguments: made.append(len(arguments[3])) or true(*arguments),
    )
    client = covered.client()
    covered.visit("t1-red", 5.0)
    covered.visit("t1-red", 5.0, Pose(100.0, -3.0, 0.0, 40.0))
    assert hectares(client)["minutes10.0"] > 0.0
    assert made == [1]  # the preset's own was computed before anybody asked
    covered.api.clock.advance(60.0)
    hectares(client)
    assert made == [1]
    monkeypatch.setattr(looks_module, "MOST_BYTES", 0)
    covered.visit("t1-red", 0.0, Pose(120.0, -3.0, 0.0, 40.0))
    covered.api.clock.advance(60.0)
    hectares(client)
    covered.api.clock.advance(60.0)
    assert hectares(client)["minutes10.0"] > 0.0
    assert made == [1, 1, 3]


def test_blind_areas_have_names(covered: Covered) -> None:
    covered.compute()
    client = covered.client()
    told = client.get("/api/coverage/blind", params={"smoke": 50, "most": 5}).json()
    assert len(told["areas"]) == 5 < told["area_count"]
    largest = told["areas"][0]
    assert largest["township"] != ""
    assert largest["village"] != ""
    assert largest["village_m"] > 0
    assert largest["outline"]["type"] in {"Polygon", "MultiPolygon"}
    sizes = [area["hectares"] for area in told["areas"]]
    assert sizes == sorted(sizes, reverse=True)
    low = client.get("/api/coverage/blind", params={"smoke": 5}).json()
    assert low["blind_ha"] > told["blind_ha"]


def at(client: TestClient, **more: object) -> dict:
    answer = client.get(
        "/api/coverage/at", params={"lon": SIGHT[0], "lat": SIGHT[1], "smoke": 60, **more}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_three_cases_of_a_miss(covered: Covered) -> None:
    client, store = covered.client(), covered.api.context.store
    told = at(client)
    assert told["verdict"] == "none_looked"
    assert told["watched"] == []
    assert told["last"] is None
    tower = next(each for each in told["towers"] if each["camera_id"] == "t1-red")
    assert tower["sees"] is True
    assert [preset["name"] for preset in tower["presets"]] == ["东北谷地 North-east valley"]
    assert 3_000 < tower["range_m"] < 6_000
    assert told["township"] != ""

    covered.visit("t1-red", 20.0)
    pose = store.cameras.get("t1-red").presets[0].pose
    covered.visit("t1-red", 30.0, replace(pose, azimuth_deg=pose.azimuth_deg + 0.2))  # mended since
    covered.visit("t2-fog", 1.0)
    seen = at(client)
    assert seen["verdict"] == "watched"
    assert [look["camera_id"] for look in seen["watched"]] == ["t1-red"]  # its newest look
    assert seen["last"]["preset_name"] == "东北谷地 North-east valley"
    ago = covered.api.clock.now() - timedelta(minutes=20)
    assert seen["last"]["at"] == ago.isoformat().replace("+00:00", "Z")

    early = at(client, within_min=10)
    assert early["verdict"] == "none_looked"
    assert early["last"]["camera_id"] == "t1-red"
    before = (covered.api.clock.now() - timedelta(hours=2)).isoformat()
    assert at(client, at=before)["last"] is None
    covered.visit("t1-red", 5 * 24 * 60.0)
    week = (covered.api.clock.now() - timedelta(days=3)).isoformat()
    assert at(client, at=week)["last"]["camera_id"] == "t1-red"

    for camera in list(store.cameras.all()):
        if camera.camera_id == "t1-red":
            low = replace(camera, position=replace(camera.position, lat_deg=36.165, height_m=2.0))
            store.cameras.put(low)
    nobody = at(client, lon=-84.1, lat=36.40, smoke=0)
    assert nobody["verdict"] == "nobody_could"
    outside = at(client, lon=-85.0)
    assert outside["verdict"] == "unknown"
    assert outside["ground_m"] is None
    assert all(each["sees"] is None for each in outside["towers"])


def test_a_visit_under_way_counts_and_one_of_later_does_not(covered: Covered) -> None:
    camera = covered.api.context.store.cameras.get("t1-red")
    covered.log.note(
        "t1-red", 0, covered.api.clock.now(), camera.presets[0].pose, PoseTrust.COMMANDED
    )
    assert at(covered.client())["verdict"] == "watched"
    before = (covered.api.clock.now() - timedelta(hours=2)).isoformat()
    assert at(covered.client(), at=before)["verdict"] == "none_looked"


def test_a_preset_that_was_removed_is_named_by_its_number(covered: Covered) -> None:
    camera = covered.api.context.store.cameras.get("t1-red")
    pose = camera.presets[0].pose
    now = covered.api.clock.now()
    covered.api.context.store.patrols.add_visits(
        [Visit("t1-red", 44, now - MINUTE, now, PoseTrust.VERIFIED, pose, 1, now - MINUTE, now)]
    )
    covered.compute()
    covered.log.note("t1-red", 44, now - MINUTE, pose, PoseTrust.VERIFIED)  # what was written later
    assert hectares(covered.client())["minutes10.0"] > 100.0
    told = at(covered.client())["watched"][0]
    assert (told["preset"], told["preset_name"]) == (44, "")


@pytest.mark.parametrize(
    "query",
    [
        {"lon": 190.0},
        {"lat": "nan"},
        {"smoke": 101},
        {"at": "2026-04-05T03:00:00"},
        {"at": "yesterday"},
        {"within_min": 0},
    ],
)
def test_what_is_no_question_is_refused(covered: Covered, query: dict[str, object]) -> None:
    params = {"lon": SIGHT[0], "lat": SIGHT[1], **query}
    answer = covered.client().get("/api/coverage/at", params=params)
    assert answer.status_code == 422


def test_a_question_about_no_place_is_refused(covered: Covered) -> None:
    for lon, lat, smoke in ((float("nan"), 0.0, 1.0), (0.0, 91.0, 1.0), (0.0, 0.0, -1.0)):
        with pytest.raises(InputRefused) as caught:
            Question(lon, lat, smoke, covered.api.clock.now())
        assert caught.value.code == "coverage_question"


def test_without_relief_or_towers_nothing_is_computed(api: ApiRig, tmp_path: Path) -> None:
    client = api.client(Role.VIEWER)
    for path in ("", "/seen.png", "/watched", "/watched.png", "/blind"):
        answer = client.get(f"/api/coverage{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_terrain")
    covered = Covered(api, tmp_path)
    for camera in list(api.context.store.cameras.all()):
        api.context.store.links.remove(camera.camera_id, actor="t")
    assert not covered.room.desk.step()
    assert covered.room.desk.state is CoverageState.NO_TOWERS
    with pytest.raises(NotFound) as caught:
        _ = covered.room.desk.network
    assert caught.value.code == "no_towers"

    covered.locator = Locator(None)
    covered.furnish()
    assert not covered.room.desk.step()
    assert covered.client().get("/api/coverage").json()["state"] == "no_terrain"
    answer = covered.client().get("/api/coverage/seen.png")
    assert answer.json()["code"] == "no_terrain"
    assert at_code(covered.client()) == "no_terrain"


def at_code(client: TestClient) -> str:
    return client.get("/api/coverage/at", params={"lon": -84.2, "lat": 36.2}).json()["code"]


def test_a_store_that_fails_is_said_once_and_asked_again(
    covered: Covered, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    repository = covered.api.context.store.cameras

    def broken() -> list[Camera]:
        raise StoreDamaged("It is locked.")

    monkeypatch.setattr(repository, "all", broken)
    assert not covered.room.desk.step()
    assert not covered.room.desk.step()
    assert caplog.text.count("It is locked.") == 1
    monkeypatch.undo()
    covered.compute()
    assert covered.room.desk.state is CoverageState.READY


def test_the_desk_runs_beside_the_loop_and_stops(covered: Covered) -> None:
    names: set[str] = set()
    desk = covered.room.desk
    true = desk.step

    def step() -> bool:
        names.add(threading.current_thread().name)
        return true()

    desk.step = step  # type: ignore[method-assign]

    async def play() -> None:
        task = asyncio.create_task(desk.run())
        while desk.ready is None:  # noqa: ASYNC110 -- it tells nobody
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(play(), 60.0))
    assert names == {"coverage_0"}


def test_cells_follow_the_townships_or_the_towers_reach(covered: Covered) -> None:
    terrain, store = drill_relief(), covered.api.context.store
    towers = [camera for camera in store.cameras.all() if camera.kind is CameraKind.TOWER]
    land = store.land.all()
    by_land = grid_of(terrain, land, towers, 3_000.0)
    by_towers = grid_of(
        terrain, [each for each in land if each.layer is Layer.ROAD], towers, 3_000.0
    )
    assert by_land.rows * by_land.columns > by_towers.rows * by_towers.columns
    west, south, east, north = by_towers.bounds_deg
    for tower in towers:
        assert west < tower.position.lon_deg < east
        assert south < tower.position.lat_deg < north
    far = [replace(towers[0], position=Position(10.0, 10.0, 1.0, HeightDatum.GROUND))]
    with pytest.raises(InputRefused):
        grid_of(terrain, [], far, 3_000.0)


def frame(jpeg: bytes, api: ApiRig) -> Frame:
    now = api.clock.now()
    return Frame(
        "t1-red", 0, 0, now, now, TimeSource.RECEIPT, jpeg, FrameMode.VISIBLE, Provenance.LIVE, None
    )


def test_proportions_are_those_of_the_newest_picture(api: ApiRig) -> None:
    ring = FrameRing(10**6, 4)
    aspects = Aspects(ring)
    assert aspects("t1-red") == USUAL_ASPECT
    ring.add(frame(b"no picture", api))
    assert aspects("t1-red") == USUAL_ASPECT
    ring = FrameRing(10**6, 4)
    aspects = Aspects(ring)
    picture = cv2.imencode(".jpg", np.zeros((60, 80, 3), np.uint8))[1].tobytes()
    ring.add(frame(picture, api))
    assert aspects("t1-red") == pytest.approx(4.0 / 3.0)
    ring.forget("t1-red")
    assert aspects("t1-red") == pytest.approx(4.0 / 3.0)


def test_a_thread_that_cannot_be_nice_works_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(desk_module.os, "setpriority", no)
    desk_module.be_nice()
