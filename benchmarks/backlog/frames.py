"""The frames of 500 nodes, each another and each the same whenever it is asked for.

A frame is what a small core sends: 160 x 120 numbers of 16 bits, as a TIFF without compression.
Node and number stand in its first pixels, so nothing needs to be kept to know what was sent.
"""

import hashlib
import importlib.util
import struct
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import cv2
import numpy as np

__all__ = ["BACKLOG", "body_of", "heat_node", "kept_at", "key_of", "node_id_of", "sha256_of"]

BACKLOG: Final = timedelta(days=2)
_SIZE_PX: Final = 160, 120
_EXAMPLE: Final = Path(__file__).resolve().parents[2] / "examples" / "heat_node.py"


def node_id_of(node: int) -> str:
    """Key of a node, from its number."""
    return f"node-{node:03d}"


def key_of(node: int) -> str:
    """What it signs with."""
    return hashlib.sha256(f"key of {node}".encode()).hexdigest()


def kept_at(began: datetime, number: int, kept: int) -> datetime:
    """When a frame of the backlog was taken: evenly over the two days before the run."""
    at = began - BACKLOG + BACKLOG * number / kept
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def body_of(node: int, sequence: int) -> bytes:
    """The picture as it is sent."""
    base, at = _base()
    mark = struct.pack(
        "<4H", 29_000 + node, 29_000 + (sequence & 1023), 29_000 + (sequence >> 10), 0
    )
    return base[:at] + mark[:6] + base[at + 6 :]


def sha256_of(node: int, sequence: int) -> str:
    """Of its bytes."""
    return hashlib.sha256(body_of(node, sequence)).hexdigest()


@cache
def heat_node() -> ModuleType:
    """The program of a node, as the bureau gives it to whoever builds them."""
    spec = importlib.util.spec_from_file_location("heat_node", _EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    sys.modules["heat_node"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _base() -> tuple[bytes, int]:
    """A frame of a stand at 20 °C in centikelvin, and where its pixels begin."""
    noise = np.random.default_rng(16).normal(0.0, 5.0, _SIZE_PX[::-1])
    levels = np.round(29_315.0 + noise).astype("<u2")
    uncompressed = [cv2.IMWRITE_TIFF_COMPRESSION, 1]
    encoded, data = cv2.imencode(".tiff", levels, uncompressed)
    assert encoded
    base = bytes(data)
    at = base.find(levels[0].tobytes())
    assert at > 0
    return base, at
