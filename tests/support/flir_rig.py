"""A JPEG as FLIR's snapshot cameras send it: a grey picture, with the sensor's readings inside."""

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["flir_jpeg"]

R1, B, F, OFFSET, R2 = 21106.77, 1501.0, 1.0, -7340, 0.05
"""Constants of Planck's law as such a camera writes them; 65,535 is 438 °C."""
_WARM_K = 293.15


def flir_jpeg(celsius: NDArray[np.float32]) -> bytes:
    """Temperatures as a file; emissivity 1, nothing between the object and the sensor."""
    kelvin = celsius.astype(np.float64) + 273.15
    radiance = R1 / (R2 * (np.exp(B / kelvin) - F))
    raw = np.clip(np.rint(radiance - OFFSET), 0, 65535).astype("<u2")
    low, high = float(celsius.min()), float(celsius.max())
    grey = np.rint((celsius - low) / max(1.0, high - low) * 255.0).astype(np.uint8)
    done, coded = cv2.imencode(".jpg", grey)
    assert done
    jpeg = coded.tobytes()
    return jpeg[:2] + _segments(_file(raw)) + jpeg[2:]


def _file(raw: NDArray[np.uint16]) -> bytes:
    """FFF with its two records: 1, the readings, and 32, the camera."""
    height, width = raw.shape
    readings = struct.pack("<HHH", 2, width, height).ljust(32, b"\0") + raw.tobytes()
    camera = bytearray(800)
    struct.pack_into("<6f", camera, 32, 1.0, 0.0, _WARM_K, _WARM_K, _WARM_K, 1.0)
    struct.pack_into("<f", camera, 60, 0.5)
    struct.pack_into("<3f", camera, 88, R1, B, F)
    struct.pack_into("<5f", camera, 112, 0.006569, 0.01262, -0.002276, -0.00667, 1.9)
    struct.pack_into("<i", camera, 776, OFFSET)
    struct.pack_into("<f", camera, 780, R2)
    head = bytearray(64)
    head[:4] = b"FFF\0"
    struct.pack_into(">III", head, 0x14, 101, 64, 2)
    first = 64 + 2 * 32
    entries = bytearray(64)
    for index, (kind, place, length) in enumerate(
        ((1, first, len(readings)), (32, first + len(readings), len(camera)))
    ):
        struct.pack_into(">H", entries, 32 * index, kind)
        struct.pack_into(">II", entries, 32 * index + 12, place, length)
    return bytes(head) + bytes(entries) + readings + bytes(camera)


def _segments(content: bytes) -> bytes:
    size = 60_000
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(
        b"\xff\xe1"
        + struct.pack(">H", len(piece) + 10)
        + b"FLIR\0\x01"
        + bytes((number, len(pieces) - 1))
        + piece
        for number, piece in enumerate(pieces)
    )
