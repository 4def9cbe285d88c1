"""Fires: which evidence is of one, where it is, and what becomes of it."""

from detector.incidents.placing import IncidentPlace, place_of

__all__ = ["IncidentPlace", "place_of"]
