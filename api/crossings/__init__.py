"""Crossings over HTTP: who else sees a fire, where the sightings meet, who could confirm it."""
