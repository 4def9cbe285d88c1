"""Cameras of the database run, and follow it without a restart."""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from api_rig import HASHES
from detector_rig import jpeg_with_mark
from starlette.testclient import TestClient

from api.app import create_app
from api.cameras.running import CameraBook, fleet_of, forget_view, gateway_of
from api.runtime import build_watch
from camera_gateway.bus import MemoryBus
from camera_gateway.gateway import Gateway
from camera_gateway.redaction import SecretFilter
from camera_gateway.ring import FrameRing
from models.calibration import Calibration, CalibrationMethod
from models.camera_link import Adapter, CameraLink, Credential
from models.camera_setup import CameraSetup
from models.clock import ManualClock, SystemClock
from models.config import Settings
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.store import Store
from models.user import Role, User

PLACE = Position(106.65, 29.03, 812.5, HeightDatum.SEA_LEVEL)


def setup_of(camera_id: str, folder: Path) -> CameraSetup:
    folder.mkdir(exist_ok=True)
    (folder / "1532815146_.jpg").write_bytes(jpeg_with_mark(40))
    camera = Camera(camera_id, camera_id, CameraKind.TOWER, PLACE, ())
    return CameraSetup(camera, CameraLink(Adapter.FOLDER, str(folder)))


def until(holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("it did not come about")


def test_cameras_come_and_go_while_the_watch_runs(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, inference_threads=1)
    with closing(Store.open(settings.store_url, clock=SystemClock())) as store:
        admin = User("admin", Role.ADMIN, HASHES[Role.ADMIN], must_change_password=False)
        store.users.add(admin, actor="t")
        store.links.put(setup_of("gn-1", tmp_path / "one"), actor="t")
        secrets = SecretFilter()
        watch = build_watch(
            settings, store, {}, site_name="s", drill=False, terrain=None, secrets=secrets
        )
        app = create_app(watch.context, lifespan=watch.running, console_dir=None)
        with TestClient(app) as client:
            body = {"name": "admin", "password": "admin-admin-1"}
            assert client.post("/api/session", json=body).status_code == 200

            def states() -> dict[str, str]:
                answer = client.get("/api/cameras").json()
                return {camera["camera_id"]: camera["state"] for camera in answer}

            until(lambda: states() == {"gn-1": "ended"})
            first = watch.context.gateways["gn-1"]
            setup_of("gn-2", tmp_path / "two")
            body = {
                "name": "二号",
                "position": {"lon_deg": 106.7, "lat_deg": 29.1, "height_m": 700},
                "link": {"adapter": "folder", "address": str(tmp_path / "two")},
                "credential": {"user": "u", "password": "geheim-geheim"},
            }
            assert client.put("/api/cameras/gn-2", json=body).status_code == 200
            until(lambda: states() == {"gn-1": "ended", "gn-2": "ended"})
            assert watch.context.gateways["gn-1"] is first
            assert "geheim" not in secrets.clean("it says geheim-geheim")
            assert client.get("/api/cameras/gn-2/still.jpg").content == jpeg_with_mark(40)
            off = {**body, "link": {**body["link"], "enabled": False}}  # type: ignore[dict-item]
            assert client.put("/api/cameras/gn-2", json=off).status_code == 200
            until(lambda: states() == {"gn-1": "ended", "gn-2": "disabled"})
            assert client.delete("/api/cameras/gn-1").status_code == 204
            until(lambda: list(watch.context.gateways) == [])
            assert client.get("/api/cameras/gn-1/still.jpg").status_code == 404


def test_a_book_is_read_whole() -> None:
    camera = Camera("a", "a", CameraKind.TOWER, PLACE, ())
    book = CameraBook({"a": camera})
    keys = iter(book)
    book.replace({})
    assert list(keys) == ["a"]
    assert len(book) == 0
    assert "a" not in book
    assert book["a"] is camera, "a picture of it may be on its way"
    moved = replace(camera, name="b")
    book.replace({"a": moved})
    assert book["a"] is moved
    with pytest.raises(KeyError):
        book["b"]


def test_a_camera_without_a_link_has_no_gateway() -> None:
    clock = ManualClock(datetime(2026, 11, 25, 4, 0, tzinfo=UTC))
    camera = Camera("a", "a", CameraKind.TOWER, PLACE, ())
    with pytest.raises(ValueError, match="no link"):
        gateway_of(
            CameraSetup(camera, None, Credential("a", "b")),
            bus=MemoryBus(clock, 30.0),
            ring=FrameRing(1000, 1),
            clock=clock,
            first_sequence=0,
            clean=str,
        )


def test_a_live_camera_keeps_its_view_under_a_key_that_follows_its_pose(tmp_path: Path) -> None:
    pose = Pose(10.0, -3.0, 0.0, 60.0)
    one = setup_of("gn-1", tmp_path / "one")
    live = replace(
        one,
        camera=replace(one.camera, presets=(Preset(1, "north", pose),)),
        link=CameraLink(Adapter.SNAPSHOT, "http://10.0.0.5/a?token=geheim"),
    )

    def key_of(setup: CameraSetup) -> str:
        gateway = gateway_of(
            setup,
            bus=MemoryBus(ManualClock(datetime(2026, 1, 1, tzinfo=UTC)), 30.0),
            ring=FrameRing(2**20, 4),
            clock=ManualClock(datetime(2026, 1, 1, tzinfo=UTC)),
            first_sequence=0,
            clean=str,
            views=tmp_path / "views",
        )
        memory = gateway._judge._view._memory  # type: ignore[attr-defined]
        return "" if memory is None else str(memory._key)

    assert key_of(one) == ""  # a recording has no pose to lose
    turned = replace(live.camera, presets=(Preset(1, "north", replace(pose, azimuth_deg=11.0)),))
    keys = {key_of(live), key_of(replace(live, camera=turned)), key_of(live)}
    assert len(keys) == 2
    assert "geheim" not in "".join(keys)


def test_a_calibration_keeps_the_view_and_a_pose_by_hand_does_not(tmp_path: Path) -> None:
    """Also of a camera that runs as a demo's does, whose pictures carry the new pose at once."""
    entered = Pose(10.0, -3.0, 0.0, 60.0)
    found = replace(entered, azimuth_deg=10.4, azimuth_sigma_deg=0.02)
    first = setup_of("gn-1", tmp_path / "one")
    camera = replace(first.camera, presets=(Preset(1, "north", entered),))
    link = CameraLink(Adapter.SNAPSHOT, "http://10.0.0.5/a")
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    with closing(Store.open(f"sqlite:///{tmp_path / 'f.db'}", clock=clock)) as store:
        store.links.put(CameraSetup(camera, link), actor="t")
        shared = MemoryBus(clock, 30.0), FrameRing(2**20, 4)
        demo = Gateway(
            camera, 1, lambda: None,  # type: ignore[arg-type, return-value]
            bus=shared[0], ring=shared[1], clock=clock, random=lambda: 0.5,
        )  # fmt: skip
        book = CameraBook({})
        fleet = fleet_of(
            store, book, bus=shared[0], ring=shared[1], clock=clock, secrets=SecretFilter(),
            fixed={"gn-1": demo, "gone": demo}, views=tmp_path / "views",
        )  # fmt: skip

        def key_now() -> str:
            gateway = fleet._make(fleet._plans()["gn-1"], 0)
            memory = gateway._judge._view._memory  # type: ignore[attr-defined]
            assert gateway._labels._pose == demo._labels._pose == book["gn-1"].presets[0].pose
            return str(memory._key)

        learned = key_now()
        calibration = Calibration(
            0, "gn-1", 1, CalibrationMethod.SKYLINE, "wang", clock.now(),
            clock.now() - timedelta(hours=1), camera.position, entered, found, 64, 48, 0.5, 60,
            known_as=entered,
        )  # fmt: skip
        store.calibrations.put_in_force(calibration)
        assert demo._labels._pose == entered
        assert key_now() == learned
        assert demo._labels._pose == found
        better = replace(calibration, before=found, after=replace(found, roll_deg=0.1))
        store.calibrations.put_in_force(better)
        assert key_now() == learned
        # On a picture of another view, it begins anew; undone, it is the one from before.
        anew = replace(calibration, before=better.after, after=entered, known_as=None)
        number = store.calibrations.put_in_force(replace(anew, after=replace(found, tilt_deg=0.0)))
        assert key_now() != learned
        store.calibrations.undo(number.calibration_id, author="wang")
        assert key_now() == learned
        by_hand = replace(found, azimuth_deg=10.5)
        store.cameras.put(replace(camera, presets=(Preset(1, "north", by_hand),)))
        assert key_now() != learned


def test_the_view_of_a_camera_that_is_removed_is_forgotten(tmp_path: Path) -> None:
    views = tmp_path / "views"
    with closing(Store.open(f"sqlite:///{tmp_path / 'f.db'}", clock=SystemClock())) as store:
        store.links.put(setup_of("gn-1", tmp_path / "one"), actor="t")
        fleet = fleet_of(
            store,
            CameraBook({}),
            bus=MemoryBus(SystemClock(), 30.0),
            ring=FrameRing(2**20, 4),
            clock=SystemClock(),
            secrets=SecretFilter(),
            fixed={},
            views=views,
        )
        fleet._plans()
        views.mkdir()
        (views / "gn-1.npz").write_bytes(b"x")
        fleet._plans()
        assert (views / "gn-1.npz").exists()
        store.links.remove("gn-1", actor="t")
        fleet._plans()
        assert not (views / "gn-1.npz").exists()
        assert not forget_view(views, "gn-1")
