"""Tours of cameras that can be turned: commanded, settled by their pictures, accounted for."""

from camera_gateway.patrol.desk import PatrolDesk
from camera_gateway.patrol.making import Patrolling, patrol_of, turner_of
from camera_gateway.patrol.status import PatrolPhase, PatrolStatus

__all__ = [
    "PatrolDesk",
    "PatrolPhase",
    "PatrolStatus",
    "Patrolling",
    "patrol_of",
    "turner_of",
]
