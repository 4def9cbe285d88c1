"""Whether presets look where they were calibrated, for people."""

from api.poses.answers import PoseFlag, flags_of
from api.poses.room import PoseRoom

__all__ = ["PoseFlag", "PoseRoom", "flags_of"]
