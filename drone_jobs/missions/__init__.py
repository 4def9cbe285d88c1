"""Missions as files: of DJI, QGroundControl, ArduPilot, GeoJSON and KML, read and written.

A file is read into what it means (:class:`models.mission.Mission`) and written from it; heights are
converted by the writer alone.
"""

from drone_jobs.missions.formats import MissionFormat, ending_of
from drone_jobs.missions.holding import held, losses
from drone_jobs.missions.meaning import differences
from drone_jobs.missions.of_plan import missions_of
from drone_jobs.missions.reading import read_mission
from drone_jobs.missions.writing import write_mission

__all__ = [
    "MissionFormat",
    "differences",
    "ending_of",
    "held",
    "losses",
    "missions_of",
    "read_mission",
    "write_mission",
]
