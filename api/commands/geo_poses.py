"""``firewatch geo poses``: when each preset was calibrated and checked, and how far it is off."""

from contextlib import closing
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import typer

from api.commands.terminal import speakable
from api.commands.user import SettingsFile, open_store
from models.calibration import Calibration, CheckOutcome, PoseCheck, UnknownWhy
from models.config import load_settings
from models.pose_state import ENOUGH_CHECKS, PoseState, state_of
from models.site import Camera, Preset
from models.store import Store

__all__ = ["described", "poses"]

_WHY = {
    UnknownWhy.NO_PICTURES: "no pictures by daylight",
    UnknownWhy.UNCLEAR: "the pictures do not show what the reference shows",
    UnknownWhy.OTHER_SHAPE: "the pictures are cut otherwise than the reference",
}


def poses(settings_file: SettingsFile = None) -> None:
    """Of every preset: when it was calibrated, when it was checked, and how far it is off."""
    zone = ZoneInfo(load_settings(settings_file).time_zone)
    with closing(open_store(settings_file)) as store:
        for line in described(store, datetime.now(UTC), zone):
            typer.echo(speakable(line))


def described(store: Store, now: datetime, zone: ZoneInfo) -> list[str]:
    """A line for each preset of each camera.

    Args:
        store: of the installation.
        now: UTC.
        zone: of the times in the lines.
    """
    references = store.pose_checks.references()
    calibrations = store.calibrations.latest()
    lines = []
    for camera in sorted(store.cameras.all(), key=lambda one: one.camera_id):
        for preset in camera.presets:
            key = camera.camera_id, preset.number
            checks = store.pose_checks.of(*key, ENOUGH_CHECKS)
            state = state_of(preset.pose, references.get(key), checks)
            head = _head(camera, preset, calibrations.get(key), zone)
            lines.append("; ".join([head, *_told(state, now, zone)]))
    return lines or ["There are no presets."]


def _head(camera: Camera, preset: Preset, calibration: Calibration | None, zone: ZoneInfo) -> str:
    found = "never calibrated"
    if calibration is not None:
        found = f"calibrated {_time(calibration.at, zone)} by {calibration.method}"
    return f"{camera.camera_id} preset {preset.number} ({preset.name}): {found}"


def _told(state: PoseState, now: datetime, zone: ZoneInfo) -> list[str]:
    latest = state.latest
    if state.reference is None:
        return ["no reference picture yet"]
    if latest is None:
        parts = [f"reference of {_time(state.reference.captured_at, zone)}, not checked yet"]
    elif latest.outcome is CheckOutcome.UNKNOWN:
        why = "" if latest.why is None else _WHY[latest.why]
        parts = [f"checked {_time(latest.at, zone)}: unknown, {why}"]
    else:
        parts = [f"checked {_time(latest.at, zone)}: {latest.outcome}, {_offsets(latest)}"]
    if state.drift is not None:
        parts.append(f"DRIFTED {_offsets(state.drift)}: calibrate it again")
    if state.known_at is not None and state.is_unchecked(now):
        parts.append(f"NOT CHECKED SINCE {_time(state.known_at, zone)}")
    return parts


def _offsets(check: PoseCheck) -> str:
    zoom = f", zoom {100.0 * check.zoom_off:+.1f} %" if abs(check.zoom_off) >= 0.001 else ""
    return (
        f"azimuth {check.azimuth_off_deg:+.3f} tilt {check.tilt_off_deg:+.3f}"
        f" roll {check.roll_off_deg:+.3f} deg{zoom} (sigma {check.sigma_deg:.3f})"
    )


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
