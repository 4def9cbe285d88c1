"""Tours of cameras that can be turned: commanded, settled by their pictures, accounted for."""

from camera_gateway.patrol.status import PatrolPhase, PatrolStatus

__all__ = ["PatrolPhase", "PatrolStatus"]
