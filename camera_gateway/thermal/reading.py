"""One picture of heat, read.

What comes is JPEG (grey, painted, or with FLIR's own readings inside), PNG or TIFF of 8 or 16 bits,
TIFF of floating point; how whole numbers are to be read, its sender declares. A picture without
temperatures has levels, and is never given any: the camera's gain sets them anew for each frame.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from camera_gateway.pictures import decode_numbers
from camera_gateway.thermal.flir import celsius_of, flir_file
from camera_gateway.thermal.palettes import is_grey, levels_of_colours
from models.errors import InputRefused
from models.thermal import HeatLevels, ThermalEncoding, ThermalImage, ThermalScale

__all__ = ["MOST_PX", "read_thermal"]

MOST_PX: Final = 4_000_000
"""Sensors have 1,280 x 1,024 at most today."""
MOST_DEAD: Final = 0.1
COLDEST_C, HOTTEST_C = -100.0, 3000.0
MIDDLE_C: Final = (-60.0, 150.0)
"""Half of what a camera sees outdoors lies within; else its numbers were declared wrongly."""
_FULL: Final = (255.0, 4095.0, 16383.0, 65535.0)
"""The highest numbers of 8, 12, 14 and 16 bits."""


def read_thermal(
    data: bytes, name: str, encoding: ThermalEncoding = ThermalEncoding.AS_TOLD
) -> ThermalImage:
    """Read a picture of heat.

    Args:
        data: the file.
        name: of the frame, for the message.
        encoding: how its sender declares its numbers.

    Raises:
        InputRefused: ``thermal_damaged``, it cannot be read; ``thermal_large``, it has more than
            four million pixels; ``thermal_scale``, its numbers make no temperatures by what was
            declared; ``thermal_dead``, a tenth of its pixels has no reading.
    """
    try:
        flir = flir_file(data) if data.startswith(b"\xff\xd8") else b""
        if flir and encoding is ThermalEncoding.AS_TOLD:
            levels = celsius_of(flir, most_px=MOST_PX)
            return _plausible(ThermalImage(levels, ThermalScale.CELSIUS), name)
        numbers = decode_numbers(data, most_px=MOST_PX)
    except ValueError as error:
        raise InputRefused(
            f"The thermal picture of {name} cannot be read: {error}.",
            remedy="Send JPEG, PNG or TIFF, whole, of at most four million pixels.",
            code="thermal_damaged",
        ) from error
    return _plausible(_image(numbers, name, encoding), name)


def _image(numbers: NDArray[Any], name: str, encoding: ThermalEncoding) -> ThermalImage:
    is_float = np.issubdtype(numbers.dtype, np.floating)
    levels = _whole(_one_channel(numbers), name)
    linear = encoding.step_and_zero_c
    if linear is None and is_float and encoding is ThermalEncoding.AS_TOLD:
        return ThermalImage(levels, ThermalScale.CELSIUS)
    highest = float(levels.max())
    top = highest if not is_float and highest in _FULL else None
    if linear is None:
        turned = -levels if encoding is ThermalEncoding.BLACK_HOT else levels
        # The darkest of a picture with black for hot may be hotter than it tells, too.
        if encoding is ThermalEncoding.BLACK_HOT:
            top = 0.0 if not is_float and float(levels.min()) == 0.0 else None
        return ThermalImage(turned, ThermalScale.RELATIVE, top)
    if numbers.dtype == np.uint8:
        raise _scale(name, f"numbers of 8 bits are no {encoding}")
    step_c, zero_c = linear
    celsius = levels.astype(np.float64) * step_c + zero_c
    hottest = None if top is None else top * step_c + zero_c
    return ThermalImage(celsius.astype(np.float32), ThermalScale.CELSIUS, hottest)


def _one_channel(numbers: NDArray[Any]) -> NDArray[Any]:
    if numbers.ndim == 2:
        return numbers
    colours = numbers[:, :, :3]
    if colours.shape[2] < 3 or colours.dtype != np.uint8:
        return colours[:, :, 0]
    return colours[:, :, 1] if is_grey(colours) else levels_of_colours(colours)


def _whole(numbers: NDArray[Any], name: str) -> HeatLevels:
    """Pixels without a reading take the frame's middle: they are neither hot nor cold."""
    levels = numbers.astype(np.float32)
    dead = ~np.isfinite(levels)
    if dead.mean() >= MOST_DEAD:
        raise InputRefused(
            f"A tenth of the thermal picture of {name} has no reading.",
            remedy="Look at the sensor: its pixels are dead, or its line is disturbed.",
            code="thermal_dead",
        )
    if dead.any():
        levels[dead] = np.median(levels[~dead])
    return levels


def _plausible(image: ThermalImage, name: str) -> ThermalImage:
    if image.scale is ThermalScale.RELATIVE:
        return image
    levels = image.levels
    low, middle, high = float(levels.min()), float(np.median(levels)), float(levels.max())
    if low < COLDEST_C or high > HOTTEST_C or not MIDDLE_C[0] <= middle <= MIDDLE_C[1]:
        raise _scale(name, f"they say {low:.0f} to {high:.0f} °C, {middle:.0f} °C in the middle")
    return image


def _scale(name: str, why: str) -> InputRefused:
    return InputRefused(
        f"The numbers of the thermal picture of {name} make no temperatures: {why}.",
        remedy="Declare how they are to be read as the device's manual says, or as levels.",
        code="thermal_scale",
    )
