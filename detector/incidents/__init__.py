"""Fires: which evidence is of one, where it is, and what becomes of it."""

from detector.incidents.correlator import Correlator, Neighbour
from detector.incidents.placing import IncidentPlace, place_of

__all__ = ["Correlator", "IncidentPlace", "Neighbour", "place_of"]
