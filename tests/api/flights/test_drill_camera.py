"""The camera of simulated aircraft: its pictures are footage like any other, and say DRILL."""

import asyncio
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from room_rig import FastClock
from run_rig import MISSION, lead

from api.flights.drill_camera import MOST_PICTURES, DrillCamera
from api.flights.drill_photo import DrillPhoto, photo_of
from api.imagery.shelf import ImageryShelf
from camera_gateway.sources.drill import BANNER_HEIGHT_PX, drill_banner
from drone_jobs.fleet import find_aircraft
from drone_jobs.imagery.placing import view_of_look
from drone_jobs.imagery.stills import read_still
from drone_jobs.links.simulated.camera import Picture
from geo.relief import drill_relief
from models.config.drone_drill import DroneDrillRule
from models.flight import AttitudeSource, RunState
from models.imagery import Imagery, ImageryKind
from models.mission import Aircraft, SweepOrigin
from models.site import HeightDatum
from models.store import Store
from models.units import ImageBGR

RELIEF = drill_relief()
FIRE = (-84.3061900, 36.2463033)
HOME = (-84.3078, 36.2380)
WIDTH_PX = 640
START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
AIRCRAFT = replace(
    find_aircraft("PX4 example"), name="D1", home_lon_deg=HOME[0], home_lat_deg=HOME[1]
)


class Hands:
    """A camera over a store, with a flight in the air."""

    def __init__(self, folder: Path, burns_since: datetime | None = None) -> None:
        self.clock = FastClock(START, 1.0)
        self.store = Store.open(f"sqlite:///{folder / 'drill.db'}", clock=self.clock)
        self.shelf = ImageryShelf(folder / "imagery")
        fire = None
        if burns_since is not None:
            fire = DroneDrillRule(lon_deg=FIRE[0], lat_deg=FIRE[1], since=burns_since)
        self.camera = DrillCamera(
            self.store, self.shelf, RELIEF, self.clock, fire, width_px=WIDTH_PX
        )
        self.run_id = self._flying()

    def _flying(self) -> int:
        plan = json.dumps({"sorties": [{"aircraft": "D1"}]})
        kept = self.store.sweeps.save(
            "s", "", (MISSION,), plan, SweepOrigin.PLANNED, author="li"
        ).head
        until_at = START + timedelta(hours=1)
        runs = self.store.runs
        run = runs.add_by_hand(
            kept.sweep_id, 1, 1, "D1", due_at=START, until_at=until_at, key="drill", author="li"
        )
        runs.release(run.run_id, version=1, author="li")
        fence = lead(self.store)
        runs.claim(run.run_id, fence)
        for state in (RunState.UPLOADING, RunState.READY, RunState.STARTING, RunState.FLYING):
            runs.step(run.run_id, state, author="system", fence=fence)
        return run.run_id

    def takes(self, yaw_deg: float, *, by: Aircraft = AIRCRAFT, pitch_deg: float = -15.0) -> None:
        """A picture above home."""
        height_m = float(RELIEF.height_at(*HOME)) + 100.0
        self.camera.took(by, Picture(0, 1.0, *HOME, height_m, pitch_deg, yaw_deg))

    async def lets(self, holds_s: float = 6.0) -> None:
        """It works."""
        task = asyncio.create_task(self.camera.run())
        with suppress(TimeoutError):
            async with asyncio.timeout(holds_s):
                while not self.kept:  # noqa: ASYNC110 -- a store has no event
                    await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    @property
    def kept(self) -> list[Imagery]:
        return self.store.imagery.page(run_id=self.run_id, limit=100)


def picture(path: Path) -> ImageBGR:
    found = cv2.imread(str(path))
    assert found is not None
    return np.asarray(found, np.uint8)


@pytest.fixture
def burning(tmp_path: Path) -> Hands:
    return Hands(tmp_path, START - timedelta(seconds=90))


def test_a_photo_tells_what_it_was_drawn_from(tmp_path: Path) -> None:
    told = DrillPhoto(
        at=START,
        lon_deg=HOME[0],
        lat_deg=HOME[1],
        above_sea_m=500.25,
        above_take_off_m=100.0,
        yaw_deg=312.5,
        pitch_deg=-15.0,
        focal_px=960.0,
    )
    path = tmp_path / "a.jpg"
    path.write_bytes(photo_of(np.full((96, 128, 3), 80, np.uint8), told))
    still = read_still(path)
    look, photo = still.look, still.photo
    assert look.attitude is AttitudeSource.XMP
    assert look.gaps == ()
    assert (look.at, look.lon_deg, look.lat_deg) == (START, *HOME)
    assert look.height is not None
    assert look.height.value_m == pytest.approx(500.25)
    assert look.above_take_off_m == 100.0
    assert (look.yaw_deg, look.pitch_deg, look.roll_deg) == (312.5, -15.0, 0.0)
    assert look.horizontal_fov_deg == pytest.approx(2 * np.degrees(np.arctan(64.0 / 960.0)))
    assert (photo.optics.model, photo.edited_by) == ("DRILL", "")
    view = view_of_look(look, (128, 96), RELIEF, HOME)
    assert view.lens.height_datum is HeightDatum.SEA_LEVEL
    assert picture(path).shape == (96, 128, 3)
    path.write_bytes(
        photo_of(np.full((96, 128, 3), 80, np.uint8), replace(told, yaw_deg=0.0, pitch_deg=0.0))
    )
    level = read_still(path).look
    assert level.gaps == ()
    assert (level.yaw_deg, level.pitch_deg) == (0.0, 0.0)


def test_a_picture_is_drawn_marked_and_handed_in_with_its_flight(burning: Hands) -> None:
    burning.takes(10.0)
    asyncio.run(burning.lets())
    (one,) = burning.kept
    assert one.draft.kind is ImageryKind.STILL
    assert one.draft.name == f"DRILL_{burning.run_id}_0001.JPG"
    assert one.author == "system"
    path = burning.shelf.path_of(one.draft.sha256)
    image = picture(path)
    assert image.shape == (480, WIDTH_PX, 3)
    banner = np.abs(image[-BANNER_HEIGHT_PX:].astype(int) - drill_banner(WIDTH_PX)).mean()
    assert banner < 6.0
    look = read_still(path).look
    assert (look.at, look.gaps) == (START, ())
    assert look.above_take_off_m == pytest.approx(100.0, abs=0.01)
    assert list(burning.shelf.path_of(one.draft.sha256).parents[2].glob("coming/*")) == []


def test_one_that_shows_the_fire_goes_before_one_that_does_not(burning: Hands) -> None:
    burning.takes(180.0)
    burning.takes(10.0)
    burning.takes(170.0)
    asyncio.run(burning.lets())
    (one,) = burning.kept
    assert read_still(burning.shelf.path_of(one.draft.sha256)).look.yaw_deg == 10.0


def test_what_is_taken_on_no_flight_or_by_no_camera_is_not_drawn(tmp_path: Path) -> None:
    quiet = Hands(tmp_path)
    thermal = tuple(replace(each, is_thermal=True) for each in AIRCRAFT.cameras)
    quiet.takes(10.0, by=replace(AIRCRAFT, name="D2"))
    quiet.takes(10.0, by=replace(AIRCRAFT, cameras=thermal))
    asyncio.run(quiet.lets(0.5))
    assert quiet.kept == []
    unknown = DrillCamera(quiet.store, quiet.shelf, None, quiet.clock, None)
    unknown.took(AIRCRAFT, Picture(0, 1.0, *HOME, 500.0, -15.0, 10.0))
    assert unknown._fresh == []


def test_a_flight_has_so_many_pictures_and_no_more(burning: Hands) -> None:
    burning.camera._taken[burning.run_id] = MOST_PICTURES
    burning.takes(10.0)
    asyncio.run(burning.lets(0.5))
    assert burning.kept == []


def test_before_it_was_set_nothing_burns_and_pictures_come_slowly(tmp_path: Path) -> None:
    early = Hands(tmp_path, START + timedelta(seconds=90))
    early.takes(10.0)
    asyncio.run(early.lets())
    early.takes(12.0)  # at the same moment
    asyncio.run(early.lets(0.5))
    (one,) = early.kept
    assert read_still(early.shelf.path_of(one.draft.sha256)).look.yaw_deg == 10.0
