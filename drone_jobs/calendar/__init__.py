"""When sweeps fly: windows of schedules, the gates before a flight, flights in the way."""

from drone_jobs.calendar.checking import check_schedule
from drone_jobs.calendar.conflicts import (
    ConflictKind,
    FlightConflict,
    FlightPoint,
    OwnFlight,
    conflicts_of,
)
from drone_jobs.calendar.cron import read_cron, write_cron
from drone_jobs.calendar.gate_facts import DockFacts, GateFacts, Measured, MeasuredBy
from drone_jobs.calendar.gates import ask
from drone_jobs.calendar.windows import DangerAt, windows

__all__ = [
    "ConflictKind",
    "DangerAt",
    "DockFacts",
    "FlightConflict",
    "FlightPoint",
    "GateFacts",
    "Measured",
    "MeasuredBy",
    "OwnFlight",
    "ask",
    "check_schedule",
    "conflicts_of",
    "read_cron",
    "windows",
    "write_cron",
]
