"""Does each preset still look where it was said to look: daily, against a picture of its own."""

from camera_gateway.pose_check.book import PoseBook
from camera_gateway.pose_check.checker import PoseChecker
from camera_gateway.pose_check.references import ReferenceShelf
from camera_gateway.pose_check.watch import PoseWatch

__all__ = ["PoseBook", "PoseChecker", "PoseWatch", "ReferenceShelf"]
