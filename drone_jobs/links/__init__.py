"""Links to aircraft: MAVLink, DJI's docks, and simulated ones to prove both."""

from drone_jobs.links.link import AircraftLink, LinkLost, LinkRefused, Upload

__all__ = ["AircraftLink", "LinkLost", "LinkRefused", "Upload"]
