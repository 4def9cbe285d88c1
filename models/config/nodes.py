"""Nodes under the trees: what is taken of them, how long it is kept, and when one is unwell."""

from typing import Annotated

from pydantic import Field

from models.config.node_broker import NodeBrokerRule
from models.config.section import Section

__all__ = ["NodesRule"]


class NodesRule(Section):
    """What is settled about all nodes: ``docs/nodes.md``.

    Attributes:
        backlog_days: a frame that was taken longer ago is not taken any more.
        ahead_s: so far in the future a frame may have been taken, by the node's clock.
        most_per_minute: pushes of one node in a minute; a burst of twice as many is let through.
        keep_hours: so long after receipt the file of a frame stays that nobody needs.
        keep_days: so long a frame stays in the list; those of looks stay.
        most_gb: so much all files may take, in units of 10⁹ bytes; then the oldest go that nobody
            needs.
        silent_intervals: of its own, after which a node that sends nothing is told of.
        clock_off_s: by which a clock may be wrong.
        moved_m: from where it was set up, after which a node is told as moved.
        tilted_deg: of its mount, likewise.
        drift_c: by which its shutter may read otherwise than it used to beside its board.
        dirty_share: of its usual fine detail; below it for three days a lens is told as dirty.
        battery_share: charge, 0 to 1, below which a battery is told of.
        battery_v: volts, likewise; None where voltage tells nothing.
        signal_dbm: below which the radio is told of.
        backlog_frames: so many wait on a node before its backlog is told of.
        broker: MQTT, by which nodes may send instead.
    """

    backlog_days: Annotated[float, Field(ge=0.5, le=90.0)] = 14.0
    ahead_s: Annotated[float, Field(ge=10.0, le=3600.0)] = 600.0
    most_per_minute: Annotated[int, Field(ge=1, le=100_000)] = 1200
    keep_hours: Annotated[float, Field(ge=1.0, le=8760.0)] = 168.0
    keep_days: Annotated[float, Field(ge=1.0, le=3650.0)] = 90.0
    most_gb: Annotated[float, Field(ge=0.1, le=100_000.0)] = 50.0
    silent_intervals: Annotated[int, Field(ge=2, le=100)] = 3
    clock_off_s: Annotated[float, Field(ge=1.0, le=3600.0)] = 60.0
    moved_m: Annotated[float, Field(ge=10.0, le=10_000.0)] = 60.0
    tilted_deg: Annotated[float, Field(ge=1.0, le=45.0)] = 5.0
    drift_c: Annotated[float, Field(ge=0.5, le=50.0)] = 4.0
    dirty_share: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5
    battery_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    battery_v: Annotated[float | None, Field(ge=0.0, le=100.0)] = None
    signal_dbm: Annotated[float, Field(ge=-150.0, le=0.0)] = -110.0
    backlog_frames: Annotated[int, Field(ge=1, le=100_000)] = 10
    broker: NodeBrokerRule = NodeBrokerRule()
