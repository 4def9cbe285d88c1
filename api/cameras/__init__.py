"""Cameras over HTTP: how each is doing, and its newest picture."""
