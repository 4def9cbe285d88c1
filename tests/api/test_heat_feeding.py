"""Thermal cameras on the path of heat: from a picture over HTTP to a look, and what drops out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn

import cv2
import numpy as np
import pytest
from api_rig import ApiRig
from flir_rig import flir_jpeg
from http_rig import Asked, HttpRig, answer

from api.heat.desk import HeatDesk
from api.heat.feeding import HeatFeed
from api.heat.grounding import place_in_view
from api.heat.unmasking import without_paint
from api.heat.views import ViewShelf, view_of
from api.nodes.files import path_of
from camera_gateway.masks.paint import painted
from camera_gateway.sources.snapshot import SnapshotSource
from camera_gateway.thermal import read_thermal
from camera_gateway.thermal.scene import HeatScene
from detector.pipeline import Pipeline
from geo.crs import geodesic
from geo.locate import Locator
from geo.relief import drill_relief
from models.camera_link import Adapter, CameraLink
from models.camera_setup import CameraSetup
from models.config import EvidenceRule
from models.detection import Detections, ModelReference
from models.errors import FrameCorrupt, StoreUnreachable
from models.frame import Frame, FrameMode, Provenance, TimeSource
from models.heat_node import FrameState
from models.mask import MaskKind, ViewMask
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset
from models.thermal import HotSpot, ThermalEncoding, ThermalScale
from models.user import Role

TOWER = Camera(
    "t1-heat",
    "红塔 热像",
    CameraKind.TOWER,
    Position(-84.3725, 36.2225, 30.0, HeightDatum.GROUND),
    (Preset(0, "北", Pose(65.0, -3.0, 0.0, 24.0)), Preset(3, "", Pose(90.0, 0.0, 0.0, 24.0))),
)
LINK = CameraLink(Adapter.SNAPSHOT, "http://127.0.0.1:1/heat.jpg", mode=FrameMode.THERMAL)
SPOT = HotSpot(78, 66, 82, 70, 16, 300.0, 80, 68, 18.0, 0.2)


class NoScorer:
    """Nobody may ask it."""

    reference = ModelReference("none", "0", "0" * 64)

    def detect_each(self, *_asked: object, **_more: object) -> Sequence[Detections | FrameCorrupt]:
        raise AssertionError("heat is no business of the network for smoke")


class NoDesk:
    """Likewise."""

    def take(self, _sighting: object) -> NoReturn:
        raise AssertionError

    note = take


class Rig:
    """A thermal camera, the feed, and the desk that looks at what it keeps."""

    def __init__(self, api: ApiRig) -> None:
        self.api, self.store, self.clock = api, api.context.store, api.clock
        self.put(TOWER, LINK)
        self.views = ViewShelf(self.store, api.context.settings.heat, fixed={"c1-canopy"})
        self.feed = HeatFeed(self.store, api.clock, self.views, lambda: api.context.nodes)
        self.desk = HeatDesk.of(api.context, lambda: 0)
        self.sequence = 0

    def put(self, camera: Camera, link: CameraLink | None) -> None:
        self.store.links.put(CameraSetup(camera, link, None, None), actor="t")

    def frame(self, jpeg: bytes = b"", at: datetime | None = None, **more: Any) -> Frame:  # noqa: ANN401
        self.sequence += 1
        at = at or self.clock.now()
        frame = Frame(
            *("t1-heat", 0, self.sequence, at, self.clock.now(), TimeSource.RECEIPT),
            jpeg or flir_jpeg(ground()),
            FrameMode.THERMAL,
            Provenance.LIVE,
            TOWER.presets[0].pose,
        )
        return replace(frame, **more)

    def give(self, **more: Any) -> None:  # noqa: ANN401
        self.feed.take(self.frame(**more))
        self.feed.work_once()


def ground(*, seed: int = 0) -> np.ndarray[Any, Any]:
    noise = np.random.default_rng(seed).normal(0.0, 0.1, (120, 160))
    return (18.0 + noise).astype(np.float32)


@pytest.fixture
def rig(api: ApiRig) -> Rig:
    return Rig(api)


def test_a_fire_before_a_thermal_camera_over_http_proposes_a_look(rig: Rig) -> None:
    scene = HeatScene(4, begins_at=rig.clock.now(), days=4)
    seen_from = scene.in_view_at()
    assert seen_from is not None
    rig.clock.advance((seen_from - timedelta(minutes=6) - rig.clock.now()).total_seconds())
    pipeline = Pipeline(NoScorer(), NoDesk(), EvidenceRule(), rig.clock, heat=rig.feed)

    async def watch() -> None:
        async def picture(asked: Asked, writer: asyncio.StreamWriter) -> None:
            jpeg = flir_jpeg(scene.frame(rig.clock.now()).levels)
            await answer(jpeg, content_type="image/jpeg")(asked, writer)

        async with HttpRig({"/heat.jpg": picture}) as camera:
            link = replace(LINK, address=camera.url("/heat.jpg"))
            rig.put(TOWER, link)
            for _ in range(60):
                source = SnapshotSource(link, None, rig.clock)
                raw = await source.read()
                await source.close()
                frame = rig.frame(raw.jpeg, raw.captured_at, mode=raw.mode)
                await asyncio.to_thread(pipeline.process, [frame])
                await asyncio.to_thread(rig.feed.work_once)
                await asyncio.to_thread(rig.desk.work_once)
                if rig.store.heat_looks.page():
                    return
                rig.clock.advance(60.0)

    asyncio.run(watch())
    (look,) = rig.store.heat_looks.page()
    assert (look.node_id, look.is_drill) == ("t1-heat.0", False)
    assert look.event.peak_c is not None, "read to temperatures"
    assert pipeline.counts.frames_heat == rig.feed.counts.kept == rig.feed.counts.frames
    assert rig.feed.counts.dropped == 0
    frames = rig.store.nodes.frames("t1-heat.0")
    assert {one.state for one in frames} == {FrameState.SEEN}
    assert {one.suffix for one in frames} == {"jpg"}


def test_flir_readings_come_through_to_a_tenth_of_a_degree() -> None:
    wanted = ground()
    wanted[40:44, 50:54] = 300.0
    image = read_thermal(flir_jpeg(wanted), "x")
    assert image.scale is ThermalScale.CELSIUS
    assert np.abs(image.levels - wanted).max() < 0.1


def test_one_frame_of_a_view_is_taken_in_its_interval(rig: Rig) -> None:
    rig.give()
    for _ in range(11):
        rig.clock.advance(5.0)
        rig.give()
    assert (rig.feed.counts.kept, rig.feed.counts.passed) == (1, 11)
    rig.give(preset=3)
    assert rig.feed.counts.kept == 2, "another view has its own"
    rig.clock.advance(5.0)
    rig.give()
    assert rig.feed.counts.kept == 3
    rig.give(at=rig.clock.now() - timedelta(hours=3))
    assert rig.feed.counts.kept == 4, "a clock that was set back holds nothing up"


def test_a_newer_frame_overtakes_one_that_waits_and_is_counted(rig: Rig) -> None:
    rig.feed.take(rig.frame())
    rig.clock.advance(60.0)
    newer = rig.frame()
    rig.feed.take(newer)
    assert (rig.feed.waiting, rig.feed.counts.dropped) == (1, 1)
    assert rig.feed.work_once() == 1
    (frame,) = rig.store.nodes.frames("t1-heat.0")
    assert frame.captured_at == newer.captured_at


def test_what_the_store_does_not_take_waits(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.feed.take(rig.frame())
    with monkeypatch.context() as patched:

        def fails(*_args: object, **_more: object) -> NoReturn:
            raise StoreUnreachable("gone")

        patched.setattr(rig.store.nodes, "take", fails)
        with pytest.raises(StoreUnreachable):
            rig.feed.work_once()
        rig.feed.close()
    assert rig.feed.waiting == 1
    rig.feed.close()
    assert (rig.feed.waiting, rig.feed.counts.kept) == (0, 1)


def test_a_view_that_somebody_retired_serves_again_with_its_next_frame(rig: Rig) -> None:
    rig.give()
    rig.store.nodes.retire("t1-heat.0", author="t")
    rig.clock.advance(60.0)
    rig.give()
    assert (rig.feed.counts.dropped, rig.feed.waiting) == (1, 0), "nothing is held up"
    rig.clock.advance(60.0)
    rig.give()
    assert rig.feed.counts.kept == 2


def test_too_many_nodes_cost_that_view_alone(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.store.nodes.MOST_NODES", 1)
    rig.give()
    rig.give(preset=3)
    assert (rig.feed.counts.kept, rig.feed.counts.unknown, rig.feed.waiting) == (1, 1, 0)


def test_a_recording_that_begins_anew_changes_nothing(rig: Rig) -> None:
    first = rig.frame()
    rig.feed.take(first)
    rig.feed.work_once()
    rig.clock.advance(600.0)
    rig.give()
    rig.feed.take(replace(first, jpeg=flir_jpeg(ground(seed=1))))
    rig.feed.work_once()
    assert (rig.feed.counts.kept, rig.feed.counts.repeated) == (2, 1)


def test_a_view_follows_its_camera(rig: Rig) -> None:
    rig.give()
    node = rig.store.nodes.get("t1-heat.0")
    assert (node.name, node.pose, node.position) == (
        "红塔 热像 北",
        TOWER.presets[0].pose,
        TOWER.position,
    )
    assert (node.reach_m, node.encoding) == (20_000.0, ThermalEncoding.AS_TOLD)
    turned = replace(TOWER, presets=(Preset(0, "南", Pose(180.0, -3.0, 0.0, 24.0)),))
    rig.put(turned, replace(LINK, encoding=ThermalEncoding.BLACK_HOT))
    rig.views.review()
    node = rig.store.nodes.get("t1-heat.0")
    assert node.pose == turned.presets[0].pose
    assert node.encoding is ThermalEncoding.BLACK_HOT
    rig.put(turned, replace(LINK, mode=FrameMode.VISIBLE))
    rig.views.review()
    assert rig.store.nodes.get("t1-heat.0").is_retired
    rig.clock.advance(60.0)
    rig.give()
    assert rig.feed.counts.unknown == 1, "a frame under way puts nothing into service again"
    assert rig.store.nodes.get("t1-heat.0").is_retired
    rig.put(turned, LINK)
    rig.clock.advance(60.0)
    rig.give()
    assert not rig.store.nodes.get("t1-heat.0").is_retired
    rig.store.links.remove("t1-heat", actor="t")
    rig.views.review()
    assert rig.store.nodes.get("t1-heat.0").is_retired


def test_cameras_of_the_demo_have_views_without_a_link(rig: Rig) -> None:
    pose = rig.store.cameras.get("c1-canopy").presets[0].pose
    rig.give(camera_id="c1-canopy", pose=pose, provenance=Provenance.DRILL)
    node = rig.store.nodes.get("c1-canopy.0")
    assert (node.view, node.is_drill, node.reach_m) == (("c1-canopy", 0), True, 500.0)
    rig.views.review()
    assert not rig.store.nodes.get("c1-canopy.0").is_retired
    rig.clock.advance(60.0)
    rig.give(camera_id="nobody")
    rig.give(preset=7)
    assert rig.feed.counts.unknown == 2


def test_a_camera_without_presets_looks_nobody_knows_where(rig: Rig) -> None:
    bare = replace(TOWER, presets=())
    rule = rig.api.context.settings.heat
    node = view_of(bare, 0, rule)
    assert node is not None
    assert node.pose is None
    assert node.name == "红塔 热像"
    assert view_of(TOWER, 9, rule) is None


def test_what_is_painted_over_is_neither_hot_nor_cold(rig: Rig) -> None:
    corners = ((0.2, 0.2), (0.5, 0.2), (0.5, 0.5), (0.2, 0.5))
    mask = ViewMask("t1-heat", 0, MaskKind.PRIVACY, corners, "li", rig.clock.now())
    grey = np.full((480, 640), 30, np.uint8)
    _, coded = cv2.imencode(".jpg", grey)
    jpeg = painted(coded.tobytes(), [mask], "t1")
    assert read_thermal(jpeg, "x").levels.max() > 60, "the paint is brighter than the night"
    for encoding in (ThermalEncoding.AS_TOLD, ThermalEncoding.BLACK_HOT):
        data = without_paint(rig.frame(jpeg, hidden=(mask,)), encoding)
        levels = read_thermal(data, "x", encoding).levels
        assert float(levels.max() - levels.min()) <= 3.0
    rig.give(jpeg=jpeg, hidden=(mask,))
    (frame,) = rig.store.nodes.frames("t1-heat.0")
    assert frame.suffix == "png"
    assert path_of(rig.api.context.settings.data_dir, frame).exists()


def test_a_camera_that_looks_elsewhere_is_told_as_moved(rig: Rig) -> None:
    rig.give(pose=None)
    (frame,) = rig.store.nodes.frames("t1-heat.0")
    assert frame.reading.is_moved
    rig.api.context.nodes.intake.flush()
    listed = rig.api.client(Role.VIEWER).get("/api/nodes").json()["nodes"]
    (view,) = [one for one in listed if one["view"] is not None]
    assert view["view"] == {"camera_id": "t1-heat", "preset": 0}
    assert view["standing"]["troubles"] == ["moved"]


def test_a_view_is_never_silent_and_people_change_little_of_it(rig: Rig) -> None:
    rig.give()
    rig.clock.advance(86_400.0)
    client = rig.api.client(Role.ADMIN)
    setup = client.get("/api/nodes/t1-heat.0").json()
    listed = client.get("/api/nodes").json()["nodes"]
    assert [one["standing"]["troubles"] for one in listed if one["view"]] == [[]]
    body = {
        key: value
        for key, value in setup.items()
        if key not in {"number", "version", "node_id", "view"}
    }
    changed = client.put("/api/nodes/t1-heat.0", json=body | {"intervals_s": [90] * 5})
    assert changed.status_code == 200, changed.text
    assert rig.store.nodes.get("t1-heat.0").pose == TOWER.presets[0].pose, "to the last bit"
    for change in ({"name": "x"}, {"azimuth_deg": 1.0}, {"is_retired": True}):
        refused = client.put("/api/nodes/t1-heat.0", json=body | change)
        assert (refused.status_code, refused.json()["code"]) == (422, "node_view")
    for path in ("retire", "key"):
        refused = client.post(f"/api/nodes/t1-heat.0/{path}")
        assert (refused.status_code, refused.json()["code"]) == (409, "node_view")


def test_pushes_in_its_name_are_forged(rig: Rig) -> None:
    rig.give()
    pushed = rig.api.client().post(
        "/api/nodes/t1-heat.0/frames",
        content=flir_jpeg(ground()),
        headers={
            "Firewatch-Sequence": "1",
            "Firewatch-Captured-At": rig.clock.now().isoformat(),
            "Firewatch-Signature": "0" * 64,
        },
    )
    assert pushed.json()["code"] == "node_signature"
    rig.api.context.nodes.intake.flush()
    assert len(rig.store.nodes.frames("t1-heat.0")) == 1


def test_heat_in_a_view_is_placed_on_the_relief(rig: Rig) -> None:
    node = view_of(TOWER, 0, rig.api.context.settings.heat)
    assert node is not None
    size_px = (160, 120)
    locator = Locator(drill_relief())
    place, sigma_m = place_in_view(locator, node, node.pose, SPOT, size_px)
    fix = locator.locate(TOWER, node.pose, 80.0, 70.0, *size_px)
    where = fix.clusters[0].position
    apart_m = geodesic(place.lon_deg, place.lat_deg, where.lon_deg, where.lat_deg)[2]
    assert apart_m < fix.clusters[0].r90_m
    assert 20.0 <= sigma_m < 6000.0
    # Without relief: flat ground below a lens whose height is known above it.
    flat, flat_sigma_m = place_in_view(Locator(None), node, node.pose, SPOT, size_px)
    away_m = geodesic(TOWER.position.lon_deg, TOWER.position.lat_deg, flat.lon_deg, flat.lat_deg)[2]
    assert 300.0 < away_m < 1500.0
    assert flat_sigma_m == pytest.approx(away_m / 3.0, rel=0.01)
    # Into the sky, and where nobody knows: anywhere along the ray, or around.
    sky = replace(node.pose or TOWER.presets[0].pose, tilt_deg=20.0)
    _, along_m = place_in_view(locator, node, sky, SPOT, size_px)
    assert along_m == pytest.approx(20_000.0 / 12.0**0.5)
    around, around_m = place_in_view(locator, node, None, SPOT, size_px)
    assert (around.lon_deg, around_m) == (TOWER.position.lon_deg, 10_000.0)
    summit = replace(node, position=Position(-84.3725, 36.2225, 700.0, HeightDatum.SEA_LEVEL))
    _, unknown_m = place_in_view(Locator(None), summit, node.pose, SPOT, size_px)
    assert unknown_m == pytest.approx(20_000.0 / 12.0**0.5), (
        "its height above the ground is unknown"
    )


def test_health_tells_what_became_of_the_frames(rig: Rig) -> None:
    told = rig.api.client().get("/api/health").json()["thermal"]
    assert told == {
        "frames": 0,
        "passed": 0,
        "kept": 0,
        "dropped": 0,
        "unknown": 0,
        "failed_at": None,
    }
