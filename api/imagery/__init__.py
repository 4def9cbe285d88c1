"""Footage of flights: handed in, scored by the watch's own detector, placed, told of fires."""
