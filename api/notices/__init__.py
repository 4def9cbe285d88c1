"""Notices: what leaves the house, through which channel, and what became of it."""
