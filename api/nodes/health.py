"""How the fleet does, now: what the store has, and what was counted since."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from models.clock import Clock
from models.config.nodes import NodesRule
from models.heat_health import follow_forgery, troubles_of
from models.heat_intake import KeptNode
from models.heat_node import FrameRefusal, NodeStanding
from models.patrol import DangerClass
from models.store import Store
from models.store.node_standings import Member

__all__ = ["fleet_now"]


def fleet_now(
    store: Store,
    clock: Clock,
    rule: NodesRule,
    danger: DangerClass,
    pending: Mapping[tuple[str, FrameRefusal], int],
) -> list[tuple[KeptNode, NodeStanding]]:
    """Every node with how it does now, by its key.

    Args:
        store: of the watch.
        clock: the installation's.
        rule: thresholds.
        danger: class of the day.
        pending: refusals that are not written down yet, by node and reason.
    """
    now = clock.now()
    return [
        (member.kept, _now(member, now, rule, danger, pending)) for member in store.nodes.fleet()
    ]


def _now(
    member: Member,
    now: datetime,
    rule: NodesRule,
    danger: DangerClass,
    pending: Mapping[tuple[str, FrameRefusal], int],
) -> NodeStanding:
    standing, facts = member.standing, member.facts
    refused = dict(standing.refused)
    for reason in FrameRefusal:
        count = pending.get((standing.node_id, reason), 0)
        if count > 0:
            refused[reason] = refused.get(reason, 0) + count
            if reason is FrameRefusal.FORGED:
                facts = follow_forgery(facts, count, now)
    troubles = troubles_of(
        member.kept,
        facts,
        standing.last_reading,
        last_received_at=standing.last_received_at,
        danger=danger,
        now=now,
        rule=rule,
        before=standing.troubles,
    )
    return replace(standing, troubles=troubles, refused=refused)
