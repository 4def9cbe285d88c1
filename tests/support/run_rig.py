"""A store with a sweep, a schedule of it and a leader, for tests of flights."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from models.flight import Gate, GateAnswer, GateCheck, GateReading, GateRound, Schedule, Timing
from models.height import Height, HeightSystem
from models.mission import Mission, MissionPlace, MissionPoint, SweepOrigin
from models.store import Store
from models.store.leases import FLIGHTS

__all__ = ["AIRCRAFT", "MISSION", "check", "keep_schedule", "keep_sweep", "lead", "window"]

AIRCRAFT = ("队-01", "队-02", "队-03")
POINT = MissionPoint(106.65, 29.03, Height(912.3, HeightSystem.EGM96))
MISSION = Mission(
    "北坡",
    (POINT, replace(POINT, lat_deg=29.031)),
    speed_ms=10.0,
    home=MissionPlace(106.64, 29.03, Height(0.0, HeightSystem.TAKE_OFF)),
)


def keep_sweep(
    store: Store, sorties: int = 1, *, plan: str | None = None, sweep_id: int | None = None
) -> int:
    """A sweep of so many flights, by aircraft of their own; a further version of one."""
    told = json.dumps({"sorties": [{"aircraft": name} for name in AIRCRAFT[:sorties]]})
    version = None if sweep_id is None else store.sweeps.get(sweep_id).head.version
    kept = store.sweeps.save(
        "北坡", "", (MISSION,) * sorties, told if plan is None else plan, SweepOrigin.PLANNED,
        author="li", sweep_id=sweep_id, version=version,
    )  # fmt: skip
    return kept.head.sweep_id


def keep_schedule(store: Store, sweep_id: int, **changes: object) -> int:
    """A schedule of a sweep; its number."""
    wanted = Schedule("每日", sweep_id, Timing(at_minutes=(720,)), 1800.0)
    changed = replace(wanted, **changes)  # type: ignore[arg-type]
    return store.schedules.put(changed, author="li").schedule_id


def lead(store: Store, holder: str = "one", lasts_s: float = 60.0) -> int:
    """Lead the flights; the fence."""
    lease = store.leases.take(FLIGHTS, holder, lasts_s)
    assert lease is not None
    return lease.fence


def window(at: datetime, minutes: float, lasts: float = 30.0) -> tuple[datetime, datetime]:
    """A window that opens so many minutes after a moment."""
    opens = at + timedelta(minutes=minutes)
    return opens, opens + timedelta(minutes=lasts)


def check(at: datetime, answers: Sequence[GateAnswer], **changes: object) -> GateCheck:
    """What the first gates say."""
    readings = tuple(
        replace(GateReading(gate, answer), **changes)  # type: ignore[arg-type]
        for gate, answer in zip(Gate, answers, strict=False)
    )
    return GateCheck(GateRound.BEFORE, at, readings)
