"""Sets a fire against the land."""

from geo.land.answering import LandAsker
from geo.land.book import LandBook, LandMoment
from geo.land.index import LandIndex
from geo.land.region import places_of, round_place
from geo.land.roads import RoadNet
from geo.land.water import WaterDesk

__all__ = [
    "LandAsker",
    "LandBook",
    "LandIndex",
    "LandMoment",
    "RoadNet",
    "WaterDesk",
    "places_of",
    "round_place",
]
