"""Recorded footage played through the watch: the live pipeline with another source, clock, sink."""
