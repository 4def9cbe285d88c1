"""The program of a node from ``examples``, and frames for it."""

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import numpy as np

from api.nodes.pushes import Push
from models.heat_node import HeatNode
from models.site import HeightDatum, Position
from models.thermal import ThermalEncoding

__all__ = [
    "AT",
    "KEY",
    "heat_node",
    "heat_node_mqtt",
    "heat_node_of",
    "line_of",
    "picture",
    "push_line",
]

KEY = "k" * 43
AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
_EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def _load(name: str) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def heat_node() -> Any:  # noqa: ANN401 -- what an example has, nobody checks
    """The example as a module; it is none of ours, so it has no types here."""
    return _load("heat_node")


def heat_node_mqtt() -> Any:  # noqa: ANN401 -- likewise
    """Its way over MQTT."""
    _load("heat_node")
    return _load("heat_node_mqtt")


def picture(number: int, size_px: tuple[int, int] = (32, 24)) -> bytes:
    """A frame of centikelvin as 16-bit PNG, another for each number."""
    width, height = size_px
    levels = np.full((height, width), 29_315, np.uint16)
    levels[0, :4] = [(number >> shift & 15) + 29_000 for shift in (0, 4, 8, 12)]
    encoded, data = cv2.imencode(".png", levels)
    assert encoded
    return bytes(data)


def line_of(sequence: int, at: datetime = AT, reading: str = "") -> dict[str, str]:
    """What is told with a frame."""
    return {
        "sequence": str(sequence),
        "captured_at": at.isoformat(timespec="milliseconds"),
        "reading": reading,
    }


def heat_node_of(node_id: str) -> HeatNode:
    """A node with its head above the litter."""
    place = Position(106.65, 29.03, 3.0, HeightDatum.GROUND)
    return HeatNode(node_id, "脊上", place, None, 60.0, ThermalEncoding.CENTIKELVIN)


def push_line(node_id: str, sequence: int, body: bytes, at: datetime = AT, key: str = KEY) -> Push:
    """A signed push as it comes in."""
    told = line_of(sequence, at)
    return Push(
        node_id, **told, signature=heat_node().signature(key, node_id, told, body), body=body
    )
