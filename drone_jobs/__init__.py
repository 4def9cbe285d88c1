"""Drone work: aircraft, and the sweeps they fly over the land."""

from drone_jobs.aircraft import AIRCRAFT, find_aircraft
from drone_jobs.corridor import plan_corridor

__all__ = ["AIRCRAFT", "find_aircraft", "plan_corridor"]
