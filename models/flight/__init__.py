"""Flights: when they are due, what is asked before them, what became of each, what they saw."""

from models.flight.gate_limits import PASSABLE, GateLimits
from models.flight.gates import Gate, GateAnswer, GateCheck, GateReading, GateRound
from models.flight.imagery import AttitudeSource, Look, LookGap
from models.flight.lease import LeaderLease
from models.flight.run import (
    FINAL,
    IN_THE_AIR,
    NEXT,
    Run,
    RunCause,
    RunReason,
    RunState,
    RunStep,
)
from models.flight.schedule import (
    DangerEvery,
    KeptSchedule,
    Schedule,
    SunEvent,
    Timing,
    Weekday,
)
from models.flight.telemetry import AircraftState, AircraftWarning, FlightPhase

__all__ = [
    "FINAL",
    "IN_THE_AIR",
    "NEXT",
    "PASSABLE",
    "AircraftState",
    "AircraftWarning",
    "AttitudeSource",
    "DangerEvery",
    "FlightPhase",
    "Gate",
    "GateAnswer",
    "GateCheck",
    "GateLimits",
    "GateReading",
    "GateRound",
    "KeptSchedule",
    "LeaderLease",
    "Look",
    "LookGap",
    "Run",
    "RunCause",
    "RunReason",
    "RunState",
    "RunStep",
    "Schedule",
    "SunEvent",
    "Timing",
    "Weekday",
]
