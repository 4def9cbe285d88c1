"""How wide a drone's picture is.

The surest is what somebody states. Then the focal length in pixels that the maker measured for
this very camera; then the width of the sensor of a known model and the focal length in the file;
then the equivalent focal length, which speaks of the diagonal of a picture of unknown crop and is
good to some per cent. A thermal camera bears the model name of the aircraft that carries it, with a
lens of its own: it is known by its table alone.
"""

import math
from dataclasses import dataclass
from typing import Final

from models.errors import InputRefused

__all__ = ["Optics", "field_of_view"]

STATED_SHARE: Final = 0.005
MEASURED_SHARE: Final = 0.01
TABLE_SHARE: Final = 0.03  # thermal lenses bend by as much
EQUIVALENT_SHARE: Final = 0.05
FULL_FRAME_DIAGONAL_MM: Final = 43.267

# Width of the light-sensitive part in mm: pixels across times their pitch. Sources: data sheets of
# the makers (Zenmuse XT, XT2 and XT S: 640 x 512 of 17 um; H20T, H20N, M30T, M3T: 640 x 512 of
# 12 um); visible: 1/2.3 inch 6.17, 1/2 inch 6.4, 1 inch 13.2, 4/3 inch 17.3.
_INFRARED_MM: Final = {
    "FLIR": 10.88,
    "XT S": 10.88,
    "ZH20T": 7.68,
    "ZH20N": 7.68,
    "M30T": 7.68,
    "M3T": 7.68,
    "M3TD": 7.68,
}
_VISIBLE_MM: Final = {
    "FC300S": 6.17,
    "FC300X": 6.17,
    "FC330": 6.17,
    "FC220": 6.17,
    "FC6310": 13.2,
    "FC6310R": 13.2,
    "FC6310S": 13.2,
    "L1D-20C": 13.2,
    "L2D-20C": 17.3,
    "M30T": 6.4,  # both of its visible cameras
    "M3T": 6.4,
}
_ALWAYS_INFRARED: Final = frozenset({"FLIR", "XT S"})


@dataclass(frozen=True, slots=True)
class Optics:
    """What a picture tells of its camera.

    Attributes:
        model: of the camera, as in the file.
        infrared: whether it is thermal; None when it does not say.
        width_px: of the picture.
        height_px: of the picture.
        sensor_px: width and height that the camera wrote; None when not told.
        focal_mm: of the lens.
        equivalent_mm: to 35 mm film, by the diagonal.
        digital_zoom: 1 for none.
        focal_px: focal length that the maker measured, in pixels of the picture that was taken.
    """

    model: str
    infrared: bool | None
    width_px: int
    height_px: int
    sensor_px: tuple[int, int] | None = None
    focal_mm: float | None = None
    equivalent_mm: float | None = None
    digital_zoom: float = 1.0
    focal_px: float | None = None


def field_of_view(optics: Optics, stated_deg: float | None = None) -> tuple[float, float]:
    """Full horizontal field of view, and how far off it may be.

    Args:
        optics: of the picture.
        stated_deg: by a person, who knows.

    Returns:
        Degrees, (0, 180), and the standard deviation as a share of the focal length.

    Raises:
        InputRefused: it cannot be known (``drone_lens``), or the picture was cut or stretched after
            it was taken (``drone_cropped``).
    """
    if stated_deg is not None:
        if not 0.5 <= stated_deg <= 150.0:
            raise InputRefused(
                f"A field of view of {stated_deg} degrees is not possible.",
                remedy="Give the full horizontal angle in degrees.",
                code="drone_lens",
            )
        return stated_deg, STATED_SHARE
    _check_crop(optics)
    if optics.focal_px is not None:
        taken_px = optics.width_px if optics.sensor_px is None else optics.sensor_px[0]
        return _angle(taken_px, optics.focal_px), MEASURED_SHARE
    infrared = optics.infrared or optics.model in _ALWAYS_INFRARED
    width_mm = (_INFRARED_MM if infrared else _VISIBLE_MM).get(optics.model)
    if optics.infrared is None and optics.model in _INFRARED_MM.keys() & _VISIBLE_MM.keys():
        width_mm = None  # one name, two cameras
    if width_mm is not None and optics.focal_mm is not None:
        return _angle(width_mm, optics.focal_mm * optics.digital_zoom), TABLE_SHARE
    if infrared or optics.infrared is None or optics.equivalent_mm is None:
        what = "thermal camera" if infrared else "camera"
        raise InputRefused(
            f"The lens of the {what} {optics.model or 'without a name'} is not known.",
            remedy="State its horizontal field of view in degrees (--fov).",
            code="drone_lens",
        )
    if optics.digital_zoom != 1.0:
        raise InputRefused(
            f"The picture is zoomed {optics.digital_zoom:g} times by computation, which not every "
            "equivalent focal length counts in.",
            remedy="State its horizontal field of view in degrees (--fov).",
            code="drone_lens",
        )
    # A wide picture is a 4:3 one without its upper and lower edge, and the equivalent is of that.
    across, down = optics.width_px, optics.height_px
    diagonal_px = math.hypot(across, max(down, across * 3.0 / 4.0 if across > down * 1.6 else down))
    focal_px = optics.equivalent_mm * diagonal_px / FULL_FRAME_DIAGONAL_MM
    return _angle(across, focal_px), EQUIVALENT_SHARE


def _angle(width: float, focal: float) -> float:
    return math.degrees(2.0 * math.atan(width / 2.0 / focal))


def _check_crop(optics: Optics) -> None:
    if optics.sensor_px is None:
        return
    across, down = optics.sensor_px
    if abs(optics.width_px * down - optics.height_px * across) > 0.01 * optics.width_px * down:
        raise InputRefused(
            f"The picture has {optics.width_px} x {optics.height_px} pixels and its camera took "
            f"{across} x {down}: it was cut or stretched.",
            remedy="Take the original file, or state the horizontal field of view (--fov).",
            code="drone_cropped",
        )
