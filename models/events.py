"""What happened, for everybody who listens: the console's live feed and the outbox.

An event is written in the same transaction as the change that it tells of. Its sequence is the
``Last-Event-ID`` of the live feed: nobody who reconnects misses one.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["Event", "EventKind"]


class EventKind(StrEnum):
    """Kinds of change."""

    ALERT_OPENED = "alert.opened"
    ALERT_UPDATED = "alert.updated"  # new evidence, position or clip
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_CHANGED = "incident.changed"  # a verdict, more evidence, a merge, another rank
    OBSERVATION_ADDED = "observation.added"  # somebody has told what they saw
    OBSERVATION_WITHDRAWN = "observation.withdrawn"  # and took it back
    ORDER_CHANGED = "order.changed"  # opened, called, told, closed, its link used, its call sent
    HANDOVER_CHANGED = "handover.changed"  # a page was signed
    SWEEP_CHANGED = "sweep.changed"  # a version was kept, or it was retired
    SCHEDULE_CHANGED = "schedule.changed"  # a version was kept, it was retired, windows were made
    FLIGHT_CHANGED = "flight.changed"  # it was released, or is a step further
    REPLAY_CHANGED = "replay.changed"  # it was asked for, is further, or has ended
    MODEL_CHANGED = "model.changed"  # a set was frozen, a release decided, another is in force
    NODE_CHANGED = "node.changed"  # a node was set up, changed or retired, or does otherwise
    LOOK_CHANGED = "look.changed"  # heat was seen, looked at or decided on
    CAMERA_CHANGED = "camera.changed"  # a pair was made, parted, registered or found elsewhere


@dataclass(frozen=True, slots=True)
class Event:
    """One change.

    Attributes:
        sequence: rises without reuse; gaps are possible after a rolled-back transaction.
        kind: what kind of change.
        subject_id: number of what changed.
        at: UTC.
    """

    sequence: int
    kind: EventKind
    subject_id: int
    at: datetime
