"""Simulated aircraft and docks, to prove the links without flying anything."""

from drone_jobs.links.simulated.faults import Faults, Settings
from drone_jobs.links.simulated.quirks import Habits, Quirks, habits_of
from drone_jobs.links.simulated.vehicle import SimulatedVehicle

__all__ = ["Faults", "Habits", "Quirks", "Settings", "SimulatedVehicle", "habits_of"]
