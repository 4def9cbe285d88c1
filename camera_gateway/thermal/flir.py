"""FLIR's own file within a JPEG: the sensor's raw numbers, and the temperatures that they mean.

Sources: the file as ExifTool documents it (FFF, records 1 and 32); the radiometric chain of
Minkina and Dudzik, Infrared Thermography (2009), chapter 2: what reaches the sensor is the object's
radiance through window and air, with what the object reflects and what window and air emit.
"""

import math
import struct
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np

from camera_gateway.pictures import decode_numbers
from models.thermal import HeatLevels

__all__ = ["celsius_of", "flir_file", "raw_size"]

_SEGMENT: Final = b"FLIR\x00"
_LARGEST: Final = 64 * 2**20
_RAW: Final = 1
_CAMERA: Final = 32
_MOST_RECORDS: Final = 100
_LEAST_PX: Final = 80 * 60
_KELVIN: Final = 273.15
_COLDEST_K: Final = 100.0


def flir_file(data: bytes) -> bytes:
    """The pieces of FLIR's file in a JPEG, put together; empty when there are none."""
    pieces: dict[int, bytes] = {}
    at, size = 2, 0
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in {0xDA, 0xD9}:
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            break
        content = data[at + 4 : at + 2 + length]
        # Behind its name: 1, the number of the piece, the number of the last one.
        if data[at + 1] == 0xE1 and content.startswith(_SEGMENT) and len(content) > 8:
            size += len(content)
            if size > _LARGEST:
                break
            pieces.setdefault(content[6], content[8:])
        at += 2 + length
    return b"".join(pieces[number] for number in sorted(pieces))


def raw_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of the raw numbers in FLIR's file; None for no or a damaged one."""
    try:
        width, height, _ = _raw_record(_records(content))
    except ValueError:
        return None
    return width, height


def celsius_of(content: bytes, *, most_px: int) -> HeatLevels:
    """Temperatures of a picture, degrees of Celsius, as the camera was told to reckon them.

    Emissivity, distance, air and window are those that stand in the file: what somebody set in the
    camera, mostly its maker. A forest at one kilometre has other air than a wall at one metre.

    Args:
        content: FLIR's file, as of :func:`flir_file`.
        most_px: larger pictures are not read.

    Raises:
        ValueError: it is damaged, larger, or its constants make no temperatures.
    """
    records = _records(content)
    width, height, coded = _raw_record(records)
    if width * height > most_px:
        raise ValueError(f"it declares {width} x {height} readings, more than {most_px}")
    if coded[:4] == b"\x89PNG":
        raw = decode_numbers(coded, most_px=most_px)
        if raw.dtype != np.uint16:
            raise ValueError("its readings are not of 16 bits")
        raw = raw.byteswap()  # FLIR writes the lower byte first, PNG means the upper one
    elif len(coded) >= 2 * width * height:
        raw = np.frombuffer(coded[: 2 * width * height], "<u2").reshape(height, width)
    else:
        raise ValueError("it has fewer readings than it says")
    if raw.shape != (height, width):
        raise ValueError("its readings are not as many as it says")
    return _Chain.read(records.get(_CAMERA, b"")).celsius(raw.astype(np.float64))


@dataclass(frozen=True, slots=True)
class _Chain:
    """What lies between the object and the sensor; temperatures in kelvin, all as in the file."""

    emissivity: float
    distance_m: float
    reflected_k: float
    air_k: float
    window_k: float
    window_passes: float
    humidity: float
    planck_r1: float
    planck_b: float
    planck_f: float
    alpha_1: float
    alpha_2: float
    beta_1: float
    beta_2: float
    weight: float
    planck_o: float
    planck_r2: float

    @classmethod
    def read(cls, record: bytes) -> "_Chain":
        """Read record 32.

        Raises:
            ValueError: it is cut short, or its constants cannot be.
        """
        try:
            chain = cls(
                *struct.unpack_from("<6f", record, 32),
                *struct.unpack_from("<f", record, 60),
                *struct.unpack_from("<3f", record, 88),
                *struct.unpack_from("<5f", record, 112),
                *struct.unpack_from("<i", record, 776),
                *struct.unpack_from("<f", record, 780),
            )
        except struct.error as error:
            raise ValueError("the constants of its camera are missing") from error
        shares = (chain.emissivity, chain.window_passes)
        degrees = (chain.reflected_k, chain.air_k, chain.window_k)
        if not (
            all(math.isfinite(value) for value in astuple(chain))
            and all(0.01 <= share <= 1.0 for share in shares)
            and all(_COLDEST_K <= one <= 2000.0 for one in degrees)
            and 0.0 <= chain.distance_m <= 1e6
            and 0.0 <= chain.humidity <= 1.0
            and min(chain.planck_r1, chain.planck_r2, chain.planck_b) > 0.0
            and 0.0 <= chain.weight <= 2.0
        ):
            raise ValueError("the constants of its camera cannot be")
        return chain

    def celsius(self, raw: np.ndarray) -> HeatLevels:
        """Temperatures of readings.

        Raises:
            ValueError: none of them is one.
        """
        passes = self._air_passes()
        seen = self.emissivity * passes * self.window_passes * passes
        # The air is reckoned in two equal parts, before and behind the window.
        foreign = (
            (1.0 - self.emissivity) / self.emissivity * self._radiance(self.reflected_k)
            + (1.0 - passes) / (self.emissivity * passes) * self._radiance(self.air_k)
            + (1.0 - self.window_passes)
            / (self.emissivity * passes * self.window_passes)
            * self._radiance(self.window_k)
            + (1.0 - passes) / seen * self._radiance(self.air_k)
        )
        with np.errstate(all="ignore"):
            radiance = raw / seen - foreign + self.planck_o
            inside = self.planck_r1 / (self.planck_r2 * radiance) + self.planck_f
            celsius = self.planck_b / np.log(inside) - _KELVIN
        # What is colder than the chain can reckon (a clear sky through warm air) has no logarithm.
        cold = ~np.isfinite(celsius) | (celsius < _COLDEST_K - _KELVIN)
        if cold.all():
            raise ValueError("the constants of its camera make no temperatures")
        celsius[cold] = celsius[~cold].min()
        return celsius.astype(np.float32)

    def _air_passes(self) -> float:
        air_c = self.air_k - _KELVIN
        water = self.humidity * math.exp(
            1.5587 + 0.06939 * air_c - 0.00027816 * air_c**2 + 0.00000068455 * air_c**3
        )
        way, damp = -math.sqrt(self.distance_m / 2.0), math.sqrt(water)
        first = math.exp(min(9.0, way * (self.alpha_1 + self.beta_1 * damp)))
        second = math.exp(min(9.0, way * (self.alpha_2 + self.beta_2 * damp)))
        passes = self.weight * first + (1.0 - self.weight) * second
        if not 0.01 <= passes <= 1.01:
            raise ValueError("the air that it tells of lets nothing through")
        return passes

    def _radiance(self, kelvin: float) -> float:
        term = math.exp(min(700.0, self.planck_b / kelvin)) - self.planck_f
        if term <= 0.0:
            raise ValueError("the constants of its camera make no temperatures")
        return self.planck_r1 / (self.planck_r2 * term) - self.planck_o


def _records(content: bytes) -> dict[int, bytes]:
    """By their kind, the first of each; those that reach beyond the end are left out."""
    if not content.startswith(b"FFF\x00"):
        raise ValueError("it is no file of FLIR")
    found: dict[int, bytes] = {}
    try:
        order = ">" if 100 <= struct.unpack_from(">I", content, 0x14)[0] < 200 else "<"
        at, count = struct.unpack_from(order + "II", content, 0x18)
        for index in range(min(count, _MOST_RECORDS)):
            (kind,) = struct.unpack_from(order + "H", content, at + 32 * index)
            place, length = struct.unpack_from(order + "II", content, at + 32 * index + 12)
            if place + length <= len(content):
                found.setdefault(kind, content[place : place + length])
    except struct.error as error:
        raise ValueError("it is cut short") from error
    return found


def _raw_record(records: dict[int, bytes]) -> tuple[int, int, bytes]:
    record = records.get(_RAW, b"")
    if len(record) < 32:
        raise ValueError("it has no readings")
    mark, width, height = struct.unpack_from("<HHH", record)
    if mark != 2:  # the record's own order of bytes
        mark, width, height = struct.unpack_from(">HHH", record)
    if mark != 2 or width * height < _LEAST_PX:
        raise ValueError("it has no readings")
    return width, height, record[32:]
