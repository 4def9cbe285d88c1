"""Two and more towers of the drill district that see fires at chosen places."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from api_rig import START, ApiRig
from pyproj import Geod

from geo.camera import pixel_of_ray
from geo.locate import Locator
from models.alert import Alert, AlertDraft, Decision, Finding
from models.detection import Label, ModelReference
from models.fix import Fix, FixOutcome, NoFixReason
from models.frame import FrameMode, Provenance, TimeSource
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

GEOD = Geod(ellps="WGS84")
SIZE = (1920, 1080)


def tower(key: str, lon_deg: float, lat_deg: float, azimuth_deg: float = 0.0) -> Camera:
    pose = Pose(azimuth_deg, -3.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    place = Position(lon_deg, lat_deg, 30.0, HeightDatum.GROUND)
    return Camera(key, f"塔 {key}", CameraKind.TOWER, place, (Preset(0, "视野", pose),))


def fix_of(camera: Camera, fire: tuple[float, float], *, locator: Locator | None = None) -> Fix:
    """What a tower says of a fire; with a locator on its relief, at the fire's own elevation."""
    at = camera.position
    azimuth_deg, _, range_m = GEOD.inv(at.lon_deg, at.lat_deg, *fire)
    azimuth_deg %= 360.0
    if locator is None:
        reason = NoFixReason.NO_TERRAIN
        return Fix(FixOutcome.DIRECTION_ONLY, reason, at, azimuth_deg, 0.1, -1.0)
    assert locator.terrain is not None
    ground_m = float(locator.terrain.height_at(*fire))
    lens_m = float(locator.terrain.height_at(at.lon_deg, at.lat_deg)) + at.height_m
    fall_m = 0.87 * range_m**2 / (2.0 * 6_371_000.0)
    tangent = (ground_m - fall_m - lens_m) / range_m
    pose = Pose(azimuth_deg, -3.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    x_px, y_px = pixel_of_ray(azimuth_deg, math.degrees(math.atan(tangent)), *SIZE, pose)
    return locator.locate(camera, pose, x_px, y_px, *SIZE)


def alert_of(
    api: ApiRig,
    camera: Camera,
    fix: Fix,
    *,
    seen: Sequence[datetime] = (START - timedelta(minutes=4), START),
    provenance: Provenance = Provenance.DRILL,
) -> Alert:
    """An open alert of a camera with that fix, seen from then to then."""
    store = api.context.store
    number = len(store.alerts.newest(1000)) + 1
    draft = AlertDraft(
        idempotency_key=f"{camera.camera_id}/0/{number}",
        camera_id=camera.camera_id,
        preset=0,
        pose=camera.presets[0].pose,
        label=Label.SMOKE,
        score=0.8,
        mode=FrameMode.VISIBLE,
        provenance=provenance,
        captured_at=seen[1],
        received_at=seen[1] + timedelta(hours=5),  # receipt says nothing of when it was seen
        time_source=TimeSource.FILE_NAME,
        first_seen_at=seen[0],
        decision=Decision(
            decided_at=seen[1],
            log_odds=3.0,
            threshold_log_odds=2.0,
            findings=(Finding.PERSISTED,),
            scores=(),
            model=ModelReference("scripted", "1", "0" * 64),
            config_version="0" * 12,
        ),
        fix=fix,
        land=api.context.land_book.index.answer(fix),
    )
    return store.alerts.open_alert(draft, [])[0]
