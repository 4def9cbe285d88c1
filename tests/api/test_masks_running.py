"""The whole watch with masks: what is stored before a start holds from the first picture on."""

import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from api_rig import HASHES, PASSWORDS, ROOT
from detector_rig import jpeg_with_mark
from starlette.testclient import TestClient

from api.app import create_app
from api.runtime import CameraFeed, build_watch
from api.site import read_site
from api.watch import Watch
from camera_gateway.masks.paint import PAINT_BGR, PAINT_SPREAD
from camera_gateway.pictures import decode_jpeg
from camera_gateway.sources.folder import FolderSource
from geo.relief import drill_relief
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.clock import SystemClock
from models.config import Settings
from models.errors import StoreDamaged
from models.mask import MaskKind, ViewMask
from models.store import Store
from models.user import Role, User

LEFT = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))


def recording(folder: Path) -> Path:
    folder.mkdir()
    for index in range(5):
        (folder / f"{1532815146 + 60 * index}_.jpg").write_bytes(jpeg_with_mark(40 * index))
    return folder


def watch_of(store: Store, folder: Path) -> Watch:
    """A camera of a demo, and one of the store that plays the same."""
    camera = read_site(ROOT / "examples/drill").cameras["t1-red"]
    store.cameras.put(camera)
    pictures = recording(folder / "pictures")
    other = read_site(ROOT / "examples/drill").cameras["t3-drill"]
    link = CameraLink(Adapter.FOLDER, str(pictures))
    store.links.put(CameraSetup(other, link), actor="t")
    store.users.add(
        User("admin", Role.ADMIN, HASHES[Role.ADMIN], must_change_password=False), actor="t"
    )
    feed = CameraFeed(camera, 0, lambda: FolderSource(pictures, rate=200.0, clock=SystemClock()))
    settings = Settings(data_dir=folder, inference_threads=1)
    return build_watch(
        settings, store, {"t1-red": feed}, site_name="s", drill=True, terrain=drill_relief()
    )


def is_painted(jpeg: bytes) -> bool:
    shown = decode_jpeg(jpeg, "t")
    left = shown[:, : shown.shape[1] // 3].astype(int)
    return bool(np.abs(left - PAINT_BGR).max() < PAINT_SPREAD + 12)


@pytest.fixture
def browser_body() -> dict[str, str]:
    return {"name": "admin", "password": PASSWORDS[Role.ADMIN]}


def test_what_is_stored_holds_from_the_first_picture_on_and_for_old_recordings_too(
    tmp_path: Path, browser_body: dict[str, str]
) -> None:
    clock = SystemClock()
    with closing(Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)) as store:
        for key in ("t1-red", "t3-drill"):
            store.masks.add(ViewMask(key, 0, MaskKind.PRIVACY, LEFT, "wang", clock.now()))
        store.masks.add(ViewMask("t1-red", 0, MaskKind.NUISANCE, LEFT, "wang", clock.now()))
        watch = watch_of(store, tmp_path)
        app = create_app(watch.context, lifespan=watch.running, console_dir=None)
        with TestClient(app) as client:
            assert client.post("/api/session", json=browser_body).status_code == 200
            stills = {}
            for _ in range(400):
                for key in ("t1-red", "t3-drill"):
                    answer = client.get(f"/api/cameras/{key}/still.jpg")
                    if answer.status_code == 200:
                        stills[key] = answer.content
                        assert is_painted(answer.content)
                if len(stills) == 2:
                    break
                time.sleep(0.05)
            assert set(stills) == {"t1-red", "t3-drill"}
            kept = watch.context.ring.recent("t1-red", 99)
            assert kept
            assert all(is_painted(frame.jpeg) and frame.hidden for frame in kept)
            assert not watch.context.taps.of("t3-drill").is_open
            # The desk asks the same book; what is private is no nuisance.
            (nuisance,) = watch.context.masks.nuisance("t1-red", 0)
            assert watch.desk._judge._sources._masks_of("t1-red", 0) == (nuisance,)
            # The closer look spends nothing on either.
            kinds = {mask.kind for mask in watch.pipeline._scorer._scorer._masks_of(("t1-red", 0))}  # type: ignore[attr-defined]
            assert kinds == set(MaskKind)


def test_a_watch_does_not_start_where_nobody_can_tell_what_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SystemClock()
    with closing(Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=clock)) as store:

        def damaged() -> None:
            raise StoreDamaged("A stored mask cannot be read.")

        monkeypatch.setattr(store.masks, "unended", damaged)
        with pytest.raises(StoreDamaged):
            watch_of(store, tmp_path)
