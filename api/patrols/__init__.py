"""Patrols of the towers over HTTP: tours, who steers, what was watched, the danger of the day."""
