"""Rows of nodes and their frames: what may stand in them, and how they are read."""

import re
from dataclasses import replace
from math import isfinite
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from models.errors import InputRefused, NotFound
from models.heat_health import clock_error_s
from models.heat_intake import KeptNode
from models.heat_node import HeatNode, NodeFrame, NodeStanding, key_of_view
from models.site import Position
from models.store.tables import heat_frame, heat_node, heat_node_state
from models.warm_place import check_warm

__all__ = [
    "FRAMES",
    "LEAST_INTERVAL_S",
    "MOST_INTERVAL_S",
    "MOST_NAME",
    "MOST_REACH_M",
    "MOST_VIEW_REACH_M",
    "STANDINGS",
    "check_node",
    "frame_of",
    "kept_of",
    "load_node",
    "number_of",
    "standing_of",
    "values_of",
]

MOST_NAME: Final = 100
MOST_REACH_M: Final = 5000.0
MOST_VIEW_REACH_M: Final = 30_000.0
"""Of the view of a camera, which may stand on a summit."""
LEAST_INTERVAL_S: Final = 5
MOST_INTERVAL_S: Final = 86_400
CLASSES: Final = 5
_KEY: Final = re.compile(r"[a-z0-9-]{1,40}")
_LARGEST: Final = 2**63 - 1
_MOST_PRESET: Final = 9999


def number_of(number: int) -> int:
    """A number that the database takes; what is larger names nothing."""
    return min(number, _LARGEST)


def check_node(node: HeatNode) -> None:
    """Let pass what can be a node.

    Raises:
        InputRefused: code ``node_key``, ``node_name``, ``node_reach``, ``node_intervals`` or
            ``node_warm``.
    """
    if node.view is None:
        is_key, most_m = _KEY.fullmatch(node.node_id) is not None, MOST_REACH_M
    else:
        is_key, most_m = _is_of_view(node.node_id, *node.view), MOST_VIEW_REACH_M
    if not is_key:
        raise InputRefused(
            f"{node.node_id[:60]!r} cannot be the key of a node.",
            remedy="Use 1 to 40 of a-z, 0-9 and '-'.",
            code="node_key",
        )
    if not node.name.strip() or len(node.name) > MOST_NAME or not node.name.isprintable():
        raise InputRefused(f"A node has a name of 1 to {MOST_NAME} letters.", code="node_name")
    if not isfinite(node.reach_m) or not 0.0 < node.reach_m <= most_m:
        raise InputRefused(
            f"A node sees up to {most_m:g} m far, and more than 0.", code="node_reach"
        )
    spans: tuple[int, ...] = node.intervals_s
    if len(spans) != CLASSES or not all(LEAST_INTERVAL_S <= s <= MOST_INTERVAL_S for s in spans):
        raise InputRefused(
            f"A node has five intervals of {LEAST_INTERVAL_S} to {MOST_INTERVAL_S} s.",
            remedy="Give one for each danger class, 1 to 5.",
            code="node_intervals",
        )
    check_warm(node.warm_places)


def values_of(node: HeatNode) -> dict[str, Any]:
    """Columns of a node as it was set up."""
    at = node.position
    return {
        "node_id": node.node_id,
        "name": node.name,
        "lon_deg": at.lon_deg,
        "lat_deg": at.lat_deg,
        "height_m": at.height_m,
        "height_datum": at.height_datum,
        "view_camera_id": None if node.view is None else node.view[0],
        "view_preset": None if node.view is None else node.view[1],
        **{name: getattr(node, name) for name in _AS_IT_IS},
    }


def _is_of_view(node_id: str, camera_id: str, preset: int) -> bool:
    is_camera = _KEY.fullmatch(camera_id) is not None
    return is_camera and 0 <= preset <= _MOST_PRESET and node_id == key_of_view(camera_id, preset)


_AS_IT_IS: Final = (
    *("pose", "reach_m", "encoding", "intervals_s", "is_drill", "is_retired"),
    "warm_places",
)


def load_node(connection: Connection, node_id: str) -> KeptNode:
    """One node, within a transaction.

    Raises:
        NotFound: no such one; code ``no_such_node``.
    """
    row = connection.execute(select(heat_node).where(heat_node.c.node_id == node_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no node {node_id[:60]!r}.", code="no_such_node")
    return kept_of(row)


def kept_of(row: Row[Any]) -> KeptNode:
    """A row as a node."""
    position = Position(row.lon_deg, row.lat_deg, row.height_m, row.height_datum)
    node = HeatNode(
        row.node_id, row.name, position, **{name: getattr(row, name) for name in _AS_IT_IS}
    )
    if row.view_camera_id is not None:
        node = replace(node, view=(row.view_camera_id, row.view_preset))
    return KeptNode(row.number, node, row.version, row.entered_at)


def frame_of(row: Row[Any]) -> NodeFrame:
    """A row of :data:`FRAMES` as a frame."""
    return NodeFrame(**{name: getattr(row, name) for name in NodeFrame.__slots__})


FRAMES: Final = select(
    heat_node.c.node_id,
    *(heat_frame.c[name] for name in NodeFrame.__slots__ if name != "node_id"),
).join(heat_node, heat_node.c.number == heat_frame.c.number)
"""Asks for frames with the keys of their nodes."""


def standing_of(row: Row[Any]) -> NodeStanding:
    """A row of :data:`STANDINGS` as a standing."""
    return NodeStanding(
        node_id=row.node_id,
        clock_error_s=clock_error_s(row.facts),
        **{name: getattr(row, name) for name in _OF_STATE},
    )


_OF_STATE: Final = (
    *("last_received_at", "last_captured_at", "last_reading", "troubles"),
    *("frames", "waiting", "repeated", "refused"),
)

STANDINGS: Final = select(heat_node.c.node_id, heat_node_state).join(
    heat_node_state, heat_node_state.c.number == heat_node.c.number
)
"""Asks how nodes do."""
