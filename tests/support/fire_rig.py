"""Fires with evidence of chosen towers and tellers, built as values; nothing is stored."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pyproj import Geod

from geo.camera import pixel_of_ray
from geo.locate import Locator
from geo.terrain import Terrain
from models.alert import Alert, AlertDraft, Decision, Finding, FrameScore
from models.crossing import Bearing, Report, Witness
from models.detection import Box, Label, ModelReference
from models.fix import Fix, FixOutcome, NoFixReason
from models.frame import FrameMode, Provenance, TimeSource
from models.incident import Incident, IncidentState
from models.land import LandAnswer
from models.observation import Observation, ObservationDraft, ObservationSource
from models.site import Camera, CameraKind, HeightDatum, Pose, Position, Preset

GEOD = Geod(ellps="WGS84")
SIZE = (1920, 1080)
NOON = datetime(2026, 4, 5, 4, 0, tzinfo=UTC)


def eye(
    key: str, lon_deg: float, lat_deg: float = 29.0, kind: CameraKind = CameraKind.TOWER
) -> Camera:
    """A camera that looks north in its only preset, 30 m above the ground."""
    pose = Pose(0.0, -3.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    at = Position(lon_deg, lat_deg, 30.0, HeightDatum.GROUND)
    return Camera(key, key, kind, at, (Preset(0, "0", pose),))


def gone(camera: Camera, azimuth_deg: float, range_m: float) -> tuple[float, float]:
    """The place that far from a camera."""
    at = camera.position
    lon_deg, lat_deg, _ = GEOD.fwd(at.lon_deg, at.lat_deg, azimuth_deg, range_m)
    return lon_deg, lat_deg


def looks(camera: Camera, fire: tuple[float, float], off_deg: float = 0.0) -> Fix:
    """A direction towards a fire, without relief."""
    at = camera.position
    azimuth_deg, _, _ = GEOD.inv(at.lon_deg, at.lat_deg, *fire)
    azimuth_deg = (azimuth_deg + off_deg) % 360.0
    return Fix(FixOutcome.DIRECTION_ONLY, NoFixReason.NO_TERRAIN, at, azimuth_deg, 0.1, -1.0)


def stands(camera: Camera, fire: tuple[float, float], terrain: Terrain) -> Fix:
    """The fix of a fire on relief, at its own elevation."""
    at = camera.position
    azimuth_deg, _, range_m = GEOD.inv(at.lon_deg, at.lat_deg, *fire)
    ground_m = float(terrain.height_at(*fire))
    lens_m = float(terrain.height_at(at.lon_deg, at.lat_deg)) + at.height_m
    fall_m = 0.87 * range_m**2 / (2.0 * 6_371_000.0)
    pose = Pose(azimuth_deg % 360.0, -3.0, 0.0, 60.0, 0.0, 0.1, 0.1)
    elevation_deg = math.degrees(math.atan((ground_m - fall_m - lens_m) / range_m))
    x_px, y_px = pixel_of_ray(pose.azimuth_deg, elevation_deg, *SIZE, pose)
    return Locator(terrain).locate(camera, pose, x_px, y_px, *SIZE)


def draft_of(camera: Camera, fix: Fix, *, at: datetime = NOON, **changes: object) -> AlertDraft:
    """What a camera hands in, seen for four minutes until then."""
    box = Box(Label.SMOKE, 0.8, 900.0, 500.0, 960.0, 540.0)
    draft = AlertDraft(
        idempotency_key=f"{camera.camera_id}/{at.isoformat()}",
        camera_id=camera.camera_id,
        preset=0,
        pose=camera.presets[0].pose,
        label=Label.SMOKE,
        score=0.8,
        mode=FrameMode.VISIBLE,
        provenance=Provenance.LIVE,
        captured_at=at,
        received_at=at,
        time_source=TimeSource.RECEIPT,
        first_seen_at=at - timedelta(minutes=4),
        decision=Decision(
            decided_at=at,
            log_odds=3.0,
            threshold_log_odds=2.0,
            findings=(Finding.PERSISTED,),
            scores=(FrameScore(1, at, 0.8, box),),
            model=ModelReference("scripted", "1", "0" * 64),
            config_version="0" * 12,
        ),
        fix=fix,
        land=LandAnswer(),
    )
    return replace(draft, **changes)  # type: ignore[arg-type]


def alert_of(number: int, camera: Camera, fix: Fix, *, at: datetime = NOON) -> Alert:
    """An alert of an open fire."""
    draft = draft_of(camera, fix, at=at)
    return Alert(number, draft, 1, IncidentState.OPEN, at, at, (), "", ())


def told_of(number: int, witness: Witness, *, at: datetime = NOON) -> Observation:
    """What somebody told."""
    draft = ObservationDraft(ObservationSource.CALL, witness, at)
    return Observation(number, draft, "zhang", at, incident_id=1)


def place_told(fire: tuple[float, float], sigma_m: float = 200.0) -> Report:
    return Report(Position(*fire, 0.0, HeightDatum.GROUND), sigma_m)


def way_told(camera: Camera, bearing_deg: float, sigma_deg: float = 2.0) -> Bearing:
    return Bearing(camera.position, bearing_deg, sigma_deg)


def fire_of(*evidence: Alert | Observation) -> Incident:
    """An open fire of that evidence."""
    return Incident(
        incident_id=1,
        state=IncidentState.OPEN,
        is_drill=False,
        opened_at=NOON,
        first_seen_at=NOON - timedelta(minutes=4),
        last_seen_at=NOON,
        changed_at=NOON,
        version=1,
        merged_into=None,
        proposal=None,
        urgency=None,
        alerts=tuple(one for one in evidence if isinstance(one, Alert)),
        observations=tuple(one for one in evidence if isinstance(one, Observation)),
        entries=(),
    )
