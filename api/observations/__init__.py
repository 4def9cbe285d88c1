"""Observations over HTTP: what people saw and told."""
