"""Rules that a mission is held against before it may fly."""

from drone_jobs.checks.mission import check_mission
from drone_jobs.checks.rules import FlightProfile, FlightRules, MissionCheck

__all__ = ["FlightProfile", "FlightRules", "MissionCheck", "check_mission"]
