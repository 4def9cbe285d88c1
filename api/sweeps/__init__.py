"""Drone sweeps over HTTP: the aircraft, and a plan along a belt."""
