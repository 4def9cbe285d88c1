"""What the drill tower really shows, with its true pose, to be calibrated from a wrong one."""

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

from pyproj import Geod

from api.site import read_site
from camera_gateway.pictures import encode_jpeg
from camera_gateway.scene.view import render_view
from geo.camera import pixel_of_ray
from geo.relief import drill_relief
from models.site import HeightDatum, Pose, Position

__all__ = ["LENS", "SIZE", "TRUE", "WRONG", "drill_jpeg", "masts", "position"]

GEOD = Geod(ellps="WGS84")
_CAMERA = read_site(Path(__file__).resolve().parents[2] / "examples" / "drill").cameras["t3-drill"]
SIZE = 960, 540
TRUE = _CAMERA.presets[0].pose
WRONG = replace(TRUE, azimuth_deg=63.2, tilt_deg=-0.4, azimuth_sigma_deg=0.3, tilt_sigma_deg=0.3)


def position() -> Position:
    """Of the drill tower's lens, above the ground."""
    return _CAMERA.position


def _lens() -> Position:
    place = _CAMERA.position
    ground_m = drill_relief().height_at(place.lon_deg, place.lat_deg)
    return replace(place, height_m=place.height_m + ground_m, height_datum=HeightDatum.SEA_LEVEL)


LENS = _lens()


@cache
def drill_jpeg() -> bytes:
    """A quiet picture of the true pose; some seconds of work, once."""
    return encode_jpeg(render_view(drill_relief(), _CAMERA.position, TRUE, SIZE, 7).image)


def masts(pose: Pose = TRUE, size: tuple[int, int] = SIZE) -> list[dict[str, float]]:
    """Things that a pose shows: where in its picture, and where they stand by another library."""
    made = []
    for across, up, range_m in (
        (-0.42, 0.02, 2500.0),
        (-0.2, -0.05, 1900.0),
        (0.1, 0.03, 7000.0),
        (0.3, -0.02, 4000.0),
        (0.43, 0.04, 6000.0),
    ):
        azimuth_deg = pose.azimuth_deg + across * pose.horizontal_fov_deg
        elevation_deg = pose.tilt_deg + up * pose.horizontal_fov_deg
        lon_deg, lat_deg, _ = GEOD.fwd(LENS.lon_deg, LENS.lat_deg, azimuth_deg, range_m)
        drop_m = range_m**2 * 0.87 / 2.0 / 6_371_000.0
        height_m = LENS.height_m + range_m * math.tan(math.radians(elevation_deg)) + drop_m
        x_px, y_px = pixel_of_ray(azimuth_deg, elevation_deg, *size, pose)
        made.append(
            {"x_px": x_px, "y_px": y_px, "lon": lon_deg, "lat": lat_deg, "height_m": height_m}
        )
    return made
