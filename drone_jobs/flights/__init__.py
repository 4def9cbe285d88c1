"""Flights: claimed by one, uploaded, released by a person, followed to the ground."""
