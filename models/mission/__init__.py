"""Drones: aircraft as data, what a sweep is asked for, the plan, and a mission as files mean it."""

from models.mission.aircraft import (
    SURE_LIMITS,
    Aircraft,
    Autopilot,
    BatteryPoint,
    Camera,
    Registration,
    WpmlCodes,
)
from models.mission.aircraft_checks import LONGEST_AIRCRAFT_NAME, check_aircraft
from models.mission.finding import Finding, Gravity
from models.mission.kept import FleetTaken, KeptAircraft, KeptSweep, SweepHead, SweepOrigin
from models.mission.mission import (
    Action,
    ActionKind,
    FenceCircle,
    Finish,
    LostLink,
    Mission,
    MissionPlace,
    MissionPoint,
    Ring,
    Turn,
)
from models.mission.plan import (
    DroppedLine,
    PlanFigures,
    PlanPoint,
    PointRole,
    Sortie,
    SweepKind,
    SweepPlan,
)
from models.mission.task import LEGAL_CEILING_M, AirWind, GroundKind, Home, NoFly, SweepTask

__all__ = [
    "LEGAL_CEILING_M",
    "LONGEST_AIRCRAFT_NAME",
    "SURE_LIMITS",
    "Action",
    "ActionKind",
    "AirWind",
    "Aircraft",
    "Autopilot",
    "BatteryPoint",
    "Camera",
    "DroppedLine",
    "FenceCircle",
    "Finding",
    "Finish",
    "FleetTaken",
    "Gravity",
    "GroundKind",
    "Home",
    "KeptAircraft",
    "KeptSweep",
    "LostLink",
    "Mission",
    "MissionPlace",
    "MissionPoint",
    "NoFly",
    "PlanFigures",
    "PlanPoint",
    "PointRole",
    "Registration",
    "Ring",
    "Sortie",
    "SweepHead",
    "SweepKind",
    "SweepOrigin",
    "SweepPlan",
    "SweepTask",
    "Turn",
    "WpmlCodes",
    "check_aircraft",
]
