"""Drone work: aircraft, the sweeps that they fly, and missions that they accept."""

from drone_jobs.checks import FlightRules, MissionCheck, check_mission
from drone_jobs.fleet import catalogue, find_aircraft
from drone_jobs.missions.formats import MissionFormat
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission
from drone_jobs.planning import plan_sweep
from drone_jobs.sweeping import Sweep, looked, planned

__all__ = [
    "FlightRules",
    "MissionCheck",
    "MissionFormat",
    "Sweep",
    "catalogue",
    "check_mission",
    "find_aircraft",
    "looked",
    "plan_sweep",
    "planned",
    "read_mission",
    "write_mission",
]
