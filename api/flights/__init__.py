"""Flights: the calendar, what is in the air, and the words of people to it."""
