"""Fires over HTTP: the list, one with all its evidence, what people do about it, its photos."""
