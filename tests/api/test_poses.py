"""A drifted preset is told by health, in the camera list and on the command line; fixes widen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from api_rig import ApiRig
from command_line import run_firewatch
from detector_rig import CAMERA, Rig, ScriptedScorer, smoke
from detector_rig import START as SEEN_AT
from shapely import Polygon

from api.commands.geo_poses import described
from camera_gateway.ring import FrameRing
from camera_gateway.vault import EvidenceVault
from detector.desk import AlertDesk
from detector.keeper import EvidenceKeeper
from detector.pipeline import Pipeline
from geo.land import LandBook
from geo.locate import Locator
from geo.relief import drill_relief
from models.calibration import (
    Calibration,
    CalibrationMethod,
    CheckOutcome,
    PoseCheck,
    PoseReference,
    UnknownWhy,
)
from models.clock import ManualClock
from models.config import Settings
from models.pose_state import PoseState, state_of
from models.site import Camera, Pose, Preset
from models.store import Store
from models.user import Role

DAY = timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def camera(api: ApiRig) -> Camera:
    return api.context.store.cameras.all()[0]


def reference_of(api: ApiRig, camera: Camera, preset: Preset) -> PoseReference:
    now, key = api.clock.now(), (camera.camera_id, preset.number)
    return PoseReference(*key, preset.pose, now, 1920, 1080, "a.jpg", calibrated=True)


def check_of(reference: PoseReference, outcome: CheckOutcome, days: int) -> PoseCheck:
    why = UnknownWhy.UNCLEAR if outcome is CheckOutcome.UNKNOWN else None
    return PoseCheck(
        reference.camera_id,
        reference.preset,
        reference.captured_at + days * DAY,
        outcome,
        7,
        *((0.0,) * 4 if why else (0.123, -0.061, 0.2, 0.011)),
        reference=reference.file,
        zoom_off=0.0 if why else -0.004,
        why=why,
    )


def believe(api: ApiRig, reference: PoseReference, *outcomes: CheckOutcome) -> PoseState:
    """Checks of one day each, as the watch would write them down."""
    api.context.store.pose_checks.put_reference(reference)
    for day, outcome in enumerate(outcomes):
        api.context.store.pose_checks.add(check_of(reference, outcome, day + 1))
    key = reference.camera_id, reference.preset
    checks = api.context.store.pose_checks.of(*key, 20)
    state = state_of(reference.pose, reference, checks)
    api.context.poses.put(*key, state)
    return state


def test_a_drifted_preset_degrades_health_and_is_named(api: ApiRig, camera: Camera) -> None:
    preset = camera.presets[0]
    believe(api, reference_of(api, camera, preset), CheckOutcome.STEADY)
    assert api.client().get("/api/health").json()["poses"] == []
    believe(api, reference_of(api, camera, preset), *[CheckOutcome.DRIFTED] * 2)
    health = api.client().get("/api/health").json()
    assert health["status"] == "degraded"
    (told,) = health["poses"]
    assert told["camera_id"] == camera.camera_id
    assert (told["preset"], told["kind"]) == (preset.number, "drifted")
    assert (told["azimuth_off_deg"], told["tilt_off_deg"]) == (0.123, -0.061)
    assert (told["roll_off_deg"], told["zoom_off"], told["sigma_deg"]) == (0.2, -0.004, 0.011)
    listed = api.client(Role.VIEWER).get("/api/cameras").json()
    poses = {one["camera_id"]: one["poses"] for one in listed}
    assert poses.pop(camera.camera_id) == [told]
    assert not any(poses.values())


def test_a_preset_that_could_not_be_checked_for_a_week_is_told(api: ApiRig, camera: Camera) -> None:
    preset = camera.presets[0]
    reference = reference_of(api, camera, preset)
    believe(api, reference, CheckOutcome.STEADY, *[CheckOutcome.UNKNOWN] * 3)
    api.clock.advance(7 * 86400.0)
    assert api.client().get("/api/health").json()["poses"] == []
    api.clock.advance(86400.0)
    health = api.client().get("/api/health").json()
    (told,) = health["poses"]
    assert (told["kind"], told["why"]) == ("unchecked", "unclear")
    assert told["at"].startswith((reference.captured_at + DAY).isoformat()[:19])
    assert health["status"] == "ok"  # what was known last still holds, as far as anybody knows


def test_a_pose_that_was_edited_is_no_longer_told_of(api: ApiRig, camera: Camera) -> None:
    preset = camera.presets[0]
    believe(api, reference_of(api, camera, preset), *[CheckOutcome.DRIFTED] * 2)
    turned = replace(preset, pose=replace(preset.pose, tilt_deg=preset.pose.tilt_deg - 0.061))
    api.context.store.cameras.put(replace(camera, presets=(turned, *camera.presets[1:])))
    assert api.client().get("/api/health").json()["poses"] == []


def test_the_command_line_lists_every_preset(api: ApiRig, camera: Camera) -> None:
    store, preset = api.context.store, camera.presets[0]

    def lines(days: int = 0) -> str:
        return "\n".join(described(store, api.clock.now() + days * DAY, SHANGHAI))

    everyone = [one for each in store.cameras.all() for one in each.presets]
    assert lines().count("never calibrated; no reference picture yet") == len(everyone)
    reference = reference_of(api, camera, preset)
    believe(api, reference)
    assert "not checked yet" in lines()
    believe(api, reference, CheckOutcome.STEADY)
    assert "steady, azimuth +0.123 tilt -0.061 roll +0.200 deg, zoom -0.4 %" in lines()
    believe(api, reference, CheckOutcome.DRIFTED, CheckOutcome.DRIFTED, CheckOutcome.UNKNOWN)
    assert "unknown, the pictures do not show what the reference shows" in lines()
    assert "DRIFTED azimuth +0.123" in lines()
    assert "NOT CHECKED SINCE" not in lines()
    assert "NOT CHECKED SINCE" in lines(days=10)
    store.calibrations.put_in_force(
        Calibration(
            0, camera.camera_id, preset.number, CalibrationMethod.SKYLINE, "wang",
            api.clock.now(), api.clock.now(), camera.position, preset.pose,
            replace(preset.pose, azimuth_deg=1.0), 1920, 1080, 1.2, 300,
        )
    )  # fmt: skip
    assert "by skyline; no reference picture yet" in lines()


def test_it_is_typed_as_firewatch_geo_poses(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FIREWATCH_DATA_DIR", str(tmp_path / "data"))
    table = tmp_path / "cameras.csv"
    table.write_text(
        "编号,名称,经度,纬度,高程,协议,地址\ngn-1,古南,106.65,28.85,812.5,rtsp,rtsp://10.0.0.5/1\n"
    )
    assert run_firewatch(monkeypatch, "camera", "import", table) == 0
    capsys.readouterr()
    assert run_firewatch(monkeypatch, "geo", "poses") == 0
    assert capsys.readouterr().out.strip() == "There are no presets."


def test_an_installation_without_presets_says_so(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'empty.db'}", clock=ManualClock(SEEN_AT))
    assert described(store, SEEN_AT, SHANGHAI) == ["There are no presets."]
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'firewatch.db'}", clock=ManualClock(SEEN_AT))
    opened.cameras.put(CAMERA)
    yield opened
    opened.close()


def located(store: Store, folder: Path, *, doubt_deg: float) -> tuple[Pose | None, float]:
    """Pose and ground of an alert of a camera whose pose is so much in doubt, square degrees."""

    def believed(_camera_id: str, _preset: int, pose: Pose) -> Pose:
        return replace(pose, azimuth_sigma_deg=pose.azimuth_sigma_deg + doubt_deg)

    settings, clock = Settings(), ManualClock(SEEN_AT)
    ring, vault = FrameRing(2**24, 48), EvidenceVault(folder / "evidence")
    desk = AlertDesk(
        store=store,
        keeper=EvidenceKeeper(vault, ring),
        cameras={CAMERA.camera_id: CAMERA},
        locator=Locator(drill_relief()),
        land=LandBook(),
        settings=settings,
        clock=clock,
        believed=believed,
    )
    scorer = ScriptedScorer()
    rig = Rig(Pipeline(scorer, desk, settings.evidence, clock), scorer, store, vault, ring, clock)
    for number in range(6):
        rig.see(60.0 * number, smoke(0.9, 60.0 + 20.0 * number))
    (alert,) = store.alerts.newest(9)
    clusters = alert.draft.fix.clusters
    return alert.draft.pose, sum(Polygon(one.outline_lonlat).area for one in clusters)


def test_an_alert_of_a_drifted_preset_has_a_wider_region(store: Store, tmp_path: Path) -> None:
    pose, sure = located(store, tmp_path / "a", doubt_deg=0.0)
    other = Store.open(f"sqlite:///{tmp_path / 'other.db'}", clock=ManualClock(SEEN_AT))
    other.cameras.put(CAMERA)
    doubtful, wide = located(other, tmp_path / "b", doubt_deg=3.0)
    other.close()
    assert pose == CAMERA.presets[0].pose
    assert doubtful is not None
    assert doubtful.azimuth_sigma_deg == pytest.approx(3.1)
    assert wide > 1.5 * sure
