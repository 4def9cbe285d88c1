"""Alerts over HTTP: what cameras saw of fires, with pictures and recordings."""
