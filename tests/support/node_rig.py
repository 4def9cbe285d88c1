"""A node that pushes, for tests."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import cv2
import numpy as np
from api_rig import ApiRig
from httpx import Response

from api.nodes.signing import sign
from models.heat_node import HeatNode
from models.site import HeightDatum, Pose, Position
from models.thermal import ThermalEncoding

__all__ = ["KEY", "NODE", "Sender", "heat_png"]

KEY = "0123456789abcdef" * 4
NODE = HeatNode(
    "ridge-1",
    "松林坡一号",
    Position(106.55, 29.55, 3.0, HeightDatum.GROUND),
    Pose(40.0, -5.0, 0.0, 56.0),
    60.0,
    ThermalEncoding.CENTIKELVIN,
)


def heat_png(number: int = 0, *, hot_c: float = 20.0) -> bytes:
    """A radiometric frame of 32 x 24, hundredths of a kelvin, with one warm place."""
    rng = np.random.default_rng(number)
    degrees = 18.0 + rng.normal(0.0, 0.2, (24, 32))
    degrees[10:12, 20:23] = hot_c
    kelvin = np.rint((degrees + 273.15) * 100.0).astype(np.uint16)
    done, encoded = cv2.imencode(".png", kelvin)
    assert done
    return encoded.tobytes()


@dataclass
class Sender:
    """Pushes as a node does."""

    api: ApiRig
    node_id: str = NODE.node_id
    key: str = KEY
    client: Any = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.api.client()

    def push(
        self,
        sequence: int | str,
        body: bytes | None = None,
        *,
        at: datetime | str | None = None,
        reading: dict[str, Any] | str | None = None,
        signature: str | None = None,
    ) -> Response:
        """One push."""
        body = heat_png(hash(sequence) % 1000) if body is None else body
        at = at or self.api.clock.now()
        told_at = at if isinstance(at, str) else at.isoformat()
        told = (
            reading if isinstance(reading, str) else "" if reading is None else json.dumps(reading)
        )
        headers = {
            "Firewatch-Sequence": str(sequence),
            "Firewatch-Captured-At": told_at,
            "Firewatch-Signature": signature
            or sign(
                self.key,
                node_id=self.node_id,
                sequence=str(sequence),
                captured_at=told_at,
                reading=told,
                body=body,
            ),
        }
        if told:
            headers["Firewatch-Reading"] = told
        return self.client.post(f"/api/nodes/{self.node_id}/frames", content=body, headers=headers)
