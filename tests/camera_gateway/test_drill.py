import asyncio
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from camera_gateway.pictures import decode_jpeg, encode_jpeg
from camera_gateway.source import RawFrame
from camera_gateway.sources.drill import BANNER_HEIGHT_PX, DrillScene
from detector.core.detector import Detector
from geo.locate import Locator
from geo.relief import drill_relief
from geo.terrain import Terrain
from models.clock import ManualClock
from models.detection import Label
from models.errors import InputRefused, SourceEnded
from models.fix import FixOutcome
from models.frame import FrameMode, Provenance, TimeSource
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.zoo.registry import load_card

SIZE = (320, 180)
POSE = Pose(0.0, 3.0, 0.0, 60.0, azimuth_sigma_deg=0.1, tilt_sigma_deg=0.1)
TOWER = Position(100.05, 30.0, 60.0, HeightDatum.GROUND)
FIRE = (100.05, 30.03)  # 3.3 km due north, on the slope of a hill


@pytest.fixture(scope="module")
def hill() -> Terrain:
    """A cone 300 m high, 4 km north of the tower."""
    rows, columns = np.mgrid[0:100, 0:100]
    north = 30.08 - (rows + 0.5) * 0.001
    east = 100.0 + (columns + 0.5) * 0.001
    away_m = np.hypot((north - 30.036) * 111_000, (east - 100.05) * 96_000)
    values = np.maximum(0.0, 300.0 - away_m * 0.15).astype(np.float32) + 200.0
    return Terrain("cone", values, 100.0, 30.08, 0.001, "synthetic")


def scene(hill: Terrain, clock: ManualClock, **changes: object) -> DrillScene:
    options: dict[str, object] = {"plume": FIRE, "clock": clock, "size_px": SIZE, **changes}
    return DrillScene(hill, TOWER, POSE, **options)  # type: ignore[arg-type]


def read(source: DrillScene, count: int) -> list[RawFrame]:
    async def scenario() -> list[RawFrame]:
        return [await source.read() for _number in range(count)]

    return asyncio.run(scenario())


def test_frames_come_at_the_scene_s_own_pace(hill: Terrain, clock: ManualClock) -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    frames = read(scene(hill, clock, every_s=30.0, rate=10.0, start=start), 3)
    assert [frame.captured_at for frame in frames] == [
        start + timedelta(seconds=30 * n) for n in range(3)
    ]
    assert clock.monotonic_s() == pytest.approx(6.0)
    assert {frame.time_source for frame in frames} == {TimeSource.SIMULATED}
    assert {frame.provenance for frame in frames} == {Provenance.DRILL}
    assert {frame.mode for frame in frames} == {FrameMode.VISIBLE}
    assert decode_jpeg(frames[0].jpeg, "drill").shape == (180, 320, 3)
    assert len({frame.jpeg for frame in frames}) == 3  # never frozen


@pytest.mark.parametrize(("rate", "before"), [(1.0, timedelta(0)), (10.0, timedelta(days=1))])
def test_no_picture_comes_from_the_future(
    hill: Terrain, clock: ManualClock, rate: float, before: timedelta
) -> None:
    clock.advance(7.0)
    now = clock.now()
    frames = read(scene(hill, clock, rate=rate), 2)
    assert frames[0].captured_at == now - before
    assert frames[1].captured_at <= clock.now()


def test_every_picture_says_that_it_is_a_drill(hill: Terrain, clock: ManualClock) -> None:
    for number in (0, 12):
        strip = scene(hill, clock).draw(number)[:BANNER_HEIGHT_PX].astype(int)
        yellow = (strip[..., 2] > 180) & (strip[..., 1] > 150) & (strip[..., 0] < 90)
        assert yellow[:44].sum() > 500  # the letters
        assert yellow[-3:].all()


def test_smoke_stands_on_its_place_and_the_place_is_found_again(
    hill: Terrain, clock: ManualClock
) -> None:
    quiet, burning = scene(hill, clock, plume=None), scene(hill, clock)
    assert (quiet.draw(1) == burning.draw(1)).all()  # 30 s before ignition
    rows, columns = np.nonzero(np.abs(burning.draw(8).astype(int) - quiet.draw(8)).max(axis=2) > 20)
    foot_row = int(rows.max())
    foot_column = float(np.median(columns[rows >= foot_row - 1]))
    camera = Camera("t", "t", CameraKind.TOWER, TOWER, (Preset(0, "p", POSE),))
    fix = Locator(hill).locate(camera.position, POSE, foot_column, foot_row + 0.5, *SIZE)
    assert fix.outcome is FixOutcome.LOCATED
    best = fix.clusters[0]
    off_m = math.hypot(
        (best.position.lon_deg - FIRE[0]) * 96_000, (best.position.lat_deg - FIRE[1]) * 111_000
    )
    assert off_m < max(best.r90_m, 400.0)


def test_a_scene_that_is_closed_while_it_is_rendered_gives_up_at_the_next_step(
    hill: Terrain, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = scene(hill, clock)
    steps: list[int] = []
    check = source._check_open

    def closed_at_the_third() -> None:
        steps.append(len(steps))
        if len(steps) == 3:
            asyncio.run(source.close())
        check()

    monkeypatch.setattr(DrillScene, "_check_open", lambda _self: closed_at_the_third())
    with pytest.raises(SourceEnded):
        source.draw(0)
    assert len(steps) == 3


def test_a_closed_scene_has_ended(hill: Terrain, clock: ManualClock) -> None:
    async def scenario() -> None:
        source = scene(hill, clock)
        await source.close()
        with pytest.raises(SourceEnded):
            await source.read()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "changes",
    [
        {"every_s": 0.0},
        {"every_s": math.nan},
        {"ignite_after_s": -1.0},
        {"rate": 0.0},
        {"plume": (100.05, 29.99)},  # behind the camera
        {"plume": (100.001, 30.03)},  # beside the picture
        {"plume": (10.0, 30.0)},  # on no known ground
    ],
)
def test_a_scene_that_cannot_be_played_is_refused(
    hill: Terrain, clock: ManualClock, changes: dict[str, object]
) -> None:
    with pytest.raises(InputRefused) as refused:
        scene(hill, clock, **changes)
    assert refused.value.remedy


def test_a_tower_on_no_known_ground_is_refused(hill: Terrain, clock: ManualClock) -> None:
    with pytest.raises(InputRefused, match="cannot place"):
        DrillScene(
            hill,
            Position(10.0, 30.0, 30.0, HeightDatum.GROUND),
            POSE,
            plume=None,
            clock=clock,
        )


def test_the_real_detector_sees_the_fire_soon_and_nothing_before(clock: ManualClock) -> None:
    from api.site import read_site

    site = read_site(Path(__file__).parents[2] / "examples" / "drill")
    camera = site.cameras[site.plume_camera_id]
    source = DrillScene(
        drill_relief(), camera.position, camera.presets[0].pose, plume=site.plume, clock=clock
    )
    card = load_card("firewatch-yolo11n")
    detector = Detector.open(card, threads=1)
    still = source.draw(0).astype(int)
    scores, contrasts = [], []
    for number in range(16):
        image = source.draw(number)
        contrasts.append(int((np.abs(image.astype(int) - still).max(axis=2) > 30).sum()))
        image = decode_jpeg(encode_jpeg(image), "drill")
        (found,) = detector.detect([image], floor_score=0.05)
        scores.append(max((b.score for b in found.to_boxes() if b.label is Label.SMOKE), default=0))
    report = card.operating.report_score
    assert max(scores[:3]) < report  # ignition is at 60 s, with frame 2
    visible = next(n for n, contrast in enumerate(contrasts) if contrast > 60)
    seen = next(n for n, score in enumerate(scores) if score >= report)
    assert visible <= seen <= visible + 6
    assert np.mean(scores[-5:]) > 0.4
