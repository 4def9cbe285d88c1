"""What people may say of the view of a camera: its intervals and its warm places, and no more."""

from dataclasses import replace

from models.errors import Conflict, InputRefused
from models.heat_node import HeatNode

__all__ = ["check_is_no_view", "of_people"]


def of_people(wanted: HeatNode, known: HeatNode) -> HeatNode:
    """A view as somebody wants it; all that its camera says stays as it is.

    Args:
        wanted: as it was sent.
        known: the view.

    Raises:
        InputRefused: it is to differ in what its camera says; code ``node_view``.
    """
    if _of_camera(wanted) != _of_camera(known):
        raise InputRefused(
            f"{known.node_id} is the view of a camera: where it stands and looks, and how its "
            "pictures are read, the camera says.",
            remedy="Change the camera; here, change intervals and warm places.",
            code="node_view",
        )
    return replace(
        wanted, position=known.position, pose=known.pose, encoding=known.encoding, view=known.view
    )


def check_is_no_view(node: HeatNode) -> None:
    """Let pass nodes that push.

    Raises:
        Conflict: it is the view of a camera; code ``node_view``.
    """
    if node.view is not None:
        raise Conflict(
            f"{node.node_id} is the view of a camera, and goes with it.",
            remedy="Switch the camera off, or remove it.",
            code="node_view",
        )


def _of_camera(node: HeatNode) -> tuple[object, ...]:
    pose = node.pose
    looks = None if pose is None else (pose.azimuth_deg, pose.tilt_deg, pose.horizontal_fov_deg)
    same = (node.name, node.reach_m, node.encoding, node.is_drill, node.is_retired)
    return (*same, node.position, looks)
