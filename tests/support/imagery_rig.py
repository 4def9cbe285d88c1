"""Photos of a drone with pixels, and a detector that sees white."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from api_rig import ApiRig
from drone_rig import FLIGHT, app1, exif_block, xmp

from api.imagery.desk import ImageryDesk
from api.imagery.service import shelf_of
from camera_gateway.pictures import encode_jpeg
from geo.terrain import Terrain
from models.detection import Detections
from models.units import ImageBGR

__all__ = ["LENS", "SIZE_PX", "WhiteDetector", "desk_of", "ground_at", "photo"]

SIZE_PX = (1600, 1200)
LENS = (-84.25, 36.30)
FOCAL_PX = 1200.0
_M_PER_DEG = 111_132.0


class WhiteDetector:
    """Calls every white patch smoke, by its pixels."""

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, images: Sequence[ImageBGR], *, floor_score: float) -> list[Detections]:
        assert floor_score <= 0.5
        self.asked += len(images)
        return [_white(image) for image in images]


def _white(image: ImageBGR) -> Detections:
    mask = (image.min(axis=2) > 200).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    boxes = [(x, y, x + w, y + h) for x, y, w, h, area in stats[1:] if area > 100]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(boxes), 0.8, np.float32),
        np.zeros(len(boxes), np.int64),
    )


def picture(*centres: tuple[int, int], size_px: tuple[int, int] = SIZE_PX) -> ImageBGR:
    """Grey, with white patches of 30 pixels."""
    image = np.full((size_px[1], size_px[0], 3), 70, np.uint8)
    for x, y in centres:
        image[y - 15 : y + 15, x - 15 : x + 15] = 255
    return image


def photo(
    image: ImageBGR,
    height_m: float,
    *,
    yaw_deg: float = 40.0,
    pitch_deg: float = -50.0,
    written: str | None = "2026:11:25 10:30:00",
    **facts: str | None,
) -> bytes:
    """A JPEG as a drone of DJI would write it; its height is above sea level."""
    told = FLIGHT | {
        "AbsoluteAltitude": f"{height_m:+.2f}",
        "RelativeAltitude": None,
        "GimbalYawDegree": f"{yaw_deg:+.2f}",
        "GimbalPitchDegree": f"{pitch_deg:+.2f}",
        "GpsLatitude": f"{LENS[1]:.9f}",
        "GpsLongitude": f"{LENS[0]:.9f}",
        "CalibratedFocalLength": f"{FOCAL_PX:.4f}",
        **facts,
    }
    kept = {key: value for key, value in told.items() if value is not None}
    head = {0x010F: "DJI", 0x0110: "FC6310", 0x0131: "v01.2.3"}
    exif = {} if written is None else {0x9003: written, 0x9011: "+08:00"}
    coded = encode_jpeg(image)
    return coded[:2] + app1(exif_block(head, exif, {})) + app1(xmp(kept)) + coded[2:]


def ground_at(
    terrain: Terrain,
    height_m: float,
    pixel: tuple[float, float],
    yaw_deg: float,
    pitch_deg: float,
) -> tuple[float, float]:
    """Where a ray of a pinhole meets the relief: step by step, with rotations by hand."""
    x, y = (pixel[0] - SIZE_PX[0] / 2.0) / FOCAL_PX, (pixel[1] - SIZE_PX[1] / 2.0) / FOCAL_PX
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    ahead = math.cos(pitch) + y * math.sin(pitch)
    up = math.sin(pitch) - y * math.cos(pitch)
    east = ahead * math.sin(yaw) + x * math.cos(yaw)
    north = ahead * math.cos(yaw) - x * math.sin(yaw)
    lon_m = _M_PER_DEG * math.cos(math.radians(LENS[1])) * 1.0017

    def at(far_m: float) -> tuple[float, float]:
        return LENS[0] + far_m * east / lon_m, LENS[1] + far_m * north / 110_970.0

    def is_below(far_m: float) -> bool:
        return bool(height_m + far_m * up <= terrain.height_at(*at(far_m)))

    for step in range(1, 1000):
        if is_below(step * 10.0):
            above, below = (step - 1) * 10.0, step * 10.0
            for _ in range(12):
                middle = (above + below) / 2.0
                above, below = (above, middle) if is_below(middle) else (middle, below)
            return at(below)
    raise AssertionError("the ray meets no ground")


def desk_of(api: ApiRig, detector: WhiteDetector, backlog: int = 0) -> ImageryDesk:
    """The desk of an application."""
    shelf = shelf_of(api.context.settings.data_dir)
    return ImageryDesk(api.context, shelf, detector, lambda: backlog)
