"""Does each preset still look where it was said to look: daily, against a picture of its own."""

from camera_gateway.pose_check.references import ReferenceShelf

__all__ = ["ReferenceShelf"]
