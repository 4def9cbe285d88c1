"""What a camera that is flown along a line sees of level ground, and how far apart lines may be.

A pinhole looks ahead and down. A row of its picture is a straight stretch of ground across the
line; the farther ahead it lies, the wider it is, and the farther from the camera. Where pictures
count only up to a slant range, a row is cut by that sphere, so one row is the widest: a line sees
the ground to both sides as far as that row reaches.

Source: pinhole projection of a plane; nothing of it is approximate.
"""

import math
from dataclasses import dataclass

from drone_jobs.size_recall import NETWORK_PX, smallest_side_px
from models.errors import InputRefused
from models.mission import Camera

__all__ = ["Swath", "line_count", "reach_of", "spacing_for", "swath_of"]

_LAST_DIGITS = 1e-9


@dataclass(frozen=True, slots=True)
class Swath:
    """Level ground that is seen from a line.

    Attributes:
        left_m: how far to the left, >= 0.
        right_m: how far to the right, >= 0.
        near_m: where rows of full width begin, ahead of the aircraft; negative is behind it.
        far_m: where they end, >= ``near_m``.
    """

    left_m: float
    right_m: float
    near_m: float
    far_m: float

    @property
    def width_m(self) -> float:
        """From the left to the right."""
        return self.left_m + self.right_m


def swath_of(
    camera: Camera, height_m: float, gimbal_pitch_deg: float, reach_m: float | None
) -> Swath:
    """The swath from a height.

    Args:
        camera: its width lies across the line.
        height_m: above level ground, > 0.
        gimbal_pitch_deg: of the optical axis, -90 straight down to 0 level.
        reach_m: slant range to which pictures count, > 0; None for the whole picture.

    Returns:
        Straight down all rows that lie within reach at full width; otherwise the widest row alone,
        ``near_m == far_m``.

    Raises:
        InputRefused: a picture that shows no ground within reach, or ground up to the horizon
            without a reach (``sweep_swath``).
    """
    if not (height_m > 0.0 and math.isfinite(height_m) and -90.0 <= gimbal_pitch_deg <= 0.0):
        raise _refused(
            f"From {height_m:g} m at a gimbal pitch of {gimbal_pitch_deg:g} degrees no ground is "
            "seen.",
            "Fly above the ground and look down: -90 to 0 degrees.",
        )
    down = math.radians(-gimbal_pitch_deg)
    sine, cosine = math.sin(down), math.cos(down) if gimbal_pitch_deg > -90.0 else 0.0
    across = math.tan(math.radians(camera.horizontal_fov_deg / 2.0))
    upright = math.tan(math.radians(camera.vertical_fov_deg / 2.0))
    reach2_m2 = math.inf if reach_m is None else reach_m**2 - height_m**2
    if reach2_m2 <= 0.0:
        raise _refused(
            f"Pictures count up to {reach_m:.0f} m, and the ground is {height_m:g} m below.",
            f"Fly lower than {reach_m:.0f} m, look for larger plumes, or ask for less recall.",
        )
    flat_m = math.sqrt(reach2_m2)
    # A ray whose tangent above the axis is t meets ground h (cos + t sin) / (sin - t cos) ahead.
    nearest_m = height_m * (cosine - upright * sine) / (sine + upright * cosine)
    is_open = sine - upright * cosine <= _LAST_DIGITS
    farthest_m = (
        math.inf if is_open else height_m * (cosine + upright * sine) / (sine - upright * cosine)
    )
    if math.isinf(min(farthest_m, flat_m)):
        raise _refused(
            f"At a gimbal pitch of {gimbal_pitch_deg:g} degrees the picture reaches the horizon.",
            "Say how small a plume must be found, or look down more steeply.",
        )
    if nearest_m >= flat_m:
        raise _refused(
            f"The nearest ground in the picture is {math.hypot(nearest_m, height_m):.0f} m away, "
            f"and pictures count up to {reach_m:.0f} m.",
            "Look down more steeply, fly lower, or look for larger plumes.",
        )
    if cosine == 0.0:
        half_m = min(height_m * across, flat_m)
        rows_m = min(farthest_m, math.sqrt(max(flat_m**2 - half_m**2, 0.0)))
        return Swath(half_m, half_m, -rows_m, rows_m)
    row_m = _widest_row_m(across * cosine, across * height_m * sine, flat_m)
    row_m = min(max(row_m, nearest_m), farthest_m)
    half_m = min(
        across * (row_m * cosine + height_m * sine), math.sqrt(max(flat_m**2 - row_m**2, 0.0))
    )
    return Swath(half_m, half_m, row_m, row_m)


def _widest_row_m(slope: float, half_below_m: float, flat_m: float) -> float:
    """Where the widening picture leaves the circle of the reach.

    Rows are ``slope * y + half_below_m`` wide to a side and the circle ``sqrt(flat^2 - y^2)``.
    """
    if math.isinf(flat_m):
        return math.inf
    square = 1.0 + slope**2
    inside = square * flat_m**2 - half_below_m**2
    if inside <= 0.0:  # the picture is wider than the circle everywhere: its middle is the widest
        return 0.0
    return max(0.0, (math.sqrt(inside) - slope * half_below_m) / square)


def reach_of(camera: Camera, plume_m: float, recall: float) -> float:
    """Slant range to which the detector finds plumes of a size.

    It sees the picture shrunk to :data:`drone_jobs.size_recall.NETWORK_PX` pixels along its longer
    side. Off the middle of a picture things appear larger than reckoned here, never smaller.

    Args:
        camera: that takes the pictures.
        plume_m: side of the plume, > 0.
        recall: of plumes of that size, (0, 1).

    Raises:
        InputRefused: a plume without a size (``sweep_swath``), or a recall that the detector does
            not have (see :func:`drone_jobs.size_recall.smallest_side_px`).
    """
    if not (math.isfinite(plume_m) and plume_m > 0.0):
        raise _refused(f"A plume of {plume_m:g} m is none.", "Give its side in metres.")
    focal_px = camera.width_px / 2.0 / math.tan(math.radians(camera.horizontal_fov_deg / 2.0))
    shrunk = NETWORK_PX / max(camera.width_px, camera.height_px)
    return focal_px * shrunk * plume_m / smallest_side_px(recall)


def line_count(width_m: float, swath_m: float, spacing_m: float) -> int:
    """Fewest lines no farther apart than ``spacing_m`` whose swaths span a width."""
    return max(1, math.ceil((width_m - swath_m) / spacing_m - _LAST_DIGITS) + 1)


def spacing_for(width_m: float, swath: Swath, side_overlap: float) -> float:
    """Distance between the fewest lines that span a width, spread evenly.

    What is seen beyond the wished overlap is shared out: each line may leave its place by the same
    distance to either side, and neither an edge nor an overlap is lost.

    Args:
        width_m: to be seen, >= 0.
        swath: of a line, of some width.
        side_overlap: least share of a swath that neighbours both see, [0, 1).

    Returns:
        Metres, > 0; for a single line the distance at which a second one would fly.
    """
    most_m = swath.width_m * (1.0 - side_overlap)
    count = line_count(width_m, swath.width_m, most_m)
    return most_m if count == 1 else (width_m - side_overlap * swath.width_m) / count


def _refused(message: str, remedy: str) -> InputRefused:
    return InputRefused(message, remedy=remedy, code="sweep_swath")
